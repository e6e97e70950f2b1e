package situations

import (
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"

	"github.com/jobsim/jobsim/sim"
	"github.com/jobsim/jobsim/sim/apiserver"
	"github.com/jobsim/jobsim/sim/kubelet"
)

// policy gives a Job a pod failure policy.
func policy(rules ...batchv1.PodFailurePolicyRule) func(*batchv1.JobSpec) {
	return func(s *batchv1.JobSpec) {
		if rules == nil {
			rules = []batchv1.PodFailurePolicyRule{}
		}
		s.PodFailurePolicy = &batchv1.PodFailurePolicy{Rules: rules}
	}
}

func onCodes(do batchv1.PodFailurePolicyAction, op batchv1.PodFailurePolicyOnExitCodesOperator, codes ...int32) batchv1.PodFailurePolicyRule {
	return batchv1.PodFailurePolicyRule{Action: do,
		OnExitCodes: &batchv1.PodFailurePolicyOnExitCodesRequirement{Operator: op, Values: codes}}
}

func ofContainer(name string, rule batchv1.PodFailurePolicyRule) batchv1.PodFailurePolicyRule {
	rule.OnExitCodes.ContainerName = &name
	return rule
}

func onConditions(do batchv1.PodFailurePolicyAction, status corev1.ConditionStatus, types ...corev1.PodConditionType) batchv1.PodFailurePolicyRule {
	rule := batchv1.PodFailurePolicyRule{Action: do}
	for _, t := range types {
		rule.OnPodConditions = append(rule.OnPodConditions, batchv1.PodFailurePolicyOnPodConditionsPattern{Type: t, Status: status})
	}
	return rule
}

// The actions and operators of pod failure policies.
const (
	failJob   = batchv1.PodFailurePolicyActionFailJob
	failIndex = batchv1.PodFailurePolicyActionFailIndex
	ignore    = batchv1.PodFailurePolicyActionIgnore
	count     = batchv1.PodFailurePolicyActionCount
	in        = batchv1.PodFailurePolicyOnExitCodesOpIn
	notIn     = batchv1.PodFailurePolicyOnExitCodesOpNotIn
)

func exiting(after int, code int32) kubelet.Script {
	return kubelet.Script{Runs: []kubelet.Run{{For: time.Duration(after) * second, Exit: code}}}
}

func evictedAfter(seconds int, s kubelet.Script) kubelet.Script {
	s.EvictAfter = time.Duration(seconds) * second
	return s
}

// more adds a container to what a pod does.
func more(s kubelet.Script, name string, runs ...kubelet.Run) kubelet.Script {
	s.Containers = map[string][]kubelet.Run{name: runs}
	return s
}

// noting gives a pod a condition.
func noting(w sim.When, pod int, kind corev1.PodConditionType, status corev1.ConditionStatus) sim.Action {
	return patchPod(w, pod, "status", map[string]any{"status": map[string]any{"conditions": []corev1.PodCondition{
		{Type: kind, Status: status},
	}}})
}

const dt = corev1.DisruptionTarget

