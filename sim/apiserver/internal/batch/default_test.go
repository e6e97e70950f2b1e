package batch_test

import (
	"math"
	"testing"

	"github.com/onsi/gomega"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/utils/ptr"

	"github.com/jobsim/jobsim/sim/apiserver/internal/batch"
)

func TestDefaults(t *testing.T) {
	counts := func(completions, parallelism *int32) func(*gomega.WithT, *batchv1.Job) {
		return func(g *gomega.WithT, job *batchv1.Job) {
			g.Expect(job.Spec.Completions).To(gomega.Equal(completions))
			g.Expect(job.Spec.Parallelism).To(gomega.Equal(parallelism))
		}
	}
	for _, row := range []struct {
		name   string
		change func(*batchv1.JobSpec)
		check  func(*gomega.WithT, *batchv1.Job)
	}{
		{"DEF-1 one completion at a time", func(*batchv1.JobSpec) {}, counts(ptr.To[int32](1), ptr.To[int32](1))},
		{"DEF-2 completions alone", func(s *batchv1.JobSpec) { s.Completions = ptr.To[int32](5) },
			counts(ptr.To[int32](5), ptr.To[int32](1))},
		{"DEF-3 parallelism alone makes a work queue", func(s *batchv1.JobSpec) { s.Parallelism = ptr.To[int32](0) },
			counts(nil, ptr.To[int32](0))},
		{"DEF-4 backoffLimit", func(*batchv1.JobSpec) {}, func(g *gomega.WithT, job *batchv1.Job) {
			g.Expect(job.Spec.BackoffLimit).To(gomega.HaveValue(gomega.BeEquivalentTo(6)))
		}},
		{"DEF-4 backoffLimit beside per-index limits",
			func(s *batchv1.JobSpec) { s.BackoffLimitPerIndex = ptr.To[int32](1) },
			func(g *gomega.WithT, job *batchv1.Job) {
				g.Expect(job.Spec.BackoffLimit).To(gomega.HaveValue(gomega.BeEquivalentTo(math.MaxInt32)))
			}},
		{"DEF-5, DEF-6, DEF-8", func(*batchv1.JobSpec) {}, func(g *gomega.WithT, job *batchv1.Job) {
			g.Expect(job.Spec.CompletionMode).To(gomega.HaveValue(gomega.Equal(batchv1.NonIndexedCompletion)))
			g.Expect(job.Spec.Suspend).To(gomega.HaveValue(gomega.BeFalse()))
			g.Expect(job.Spec.ManualSelector).To(gomega.HaveValue(gomega.BeFalse()))
		}},
		{"DEF-7 replacement policy", func(*batchv1.JobSpec) {}, func(g *gomega.WithT, job *batchv1.Job) {
			g.Expect(job.Spec.PodReplacementPolicy).To(gomega.HaveValue(gomega.Equal(batchv1.TerminatingOrFailed)))
		}},
		{"DEF-7 replacement policy beside an empty failure policy", func(s *batchv1.JobSpec) {
			s.PodFailurePolicy = &batchv1.PodFailurePolicy{}
		}, func(g *gomega.WithT, job *batchv1.Job) {
			g.Expect(job.Spec.PodReplacementPolicy).To(gomega.HaveValue(gomega.Equal(batchv1.Failed)))
		}},
		{"DEF-11 status of a condition pattern", func(s *batchv1.JobSpec) {
			s.PodFailurePolicy = &batchv1.PodFailurePolicy{Rules: []batchv1.PodFailurePolicyRule{{
				OnPodConditions: []batchv1.PodFailurePolicyOnPodConditionsPattern{{Type: "A"},
					{Type: "B", Status: "False"}},
			}}}
		}, func(g *gomega.WithT, job *batchv1.Job) {
			patterns := job.Spec.PodFailurePolicy.Rules[0].OnPodConditions
			g.Expect(patterns[0].Status).To(gomega.Equal(corev1.ConditionTrue))
			g.Expect(patterns[1].Status).To(gomega.Equal(corev1.ConditionFalse))
		}},
		{"DEF-13 what has no default", func(*batchv1.JobSpec) {}, func(g *gomega.WithT, job *batchv1.Job) {
			s := job.Spec
			for _, absent := range []any{s.ActiveDeadlineSeconds, s.TTLSecondsAfterFinished, s.BackoffLimitPerIndex,
				s.MaxFailedIndexes, s.PodFailurePolicy, s.SuccessPolicy, s.ManagedBy, s.Scheduling} {
				g.Expect(absent).To(gomega.BeNil())
			}
		}},
		{"the pod template", func(*batchv1.JobSpec) {}, func(g *gomega.WithT, job *batchv1.Job) {
			s := job.Spec.Template.Spec
			g.Expect(s.TerminationGracePeriodSeconds).To(gomega.HaveValue(gomega.BeEquivalentTo(30)))
			g.Expect(s.Containers[0].ImagePullPolicy).To(gomega.Equal(corev1.PullAlways))
			g.Expect(s.Tolerations).To(gomega.BeEmpty(), "admission is for pods, not for templates")
		}},
	} {
		t.Run(row.name, func(t *testing.T) {
			job := newJob()
			row.change(&job.Spec)
			batch.Default(job)
			row.check(gomega.NewWithT(t), job)
		})
	}
}

