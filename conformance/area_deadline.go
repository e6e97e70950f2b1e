package conformance

import batchv1 "k8s.io/api/batch/v1"

// deadline is about activeDeadlineSeconds (ADS). The checks are in area_deadline_checks.go.
var deadline = []Requirement{
	{
		ID: "job/deadline/passing-fails-the-job", Clauses: []string{"ADS-1"}, Level: Core, Strength: Must, Bound: ReactionBound,
		Sentence: "A Job that is not suspended must fail when activeDeadlineSeconds have passed since status.startTime.",
		Observed: "FailureTarget=True is stored within the reaction time after startTime plus spec.activeDeadlineSeconds.",
		Source:   "API reference, JobSpec.activeDeadlineSeconds", Scenarios: []string{"deadline-kills-pods"},
		check: deadlineFails(anyJob),
	},
	{
		ID: "job/deadline/not-before-it-passes", Clauses: []string{"ADS-1", "TIME-0"}, Level: Core, Strength: Must,
		Sentence: "A Job must not fail with DeadlineExceeded before activeDeadlineSeconds have passed since status.startTime.",
		Observed: "When FailureTarget=True with that reason is stored, the deadline of a version of the Job that the implementation may know " +
			"has passed, counted from the stored startTime.",
		Source: "API reference, JobSpec.activeDeadlineSeconds", Scenarios: []string{"deadline-kills-pods"},
		check: notBeforeDeadline(anyJob),
	},
	{
		ID: "job/deadline/message", Clauses: []string{"ADS-1"}, Level: UpstreamExact, Strength: Up,
		Sentence: "The message of a condition with reason DeadlineExceeded must be \"Job was active longer than specified deadline\".",
		Observed: "FailureTarget=True with that reason has exactly this message.",
		Source:   "kube-controller-manager, job_controller.go", Scenarios: []string{"deadline-kills-pods"},
		check: messageOf(batchv1.JobReasonDeadlineExceeded, "Job was active longer than specified deadline"),
	},
	{
		ID: "job/deadline/bounds-the-whole-job", Clauses: []string{"ADS-2"}, Level: Core, Strength: Must, Bound: ReactionBound,
		Sentence: "The deadline must hold for the Job as a whole, however many pods it has had, and also while a pod has not started.",
		Observed: "As job/deadline/passing-fails-the-job, for Jobs that have a pending pod or have had several pods.",
		Source:   "API reference, JobSpec.activeDeadlineSeconds", Scenarios: []string{"deadline-pending-pods"},
		check: deadlineFails(func(_ *examiner, j *jobState) bool {
			return len(j.pods) > 1 || len(j.pods) == 1 && j.pods[0].pending()
		}),
	},
	{
		ID: "job/deadline/failing-deletes-active-pods", Clauses: []string{"ADS-3", "FIN-9"}, Level: Core, Strength: Must, Bound: ReactionBound,
		Sentence: "When the deadline of a Job has passed, all active pods of the Job must be deleted.",
		Observed: "While FailureTarget=True with DeadlineExceeded is stored, no pod of the Job stays active for longer than the reaction time.",
		Source:   "API reference, JobSpec.activeDeadlineSeconds", Scenarios: []string{"deadline-kills-pods"},
		check: noneActive(batchv1.JobReasonDeadlineExceeded),
	},
	{
		ID: "job/deadline/killed-pods-count", Clauses: []string{"ADS-3", "FIN-17"}, Level: Core, Strength: Must,
		Sentence: "Pods that are active when the deadline passes must count as failed, with those that failed before.",
		Observed: "When Failed=True with DeadlineExceeded is stored, status.failed is not less than the pods listed as failed so far and those " +
			"that were deleted for the failure.",
		Source: "Kubernetes unit test TestSyncJobPastDeadline", Scenarios: []string{"deadline-kills-pods"},
		check: killedCount(batchv1.JobReasonDeadlineExceeded, anyJob),
	},
	{
		ID: "job/deadline/no-pod-after-it", Clauses: []string{"ADS-3"}, Level: Core, Strength: Must,
		Sentence: "No pod must be created at or after the deadline of its Job.",
		Observed: "When a pod is created, the deadline of some version of its Job that the implementation may know had not passed when it " +
			"looked at the clock.",
		Source: "Job documentation", Scenarios: []string{"deadline-kills-pods", "deadline-and-backofflimit"},
		check: func() any { return &noPodAfterDeadline{} },
	},
	{
		ID: "job/deadline/needs-no-event", Clauses: []string{"ADS-4", "CTRL-7"}, Level: Core, Strength: Must, Bound: ReactionBound,
		Sentence: "The deadline of a Job must be noticed although nothing happens in the cluster, and by an implementation that was restarted.",
		Observed: "As job/deadline/passing-fails-the-job, where the implementation was restarted or nothing has happened for ten seconds.",
		Source:   "Kubernetes issue 62134", Scenarios: []string{"deadline-survives-crash", "deadline-kills-pods"},
		check: deadlineFails(silentBeforeDeadline),
	},
	{
		ID: "job/deadline/suspended-time-does-not-count", Clauses: []string{"ADS-5", "TIME-3"}, Level: Core, Strength: Must,
		Sentence: "A Job must not exceed its deadline while it is suspended, and once it is resumed it has the full time again.",
		Observed: "When FailureTarget=True with DeadlineExceeded is stored, the Job is not known to be suspended, and since Suspended was last " +
			"turned from True to False activeDeadlineSeconds have passed.",
		Source: "API reference, JobSpec.suspend; KEP-2232", Scenarios: []string{"suspend-resume"},
		check: func() any { return &suspendedTime{} },
	},
	{
		ID: "job/deadline/backoff-limit-comes-first", Clauses: []string{"ADS-6", "SYNC-1"}, Level: Core, Strength: Must,
		Sentence: "A Job that has exceeded both backoffLimit and its deadline must give the reason BackoffLimitExceeded.",
		Observed: "When FailureTarget=True with DeadlineExceeded is stored, the failures that the implementation must know of do not exceed " +
			"every backoffLimit that it may know of.",
		Source: "Kubernetes unit test \"activeDeadlineSeconds with backofflimit reach\"", Scenarios: []string{"deadline-and-backofflimit"},
		check: func() any { return onJob(backoffLimitFirst) },
	},
	{
		ID: "job/deadline/beats-completion", Clauses: []string{"ADS-7", "SYNC-3"}, Level: Core, Strength: Must,
		Sentence: "A Job must not succeed when the implementation finds at the same time that its deadline has passed, even if all " +
			"completions are reached.",
		Observed: "When SuccessCriteriaMet=True is stored, the deadline of some version of the Job that the implementation may know had not " +
			"passed when it looked at the clock.",
		Source: "Kubernetes issue 46497, closed as intended", check: func() any { return onJob(deadlineBeatsCompletion) },
	},
	{
		ID: "job/deadline/ends-with-success", Clauses: []string{"ADS-8", "SYNC-2"}, Level: Core, Strength: Must, Bound: ReactionBound,
		Sentence: "Once the success of a Job is decided its deadline must be ignored: it becomes Complete when its pods have stopped.",
		Observed: "With SuccessCriteriaMet=True stored, a deadline that has passed since, and no pod that is active, terminating or tracked, " +
			"Complete=True is stored within the reaction time, and never FailureTarget or Failed.",
		Source: "KEP-3998", check: func() any { return &successStands{promptly{owed: owesComplete}} },
	},
	{
		ID: "job/deadline/zero-fails-at-once", Clauses: []string{"ADS-9"}, Level: Core, Strength: Must,
		Sentence: "An activeDeadlineSeconds of 0 must fail the Job before a pod is created, with startTime set and failed 0.",
		Observed: "No pod is created for a Job with that deadline in all versions that the implementation may know; Failed=True comes with " +
			"failed 0 if the Job has never had a pod.",
		Source: "Kubernetes validation, which allows 0", check: func() any { return &zeroDeadline{} },
	},
	{
		ID: "job/deadline/edits-apply", Clauses: []string{"ADS-10"}, Level: Core, Strength: Must, Bound: ReactionBound,
		Sentence: "A deadline that is added or made shorter must hold at once, counted from the startTime that there is.",
		Observed: "As job/deadline/passing-fails-the-job, for Jobs of which the deadline was added or made shorter.",
		Source:   "API reference, JobSpec.activeDeadlineSeconds (mutable)",
		check:    deadlineFails(func(_ *examiner, j *jobState) bool { return j.deadlineSooner }),
	},
	{
		ID: "job/deadline/extensions-apply", Clauses: []string{"ADS-10"}, Level: Core, Strength: Must,
		Sentence: "A deadline that is removed or made longer in time must not fail the Job any more when the old one passes.",
		Observed: "As job/deadline/not-before-it-passes, for Jobs of which the deadline was removed or made longer.",
		Source:   "API reference, JobSpec.activeDeadlineSeconds (mutable)",
		check:    notBeforeDeadline(func(_ *examiner, j *jobState) bool { return j.deadlineLater }),
	},
	{
		ID: "job/deadline/of-a-pod-is-its-own", Clauses: []string{"ADS-11"}, Level: Core, Strength: Must,
		Sentence: "The activeDeadlineSeconds of the pod template limits each pod: a pod that exceeds it is a failed pod, and must not fail the Job " +
			"with DeadlineExceeded.",
		Observed: "A Job without spec.activeDeadlineSeconds never has FailureTarget=True with that reason.",
		Source:   "API reference, PodSpec.activeDeadlineSeconds", Scenarios: []string{"deadline-of-a-pod"},
		check: func() any { return &podDeadline{} },
	},
	{
		ID: "job/deadline/clock-runs-through-unnoticed-suspension", Clauses: []string{"ADS-12", "TIME-4"}, Level: UpstreamExact, Strength: Up,
		Sentence: "A Job's startTime must be reset exactly when Suspended=True was stored and turns False; a suspension that was never acted on leaves it.",
		Observed: "No status write replaces a startTime by another one unless the Suspended entry was True before it.",
		Source:   "Runs of kube-controller-manager 1.37.2", check: func() any { return onJob(clockRunsOn) },
	},
}

var uncheckedDeadline = []Unchecked{
	{"ADS-13", "a quirk that has been fixed; job/deadline/suspended-time-does-not-count finds it"},
}