// failurePolicySituations are about pod failure policies.
func failurePolicySituations() []Situation {
	disrupted := onConditions(ignore, corev1.ConditionTrue, dt)
	slow := lingering(kubelet.Forever, 20*second)
	oom := kubelet.Script{Runs: []kubelet.Run{{For: 5 * second, OOM: true}}}
	return []Situation{
		on(plot(specs(policy(onCodes(failJob, in, 42)), sized(3, 3)), exiting(5, 42), endless()), "PFP-5", "PFP-8", "PFP-11", "FIN-9"),
		on(plot(specs(policy(onCodes(failJob, in, 42)), limited(0)), exiting(5, 42)), "PFP-5", "SYNC-1", "PFP-8"),
		on(with(plot(specs(policy(onCodes(failJob, in, 42))), exiting(5, 42)), deletePod(later(2*second, podIs(1, corev1.PodFailed)), 1),
			crashBefore(statusWrites, 3, 3*second)), "PFP-8"),
		on(plot(specs(policy(onCodes(failJob, in, 42)), limited(1)), exiting(5, 1)), "PFP-2", "PFP-3"),
		on(plot(specs(policy(onCodes(count, in, 42), onCodes(failJob, notIn, 1)), limited(3)), exiting(5, 42), succeeding(5*second)), "PFP-2"),
		on(plot(specs(policy(onCodes(ignore, in, 42), onCodes(failJob, notIn, 1)), limited(0)), exiting(5, 42), succeeding(5*second)), "PFP-2", "PFP-6"),
		on(plot(specs(policy(onCodes(failJob, in, 42), disrupted)), evictedAfter(5, kubelet.Script{Runs: endless().Runs,
			Stop: kubelet.Stop{Exit: new(int32(42))}})), "PFP-2"),
		on(plot(specs(policy(disrupted), limited(0)), exiting(5, 1)), "PFP-2", "PFP-4"),
		on(plot(specs(policy(onCodes(failJob, notIn, 1)), container("other")), more(exiting(5, 2), "other", kubelet.Run{For: second, Exit: 1})), "PFP-3"),
		on(plot(specs(policy(ofContainer("main", onCodes(failJob, in, 42))), container("other"), limited(1)),
			more(exiting(5, 1), "other", kubelet.Run{For: second, Exit: 42})), "PFP-3"),
		on(plot(specs(policy(onCodes(failJob, in, 42)), initial("prepare")), more(succeeding(5*second), "prepare", kubelet.Run{For: second, Exit: 42})), "PFP-3"),
		on(plot(specs(policy(onCodes(failJob, in, 42)), container("other")), more(exiting(5, 1), "other", kubelet.Run{For: second, Exit: 42})), "PFP-3"),
		on(plot(specs(policy(onCodes(failJob, notIn, 42)), container("other"), limited(1)), more(exiting(5, 42), "other", kubelet.Run{For: second})), "PFP-3"),
		on(with(plot(specs(policy(disrupted), limited(0)), exiting(10, 1)), noting(at(5*second), 1, dt, corev1.ConditionFalse)), "PFP-4"),
		on(plot(specs(policy(onConditions(ignore, corev1.ConditionTrue, dt, "example.com/Gone")), limited(0)), evictedAfter(5, endless()), succeeding(5*second)),
			"PFP-4", "PFP-6"),
		on(plot(specs(policy(disrupted), limited(0)), oom), "PFP-4"),
		on(with(plot(specs(policy(onCodes(failJob, in, 42))), exiting(5, 1), succeeding(5*minute)), noting(at(minute), 1, "example.com/Late", corev1.ConditionTrue)),
			"PFP-2"),
		on(with(plot(specs(policy(onConditions(failJob, corev1.ConditionTrue, "example.com/Late"))), exiting(5, 1), succeeding(5*minute)),
			noting(at(minute), 1, "example.com/Late", corev1.ConditionTrue)), "PFP-11"),
		on(with(plot(specs(policy(onCodes(failJob, in, 42)), grace(60)), slow, succeeding(5*second)), deletePod(at(5*second), 1)), "PFP-1", "PRP-2"),
		on(with(plot(specs(policy(disrupted), limited(0), grace(60)), slow), deletePod(at(5*second), 1)), "PFP-1"),
		on(with(plot(specs(policy(), grace(60)), slow, succeeding(5*second)), deletePod(at(5*second), 1)), "PFP-12", "PFP-1"),
		on(plot(specs(policy(disrupted), limited(0)), evictedAfter(5, endless()), evictedAfter(5, endless()), succeeding(5*second)), "PFP-6", "PFP-4"),
		on(plot(specs(policy(onCodes(ignore, in, 42)), limited(1)), exiting(5, 42), exiting(5, 1), exiting(5, 42), exiting(5, 1)), "PFP-6"),
		on(plot(specs(policy(onCodes(ignore, in, 42)), limited(0), sized(3, 3)), exiting(5, 42), succeeding(minute)), "PFP-6"),
		on(with(plot(specs(policy(disrupted), limited(0), sized(2, 2), grace(60)), exiting(10, 1), slow), noting(at(5*second), 2, dt, corev1.ConditionTrue)), "PFP-10"),
		on(plot(specs(policy(onCodes(failIndex, in, 42)), perIndex(3), sized(2, 2)), ofIndex(0, exiting(5, 42)), succeeding(2*minute)), "PFP-7", "BPI-1", "BPI-2"),
		on(plot(specs(policy(onCodes(ignore, in, 42)), perIndex(0), sized(2, 2)), ofIndex(0, exiting(5, 42)), ofIndex(0, succeeding(5*second)), succeeding(minute)),
			"PFP-6", "BPI-6"),
	}
}

// successRule is a rule of a success policy; no indexes means all.
func successRule(indexes string, n int32) batchv1.SuccessPolicyRule {
	var rule batchv1.SuccessPolicyRule
	if indexes != "" {
		rule.SucceededIndexes = &indexes
	}
	if n >= 0 {
		rule.SucceededCount = &n
	}
	return rule
}

// allOfThem is for a successRule without a count.
const allOfThem = -1

func succeedsWhen(rules ...batchv1.SuccessPolicyRule) func(*batchv1.JobSpec) {
	return func(s *batchv1.JobSpec) {
		indexed(s)
		s.SuccessPolicy = &batchv1.SuccessPolicy{Rules: rules}
	}
}

