package apiserver

import (
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/onsi/gomega"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"pgregory.net/rapid"
)

func (c *cluster) page(s Selection, o PageOptions) Page {
	page, err := c.user.ListPage(s, o)
	c.Expect(err).NotTo(gomega.HaveOccurred())
	return page
}

// versioned are the names of objects with their resourceVersions.
func versioned(objects []Object) []string {
	names := []string{}
	for _, obj := range objects {
		names = append(names, fmt.Sprintf("%s/%s@%s", obj.GetNamespace(), obj.GetName(), obj.GetResourceVersion()))
	}
	return names
}

func TestListPages(t *testing.T) {
	c := newCluster(t, Options{})
	for _, name := range []string{"c", "a", "e", "b", "d"} {
		create(c, newPod(name)) // versions 2 to 6
	}
	in := Selection{Resource: Pods, Namespace: "default"}
	first := c.page(in, PageOptions{Limit: 2})
	c.Expect(versioned(first.Objects)).To(gomega.Equal([]string{"default/a@3", "default/b@5"}))
	c.Expect(first.Version).To(gomega.Equal("6"))
	c.Expect(*first.Remaining).To(gomega.Equal(int64(3)))
	token, err := base64.RawURLEncoding.DecodeString(first.Continue)
	c.Expect(string(token), err).To(gomega.Equal(`{"v":"meta.k8s.io/v1","rv":6,"start":"b\u0000"}`))

	create(c, newPod("bb"))
	c.Expect(c.user.Delete(Key{Pods, "default", "c"}, nil)).To(gomega.Succeed())
	second := c.page(in, PageOptions{Limit: 2, Continue: first.Continue})
	c.Expect(versioned(second.Objects)).To(gomega.Equal([]string{"default/c@2", "default/d@6"}), "of the version of the first page")
	c.Expect(second.Version).To(gomega.Equal("6"))
	last := c.page(in, PageOptions{Limit: 2, Continue: second.Continue})
	c.Expect(versioned(last.Objects)).To(gomega.Equal([]string{"default/e@4"}))
	c.Expect(last.Continue).To(gomega.BeEmpty())
	c.Expect(last.Remaining).To(gomega.BeNil())

	all := c.page(Selection{Resource: Pods}, PageOptions{Limit: 1})
	token, _ = base64.RawURLEncoding.DecodeString(all.Continue)
	c.Expect(string(token)).To(gomega.ContainSubstring(`"start":"default/a\u0000"`))
	none := c.page(Selection{Resource: Pods, Namespace: "z"}, PageOptions{Limit: 1})
	c.Expect(none.Objects).To(gomega.BeEmpty())
	c.Expect(none.Continue).To(gomega.BeEmpty())

	namespaces := c.page(Selection{Resource: Namespaces}, PageOptions{Limit: 4, ResourceVersion: "1", ResourceVersionMatch: "Exact"})
	c.Expect(versioned(namespaces.Objects)).To(gomega.HaveLen(4))
	c.Expect(versioned(c.page(Selection{Resource: Namespaces}, PageOptions{Continue: namespaces.Continue}).Objects)).
		To(gomega.Equal([]string{"/other@1", "/z@1"}))
}

func TestPagesOfASelection(t *testing.T) {
	c := newCluster(t, Options{})
	for _, name := range []string{"a", "b", "c", "d"} {
		pod := newPod(name)
		pod.Labels = map[string]string{"even": fmt.Sprint(name == "b" || name == "d")}
		create(c, pod)
	}
	even, err := labels.Parse("even=true")
	c.Expect(err).NotTo(gomega.HaveOccurred())
	in := Selection{Resource: Pods, Labels: even}
	page := c.page(in, PageOptions{Limit: 1})
	c.Expect(versioned(page.Objects)).To(gomega.Equal([]string{"default/b@3"}))
	c.Expect(page.Remaining).To(gomega.BeNil(), "unknown with a selector")
	page = c.page(in, PageOptions{Limit: 1, Continue: page.Continue})
	c.Expect(versioned(page.Objects)).To(gomega.Equal([]string{"default/d@5"}))
	c.Expect(page.Continue).To(gomega.BeEmpty())

	odd := Selection{Resource: Pods, Labels: labels.SelectorFromSet(labels.Set{"even": "false"})}
	page = c.page(odd, PageOptions{Limit: 2})
	c.Expect(page.Continue).NotTo(gomega.BeEmpty(), "d might have been selected")
	page = c.page(odd, PageOptions{Limit: 2, Continue: page.Continue})
	c.Expect(page.Objects).To(gomega.BeEmpty())
}

