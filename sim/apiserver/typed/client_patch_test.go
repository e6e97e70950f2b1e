package typed

import (
	"testing"

	"github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

func TestPatches(t *testing.T) {
	c := newCluster(t)
	pod := newPod("p")
	pod.Finalizers = []string{"example.com/a", "example.com/b"}
	pod.Labels = map[string]string{"a": "1"}
	create(c, pod)

	before := pod.DeepCopy()
	pod.Labels["a"] = "2"
	c.Expect(c.live.Patch(background(), pod, client.MergeFrom(before))).To(gomega.Succeed())
	c.Expect(pod.Labels).To(gomega.HaveKeyWithValue("a", "2"))

	before = pod.DeepCopy()
	pod.Finalizers = []string{"example.com/b"}
	c.Expect(c.live.Patch(background(), pod, client.StrategicMergeFrom(before))).To(gomega.Succeed())
	c.Expect(pod.Finalizers).To(gomega.Equal([]string{"example.com/b"}))

	current := pod.DeepCopy()
	pod.Labels["a"] = "3"
	stale := client.MergeFromWithOptions(before, client.MergeFromWithOptimisticLock{})
	c.Expect(apierrors.IsConflict(c.live.Patch(background(), pod.DeepCopy(), stale))).To(gomega.BeTrue())
	c.Expect(c.live.Patch(background(), pod, client.MergeFromWithOptions(current, client.MergeFromWithOptimisticLock{}))).To(gomega.Succeed())
	c.Expect(pod.Labels).To(gomega.HaveKeyWithValue("a", "3"))

	raw := client.RawPatch(types.JSONPatchType, []byte(`[{"op":"remove","path":"/metadata/finalizers"}]`))
	c.Expect(c.live.Patch(background(), pod, raw)).To(gomega.Succeed())
	c.Expect(pod.Finalizers).To(gomega.BeEmpty())

	gone := newPod("x")
	c.Expect(apierrors.IsNotFound(c.live.Patch(background(), gone, client.RawPatch(types.MergePatchType, []byte(`{}`))))).To(gomega.BeTrue())
}

func TestMetadataOnly(t *testing.T) {
	c := newCluster(t)
	pod := newPod("p")
	pod.Finalizers = []string{"example.com/a"}
	create(c, pod)
	only := metadataOf("v1", "Pod", "p")
	c.Expect(c.live.Get(background(), client.ObjectKeyFromObject(only), only)).To(gomega.Succeed())
	c.Expect(only.UID).To(gomega.Equal(pod.UID))
	before := only.DeepCopy()
	only.Finalizers = nil
	c.Expect(c.live.Patch(background(), only, client.MergeFrom(before))).To(gomega.Succeed())
	c.Expect(only.Finalizers).To(gomega.BeEmpty())
	c.Expect(only.Kind).To(gomega.Equal("Pod"))
	c.Expect(c.live.Create(background(), only)).To(gomega.MatchError("cannot create using only metadata"))
	c.Expect(c.live.Update(background(), only)).To(gomega.MatchError(gomega.ContainSubstring("did you mean to patch?")))

	create(c, newJob("j"))
	create(c, newNode("n"))
	create(c, newEvent("e"))
	for _, kind := range []struct{ group, kind string }{{"v1", "Pod"}, {"batch/v1", "Job"}, {"v1", "Node"}, {"v1", "Event"}} {
		list := &metav1.PartialObjectMetadataList{TypeMeta: metav1.TypeMeta{APIVersion: kind.group, Kind: kind.kind + "List"}}
		c.Expect(c.live.List(background(), list)).To(gomega.Succeed())
		c.Expect(list.Items).To(gomega.HaveLen(1), kind.kind)
		c.Expect(list.Items[0].Name).NotTo(gomega.BeEmpty())
		only := metadataOf(kind.group, kind.kind, list.Items[0].Name)
		c.Expect(c.cached.Get(background(), client.ObjectKeyFromObject(only), only)).To(gomega.Succeed())
		c.Expect(only.UID).To(gomega.Equal(list.Items[0].UID))
		c.Expect(only.Kind).To(gomega.Equal(kind.kind))
	}
	c.Expect(c.live.Delete(background(), only)).To(gomega.Succeed())
}

func TestUnknownTypes(t *testing.T) {
	c := newCluster(t)
	config := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: "x"}}
	mine := metadataOf("example.com/v1", "Mine", "x")
	for _, obj := range []client.Object{config, mine} {
		key := client.ObjectKeyFromObject(obj)
		for _, err := range []error{
			c.live.Get(background(), key, obj), c.cached.Get(background(), key, obj),
			c.live.Delete(background(), obj), c.live.DeleteAllOf(background(), obj),
			c.live.Patch(background(), obj, client.MergeFrom(obj)),
			c.cache.IndexField(background(), obj, "x", nil),
		} {
			c.Expect(meta.IsNoMatchError(err)).To(gomega.BeTrue(), "%v", err)
		}
	}
	for _, err := range []error{
		c.live.Create(background(), config), c.live.Update(background(), config), c.live.Status().Update(background(), config),
		c.live.List(background(), &corev1.ConfigMapList{}), c.cached.List(background(), &corev1.ConfigMapList{}),
	} {
		c.Expect(meta.IsNoMatchError(err)).To(gomega.BeTrue(), "%v", err)
		c.Expect(err).To(gomega.MatchError(gomega.ContainSubstring(`no matches for kind "ConfigMap`)))
	}
	_, err := ResourceOf(&foreign{})
	c.Expect(err).To(gomega.HaveOccurred())
	c.Expect(c.calls).To(gomega.BeEmpty())
}

// foreign is of no kind that any scheme knows.
type foreign struct{ metav1.TypeMeta }

func (f *foreign) DeepCopyObject() runtime.Object { return f }