// successPolicySituations are about success policies.
func successPolicySituations() []Situation {
	endsWell := kubelet.Script{Runs: endless().Runs, Stop: kubelet.Stop{After: 10 * second, Exit: new(int32(0))}}
	endsBadly := kubelet.Script{Runs: endless().Runs, Stop: kubelet.Stop{After: 10 * second, Exit: new(int32(1))}}
	leader := succeedsWhen(successRule("0", allOfThem))
	return []Situation{
		on(plot(specs(leader, sized(3, 3)), ofIndex(0, succeeding(5*second)), endsWell), "SP-1", "SP-2", "SP-8", "SP-4", "FIN-9"),
		on(plot(specs(leader, replaceFailed, sized(3, 3)), ofIndex(0, succeeding(5*second)), endsWell), "SP-8", "SP-2"),
		on(plot(specs(leader, sized(3, 3), limited(0)), ofIndex(0, succeeding(5*second)), endsBadly), "SP-2", "SP-4", "SP-1"),
		on(plot(specs(leader, sized(2, 2), deadline(10), grace(60)), ofIndex(0, succeeding(5*second)), lingering(kubelet.Forever, 30*second)), "SP-4", "SP-2"),
		on(plot(specs(succeedsWhen(successRule("0-1", allOfThem)), sized(3, 3)), ofIndex(0, succeeding(5*second)), ofIndex(1, succeeding(minute)), endsWell), "SP-1"),
		on(plot(specs(succeedsWhen(successRule("0,1", 1)), sized(4, 4)), ofIndex(0, succeeding(minute)), ofIndex(1, endless()), succeeding(5*second)), "SP-1"),
		on(plot(specs(succeedsWhen(successRule("", 2)), sized(4, 4)), ofIndex(2, succeeding(5*second)), ofIndex(3, succeeding(20*second)), endless()), "SP-1"),
		on(plot(specs(succeedsWhen(successRule("0", allOfThem), successRule("1", allOfThem)), sized(3, 3)), ofIndex(1, succeeding(5*second)), endless()), "SP-1"),
		on(plot(specs(leader, limited(0), sized(2, 2)), ofIndex(0, succeeding(5*second)), failing(5*second)), "SP-3", "SYNC-1"),
		on(plot(specs(leader, policy(onCodes(failJob, in, 42)), sized(2, 2)), ofIndex(0, succeeding(5*second)), exiting(5, 42)), "SP-3"),
		on(plot(specs(leader, deadline(10), sized(2, 2)), ofIndex(0, succeeding(9500*time.Millisecond)), endless()), "SP-3"),
		on(plot(specs(leader, sized(1, 1)), succeeding(5*second)), "SP-6"),
		on(plot(specs(succeedsWhen(successRule("", 3)), sized(3, 3)), succeeding(5*second)), "SP-6"),
		on(plot(specs(succeedsWhen(batchv1.SuccessPolicyRule{SucceededIndexes: new("")}), sized(2, 2)), succeeding(5*second)), "SP-7", "SP-5"),
		on(plot(specs(succeedsWhen(successRule("", 0)), sized(2, 2)), succeeding(20*second)), "SP-5"),
	}
}

func lives(seconds int32) func(*batchv1.JobSpec) {
	return func(s *batchv1.JobSpec) { s.TTLSecondsAfterFinished = &seconds }
}

// ttlSituations are about Jobs that go when their time is over.
func ttlSituations() []Situation {
	const then = "2000-01-01T00:00:10Z"
	failedElsewhere := map[string]any{"status": map[string]any{"startTime": then, "conditions": []any{
		map[string]any{"type": "FailureTarget", "status": "True", "lastTransitionTime": then},
		map[string]any{"type": "Failed", "status": "True", "lastTransitionTime": then},
	}}}
	raise := map[string]any{"ttlSecondsAfterFinished": 600}
	return []Situation{
		on(plot(specs(lives(60)), succeeding(20*second)), "TTL-1", "TTL-3", "TTL-6"),
		on(plot(specs(lives(60), limited(0)), failing(20*second)), "TTL-1", "TTL-3"),
		on(plot(specs(lives(0)), succeeding(5*second)), "TTL-2", "TTL-1"),
		on(plot(specs(), succeeding(5*second)), "TTL-2"),
		on(plot(specs(lives(30), deadline(10), grace(120)), lingering(kubelet.Forever, minute)), "TTL-5"),
		on(with(plot(specs(lives(600)), succeeding(5*second)), patchSpec(at(minute), map[string]any{"ttlSecondsAfterFinished": 10})), "TTL-4"),
		on(with(plot(specs(), succeeding(5*second)), patchSpec(at(minute), map[string]any{"ttlSecondsAfterFinished": 10})), "TTL-4"),
		on(with(plot(specs(lives(60)), succeeding(5*second)), patchSpec(at(minute), raise)), "TTL-4"),
		on(with(plot(specs(lives(60)), succeeding(5*second)), patchSpec(at(minute), raise), stall(at(55*second), apiserver.Jobs, 30*second)), "TTL-4", "TTL-3"),
		on(with(plot(specs(lives(10)), succeeding(5*second), endless()), deleteJob(at(14*second), "Background"), create(at(15*second), specs(lives(10), deadline(120))),
			stall(at(13*second), apiserver.Jobs, 7*second)), "TTL-3", "TTL-1"),
		on(with(plot(held(specs(lives(10))), succeeding(5*second)), patchSpec(at(minute), raise)), "TTL-6", "TTL-3"),
		on(with(plot(held(specs(lives(10))), succeeding(5*second)), deleteJob(at(10*second), "Background")), "TTL-6"),
		on(with(plot(specs(managed("example.com/other"), lives(30))), patchJob(at(20*second), "status", failedElsewhere)), "TTL-6", "MB-1"),
	}
}
