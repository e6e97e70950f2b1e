package sim_test

import (
	"testing"
	"time"

	. "github.com/onsi/gomega"
	batchv1 "k8s.io/api/batch/v1"

	"github.com/jobsim/jobsim/sim"
)

// Upstream's figures, in virtual time. Pod events are acted on one second after the pod's last change (B of SEMANTICS).

func TestRestartsInPlaceExhaustTheBackoffLimit(t *testing.T) { // ONF-3, ONF-5, ONF-8, KUB-1
	g := NewWithT(t)
	res := play(t, story(job("crash", onFailure, limited(3)), failing(5*time.Second)))
	// Each run takes 5 s; the waits before restarts are 0, 10 and 20 s.
	g.Expect(times(res, containerStarted)).To(Equal(seconds(0, 5, 20, 45)))
	g.Expect(times(res, podCreated)).To(Equal(seconds(0)))
	g.Expect(became(res, batchv1.JobFailureTarget)).To(Equal(seconds(46)))
	g.Expect(became(res, batchv1.JobFailed)).To(Equal(seconds(47))) // FIN-8
	g.Expect(conditions(res)).To(Equal([]string{"FailureTarget BackoffLimitExceeded", "Failed BackoffLimitExceeded"}))
	g.Expect(res.Jobs[0].Status.Failed).To(BeEquivalentTo(1))
	g.Expect(res.Ending).To(Equal(sim.Quiet))
}

func TestPodsAreReplacedWithBackOff(t *testing.T) { // BO-1, BO-15, BL-1
	g := NewWithT(t)
	res := play(t, story(job("crash"), failing(0)))
	g.Expect(times(res, podCreated)).To(Equal(seconds(0, 10, 30, 70, 150, 310, 630)))
	g.Expect(became(res, batchv1.JobFailed)).To(Equal(seconds(631)))
	g.Expect(res.Jobs[0].Status.Failed).To(BeEquivalentTo(7))

	// The delay counts from the end of the pod, so each run shifts all that follow.
	res = play(t, story(job("crash"), failing(5*time.Second)))
	g.Expect(times(res, podCreated)).To(Equal(seconds(0, 15, 40, 85, 170, 335, 660)))
	g.Expect(became(res, batchv1.JobFailed)).To(Equal(seconds(666)))

	// From the seventh failure on the delay is ten minutes.
	res = play(t, story(job("crash", limited(8)), failing(0)))
	g.Expect(times(res, podCreated)[7:]).To(Equal(seconds(1230, 1830)))
}

func TestActiveDeadline(t *testing.T) { // ADS-1, FIN-8
	g := NewWithT(t)
	res := play(t, story(job("late", deadline(30)), succeeding(time.Hour)))
	g.Expect(became(res, batchv1.JobFailureTarget)).To(Equal(seconds(30)))
	g.Expect(became(res, batchv1.JobFailed)).To(Equal(seconds(31)))
	g.Expect(conditions(res)).To(Equal([]string{"FailureTarget DeadlineExceeded", "Failed DeadlineExceeded"}))
}

func TestCompletionsAndParallelism(t *testing.T) { // COMP-1, COMP-9, PAR-1
	g := NewWithT(t)
	res := play(t, story(job("many", sized(5, 2)), succeeding(10*time.Second)))
	g.Expect(times(res, podCreated)).To(Equal(seconds(0, 0, 11, 11, 22)))
	g.Expect(became(res, batchv1.JobComplete)).To(Equal(seconds(33)))
	g.Expect(conditions(res)).To(Equal([]string{"SuccessCriteriaMet CompletionsReached", "Complete CompletionsReached"}))
	g.Expect(res.Jobs[0].Status.Succeeded).To(BeEquivalentTo(5))

	res = play(t, story(job("none", sized(0, 2))))
	g.Expect(times(res, podCreated)).To(BeEmpty()) // COMP-2
	g.Expect(became(res, batchv1.JobComplete)).To(Equal(seconds(0)))
}

func TestWaitingCostsNothing(t *testing.T) {
	g := NewWithT(t)
	short := play(t, story(job("wait"), succeeding(10*time.Second)))
	long := play(t, story(job("wait"), succeeding(10_000*time.Second)))
	g.Expect(long.End).To(Equal(short.End + 9_990*time.Second))
	g.Expect(long.Events).To(Equal(short.Events))
	g.Expect(len(long.Trace.Entries)).To(Equal(len(short.Trace.Entries)))
}

func TestResultTells(t *testing.T) {
	g := NewWithT(t)
	res := play(t, &sim.Scenario{Jobs: []*batchv1.Job{job("one"), job("two")}}) // without scripts: five seconds each
	g.Expect(res.Implementation).To(Equal("reference"))
	g.Expect(res.Job("two").Name).To(Equal("two"))
	g.Expect(res.Job("three")).To(BeNil())
	g.Expect(res.Time().Sub(res.Jobs[0].CreationTimestamp.Time)).To(Equal(res.End))
	g.Expect(res.Pods).To(HaveLen(2))
	var reasons []string
	for _, e := range res.KubeEvents {
		reasons = append(reasons, e.InvolvedObject.Name+" "+e.Reason)
	}
	g.Expect(reasons).To(Equal([]string{
		"one SuccessfulCreate", "two SuccessfulCreate", "one Completed", "two Completed"}))
}
