package apiserver

import (
	"testing"
	"time"

	"github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/jobsim/jobsim/sim/trace"
)

func withPolicy(p metav1.DeletionPropagation) *metav1.DeleteOptions {
	return &metav1.DeleteOptions{PropagationPolicy: &p}
}

func withGrace(seconds int64) *metav1.DeleteOptions {
	return &metav1.DeleteOptions{GracePeriodSeconds: &seconds}
}

func TestVAL16DeleteWarning(t *testing.T) {
	c := newCluster(t, Options{})
	job := create(c, newJob("pi"))
	c.Expect(c.user.Delete(KeyOf(job), nil)).To(gomega.Succeed())
	c.Expect(c.recorder.last().Text).To(gomega.ContainSubstring("child pods are preserved by default when jobs are deleted"))
	job = create(c, newJob("pi2"))
	c.Expect(c.user.Delete(KeyOf(job), withPolicy(metav1.DeletePropagationBackground))).To(gomega.Succeed())
	for _, e := range c.recorder.trace.Entries[len(c.recorder.trace.Entries)-2:] {
		c.Expect(e.Text).To(gomega.BeEmpty())
	}
}

func TestEXT10GracefulDeletion(t *testing.T) {
	running := func(c *cluster, grace int64) *corev1.Pod {
		pod := newPod("p")
		pod.Spec.TerminationGracePeriodSeconds = &grace
		return c.setPhase(c.bind(create(c, pod)), corev1.PodRunning)
	}
	t.Run("a scheduled pod stays for its grace period", func(t *testing.T) {
		c := newCluster(t, Options{})
		pod := running(c, 30)
		c.queue.AdvanceTo(1500 * time.Millisecond)
		c.Expect(c.user.Delete(KeyOf(pod), nil)).To(gomega.Succeed())
		pod = stored(c, pod)
		c.Expect(pod.DeletionTimestamp.Time).To(gomega.Equal(at(31)), "TIME-0: whole seconds")
		c.Expect(*pod.DeletionGracePeriodSeconds).To(gomega.Equal(int64(30)))
		c.Expect(pod.Generation).To(gomega.Equal(int64(2)))
	})
	t.Run("an unscheduled or terminal pod is removed at once, in two steps", func(t *testing.T) {
		for _, phase := range []corev1.PodPhase{corev1.PodPending, corev1.PodSucceeded, corev1.PodFailed} {
			c := newCluster(t, Options{})
			pod := create(c, newPod("p"))
			if phase != corev1.PodPending {
				pod = c.setPhase(c.bind(pod), phase)
			}
			log, _ := c.seen(WatchOptions{Selection: Selection{Resource: Pods}, From: pod.ResourceVersion})
			version := c.server.store.version
			c.Expect(c.user.Delete(KeyOf(pod), nil)).To(gomega.Succeed())
			c.Expect(stored(c, pod)).To(gomega.BeNil())
			c.settle()
			c.Expect(*log).To(gomega.HaveLen(2), "as on the real server, the mark is stored before the removal")
			c.Expect(c.server.store.version).To(gomega.Equal(version + 2))
			last := c.recorder.last()
			c.Expect(last.Kind).To(gomega.Equal(trace.Removed))
			c.Expect(last.Object.GetDeletionTimestamp().Time).To(gomega.Equal(at(0)))
			c.Expect(c.recorder.trace.Find(last.Cause).Verb).To(gomega.Equal("delete"))
		}
	})
	t.Run("a finalizer holds it after that", func(t *testing.T) {
		c := newCluster(t, Options{})
		pod := newPod("p")
		pod.Finalizers = []string{"example.com/hold"}
		create(c, pod)
		c.Expect(c.user.Delete(KeyOf(pod), nil)).To(gomega.Succeed())
		c.Expect(*stored(c, pod).DeletionGracePeriodSeconds).To(gomega.BeZero())
		version := c.server.store.version
		c.Expect(c.user.Delete(KeyOf(pod), withGrace(5))).To(gomega.Succeed())
		c.Expect(c.server.store.version).To(gomega.Equal(version), "nothing changes any more")
	})
	t.Run("a second deletion shortens the grace period, and only if it says so", func(t *testing.T) {
		c := newCluster(t, Options{})
		pod := running(c, 10)
		c.Expect(c.user.Delete(KeyOf(pod), withGrace(60))).To(gomega.Succeed())
		generation := stored(c, pod).Generation
		for _, longer := range []*metav1.DeleteOptions{nil, withGrace(60), withGrace(100), withPolicy(metav1.DeletePropagationForeground)} {
			c.Expect(c.user.Delete(KeyOf(pod), longer)).To(gomega.Succeed())
			c.Expect(stored(c, pod).DeletionTimestamp.Time).To(gomega.Equal(at(60)))
			c.Expect(stored(c, pod).Finalizers).To(gomega.BeEmpty())
			c.Expect(c.recorder.last().Text).To(gomega.Equal("no change"))
		}
		c.queue.AdvanceTo(5 * time.Second)
		c.Expect(c.user.Delete(KeyOf(pod), withGrace(20))).To(gomega.Succeed())
		c.Expect(stored(c, pod).DeletionTimestamp.Time).To(gomega.Equal(at(20)), "it counts from the first request")
		c.Expect(*stored(c, pod).DeletionGracePeriodSeconds).To(gomega.Equal(int64(20)))
		c.Expect(stored(c, pod).Generation).To(gomega.Equal(generation))
		c.queue.AdvanceTo(15 * time.Second)
		c.Expect(c.user.Delete(KeyOf(pod), withGrace(3))).To(gomega.Succeed())
		c.Expect(stored(c, pod).DeletionTimestamp.Time).To(gomega.Equal(at(15)), "the end is never in the past")
		c.Expect(*stored(c, pod).DeletionGracePeriodSeconds).To(gomega.Equal(int64(1)), "and the kubelet still has the last word")
		c.Expect(c.user.Delete(KeyOf(pod), withGrace(0))).To(gomega.Succeed())
		c.Expect(stored(c, pod)).To(gomega.BeNil())
	})
	t.Run("a negative wish means a second", func(t *testing.T) {
		c := newCluster(t, Options{})
		pod := running(c, 30)
		c.Expect(c.user.Delete(KeyOf(pod), withGrace(10))).To(gomega.Succeed())
		c.Expect(c.user.Delete(KeyOf(pod), withGrace(-7))).To(gomega.Succeed())
		c.Expect(*stored(c, pod).DeletionGracePeriodSeconds).To(gomega.Equal(int64(1)))
	})
	t.Run("a pod that ends while it terminates waits for the kubelet", func(t *testing.T) {
		c := newCluster(t, Options{})
		pod := running(c, 30)
		c.Expect(c.user.Delete(KeyOf(pod), nil)).To(gomega.Succeed())
		c.setPhase(stored(c, pod), corev1.PodFailed)
		c.Expect(c.user.Delete(KeyOf(pod), nil)).To(gomega.Succeed())
		c.Expect(stored(c, pod)).NotTo(gomega.BeNil())
	})
}

