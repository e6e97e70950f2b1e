package rest

import (
	"net/http"
	"strings"
	"testing"

	. "github.com/onsi/gomega"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/version"
	"k8s.io/client-go/discovery"
	restclient "k8s.io/client-go/rest"
)

// discoveryClient asks a door that has no cluster behind it: what is known without one must be answered without.
func discoveryClient(t *testing.T, legacy bool) *discovery.DiscoveryClient {
	t.Helper()
	client, err := discovery.NewDiscoveryClientForConfig(&restclient.Config{Host: "http://sim", Transport: New(nil), QPS: -1})
	NewWithT(t).Expect(err).NotTo(HaveOccurred())
	client.UseLegacyDiscovery = legacy
	return client
}

func TestBothFormsOfDiscoverySayTheSame(t *testing.T) {
	g := NewWithT(t)
	groups, resources, err := discoveryClient(t, true).ServerGroupsAndResources()
	g.Expect(err).NotTo(HaveOccurred())
	aggregatedGroups, aggregated, err := discoveryClient(t, false).ServerGroupsAndResources()
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(groupNames(aggregatedGroups)).To(Equal(groupNames(groups)))
	g.Expect(groupNames(groups)).To(Equal([]string{"", "batch", "coordination.k8s.io", "events.k8s.io"}))
	g.Expect(plain(aggregated)).To(Equal(plain(resources)))
}

func groupNames(groups []*metav1.APIGroup) []string {
	var names []string
	for _, g := range groups {
		names = append(names, g.Name)
	}
	return names
}

// plain takes away what only one form says: the groups of the kinds, which are the list's, too.
func plain(lists []*metav1.APIResourceList) map[string][]metav1.APIResource {
	found := map[string][]metav1.APIResource{}
	for _, list := range lists {
		for _, r := range list.APIResources {
			r.Group, r.Version = "", ""
			if strings.Contains(r.Name, "/") {
				r.SingularName = "" // which the client makes up
			}
			found[list.GroupVersion] = append(found[list.GroupVersion], r)
		}
	}
	return found
}

func TestDiscoveryOfTheCore(t *testing.T) {
	g := NewWithT(t)
	all := metav1.Verbs{"create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"}
	ofStatus := metav1.Verbs{"get", "patch", "update"}
	list, err := discoveryClient(t, true).ServerResourcesForGroupVersion("v1")
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(list.APIResources).To(Equal([]metav1.APIResource{
		{Name: "events", SingularName: "event", Namespaced: true, Kind: "Event", Verbs: all, ShortNames: []string{"ev"}},
		{Name: "namespaces", SingularName: "namespace", Kind: "Namespace", ShortNames: []string{"ns"},
			Verbs: metav1.Verbs{"create", "delete", "get", "list", "patch", "update", "watch"}},
		{Name: "namespaces/finalize", Kind: "Namespace", Verbs: metav1.Verbs{"update"}},
		{Name: "namespaces/status", Kind: "Namespace", Verbs: ofStatus},
		{Name: "nodes", SingularName: "node", Kind: "Node", Verbs: all, ShortNames: []string{"no"}},
		{Name: "nodes/status", Kind: "Node", Verbs: ofStatus},
		{Name: "pods", SingularName: "pod", Namespaced: true, Kind: "Pod", Verbs: all, ShortNames: []string{"po"},
			Categories: []string{"all"}},
		{Name: "pods/binding", Namespaced: true, Kind: "Binding", Verbs: metav1.Verbs{"create"}},
		{Name: "pods/status", Namespaced: true, Kind: "Pod", Verbs: ofStatus},
	}))
}

func TestAcceptHeaderChoosesTheFormOfDiscovery(t *testing.T) {
	for accept, aggregated := range map[string]bool{
		"":                       false,
		"*/*":                    false,
		"application/json":       false,
		discovery.AcceptV2:       true,
		discovery.AcceptV2NoPeer: true,
		"text/html, " + discovery.AcceptV2 + ",application/json":                         true,
		"application/json, " + discovery.AcceptV2:                                        false,
		"application/json;q=0.5, " + discovery.AcceptV2:                                  true,
		"application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList":      false,
		"application/json;as=APIGroupDiscoveryList;v=v2;g=apidiscovery.k8s.io":           true,
		"application/json;g=meta.k8s.io;v=v1;as=Table, application/json":                 false,
		"application/vnd.kubernetes.protobuf;g=apidiscovery.k8s.io;v=v2;as=Nothing, x/y": false,
	} {
		g := NewWithT(t)
		doc, contentType, ok := document("/apis", accept)
		g.Expect(ok).To(BeTrue())
		if aggregated {
			g.Expect(contentType).To(Equal(aggregatedType), accept)
		} else {
			g.Expect(contentType).To(Equal("application/json"), accept)
			g.Expect(doc).To(BeAssignableToTypeOf(&metav1.APIGroupList{}))
		}
	}
}

func TestVersion(t *testing.T) {
	g := NewWithT(t)
	info, err := discoveryClient(t, false).ServerVersion()
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(*info).To(And(HaveField("Major", "1"), HaveField("Minor", "37"), HaveField("GitVersion", "v1.37.2+jobsim")))
	g.Expect(version.Info.String(*info)).To(Equal(serverVersion))
}

func TestEveryPathThatTheRootNamesIsServed(t *testing.T) {
	g := NewWithT(t)
	doc, _, ok := document("/", "")
	g.Expect(ok).To(BeTrue())
	paths := doc.(*metav1.RootPaths).Paths
	g.Expect(paths).To(ContainElements("/api/v1", "/apis/batch", "/apis/batch/v1", "/apis/coordination.k8s.io/v1", "/healthz"))
	for _, path := range paths {
		_, contentType, ok := document(path, "")
		g.Expect(ok).To(BeTrue(), path)
		g.Expect(contentType).NotTo(BeEmpty(), path)
	}
}

func TestPathsOfNothingAreNoDocuments(t *testing.T) {
	for _, path := range []string{"", "/ap", "/api/v2", "/apis/", "/apis/apps", "/apis/batch/v2", "/apis/batch/v1/jobs", "/api/v1/pods", "/healthz/x"} {
		_, _, ok := document(path, "")
		NewWithT(t).Expect(ok).To(Equal(path == "/apis/"), path)
	}
}

func TestHealthIsOK(t *testing.T) {
	g := NewWithT(t)
	request, err := http.NewRequest(http.MethodGet, "http://sim/readyz", nil)
	g.Expect(err).NotTo(HaveOccurred())
	answer, err := New(nil).RoundTrip(request)
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(answer).To(HaveHTTPStatus(200))
	g.Expect(answer).To(HaveHTTPBody("ok"))
	g.Expect(answer).To(HaveHTTPHeaderWithValue("Content-Type", "text/plain; charset=utf-8"))
}
