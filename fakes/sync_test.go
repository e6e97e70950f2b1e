package fakes

import (
	"strings"
	"testing"
	"time"

	. "github.com/onsi/gomega"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
)

func TestOnePodToCompletion(t *testing.T) { // SYNC-4, TRK-1, FIN-5, POD-12
	g := NewWithT(t)
	w := newWorld(t, Reference(), newJob())
	w.run(0)
	g.Expect(w.takeCalls()).To(Equal([]string{"create work-", "status active=1 succeeded=0+0 failed=0+0"}))
	g.Expect(w.job().Status.StartTime.Time).To(BeTemporally("==", at(0)), "TIME-1")
	w.run(5)
	w.end("work-1", corev1.PodSucceeded)
	w.run(5)
	g.Expect(w.takeCalls()).To(BeEmpty(), "SYNC-6: pod events wait for a batch")
	w.run(6)
	g.Expect(w.takeCalls()).To(Equal([]string{
		"status active=0 succeeded=0+1 failed=0+0 SuccessCriteriaMet=True",
		"free work-1",
		"status active=0 succeeded=1+0 failed=0+0 SuccessCriteriaMet=True Complete=True",
	}))
	g.Expect(w.job().Status.CompletionTime.Time).To(BeTemporally("==", at(6)), "TIME-5")
	g.Expect(w.events).To(Equal([]string{"Normal SuccessfulCreate Created pod: work-1", "Normal Completed Job completed"}),
		"EV-1, EV-2")
	w.run(100)
	g.Expect(w.takeCalls()).To(BeEmpty(), "SYNC-7")
	g.Expect(w.r.memories).To(BeEmpty())
}

func TestAnEarlierSyncPutsTheWakeUpOff(t *testing.T) { // BO-12
	g := NewWithT(t)
	w := newWorld(t, Reference(), newJob())
	w.run(0)
	w.end("work-1", corev1.PodFailed)
	w.run(8)
	w.now = at(8).Add(time.Second / 2) // so that a sync comes half a second before the delay is over
	w.setPod("work-1", func(p *corev1.Pod) { p.Labels["seen"] = "yes" })
	var createdAt []time.Duration
	w.after = func(call string) {
		if strings.HasPrefix(call, "create") {
			createdAt = append(createdAt, w.now.Sub(epoch))
		}
	}
	w.run(60)
	g.Expect(createdAt).To(Equal([]time.Duration{10*time.Second + time.Second/2}))
}

func TestFailingPodsBackOff(t *testing.T) { // BO-15, NEV-2, BL-6, EV-3
	g := NewWithT(t)
	w := newWorld(t, Reference(), newJob())
	var createdAt []time.Duration
	w.after = func(call string) {
		if strings.HasPrefix(call, "create") {
			createdAt = append(createdAt, w.now.Sub(epoch))
			w.end(w.pods[len(w.pods)-1].Name, corev1.PodFailed)
		}
	}
	w.run(3600)
	var want []time.Duration
	for _, s := range []int{0, 10, 30, 70, 150, 310, 630} {
		want = append(want, time.Duration(s)*time.Second)
	}
	g.Expect(createdAt).To(Equal(want))
	status := w.job().Status
	g.Expect(describe(&status)).To(Equal("active=0 succeeded=0+0 failed=7+0 FailureTarget=True Failed=True"))
	g.Expect(status.Conditions[1].Reason).To(Equal("BackoffLimitExceeded"))
	g.Expect(status.Conditions[1].Message).To(Equal(status.Conditions[0].Message), "FIN-2")
	g.Expect(status.CompletionTime).To(BeNil(), "FIN-15")
	g.Expect(w.events[len(w.events)-1]).To(Equal("Warning BackoffLimitExceeded Job has reached the specified backoff limit"))
	g.Expect(w.names(carriesFinalizer)).To(BeEmpty(), "FIN-16")
	g.Expect(w.pods).To(HaveLen(7), "NEV-3")
}