func TestFinalizersHoldADeletion(t *testing.T) {
	c := newCluster(t, Options{})
	job := newJob("pi")
	job.Finalizers = []string{"example.com/a", "example.com/b"}
	create(c, job)
	c.queue.AdvanceTo(7 * time.Second)
	c.Expect(c.user.Delete(KeyOf(job), withPolicy(metav1.DeletePropagationBackground))).To(gomega.Succeed())
	job = stored(c, job)
	c.Expect(job.DeletionTimestamp.Time).To(gomega.Equal(at(7)))
	c.Expect(*job.DeletionGracePeriodSeconds).To(gomega.BeZero())
	c.Expect(job.Generation).To(gomega.Equal(int64(2)))
	c.queue.AdvanceTo(9 * time.Second)
	c.Expect(c.user.Delete(KeyOf(job), withPolicy(metav1.DeletePropagationBackground))).To(gomega.Succeed())
	c.Expect(stored(c, job)).To(gomega.BeIdenticalTo(job), "a second deletion of it changes nothing")

	_, err := c.user.Patch(KeyOf(job), "", strategic, []byte(`{"metadata":{"$deleteFromPrimitiveList/finalizers":["example.com/a"]}}`))
	c.Expect(err).NotTo(gomega.HaveOccurred())
	c.Expect(stored(c, job)).NotTo(gomega.BeNil())
	log, _ := c.seen(WatchOptions{Selection: Selection{Resource: Jobs}, From: stored(c, job).ResourceVersion})
	answer, err := c.user.Patch(KeyOf(job), "", strategic,
		[]byte(`{"metadata":{"labels":{"last":"words"},"$deleteFromPrimitiveList/finalizers":["example.com/b"]}}`))
	c.Expect(err).NotTo(gomega.HaveOccurred())
	c.Expect(answer.GetFinalizers()).To(gomega.BeEmpty())
	c.Expect(stored(c, job)).To(gomega.BeNil(), "it goes with the last one")
	removed := c.recorder.last()
	c.Expect(removed.Kind).To(gomega.Equal(trace.Removed))
	c.Expect(removed.Object.GetFinalizers()).To(gomega.Equal([]string{"example.com/b"}),
		"what goes is the object as it was stored: the write that freed it never was")
	c.Expect(removed.Object.GetLabels()).NotTo(gomega.HaveKey("last"))
	c.settle()
	c.Expect(*log).To(gomega.Equal([]string{"DELETED pi@5"}), "no MODIFIED comes before, and the version is that of the removal")
}

