package apiserver

import (
	"testing"

	"github.com/onsi/gomega"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// family is a Job with three pods: one that runs, one that waits for a node, and one that a finalizer holds.
func family(t *testing.T) (c *cluster, job *batchv1.Job, running, waiting, held *corev1.Pod) {
	c = newCluster(t, Options{})
	c.server.StartGarbageCollector()
	job = create(c, newJob("pi"))
	running = c.setPhase(c.bind(create(c, ownedBy(newPod("running"), job))), corev1.PodRunning)
	waiting = create(c, ownedBy(newPod("waiting"), job))
	held = newPod("held")
	held.Finalizers = []string{batchv1.JobTrackingFinalizer}
	held = create(c, ownedBy(held, job))
	c.settle()
	return c, job, running, waiting, held
}

// release takes the finalizers of a pod away and ends its grace period.
func (c *cluster) release(pod *corev1.Pod) {
	_, err := c.user.Patch(KeyOf(pod), "", merge, []byte(`{"metadata":{"finalizers":null}}`))
	c.Expect(err).NotTo(gomega.HaveOccurred())
	if stored(c, pod) != nil {
		c.Expect(c.server.As("kubelet").Delete(KeyOf(pod), withGrace(0))).To(gomega.Succeed())
	}
	c.settle()
}

func TestDEL1PodsSurviveByDefault(t *testing.T) {
	c, job, running, waiting, held := family(t)
	c.Expect(c.user.Delete(KeyOf(job), nil)).To(gomega.Succeed())
	c.Expect(stored(c, job)).NotTo(gomega.BeNil(), "it stays until its pods are orphans")
	c.settle()
	c.Expect(stored(c, job)).To(gomega.BeNil())
	for _, pod := range []*corev1.Pod{running, waiting, held} {
		c.Expect(stored(c, pod).DeletionTimestamp).To(gomega.BeNil())
		c.Expect(stored(c, pod).OwnerReferences).To(gomega.BeEmpty())
	}
	c.Expect(held.OwnerReferences).To(gomega.HaveLen(1), "what was stored before is not written into")
}

func TestDEL2Propagation(t *testing.T) {
	t.Run("background: the Job goes at once, its pods after it", func(t *testing.T) {
		c, job, running, waiting, held := family(t)
		c.Expect(c.user.Delete(KeyOf(job), withPolicy(metav1.DeletePropagationBackground))).To(gomega.Succeed())
		c.Expect(stored(c, job)).To(gomega.BeNil())
		c.Expect(stored(c, waiting)).NotTo(gomega.BeNil())
		c.settle()
		c.Expect(stored(c, waiting)).To(gomega.BeNil())
		c.Expect(stored(c, running).DeletionTimestamp).NotTo(gomega.BeNil())
		c.Expect(stored(c, held).DeletionTimestamp).NotTo(gomega.BeNil())
		c.Expect(stored(c, held).Finalizers).To(gomega.Equal([]string{batchv1.JobTrackingFinalizer}), "finalizers are others' to remove")
	})
	t.Run("foreground: the Job waits for its pods", func(t *testing.T) {
		c, job, running, waiting, held := family(t)
		c.Expect(c.user.Delete(KeyOf(job), withPolicy(metav1.DeletePropagationForeground))).To(gomega.Succeed())
		c.settle()
		c.Expect(stored(c, job).DeletionTimestamp).NotTo(gomega.BeNil())
		c.Expect(stored(c, waiting)).To(gomega.BeNil())
		c.release(running)
		c.Expect(stored(c, job)).NotTo(gomega.BeNil(), "one pod is left")
		c.release(held)
		c.Expect(stored(c, job)).To(gomega.BeNil())
	})
	t.Run("foreground: a pod that does not block is not waited for", func(t *testing.T) {
		c, job, running, _, held := family(t)
		for _, pod := range []*corev1.Pod{running, held} {
			patch := `[{"op":"remove","path":"/metadata/ownerReferences/0/blockOwnerDeletion"}]`
			_, err := c.user.Patch(KeyOf(pod), "", jsonPatch, []byte(patch))
			c.Expect(err).NotTo(gomega.HaveOccurred())
		}
		c.Expect(c.user.Delete(KeyOf(job), withPolicy(metav1.DeletePropagationForeground))).To(gomega.Succeed())
		c.settle()
		c.Expect(stored(c, job)).To(gomega.BeNil())
		c.Expect(stored(c, running).DeletionTimestamp).NotTo(gomega.BeNil())
	})
	t.Run("foreground without pods", func(t *testing.T) {
		c := newCluster(t, Options{})
		c.server.StartGarbageCollector()
		job := create(c, newJob("pi"))
		c.Expect(c.user.Delete(KeyOf(job), withPolicy(metav1.DeletePropagationForeground))).To(gomega.Succeed())
		c.settle()
		c.Expect(stored(c, job)).To(gomega.BeNil())
	})
	t.Run("foreground: a pod that is released is not waited for", func(t *testing.T) {
		c, job, running, _, held := family(t)
		c.Expect(c.user.Delete(KeyOf(job), withPolicy(metav1.DeletePropagationForeground))).To(gomega.Succeed())
		c.settle()
		c.release(held)
		_, err := c.user.Patch(KeyOf(running), "", merge, []byte(`{"metadata":{"ownerReferences":null}}`))
		c.Expect(err).NotTo(gomega.HaveOccurred())
		c.settle()
		c.Expect(stored(c, job)).To(gomega.BeNil())
	})
	t.Run("a policy that changes on the way", func(t *testing.T) {
		c, job, running, _, _ := family(t)
		c.Expect(c.user.Delete(KeyOf(job), withPolicy(metav1.DeletePropagationForeground))).To(gomega.Succeed())
		c.settle()
		c.Expect(c.user.Delete(KeyOf(job), withPolicy(metav1.DeletePropagationOrphan))).To(gomega.Succeed())
		c.settle()
		c.Expect(stored(c, job)).To(gomega.BeNil())
		c.Expect(stored(c, running).OwnerReferences).To(gomega.BeEmpty())
	})
	t.Run("orphan, with a finalizer of somebody else", func(t *testing.T) {
		c := newCluster(t, Options{})
		c.server.StartGarbageCollector()
		job := newJob("pi")
		job.Finalizers = []string{"example.com/hold"}
		create(c, job)
		c.Expect(c.user.Delete(KeyOf(job), nil)).To(gomega.Succeed())
		c.settle()
		c.Expect(stored(c, job).Finalizers).To(gomega.Equal([]string{"example.com/hold"}))
	})
}

func TestPodsWithSeveralOwners(t *testing.T) {
	for _, policy := range []metav1.DeletionPropagation{metav1.DeletePropagationBackground, metav1.DeletePropagationForeground} {
		t.Run(string(policy), func(t *testing.T) {
			c := newCluster(t, Options{})
			c.server.StartGarbageCollector()
			first, second := create(c, newJob("first")), create(c, newJob("second"))
			pod := c.bind(create(c, ownedBy(newPod("p"), first, second)))
			c.Expect(c.user.Delete(KeyOf(first), withPolicy(policy))).To(gomega.Succeed())
			c.settle()
			c.Expect(stored(c, first)).To(gomega.BeNil())
			c.Expect(stored(c, pod).DeletionTimestamp).To(gomega.BeNil(), "another owner keeps it")
			c.Expect(stored(c, pod).OwnerReferences).To(gomega.HaveLen(1))
			c.Expect(stored(c, pod).OwnerReferences[0].Name).To(gomega.Equal("second"))
			c.Expect(c.user.Delete(KeyOf(second), withPolicy(policy))).To(gomega.Succeed())
			c.settle()
			c.Expect(stored(c, pod).DeletionTimestamp).NotTo(gomega.BeNil())
		})
	}
}

// A controller whose cache is late creates a pod for a Job that is gone.
func TestPodsOfAnOwnerThatIsGoneAreCollected(t *testing.T) {
	c := newCluster(t, Options{})
	c.server.StartGarbageCollector()
	job := create(c, newJob("pi"))
	c.Expect(c.user.Delete(KeyOf(job), withPolicy(metav1.DeletePropagationBackground))).To(gomega.Succeed())
	c.settle()
	late := create(c, ownedBy(newPod("late"), job))
	again := create(c, newJob("pi"))
	kept := create(c, ownedBy(newPod("kept"), again))
	c.settle()
	c.Expect(stored(c, late)).To(gomega.BeNil(), "a new Job of the same name does not own it")
	c.Expect(stored(c, kept)).NotTo(gomega.BeNil())
}

// Owners of other kinds are nothing that this cluster knows of.
func TestOtherOwnersAreLeftAlone(t *testing.T) {
	c := newCluster(t, Options{})
	c.server.StartGarbageCollector()
	pod := newPod("p")
	pod.OwnerReferences = []metav1.OwnerReference{{APIVersion: "example.com/v1", Kind: "Job", Name: "x", UID: "x"}}
	create(c, pod)
	c.settle()
	c.Expect(stored(c, pod)).NotTo(gomega.BeNil())
}

// The name of a pod that has gone may belong to another pod of the same Job; each is dealt with once.
func TestReusedPodNames(t *testing.T) {
	c := newCluster(t, Options{})
	c.server.StartGarbageCollector()
	job := create(c, newJob("pi"))
	for range 3 {
		pod := create(c, ownedBy(newPod("p"), job))
		c.Expect(c.user.Delete(KeyOf(pod), nil)).To(gomega.Succeed())
	}
	pod := create(c, ownedBy(newPod("p"), job))
	_, err := c.user.Patch(KeyOf(pod), "", merge, []byte(`{"metadata":{"ownerReferences":null}}`))
	c.Expect(err).NotTo(gomega.HaveOccurred())
	metadata := map[string]any{"ownerReferences": pod.OwnerReferences}
	_, err = c.user.Patch(KeyOf(pod), "", merge, mustJSON(map[string]any{"metadata": metadata}))
	c.Expect(err).NotTo(gomega.HaveOccurred())
	c.settle()
	before := len(c.recorder.trace.Entries)
	c.Expect(c.user.Delete(KeyOf(job), nil)).To(gomega.Succeed())
	c.settle()
	var patches int
	for _, e := range c.recorder.trace.Entries[before:] {
		if e.Actor == "garbage-collector" && e.Resource == "pods" {
			patches++
		}
	}
	c.Expect(patches).To(gomega.Equal(1))
	c.Expect(stored(c, pod).OwnerReferences).To(gomega.BeEmpty())
}
