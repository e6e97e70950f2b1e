package upstream

// Deviation is a requirement that the controller breaks, and that is right: a bug of the controller.
type Deviation struct {
	// Requirement is its ID.
	Requirement string
	// Finding is the anchor of the section in FINDINGS.md that tells what happens and where.
	Finding string
	// Scenario shows it: a file in findings, without its ending.
	Scenario string
}

// Deviations are those of kube-controller-manager 1.37.2. Whatever else an evaluation of it finds is a mistake of the
// suite, or not known yet. A deviation that does not show any more must go from the list.
func Deviations() []Deviation {
	const (
		unstarted = "a-suspended-job-cannot-finish"
		byName    = "a-recreated-job-loses-successes"
		both      = "a-job-completes-by-a-pod-that-counts-as-failed"
		unclaimed = "a-job-that-is-deleted-waits-for-a-pod-that-it-does-not-select"
		vanished  = "a-pod-that-is-gone-counts-again-and-again"
		swept     = "an-adopted-pod-loses-its-finalizer"
		killed    = "a-killed-index-counts-as-failed"
		overlap   = "a-completed-index-fails-too"
	)
	return []Deviation{
		{"job/conditions/status-is-settled-at-the-end", unstarted, "suspended-job-cannot-complete"},
		{"job/status-writes/no-end-without-start", unstarted, "suspended-job-cannot-fail"},
		{"job/evaluation/edits-do-not-undo-a-decision", unstarted, "suspended-job-cannot-complete"},
		{"job/completions/no-more-than-completions", byName, "recreated-job-loses-successes"},
		{"job/completions/surplus-is-deleted", byName, "recreated-job-loses-successes"},
		{"job/parallelism/never-exceeds-target", byName, "recreated-job-loses-successes"},
		{"job/counters/ended-pods-are-counted", byName, "recreated-job-loses-successes"},
		{"job/counters/counted-within-a-batch", byName, "recreated-job-loses-successes"},
		{"job/ownership/adopted-pods-that-ended-count", byName, "recreated-job-loses-successes"},
		{"job/ownership/adopted-surplus-is-deleted", byName, "recreated-job-loses-successes"},
		{"job/resilience/counters-are-exact", byName, "recreated-job-loses-successes"},
		{"job/retries/failed-pods-count", byName, "recreated-job-loses-failures"},
		{"job/completions/success-needs-completions", both, "failed-pod-completes-its-job"},
		{"job/deletion/frees-pods-while-it-goes", unclaimed, "mislabelled-pod-keeps-a-deleted-job"},
		{"job/backoff-limit/deleted-pods-count", unclaimed, "mislabelled-pod-keeps-a-deleted-job"},
		{"job/completions/counted-once", vanished, "vanished-pod-counts-each-second"},
		{"job/parallelism/only-surplus-is-deleted", vanished, "vanished-pod-counts-each-second"},
		{"job/backoff-limit/pods-run-on-within-the-limit", vanished, "vanished-pod-counts-each-second"},
		{"job/tracking/each-pod-counts-once", vanished, "vanished-pod-counts-each-second"},
		{"job/backoff-limit/a-failure-counts-once", vanished, "vanished-pod-counts-as-failed"},
		{"job/deletion/freed-pods-do-not-count", vanished, "vanished-pod-counts-as-failed"},
		{"job/tracking/running-pods-keep-the-finalizer", swept, "adopted-pod-loses-its-finalizer"},
		{"job/tracking/listed-before-released", swept, "adopted-pod-loses-its-success"},
		{"job/completions/success-is-not-lost", swept, "adopted-pod-loses-its-success"},
		{"job/backoff-limit-per-index/killed-indexes-are-not-failed", killed, "killed-index-counts-as-failed"},
		{"job/status-writes/no-failed-indexes", overlap, "completed-index-fails-too"},
		{"job/parallelism/finalizer-before-delete", overlap, "completed-index-fails-too"},
		{"job/counters/active-settles", overlap, "completed-index-fails-too"},
		{"job/counters/ready-settles", overlap, "completed-index-fails-too"},
		{"job/backoff-limit-per-index/limit-fails-the-index", overlap, "completed-index-fails-too"},
		{"job/backoff-limit-per-index/all-ended-fails-the-job", overlap, "completed-index-fails-too"},
	}
}
