package conformance

import (
	"fmt"
	"slices"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	"k8s.io/apimachinery/pkg/types"
)

// counters is about status counters and lists (STAT).
var counters = slices.Concat(presentCounters, finalCounters, preserved)

var uncheckedCounters = []Unchecked{
	{"STAT-9", "it says what not to assert: active may be too low for one round while pods are created"},
}

// presentCounters are requirements on the numbers that describe the present.
var presentCounters = []Requirement{
	{
		ID: "job/counters/active-settles", Clauses: []string{"STAT-1", "BO-11"}, Level: Core, Strength: Must, Bound: ReactionBound,
		Sentence: "A Job's status.active must come to be the number of pods that are neither terminal nor being deleted.",
		Observed: "While no pod of the Job changes for longer than the reaction time, status.active becomes it.",
		Source:   "API reference, JobStatus.active", Scenarios: []string{"parallel-completions", "parallelism-change"},
		check: settles("status.active", func(_ *examiner, j *jobState) (truth, kept int, ok bool) {
			return j.active, int(j.obj.Status.Active), j.counted()
		}),
	},
	{
		ID: "job/counters/ready-settles", Clauses: []string{"STAT-2"}, Level: Core, Strength: Must, Since: 24, Bound: ReactionBound,
		Sentence: "A Job's status.ready must come to be the number of active pods whose Ready condition is True.",
		Observed: "While no pod of the Job changes for longer than the reaction time, status.ready becomes it.",
		Source:   "API reference, JobStatus.ready", Scenarios: []string{"parallel-completions", "oom-killed"},
		check: settles("status.ready", func(_ *examiner, j *jobState) (truth, kept int, ok bool) {
			return j.ready, int(valueOr(j.obj.Status.Ready, 0)), j.counted()
		}),
	},
	{
		ID: "job/counters/terminating-settles", Clauses: []string{"STAT-3"}, Level: Core, Strength: Must, Since: 29,
		Bound:    ReactionBound,
		Sentence: "A Job's status.terminating must come to be the number of pods that are being deleted and have not ended, whoever deleted them.",
		Observed: "While no pod of the Job changes for longer than the reaction time, status.terminating becomes it.",
		Source:   "API reference, JobStatus.terminating", Scenarios: []string{"pod-deleted", "deadline-kills-pods"},
		check: settles("status.terminating", func(_ *examiner, j *jobState) (truth, kept int, ok bool) {
			return j.terminating, int(valueOr(j.obj.Status.Terminating, 0)), j.counted()
		}),
	},
	{
		ID: "job/counters/all-are-there", Clauses: []string{"STAT-2", "STAT-3", "STAT-6"}, Level: Core, Strength: Must, Since: 29,
		Sentence: "A Job's status.ready, status.terminating and status.uncountedTerminatedPods must not be absent after the first status write.",
		Observed: "Every version of a Job that an implementation stores has them, be they zero or empty.",
		Source:   "API reference, JobStatus", Scenarios: []string{"pi"},
		check: func() any { return onJob(countersAreThere) },
	},
	{
		ID: "job/counters/ready-within-active", Clauses: []string{"STAT-2", "STAT-12", "STV-14"}, Level: Core, Strength: Must,
		Sentence: "A Job's status.ready must not be greater than status.active in any version: deletions of pods lower both at once.",
		Observed: "Both are compared in every version that an implementation stores, or is refused to, with one of them changed.",
		Source:   "API server validation of status", Scenarios: []string{"suspend-resume", "parallelism-change"},
		check: orRefused(readyWithinActive, refusal{"status.ready", "cannot set more ready pods than active"}),
	},
}

// finalCounters are requirements on the numbers that only grow, and on the lists from which they do.
var finalCounters = []Requirement{
	{
		ID: "job/counters/succeeded-never-falls", Clauses: []string{"STAT-4", "STV-13"}, Level: Core, Strength: Must,
		Sentence: "A Job's status.succeeded must not decrease.",
		Observed: "Consecutive versions are compared where an implementation stores the later one, or the API server refuses to.",
		Source:   "API server validation of status", Scenarios: []string{"pi"},
		check: orRefused(neverFalls("succeeded", func(s *batchv1.JobStatus) int32 { return s.Succeeded }), refusal{"status.succeeded", "cannot decrease"}),
	},
	{
		ID: "job/counters/failed-never-falls", Clauses: []string{"STAT-5", "STV-13"}, Level: Core, Strength: Must,
		Sentence: "A Job's status.failed must not decrease.",
		Observed: "Consecutive versions are compared where an implementation stores the later one, or the API server refuses to.",
		Source:   "API server validation of status", Scenarios: []string{"never-backoff"},
		check: orRefused(neverFalls("failed", func(s *batchv1.JobStatus) int32 { return s.Failed }), refusal{"status.failed", "cannot decrease"}),
	},
	{
		ID: "job/counters/uncounted-lists-are-sets", Clauses: []string{"STAT-6", "STV-2"}, Level: Core, Strength: Must, Since: 22,
		Sentence: "A Job's status.uncountedTerminatedPods must name each pod once, in one of the two lists.",
		Observed: "No version that an implementation stores, or is refused to, has an empty UID or one that occurs twice.",
		Source:   "API reference, UncountedTerminatedPods", Scenarios: []string{"pi"},
		check: orRefused(uncountedListsAreSets,
			refusal{"status.uncountedTerminatedPods.succeeded[", ""}, refusal{"status.uncountedTerminatedPods.failed[", ""}),
	},
	{
		ID: "job/counters/uncounted-lists-are-bounded", Clauses: []string{"STAT-6", "TRK-4"}, Level: UpstreamExact, Strength: Up, Since: 22,
		Sentence: "A Job's status.uncountedTerminatedPods must not name more than 500 pods.",
		Observed: "The lists of every version that an implementation stores are counted.",
		Source:   "upstream code, MaxUncountedPods", Scenarios: []string{"large-job"},
		check: func() any { return onJob(uncountedListsAreBounded) },
	},
	{
		ID: "job/counters/ended-pods-are-counted", Clauses: []string{"STAT-8", "STAT-7", "COMP-13", "EXT-3"}, Level: Core,
		Strength: Must, Bound: ReactionBound,
		Sentence: "Every tracked pod that has ended must come to be counted.",
		Observed: "While a Job is not finished, no number of tracked pods that have succeeded or failed, and of pods in the " +
			"uncounted lists, stays the same for longer than the reaction time, unless it is zero.",
		Source: "KEP-2307", Scenarios: []string{"parallel-completions", "never-backoff"},
		check: func() any {
			return &settling{what: "the number of uncounted pods", read: uncountedPods, progress: counting}
		},
	},
	{
		ID: "job/counters/counted-within-a-batch", Clauses: []string{"STAT-8"}, Level: UpstreamExact, Strength: Up, Since: 26,
		Sentence: "Every tracked pod that has ended must be counted one second after the last change.",
		Observed: "The same with the batch of pod events, one second, as the time that is allowed.",
		Source:   "upstream code, SyncJobBatchPeriod", Scenarios: []string{"parallel-completions", "never-backoff"},
		check: func() any {
			return &settling{what: "the number of uncounted pods", read: uncountedPods, progress: counting, within: time.Second}
		},
	},
}

