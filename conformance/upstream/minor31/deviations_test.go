package minor31

import (
	"strings"

	batchv1 "k8s.io/api/batch/v1"

	"github.com/jobsim/jobsim/sim"
)

// What the controller of 1.31 does otherwise than is asked of an implementation that claims to follow 1.31.

// deviation is a requirement that it breaks, and that is right.
type deviation struct {
	requirement string
	// because names one of reasons.
	because reason
	// scenario shows it: a situation of the suite, or a file.
	scenario string
}

type reason string

const (
	activeZero reason = "BO-11, a bug of 1.27 to 1.36.2: while the replacement of a failed pod waits, manageJob returns 0 for " +
		"the number of active pods (job_controller.go, manageJob: the branch on remainingTime), and status.active says so " +
		"beside pods that are active and ready"
	refused reason = "BO-11 once more, and the API server is of 1.37: it refuses such a status (STV-14, since 1.32), which that " +
		"of 1.31 stores, and what else the write says comes late. With the checks of STV-3 to STV-17 taken out of the " +
		"simulated server none of these requirements is broken"
	uidAlone reason = "SEL-5: pods are listed by namespace and told apart by the UID of their controller " +
		"(controller_ref_manager.go, ClaimObject), while 1.37 looks them up by kind, name and UID. An owner of another kind " +
		"with the same UID does not exist outside of tests"
	managedBy reason = "MB-1, since 1.32: the gate JobManagedBy is off, so the controller does not look at spec.managedBy. The API " +
		"server of 1.31 drops the field, that of 1.37 keeps it"
	unstarted reason = "STV-9, as in 1.37 (../FINDINGS.md, A suspended Job cannot finish): a Job that is suspended from the start " +
		"has no startTime, also when it fails. The API server of 1.31 stores that"
	byName reason = "DEL-5, as in 1.37 (../FINDINGS.md, A recreated Job loses successes): the finalizers that are expected to go " +
		"are remembered by the name of the Job (tracking_utils.go), and a Job of the same name inherits them"
	pending reason = "DEL-5, until 1.36: the creations that are waited for are remembered by the name of the Job and forgotten " +
		"only by a sync that finds no Job of that name (job_controller.go, syncJob); deleteJob of 1.37 forgets them"
	afterwards reason = "CTRL-3, since 1.34: a Job whose terminal condition the cache does not show yet is synced again, and can get a " +
		"pod (job_controller.go, syncJob). When the Job is seen to be finished the pod is not in the cache, and its finalizer " +
		"is not removed before it changes (cleanupPodFinalizers)"
	stale reason = "CTRL-4, since 1.36: a Job is looked at although the caches do not show what was last written for it and its " +
		"pods (job_controller.go, syncJob). The expectations of 1.31 cover creations and deletions of pods, and finalizers only " +
		"until the first event of their removal; adoption, and patches before a deletion, are not remembered"
	both      reason = "TRK-8, as in 1.37 (../FINDINGS.md, A Job completes by a pod that counts as failed)"
	unclaimed reason = "as in 1.37 (../FINDINGS.md, A Job that is deleted waits for a pod that it does not select)"
	vanished  reason = "as in 1.37 (../FINDINGS.md, A pod that is gone counts again and again)"
	swept     reason = "as in 1.37 (../FINDINGS.md, An adopted pod loses its finalizer)"
	killed    reason = "as in 1.37 (../FINDINGS.md, A killed index counts as failed)"
	overlap   reason = "as in 1.37 (../FINDINGS.md, A completed index fails too)"
)