func TestListsOfAVersion(t *testing.T) {
	c := newCluster(t, Options{})
	pod := create(c, newPod("a"))
	create(c, newPod("b"))
	in := Selection{Resource: Pods}
	for name, test := range map[string]struct {
		o       PageOptions
		version string
		objects int
	}{
		"newest":                       {PageOptions{}, "3", 2},
		"any":                          {PageOptions{ResourceVersion: "0"}, "3", 2},
		"any, and a limit":             {PageOptions{ResourceVersion: "0", Limit: 1}, "3", 2},
		"not older":                    {PageOptions{ResourceVersion: "2"}, "3", 2},
		"not older, with words":        {PageOptions{ResourceVersion: "2", ResourceVersionMatch: metav1.ResourceVersionMatchNotOlderThan}, "3", 2},
		"exactly":                      {PageOptions{ResourceVersion: "2", ResourceVersionMatch: metav1.ResourceVersionMatchExact}, "2", 1},
		"exactly, since with a limit":  {PageOptions{ResourceVersion: "2", Limit: 5}, "2", 1},
		"before there was anything":    {PageOptions{ResourceVersion: "1", ResourceVersionMatch: metav1.ResourceVersionMatchExact}, "1", 0},
		"a negative limit is no limit": {PageOptions{Limit: -1}, "3", 2},
	} {
		t.Run(name, func(t *testing.T) {
			c.WithT = gomega.NewWithT(t)
			page := c.page(in, test.o)
			c.Expect(page.Version).To(gomega.Equal(test.version))
			c.Expect(page.Objects).To(gomega.HaveLen(test.objects))
		})
	}
	c.Expect(c.page(in, PageOptions{ResourceVersion: "2", ResourceVersionMatch: "Exact"}).Objects[0]).To(gomega.BeIdenticalTo(pod))
}

func TestListsThatAreRefused(t *testing.T) {
	c := newCluster(t, Options{WatchWindow: 2})
	for range 5 {
		pod := newPod("")
		pod.GenerateName = "p-"
		create(c, pod)
	}
	c.Expect(c.server.store.pods.compacted).To(gomega.Equal(uint64(4)))
	in := Selection{Resource: Pods}
	encode := func(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }
	for name, test := range map[string]struct {
		o       PageOptions
		code    int32
		reason  metav1.StatusReason
		message string
	}{
		"match without a version": {PageOptions{ResourceVersionMatch: "Exact"}, 422, metav1.StatusReasonInvalid,
			"resourceVersionMatch is forbidden unless resourceVersion is provided"},
		"match with continue": {PageOptions{ResourceVersionMatch: "Exact", ResourceVersion: "3", Continue: "x"}, 422,
			metav1.StatusReasonInvalid, "resourceVersionMatch is forbidden when continue is provided"},
		"an unknown match": {PageOptions{ResourceVersionMatch: "Roughly", ResourceVersion: "3"}, 422, metav1.StatusReasonInvalid,
			`Unsupported value: "Roughly"`},
		"exactly any": {PageOptions{ResourceVersionMatch: "Exact", ResourceVersion: "0"}, 422, metav1.StatusReasonInvalid,
			`"exact" is forbidden for resourceVersion "0"`},
		"no version": {PageOptions{ResourceVersion: "new"}, 400, metav1.StatusReasonBadRequest, `resourceVersion: Invalid value: "new"`},
		"a version to come": {PageOptions{ResourceVersion: "99"}, 504, metav1.StatusReasonTimeout,
			"Timeout: Too large resource version: 99, current: 6"},
		"exactly a version to come": {PageOptions{ResourceVersion: "99", ResourceVersionMatch: "Exact"}, 504,
			metav1.StatusReasonTimeout, "Too large resource version"},
		"too old":                  {PageOptions{ResourceVersion: "3", ResourceVersionMatch: "Exact"}, 410, metav1.StatusReasonExpired, listExpired},
		"continue and a version":   {PageOptions{Continue: encodeContinue("a", 6), ResourceVersion: "3"}, 400, metav1.StatusReasonBadRequest, "specifying resource version is not allowed when using continue"},
		"a token of nobody":        {PageOptions{Continue: "?"}, 400, metav1.StatusReasonBadRequest, "invalid continue token: continue key is not valid: illegal base64"},
		"a token without JSON":     {PageOptions{Continue: encode("x")}, 400, metav1.StatusReasonBadRequest, "invalid character"},
		"a token of a later time":  {PageOptions{Continue: encode(`{"v":"v2","rv":1,"start":"a"}`)}, 400, metav1.StatusReasonBadRequest, "does not recognize this encoded version"},
		"a token of no version":    {PageOptions{Continue: encode(`{"v":"meta.k8s.io/v1","start":"a"}`)}, 400, metav1.StatusReasonBadRequest, "incorrect encoded start resourceVersion"},
		"a token that starts not":  {PageOptions{Continue: encode(`{"v":"meta.k8s.io/v1","rv":1}`)}, 400, metav1.StatusReasonBadRequest, "encoded start key empty"},
		"a token that climbs":      {PageOptions{Continue: encode(`{"v":"meta.k8s.io/v1","rv":1,"start":"../a"}`)}, 400, metav1.StatusReasonBadRequest, "continue key is not valid: ../a"},
		"a token of what is to be": {PageOptions{Continue: encodeContinue("a", 99)}, 504, metav1.StatusReasonTimeout, "Too large resource version"},
	} {
		t.Run(name, func(t *testing.T) {
			g := gomega.NewWithT(t)
			_, err := c.user.ListPage(in, test.o)
			var status *apierrors.StatusError
			g.Expect(errors.As(err, &status)).To(gomega.BeTrue(), "%v", err)
			g.Expect(status.ErrStatus.Code).To(gomega.Equal(test.code), status.ErrStatus.Message)
			g.Expect(status.ErrStatus.Reason).To(gomega.Equal(test.reason))
			g.Expect(status.ErrStatus.Message).To(gomega.ContainSubstring(test.message))
			g.Expect(apierrors.HasStatusCause(err, metav1.CauseTypeResourceVersionTooLarge)).To(gomega.Equal(test.code == 504))
		})
	}
	t.Run("a page that is too old tells how to go on", func(t *testing.T) {
		c.WithT = gomega.NewWithT(t)
		second := c.page(in, PageOptions{}).Objects[1]
		_, err := c.user.ListPage(in, PageOptions{Continue: encodeContinue("default/"+second.GetName(), 3), Limit: 1})
		c.Expect(apierrors.IsResourceExpired(err)).To(gomega.BeTrue())
		c.Expect(err).To(gomega.MatchError(continueExpired))
		page := c.page(in, PageOptions{Continue: err.(*apierrors.StatusError).ErrStatus.Continue, Limit: 1})
		c.Expect(page.Version).To(gomega.Equal("6"), "of now")
		c.Expect(page.Objects).To(gomega.Equal([]Object{second}))
		c.Expect(page.Continue).To(gomega.HavePrefix(encodeContinue("default", 6)[:20]))
	})
}

