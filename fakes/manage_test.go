package fakes

import (
	"testing"

	. "github.com/onsi/gomega"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"pgregory.net/rapid"
)

func TestPodsWanted(t *testing.T) { // PAR-1
	for _, c := range []struct {
		clause string
		job    *batchv1.Job
		counts Counts
		want   int32
	}{
		{"parallelism", newJob(withCompletions(10), withParallelism(3)), Counts{}, 3},
		{"COMP-9 near the end", newJob(withCompletions(10), withParallelism(3)), Counts{Succeeded: 8}, 2},
		{"COMP-11 more than enough", newJob(withCompletions(2), withParallelism(3)), Counts{Succeeded: 5}, 0},
		{"PAR-3 paused", newJob(withCompletions(10), withParallelism(0)), Counts{Active: 3}, 0},
		{"work queue", newJob(workQueue, withParallelism(4)), Counts{Active: 1}, 4},
		{"COMP-4 work queue with a success", newJob(workQueue, withParallelism(4)), Counts{Succeeded: 1, Active: 2}, 2},
		{"COMP-5 and parallelism lowered", newJob(workQueue, withParallelism(0)), Counts{Succeeded: 1, Active: 2}, 2},
		{"DEF-2 unset", newJob(withCompletions(5), func(j *batchv1.Job) { j.Spec.Parallelism = nil }), Counts{}, 1},
	} {
		t.Run(c.clause, func(t *testing.T) {
			NewWithT(t).Expect(podsWanted(c.job, c.counts)).To(Equal(c.want))
		})
	}
}

func TestPodsMissing(t *testing.T) { // PAR-2, PRP-3
	g := NewWithT(t)
	c := Counts{Active: 1, Terminating: 2}
	g.Expect(podsMissing(newJob(), 4, c)).To(BeEquivalentTo(3))
	g.Expect(podsMissing(newJob(replaceFailed), 4, c)).To(BeEquivalentTo(1))
	g.Expect(podsMissing(newJob(replaceFailed), 2, c)).To(BeNumerically("<=", 0))
}

func TestMayManage(t *testing.T) {
	g := NewWithT(t)
	g.Expect(mayManage(newJob(), true)).To(BeTrue())
	g.Expect(mayManage(newJob(), false)).To(BeFalse(), "SYNC-9")
	g.Expect(mayManage(newJob(deleted), true)).To(BeFalse(), "SYNC-8")
}

func TestVictimOrder(t *testing.T) { // PAR-6
	running := func(edits ...func(*corev1.Pod)) *corev1.Pod {
		return aPod("a", corev1.PodRunning, append(edits, onNode, created(50))...)
	}
	isNow := corev1.ConditionTrue
	sidecar := func(n int32) func(*corev1.Pod) {
		return initContainer("proxy", true, corev1.ContainerStatus{RestartCount: n})
	}
	for _, c := range []struct {
		name          string
		first, second *corev1.Pod
	}{
		{"unassigned", aPod("a", corev1.PodPending), aPod("b", corev1.PodPending, onNode)},
		{"pending before unknown", aPod("a", corev1.PodPending, onNode), aPod("b", corev1.PodUnknown, onNode)},
		{"unknown before running", aPod("a", corev1.PodUnknown, onNode), running()},
		{"not ready", running(), running(ready(isNow, 5))},
		{"ready for a shorter time", running(ready(isNow, 9)), running(ready(isNow, 5))},
		{"ready since nobody knows when", running(ready(isNow, 9), func(p *corev1.Pod) {
			p.Status.Conditions[0].LastTransitionTime.Reset()
		}), running(ready(isNow, 9))},
		{"more restarts", running(restarted(3)), running(restarted(1), restarted(2))},
		{"more restarts of sidecars", running(sidecar(2)), running(sidecar(1))},
		{"newer", running(created(9)), running(created(5))},
	} {
		t.Run(c.name, func(t *testing.T) {
			g := NewWithT(t)
			if c.name == "newer" {
				c.first.CreationTimestamp, c.second.CreationTimestamp = stamp(9), stamp(5)
			}
			g.Expect(victimOrder(c.first, c.second)).To(BeNumerically("<", 0))
			g.Expect(victimOrder(c.second, c.first)).To(BeNumerically(">", 0))
			g.Expect(victimOrder(c.first, c.first)).To(BeZero())
		})
	}
}

