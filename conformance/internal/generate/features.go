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
	f := p.features
	if f == (Features{}) || !p.chance("features", 75) {
		return
	}
	p.asks.indexed = f.Indexed && p.chance("Indexed", 65)
	p.asks.perIndex = f.BackoffLimitPerIndex && p.asks.indexed && p.chance("backoffLimitPerIndex", 45)
	p.asks.successPolicy = f.SuccessPolicy && p.asks.indexed && p.chance("successPolicy", 35)
	p.asks.failurePolicy = f.PodFailurePolicy && p.chance("podFailurePolicy", 40)
	p.asks.ttl = f.TTLAfterFinished && p.chance("ttlSecondsAfterFinished", 25)
	spec := &job.Spec
	if p.asks.indexed {
		p.indexed(spec)
	}
	if p.asks.failurePolicy || p.asks.perIndex { // restarts in place are counted by no index
		spec.Template.Spec.RestartPolicy = corev1.RestartPolicyNever
	}
	if p.asks.failurePolicy { // the rules come when it is known how pods end
		spec.PodFailurePolicy = &batchv1.PodFailurePolicy{}
	}
	if p.asks.ttl {
		spec.TTLSecondsAfterFinished = new(pick(p.draw, "ttl", int32(0), 0, 1, 5, 30, 100, 3600))
	}
}

// indexed numbers the completions of a Job, and draws limits for each of them.
func (p *plan) indexed(spec *batchv1.JobSpec) {
	spec.CompletionMode = new(batchv1.IndexedCompletion)
	if spec.Completions == nil {
		spec.Completions = new(int32(1 + p.below("indexes", 4)))
	}
	if !p.asks.perIndex {
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

// policies draws the rules of the Job's policies.
func (p *plan) policies(job *batchv1.Job) {
	spec := &job.Spec
	if p.asks.failurePolicy {
		p.failureRules(spec)
	}
	if p.asks.successPolicy && *spec.Completions > 0 {
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
