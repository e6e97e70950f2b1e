package rest

import (
	"reflect"
	"slices"
	"testing"

	. "github.com/onsi/gomega"
	"k8s.io/client-go/kubernetes/scheme"
)

func TestKindsAgreeWithTheGoTypes(t *testing.T) {
	for _, k := range kinds {
		t.Run(string(k.resource), func(t *testing.T) {
			g := NewWithT(t)
			gvks, _, err := scheme.Scheme.ObjectKinds(k.blank())
			g.Expect(err).NotTo(HaveOccurred())
			g.Expect(gvks).To(ConsistOf(k.gvk))
			lists, _, err := scheme.Scheme.ObjectKinds(k.list())
			g.Expect(err).NotTo(HaveOccurred())
			g.Expect(lists).To(ConsistOf(k.gvk.GroupVersion().WithKind(k.gvk.Kind + "List")))
			items, ok := reflect.TypeOf(k.list()).Elem().FieldByName("Items")
			g.Expect(ok).To(BeTrue())
			g.Expect(reflect.PointerTo(items.Type.Elem())).To(Equal(reflect.TypeOf(k.blank())))
			_, hasStatus := reflect.TypeOf(k.blank()).Elem().FieldByName("Status")
			g.Expect(k.status).To(Equal(hasStatus))
			g.Expect(kindFor(k.gvk.Group, k.gvk.Version, string(k.resource))).To(BeIdenticalTo(k))
		})
	}
}

func TestKindsAreSorted(t *testing.T) {
	NewWithT(t).Expect(slices.IsSortedFunc(kinds, func(a, b *kind) int {
		return slices.Compare([]string{a.gvk.Group, a.gvk.Version, string(a.resource)},
			[]string{b.gvk.Group, b.gvk.Version, string(b.resource)})
	})).To(BeTrue())
}

func TestWhatIsNotServedHasNoKind(t *testing.T) {
	g := NewWithT(t)
	g.Expect(kindFor("", "v1", "jobs")).To(BeNil())
	g.Expect(kindFor("batch", "v1", "cronjobs")).To(BeNil())
	g.Expect(kindFor("batch", "v1beta1", "jobs")).To(BeNil())
	g.Expect(kindFor("", "v1", "")).To(BeNil())
}
