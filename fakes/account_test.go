package fakes

import (
	"testing"

	. "github.com/onsi/gomega"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"
)

func TestCountAsAndMayRelease(t *testing.T) {
	failure, success := &Verdict{}, &Verdict{Success: true}
	for _, c := range []struct {
		clause  string
		job     *batchv1.Job
		pod     *corev1.Pod
		decided *Verdict
		tally   Tally
		release bool
	}{
		{"TRK-3 running", newJob(), aPod("a", corev1.PodRunning), nil, Uncounted, false},
		{"TRK-3 succeeded", newJob(), aPod("a", corev1.PodSucceeded), nil, Succeeded, true},
		{"TRK-3 failed", newJob(), aPod("a", corev1.PodFailed), nil, Failed, true},
		{"PRP-1 terminating", newJob(), aPod("a", corev1.PodRunning, stopping), nil, Failed, true},
		{"PRP-2 terminating", newJob(replaceFailed), aPod("a", corev1.PodRunning, stopping), nil, Uncounted, false},
		{"BL-7 active at a failure", newJob(), aPod("a", corev1.PodRunning), failure, Failed, true},
		{"FIN-17 terminating", newJob(replaceFailed), aPod("a", corev1.PodRunning, stopping), failure, Failed, true},
		{"FIN-17 active at a success", newJob(), aPod("a", corev1.PodRunning), success, Uncounted, true},
		{"BL-7 success before the failure", newJob(), aPod("a", corev1.PodSucceeded), failure, Succeeded, true},
		{"DEL-3 Job being deleted", newJob(deleted), aPod("a", corev1.PodRunning), nil, Uncounted, true},
	} {
		t.Run(c.clause, func(t *testing.T) {
			g := NewWithT(t)
			d := Reference()
			tally := countAs(&d, c.job, c.pod, c.decided)
			g.Expect(tally).To(Equal(c.tally))
			g.Expect(mayRelease(c.job, tally, c.decided)).To(Equal(c.release))
		})
	}
}

func TestMayFinish(t *testing.T) { // FIN-4
	g := NewWithT(t)
	uncounted := func(succeeded, failed []types.UID) *batchv1.JobStatus {
		return &batchv1.JobStatus{
			UncountedTerminatedPods: &batchv1.UncountedTerminatedPods{Succeeded: succeeded, Failed: failed},
		}
	}
	g.Expect(mayFinish(&batchv1.JobStatus{}, 0)).To(BeTrue())
	g.Expect(mayFinish(uncounted(nil, nil), 0)).To(BeTrue())
	g.Expect(mayFinish(uncounted(nil, nil), 1)).To(BeFalse())
	g.Expect(mayFinish(uncounted([]types.UID{"a"}, nil), 0)).To(BeFalse())
	g.Expect(mayFinish(uncounted(nil, []types.UID{"a"}), 0)).To(BeFalse())
}

func TestRecordInterim(t *testing.T) {
	g := NewWithT(t)
	var status batchv1.JobStatus
	g.Expect(recordInterim(&status, Verdict{Reason: "R", Message: "M"}, at(5))).To(BeTrue())
	g.Expect(status.Conditions).To(Equal([]batchv1.JobCondition{{
		Type: batchv1.JobFailureTarget, Status: corev1.ConditionTrue, Reason: "R", Message: "M",
		LastProbeTime: stamp(5), LastTransitionTime: stamp(5),
	}}), "FIN-2")
	g.Expect(recordInterim(&status, Verdict{Reason: "R", Message: "M", Stored: true}, at(9))).To(BeFalse(), "SYNC-2")
	status = batchv1.JobStatus{}
	recordInterim(&status, Verdict{Success: true}, at(5))
	g.Expect(status.Conditions[0].Type).To(Equal(batchv1.JobSuccessCriteriaMet), "FIN-3")
}

func TestRecordTerminal(t *testing.T) {
	g := NewWithT(t)
	job := newJob(func(j *batchv1.Job) { j.Status.StartTime = new(stamp(1)) })
	recordTerminal(job, Verdict{Success: true, Reason: "R", Message: "M"}, at(5))
	g.Expect(job.Status.CompletionTime).To(Equal(new(stamp(5))), "TIME-5")
	g.Expect(job.Status.StartTime).To(Equal(new(stamp(1))), "TIME-4")
	g.Expect(job.Status.Conditions[0].Type).To(Equal(batchv1.JobComplete))

	job = newJob()
	recordTerminal(job, Verdict{}, at(5))
	g.Expect(job.Status.CompletionTime).To(BeNil(), "FIN-15")
	g.Expect(job.Status.Conditions[0].Type).To(Equal(batchv1.JobFailed))
	g.Expect(job.Status.StartTime).To(Equal(new(stamp(5))), "STV-9")

	job = newJob(suspended, withCompletions(0))
	recordTerminal(job, Verdict{Success: true}, at(5))
	g.Expect(job.Status.StartTime).To(BeNil(), "STV-9 exempts it, so TIME-2 holds")
}

func TestSetCondition(t *testing.T) {
	g := NewWithT(t)
	custom := batchv1.JobCondition{Type: "Custom", Status: corev1.ConditionTrue}
	status := batchv1.JobStatus{Conditions: []batchv1.JobCondition{custom}}
	shared := status.Conditions
	g.Expect(recordResumed(&status, at(1))).To(BeFalse(), "SUS-7: never suspended, no entry")
	g.Expect(recordSuspended(&status, at(2))).To(BeTrue())
	g.Expect(recordSuspended(&status, at(3))).To(BeFalse(), "FIN-13: times move only with a change")
	g.Expect(status.Conditions[1].LastTransitionTime).To(Equal(stamp(2)))
	status.Conditions[0].Reason = "kept"
	g.Expect(recordResumed(&status, at(4))).To(BeTrue())
	g.Expect(status.StartTime).To(Equal(new(stamp(4))), "SUS-5")
	g.Expect(status.Conditions).To(HaveLen(2), "SUS-5: updated, not removed")
	g.Expect(status.Conditions[1].Status).To(Equal(corev1.ConditionFalse))
	g.Expect(status.Conditions[0].Type).To(BeEquivalentTo("Custom"), "STAT-11")
	g.Expect(recordSuspended(&status, at(5))).To(BeTrue())
	g.Expect(status.StartTime).To(BeNil(), "TIME-3")
	g.Expect(shared).To(HaveLen(1), "the list is replaced, not changed")
}
