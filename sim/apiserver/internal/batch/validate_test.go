package batch_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/onsi/gomega"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"
)

// createRow is a Job, by what makes it different, and all that is wrong with it.
type createRow struct {
	name   string
	base   func() *batchv1.Job
	change func(*batchv1.Job)
	want   []string
}

func checkCreate(t *testing.T, rows []createRow) {
	t.Helper()
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			g := gomega.NewWithT(t)
			job := row.base()
			row.change(job)
			_, errs := create(job)
			g.Expect(listed(errs)).To(gomega.ConsistOf(row.want), "%s", messages(errs))
		})
	}
}

func TestVAL1_NothingIsNegative(t *testing.T) {
	set := func(value int32) func(*batchv1.Job) {
		return func(job *batchv1.Job) {
			s := &job.Spec
			s.Parallelism, s.Completions, s.BackoffLimit = ptr.To(value), ptr.To(value), ptr.To(value)
			s.TTLSecondsAfterFinished, s.BackoffLimitPerIndex, s.MaxFailedIndexes = ptr.To(value), ptr.To(value),
				ptr.To(value)
			s.ActiveDeadlineSeconds = ptr.To(int64(value))
		}
	}
	negative := []string{}
	for _, name := range []string{"parallelism", "completions", "backoffLimit", "ttlSecondsAfterFinished",
		"backoffLimitPerIndex", "maxFailedIndexes", "activeDeadlineSeconds"} {
		negative = append(negative, "Invalid value spec."+name)
	}
	checkCreate(t, []createRow{
		{"VAL-1 zero is legal", indexedJob, set(0), nil},
		{"VAL-1 minus one is not", indexedJob, set(-1), negative},
	})
}

func TestVAL2_RestartPolicy(t *testing.T) {
	const path = "spec.template.spec.restartPolicy"
	policy := func(policy corev1.RestartPolicy, failurePolicy bool) func(*batchv1.Job) {
		return func(job *batchv1.Job) {
			job.Spec.Template.Spec.RestartPolicy = policy
			if failurePolicy {
				job.Spec.PodFailurePolicy = &batchv1.PodFailurePolicy{}
			}
		}
	}
	checkCreate(t, []createRow{
		{"VAL-2 OnFailure", newJob, policy("OnFailure", false), nil},
		{"VAL-2 Never with a failure policy", newJob, policy("Never", true), nil},
		{"VAL-2 OnFailure with a failure policy", newJob, policy("OnFailure", true), []string{"Invalid value " + path}},
		{"VAL-2 none", newJob, policy("", false), []string{"Required value " + path}},
		{"VAL-2 Always", newJob, policy("Always", false), []string{"Required value " + path}},
		{"VAL-2 unknown", newJob, policy("x", false),
			[]string{"Unsupported value " + path, "Unsupported value " + path}},
	})
}

func TestVAL3_SelectorAndLabels(t *testing.T) {
	label := func(key, value string) func(*batchv1.Job) {
		return func(job *batchv1.Job) { job.Spec.Template.Labels = map[string]string{key: value} }
	}
	at := func(key string) []string { return []string{"Invalid value spec.template.metadata.labels[" + key + "]"} }
	manual := func(selector *metav1.LabelSelector) func(*batchv1.Job) {
		return func(job *batchv1.Job) {
			job.Spec.ManualSelector, job.Spec.Selector = ptr.To(true), selector
			job.Spec.Template.Labels = map[string]string{"a": "b"}
		}
	}
	checkCreate(t, []createRow{
		{"VAL-3 job-name of another", newJob, label("job-name", "other"), at("job-name")},
		{"VAL-3 the same job-name", newJob, label("job-name", "pi"), nil},
		{"VAL-3 UID of another", newJob, label("batch.kubernetes.io/controller-uid", "other"),
			append(at("batch.kubernetes.io/controller-uid"), "Invalid value spec.template.metadata.labels")},
		{"VAL-3 a selector that asks for more", newJob, func(job *batchv1.Job) {
			job.Spec.Selector = &metav1.LabelSelector{MatchLabels: map[string]string{"a": "b"}}
			job.Spec.Template.Labels = map[string]string{"a": "b"}
		}, []string{"Invalid value spec.selector"}},
		{"VAL-3 manual selector", newJob, manual(&metav1.LabelSelector{MatchLabels: map[string]string{"a": "b"}}), nil},
		{"VAL-3 manual selector that does not match", newJob,
			manual(&metav1.LabelSelector{MatchLabels: map[string]string{"a": "c"}}),
			[]string{"Invalid value spec.template.metadata.labels"}},
		{"VAL-3 manual without selector", newJob, manual(nil),
			[]string{"Required value spec.selector", "Invalid value spec.template.metadata.labels"}},
		{"VAL-3 malformed selector", newJob, manual(&metav1.LabelSelector{MatchExpressions: []metav1.LabelSelectorRequirement{
			{Key: "a", Operator: "x"}}}), []string{"Invalid value spec.selector.matchExpressions[0].operator"}},
		{"VAL-3 no UID", newJob, func(job *batchv1.Job) { job.UID = "" }, []string{"Required value metadata.uid"}},
	})
}

