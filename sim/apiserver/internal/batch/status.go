package batch

import (
	"fmt"
	"slices"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	apivalidation "k8s.io/apimachinery/pkg/api/validation"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/jobsim/jobsim/sim/apiserver/internal/core"
)

// ValidateStatusUpdate checks a write to status after PrepareForStatusUpdate (STV-1 to STV-17). Most rules are applied
// only when a field that they speak of changes (STV-18), because an edit of the spec can make a good status bad for a
// while, and the controller must be able to repair it step by step.
func ValidateStatusUpdate(job, old *batchv1.Job) field.ErrorList {
	errs := core.ValidateObjectMetaUpdate(&job.ObjectMeta, &old.ObjectMeta, metadataPath)
	c := newStatusChange(job, old)
	c.counts()
	c.uncounted()
	c.outcome()
	c.finished()
	c.completionTime()
	c.indexes()
	c.noWayBack()
	c.startTime()
	return append(errs, c.errs...)
}

// statusChange is one write to status: what was, what is to be, and which of the things that rules speak of change.
type statusChange struct {
	spec     *batchv1.JobSpec
	now, was *batchv1.JobStatus
	path     *field.Path
	errs     field.ErrorList

	complete, failed, failureTarget, criteriaMet fact
	completedIndexes, failedIndexes              bool
	active, ready, terminating, uncountedPods    bool
	started, ended                               bool
}

// fact is whether something holds after and before the write.
type fact struct{ now, was bool }

func (f fact) changed() bool { return f.now != f.was }

func newStatusChange(job, old *batchv1.Job) *statusChange {
	now, was := &job.Status, &old.Status
	condition := func(kind batchv1.JobConditionType) fact { return fact{isTrue(now, kind), isTrue(was, kind)} }
	return &statusChange{
		spec: &job.Spec, now: now, was: was, path: statusPath,
		complete:         condition(batchv1.JobComplete),
		failed:           condition(batchv1.JobFailed),
		failureTarget:    condition(batchv1.JobFailureTarget),
		criteriaMet:      condition(batchv1.JobSuccessCriteriaMet),
		completedIndexes: now.CompletedIndexes != was.CompletedIndexes,
		failedIndexes:    !samePointee(now.FailedIndexes, was.FailedIndexes),
		active:           now.Active != was.Active,
		ready:            !samePointee(now.Ready, was.Ready),
		terminating:      !samePointee(now.Terminating, was.Terminating),
		uncountedPods:    !sameUncounted(now.UncountedTerminatedPods, was.UncountedTerminatedPods),
		started:          !now.StartTime.Equal(was.StartTime),
		ended:            !now.CompletionTime.Equal(was.CompletionTime),
	}
}

func samePointee[T comparable](a, b *T) bool {
	return a == b || a != nil && b != nil && *a == *b
}

func sameUncounted(a, b *batchv1.UncountedTerminatedPods) bool {
	if a == nil || b == nil {
		return a == b
	}
	return slices.Equal(a.Succeeded, b.Succeeded) && slices.Equal(a.Failed, b.Failed)
}

// isFinished is true of Jobs with a terminal condition.
func (c *statusChange) isFinished() fact {
	return fact{c.complete.now || c.failed.now, c.complete.was || c.failed.was}
}

func (c *statusChange) invalid(name string, value any, format string, args ...any) {
	c.errs = append(c.errs, field.Invalid(c.path.Child(name), value, fmt.Sprintf(format, args...)))
}

func (c *statusChange) badConditions(format string, args ...any) {
	c.invalid("conditions", field.OmitValueType{}, format, args...)
}

// counts: nothing is negative (STV-1), and only active pods are ready (STV-14).
func (c *statusChange) counts() {
	for _, number := range [5]struct {
		name  string
		value int32
	}{
		{"active", c.now.Active},
		{"succeeded", c.now.Succeeded},
		{"failed", c.now.Failed},
		{"ready", valueOr(c.now.Ready, 0)},
		{"terminating", valueOr(c.now.Terminating, 0)},
	} {
		if number.value < 0 {
			at := c.path.Child(number.name)
			c.errs = append(c.errs, apivalidation.ValidateNonnegativeField(int64(number.value), at)...)
		}
	}
	if ready := c.now.Ready; (c.ready || c.active) && ready != nil && *ready > c.now.Active {
		c.invalid("ready", *ready, "cannot set more ready pods than active")
	}
}

