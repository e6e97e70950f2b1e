package fakes

import (
	"math"
	"testing"
	"time"

	. "github.com/onsi/gomega"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
)

func TestFailuresExceeded(t *testing.T) { // BL-1, BL-5
	g := NewWithT(t)
	g.Expect(failuresExceeded(newJob(withBackoffLimit(1)), 1)).To(BeFalse())
	g.Expect(failuresExceeded(newJob(withBackoffLimit(1)), 2)).To(BeTrue())
	g.Expect(failuresExceeded(newJob(withBackoffLimit(0)), 0)).To(BeFalse())
	g.Expect(failuresExceeded(newJob(withBackoffLimit(0)), 1)).To(BeTrue())
	unset := newJob(func(j *batchv1.Job) { j.Spec.BackoffLimit = nil })
	g.Expect(failuresExceeded(unset, 6)).To(BeFalse())
	g.Expect(failuresExceeded(unset, 7)).To(BeTrue())
}

func TestRestartsExceeded(t *testing.T) {
	g := NewWithT(t)
	g.Expect(restartsExceeded(newJob(onFailure, withBackoffLimit(3)), 2)).To(BeFalse()) // ONF-3
	g.Expect(restartsExceeded(newJob(onFailure, withBackoffLimit(3)), 3)).To(BeTrue())
	for _, limit := range []int32{0, 1} { // ONF-4
		g.Expect(restartsExceeded(newJob(onFailure, withBackoffLimit(limit)), 0)).To(BeFalse())
		g.Expect(restartsExceeded(newJob(onFailure, withBackoffLimit(limit)), 1)).To(BeTrue())
	}
	g.Expect(restartsExceeded(newJob(withBackoffLimit(0)), 99)).To(BeFalse()) // NEV-4
}

func TestDeadlineDecisions(t *testing.T) {
	g := NewWithT(t)
	started := func(j *batchv1.Job) { j.Status.StartTime = new(stamp(100)) }
	left, running := deadlineLeft(newJob(withDeadline(10), started), false, at(103))
	g.Expect(running).To(BeTrue())
	g.Expect(left).To(Equal(7 * time.Second))
	left, _ = deadlineLeft(newJob(withDeadline(10), started), false, at(110))
	g.Expect(deadlinePassed(left)).To(BeTrue(), "ADS-1: the boundary counts")
	left, running = deadlineLeft(newJob(withDeadline(0), started), false, at(100))
	g.Expect(running && deadlinePassed(left)).To(BeTrue(), "ADS-9: zero is a deadline")
	for name, job := range map[string]*batchv1.Job{
		"none": newJob(started), "not started": newJob(withDeadline(10)),
	} {
		_, running = deadlineLeft(job, false, at(200))
		g.Expect(running).To(BeFalse(), name)
	}
	_, running = deadlineLeft(newJob(withDeadline(10), started), true, at(200))
	g.Expect(running).To(BeFalse(), "ADS-5: not while suspended")
	left, _ = deadlineLeft(newJob(withDeadline(math.MaxInt64), started), false, at(200))
	g.Expect(left).To(BeNumerically(">", 50*365*24*time.Hour), "VAL-13: no overflow")
}

func TestStartTime(t *testing.T) {
	g := NewWithT(t)
	g.Expect(startTime(newJob(), false, at(5))).To(Equal(at(5)), "TIME-1")
	g.Expect(startTime(newJob(), true, at(5)).IsZero()).To(BeTrue(), "TIME-2")
	started := newJob(func(j *batchv1.Job) { j.Status.StartTime = new(stamp(3)) })
	g.Expect(startTime(started, false, at(5))).To(Equal(at(3)), "TIME-4")
	g.Expect(startTime(started, true, at(5))).To(Equal(at(3)))
}

