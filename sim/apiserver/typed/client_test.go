package typed

import (
	"errors"
	"testing"

	"github.com/onsi/gomega"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/jobsim/jobsim/sim/apiserver"
)

func TestCreateFillsTheObject(t *testing.T) {
	c := newCluster(t)
	for _, obj := range []client.Object{newJob("j"), newPod("p"), newNode("n"), newEvent("e")} {
		obj.SetLabels(map[string]string{"a": "b"})
		c.Expect(c.live.Create(background(), obj)).To(gomega.Succeed())
		c.Expect(obj.GetUID()).NotTo(gomega.BeEmpty())
		c.Expect(obj.GetResourceVersion()).NotTo(gomega.BeEmpty())

		// What the user holds and what is stored share nothing.
		obj.GetLabels()["a"] = "changed"
		again := obj.DeepCopyObject().(client.Object)
		c.Expect(c.live.Get(background(), client.ObjectKeyFromObject(obj), again)).To(gomega.Succeed())
		c.Expect(again.GetLabels()["a"]).To(gomega.Equal("b"))
	}
	job := newJob("")
	job.GenerateName = "pi-"
	job.TypeMeta = metav1.TypeMeta{APIVersion: "batch/v1", Kind: "Job"}
	create(c, job)
	c.Expect(job.Name).To(gomega.HavePrefix("pi-"))
	c.Expect(job.Spec.BackoffLimit).NotTo(gomega.BeNil(), "defaults are filled in")
	c.Expect(job.TypeMeta).To(gomega.Equal(metav1.TypeMeta{}), "as in controller-runtime's client, an answer has none")
	c.Expect(c.calls[len(c.calls)-1]).To(gomega.Equal(
		Call{Verb: "create", Resource: apiserver.Jobs, Namespace: "default", Name: "pi-"}))
}

func TestRefusedRequestsLeaveTheObjectAlone(t *testing.T) {
	c := newCluster(t)
	c.refuse = errors.New("no route to host")
	for _, obj := range []client.Object{newJob("j"), newPod("p")} {
		before := obj.DeepCopyObject()
		c.Expect(c.live.Create(background(), obj)).To(gomega.MatchError(c.refuse))
		c.Expect(c.live.Update(background(), obj)).To(gomega.MatchError(c.refuse))
		c.Expect(c.live.Delete(background(), obj)).To(gomega.MatchError(c.refuse))
		c.Expect(c.live.Get(background(), client.ObjectKeyFromObject(obj), obj)).To(gomega.MatchError(c.refuse))
		c.Expect(obj).To(gomega.Equal(before))
	}
	c.Expect(c.live.List(background(), &corev1.PodList{})).To(gomega.MatchError(c.refuse))
	c.refuse = nil
	create(c, newPod("p"))
	taken := newPod("p")
	taken.Labels = map[string]string{"a": "b"}
	before := taken.DeepCopy()
	c.Expect(apierrors.IsAlreadyExists(c.live.Create(background(), taken))).To(gomega.BeTrue())
	c.Expect(taken).To(gomega.Equal(before))
}

func TestUpdate(t *testing.T) {
	c := newCluster(t)
	job := create(c, newJob("pi"))
	stale := job.DeepCopy()
	job.Spec.Suspend = new(true)
	c.Expect(c.live.Update(background(), job)).To(gomega.Succeed())
	c.Expect(job.Generation).To(gomega.Equal(int64(2)))
	c.Expect(job.ResourceVersion).NotTo(gomega.Equal(stale.ResourceVersion))
	c.Expect(apierrors.IsConflict(c.live.Update(background(), stale))).To(gomega.BeTrue())
	c.Expect(apierrors.IsNotFound(c.live.Update(background(), newJob("x")))).To(gomega.BeTrue())

	job.TypeMeta = metav1.TypeMeta{APIVersion: "batch/v1", Kind: "Job"}
	job.Labels["a"] = "b"
	c.Expect(c.live.Update(background(), job)).To(gomega.Succeed())
	c.Expect(job.Kind).To(gomega.Equal("Job"), "an update gives the kind back that was there")
}