// TestPagesAreOfOneVersion writes at random, between pages too, and holds lists of every version to what they were.
func TestPagesAreOfOneVersion(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := newCluster(nopTB{}, Options{})
		c.WithT = gomega.NewWithT(t)
		in := Selection{Resource: Pods}
		then := map[string][]string{"1": {}}
		write := func() {
			k := Key{Pods, rapid.SampledFrom([]string{"default", "other", "z"}).Draw(t, "namespace"),
				rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "name")}
			pod := newPod(k.Name)
			pod.Namespace, pod.Finalizers = k.Namespace, []string{"x.io/1"}[:rapid.IntRange(0, 1).Draw(t, "finalizers")]
			switch rapid.IntRange(0, 3).Draw(t, "write") {
			case 0, 1:
				_, _ = c.user.Create(pod)
			case 2:
				_ = c.user.Delete(k, nil)
			case 3:
				_, _ = c.user.Patch(k, "", merge, []byte(`{"metadata":{"finalizers":null,"labels":{"x":"`+fmt.Sprint(c.server.store.version)+`"}}}`))
			}
		}
		c.server.Subscribe(Pods, func(change Change) {
			then[fmt.Sprint(change.Version)] = versioned(c.server.store.pods.sorted(""))
		})
		for range rapid.IntRange(0, 20).Draw(t, "writes") {
			write()
		}
		version := fmt.Sprint(rapid.Uint64Range(1, c.server.store.version).Draw(t, "version"))
		o := PageOptions{ResourceVersion: version, ResourceVersionMatch: metav1.ResourceVersionMatchExact,
			Limit: int64(rapid.IntRange(1, 4).Draw(t, "limit"))}
		got := []string{}
		for {
			page := c.page(in, o)
			c.Expect(page.Version).To(gomega.Equal(version))
			got = append(got, versioned(page.Objects)...)
			if page.Continue == "" {
				break
			}
			c.Expect(int(*page.Remaining) + len(got)).To(gomega.Equal(len(then[version])))
			o = PageOptions{Continue: page.Continue, Limit: o.Limit}
			write()
		}
		c.Expect(got).To(gomega.Equal(then[version]))
		c.Expect(slices.IsSorted(got)).To(gomega.BeTrue())
	})
}

// FuzzContinue feeds tokens to a list. A good one is read as it was written.
func FuzzContinue(f *testing.F) {
	f.Add(encodeContinue("default/b\x00", 2))
	f.Add("e30")
	f.Add("")
	f.Fuzz(func(t *testing.T, token string) {
		c := newCluster(t, Options{})
		create(c, newPod("a"))
		create(c, newPod("c"))
		page, err := c.user.ListPage(Selection{Resource: Pods}, PageOptions{Continue: token, Limit: 1})
		c.Expect(err != nil || len(page.Objects) < 2).To(gomega.BeTrue())
		if start, version, err := decodeContinue(token); err == nil && start != "" {
			again, v, err := decodeContinue(encodeContinue(start, version))
			c.Expect(err).NotTo(gomega.HaveOccurred())
			c.Expect(again).To(gomega.Equal(start))
			c.Expect(v).To(gomega.Equal(version))
		}
	})
}
