package apiserver

import (
	"fmt"
	"testing"

	"github.com/onsi/gomega"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
)

const (
	merge     = types.MergePatchType
	strategic = types.StrategicMergePatchType
	jsonPatch = types.JSONPatchType
)

// patchedPod is a pod with something in every part of it that patches here change.
func (c *cluster) patchedPod() *corev1.Pod {
	pod := newPod("p")
	pod.Labels = map[string]string{"a": "1", "b": "2"}
	pod.Annotations = map[string]string{"note": "x"}
	pod.Finalizers = []string{batchv1.JobTrackingFinalizer, "example.com/hold"}
	return create(c, pod)
}

func TestPatchesOfThreeKinds(t *testing.T) {
	for name, patch := range map[string]struct {
		kind  types.PatchType
		patch string
	}{
		"merge": {merge, `{"metadata":{"labels":{"a":null,"c":"3"},"finalizers":["example.com/hold"]}}`},
		"strategic": {strategic, `{"metadata":{"labels":{"a":null,"c":"3"},` +
			`"$deleteFromPrimitiveList/finalizers":["batch.kubernetes.io/job-tracking"]}}`},
		"json": {jsonPatch, `[{"op":"remove","path":"/metadata/labels/a"},{"op":"add","path":"/metadata/labels/c","value":"3"},` +
			`{"op":"remove","path":"/metadata/finalizers/0"}]`},
	} {
		t.Run(name, func(t *testing.T) {
			c := newCluster(t, Options{})
			pod := c.patchedPod()
			before := pod.DeepCopy()
			obj, err := c.user.Patch(KeyOf(pod), "", patch.kind, []byte(patch.patch))
			c.Expect(err).NotTo(gomega.HaveOccurred())
			c.Expect(obj.GetLabels()).To(gomega.Equal(map[string]string{"b": "2", "c": "3"}))
			c.Expect(obj.GetFinalizers()).To(gomega.Equal([]string{"example.com/hold"}))
			c.Expect(obj.GetResourceVersion()).To(gomega.Equal("3"))
			c.Expect(obj.(*corev1.Pod).Spec).To(gomega.Equal(before.Spec))
			c.Expect(pod).To(gomega.Equal(before), "the stored object is not written into")
			c.Expect(stored(c, pod)).To(gomega.BeIdenticalTo(obj))
		})
	}
}

func TestPatchOfSpecAndStatus(t *testing.T) {
	c := newCluster(t, Options{})
	job := create(c, newJob("pi"))
	obj, err := c.user.Patch(KeyOf(job), "", strategic, []byte(`{"spec":{"parallelism":3},"status":{"active":3}}`))
	c.Expect(err).NotTo(gomega.HaveOccurred())
	c.Expect(*obj.(*batchv1.Job).Spec.Parallelism).To(gomega.Equal(int32(3)))
	c.Expect(obj.(*batchv1.Job).Status.Active).To(gomega.BeZero(), "DEF-12")
	c.Expect(obj.GetGeneration()).To(gomega.Equal(int64(2)), "MUT-4")
	obj, err = c.user.Patch(KeyOf(job), "status", merge, []byte(`{"spec":{"parallelism":4},"status":{"active":3}}`))
	c.Expect(err).NotTo(gomega.HaveOccurred())
	c.Expect(*obj.(*batchv1.Job).Spec.Parallelism).To(gomega.Equal(int32(3)))
	c.Expect(obj.(*batchv1.Job).Status.Active).To(gomega.Equal(int32(3)))
	c.Expect(c.recorder.last().Verb + " " + c.recorder.last().Subresource).To(gomega.Equal("patch status"))
}

// A strategic merge patch merges containers by name, a merge patch replaces the list.
func TestPatchOfLists(t *testing.T) {
	c := newCluster(t, Options{})
	pod := create(c, newPod("p"))
	obj, err := c.user.Patch(KeyOf(pod), "", strategic, []byte(`{"spec":{"containers":[{"name":"main","image":"alpine"}]}}`))
	c.Expect(err).NotTo(gomega.HaveOccurred())
	c.Expect(obj.(*corev1.Pod).Spec.Containers).To(gomega.HaveLen(1))
	c.Expect(obj.(*corev1.Pod).Spec.Containers[0].Image).To(gomega.Equal("alpine"))
	_, err = c.user.Patch(KeyOf(pod), "", merge, []byte(`{"spec":{"containers":[{"name":"other","image":"alpine"}]}}`))
	c.expectStatus(err, 422, metav1.StatusReasonInvalid, "spec")
}