func TestStatusWriter(t *testing.T) {
	c := newCluster(t)
	job := create(c, newJob("pi"))
	job.Spec.Suspend = new(true)
	job.Status.Active = 2
	c.Expect(c.live.Status().Update(background(), job)).To(gomega.Succeed())
	c.Expect(job.Status.Active).To(gomega.Equal(int32(2)))
	c.Expect(*job.Spec.Suspend).To(gomega.BeFalse(), "the spec in the answer is the stored one")
	c.Expect(c.calls[len(c.calls)-1].Subresource).To(gomega.Equal("status"))

	patch := client.MergeFrom(job.DeepCopy())
	job.Status.Active = 3
	c.Expect(c.live.Status().Patch(background(), job, patch)).To(gomega.Succeed())
	c.Expect(job.Status.Active).To(gomega.Equal(int32(3)))

	pod := create(c, newPod("p"))
	pod.Status.Message = "hello"
	c.Expect(c.live.Status().Update(background(), pod)).To(gomega.Succeed())
	c.Expect(pod.Status.Message).To(gomega.Equal("hello"))

	var read batchv1.Job
	c.Expect(c.live.Get(background(), client.ObjectKeyFromObject(job), &read)).To(gomega.Succeed())
	read.Status.Conditions = append(read.Status.Conditions, batchv1.JobCondition{Type: "Mine", Status: "True"})
	c.Expect(c.live.Status().Update(background(), &read)).To(gomega.Succeed())
	read.Status.Conditions[0].Type = "changed later"
	c.Expect(c.live.Get(background(), client.ObjectKeyFromObject(job), job)).To(gomega.Succeed())
	c.Expect(job.Status.Conditions[0].Type).To(gomega.BeEquivalentTo("Mine"), "the stored status is a copy")
}

func TestOtherSubresourcesAreRefused(t *testing.T) {
	c := newCluster(t)
	pod := create(c, newPod("p"))
	patch := client.RawPatch(types.MergePatchType, []byte(`{}`))
	for _, err := range []error{
		c.live.SubResource("eviction").Create(background(), pod, pod),
		c.live.SubResource("eviction").Update(background(), pod),
		c.live.SubResource("scale").Patch(background(), pod, patch),
		c.live.SubResource("scale").Get(background(), pod, pod),
	} {
		c.Expect(err).To(gomega.MatchError(gomega.MatchRegexp(`subresource "(eviction|scale)"`)))
	}
	body := client.SubResourceUpdateOptions{SubResourceBody: pod}
	c.Expect(c.live.Status().Update(background(), pod, &body)).To(gomega.MatchError(gomega.ContainSubstring("body of its own")))
	patchBody := client.SubResourcePatchOptions{SubResourceBody: pod}
	c.Expect(c.live.Status().Patch(background(), pod, patch, &patchBody)).To(gomega.MatchError(gomega.ContainSubstring("body of its own")))
	c.Expect(c.calls).To(gomega.HaveLen(1), "none of them became a request")
}

