package conformance

import (
	"time"

	batchv1 "k8s.io/api/batch/v1"
)

// policyDecision returns the condition with which the implementation has just decided that a Job with a success policy succeeds, or nil.
func policyDecision(x *examiner, j *jobState) *batchv1.JobCondition {
	if j.obj.Spec.SuccessPolicy == nil {
		return nil
	}
	return decision(x, j, batchv1.JobSuccessCriteriaMet)
}

func succeedsByPolicy(x *examiner, j *jobState) bool {
	d := policyDecision(x, j)
	return d != nil && d.Reason == batchv1.JobReasonSuccessPolicy
}

// undecided reports whether somebody ought to decide about a Job with a success policy.
func (j *jobState) undecided() bool {
	return j.obj.Spec.SuccessPolicy != nil && !j.gone && !j.decided() && !j.finished() && j.obj.DeletionTimestamp == nil
}

func ruleMetUndecided(_ *examiner, j *jobState) (since time.Duration, what string, owed bool) {
	if !j.undecided() {
		return 0, "", false
	}
	succeeded := j.succeededIndexes()
	if rule := ruleMetBy(j.obj, succeeded); rule >= 0 && succeeded.count() > 0 {
		return 0, j.say("the success rule at index ", itoa(rule), " of Job ", j.obj.Name, " is met, and the Job is not SuccessCriteriaMet"), true
	}
	return 0, "", false
}

// notBeforeMet sees an occasion in each success that is not enough.
type notBeforeMet struct{}

func (*notBeforeMet) pod(x *examiner, p *podState) {
	if j := p.job; j != nil && p.ended.entry == x.entry && isSucceeded(p.obj) && j.undecided() && ruleMetBy(j.obj, j.succeededIndexes()) < 0 {
		x.exercised()
	}
}

func (*notBeforeMet) job(x *examiner, j *jobState) {
	if d := policyDecision(x, j); d == nil || d.Reason != batchv1.JobReasonSuccessPolicy {
		return
	}
	if x.exercised(); !j.perhapsSuccessRuleMet() {
		x.violated("Job %s is SuccessCriteriaMet with SuccessPolicy, but no more than the indexes %q can have succeeded, which meets no rule", j.obj.Name,
			j.mostIndexes(j.before))
	}
}

func successReason(x *examiner, j *jobState) {
	d := policyDecision(x, j)
	if d == nil || x.now < x.hindered || !j.surelySuccessRuleMet() {
		return
	}
	if x.exercised(); d.Reason != batchv1.JobReasonSuccessPolicy {
		x.violated("Job %s succeeds with %s, but its success rule at index %d is met", j.obj.Name, d.Reason,
			ruleMetBy(j.obj, j.leastIndexes(j.before)))
	}
}

func completesWithoutRule(x *examiner, j *jobState) bool {
	d := policyDecision(x, j)
	return d != nil && ruleMetBy(j.obj, j.succeededIndexes()) < 0
}

func allSucceededUndecided(_ *examiner, j *jobState) (since time.Duration, what string, owed bool) {
	if !j.undecided() || j.active > 0 || j.terminating > 0 || j.succeededIndexes().count() < completionsOf(j.obj) {
		return 0, "", false
	}
	return 0, j.say("all ", itoa(completionsOf(j.obj)), " indexes of Job ", j.obj.Name, " have succeeded, and the Job is not SuccessCriteriaMet"), true
}

func failureBeatsPolicy(x *examiner, j *jobState) {
	if decision(x, j, batchv1.JobFailureTarget) != nil && ruleMetBy(j.obj, j.succeededIndexes()) >= 0 {
		x.exercised()
	}
	d := policyDecision(x, j)
	if d == nil || d.Reason != batchv1.JobReasonSuccessPolicy || x.now < x.hindered {
		return
	}
	switch least, most := j.leastFailed(j.before), j.mostLimit(); {
	case least > most:
		x.violated("Job %s succeeds by its policy, but %d of its pods have failed, which exceeds backoffLimit %d", j.obj.Name, least, most)
	case j.surelyPolicyFails(j.before):
		x.violated("Job %s succeeds by its success policy, but a failed pod matches a FailJob rule", j.obj.Name)
	case j.surelyPastDeadline():
		x.violated("Job %s succeeds by its policy, but its deadline has passed", j.obj.Name)
	}
}

func successMessage(x *examiner, j *jobState) {
	d := policyDecision(x, j)
	if d == nil || d.Reason != batchv1.JobReasonSuccessPolicy {
		return
	}
	x.exercised()
	least, most := ruleMetBy(j.obj, j.mostIndexes(j.obj)), len(j.obj.Spec.SuccessPolicy.Rules)-1
	if j.surelySuccessRuleMet() {
		most = ruleMetBy(j.before, j.leastIndexes(j.before))
	}
	for rule := max(0, least); rule <= most; rule++ {
		if d.Message == "Matched rules at index "+itoa(rule) {
			return
		}
	}
	x.violated("the message of SuccessPolicy is %q; upstream's is %q", d.Message, "Matched rules at index "+itoa(max(0, least)))
}

// needsASuccess sees an occasion in Jobs that would be met by nothing.
type needsASuccess struct{}

