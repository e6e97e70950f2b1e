package fakes

import (
	"testing"

	. "github.com/onsi/gomega"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

func TestAdoptAndRelease(t *testing.T) { // SEL-1, SEL-2, SEL-3
	g := NewWithT(t)
	w := newWorld(t, Reference(), newJob())
	w.run(5)
	w.takeCalls()
	w.setPod("work-1", func(p *corev1.Pod) { p.OwnerReferences = nil })
	w.run(5)
	g.Expect(w.takeCalls()).To(Equal([]string{"free work-1"}), "SEL-7: the orphan is cleaned first")
	w.run(6)
	g.Expect(w.takeCalls()).To(Equal([]string{"get work", "adopt work-1"}))
	g.Expect(jobOwner(w.pod("work-1")).UID).To(BeEquivalentTo("job-1"))
	g.Expect(carriesFinalizer(w.pod("work-1"))).To(BeTrue())
	w.setPod("work-1", func(p *corev1.Pod) { p.Labels = map[string]string{"other": "label"} })
	w.run(7)
	g.Expect(w.takeCalls()).To(Equal([]string{"release work-1", "create work-"}), "without delay, uncounted")
	g.Expect(w.pod("work-1").OwnerReferences).To(BeEmpty())
	g.Expect(carriesFinalizer(w.pod("work-1"))).To(BeFalse())
}

func TestReleaseOfAFinishedPod(t *testing.T) { // SEL-2
	g := NewWithT(t)
	w := newWorld(t, Reference(), newJob(withCompletions(2)))
	w.run(5)
	w.end("work-1", corev1.PodSucceeded)
	w.run(10)
	g.Expect(w.job().Status.Succeeded).To(BeEquivalentTo(1))
	w.setPod("work-1", func(p *corev1.Pod) { delete(p.Labels, batchv1.ControllerUidLabel) })
	w.run(11)
	g.Expect(w.pod("work-1").OwnerReferences).To(BeEmpty())
	g.Expect(w.job().Status.Succeeded).To(BeEquivalentTo(1))
}

func TestDyingOrStrangeOrphansAreLeftAlone(t *testing.T) { // SEL-3, SEL-5, SEL-7
	g := NewWithT(t)
	w := newWorld(t, Reference(), newJob(withParallelism(0)))
	w.addPod(aPod("dying", corev1.PodRunning, freed, orphaned, stopping))
	w.addPod(aPod("other", corev1.PodRunning, func(p *corev1.Pod) { p.OwnerReferences[0].Kind = "ReplicaSet" }))
	w.addPod(aPod("stranger", corev1.PodRunning, freed, orphaned, func(p *corev1.Pod) {
		p.Labels = map[string]string{"a": "b"}
	}))
	w.run(5)
	g.Expect(w.takeCalls()).To(Equal([]string{"status active=0 succeeded=0+0 failed=0+0"}))

	w.addPod(aPod("late", corev1.PodRunning, freed, orphaned))
	w.held = true // the cache does not know yet that the Job is being deleted
	w.setJob(deleted)
	w.run(6)
	g.Expect(w.takeCalls()).To(Equal([]string{"get work"}))
	g.Expect(w.queue.err).To(MatchError(ContainSubstring("being deleted")))
}

func TestManualSelectorAdoptsEverythingItSelects(t *testing.T) { // SEL-6
	g := NewWithT(t)
	manual := func(j *batchv1.Job) {
		j.Spec.ManualSelector = new(true)
		j.Spec.Selector = &metav1.LabelSelector{MatchLabels: map[string]string{"app": "x"}}
		j.Spec.Template.Labels = map[string]string{"app": "x"}
	}
	w := newWorld(t, Reference(), newJob(manual))
	w.addPod(aPod("a", corev1.PodRunning, freed, orphaned, func(p *corev1.Pod) {
		p.Labels = map[string]string{"app": "x"}
	}))
	w.run(1)
	g.Expect(w.takeCalls()).To(Equal([]string{"get work", "adopt work-a", "status active=1 succeeded=0+0 failed=0+0"}))
}

func TestPodsOfADeletedJobAreFreed(t *testing.T) { // TRK-9, DEL-2
	g := NewWithT(t)
	w := newWorld(t, Reference(), newJob())
	w.run(5)
	w.takeCalls()
	w.removeJob()
	w.run(5)
	g.Expect(w.takeCalls()).To(Equal([]string{"get work", "free work-1"}))
	g.Expect(w.r.memories).To(BeEmpty())
}

func TestPodsOfAJobDeletedWhileTheControllerWasDownAreFreed(t *testing.T) { // TRK-9
	g := NewWithT(t)
	w := newWorld(t, Reference())
	w.addPod(aPod("a", corev1.PodRunning, stopping))
	w.addPod(aPod("b", corev1.PodRunning))
	w.addPod(aPod("c", corev1.PodRunning, orphaned))
	w.addPod(aPod("d", corev1.PodRunning, orphaned, stopping))
	w.start(Reference())
	w.run(1)
	g.Expect(w.names(carriesFinalizer)).To(BeEmpty())
}

func TestAFinishedJobFreesPodsThatSurfaceLater(t *testing.T) { // FIN-16, TRK-9
	g := NewWithT(t)
	w := newWorld(t, Reference(), newJob(condition(batchv1.JobComplete, corev1.ConditionTrue)))
	w.addPod(aPod("a", corev1.PodRunning, stopping))
	w.run(0)
	g.Expect(w.takeCalls()).To(Equal([]string{"free work-a"}))
}

func TestRecreatedJobStartsAfresh(t *testing.T) { // DEL-5, BO-10
	g := NewWithT(t)
	w := newWorld(t, Reference(), newJob())
	w.run(5)
	w.end("work-1", corev1.PodFailed)
	w.run(6)
	w.takeCalls()
	w.addPod(aPod("left", corev1.PodRunning))
	w.removeJob()
	w.addJob(newJob(func(j *batchv1.Job) {
		j.UID = "job-2"
		j.Spec.Selector.MatchLabels[batchv1.ControllerUidLabel] = "job-2"
	}))
	w.run(6)
	g.Expect(w.takeCalls()).To(Equal([]string{
		"get work", "free work-left", "create work-", "status active=1 succeeded=0+0 failed=0+0"}))
}

func TestAStaleCacheFreesNoPodOfALivingJob(t *testing.T) { // TRK-9, TRK-1
	g := NewWithT(t)
	w := newWorld(t, Reference(), newJob())
	w.run(5)
	w.takeCalls()
	w.cached.jobs = nil // the Job has not reached the cache of a fresh instance
	w.queue.Add(requestFor(w.job()))
	w.run(5)
	g.Expect(w.takeCalls()).To(Equal([]string{"get work"}))
	g.Expect(w.names(carriesFinalizer)).To(HaveLen(1))
}

func TestForeignJobsAreNotTouched(t *testing.T) { // MB-1, MB-3
	g := NewWithT(t)
	w := newWorld(t, Reference(), newJob(func(j *batchv1.Job) { j.Spec.ManagedBy = new("acme.io/jobs") }))
	w.addPod(aPod("a", corev1.PodSucceeded, stopping))
	w.run(60)
	g.Expect(w.takeCalls()).To(BeEmpty())
}

func TestDeletionOfTheJobInTheForeground(t *testing.T) { // SYNC-8, DEL-3
	g := NewWithT(t)
	w := newWorld(t, Reference(), newJob(withCompletions(3), withParallelism(2)))
	w.run(5)
	w.takeCalls()
	w.setJob(deleted)
	w.end("work-1", corev1.PodFailed)
	w.run(20)
	g.Expect(w.names(carriesFinalizer)).To(BeEmpty())
	g.Expect(w.pods).To(HaveLen(2), "no replacement")
	g.Expect(w.job().Status.Failed).To(BeEquivalentTo(1), "DEL-3")
}

func TestUnknownCompletionModeIsRefused(t *testing.T) { // EV-5, CTRL-11
	g := NewWithT(t)
	w := newWorld(t, Reference(), newJob(func(j *batchv1.Job) {
		j.Spec.CompletionMode = new(batchv1.CompletionMode("New"))
	}))
	w.run(1)
	g.Expect(w.takeCalls()).To(BeEmpty())
	g.Expect(w.events).To(Equal([]string{
		"Warning UnknownCompletionMode Skipped Job sync because completion mode is unknown"}))
}