func TestDEF9_LabelsOfTheTemplate(t *testing.T) {
	g := gomega.NewWithT(t)
	bare := stored(g, newJob())
	g.Expect(bare.Labels).To(gomega.Equal(bare.Spec.Template.Labels),
		"no labels at all: the generated ones are read back")
	g.Expect(bare.Labels).To(gomega.HaveLen(4))

	labelled := newJob()
	labelled.Spec.Template.Labels = map[string]string{"app": "a"}
	labelled = stored(g, labelled)
	g.Expect(labelled.Labels).To(gomega.HaveLen(5))

	own := newJob()
	own.Labels = map[string]string{"app": "a"}
	own.Spec.Template.Labels = map[string]string{"app": "a"}
	g.Expect(stored(g, own).Labels).To(gomega.Equal(map[string]string{"app": "a"}),
		"labels of its own stay as they are")
}

func TestDEF10_GeneratedSelector(t *testing.T) {
	g := gomega.NewWithT(t)
	job := newJob()
	submitted := map[string]string{"app": "a"}
	job.Spec.Template.Labels = submitted
	job = stored(g, job)
	g.Expect(job.Spec.Template.Labels).To(gomega.Equal(map[string]string{
		"app": "a", "job-name": "pi", "controller-uid": "uid-1",
		"batch.kubernetes.io/job-name": "pi", "batch.kubernetes.io/controller-uid": "uid-1",
	}))
	g.Expect(job.Spec.Selector.MatchLabels).To(gomega.Equal(map[string]string{"batch.kubernetes.io/controller-uid": "uid-1"}))
	g.Expect(submitted).To(gomega.HaveLen(1), "the submitted map is somebody else's")
}

func TestDEF12_StatusOnCreate(t *testing.T) {
	g := gomega.NewWithT(t)
	job := newJob()
	job.Status.Succeeded, job.Generation = 7, 5
	job.Spec.Scheduling = &batchv1.JobSchedulingConfiguration{}
	job = stored(g, job)
	g.Expect(job.Status).To(gomega.Equal(batchv1.JobStatus{}))
	g.Expect(job.Generation).To(gomega.BeEquivalentTo(1))
	g.Expect(job.Spec.Scheduling).To(gomega.BeNil(), "WorkloadWithJob is off")
}

func TestDEF12_WhatEachUpdateIgnores(t *testing.T) {
	g := gomega.NewWithT(t)
	old := stored(g, newJob())
	job, errs := update(old, func(job *batchv1.Job) { job.Status.Succeeded = 7 })
	g.Expect(errs).To(gomega.BeEmpty())
	g.Expect(job.Status).To(gomega.Equal(old.Status))
	job, errs = updateStatus(old, func(job *batchv1.Job) {
		job.Spec.Parallelism, job.Status.Active = ptr.To[int32](9), 1
		job.Annotations = map[string]string{"a": "b"}
	})
	g.Expect(errs).To(gomega.BeEmpty())
	g.Expect(job.Spec).To(gomega.Equal(old.Spec))
	g.Expect(job.Status.Active).To(gomega.BeEquivalentTo(1))
	g.Expect(job.Annotations).To(gomega.HaveKey("a"), "metadata does change with status")
}