func TestDeleteAndDeleteAllOf(t *testing.T) {
	c := newCluster(t)
	pod := create(c, newPod("p"))
	wrong := types.UID("other")
	c.Expect(apierrors.IsConflict(c.live.Delete(background(), pod, client.Preconditions{UID: &wrong}))).To(gomega.BeTrue())
	c.Expect(c.live.Delete(background(), pod, client.Preconditions{UID: &pod.UID})).To(gomega.Succeed())
	c.Expect(apierrors.IsNotFound(c.live.Delete(background(), pod))).To(gomega.BeTrue())
	c.Expect(client.IgnoreNotFound(c.live.Delete(background(), pod))).To(gomega.Succeed())

	for _, name := range []string{"a", "b", "c"} {
		pod := newPod(name)
		pod.Labels = map[string]string{"name": name}
		create(c, pod)
	}
	other := newPod("a")
	other.Namespace = "other"
	create(c, other)
	requests := len(c.calls)
	c.Expect(c.live.DeleteAllOf(background(), &corev1.Pod{}, client.InNamespace("default"), client.HasLabels{"name"},
		client.MatchingFields{"metadata.name": "a"})).To(gomega.Succeed())
	c.Expect(c.live.DeleteAllOf(background(), &corev1.Pod{}, client.InNamespace("default"),
		client.MatchingLabels{"name": "b"})).To(gomega.Succeed())
	c.Expect(c.calls[requests:]).To(gomega.Equal([]Call{
		{Verb: "deletecollection", Resource: apiserver.Pods, Namespace: "default"},
		{Verb: "deletecollection", Resource: apiserver.Pods, Namespace: "default"},
	}), "each is one request")
	var left corev1.PodList
	c.Expect(c.live.List(background(), &left)).To(gomega.Succeed())
	c.Expect(names(left.Items)).To(gomega.Equal([]string{"c", "a"}))
	unknown := client.MatchingFields{"spec.what": "x"}
	c.Expect(apierrors.IsBadRequest(c.live.DeleteAllOf(background(), &corev1.Pod{}, unknown))).To(gomega.BeTrue())
	invalid := client.PropagationPolicy("Sideways")
	c.Expect(apierrors.IsInvalid(c.live.DeleteAllOf(background(), &corev1.Pod{}, invalid))).To(gomega.BeTrue())
}

func TestDryRun(t *testing.T) {
	c := newCluster(t)
	for _, obj := range []client.Object{newJob("j"), newPod("p")} {
		c.Expect(c.live.Create(background(), obj, client.DryRunAll)).To(gomega.Succeed())
		c.Expect(obj.GetUID()).NotTo(gomega.BeEmpty())
		c.Expect(apierrors.IsNotFound(c.live.Get(background(), client.ObjectKeyFromObject(obj), obj))).To(gomega.BeTrue())
	}
	job := create(c, newJob("pi"))
	version := job.ResourceVersion
	before := job.DeepCopy()
	job.Labels["a"] = "b"
	c.Expect(c.live.Update(background(), job.DeepCopy(), client.DryRunAll)).To(gomega.Succeed())
	c.Expect(c.live.Patch(background(), job.DeepCopy(), client.MergeFrom(before), client.DryRunAll)).To(gomega.Succeed())
	c.Expect(c.live.Delete(background(), job, client.DryRunAll)).To(gomega.Succeed())
	c.Expect(c.live.DeleteAllOf(background(), job, client.DryRunAll)).To(gomega.Succeed())
	c.Expect(c.live.Get(background(), client.ObjectKeyFromObject(job), job)).To(gomega.Succeed())
	c.Expect(job.ResourceVersion).To(gomega.Equal(version))
}

func TestKinds(t *testing.T) {
	c := newCluster(t)
	gvk, err := c.live.GroupVersionKindFor(&batchv1.Job{})
	c.Expect(err).NotTo(gomega.HaveOccurred())
	c.Expect(gvk).To(gomega.Equal(batchv1.SchemeGroupVersion.WithKind("Job")))
	namespaced, err := c.live.IsObjectNamespaced(&batchv1.Job{})
	c.Expect(err).NotTo(gomega.HaveOccurred())
	c.Expect(namespaced).To(gomega.BeTrue())
	namespaced, err = c.live.IsObjectNamespaced(&corev1.Node{})
	c.Expect(err).NotTo(gomega.HaveOccurred())
	c.Expect(namespaced).To(gomega.BeFalse())
	mapping, err := c.live.RESTMapper().RESTMapping(gvk.GroupKind(), "v1")
	c.Expect(err).NotTo(gomega.HaveOccurred())
	c.Expect(mapping.Resource.Resource).To(gomega.Equal("jobs"))
	c.Expect(c.live.Scheme().Recognizes(gvk)).To(gomega.BeTrue())
}

