package batch_test

import (
	"testing"

	"github.com/onsi/gomega"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/utils/ptr"
	"pgregory.net/rapid"

	"github.com/jobsim/jobsim/sim/apiserver/internal/batch"
	"github.com/jobsim/jobsim/sim/apiserver/internal/core/mutate"
)

func at(second int64) *metav1.Time {
	t := metav1.Unix(second, 0)
	return &t
}

// conditions are all True.
func conditions(types ...batchv1.JobConditionType) []batchv1.JobCondition {
	var list []batchv1.JobCondition
	for _, kind := range types {
		list = append(list, batchv1.JobCondition{Type: kind, Status: corev1.ConditionTrue})
	}
	return list
}

const (
	complete      = batchv1.JobComplete
	failed        = batchv1.JobFailed
	failureTarget = batchv1.JobFailureTarget
	criteriaMet   = batchv1.JobSuccessCriteriaMet
)

func TestStatusRules(t *testing.T) {
	running := batchv1.JobStatus{StartTime: at(1000)}
	done := batchv1.JobStatus{StartTime: at(1000), CompletionTime: at(1010),
		Conditions: conditions(criteriaMet, complete)}
	dead := batchv1.JobStatus{StartTime: at(1000), Conditions: conditions(failureTarget, failed)}
	pods := func(succeeded, failed []types.UID) *batchv1.UncountedTerminatedPods {
		return &batchv1.UncountedTerminatedPods{Succeeded: succeeded, Failed: failed}
	}
	base := func(*batchv1.JobSpec) {}
	perIndex := func(s *batchv1.JobSpec) { s.BackoffLimitPerIndex = ptr.To[int32](1) }
	nonIndexed := func(s *batchv1.JobSpec) { s.CompletionMode = ptr.To(batchv1.NonIndexedCompletion) }
	suspend := func(s *batchv1.JobSpec) { s.Suspend = ptr.To(true) }
	elastic := func(s *batchv1.JobSpec) { s.Parallelism = s.Completions }
	const bad, path = "Invalid value status.conditions", "Invalid value status."
	for _, row := range []struct {
		name string
		spec func(*batchv1.JobSpec)
		old  batchv1.JobStatus
		new  batchv1.JobStatus
		want []string
	}{
		{"STV-1 negative", base, batchv1.JobStatus{},
			batchv1.JobStatus{Active: -1, Succeeded: -1, Failed: -1, Ready: ptr.To[int32](-1),
				Terminating: ptr.To[int32](-1)}, []string{path + "active", path + "succeeded", path + "failed",
				path + "ready",
				path + "terminating", path + "failed", path + "succeeded"}},
		{"STV-2 empty and twice", base, running, batchv1.JobStatus{StartTime: at(1000),
			UncountedTerminatedPods: pods([]types.UID{"", "a"}, []types.UID{"a", ""})},
			[]string{path + "uncountedTerminatedPods.succeeded[0]",
				"Duplicate value status.uncountedTerminatedPods.failed[0]",
				path + "uncountedTerminatedPods.failed[1]"}},
		{"STV-3 complete and failed", base, running, batchv1.JobStatus{StartTime: at(1000), CompletionTime: at(1000),
			Conditions: conditions(criteriaMet, complete, failureTarget, failed)}, []string{bad, bad, bad, bad}},
		{"STV-4 met, yet failing", base, running, batchv1.JobStatus{StartTime: at(1000),
			Conditions: conditions(criteriaMet, failureTarget)},
			[]string{bad}},
		{"STV-5 failed without target", base, running,
			batchv1.JobStatus{StartTime: at(1000), Conditions: conditions(failed)}, []string{bad}},
		{"STV-5 complete without criteria", base, running,
			batchv1.JobStatus{StartTime: at(1000), CompletionTime: at(1000),
				Conditions: conditions(complete)}, []string{bad}},
		{"STV-6 complete is taken back", base, done,
			batchv1.JobStatus{StartTime: at(1000), Conditions: conditions(criteriaMet)}, []string{bad}},
		{"STV-6 criteria are taken back", base, done, batchv1.JobStatus{StartTime: at(1000), CompletionTime: at(1010),
			Conditions: conditions(complete)}, []string{bad, bad}},
		{"STV-6 failure is taken back", base, dead, running, []string{bad, bad}},
		{"STV-7 criteria after completion", base, batchv1.JobStatus{StartTime: at(1000), CompletionTime: at(1010),
			Conditions: conditions(complete)},
			done, []string{bad}},
		{"STV-8 pods of a finished Job", base, running,
			batchv1.JobStatus{StartTime: at(1000), Conditions: conditions(failureTarget, failed),
				Active: 1, Terminating: ptr.To[int32](1), UncountedTerminatedPods: pods([]types.UID{"a"}, nil)},
			[]string{path + "active", path + "terminating", path + "uncountedTerminatedPods"}},
		{"STV-8 terminating of a running Job", base, running,
			batchv1.JobStatus{StartTime: at(1000), Terminating: ptr.To[int32](1)}, nil},
		{"STV-9 finished before it started", base, batchv1.JobStatus{},
			batchv1.JobStatus{Conditions: conditions(failureTarget, failed)},
			[]string{"Required value status.startTime"}},
		{"STV-9 suspended with nothing to do", func(s *batchv1.JobSpec) { suspend(s); s.Completions = ptr.To[int32](0) }, batchv1.JobStatus{},
			batchv1.JobStatus{CompletionTime: at(1000), Conditions: conditions(criteriaMet, complete)}, nil},
		{"STV-10 completion time of a running Job", base, running,
			batchv1.JobStatus{StartTime: at(1000), CompletionTime: at(1000)},
			[]string{path + "completionTime"}},
		{"STV-10 complete without a time", base, running,
			batchv1.JobStatus{StartTime: at(1000), Conditions: conditions(criteriaMet, complete)},
			[]string{"Required value status.completionTime"}},
		{"STV-11 another completion time", base, done,
			batchv1.JobStatus{StartTime: at(1000), CompletionTime: at(1011), Conditions: done.Conditions},
			[]string{path + "completionTime"}},
		{"STV-11 completed before the start", base, running,
			batchv1.JobStatus{StartTime: at(1000), CompletionTime: at(999), Conditions: done.Conditions},
			[]string{path + "completionTime"}},
		{"STV-12 another start", base, running, batchv1.JobStatus{StartTime: at(1001)}, []string{path + "startTime"}},
		{"STV-12 start of a suspended Job", suspend, running, batchv1.JobStatus{}, nil},
		{"STV-12 start on resumption", base, batchv1.JobStatus{StartTime: at(1000),
			Conditions: conditions(batchv1.JobSuspended)},
			batchv1.JobStatus{StartTime: at(1001),
				Conditions: []batchv1.JobCondition{{Type: batchv1.JobSuspended, Status: corev1.ConditionFalse}}}, nil},
		{"STV-13 fewer", base, batchv1.JobStatus{Succeeded: 2, Failed: 2}, batchv1.JobStatus{Succeeded: 1, Failed: 1},
			[]string{path + "succeeded", path + "failed"}},
		{"STV-13 fewer after scaling down", elastic, batchv1.JobStatus{Succeeded: 2}, batchv1.JobStatus{Succeeded: 1},
			nil},
		{"STV-14 ready, not active", base, running,
			batchv1.JobStatus{StartTime: at(1000), Active: 1, Ready: ptr.To[int32](2)}, []string{path + "ready"}},
		{"STV-15 malformed", base, running, batchv1.JobStatus{StartTime: at(1000), CompletedIndexes: "1,0"},
			[]string{path + "completedIndexes"}},
		{"STV-15 too large", base, running, batchv1.JobStatus{StartTime: at(1000), CompletedIndexes: "4"},
			[]string{path + "completedIndexes"}},
		{"STV-15 good", base, running, batchv1.JobStatus{StartTime: at(1000), CompletedIndexes: "0,2-3"}, nil},
		{"STV-15 not Indexed", nonIndexed, running, batchv1.JobStatus{StartTime: at(1000), CompletedIndexes: "0"},
			[]string{path + "completedIndexes"}},
		{"STV-16 malformed", perIndex, running, batchv1.JobStatus{StartTime: at(1000), FailedIndexes: ptr.To("x")},
			[]string{path + "failedIndexes"}},
		{"STV-16 without per-index limits", base, running,
			batchv1.JobStatus{StartTime: at(1000), FailedIndexes: ptr.To("")}, []string{path + "failedIndexes"}},
		{"STV-16 overlap", perIndex, running, batchv1.JobStatus{StartTime: at(1000), CompletedIndexes: "0,2",
			FailedIndexes: ptr.To("1-3")},
			[]string{path + "failedIndexes"}},
		{"STV-16 apart", perIndex, running, batchv1.JobStatus{StartTime: at(1000), CompletedIndexes: "0,3",
			FailedIndexes: ptr.To("1-2")}, nil},
		{"STV-17 success policy", func(s *batchv1.JobSpec) {
			s.SuccessPolicy = &batchv1.SuccessPolicy{Rules: []batchv1.SuccessPolicyRule{{SucceededCount: ptr.To[int32](1)}}}
		}, batchv1.JobStatus{StartTime: at(1000), CompletionTime: at(1000), Conditions: conditions(complete)},
			batchv1.JobStatus{StartTime: at(1000), CompletionTime: at(1000), Conditions: conditions(complete),
				Succeeded: 1}, []string{bad}},
		{"STV-18 an old sin", base, batchv1.JobStatus{StartTime: at(1000), CompletedIndexes: "9", Active: 1,
			Ready:      ptr.To[int32](2),
			Conditions: conditions(failureTarget, failed)},
			batchv1.JobStatus{StartTime: at(1000), CompletedIndexes: "9", Active: 1,
				Ready: ptr.To[int32](2), Conditions: conditions(failureTarget, failed), Failed: 1}, nil},
		{"completion", base, running, done, nil},
		{"failure", base, running, dead, nil},
	} {
		t.Run(row.name, func(t *testing.T) {
			g := gomega.NewWithT(t)
			old := stored(g, indexedJob())
			row.spec(&old.Spec)
			old.Status = row.old
			_, errs := updateStatus(old, func(job *batchv1.Job) { job.Status = row.new })
			g.Expect(listed(errs)).To(gomega.ConsistOf(row.want), "%s", messages(errs))
		})
	}
}

