package typed

import (
	"testing"
	"time"

	"github.com/onsi/gomega"
	coordinationv1 "k8s.io/api/coordination/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/jobsim/jobsim/sim/apiserver"
)

func TestNamespacesAndLeases(t *testing.T) {
	c := newCluster(t)
	ns := create(c, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "team", Namespace: "ignored"}})
	c.Expect(ns.Status.Phase).To(gomega.Equal(corev1.NamespaceActive))
	renewed := metav1.NewMicroTime(time.UnixMicro(1234567))
	lease := create(c, &coordinationv1.Lease{
		ObjectMeta: metav1.ObjectMeta{Name: "leader", Namespace: "team"}, Spec: coordinationv1.LeaseSpec{RenewTime: &renewed},
	})
	for name, reader := range map[string]client.Client{"live": c.live, "cached": c.cached} {
		t.Run(name, func(t *testing.T) {
			g := gomega.NewWithT(t)
			var found coordinationv1.Lease
			g.Expect(reader.Get(background(), client.ObjectKeyFromObject(lease), &found)).To(gomega.Succeed())
			g.Expect(found.Spec.RenewTime.Equal(&renewed)).To(gomega.BeTrue())
			var leases coordinationv1.LeaseList
			g.Expect(reader.List(background(), &leases, client.InNamespace("team"), client.UnsafeDisableDeepCopy)).To(gomega.Succeed())
			g.Expect(names[coordinationv1.Lease](leases.Items)).To(gomega.Equal([]string{"leader"}))
			var namespaces corev1.NamespaceList
			g.Expect(reader.List(background(), &namespaces, client.UnsafeDisableDeepCopy)).To(gomega.Succeed())
			g.Expect(names[corev1.Namespace](namespaces.Items)).To(gomega.ContainElements("default", "team"))
			only := metadataOf("coordination.k8s.io/v1", "Lease", "leader")
			g.Expect(reader.Get(background(), client.ObjectKeyFromObject(lease), only)).To(gomega.Succeed())
			g.Expect(only.UID).To(gomega.Equal(lease.UID))
			only = metadataOf("v1", "Namespace", "team")
			g.Expect(reader.Get(background(), client.ObjectKeyFromObject(only), only)).To(gomega.Succeed())
			g.Expect(only.UID).To(gomega.Equal(ns.UID))
			namespaced, err := reader.IsObjectNamespaced(ns)
			g.Expect(namespaced, err).To(gomega.BeFalse())
			namespaced, err = reader.IsObjectNamespaced(lease)
			g.Expect(namespaced, err).To(gomega.BeTrue())
		})
	}
}

// TestTheMapperAgreesWithTheServer holds what is said of a resource in several places together.
func TestTheMapperAgreesWithTheServer(t *testing.T) {
	for r, kind := range map[apiserver.Resource]schema.GroupKind{
		apiserver.Jobs: {Group: "batch", Kind: "Job"}, apiserver.Pods: {Kind: "Pod"}, apiserver.Nodes: {Kind: "Node"},
		apiserver.Events: {Kind: "Event"}, apiserver.Namespaces: {Kind: "Namespace"},
		apiserver.Leases: {Group: "coordination.k8s.io", Kind: "Lease"},
	} {
		g := gomega.NewWithT(t)
		mapping, err := Mapper.RESTMapping(kind)
		g.Expect(err).NotTo(gomega.HaveOccurred())
		g.Expect(mapping.Resource.Resource).To(gomega.Equal(string(r)))
		g.Expect(mapping.Scope.Name() == meta.RESTScopeNameNamespace).To(gomega.Equal(r.Namespaced()), string(r))
		g.Expect(kindFor(r)).To(gomega.Equal(mapping.GroupVersionKind))
		for _, suffix := range []string{"", "List"} {
			obj, err := Scheme.New(mapping.GroupVersionKind.GroupVersion().WithKind(kind.Kind + suffix))
			g.Expect(err).NotTo(gomega.HaveOccurred())
			found, err := ResourceOf(obj)
			g.Expect(found, err).To(gomega.Equal(r))
			metadata := &metav1.PartialObjectMetadata{}
			metadata.SetGroupVersionKind(mapping.GroupVersionKind.GroupVersion().WithKind(kind.Kind + suffix))
			found, err = ResourceOf(metadata)
			g.Expect(found, err).To(gomega.Equal(r))
		}
	}
}