func TestLiveReads(t *testing.T) {
	c := newCluster(t)
	for _, name := range []string{"b", "a"} {
		job := newJob(name)
		job.Labels = map[string]string{"name": name}
		create(c, job)
	}
	var jobs batchv1.JobList
	c.Expect(c.live.List(background(), &jobs, client.InNamespace("default"))).To(gomega.Succeed())
	c.Expect(names(jobs.Items)).To(gomega.Equal([]string{"a", "b"}))
	c.Expect(jobs.ResourceVersion).To(gomega.Equal("3"))
	c.Expect(jobs.Items[0].Kind).To(gomega.BeEmpty())
	c.Expect(c.live.List(background(), &jobs, client.MatchingLabels{"name": "b"})).To(gomega.Succeed())
	c.Expect(names(jobs.Items)).To(gomega.Equal([]string{"b"}))
	c.Expect(c.live.List(background(), &jobs, client.MatchingFields{"metadata.name": "a"})).To(gomega.Succeed())
	c.Expect(names(jobs.Items)).To(gomega.Equal([]string{"a"}))
	c.Expect(apierrors.IsBadRequest(c.live.List(background(), &jobs, client.MatchingFields{"spec.x": "a"}))).To(gomega.BeTrue())
	var job batchv1.Job
	err := c.live.Get(background(), client.ObjectKey{Namespace: "default", Name: "x"}, &job)
	c.Expect(err).To(gomega.MatchError(`jobs.batch "x" not found`))
	c.Expect(c.trace.Entries[len(c.trace.Entries)-1].Status.Reason).To(gomega.Equal(metav1.StatusReasonNotFound), "reads are in the trace")

	create(c, newNode("n"))
	c.Expect(c.live.Get(background(), client.ObjectKey{Namespace: "ignored", Name: "n"}, &corev1.Node{})).To(gomega.Succeed())
	var nodes corev1.NodeList
	c.Expect(c.live.List(background(), &nodes, client.InNamespace("ignored"))).To(gomega.Succeed())
	c.Expect(nodes.Items).To(gomega.HaveLen(1))
	var events corev1.EventList
	create(c, newEvent("e"))
	c.Expect(c.live.List(background(), &events)).To(gomega.Succeed())
	c.Expect(events.Items).To(gomega.HaveLen(1))
}

func TestLiveListsInPages(t *testing.T) {
	c := newCluster(t)
	for _, name := range []string{"a", "b", "c"} {
		create(c, newPod(name))
	}
	var pods corev1.PodList
	c.Expect(c.live.List(background(), &pods, client.Limit(2))).To(gomega.Succeed())
	c.Expect(names[corev1.Pod](pods.Items)).To(gomega.Equal([]string{"a", "b"}))
	c.Expect(*pods.RemainingItemCount).To(gomega.Equal(int64(1)))
	c.Expect(c.live.Delete(background(), newPod("c"))).To(gomega.Succeed())
	c.Expect(c.live.List(background(), &pods, client.Limit(2), client.Continue(pods.Continue))).To(gomega.Succeed())
	c.Expect(names[corev1.Pod](pods.Items)).To(gomega.Equal([]string{"c"}), "as of the first page")
	c.Expect(pods.Continue).To(gomega.BeEmpty())
	raw := &client.ListOptions{Raw: &metav1.ListOptions{ResourceVersion: "2", ResourceVersionMatch: metav1.ResourceVersionMatchExact}}
	c.Expect(c.live.List(background(), &pods, raw)).To(gomega.Succeed())
	c.Expect(names[corev1.Pod](pods.Items)).To(gomega.Equal([]string{"a"}))
}
