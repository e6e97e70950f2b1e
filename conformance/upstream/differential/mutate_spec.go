package differential

import (
	"strings"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// specMutations change one thing that the API has a rule for. Each aims at the bounds of that rule.
var specMutations = []func(source, *batchv1.Job){
	func(s source, j *batchv1.Job) { j.Spec.Parallelism = s.count() },
	func(s source, j *batchv1.Job) { j.Spec.Completions = s.count() },
	func(s source, j *batchv1.Job) { j.Spec.Completions, j.Spec.Parallelism = nil, nil },
	func(s source, j *batchv1.Job) { j.Spec.BackoffLimit = s.count() },
	func(s source, j *batchv1.Job) { j.Spec.BackoffLimitPerIndex = s.count() },
	func(s source, j *batchv1.Job) { j.Spec.MaxFailedIndexes = s.count() },
	func(s source, j *batchv1.Job) { j.Spec.ActiveDeadlineSeconds = s.seconds() },
	func(s source, j *batchv1.Job) { j.Spec.TTLSecondsAfterFinished = s.count() },
	func(s source, j *batchv1.Job) { j.Spec.Suspend = maybe(s, true, false) },
	func(s source, j *batchv1.Job) {
		j.Spec.CompletionMode = maybe(s, batchv1.IndexedCompletion, batchv1.NonIndexedCompletion, "", "Other")
	},
	func(s source, j *batchv1.Job) {
		j.Spec.PodReplacementPolicy = maybe(s, batchv1.Failed, batchv1.TerminatingOrFailed, "", "Other")
	},
	func(s source, j *batchv1.Job) {
		j.Spec.ManagedBy = maybe(s, "a.io/b", "foo", "", "/b", "a.io/", "kubernetes.io/job-controller", "A.io/b", "a.io/b/c",
			"a.io/"+strings.Repeat("b", 58), "a.io/"+strings.Repeat("b", 59), "-a.io/b", "a.io/b c", "a.io/%")
	},
	func(s source, j *batchv1.Job) {
		j.Spec.Template.Spec.RestartPolicy = pick(s, "", corev1.RestartPolicyAlways, corev1.RestartPolicyNever,
			corev1.RestartPolicyOnFailure, "Other")
	},
	func(s source, j *batchv1.Job) { j.Name = name(s) },
	changeFailurePolicy, changeFailurePolicy, changeSuccessPolicy, changeSuccessPolicy, changeSelector, changeSelector,
	changeTemplateLabels, manyIndexes,
}

func mutateSpec(s source, job *batchv1.Job) { specMutations[s.IntN(len(specMutations))](s, job) }

func changeFailurePolicy(s source, job *batchv1.Job) {
	spec := &job.Spec
	if spec.PodFailurePolicy == nil || s.chance(4) {
		spec.PodFailurePolicy = validFailurePolicy(s, s.chance(2))
	}
	policy := spec.PodFailurePolicy
	if s.chance(12) { // too many rules, or nearly
		for range 20 - len(policy.Rules) + s.IntN(2) {
			policy.Rules = append(policy.Rules, failureRule(s))
		}
		return
	}
	if len(policy.Rules) == 0 || s.chance(3) {
		policy.Rules = append(policy.Rules, failureRule(s))
		return
	}
	mutate(s, &policy.Rules[s.IntN(len(policy.Rules))])
}

func failureRule(s source) batchv1.PodFailurePolicyRule {
	rule := batchv1.PodFailurePolicyRule{Action: pick(s, batchv1.PodFailurePolicyActionFailJob,
		batchv1.PodFailurePolicyActionFailIndex, batchv1.PodFailurePolicyActionIgnore, "", "Other")}
	if !s.chance(4) {
		rule.OnExitCodes = &batchv1.PodFailurePolicyOnExitCodesRequirement{
			Operator: pick(s, batchv1.PodFailurePolicyOnExitCodesOpIn, batchv1.PodFailurePolicyOnExitCodesOpNotIn, "", "Other"),
			Values:   pick(s, []int32{}, []int32{0}, []int32{1, 2}, []int32{2, 1}, []int32{1, 1}, []int32{-1, 300}),
		}
		rule.OnExitCodes.ContainerName = maybe(s, "main", "init", "other", "")
		if s.chance(10) {
			rule.OnExitCodes.Values = make([]int32, 255+s.IntN(2))
			for i := range rule.OnExitCodes.Values {
				rule.OnExitCodes.Values[i] = int32(i + 1)
			}
		}
	}
	for range pick(s, 0, 0, 1, 2, 20, 21) {
		rule.OnPodConditions = append(rule.OnPodConditions, batchv1.PodFailurePolicyOnPodConditionsPattern{
			Type:   pick(s, corev1.DisruptionTarget, "a.io/b", "", "-bad", "a b"),
			Status: pick(s, "", corev1.ConditionTrue, corev1.ConditionUnknown, "Other"),
		})
	}
	return rule
}

func changeSuccessPolicy(s source, job *batchv1.Job) {
	spec := &job.Spec
	if spec.SuccessPolicy == nil || s.chance(4) {
		spec.SuccessPolicy = &batchv1.SuccessPolicy{}
	}
	policy := spec.SuccessPolicy
	if s.chance(8) && len(policy.Rules) > 0 {
		mutate(s, policy)
		return
	}
	for range pick(s, 0, 1, 1, 1, 2, 20, 21) {
		policy.Rules = append(policy.Rules, batchv1.SuccessPolicyRule{
			SucceededIndexes: maybe(s, indexLists...), SucceededCount: s.count(),
		})
	}
}

// indexLists are good and bad values for lists of indexes.
var indexLists = []string{"", "0", "1", "0,1", "0-1", "0-2", "1,0", "0,0", "2-1", "1-1", "0-", "-1", "a", "0,,1", "0-1-2", "9", "10",
	"100000", "3000000000", "0,2-4", " 0", "0 ", "01", "+1", "0-2,2", "0,", "," + strings.Repeat("1", 30), strings.Repeat("0", 64*1024+1)}

func changeSelector(s source, job *batchv1.Job) {
	spec := &job.Spec
	spec.ManualSelector = maybe(s, true, true, false)
	if s.chance(2) {
		spec.Selector = pick(s, nil, &metav1.LabelSelector{},
			&metav1.LabelSelector{MatchLabels: map[string]string{"app": "x"}},
			&metav1.LabelSelector{MatchLabels: map[string]string{"job-name": job.Name}},
			&metav1.LabelSelector{MatchLabels: map[string]string{batchv1.ControllerUidLabel: "other"}},
			&metav1.LabelSelector{MatchLabels: map[string]string{"bad key": "x"}},
			&metav1.LabelSelector{MatchLabels: map[string]string{"app": "bad value"}},
			&metav1.LabelSelector{MatchExpressions: []metav1.LabelSelectorRequirement{{
				Key: "app", Operator: pick(s, metav1.LabelSelectorOpIn, metav1.LabelSelectorOpExists, "", "Other"),
				Values: pick(s, nil, []string{"x"}, []string{"bad value"}),
			}}})
	}
	if s.chance(2) {
		changeTemplateLabels(s, job)
	}
	if spec.Selector != nil && s.chance(6) {
		mutate(s, spec.Selector)
	}
}

func changeTemplateLabels(s source, job *batchv1.Job) {
	labels := map[string]string{}
	for range s.IntN(3) {
		key := pick(s, "app", "job-name", "controller-uid", batchv1.JobNameLabel, batchv1.ControllerUidLabel, "bad key", "a.io/b")
		labels[key] = pick(s, "x", job.Name, "other", "bad value", "", string(job.UID))
	}
	job.Spec.Template.Labels = pick(s, nil, labels, labels, labels)
}

// manyIndexes makes a Job with more indexes than status can list (VAL-7, VAL-15).
func manyIndexes(s source, job *batchv1.Job) {
	indexed(s, &job.Spec)
	job.Spec.Completions = pick(s, new(int32(100_000)), new(int32(100_001)))
	job.Spec.Parallelism = pick(s, new(int32(10_000)), new(int32(10_001)), new(int32(100_000)), new(int32(100_001)))
	job.Spec.BackoffLimitPerIndex = maybe[int32](s, 1)
	job.Spec.MaxFailedIndexes = maybe[int32](s, 1, 10_000, 10_001, 100_000, 100_001)
}

// mutateMeta changes what anybody may write about the Job itself.
func mutateMeta(s source, job *batchv1.Job) {
	switch s.IntN(6) {
	case 0:
		job.Labels = pick(s, nil, map[string]string{}, map[string]string{"app": "y"}, map[string]string{"bad key": "bad value"})
	case 1:
		job.Annotations = pick(s, nil, map[string]string{"a.io/b": "any text"}, map[string]string{"bad key": ""},
			map[string]string{"big": strings.Repeat("x", 256*1024+1)})
	case 2:
		job.Finalizers = pick(s, nil, []string{"a.io/b"}, []string{"plain"}, []string{"orphan", "foregroundDeletion"},
			[]string{"foregroundDeletion"}, []string{"bad name"}, []string{"a.io/b", "a.io/c"})
	case 3:
		owner := metav1.OwnerReference{APIVersion: pick(s, "batch/v1", "", "v1", "a/b/c"), Kind: pick(s, "CronJob", "", "Event"),
			Name: pick(s, "c", ""), UID: "u", Controller: maybe(s, true)}
		job.OwnerReferences = append(job.OwnerReferences, owner)
		owner.UID, owner.Controller = "w", maybe(s, true)
		job.OwnerReferences = append(job.OwnerReferences, owner)
	case 4:
		job.GenerateName = pick(s, "job-", "", "-", "Bad")
	default:
		mutate(s, &job.ObjectMeta)
	}
}

// mutateTemplate changes any place of the pod template.
func mutateTemplate(s source, job *batchv1.Job) { mutate(s, &job.Spec.Template) }

// direct changes what a suspended Job may change of its template (MSD-1, MSD-2, MSD-5), and pieces beside it.
func direct(s source, template *corev1.PodTemplateSpec) {
	spec := &template.Spec
	switch s.IntN(8) {
	case 0:
		spec.NodeSelector = pick(s, nil, map[string]string{"zone": "b"})
	case 1:
		spec.Tolerations = append(spec.Tolerations, corev1.Toleration{Operator: corev1.TolerationOpExists})
	case 2:
		spec.SchedulingGates = pick(s, nil, []corev1.PodSchedulingGate{{Name: "a.io/other"}})
	case 3:
		rich := &corev1.PodSpec{}
		richPlacement(rich)
		spec.Affinity = pick(s, nil, rich.Affinity, &corev1.Affinity{}, &corev1.Affinity{NodeAffinity: rich.Affinity.NodeAffinity},
			&corev1.Affinity{PodAffinity: rich.Affinity.PodAffinity})
	case 4:
		template.Annotations = map[string]string{"a.io/b": "c"}
	case 5:
		changed := map[string]string{"more": "x"}
		for key, value := range template.Labels {
			changed[key] = value
		}
		template.Labels = changed
	default:
		for i := range spec.Containers {
			if s.chance(2) {
				spec.Containers[i].Resources.Requests = corev1.ResourceList{"cpu": resource.MustParse(pick(s, quantities...))}
			}
		}
		for i := range spec.InitContainers {
			spec.InitContainers[i].Resources.Requests = corev1.ResourceList{"memory": resource.MustParse(pick(s, quantities...))}
		}
	}
}
