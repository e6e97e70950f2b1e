package conformance

import (
	"fmt"
	"slices"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
)

// failsByPolicy is that a pod that matches a FailJob rule fails the Job: one that has done so from the first, or one that came to match when
// it counted already.
func failsByPolicy(later bool) func() any {
	fatal := func(p *podState) bool {
		return p.job != nil && p.failedTracked() && p.unfatal == later && (!later || p.account != unlisted && !p.gone) &&
			failsJob(p.job.obj, p.obj)
	}
	occasion := func(x *examiner, j *jobState) bool {
		d := decision(x, j, batchv1.JobFailureTarget)
		return d != nil && d.Reason == batchv1.JobReasonPodFailurePolicy && j.anyPod(func(p *podState) bool {
			return p.unfatal == later && failsJob(j.obj, p.obj)
		})
	}
	return promptAfter(occasion, func(_ *examiner, j *jobState) (since time.Duration, what string, owed bool) {
		if j.obj.Spec.PodFailurePolicy == nil || j.gone || j.decided() || j.finished() || j.obj.DeletionTimestamp != nil {
			return 0, "", false
		}
		for _, p := range j.pods {
			if p.job == j && fatal(p) {
				return 0, j.say("pod ", p.obj.Name, " has failed and matches a FailJob rule of Job ", j.obj.Name, ", which is not FailureTarget"), true
			}
		}
		return 0, "", false
	})
}

// failedTracked reports whether the pod was tracked by the Job that made it when it failed, and is still or was let go in the knowledge of
// that: it stays a reason for what the implementation owes (PFP-8).
func (p *podState) failedTracked() bool {
	return !p.swapped && !p.reindexed && p.endedTracked && (p.tracked() || p.letGo)
}

func policyReason(x *examiner, j *jobState) {
	d := decision(x, j, batchv1.JobFailureTarget)
	if d == nil || x.now < x.hindered || !j.surelyPolicyFails(j.before) {
		return
	}
	if x.exercised(); d.Reason != batchv1.JobReasonPodFailurePolicy {
		x.violated("Job %s fails with %s, but a pod of it has failed and matches a FailJob rule", j.obj.Name, d.Reason)
	}
}

// onlyOnAMatch sees an occasion in each failed pod that might be taken for one that fails the Job.
type onlyOnAMatch struct{}

func (*onlyOnAMatch) pod(x *examiner, p *podState) {
	if j := p.job; j != nil && p.ended.entry == x.entry && mayFailJob(j.obj) && isFailedOrStopping(p.obj) && !failsJob(j.obj, p.obj) {
		x.exercised()
	}
}

func (*onlyOnAMatch) job(x *examiner, j *jobState) {
	d := decision(x, j, batchv1.JobFailureTarget)
	if d == nil || d.Reason != batchv1.JobReasonPodFailurePolicy {
		return
	}
	if x.exercised(); !j.perhapsPolicyFails() {
		x.violated("Job %s fails with PodFailurePolicy, and no failed pod of it matches a FailJob rule first", j.obj.Name)
	}
}

// mayFailJob reports whether the Job has a FailJob rule.
func mayFailJob(job *batchv1.Job) bool {
	return job.Spec.PodFailurePolicy != nil && slices.ContainsFunc(job.Spec.PodFailurePolicy.Rules,
		func(r batchv1.PodFailurePolicyRule) bool { return r.Action == batchv1.PodFailurePolicyActionFailJob })
}

func verdictFirst(x *examiner, p *podState) {
	j := p.job
	if j == nil || j.gone || !released(x, p) || p.seen == nil || !p.settled() || j.obj.DeletionTimestamp != nil {
		return
	}
	if !p.surely(func(pod *corev1.Pod) bool { return failsJob(j.obj, pod) }) || p.account != unlisted && !j.decided() && p.unfatal {
		return
	}
	if x.exercised(); !j.decided() && !j.finished() && !x.wasRefusedSince(p.ended.at) { // FIN-7
		x.violated("pod %s has failed Job %s, and loses its finalizer before the Job is FailureTarget", p.obj.Name, j.obj.Name)
	}
}

func policyMessage(x *examiner, j *jobState) {
	d := decision(x, j, batchv1.JobFailureTarget)
	if d == nil || d.Reason != batchv1.JobReasonPodFailurePolicy {
		return
	}
	x.exercised()
	var possible []string
	for _, p := range j.pods {
		p.perhaps(func(pod *corev1.Pod) bool {
			if failsJob(j.obj, pod) {
				possible = append(possible, failJobMessage(j.obj, pod))
			}
			return false
		})
	}
	if len(possible) > 0 && !slices.Contains(possible, d.Message) {
		x.violated("the message of PodFailurePolicy is %q; upstream's is %q", d.Message, possible[0])
	}
}

// failJobMessage is PFP-5.
func failJobMessage(job *batchv1.Job, pod *corev1.Pod) string {
	a := askPolicy(job, pod)
	if a.condition != "" {
		return fmt.Sprintf("Pod %s/%s has condition %s matching FailJob rule at index %d", pod.Namespace, pod.Name, a.condition, a.rule)
	}
	return fmt.Sprintf("Container %s for pod %s/%s failed with exit code %d matching FailJob rule at index %d",
		a.container, pod.Namespace, pod.Name, a.code, a.rule)
}

func ignoredStaysOut(x *examiner, j *jobState) {
	if j.obj.Spec.PodFailurePolicy == nil || j.gone || j.before == nil || !x.byImplementation() {
		return
	}
	for _, p := range j.pods {
		if p.job != j || p.obj.Status.Phase != corev1.PodFailed || !ignores(j.obj, p.obj) {
			continue
		}
		if x.exercised(); p.countsIgnored(j) {
			x.violated("pod %s matches an Ignore rule of Job %s, and counts as failed", p.obj.Name, j.obj.Name)
		}
	}
}

// countsIgnored reports whether the version of the Job that was just stored is the first to list a failure that is ignored. A pod that was
// alive for all that could be known when the Job failed counts by that (FIN-17).
func (p *podState) countsIgnored(j *jobState) bool {
	ignored := func(pod *corev1.Pod) bool { return pod.Status.Phase == corev1.PodFailed && ignores(j.obj, pod) }
	if !ignored(p.obj) || p.swapped || p.reindexed || p.account != listedFailed || listedIn(j.before, p.obj.UID) {
		return false
	}
	return !isTrue(j.obj, batchv1.JobFailureTarget) && p.ignored() || p.settled() && p.surely(ignored)
}

func hasIgnored(_ *examiner, j *jobState) bool {
	return j.obj.Spec.PodFailurePolicy != nil && j.anyPod(func(p *podState) bool { return p.ignored() })
}

func ignoredNotReplaced(j *jobState) (string, bool) {
	return j.say("a failure of a pod of Job ", j.obj.Name, " was ignored, and there are ", itoa(j.active), " active pods and not ",
		itoa(target(j.obj, j.succ()))), hasIgnored(nil, j)
}

func killedIgnored(x *examiner, j *jobState) {
	if !becameFailureTarget(x, j) || j.obj.Spec.PodFailurePolicy == nil {
		return
	}
	for _, p := range j.pods {
		alive := func(pod *corev1.Pod) bool { return !terminal(pod) && ignores(j.obj, pod) }
		if p.job != j || !p.tracked() || !p.surelyThere(alive) {
			continue
		}
		if x.exercised(); p.account == listedFailed {
			x.violated("pod %s is alive when Job %s fails, and matches an Ignore rule, but is listed as failed", p.obj.Name, j.obj.Name)
		}
	}
}