// counted reports whether the numbers of the Job's status must be kept up to date.
func (j *jobState) counted() bool {
	return !j.gone && !j.finished() && j.obj.DeletionTimestamp == nil
}

// toCount is how many pods wait to be counted in truth, but for those that may go on waiting (BPI-7).
func (j *jobState) toCount() int {
	n := j.newSucceeded + j.newFailed
	if perIndex(j.obj) {
		n -= len(j.indexTruth().waiting)
	}
	return n
}

// uncountedPods is how many pods are still to be counted. Those that end after a success need not be.
func uncountedPods(_ *examiner, j *jobState) (truth, kept int, ok bool) {
	if !j.counted() {
		return 0, 0, false
	}
	n := uncountedIn(j.obj)
	if !isTrue(j.obj, batchv1.JobSuccessCriteriaMet) {
		n += j.toCount()
	}
	return 0, n, true
}

// counting is what changes whenever a pod ends or is counted.
func counting(j *jobState) progress {
	s := &j.obj.Status
	return progress{j.newSucceeded, j.newFailed, uncountedIn(j.obj), int(s.Succeeded), int(s.Failed)}
}

func countersAreThere(x *examiner, j *jobState) {
	if j.gone || !x.byImplementation() {
		return
	}
	s, missing := &j.obj.Status, ""
	switch {
	case s.Ready == nil:
		missing = "ready"
	case s.Terminating == nil:
		missing = "terminating"
	case s.UncountedTerminatedPods == nil:
		missing = "uncountedTerminatedPods"
	}
	if x.exercised(); missing != "" {
		x.violated("status of Job %s was written, and has no %s", j.obj.Name, missing)
	}
}

func readyWithinActive(x *examiner, j *jobState) {
	if j.gone || !x.byImplementation() || j.obj.Status.Ready == nil {
		return
	}
	s := &j.obj.Status
	if b := j.before; b != nil && b.Status.Active == s.Active && valueOr(b.Status.Ready, 0) == *s.Ready {
		return
	}
	if x.exercised(); *s.Ready > s.Active {
		x.violated("status of Job %s says that %d pods are ready and %d are active", j.obj.Name, *s.Ready, s.Active)
	}
}

func neverFalls(name string, read func(*batchv1.JobStatus) int32) onJob {
	return func(x *examiner, j *jobState) {
		if j.gone || !x.byImplementation() || j.before == nil || read(&j.before.Status) == 0 {
			return
		}
		before, now := read(&j.before.Status), read(&j.obj.Status)
		if name == "succeeded" && j.shrunk {
			return // it falls with the indexes that are no more (EIJ-2)
		}
		if x.exercised(); now < before {
			x.violated("status.%s of Job %s has decreased from %d to %d", name, j.obj.Name, before, now)
		}
	}
}

func uncountedListsAreSets(x *examiner, j *jobState) {
	if j.gone || !x.byImplementation() || uncountedIn(j.obj) == 0 {
		return
	}
	x.exercised()
	u := j.obj.Status.UncountedTerminatedPods
	seen := make(map[types.UID]bool, len(u.Succeeded)+len(u.Failed))
	for uid := range each(u.Succeeded, u.Failed) {
		switch {
		case uid == "":
			x.violated("uncountedTerminatedPods of Job %s has an empty UID", j.obj.Name)
		case seen[uid]:
			x.violated("uncountedTerminatedPods of Job %s names %s twice", j.obj.Name, x.describePod(uid))
		}
		seen[uid] = true
	}
}

// describePod is the name of the pod with a UID.
func (v *view) describePod(uid types.UID) string {
	if p := v.podByUID[uid]; p != nil {
		return "pod " + p.obj.Name
	}
	return fmt.Sprintf("UID %s, of which no pod is known", uid)
}

func uncountedListsAreBounded(x *examiner, j *jobState) {
	if j.gone || !x.byImplementation() {
		return
	}
	if n := uncountedIn(j.obj); n > 0 {
		if x.exercised(); n > maxUncounted {
			x.violated("uncountedTerminatedPods of Job %s names %d pods", j.obj.Name, n)
		}
	}
}