// uncounted: each pod is listed once, in one of the two lists (STV-2).
func (c *statusChange) uncounted() {
	pods := c.now.UncountedTerminatedPods
	if pods == nil {
		return
	}
	path := c.path.Child("uncountedTerminatedPods")
	seen := map[types.UID]bool{}
	for _, list := range [2]struct {
		name string
		uids []types.UID
	}{{"succeeded", pods.Succeeded}, {"failed", pods.Failed}} {
		for i, uid := range list.uids {
			at := path.Child(list.name).Index(i)
			switch {
			case uid == "":
				c.errs = append(c.errs, field.Invalid(at, uid, "must not be empty"))
			case seen[uid]:
				c.errs = append(c.errs, field.Duplicate(at, uid))
			}
			seen[uid] = uid != ""
		}
	}
}

// outcome: a Job has one outcome, and says so before it is final (STV-3, STV-4, STV-5, STV-17).
func (c *statusChange) outcome() {
	if c.complete.now && c.failed.now && (c.complete.changed() || c.failed.changed()) {
		c.badConditions("cannot set Complete=True and Failed=true conditions")
	}
	if c.complete.now && c.failureTarget.now && (c.complete.changed() || c.failureTarget.changed()) {
		c.badConditions("cannot set Complete=True and FailureTarget=true conditions")
	}
	// That failedIndexes triggers this check looks like a slip upstream; it does no harm.
	if c.failed.now && !c.failureTarget.now && (c.failed.changed() || c.failedIndexes) {
		c.badConditions("cannot set Failed=True condition without the FailureTarget=true condition")
	}
	if c.complete.now && !c.criteriaMet.now && (c.complete.changed() || c.criteriaMet.changed()) {
		c.badConditions("cannot set Complete=True condition without the SuccessCriteriaMet=true condition")
	}
	if c.criteriaMet.now && c.failed.now {
		c.badConditions("cannot set SuccessCriteriaMet=True and Failed=true conditions")
	}
	if c.criteriaMet.now && c.failureTarget.now {
		c.badConditions("cannot set SuccessCriteriaMet=True and FailureTarget=true conditions")
	}
	if c.spec.SuccessPolicy != nil && !c.criteriaMet.now && c.complete.now {
		c.badConditions("cannot set Complete=True for Job with SuccessPolicy unless SuccessCriteriaMet=True")
	}
}

// finished: a finished Job has no pods left that are anything but counted (STV-8), and it was started (STV-9).
func (c *statusChange) finished() {
	finished := c.isFinished()
	if !finished.now {
		return
	}
	if c.now.Active > 0 && (finished.changed() || c.active) {
		c.invalid("active", c.now.Active, "active>0 is invalid for finished job")
	}
	if terminating := c.now.Terminating; valueOr(terminating, 0) > 0 && (finished.changed() || c.terminating) {
		c.invalid("terminating", *terminating, "terminating>0 is invalid for finished job")
	}
	pods := c.now.UncountedTerminatedPods
	if pods != nil && len(pods.Succeeded)+len(pods.Failed) > 0 && (finished.changed() || c.uncountedPods) {
		c.invalid("uncountedTerminatedPods", pods, "must be empty for finished job")
	}
	// A Job that wants nothing completes even while it is suspended, and then it never started.
	neverRan := valueOr(c.spec.Suspend, false) && valueOr(c.spec.Completions, -1) == 0
	if c.now.StartTime == nil && (finished.changed() || c.started) && !neverRan {
		c.errs = append(c.errs, field.Required(c.path.Child("startTime"), "startTime is required for finished job"))
	}
}

