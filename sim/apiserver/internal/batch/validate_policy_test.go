package batch_test

import (
	"fmt"
	"strings"
	"testing"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/utils/ptr"
)

func TestVAL9_PodFailurePolicy(t *testing.T) {
	rules := func(rules ...batchv1.PodFailurePolicyRule) func(*batchv1.Job) {
		return func(job *batchv1.Job) { job.Spec.PodFailurePolicy = &batchv1.PodFailurePolicy{Rules: rules} }
	}
	codes := func(operator batchv1.PodFailurePolicyOnExitCodesOperator, values ...int32) batchv1.PodFailurePolicyRule {
		return batchv1.PodFailurePolicyRule{Action: "FailJob",
			OnExitCodes: &batchv1.PodFailurePolicyOnExitCodesRequirement{
				Operator: operator, Values: values}}
	}
	in := func(name string) batchv1.PodFailurePolicyRule {
		rule := codes("In", 1)
		rule.OnExitCodes.ContainerName = &name
		return rule
	}
	conditions := func(patterns ...batchv1.PodFailurePolicyOnPodConditionsPattern) batchv1.PodFailurePolicyRule {
		return batchv1.PodFailurePolicyRule{Action: "Ignore", OnPodConditions: patterns}
	}
	many := func(n int) (values []int32) {
		for i := range n {
			values = append(values, int32(i+1))
		}
		return values
	}
	failIndex := codes("In", 1)
	failIndex.Action = "FailIndex"
	twenty := make([]batchv1.PodFailurePolicyRule, 20)
	for i := range twenty {
		twenty[i] = codes("In", 1)
	}
	const at = "spec.podFailurePolicy.rules"
	checkCreate(t, []createRow{
		{"VAL-9 no rules", newJob, rules(), nil},
		{"VAL-9 20 rules", newJob, rules(twenty...), nil},
		{"VAL-9 21 rules", newJob, rules(append(twenty, codes("In", 1))...), []string{"Too many " + at}},
		{"VAL-9 negative codes", newJob, rules(codes("NotIn", -1, 0, 5)), nil},
		{"VAL-9 255 codes", newJob, rules(codes("In", many(255)...)), nil},
		{"VAL-9 256 codes", newJob, rules(codes("In", many(256)...)),
			[]string{"Too many " + at + "[0].onExitCodes.values"}},
		{"VAL-9 no codes", newJob, rules(codes("In")), []string{"Invalid value " + at + "[0].onExitCodes.values"}},
		{"VAL-9 zero, twice, unsorted", newJob, rules(codes("In", 5, 0, 5)),
			[]string{"Invalid value " + at + "[0].onExitCodes.values[1]",
				"Duplicate value " + at + "[0].onExitCodes.values[2]",
				"Invalid value " + at + "[0].onExitCodes.values"}},
		{"VAL-9 operators", newJob, rules(codes("", 1), codes("x", 1)),
			[]string{"Required value " + at + "[0].onExitCodes.operator",
				"Unsupported value " + at + "[1].onExitCodes.operator"}},
		{"VAL-9 container", newJob, rules(in("main"), in("x")),
			[]string{"Invalid value " + at + "[1].onExitCodes.containerName"}},
		{"VAL-9 init container", newJob, func(job *batchv1.Job) {
			job.Spec.Template.Spec.InitContainers = []corev1.Container{{Name: "init", Image: "i"}}
			rules(in("init"))(job)
		}, nil},
		{"VAL-9 actions", newJob, rules(batchv1.PodFailurePolicyRule{OnExitCodes: codes("In", 1).OnExitCodes},
			batchv1.PodFailurePolicyRule{Action: "x", OnExitCodes: codes("In", 1).OnExitCodes}, failIndex),
			[]string{"Required value " + at + "[0].action", "Unsupported value " + at + "[1].action",
				"Invalid value " + at + "[2].action"}},
		{"VAL-9 FailIndex with per-index limits", indexedJob, func(job *batchv1.Job) {
			job.Spec.BackoffLimitPerIndex = ptr.To[int32](1)
			rules(failIndex)(job)
		}, nil},
		{"VAL-9 neither and both", newJob, rules(batchv1.PodFailurePolicyRule{Action: "Count"},
			batchv1.PodFailurePolicyRule{
				Action: "Count", OnExitCodes: codes("In", 1).OnExitCodes,
				OnPodConditions: []batchv1.PodFailurePolicyOnPodConditionsPattern{{Type: "A"}},
			}), []string{"Invalid value " + at + "[0]", "Invalid value " + at + "[1]"}},
		{"VAL-9 conditions", newJob, rules(conditions(batchv1.PodFailurePolicyOnPodConditionsPattern{Type: "-",
			Status: "x"})),
			[]string{"Invalid value " + at + "[0].onPodConditions[0].type",
				"Unsupported value " + at + "[0].onPodConditions[0].status"}},
		{"VAL-9 21 conditions", newJob, func(job *batchv1.Job) {
			patterns := []batchv1.PodFailurePolicyOnPodConditionsPattern{}
			for i := range 21 {
				patterns = append(patterns, batchv1.PodFailurePolicyOnPodConditionsPattern{Type: corev1.PodConditionType(fmt.Sprint("C", i))})
			}
			rules(conditions(patterns...))(job)
		}, []string{"Too many " + at + "[0].onPodConditions"}},
	})
}

