package batch

import (
	"math"
	"slices"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"

	"github.com/jobsim/jobsim/sim/apiserver/internal/core"
)

// Default values of fields that a Job may leave out.
const (
	defaultBackoffLimit = 6
	// Per-index limits make the limit for the whole Job superfluous.
	unlimitedBackoff = math.MaxInt32
)

// Default fills what decoding a Job fills (DEF-1 to DEF-9, DEF-11) in the Job and in its pod template. What has no
// default stays absent, which turns the feature off (DEF-13).
func Default(job *batchv1.Job) {
	spec := &job.Spec
	// Unset completions with parallelism given make a work queue: DEF-3 leaves them alone.
	if spec.Completions == nil && spec.Parallelism == nil {
		spec.Completions = new(int32(1))
	}
	setDefault(&spec.Parallelism, 1)
	if spec.BackoffLimitPerIndex != nil {
		setDefault(&spec.BackoffLimit, unlimitedBackoff)
	}
	setDefault(&spec.BackoffLimit, defaultBackoffLimit)
	// The two maps are one from here on, so labels that are generated for the template show on the Job as well.
	if len(job.Labels) == 0 && spec.Template.Labels != nil {
		job.Labels = spec.Template.Labels
	}
	setDefault(&spec.CompletionMode, batchv1.NonIndexedCompletion)
	setDefault(&spec.Suspend, false)
	if spec.PodFailurePolicy != nil {
		setDefault(&spec.PodReplacementPolicy, batchv1.Failed)
	}
	setDefault(&spec.PodReplacementPolicy, batchv1.TerminatingOrFailed)
	setDefault(&spec.ManualSelector, false)
	spec.PodFailurePolicy = defaultFailurePolicy(spec.PodFailurePolicy)
	core.DefaultPodSpec(&spec.Template.Spec)
}

func setDefault[T any](p **T, value T) {
	if *p == nil {
		v := value // the parameter itself would be allocated for every call
		*p = &v
	}
}

// defaultFailurePolicy gives condition patterns the status True (DEF-11).
func defaultFailurePolicy(policy *batchv1.PodFailurePolicy) *batchv1.PodFailurePolicy {
	if policy == nil {
		return nil
	}
	lacksStatus := func(pattern batchv1.PodFailurePolicyOnPodConditionsPattern) bool { return pattern.Status == "" }
	incomplete := func(rule batchv1.PodFailurePolicyRule) bool {
		return slices.ContainsFunc(rule.OnPodConditions, lacksStatus)
	}
	if !slices.ContainsFunc(policy.Rules, incomplete) {
		return policy
	}
	policy = policy.DeepCopy()
	for i := range policy.Rules {
		patterns := policy.Rules[i].OnPodConditions
		for j := range patterns {
			if patterns[j].Status == "" {
				patterns[j].Status = corev1.ConditionTrue
			}
		}
	}
	return policy
}