func TestPreconditionsInPatches(t *testing.T) {
	for _, long := range []bool{false, true} {
		t.Run(fmt.Sprintf("the long way %v", long), func(t *testing.T) {
			c := newCluster(t, Options{})
			pod := c.patchedPod()
			patch := func(precondition string) error {
				data := fmt.Sprintf(`{"metadata":{%s,"labels":{"a":"new"}}}`, precondition)
				if long {
					data = fmt.Sprintf(`{"metadata":{%s,"labels":{"a":"new"},"ownerReferences":null}}`, precondition)
				}
				_, err := c.user.Patch(KeyOf(pod), "", merge, []byte(data))
				return err
			}
			c.expectStatus(patch(`"uid":"other"`), 422, metav1.StatusReasonInvalid,
				`metadata.uid: Invalid value: "other": field is immutable`)
			c.expectStatus(patch(`"resourceVersion":"1"`), 409, metav1.StatusReasonConflict, "the object has been modified")
			c.expectStatus(patch(`"uid":"other","resourceVersion":"1"`), 409, metav1.StatusReasonConflict, "the object has been modified")
			c.Expect(patch(fmt.Sprintf(`"uid":"%s","resourceVersion":"%s"`, pod.UID, pod.ResourceVersion))).To(gomega.Succeed())
			c.Expect(patch(`"uid":null`)).To(gomega.Succeed())
		})
	}
	t.Run("in the form that Job controllers send", func(t *testing.T) {
		c := newCluster(t, Options{})
		pod := c.patchedPod()
		drop := `"$deleteFromPrimitiveList/finalizers":["batch.kubernetes.io/job-tracking"]`
		_, err := c.user.Patch(KeyOf(pod), "", strategic, []byte(`{"metadata":{"uid":"other",`+drop+`}}`))
		c.Expect(apierrors.IsInvalid(err)).To(gomega.BeTrue())
		obj, err := c.user.Patch(KeyOf(pod), "", strategic, []byte(`{"metadata":{"uid":"`+string(pod.UID)+`",`+drop+`}}`))
		c.Expect(err).NotTo(gomega.HaveOccurred())
		c.Expect(obj.GetFinalizers()).To(gomega.Equal([]string{"example.com/hold"}))
	})
}

func TestPatchRefuses(t *testing.T) {
	c := newCluster(t, Options{})
	_, err := c.user.Patch(KeyOf(newPod("p")), "", merge, []byte(`{"metadata":{"uid":"1"}}`))
	c.expectStatus(err, 404, metav1.StatusReasonNotFound, `pods "p" not found`)
	pod := c.patchedPod()
	const rejected = "the server rejected our request due to an error in our request"
	for name, p := range map[string]struct {
		kind    types.PatchType
		patch   string
		code    int32
		reason  metav1.StatusReason
		message string
	}{
		"another name":       {merge, `{"metadata":{"name":"q"}}`, 400, metav1.StatusReasonBadRequest, "does not match the name on the URL"},
		"no name":            {merge, `{"metadata":null}`, 400, metav1.StatusReasonBadRequest, "does not match the name on the URL"},
		"broken merge":       {merge, `{`, 400, metav1.StatusReasonBadRequest, "error decoding patch"},
		"broken strategic":   {strategic, `{`, 400, metav1.StatusReasonBadRequest, "error decoding patch"},
		"broken json patch":  {jsonPatch, `{`, 400, metav1.StatusReasonBadRequest, "error decoding patch"},
		"failed test":        {jsonPatch, `[{"op":"test","path":"/metadata/name","value":"q"}]`, 422, metav1.StatusReasonInvalid, rejected},
		"a path that is not": {jsonPatch, `[{"op":"remove","path":"/metadata/labels/zz"}]`, 422, metav1.StatusReasonInvalid, rejected},
		"another type":       {merge, `{"spec":{"priority":"high"}}`, 422, metav1.StatusReasonInvalid, "patch: Invalid value"},
		"another patch type": {"application/x-patch", `{}`, 415, metav1.StatusReasonUnsupportedMediaType, ""},
		"what is invalid":    {merge, `{"metadata":{"labels":{"-":"x"}}}`, 422, metav1.StatusReasonInvalid, "metadata.labels"},
	} {
		t.Run(name, func(t *testing.T) {
			c.WithT = gomega.NewWithT(t)
			_, err := c.user.Patch(KeyOf(pod), "", p.kind, []byte(p.patch))
			c.expectStatus(err, p.code, p.reason, p.message)
			c.Expect(stored(c, pod)).To(gomega.BeIdenticalTo(pod))
		})
	}
}

// What is not known is dropped, as by a server that is not asked to be strict; names are case-sensitive.
func TestPatchOfUnknownFields(t *testing.T) {
	for _, kind := range []types.PatchType{merge, strategic} {
		c := newCluster(t, Options{})
		pod := c.patchedPod()
		patch := `{"Metadata":{"labels":{"c":"1"}},"metadata":{"Labels":{"d":"1"}},"spec":{"what":1}}`
		obj, err := c.user.Patch(KeyOf(pod), "", kind, []byte(patch))
		c.Expect(err).NotTo(gomega.HaveOccurred())
		c.Expect(obj).To(gomega.BeIdenticalTo(pod))
	}
}

// Null in place of a whole map, and directives, mean something that the fast way does not know.
func TestPatchesThatLookSimple(t *testing.T) {
	for patch, want := range map[string]map[string]string{
		`{"metadata":{"labels":null}}`:                              nil,
		`{"metadata":{"labels":{"$patch":"replace","c":"3"}}}`:      {"c": "3"},
		`{"metadata":{"labels":{"$patch":"delete"}}}`:               nil,
		`{"metadata":{"labels":{"c":"null"}}}`:                      {"a": "1", "b": "2", "c": "null"},
		`{"metadata":{"labels":{"b":null},"resourceVersion":null}}`: {"a": "1"},
		`{"metadata":{"labels":{}}}`:                                {"a": "1", "b": "2"},
		`{}`:                                                        {"a": "1", "b": "2"},
	} {
		t.Run(patch, func(t *testing.T) {
			c := newCluster(t, Options{})
			obj, err := c.user.Patch(KeyOf(c.patchedPod()), "", strategic, []byte(patch))
			c.Expect(err).NotTo(gomega.HaveOccurred())
			if want == nil {
				c.Expect(obj.GetLabels()).To(gomega.BeEmpty())
			} else {
				c.Expect(obj.GetLabels()).To(gomega.Equal(want))
			}
		})
	}
}
