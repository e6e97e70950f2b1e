package conformance

import (
	"slices"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
)

// following checks that failed pods of some kind are treated as the first rule that matches them says.
type following struct {
	promptly
	kind func(job *batchv1.Job, pod *corev1.Pod) bool
}

// follows makes a check for pods of a kind.
func follows(kind func(job *batchv1.Job, pod *corev1.Pod) bool) func() any {
	owed := func(x *examiner, j *jobState) (time.Duration, string, bool) { return notFollowed(j, kind) }
	return func() any { return &following{promptly{owed: owed}, kind} }
}

func (c *following) pod(x *examiner, p *podState) {
	if p.ended.entry == x.entry && p.job != nil && p.tracked() && !p.job.decided() && p.isKind(c.kind) {
		x.exercised()
	}
}

func (p *podState) isKind(kind func(*batchv1.Job, *corev1.Pod) bool) bool {
	return p.job != nil && p.job.obj.Spec.PodFailurePolicy != nil && p.obj.Status.Phase == corev1.PodFailed && kind(p.job.obj, p.obj)
}

// job complains about what is done against the rules.
func (c *following) job(x *examiner, j *jobState) {
	if j.obj.Spec.PodFailurePolicy == nil || j.gone || j.before == nil || !x.byImplementation() {
		return
	}
	d := decision(x, j, batchv1.JobFailureTarget)
	for _, p := range j.pods {
		if p.job != j || !p.isKind(c.kind) {
			continue
		}
		answer := askPolicy(j.obj, p.obj)
		switch {
		case d != nil && d.Reason == batchv1.JobReasonPodFailurePolicy && !j.perhapsPolicyFails():
			x.violated("Job %s fails with PodFailurePolicy, but pod %s %s", j.obj.Name, p.obj.Name, answer.describe())
		case p.countsIgnored(j):
			x.violated("pod %s of Job %s counts as failed, but it %s", p.obj.Name, j.obj.Name, answer.describe())
		}
	}
}

func (a policyAnswer) describe() string {
	if a.action == "" {
		return "matches no rule"
	}
	return "matches first the rule at index " + itoa(a.rule) + ", which says " + string(a.action)
}

// notFollowed is what has not been done of what the rules say.
func notFollowed(j *jobState, kind func(*batchv1.Job, *corev1.Pod) bool) (since time.Duration, what string, owed bool) {
	if j.obj.Spec.PodFailurePolicy == nil || j.gone || j.decided() || j.finished() || j.obj.DeletionTimestamp != nil {
		return 0, "", false
	}
	for _, p := range j.pods {
		if p.job != j || !p.isKind(kind) || !p.failedTracked() {
			continue
		}
		pod := p.obj
		if released, ok := p.releasedAs(); ok { // what becomes of it later makes no difference
			pod = released
		}
		answer := askPolicy(j.obj, pod)
		switch answer.action {
		case batchv1.PodFailurePolicyActionIgnore:
			continue
		case batchv1.PodFailurePolicyActionFailJob:
			if p.account != unlisted && p.unfatal { // it came to match later (PFP-11)
				continue
			}
			return p.ended.at, j.say("pod ", p.obj.Name, " of Job ", j.obj.Name, " ", answer.describe(), ", and the Job does not fail"), true
		}
		if p.account == unlisted && j.obj.Spec.BackoffLimitPerIndex == nil && !p.displaced {
			return p.ended.at, j.say("pod ", p.obj.Name, " of Job ", j.obj.Name, " has failed and ", answer.describe(), ", and does not count"), true
		}
	}
	return 0, "", false
}

// manyRules is about pods that match rules with different actions.
func manyRules(job *batchv1.Job, pod *corev1.Pod) bool {
	var first batchv1.PodFailurePolicyAction
	for i := range job.Spec.PodFailurePolicy.Rules {
		rule := &job.Spec.PodFailurePolicy.Rules[i]
		if _, ok := ruleMatches(rule, pod); ok {
			if first == "" {
				first = rule.Action
			}
			if rule.Action != first {
				return true
			}
		}
	}
	return false
}