func TestDeadline(t *testing.T) { // FIN-6, FIN-8, ADS-3, ADS-4
	g := NewWithT(t)
	w := newWorld(t, Reference(), newJob(withDeadline(10)))
	w.run(9)
	w.takeCalls()
	w.run(10)
	g.Expect(w.takeCalls()).To(Equal([]string{
		"delete work-1",
		"status active=0 succeeded=0+0 failed=0+1 terminating=1 FailureTarget=True",
		"free work-1",
		"status active=0 succeeded=0+0 failed=1+0 terminating=1 FailureTarget=True",
	}))
	w.run(30)
	g.Expect(w.takeCalls()).To(BeEmpty(), "FIN-10")
	w.end("work-1", corev1.PodSucceeded) // exit 0 within the grace period counts for nothing (FIN-17)
	w.run(31)
	g.Expect(w.takeCalls()).To(Equal([]string{
		"status active=0 succeeded=0+0 failed=1+0 FailureTarget=True",
		"status active=0 succeeded=0+0 failed=1+0 FailureTarget=True Failed=True",
	}))
}

func TestDeadlineZero(t *testing.T) { // ADS-9
	g := NewWithT(t)
	w := newWorld(t, Reference(), newJob(withDeadline(0)))
	w.run(60)
	g.Expect(w.takeCalls()).To(Equal([]string{
		"status active=0 succeeded=0+0 failed=0+0 FailureTarget=True",
		"status active=0 succeeded=0+0 failed=0+0 FailureTarget=True Failed=True",
	}))
	g.Expect(w.job().Status.StartTime).NotTo(BeNil())
}

func TestDeadlineHoldsWhileTheAPIServerRefuses(t *testing.T) { // ADS-4, POD-11
	g := NewWithT(t)
	w := newWorld(t, Reference(), newJob(withDeadline(40), withParallelism(2), withCompletions(2)))
	w.fault = failOn("create")
	w.run(39)
	g.Expect(w.takeCalls()).To(HaveLen(6+1), "creations at 0, 1, 3, 7, 15 and 31 s, and the first status")
	w.run(40)
	g.Expect(w.job().Status.Conditions).NotTo(BeEmpty())
	g.Expect(w.job().Status.Conditions[0].Reason).To(Equal("DeadlineExceeded"))
	g.Expect(w.job().Status.Conditions[0].LastTransitionTime.Time).To(BeTemporally("==", at(40)))
}

func TestZeroCompletions(t *testing.T) { // COMP-2
	g := NewWithT(t)
	w := newWorld(t, Reference(), newJob(withCompletions(0)))
	w.run(60)
	status := w.job().Status
	g.Expect(describe(&status)).To(Equal("active=0 succeeded=0+0 failed=0+0 SuccessCriteriaMet=True Complete=True"))
	g.Expect(w.pods).To(BeEmpty())
	g.Expect(status.StartTime).To(Equal(status.CompletionTime))
}

func TestScalingDownLeavesNoFailures(t *testing.T) { // PAR-5, PAR-9, PAR-4
	g := NewWithT(t)
	w := newWorld(t, Reference(), newJob(withCompletions(10), withParallelism(3), withBackoffLimit(0)))
	w.run(5)
	g.Expect(w.takeCalls()).To(HaveLen(4))
	w.setPod("work-2", func(p *corev1.Pod) { p.Status.Phase = corev1.PodRunning; onNode(p) })
	w.run(7)
	w.setJob(withParallelism(1))
	w.run(7)
	g.Expect(w.takeCalls()).To(Equal([]string{
		"free work-1", "delete work-1", "free work-3", "delete work-3",
		"status active=1 succeeded=0+0 failed=0+0 terminating=2",
	}), "PAR-6: the running pod stays")
	w.run(8)
	w.setJob(withParallelism(2))
	w.run(8)
	g.Expect(w.takeCalls()).To(Equal([]string{"create work-", "status active=2 succeeded=0+0 failed=0+0 terminating=2"}),
		"PAR-12: terminating pods do not count")
}