// completionTime: complete Jobs have one and others do not (STV-10); it comes after the start and stays (STV-11).
func (c *statusChange) completionTime() {
	at := c.now.CompletionTime
	if c.complete.changed() || c.ended {
		if at != nil && !c.complete.now {
			c.invalid("completionTime", at, "cannot set completionTime when there is no Complete=True condition")
		}
		if at == nil && c.complete.now {
			c.errs = append(c.errs, field.Required(c.path.Child("completionTime"),
				"completionTime is required for Complete jobs"))
		}
	}
	if (c.started || c.ended) && c.now.StartTime != nil && at != nil && at.Before(c.now.StartTime) {
		c.invalid("completionTime", at, "must be equal to or after `startTime`")
	}
	if c.ended && at != nil && c.was.CompletionTime != nil {
		c.invalid("completionTime", at, "field is immutable")
	}
}

// indexes: lists are well-formed, apart from each other, and only where there are indexes (STV-15, STV-16).
func (c *statusChange) indexes() {
	completed, failed := c.now.CompletedIndexes, c.now.FailedIndexes
	perIndex := c.spec.BackoffLimitPerIndex != nil
	completions := c.spec.Completions
	if c.completedIndexes && completions != nil {
		if _, err := parseIndexes(completed, *completions); err != nil {
			c.invalid("completedIndexes", completed, "error parsing completedIndexes: %s", err)
		}
	}
	if c.completedIndexes && completed != "" && !isIndexed(c.spec) {
		c.invalid("completedIndexes", completed,
			"cannot set non-empty completedIndexes when non-indexed completion mode")
	}
	if failed == nil {
		return
	}
	if c.failedIndexes && completions != nil && perIndex {
		if _, err := parseIndexes(*failed, *completions); err != nil {
			c.invalid("failedIndexes", *failed, "error parsing failedIndexes: %s", err)
		}
	}
	if c.failedIndexes && !perIndex {
		c.invalid("failedIndexes", *failed, "cannot set non-null failedIndexes when backoffLimitPerIndex is null")
	}
	if (c.failedIndexes || c.completedIndexes) && completions != nil {
		both := [2]intervals{readableIndexes(completed, *completions), readableIndexes(*failed, *completions)}
		if index, found := overlap(both[0], both[1]); found {
			c.invalid("failedIndexes", *failed, "failedIndexes and completedIndexes overlap at index: %d", index)
		}
	}
}

// noWayBack: decisions are kept (STV-6, STV-7), and what was counted stays counted (STV-13).
func (c *statusChange) noWayBack() {
	for _, decision := range [3]struct {
		kind batchv1.JobConditionType
		fact fact
	}{
		{batchv1.JobFailed, c.failed},
		{batchv1.JobComplete, c.complete},
		{batchv1.JobFailureTarget, c.failureTarget},
	} {
		if decision.fact.was && !decision.fact.now {
			c.badConditions("cannot disable the terminal %s=True condition", decision.kind)
		}
	}
	if c.criteriaMet.was && !c.criteriaMet.now {
		c.badConditions("cannot disable the SuccessCriteriaMet=True condition")
	}
	if c.complete.was && !c.criteriaMet.was && c.criteriaMet.now {
		c.badConditions("cannot set SuccessCriteriaMet=True for Job already has Complete=true conditions")
	}
	if c.now.Failed < c.was.Failed {
		c.invalid("failed", c.now.Failed, "cannot decrease the failed counter")
	}
	// Scaling an elastic Indexed Job down takes completed indexes away.
	elastic := isIndexed(c.spec) && samePointee(c.spec.Completions, c.spec.Parallelism)
	if c.now.Succeeded < c.was.Succeeded && !elastic {
		c.invalid("succeeded", c.now.Succeeded, "cannot decrease the succeeded counter")
	}
}

// startTime: a Job that is not suspended keeps its start, unless this very write records its resumption (STV-12).
func (c *statusChange) startTime() {
	resuming := isTrue(c.was, batchv1.JobSuspended) &&
		hasCondition(c.now, batchv1.JobSuspended, corev1.ConditionFalse)
	if c.started && c.was.StartTime != nil && !resuming && !valueOr(c.spec.Suspend, false) {
		c.invalid("startTime", c.now.StartTime, "field is immutable for unsuspended job once set")
	}
}