// countsByRule is about pods that count like any other.
func countsByRule(job *batchv1.Job, pod *corev1.Pod) bool {
	action := askPolicy(job, pod).action
	return action == "" || action == batchv1.PodFailurePolicyActionCount
}

func withExitCodes(job *batchv1.Job, _ *corev1.Pod) bool {
	return slices.ContainsFunc(job.Spec.PodFailurePolicy.Rules,
		func(r batchv1.PodFailurePolicyRule) bool { return r.OnExitCodes != nil })
}

func withPodConditions(job *batchv1.Job, _ *corev1.Pod) bool {
	return slices.ContainsFunc(job.Spec.PodFailurePolicy.Rules,
		func(r batchv1.PodFailurePolicyRule) bool { return r.OnExitCodes == nil })
}

// terminatingUnderPolicy is about pods of some Jobs that are being deleted and have not ended.
type terminatingUnderPolicy struct{ of func(*batchv1.Job) bool }

func hasFailurePolicy(job *batchv1.Job) bool { return job.Spec.PodFailurePolicy != nil }

func hasNoRules(job *batchv1.Job) bool {
	return job.Spec.PodFailurePolicy != nil && len(job.Spec.PodFailurePolicy.Rules) == 0
}

func (c terminatingUnderPolicy) job(x *examiner, j *jobState) {
	if c.of(j.obj) {
		terminatingWait(x, j)
	}
}

func (c terminatingUnderPolicy) pod(x *examiner, p *podState) {
	j := p.job
	if j == nil || !c.of(j.obj) {
		return
	}
	if p.deleted.entry == x.entry && p.terminating() && !p.deleted.byImplementation() && j.runs() {
		x.exercised()
	}
	besideTerminating(x, p)
}

// failIndexIgnored is that an index stands in failedIndexes once a pod of it has matched a FailIndex rule.
func failIndexIgnored(_ *examiner, j *jobState) (since time.Duration, what string, owed bool) {
	if j.gone || j.decided() || j.finished() || j.obj.DeletionTimestamp != nil {
		return 0, "", false
	}
	for _, p := range j.pods {
		index, ok := j.indexFailedBy(p)
		if ok && p.failedTracked() && !p.displaced && !j.indexes.failed.has(index) {
			return p.ended.at, j.say("pod ", p.obj.Name, " of Job ", j.obj.Name, " matches a FailIndex rule, and its index ", itoa(index),
				" is not in failedIndexes"), true
		}
	}
	return 0, "", false
}

// indexFailedBy is the index that a pod has failed by a FailIndex rule.
func (j *jobState) indexFailedBy(p *podState) (int, bool) {
	pod := p.obj
	if released, ok := p.releasedAs(); ok { // what becomes of it later makes no difference
		pod = released
	}
	if p.job != j || j.obj.Spec.PodFailurePolicy == nil || pod.Status.Phase != corev1.PodFailed ||
		askPolicy(j.obj, pod).action != batchv1.PodFailurePolicyActionFailIndex {
		return 0, false
	}
	index := indexOf(p.obj)
	return index, hasPlace(j.obj, p.obj) && !j.succeededIndexes().has(index)
}

func retriedIndex(x *examiner, p *podState) {
	j := p.maker
	if j == nil || p.created.entry != x.entry || !p.created.byImplementation() || j.obj.Spec.PodFailurePolicy == nil {
		return
	}
	index := indexOf(p.obj)
	for _, failed := range j.pods {
		if i, fails := j.indexFailedBy(failed); !fails || i != index {
			if fails {
				x.exercised()
			}
			continue
		}
		if failed.settled() && failed.failedTracked() && !failed.displaced && failed.surely(func(pod *corev1.Pod) bool {
			return pod.Status.Phase == corev1.PodFailed && askPolicy(j.obj, pod).action == batchv1.PodFailurePolicyActionFailIndex
		}) {
			x.violated("pod %s is created for index %d of Job %s, which pod %s has failed by a FailIndex rule", p.obj.Name, index, j.obj.Name,
				failed.obj.Name)
		}
	}
}