func TestReplacementWaitsUnderFailed(t *testing.T) { // PRP-2, PRP-3, EXT-1
	g := NewWithT(t)
	w := newWorld(t, Reference(), newJob(replaceFailed))
	w.run(5)
	w.takeCalls()
	w.setPod("work-1", func(p *corev1.Pod) { p.DeletionTimestamp = new(stamp(35)) })
	w.run(10)
	g.Expect(w.takeCalls()).To(Equal([]string{"status active=0 succeeded=0+0 failed=0+0 terminating=1"}))
	w.end("work-1", corev1.PodFailed)
	w.run(11)
	g.Expect(w.takeCalls()).To(Equal([]string{
		"status active=0 succeeded=0+0 failed=0+1", "free work-1", "status active=0 succeeded=0+0 failed=1+0",
	}))
	w.run(20)
	g.Expect(w.takeCalls()).To(Equal([]string{"create work-", "status active=1 succeeded=0+0 failed=1+0"}),
		"PRP-5: 10 + 10 s")
}

func TestDeletedPodIsReplacedAtOnce(t *testing.T) { // BL-3, PRP-1, BO-13, TRK-8
	g := NewWithT(t)
	w := newWorld(t, Reference(), newJob())
	w.run(20)
	w.takeCalls()
	w.setPod("work-1", func(p *corev1.Pod) {
		p.DeletionTimestamp, p.DeletionGracePeriodSeconds = new(stamp(50)), new(int64(30))
	})
	w.run(21)
	g.Expect(w.takeCalls()).To(Equal([]string{
		"status active=0 succeeded=0+0 failed=0+1 terminating=1", "free work-1",
		"status active=0 succeeded=0+0 failed=1+0 terminating=1",
	}))
	w.run(30)
	g.Expect(w.takeCalls()).To(Equal([]string{"create work-", "status active=1 succeeded=0+0 failed=1+0 terminating=1"}))
	w.end("work-1", corev1.PodSucceeded)
	w.run(32)
	g.Expect(w.job().Status.Succeeded).To(BeZero(), "PRP-1: the later phase is irrelevant")
}

func TestSuspendAndResume(t *testing.T) { // SUS-1 to SUS-8, TIME-2, TIME-3, ADS-5
	g := NewWithT(t)
	w := newWorld(t, Reference(), newJob(suspended, withDeadline(10), withBackoffLimit(0)))
	w.run(3)
	g.Expect(w.takeCalls()).To(Equal([]string{"status active=0 succeeded=0+0 failed=0+0 Suspended=True"}))
	g.Expect(w.job().Status.StartTime).To(BeNil())
	w.setJob(func(j *batchv1.Job) { j.Spec.Suspend = new(false) })
	w.run(3)
	g.Expect(w.takeCalls()).To(Equal([]string{"create work-", "status active=1 succeeded=0+0 failed=0+0 Suspended=False"}))
	g.Expect(w.job().Status.StartTime.Time).To(BeTemporally("==", at(3)))
	w.run(12)
	w.setJob(suspended)
	w.run(12)
	g.Expect(w.takeCalls()).To(Equal([]string{
		"free work-1", "delete work-1", "status active=0 succeeded=0+0 failed=0+0 terminating=1 Suspended=True",
	}))
	g.Expect(w.job().Status.StartTime).To(BeNil())
	w.end("work-1", corev1.PodSucceeded) // SUS-3
	w.run(3000)
	w.setJob(func(j *batchv1.Job) { j.Spec.Suspend = new(false) })
	w.run(3009)
	g.Expect(w.job().Status.Active).To(BeEquivalentTo(1), "ADS-5: the deadline starts anew")
	g.Expect(w.job().Status.Succeeded).To(BeZero(), "SUS-3")
	w.run(3010)
	g.Expect(w.job().Status.Conditions[1].Reason).To(Equal("DeadlineExceeded"))
	g.Expect(w.events).To(ContainElements("Normal Suspended Job suspended", "Normal Resumed Job resumed"))
}