func TestVAL4_Names(t *testing.T) {
	named := func(length int, manual bool) func(*batchv1.Job) {
		return func(job *batchv1.Job) {
			job.Name = strings.Repeat("a", length)
			if manual {
				job.Spec.ManualSelector = ptr.To(true)
				job.Spec.Template.Labels = map[string]string{"a": "b"}
				job.Spec.Selector = &metav1.LabelSelector{MatchLabels: map[string]string{"a": "b"}}
			}
		}
	}
	checkCreate(t, []createRow{
		{"VAL-4 63 characters", newJob, named(63, false), nil},
		{"VAL-4 64 characters do not fit into a label", newJob, named(64, false),
			[]string{"Invalid value spec.template.labels", "Invalid value spec.template.labels"}},
		{"VAL-4 64 characters without generated labels", newJob, named(64, true), nil},
		{"VAL-4 254 characters", newJob, named(254, true), []string{"Invalid value metadata.name"}},
		{"VAL-6 62 characters and an index", indexedJob, named(62, false), []string{"Invalid value metadata.name"}},
		{"VAL-6 61 characters and an index", indexedJob, named(61, false), nil},
		{"VAL-6 a dot", indexedJob, func(job *batchv1.Job) { job.Name = "a.b" },
			[]string{"Invalid value metadata.name"}},
	})
}

func TestVAL5_VAL7_VAL8_Indexes(t *testing.T) {
	huge := func(parallelism, maxFailed *int32) func(*batchv1.Job) {
		return func(job *batchv1.Job) {
			job.Spec.Completions, job.Spec.Parallelism = ptr.To[int32](100_001), parallelism
			job.Spec.BackoffLimitPerIndex, job.Spec.MaxFailedIndexes = ptr.To[int32](1), maxFailed
		}
	}
	checkCreate(t, []createRow{
		{"VAL-5 indexes need completions", indexedJob, func(job *batchv1.Job) { job.Spec.Completions = nil },
			[]string{"Required value spec.completions"}},
		{"VAL-5 completions missing beside a success policy", indexedJob, func(job *batchv1.Job) {
			job.Spec.Completions = nil
			job.Spec.SuccessPolicy = &batchv1.SuccessPolicy{Rules: []batchv1.SuccessPolicyRule{
				{SucceededIndexes: ptr.To("0"), SucceededCount: ptr.To[int32](1)}}}
		}, []string{"Required value spec.completions"}},
		{"VAL-5 parallelism 100000", indexedJob, func(job *batchv1.Job) { job.Spec.Parallelism = ptr.To[int32](100_000) }, nil},
		{"VAL-5 parallelism 100001", indexedJob, func(job *batchv1.Job) { job.Spec.Parallelism = ptr.To[int32](100_001) },
			[]string{"Invalid value spec.parallelism"}},
		{"VAL-5 unknown mode", newJob, func(job *batchv1.Job) { job.Spec.CompletionMode = ptr.To[batchv1.CompletionMode]("x") },
			[]string{"Unsupported value spec.completionMode"}},
		{"VAL-7 at the limits", indexedJob, huge(ptr.To[int32](10_000), ptr.To[int32](10_000)), nil},
		{"VAL-7 above the limits", indexedJob, huge(ptr.To[int32](10_001), ptr.To[int32](10_001)),
			[]string{"Invalid value spec.parallelism", "Invalid value spec.maxFailedIndexes"}},
		{"VAL-7 no limit on failed indexes", indexedJob, huge(ptr.To[int32](1), nil),
			[]string{"Required value spec.maxFailedIndexes"}},
		{"VAL-7 more failed indexes than completions", indexedJob, func(job *batchv1.Job) {
			job.Spec.MaxFailedIndexes = ptr.To[int32](100_001)
		}, []string{"Invalid value spec.maxFailedIndexes", "Invalid value spec.maxFailedIndexes",
			"Required value spec.backoffLimitPerIndex"}},
		{"VAL-8 without indexes", newJob, func(job *batchv1.Job) {
			job.Spec.BackoffLimitPerIndex, job.Spec.MaxFailedIndexes = ptr.To[int32](1), ptr.To[int32](1)
			job.Spec.SuccessPolicy = &batchv1.SuccessPolicy{}
		}, []string{"Invalid value spec.backoffLimitPerIndex", "Invalid value spec.maxFailedIndexes",
			"Invalid value spec.successPolicy"}},
	})
}

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