func (*needsASuccess) job(x *examiner, j *jobState) {
	if j.undecided() && j.before == nil && ruleMetByNothing(j.obj) {
		x.exercised()
	}
	d := policyDecision(x, j)
	if d == nil || d.Reason != batchv1.JobReasonSuccessPolicy || !ruleMetByNothing(j.obj) {
		return
	}
	if x.exercised(); !j.perhapsNonEmptyRuleMet() {
		x.violated("Job %s succeeds by its policy, but none of its indexes has succeeded that a rule asks for", j.obj.Name)
	}
}

// ruleMetByNothing reports whether the Job has a rule that nothing needs to be done for.
func ruleMetByNothing(job *batchv1.Job) bool {
	for i := range job.Spec.SuccessPolicy.Rules {
		rule := &job.Spec.SuccessPolicy.Rules[i]
		if rule.SucceededCount != nil && *rule.SucceededCount == 0 || isEmptyRule(rule, job) {
			return true
		}
	}
	return false
}

// isEmptyRule reports whether a rule names no index of the Job.
func isEmptyRule(rule *batchv1.SuccessPolicyRule, job *batchv1.Job) bool {
	if rule.SucceededIndexes == nil {
		return false
	}
	asked, _ := parseIndexes(*rule.SucceededIndexes)
	return asked.countBelow(completionsOf(job)) == 0
}

func (j *jobState) perhapsNonEmptyRuleMet() bool {
	return j.perhaps(func(version *batchv1.Job) bool {
		succeeded := j.mostIndexes(version)
		if succeeded.count() == 0 {
			return false
		}
		for i := range version.Spec.SuccessPolicy.Rules {
			rule := &version.Spec.SuccessPolicy.Rules[i]
			if !isEmptyRule(rule, version) && ruleMet(rule, completionsOf(version), succeeded) {
				return true
			}
		}
		return false
	})
}

// leavesPods tells whether the implementation has just decided by the policy, and had pods to delete.
func leavesPods(x *examiner, j *jobState) bool {
	return succeedsByPolicy(x, j) && (j.active > 0 || j.anyPod(func(p *podState) bool { return p.deleted.byImplementation() }))
}

func lingeringActive(_ *examiner, j *jobState) (since time.Duration, what string, owed bool) {
	if j.gone || j.finished() && !j.anyPod(knownToLive) || j.obj.DeletionTimestamp != nil || j.active == 0 || !succeedingByPolicy(j.obj) {
		return 0, "", false
	}
	return j.decidedAt, j.say("Job ", j.obj.Name, " succeeds by its policy, and has active pods that nobody deletes"), true
}

func lingeringCounted(x *examiner, j *jobState) {
	if j.gone || j.before == nil || !x.byImplementation() || !succeedingByPolicy(j.obj) {
		return
	}
	for _, p := range j.pods {
		if p.job != j || !p.surplus || x.wasRefusedSince(p.deleted.at) || x.runsSince >= p.deleted.at {
			continue
		}
		if x.exercised(); (p.account == listedFailed || p.account == countedFailed) && !listedIn(j.before, p.obj.UID) {
			x.violated("pod %s was deleted because Job %s succeeds by its policy, and counts as failed", p.obj.Name, j.obj.Name)
		}
	}
}

// frozen remembers which indexes pods were at work for when their Job was decided by its policy.
type frozen struct{ busy perJob[indexSet] }

func (c *frozen) job(x *examiner, j *jobState) {
	if j.gone || j.before == nil || !x.byImplementation() || !succeedingByPolicy(j.obj) {
		return
	}
	busy := c.busy.of(j)
	if becameDecided(x, j) {
		var alive []int
		for _, p := range j.pods {
			if index := indexOf(p.obj); hasPlace(j.obj, p.obj) && p.job == j && !p.gone && !terminal(p.obj) && !j.succeededIndexes().has(index) {
				alive = append(alive, index)
			}
		}
		*busy = indexSet(nil).with(distinct(alive))
		if len(*busy) > 0 {
			x.exercised()
		}
		return
	}
	if x.wasRefusedSince(j.decidedAt) || x.runsSince >= j.decidedAt || len(j.pods) > maxUncounted/2 {
		return
	}
	if n := busy.countIn(j.indexes.completed); n > 0 {
		x.violated("Job %s was SuccessCriteriaMet at %v, and has %d more completed indexes now, of pods that were alive then: %s", j.obj.Name,
			j.decidedAt, n, j.obj.Status.CompletedIndexes)
	}
}

func staysSuccessful(x *examiner, j *jobState) {
	if j.gone || j.before == nil || !succeedingByPolicy(j.before) || !x.byImplementation() {
		return
	}
	x.exercised()
	for _, other := range []batchv1.JobConditionType{batchv1.JobFailureTarget, batchv1.JobFailed} {
		if isTrue(j.obj, other) {
			x.violated("Job %s was SuccessCriteriaMet by its policy, and is %s now", j.obj.Name, other)
		}
	}
}

func successUnfinished(_ *examiner, j *jobState) (since time.Duration, what string, owed bool) {
	if j.gone || j.finished() || j.active > 0 || j.terminating > 0 || !succeedingByPolicy(j.obj) {
		return 0, "", false
	}
	return j.podsAt, j.say("Job ", j.obj.Name, " succeeds by its policy, no pod of it lives any more, and it is not Complete"), true
}