func TestVAL10_PodReplacementPolicy(t *testing.T) {
	policy := func(policy batchv1.PodReplacementPolicy, failurePolicy bool) func(*batchv1.Job) {
		return func(job *batchv1.Job) {
			job.Spec.PodReplacementPolicy = &policy
			if failurePolicy {
				job.Spec.PodFailurePolicy = &batchv1.PodFailurePolicy{}
			}
		}
	}
	unsupported := []string{"Unsupported value spec.podReplacementPolicy"}
	checkCreate(t, []createRow{
		{"VAL-10 Failed", newJob, policy("Failed", false), nil},
		{"VAL-10 TerminatingOrFailed", newJob, policy("TerminatingOrFailed", false), nil},
		{"VAL-10 unknown", newJob, policy("x", false), unsupported},
		{"VAL-10 Failed with a failure policy", newJob, policy("Failed", true), nil},
		{"VAL-10 TerminatingOrFailed with a failure policy", newJob, policy("TerminatingOrFailed", true), unsupported},
	})
}

func TestVAL11_SuccessPolicy(t *testing.T) {
	rule := func(indexes string, count int32) func(*batchv1.Job) {
		return func(job *batchv1.Job) {
			job.Spec.SuccessPolicy = &batchv1.SuccessPolicy{Rules: []batchv1.SuccessPolicyRule{{SucceededIndexes: &indexes, SucceededCount: &count}}}
		}
	}
	const at = "spec.successPolicy.rules"
	indexes, count := "Invalid value "+at+"[0].succeededIndexes", "Invalid value "+at+"[0].succeededCount"
	checkCreate(t, []createRow{
		{"VAL-11 good", indexedJob, rule("0,2-3", 3), nil},
		{"VAL-11 no rules", indexedJob, func(job *batchv1.Job) { job.Spec.SuccessPolicy = &batchv1.SuccessPolicy{} },
			[]string{"Required value " + at}},
		{"VAL-11 21 rules", indexedJob, func(job *batchv1.Job) {
			rule("0", 1)(job)
			for range 20 {
				job.Spec.SuccessPolicy.Rules = append(job.Spec.SuccessPolicy.Rules, job.Spec.SuccessPolicy.Rules[0])
			}
		}, []string{"Too many " + at}},
		{"VAL-11 empty rule", indexedJob, func(job *batchv1.Job) {
			job.Spec.SuccessPolicy = &batchv1.SuccessPolicy{Rules: []batchv1.SuccessPolicyRule{{}}}
		}, []string{"Required value " + at + "[0]"}},
		{"VAL-11 more than listed", indexedJob, rule("0,2", 3), []string{count}},
		{"VAL-11 more than completions", indexedJob, rule("0-3", 5), []string{count, count}},
		{"VAL-11 negative count", indexedJob, rule("0", -1), []string{count}},
		{"VAL-11 index too large", indexedJob, rule("4", 0), []string{indexes}},
		{"VAL-11 not increasing", indexedJob, rule("1,1", 0), []string{indexes}},
		{"VAL-11 backwards", indexedJob, rule("2-1", 0), []string{indexes}},
		{"VAL-11 three parts", indexedJob, rule("0-1-2", 0), []string{indexes}},
		{"VAL-11 no number", indexedJob, rule("x", 0), []string{indexes}},
		{"VAL-11 no number after the dash", indexedJob, rule("0-", 0), []string{indexes}},
		{"VAL-11 64 KiB", indexedJob, rule(strings.Repeat("0", 64*1024+1), 0),
			[]string{"Too long " + at + "[0].succeededIndexes"}},
	})
}

func TestVAL12_ManagedBy(t *testing.T) {
	by := func(name string) func(*batchv1.Job) { return func(job *batchv1.Job) { job.Spec.ManagedBy = &name } }
	checkCreate(t, []createRow{
		{"VAL-12 a path in a domain", newJob, by("a.io/b"), nil},
		{"VAL-12 no domain", newJob, by("foo"), []string{"Invalid value spec.managedBy"}},
		{"VAL-12 empty", newJob, by(""), []string{"Required value spec.managedBy"}},
		{"VAL-12 64 bytes", newJob, by("a.io/" + strings.Repeat("b", 59)), []string{"Too long spec.managedBy"}},
	})
}

func TestVAL13_VAL14_Quirks(t *testing.T) {
	checkCreate(t, []createRow{
		{"VAL-13 a deadline has no upper bound", newJob,
			func(job *batchv1.Job) { job.Spec.ActiveDeadlineSeconds = ptr.To[int64](1<<63 - 1) }, nil},
		{"VAL-14 per-index limits with OnFailure", indexedJob, func(job *batchv1.Job) {
			job.Spec.BackoffLimitPerIndex, job.Spec.Template.Spec.RestartPolicy = ptr.To[int32](1), "OnFailure"
		}, nil},
	})
}
