package differential

import (
	"strings"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// validJob is a Job that is accepted, of one of the kinds that exist.
func validJob(s source) *batchv1.Job {
	job := &batchv1.Job{
		TypeMeta:   metav1.TypeMeta{APIVersion: "batch/v1", Kind: "Job"},
		ObjectMeta: metav1.ObjectMeta{Name: "job", Namespace: namespace},
		Spec:       batchv1.JobSpec{Template: validTemplate(s)},
	}
	spec := &job.Spec
	spec.Parallelism = s.smallCount()
	spec.BackoffLimit = s.smallCount()
	if s.chance(3) {
		spec.Suspend = maybe(s, true, false)
	}
	switch s.IntN(4) {
	case 0: // a work queue, or a single pod
	case 1:
		spec.Completions = s.smallCount()
	default:
		indexed(s, spec)
	}
	if s.chance(4) {
		spec.PodFailurePolicy = validFailurePolicy(s, spec.BackoffLimitPerIndex != nil)
		spec.Template.Spec.RestartPolicy = corev1.RestartPolicyNever
	}
	if s.chance(6) {
		manualSelector(job)
	}
	return job
}

func indexed(s source, spec *batchv1.JobSpec) {
	mode := batchv1.IndexedCompletion
	spec.CompletionMode = &mode
	spec.Completions = pick(s, new(int32(1)), new(int32(3)), new(int32(10)))
	if s.chance(2) {
		spec.Parallelism = new(*spec.Completions)
	}
	if s.chance(2) {
		spec.BackoffLimitPerIndex = pick(s, new(int32(0)), new(int32(2)))
		spec.MaxFailedIndexes = maybe[int32](s, 0, 1)
	}
	if s.chance(3) {
		spec.SuccessPolicy = &batchv1.SuccessPolicy{Rules: []batchv1.SuccessPolicyRule{pick(s,
			batchv1.SuccessPolicyRule{SucceededIndexes: new("0")},
			batchv1.SuccessPolicyRule{SucceededCount: new(int32(1))},
			batchv1.SuccessPolicyRule{SucceededIndexes: new("0"), SucceededCount: new(int32(1))},
		)}}
	}
}

func manualSelector(job *batchv1.Job) {
	job.Spec.ManualSelector = new(true)
	job.Spec.Selector = &metav1.LabelSelector{MatchLabels: map[string]string{"app": "x"}}
	job.Spec.Template.Labels = map[string]string{"app": "x", "tier": "batch"}
}

func validFailurePolicy(s source, perIndex bool) *batchv1.PodFailurePolicy {
	policy := &batchv1.PodFailurePolicy{}
	for range s.IntN(3) {
		rule := batchv1.PodFailurePolicyRule{Action: pick(s, batchv1.PodFailurePolicyActionFailJob,
			batchv1.PodFailurePolicyActionIgnore, batchv1.PodFailurePolicyActionCount)}
		if perIndex && s.chance(2) {
			rule.Action = batchv1.PodFailurePolicyActionFailIndex
		}
		if s.chance(2) {
			rule.OnExitCodes = &batchv1.PodFailurePolicyOnExitCodesRequirement{
				Operator: pick(s, batchv1.PodFailurePolicyOnExitCodesOpIn, batchv1.PodFailurePolicyOnExitCodesOpNotIn),
				Values:   []int32{1, 5, 42}, ContainerName: maybe(s, "main"),
			}
		} else {
			rule.OnPodConditions = []batchv1.PodFailurePolicyOnPodConditionsPattern{
				{Type: corev1.DisruptionTarget, Status: pick(s, "", corev1.ConditionTrue, corev1.ConditionFalse)}}
		}
		policy.Rules = append(policy.Rules, rule)
	}
	return policy
}

// names of Jobs, good and bad. The bounds are those of a label value, and of a pod's host name with an index behind it.
func name(s source) string {
	return pick(s, "job", "a", "", "-job", "Job", "a.b", "a..b", "job_1", "1", strings.Repeat("a", 60),
		strings.Repeat("a", 61), strings.Repeat("a", 62), strings.Repeat("a", 63), strings.Repeat("a", 64),
		strings.Repeat("a", 253), strings.Repeat("a", 254), "a/b", "..", "job%")
}