func TestDeleteRefuses(t *testing.T) {
	c := newCluster(t, Options{})
	job := create(c, newJob("pi"))
	c.expectStatus(c.user.Delete(KeyOf(newJob("x")), nil), 404, metav1.StatusReasonNotFound, `jobs.batch "x" not found`)
	wrongUID := &metav1.DeleteOptions{Preconditions: &metav1.Preconditions{UID: uidOf("other")}}
	c.expectStatus(c.user.Delete(KeyOf(job), wrongUID), 409, metav1.StatusReasonConflict,
		`Operation cannot be fulfilled on Job.batch "pi": the UID in the precondition (other) does not match the UID in record (`+
			string(job.UID)+`). The object might have been deleted and then recreated`)
	wrongVersion := &metav1.DeleteOptions{Preconditions: &metav1.Preconditions{ResourceVersion: ptr("1")}}
	c.expectStatus(c.user.Delete(KeyOf(job), wrongVersion), 409, metav1.StatusReasonConflict,
		"the ResourceVersion in the precondition (1) does not match the ResourceVersion in record (2). The object might have been modified")
	c.expectStatus(c.user.Delete(KeyOf(job), withPolicy("Sideways")), 422, metav1.StatusReasonInvalid, `Unsupported value: "Sideways"`)
	both := withPolicy(metav1.DeletePropagationOrphan)
	both.OrphanDependents = ptr(true) //nolint:staticcheck // deprecated, and still refused
	c.expectStatus(c.user.Delete(KeyOf(job), both), 422, metav1.StatusReasonInvalid, "cannot be both set")
	c.Expect(stored(c, job)).To(gomega.BeIdenticalTo(job))
	right := &metav1.DeleteOptions{Preconditions: &metav1.Preconditions{UID: &job.UID, ResourceVersion: &job.ResourceVersion}}
	c.Expect(c.user.Delete(KeyOf(job), right)).To(gomega.Succeed())
}

// The garbage collector's two finalizers follow the propagation policy of the newest deletion.
func TestPropagationFinalizers(t *testing.T) {
	const orphan, foreground = metav1.FinalizerOrphanDependents, metav1.FinalizerDeleteDependents
	for name, test := range map[string]struct {
		before  []string
		options *metav1.DeleteOptions
		want    []string // nil: the Job is gone
	}{
		"by default (DEL-1)":          {nil, nil, []string{orphan}},
		"background":                  {nil, withPolicy(metav1.DeletePropagationBackground), nil},
		"foreground":                  {nil, withPolicy(metav1.DeletePropagationForeground), []string{foreground}},
		"orphan":                      {nil, withPolicy(metav1.DeletePropagationOrphan), []string{orphan}},
		"the old way of orphaning":    {nil, &metav1.DeleteOptions{OrphanDependents: ptr(true)}, []string{orphan}},
		"the old way of not":          {[]string{orphan}, &metav1.DeleteOptions{OrphanDependents: ptr(false)}, nil},
		"a finalizer that is there":   {[]string{foreground}, nil, []string{foreground}},
		"the other that is there":     {[]string{orphan}, nil, []string{orphan}},
		"a policy changes the choice": {[]string{foreground, "a.io/b"}, withPolicy(metav1.DeletePropagationOrphan), []string{"a.io/b", orphan}},
	} {
		t.Run(name, func(t *testing.T) {
			c := newCluster(t, Options{})
			job := newJob("pi")
			job.Finalizers = test.before
			create(c, job)
			c.Expect(c.user.Delete(KeyOf(job), test.options)).To(gomega.Succeed())
			if test.want == nil {
				c.Expect(stored(c, job)).To(gomega.BeNil())
				return
			}
			c.Expect(stored(c, job).Finalizers).To(gomega.Equal(test.want))
		})
	}
	t.Run("of events nobody keeps track", func(t *testing.T) {
		c := newCluster(t, Options{})
		e := create(c, &corev1.Event{
			ObjectMeta:     metav1.ObjectMeta{Namespace: "default", Name: "e"},
			InvolvedObject: corev1.ObjectReference{Namespace: "default"},
		})
		c.Expect(c.user.Delete(KeyOf(e), withPolicy(metav1.DeletePropagationForeground))).To(gomega.Succeed())
		c.Expect(stored(c, e)).To(gomega.BeNil())
	})
}
