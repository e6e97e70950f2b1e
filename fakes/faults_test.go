package fakes

import (
	"fmt"
	"strings"
	"testing"
	"time"

	. "github.com/onsi/gomega"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

type crash struct{}

// runWithCrash runs a Job of two successes and two failures in which the controller dies before or after its n-th call,
// and returns the last status and whether there was such a call.
func runWithCrash(t *testing.T, n int, afterwards bool) (status string, crashed bool) {
	w := newWorld(t, Reference(), newJob(withCompletions(2), withParallelism(2), withBackoffLimit(5)))
	calls := 0
	kill := func() {
		if calls == n {
			crashed = true
			panic(crash{})
		}
	}
	w.fault = func(string) error {
		if calls++; !afterwards {
			kill()
		}
		return nil
	}
	w.after = func(string) {
		if afterwards {
			kill()
		}
	}
	for second := range 300 {
		for _, pod := range w.names(isActive) { // every pod runs for three seconds; the first two fail
			if second >= 3 && w.now.Sub(w.pod(pod).CreationTimestamp.Time) >= 3*time.Second {
				phase := corev1.PodSucceeded
				if pod == "work-1" || pod == "work-2" {
					phase = corev1.PodFailed
				}
				w.end(pod, phase)
			}
		}
		runOrRestart(w, second)
	}
	last := w.job().Status
	return describe(&last), crashed
}

func runOrRestart(w *world, second int) {
	defer func() {
		if r := recover(); r != nil {
			if _, ok := r.(crash); !ok {
				panic(r)
			}
			w.start(Reference())
			w.run(second)
		}
	}()
	w.run(second)
}

func TestCrashBetweenAnyTwoCalls(t *testing.T) { // CTRL-1, COMP-12
	want, _ := runWithCrash(t, 0, false)
	NewWithT(t).Expect(want).To(Equal("active=0 succeeded=2+0 failed=2+0 SuccessCriteriaMet=True Complete=True"))
	for _, afterwards := range []bool{false, true} {
		for n := 1; ; n++ {
			got, crashed := runWithCrash(t, n, afterwards)
			if !crashed {
				NewWithT(t).Expect(n).To(BeNumerically(">", 10), "calls of a run without a crash")
				break
			}
			NewWithT(t).Expect(got).To(Equal(want), fmt.Sprintf("crash at call %d, after its effect: %v", n, afterwards))
		}
	}
}

func TestLateEventsCauseNoSecondPod(t *testing.T) { // CTRL-2, CTRL-4
	g := NewWithT(t)
	w := newWorld(t, Reference(), newJob())
	w.held = true
	w.run(0)
	g.Expect(w.takeCalls()).To(HaveLen(2))
	w.setJob(withParallelism(1)) // any trigger
	w.queue.Add(requestFor(w.job()))
	w.run(0)
	g.Expect(w.queue.err).To(MatchError(ContainSubstring("expected its own write")))
	g.Expect(w.takeCalls()).To(BeEmpty())
	w.run(60)
	g.Expect(w.takeCalls()).To(BeEmpty())
	w.flush()
	w.held = false
	w.run(200)
	g.Expect(w.queue.err).NotTo(HaveOccurred())
	g.Expect(w.pods).To(HaveLen(1))
}

func TestUnseenPodsAreWaitedForAndGivenUp(t *testing.T) { // CTRL-2, SYNC-9
	g := NewWithT(t)
	w := newWorld(t, Reference(), newJob(withDeadline(100)))
	w.r.d.Steps[0].Do = claim
	w.run(0)
	mem := w.r.memories["job-1"]
	mem.expected.expectCreations(1, w.now) // an event that never comes
	w.end("work-1", corev1.PodFailed)
	w.run(99)
	g.Expect(w.pods).To(HaveLen(1))
	w.run(299)
	g.Expect(w.job().Status.Conditions).To(BeEmpty(), "FIN-7")
	w.run(300)
	g.Expect(isFinished(w.job())).To(BeTrue())
}

func TestConflictOnTheFirstWriteFreesNoPod(t *testing.T) { // TRK-6, CTRL-5
	g := NewWithT(t)
	w := newWorld(t, Reference(), newJob())
	w.run(5)
	w.end("work-1", corev1.PodSucceeded)
	w.takeCalls()
	w.fault = func(call string) error {
		if strings.HasPrefix(call, "status") {
			w.fault = nil
			return apierrors.NewConflict(batchv1.Resource("jobs"), "work", errInjected)
		}
		return nil
	}
	w.run(6)
	g.Expect(w.takeCalls()).To(HaveLen(1))
	w.run(7)
	status := w.job().Status
	g.Expect(describe(&status)).To(Equal("active=0 succeeded=1+0 failed=0+0 SuccessCriteriaMet=True Complete=True"))
}

func TestPartialFinalizerRemoval(t *testing.T) { // TRK-5
	g := NewWithT(t)
	w := newWorld(t, Reference(), newJob(withCompletions(3), withParallelism(3)))
	w.run(5)
	for _, name := range []string{"work-1", "work-2", "work-3"} {
		w.end(name, corev1.PodSucceeded)
	}
	w.takeCalls()
	w.fault = func(call string) error {
		switch call {
		case "free work-1":
			return errInjected
		case "free work-2":
			return notFound("pods", "work-2")
		}
		return nil
	}
	w.run(6)
	g.Expect(w.takeCalls()).To(Equal([]string{
		"status active=0 succeeded=0+3 failed=0+0 SuccessCriteriaMet=True",
		"free work-1", "free work-2", "free work-3",
		"status active=0 succeeded=2+1 failed=0+0 SuccessCriteriaMet=True",
	}))
	w.fault = nil
	w.run(7)
	status := w.job().Status
	g.Expect(describe(&status)).To(Equal("active=0 succeeded=3+0 failed=0+0 SuccessCriteriaMet=True Complete=True"))
}

func TestFailedDeleteDelaysTheDecision(t *testing.T) { // FIN-7
	g := NewWithT(t)
	w := newWorld(t, Reference(), newJob(withDeadline(10), withParallelism(2), withCompletions(2)))
	w.run(9)
	w.takeCalls()
	w.fault = failOn("delete work-1")
	w.run(10)
	g.Expect(w.takeCalls()).To(Equal([]string{
		"delete work-1", "delete work-2",
		"status active=1 succeeded=0+0 failed=0+0 terminating=1",
	}))
	g.Expect(w.events).To(ContainElement("Warning FailedDelete Error deleting: injected"))
	w.fault = nil
	w.run(11)
	status := w.job().Status
	g.Expect(describe(&status)).To(Equal("active=0 succeeded=0+0 failed=2+0 terminating=2 FailureTarget=True"))
}

func TestFailedFinalizerPatchKeepsTheVictim(t *testing.T) { // PAR-9
	g := NewWithT(t)
	w := newWorld(t, Reference(), newJob(withParallelism(2), withCompletions(2)))
	w.run(5)
	w.takeCalls()
	w.fault = failOn("free")
	w.setJob(withParallelism(1))
	w.run(5)
	g.Expect(w.takeCalls()).To(Equal([]string{"free work-1"}))
	w.fault = nil
	w.run(6)
	g.Expect(w.takeCalls()).To(Equal([]string{
		"free work-1", "delete work-1", "status active=1 succeeded=0+0 failed=0+0 terminating=1"}))
}

func TestSlowStart(t *testing.T) { // POD-9, POD-10, CTRL-9
	g := NewWithT(t)
	w := newWorld(t, Reference(), newJob(withParallelism(100), withCompletions(100)))
	w.fault = failOn("create")
	w.run(0)
	g.Expect(w.takeCalls()).To(Equal([]string{"create work-", "status active=0 succeeded=0+0 failed=0+0"}))
	g.Expect(w.events).To(Equal([]string{"Warning FailedCreate Error creating: injected"}))
	n := 0
	w.fault = func(call string) error {
		if n++; n == 3 {
			return errInjected
		}
		return nil
	}
	w.run(1)
	g.Expect(w.pods).To(HaveLen(2), "1 and 2, of which one fails")
	w.fault = nil
	w.run(10)
	g.Expect(w.pods).To(HaveLen(100))

	w = newWorld(t, Reference(), newJob(withParallelism(4), withCompletions(4)))
	w.fault = func(call string) error {
		if !strings.HasPrefix(call, "create") {
			return nil
		}
		err := apierrors.NewForbidden(corev1.Resource("pods"), "", errInjected)
		err.ErrStatus.Details.Causes = []metav1.StatusCause{{Type: corev1.NamespaceTerminatingCause}}
		return err
	}
	w.run(0)
	g.Expect(w.queue.err).NotTo(HaveOccurred(), "POD-10")
	g.Expect(w.takeCalls()).To(HaveLen(4+1), "POD-10: no slow-start stop")
	g.Expect(w.events).To(BeEmpty(), "POD-10")
	g.Expect(w.job().Status.Active).To(BeZero())
}

func TestNothingAfterTheTerminalWrite(t *testing.T) { // CTRL-3
	g := NewWithT(t)
	w := newWorld(t, Reference(), newJob(withCompletions(0)))
	w.held = true
	w.run(0)
	w.takeCalls()
	w.r.memories["job-1"].writes = ownWrites{} // even if nothing else held it back
	w.queue.Add(requestFor(w.job()))
	w.run(0)
	g.Expect(w.queue.err).NotTo(HaveOccurred())
	g.Expect(w.takeCalls()).To(BeEmpty())
}

func TestStaleCopyOfAFreedPod(t *testing.T) { // TRK-10
	g := NewWithT(t)
	w := newWorld(t, Reference(), newJob(withCompletions(2), withParallelism(2)))
	w.run(5)
	w.end("work-1", corev1.PodSucceeded)
	w.held = true
	w.run(6)
	w.takeCalls()
	w.r.memories["job-1"].writes = ownWrites{}
	w.cached.jobs[0] = w.job()
	w.queue.Add(requestFor(w.job()))
	w.run(6)
	g.Expect(w.takeCalls()).To(BeEmpty(), "neither counted nor patched again")
}

func TestFivehundredPodsASync(t *testing.T) { // PAR-11, TRK-4
	g := NewWithT(t)
	w := newWorld(t, Reference(), newJob(withCompletions(1200), withParallelism(1200)))
	w.run(0)
	g.Expect(w.pods).To(HaveLen(500))
	w.run(5)
	g.Expect(w.pods).To(HaveLen(1200))
	for _, name := range w.names(isActive) {
		w.end(name, corev1.PodSucceeded)
	}
	w.run(6)
	g.Expect(w.job().Status.Succeeded).To(BeEquivalentTo(500))
	g.Expect(isFinished(w.job())).To(BeFalse())
	w.run(10)
	status := w.job().Status
	g.Expect(describe(&status)).To(Equal("active=0 succeeded=1200+0 failed=0+0 SuccessCriteriaMet=True Complete=True"))
}