func TestSuspendedJobThatIsDoneCompletes(t *testing.T) { // COMP-14
	g := NewWithT(t)
	w := newWorld(t, Reference(), newJob())
	w.run(5)
	w.end("work-1", corev1.PodSucceeded)
	w.setJob(suspended)
	w.run(60)
	status := w.job().Status
	g.Expect(describe(&status)).To(Equal("active=0 succeeded=1+0 failed=0+0 SuccessCriteriaMet=True Complete=True"))
}

func TestRestartsInPlaceFailTheJob(t *testing.T) { // ONF-3, ONF-8
	g := NewWithT(t)
	w := newWorld(t, Reference(), newJob(onFailure, withBackoffLimit(2)))
	w.run(5)
	w.setPod("work-1", func(p *corev1.Pod) { p.Status.Phase = corev1.PodRunning; restarted(1)(p) })
	w.run(10)
	g.Expect(w.job().Status.Failed).To(BeZero(), "ONF-2")
	w.setPod("work-1", func(p *corev1.Pod) { p.Status.ContainerStatuses[0].RestartCount = 2 })
	w.run(11)
	status := w.job().Status
	g.Expect(describe(&status)).To(Equal("active=0 succeeded=0+0 failed=1+0 terminating=1 FailureTarget=True"))
}

func TestWorkQueue(t *testing.T) { // COMP-3, COMP-4, COMP-5, COMP-7
	g := NewWithT(t)
	w := newWorld(t, Reference(), newJob(workQueue, withParallelism(3)))
	w.run(5)
	w.end("work-1", corev1.PodSucceeded)
	w.end("work-2", corev1.PodFailed)
	w.run(40)
	status := w.job().Status
	g.Expect(describe(&status)).To(Equal("active=1 succeeded=1+0 failed=1+0"))
	g.Expect(w.pods).To(HaveLen(3))
	w.setJob(withParallelism(0))
	w.run(41)
	g.Expect(w.names(isTerminating)).To(BeEmpty())
	w.end("work-3", corev1.PodSucceeded)
	w.run(42)
	status = w.job().Status
	g.Expect(describe(&status)).To(Equal("active=0 succeeded=2+0 failed=1+0 SuccessCriteriaMet=True Complete=True"))
}

func TestSuccessOfASiblingEndsTheWait(t *testing.T) { // BO-6, BO-7, BO-11
	g := NewWithT(t)
	w := newWorld(t, Reference(), newJob(withCompletions(4), withParallelism(2)))
	w.run(5)
	w.end("work-1", corev1.PodFailed)
	w.run(6)
	g.Expect(w.job().Status.Active).To(BeEquivalentTo(1), "BO-11")
	w.setJob(withParallelism(3))
	w.run(8)
	g.Expect(w.pods).To(HaveLen(2), "BO-6")
	w.end("work-2", corev1.PodSucceeded)
	w.run(9)
	g.Expect(w.pods).To(HaveLen(5), "BO-7")
}

func TestTooManySucceeded(t *testing.T) { // COMP-11, SEL-4
	g := NewWithT(t)
	w := newWorld(t, Reference(), newJob(withParallelism(0)))
	for _, name := range []string{"a", "b"} {
		w.addPod(aPod(name, corev1.PodSucceeded, freed, orphaned))
	}
	w.run(5)
	status := w.job().Status
	g.Expect(describe(&status)).To(Equal("active=0 succeeded=2+0 failed=0+0 SuccessCriteriaMet=True Complete=True"))
	g.Expect(w.events).To(Equal([]string{
		"Warning TooManySucceededPods Too many succeeded pods running after completion count reached",
		"Normal Completed Job completed",
	}))
}

func TestFinishedWhileSuspendedHasAStartTime(t *testing.T) { // STV-9, SUS-10
	g := NewWithT(t)
	w := newWorld(t, Reference(), newJob(suspended, withBackoffLimit(0)))
	w.addPod(aPod("a", corev1.PodFailed, freed, orphaned))
	w.run(5)
	status := w.job().Status
	g.Expect(isFinished(w.job())).To(BeTrue())
	g.Expect(status.StartTime).NotTo(BeNil())
}
