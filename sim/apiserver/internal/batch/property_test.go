package batch_test

import (
	"testing"

	"github.com/onsi/gomega"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"
	"pgregory.net/rapid"

	"github.com/jobsim/jobsim/sim/apiserver/internal/batch"
	"github.com/jobsim/jobsim/sim/apiserver/internal/core/mutate"
)

// drawJob is a Job that is nearly right.
func drawJob(t *rapid.T) *batchv1.Job {
	job := newJob()
	if rapid.Bool().Draw(t, "indexed") {
		job = indexedJob()
		job.Spec.BackoffLimitPerIndex = ptr.To[int32](1)
		job.Spec.SuccessPolicy = &batchv1.SuccessPolicy{Rules: []batchv1.SuccessPolicyRule{{SucceededIndexes: ptr.To("0,2")}}}
	}
	if rapid.Bool().Draw(t, "failure policy") {
		job.Spec.PodFailurePolicy = &batchv1.PodFailurePolicy{Rules: []batchv1.PodFailurePolicyRule{
			{Action: "Ignore", OnPodConditions: []batchv1.PodFailurePolicyOnPodConditionsPattern{{Type: "DisruptionTarget"}}},
			{Action: "FailJob", OnExitCodes: &batchv1.PodFailurePolicyOnExitCodesRequirement{Operator: "In",
				Values: []int32{1, 2}}},
		}}
	}
	job.Spec.Suspend = ptr.To(rapid.Bool().Draw(t, "suspend"))
	mutate.Object(t, &job.Spec, rapid.IntRange(0, 3).Draw(t, "changes of the spec"))
	mutate.Object(t, job, rapid.IntRange(0, 1).Draw(t, "changes of the Job"))
	job.Namespace, job.UID = "default", "uid-1"
	return job
}

func TestDefaultIsIdempotentAndPure(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := gomega.NewWithT(t)
		submitted := drawJob(t)
		before := text(g, submitted)
		job := *submitted
		batch.Default(&job)
		batch.PrepareForCreate(&job)
		batch.Default(&job)
		g.Expect(text(g, submitted)).To(gomega.Equal(before), "the submitted Job was written to")
		once := text(g, &job)
		batch.Default(&job)
		g.Expect(text(g, &job)).To(gomega.Equal(once))
	})
}

// What the server stored, it takes again: submitting a stored Job unchanged is no change.
func TestStoredJobIsAcceptedAgain(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := gomega.NewWithT(t)
		old, errs := create(drawJob(t))
		again := messages(batch.ValidateCreate(old))
		if len(errs) > 0 {
			t.Skip("rejected")
		}
		g.Expect(again).To(gomega.BeEmpty(), "a valid defaulted Job stays valid")
		job, errs := update(old, func(*batchv1.Job) {})
		g.Expect(errs).To(gomega.BeEmpty())
		g.Expect(text(g, job)).To(gomega.Equal(text(g, old)))
		job, errs = updateStatus(old, func(*batchv1.Job) {})
		g.Expect(errs).To(gomega.BeEmpty())
		g.Expect(text(g, job)).To(gomega.Equal(text(g, old)))
	})
}

// Updates and their checks write into nobody's memory and say the same every time.
func TestUpdateIsPureAndRepeatable(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := gomega.NewWithT(t)
		old, _ := create(drawJob(t))
		submitted := old.DeepCopy()
		mutate.Object(t, &submitted.Spec, rapid.IntRange(1, 2).Draw(t, "changes"))
		before, oldBefore := text(g, submitted), text(g, old)
		run := func() string {
			job := *submitted
			batch.Default(&job)
			batch.PrepareForUpdate(&job, old)
			return messages(batch.ValidateUpdate(&job, old)) + text(g, &job)
		}
		g.Expect(run()).To(gomega.Equal(run()))
		g.Expect(text(g, submitted)).To(gomega.Equal(before))
		g.Expect(text(g, old)).To(gomega.Equal(oldBefore))
	})
}

func TestVAL15_VAL16_Warnings(t *testing.T) {
	g := gomega.NewWithT(t)
	job := indexedJob()
	job.Name = "a.b"
	job.Spec.Completions, job.Spec.Parallelism = ptr.To[int32](100_001), ptr.To[int32](10_001)
	job.Spec.Template.Spec.NodeSelector = map[string]string{"beta.kubernetes.io/os": "linux"}
	batch.Default(job)
	g.Expect(batch.Warnings(job, nil)).To(gomega.ConsistOf(gomega.HavePrefix("metadata.name: "),
		gomega.HavePrefix("spec: In Indexed Jobs"),
		gomega.HavePrefix("spec.template.spec.nodeSelector[beta.kubernetes.io/os]: deprecated")))
	same := job.DeepCopy()
	g.Expect(batch.Warnings(same, job)).To(gomega.BeEmpty())
	same.Generation++
	g.Expect(batch.Warnings(same, job)).To(gomega.HaveLen(2), "a name that is there already is not warned about again")

	g.Expect(batch.DeleteWarnings(nil)).To(gomega.HaveLen(1))
	policy := metav1.DeletePropagationBackground
	g.Expect(batch.DeleteWarnings(&metav1.DeleteOptions{PropagationPolicy: &policy})).To(gomega.BeEmpty())
}

func TestAPI1_SelectableFields(t *testing.T) {
	g := gomega.NewWithT(t)
	job := newJob()
	job.Status.Succeeded = 3
	g.Expect(batch.SelectableFields(job)).To(gomega.BeEquivalentTo(map[string]string{
		"metadata.name": "pi", "metadata.namespace": "default", "status.successful": "3"}))
}

func TestTIME0_WholeSeconds(t *testing.T) {
	g := gomega.NewWithT(t)
	fine := metav1.Unix(1000, 500)
	job := newJob()
	job.CreationTimestamp, job.DeletionTimestamp = fine, &fine
	job.Status = batchv1.JobStatus{StartTime: &fine, CompletionTime: &fine, Conditions: []batchv1.JobCondition{
		{Type: complete, Status: corev1.ConditionTrue, LastProbeTime: fine, LastTransitionTime: fine}}}
	shared := job.Status.Conditions
	batch.TruncateTimes(job)
	whole := metav1.Unix(1000, 0)
	for _, got := range []metav1.Time{job.CreationTimestamp, *job.DeletionTimestamp, *job.Status.StartTime,
		*job.Status.CompletionTime,
		job.Status.Conditions[0].LastProbeTime, job.Status.Conditions[0].LastTransitionTime} {
		g.Expect(got.Equal(&whole)).To(gomega.BeTrue())
	}
	g.Expect(shared[0].LastProbeTime.Equal(&fine)).To(gomega.BeTrue(), "the list was somebody else's")
	g.Expect(testing.AllocsPerRun(10, func() { batch.TruncateTimes(job) })).To(gomega.BeZero())
}
