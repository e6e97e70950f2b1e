package batch_test

import (
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
