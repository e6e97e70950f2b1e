package generate

import (
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
)

// Features are the optional features that generated Jobs may use, alone and together. Without any, the same choices make
// the same scenarios as before there were features: recorded seeds of the core stay what they are.
type Features struct {
	Indexed, ElasticIndexed, BackoffLimitPerIndex, PodFailurePolicy, SuccessPolicy, SuspendedEdits, TTLAfterFinished bool
}

// asks is what the first Job of a scenario asks for. It is drawn before its pods, since it changes what they may do.
type asks struct{ indexed, perIndex, failurePolicy, successPolicy, ttl bool }

// ask draws which features the first Job uses. In a quarter of the cases there is none.
func (p *plan) ask(job *batchv1.Job) {
	if p.features == (Features{}) || !p.chance("features", 75) {
		return
	}
	p.asks = p.choose(&job.Spec)
	if p.asks.failurePolicy { // the rules come when it is known how pods end
		job.Spec.PodFailurePolicy = &batchv1.PodFailurePolicy{}
	}
}

// askToo gives another Job of the scenario features of its own, now that it is known what pods do.
func (p *plan) askToo(job *batchv1.Job) {
	if p.features == (Features{}) || !p.chance("features of another Job", 60) {
		return
	}
	p.policies(&job.Spec, p.choose(&job.Spec))
	fit(&job.Spec)
}

// choose draws which features a Job uses, and all of them but the rules of its policies.
func (p *plan) choose(spec *batchv1.JobSpec) asks {
	f := p.features
	var a asks
	a.indexed = f.Indexed && p.chance("Indexed", 65)
	a.perIndex = f.BackoffLimitPerIndex && a.indexed && p.chance("backoffLimitPerIndex", 45)
	a.successPolicy = f.SuccessPolicy && a.indexed && p.chance("successPolicy", 35)
	a.failurePolicy = f.PodFailurePolicy && p.chance("podFailurePolicy", 40)
	a.ttl = f.TTLAfterFinished && p.chance("ttlSecondsAfterFinished", 25)
	if a.indexed {
		p.indexed(spec, a.perIndex)
	}
	if a.failurePolicy || a.perIndex { // restarts in place are counted by no index
		spec.Template.Spec.RestartPolicy = corev1.RestartPolicyNever
	}
	if a.ttl {
		spec.TTLSecondsAfterFinished = new(pick(p.draw, "ttl", int32(0), 0, 1, 5, 30, 100, 3600))
	}
	return a
}

// indexed numbers the completions of a Job, and draws limits for each of them.
func (p *plan) indexed(spec *batchv1.JobSpec, perIndex bool) {
	spec.CompletionMode = new(batchv1.IndexedCompletion)
	if spec.Completions == nil {
		spec.Completions = new(int32(1 + p.below("indexes", 4)))
	}
	if !perIndex {
		return
	}
	spec.BackoffLimitPerIndex = new(pick(p.draw, "limit per index", int32(0), 0, 1, 1, 1, 2))
	if p.chance("maxFailedIndexes", 40) {
		spec.MaxFailedIndexes = new(min(*spec.Completions, pick(p.draw, "failed indexes", int32(0), 1, 1, 2, *spec.Completions)))
	}
	if p.chance("no common limit", 60) {
		spec.BackoffLimit = nil
	}
}

// policies draws the rules of a Job's policies.
func (p *plan) policies(spec *batchv1.JobSpec, a asks) {
	if a.failurePolicy {
		p.failureRules(spec)
	}
	if a.successPolicy && *spec.Completions > 0 {
		p.successRules(spec)
	}
}

// fit makes a Job legal again after recipes have changed it: a size, a restart policy.
func fit(spec *batchv1.JobSpec) {
	if spec.PodFailurePolicy != nil {
		spec.Template.Spec.RestartPolicy = corev1.RestartPolicyNever
		if spec.PodReplacementPolicy != nil {
			spec.PodReplacementPolicy = new(batchv1.Failed)
		}
		fitFailureRules(spec)
	}
	if spec.CompletionMode == nil {
		return
	}
	if spec.BackoffLimitPerIndex != nil {
		spec.Template.Spec.RestartPolicy = corev1.RestartPolicyNever
	}
	if spec.Completions == nil {
		spec.Completions = new(max(1, *orOne(spec.Parallelism)))
	}
	if spec.MaxFailedIndexes != nil {
		spec.MaxFailedIndexes = new(min(*spec.MaxFailedIndexes, *spec.Completions))
	}
	if spec.SuccessPolicy != nil && !fitSuccessRules(spec) {
		spec.SuccessPolicy = nil
	}
}

func orOne(n *int32) *int32 {
	if n == nil {
		return new(int32(1))
	}
	return n
}