// Along any sequence of accepted writes: nothing that was decided is taken back, counters only grow, and a Job is
// never both complete and failed.
func TestStatusIsMonotone(t *testing.T) {
	isTrue := func(job *batchv1.Job, kind batchv1.JobConditionType) bool {
		for _, condition := range job.Status.Conditions {
			if condition.Type == kind && condition.Status == corev1.ConditionTrue {
				return true
			}
		}
		return false
	}
	rapid.Check(t, func(t *rapid.T) {
		g := gomega.NewWithT(t)
		job := stored(g, indexedJob())
		for range rapid.IntRange(1, 12).Draw(t, "writes") {
			next, errs := updateStatus(job, func(job *batchv1.Job) {
				if rapid.Bool().Draw(t, "decide") {
					kinds := []batchv1.JobConditionType{complete, failed, failureTarget, criteriaMet,
						batchv1.JobSuspended}
					drawn := rapid.SliceOfDistinct(rapid.SampledFrom(kinds), rapid.ID).Draw(t, "conditions")
					job.Status.Conditions = conditions(drawn...)
				}
				mutate.Object(t, &job.Status, rapid.IntRange(0, 3).Draw(t, "changes"))
			})
			if len(errs) > 0 {
				continue
			}
			for _, kind := range []batchv1.JobConditionType{complete, failed, failureTarget, criteriaMet} {
				g.Expect(!isTrue(job, kind) || isTrue(next, kind)).To(gomega.BeTrue(), "%s was taken back (STV-6)",
					kind)
			}
			g.Expect(isTrue(next, complete) && isTrue(next, failed)).To(gomega.BeFalse(), "STV-3")
			g.Expect(next.Status.Failed).To(gomega.BeNumerically(">=", job.Status.Failed), "STV-13")
			g.Expect(next.Status.Succeeded).To(gomega.BeNumerically(">=", job.Status.Succeeded), "STV-13")
			if job.Status.StartTime != nil && !next.Status.StartTime.Equal(job.Status.StartTime) {
				g.Expect(isTrue(job, batchv1.JobSuspended)).To(gomega.BeTrue(),
					"STV-12: only a resumption moves the start")
			}
			job = next
			batch.TruncateTimes(job)
		}
	})
}