var deviations = []deviation{
	{"job/backoff-delay/active-stays-true", activeZero, "ONF-6.1"},
	{"job/counters/active-settles", activeZero, "ONF-6.1"},
	{"job/counters/ready-within-active", activeZero, "ONF-7.2"},
	{"job/counters/ended-pods-are-counted", refused, "ONF-6.1"},
	{"job/counters/counted-within-a-batch", refused, "ONF-7.2"},
	{"job/counters/terminating-settles", refused, "PRP-6.1"},
	{"job/retries/failed-pods-count", refused, "PRP-6.1"},
	{"job/restarts/failed-pods-count-too", refused, "ONF-6.1"},
	{"job/disruption/evicted-pods-count", refused, "ONF-6.1"},
	{"job/resilience/goes-on-after-restart", refused, "findings/refused-after-a-restart.yaml"},
	{"job/ownership/leaves-foreign-pods-alone", uidAlone, "SEL-5.3"},
	{"job/parallelism/reaches-target", uidAlone, "SEL-5.3"},
	{"job/parallelism/terminating-pods-hold-no-place", uidAlone, "SEL-5.3"},
	{"job/retries/failed-pods-are-replaced", uidAlone, "SEL-5.3"},
	{"job/counters/ready-settles", uidAlone, "SEL-5.3"}, // and in ONF-6.1, where the write is refused
	{"job/tracking/others-pods-keep-the-finalizer", uidAlone, "findings/owner-of-another-kind.yaml"},
	{"job/pod-creation/owner", managedBy, "MB-1.1"},
	{"job/conditions/status-is-settled-at-the-end", unstarted, "BL-10.2"},
	{"job/completions/success-needs-completions", both, "TRK-8.1"},
	{"job/conditions/finished-pods-are-untracked", afterwards, "findings/finished-job-gets-a-pod.yaml"},
	{"job/completions/no-more-than-completions", byName, "../findings/recreated-job-loses-successes.yaml"},
	{"job/completions/surplus-is-deleted", byName, "../findings/recreated-job-loses-successes.yaml"},
	{"job/parallelism/never-exceeds-target", byName, "../findings/recreated-job-loses-successes.yaml"},
	{"job/ownership/adopted-pods-that-ended-count", byName, "../findings/recreated-job-loses-successes.yaml"},
	{"job/ownership/adopted-surplus-is-deleted", byName, "../findings/recreated-job-loses-successes.yaml"},
	{"job/resilience/counters-are-exact", byName, "../findings/recreated-job-loses-successes.yaml"},
	{"job/deletion/a-new-job-starts-at-once", pending, "findings/recreated-job-waits-for-creations.yaml"},
	{"job/deletion/frees-pods-while-it-goes", unclaimed, "../findings/mislabelled-pod-keeps-a-deleted-job.yaml"},
	{"job/backoff-limit/deleted-pods-count", unclaimed, "../findings/mislabelled-pod-keeps-a-deleted-job.yaml"},
	{"job/completions/counted-once", vanished, "../findings/vanished-pod-counts-each-second.yaml"},
	{"job/parallelism/only-surplus-is-deleted", vanished, "../findings/vanished-pod-counts-each-second.yaml"},
	{"job/backoff-limit/pods-run-on-within-the-limit", vanished, "../findings/vanished-pod-counts-each-second.yaml"},
	{"job/tracking/each-pod-counts-once", vanished, "../findings/vanished-pod-counts-each-second.yaml"},
	{"job/deletion/freed-pods-do-not-count", vanished, "../findings/vanished-pod-counts-as-failed.yaml"},
	{"job/failure-policy/unmatched-failures-count", refused, "findings/unmatched-failure-counts-late.yaml"},
	{"job/failure-policy/exit-codes", refused, "findings/unmatched-failure-counts-late.yaml"},
	{"job/failure-policy/pod-conditions", refused, "findings/unmatched-failure-counts-late.yaml"},
	{"job/failure-policy/failed-index-is-not-retried", afterwards, "findings/finished-job-retries-an-index.yaml"},
	{"job/backoff-limit/a-failure-counts-once", stale, "findings/adopted-twice-counts-twice.yaml"},
	{"job/disruption/pending-is-no-failure", stale, "findings/adopted-twice-counts-twice.yaml"},
	{"job/deletion/a-new-job-counts-its-own-pods", stale, "findings/adopted-twice-counts-twice.yaml"},
	{"job/tracking/released-before-counted", stale, "findings/adopted-again-while-it-counts.yaml"},
	{"job/tracking/no-second-release", stale, "findings/freed-twice.yaml"},
	{"job/tracking/running-pods-keep-the-finalizer", swept, "../findings/adopted-pod-loses-its-finalizer.yaml"},
	{"job/tracking/listed-before-released", swept, "../findings/adopted-pod-loses-its-success.yaml"},
	{"job/completions/success-is-not-lost", swept, "../findings/adopted-pod-loses-its-success.yaml"},
	{"job/backoff-limit-per-index/killed-indexes-are-not-failed", killed, "../findings/killed-index-counts-as-failed.yaml"},
	{"job/parallelism/finalizer-before-delete", overlap, "../findings/completed-index-fails-too.yaml"},
	{"job/backoff-limit-per-index/limit-fails-the-index", overlap, "../findings/completed-index-fails-too.yaml"},
	{"job/backoff-limit-per-index/all-ended-fails-the-job", overlap, "../findings/completed-index-fails-too.yaml"},
}

// explains tells why the controller does not do what a scenario expects, which is written for the newest minor. It is
// empty if nothing that is known does.
func explains(r *sim.Result) reason {
	if why, known := failingScenarios[r.Scenario.Name]; known {
		return why
	}
	for i := range r.Trace.Entries {
		e := &r.Trace.Entries[i]
		if job, ok := e.Object.(*batchv1.Job); ok && job.Spec.ManagedBy != nil && *job.Spec.ManagedBy != batchv1.JobControllerName {
			return managedBy
		}
		if e.Status != nil && strings.Contains(e.Status.Message, "cannot set more ready pods than active") {
			return refused
		}
	}
	return ""
}

// failingScenarios are the built-in scenarios whose expectations it does not meet for a reason that their traces do not show.
var failingScenarios = map[string]reason{
	"suspend-resume": "ADS-13: 1.31 keeps startTime while a Job is suspended (no line of syncJob clears it), and tests the " +
		"deadline in the sync that sees the Job resumed, before that sync sets startTime anew: a suspension longer than " +
		"activeDeadlineSeconds ends the Job with DeadlineExceeded",
}