func TestCompleted(t *testing.T) {
	for _, c := range []struct {
		clause            string
		job               *batchv1.Job
		succeeded, active int32
		want              bool
	}{
		{"COMP-1 enough", newJob(withCompletions(3)), 3, 0, true},
		{"COMP-1 too few", newJob(withCompletions(3)), 2, 0, false},
		{"COMP-1 one still active", newJob(withCompletions(3)), 4, 1, false},
		{"COMP-2 none needed", newJob(withCompletions(0)), 0, 0, true},
		{"COMP-3 one is enough", newJob(workQueue), 1, 0, true},
		{"COMP-3 others still active", newJob(workQueue), 1, 2, false},
		{"COMP-8 nothing to do is not success", newJob(workQueue, withParallelism(0)), 0, 0, false},
	} {
		t.Run(c.clause, func(t *testing.T) {
			got := completed(c.job, Counts{Succeeded: c.succeeded, Active: c.active})
			NewWithT(t).Expect(got).To(Equal(c.want))
		})
	}
}

func TestOutcomeOrder(t *testing.T) { // SYNC-1, SYNC-2, ADS-6
	late := func(j *batchv1.Job) {
		withDeadline(10)(j)
		j.Status.StartTime = new(stamp(0))
	}
	for _, c := range []struct {
		name   string
		job    *batchv1.Job
		counts Counts
		want   string
	}{
		{"nothing", newJob(), Counts{}, ""},
		{"stored success beats all", newJob(late, condition(batchv1.JobSuccessCriteriaMet, corev1.ConditionTrue),
			condition(batchv1.JobFailureTarget, corev1.ConditionTrue)), Counts{Failed: 99}, "Because success"},
		{"stored failure beats tests", newJob(late, condition(batchv1.JobFailureTarget, corev1.ConditionTrue)),
			Counts{Failed: 99}, "Because failure"},
		{"FIN-12 stored False", newJob(condition(batchv1.JobFailureTarget, corev1.ConditionFalse)), Counts{}, ""},
		{"limit before deadline", newJob(late), Counts{Failed: 7}, "BackoffLimitExceeded failure"},
		{"restarts before deadline", newJob(late, onFailure), Counts{Restarts: 6}, "BackoffLimitExceeded failure"},
		{"ONF-6 not added up", newJob(onFailure, withBackoffLimit(3)), Counts{Restarts: 2, Failed: 2}, ""},
		{"deadline", newJob(late), Counts{Failed: 6}, "DeadlineExceeded failure"},
		{"BL-10 limit while suspended", newJob(late, suspended), Counts{Failed: 7}, "BackoffLimitExceeded failure"},
		{"ADS-5 no deadline while suspended", newJob(late, suspended), Counts{}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := Reference()
			got := ""
			for _, test := range d.Outcome {
				v := test.Decide(&d, Observation{Job: c.job, Counts: c.counts, Suspended: isSuspended(c.job), Now: at(60)})
				if v != nil {
					got = v.Reason + map[bool]string{true: " success", false: " failure"}[v.Success]
					break
				}
			}
			NewWithT(t).Expect(got).To(Equal(c.want))
		})
	}
}

func TestIsFinishedAndForeign(t *testing.T) {
	g := NewWithT(t)
	g.Expect(isFinished(newJob())).To(BeFalse())
	g.Expect(isFinished(newJob(condition(batchv1.JobFailureTarget, corev1.ConditionTrue)))).To(BeFalse())
	g.Expect(isFinished(newJob(condition(batchv1.JobComplete, corev1.ConditionFalse)))).To(BeFalse())
	g.Expect(isFinished(newJob(condition(batchv1.JobComplete, corev1.ConditionTrue)))).To(BeTrue())
	g.Expect(isFinished(newJob(condition(batchv1.JobFailed, corev1.ConditionTrue)))).To(BeTrue())
	managedBy := func(name string) func(*batchv1.Job) {
		return func(j *batchv1.Job) { j.Spec.ManagedBy = &name }
	}
	g.Expect(isForeign(newJob())).To(BeFalse(), "MB-1")
	g.Expect(isForeign(newJob(managedBy("kubernetes.io/job-controller")))).To(BeFalse(), "MB-1")
	g.Expect(isForeign(newJob(managedBy("acme.io/jobs")))).To(BeTrue(), "MB-1")
}