func TestVictimOrderIsAnOrder(t *testing.T) {
	pods := rapid.Custom(func(t *rapid.T) *corev1.Pod {
		phases := []corev1.PodPhase{corev1.PodPending, corev1.PodUnknown, corev1.PodRunning}
		pod := aPod("a", rapid.SampledFrom(phases).Draw(t, "phase"), created(rapid.IntRange(0, 2).Draw(t, "created")))
		if rapid.Bool().Draw(t, "node") {
			onNode(pod)
		}
		if rapid.Bool().Draw(t, "ready") {
			ready(corev1.ConditionTrue, rapid.IntRange(0, 2).Draw(t, "since"))(pod)
		}
		restarted(rapid.Int32Range(0, 2).Draw(t, "restarts"))(pod)
		return pod
	})
	rapid.Check(t, func(t *rapid.T) {
		a, b, c := pods.Draw(t, "a"), pods.Draw(t, "b"), pods.Draw(t, "c")
		if ab, ba := victimOrder(a, b), victimOrder(b, a); sign(ab) != -sign(ba) {
			t.Fatalf("expected opposite answers, got %d and %d", ab, ba)
		}
		if victimOrder(a, b) <= 0 && victimOrder(b, c) <= 0 && victimOrder(a, c) > 0 {
			t.Fatal("expected a before c, since a is before b and b before c")
		}
	})
}

func sign(n int) int { return min(1, max(-1, n)) }

func TestNextBatchDoubles(t *testing.T) { // POD-9
	g := NewWithT(t)
	batch := 0
	for _, want := range []int{1, 2, 4, 8} {
		batch = nextBatch(UpstreamLimits(), batch)
		g.Expect(batch).To(Equal(want))
	}
}

func TestNewPod(t *testing.T) {
	g := NewWithT(t)
	job := newJob(func(j *batchv1.Job) {
		j.Spec.Template.Annotations = map[string]string{"note": "x"}
		j.Spec.Template.Finalizers = []string{"acme.io/keep"}
	})
	pod := newPod(&upstream, job)
	g.Expect(pod.Labels).To(Equal(job.Spec.Template.Labels), "POD-1, POD-2")
	g.Expect(pod.Annotations).To(Equal(job.Spec.Template.Annotations), "POD-1")
	g.Expect(pod.Finalizers).To(Equal([]string{"acme.io/keep", batchv1.JobTrackingFinalizer}), "POD-4")
	g.Expect(pod.GenerateName).To(Equal("work-"), "POD-5")
	g.Expect(pod.Namespace).To(Equal("default"))
	g.Expect(pod.Spec).To(Equal(job.Spec.Template.Spec), "POD-1")
	g.Expect(pod.OwnerReferences).To(HaveLen(1), "POD-3")
	ref := pod.OwnerReferences[0]
	g.Expect([]any{ref.APIVersion, ref.Kind, ref.Name, string(ref.UID), *ref.Controller, *ref.BlockOwnerDeletion}).
		To(Equal([]any{"batch/v1", "Job", "work", "job-1", true, true}), "POD-3")

	pod.Labels["x"], pod.Spec.Containers[0].Image = "y", "other"
	g.Expect(job.Spec.Template.Labels).NotTo(HaveKey("x"), "the template is not shared")
	g.Expect(job.Spec.Template.Spec.Containers[0].Image).To(Equal("busybox"))

	job.Spec.Template.Finalizers = []string{batchv1.JobTrackingFinalizer}
	g.Expect(newPod(&upstream, job).Finalizers).To(HaveLen(1), "POD-4: once")
}
