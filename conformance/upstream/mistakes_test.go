package upstream

import (
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"

	"github.com/jobsim/jobsim/conformance/internal/generate"
	"github.com/jobsim/jobsim/fakes"
)

// mistake is one thing that the reference does otherwise.
type mistake struct {
	name     string
	features generate.Features
	make     func(*fakes.Decisions)
}

// mistakes are small ones, in what every Job does and in each of the optional features.
func mistakes() []mistake {
	var core generate.Features
	return []mistake{
		{"one failure too many", core, func(d *fakes.Decisions) {
			right := d.FailuresExceeded
			d.FailuresExceeded = func(job *batchv1.Job, failed int32) bool { return right(job, failed-1) }
		}},
		{"pods wake at once", core, func(d *fakes.Decisions) {
			d.WakeOnPod = func(fakes.Limits, *corev1.Pod, *corev1.Pod) (time.Duration, bool) { return 0, true }
		}},
		{"the deadline is passed a second late", core, func(d *fakes.Decisions) {
			right := d.DeadlineLeft
			d.DeadlineLeft = func(job *batchv1.Job, suspended bool, now time.Time) (time.Duration, bool) {
				left, running := right(job, suspended, now)
				return left + time.Second, running
			}
		}},
		{"no back-off", core, func(d *fakes.Decisions) {
			d.NextBackoff = func(old fakes.Backoff, _, _ []time.Time) fakes.Backoff { return old }
		}},
		{"an index fails one failure early", allFeatures, func(d *fakes.Decisions) {
			right := d.FailuresAfter
			d.FailuresAfter = func(d *fakes.Decisions, job *batchv1.Job, failed *corev1.Pod) fakes.IndexFailures {
				after := right(d, job, failed)
				after.Counted++
				return after
			}
		}},
		{"failures are never ignored", allFeatures, func(d *fakes.Decisions) {
			d.IgnoresFailure = func(*fakes.Decisions, *batchv1.Job, *corev1.Pod) bool { return false }
		}},
		{"no rule of a success policy is ever met", allFeatures, func(d *fakes.Decisions) {
			d.SuccessRuleMet = func(*batchv1.SuccessPolicyRule, int32, fakes.IndexSet) bool { return false }
		}},
		{"a finished Job goes a second late", allFeatures, func(d *fakes.Decisions) {
			right := d.Expiry
			d.Expiry = func(job *batchv1.Job) (time.Time, bool) {
				at, expires := right(job)
				return at.Add(time.Second), expires
			}
		}},
		{"indexes out of range stay", allFeatures, func(d *fakes.Decisions) {
			d.InRange = func(*batchv1.Job, int32) bool { return true }
		}},
	}
}
