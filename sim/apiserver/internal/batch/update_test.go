package batch_test

import (
	"testing"

	"github.com/onsi/gomega"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"
)

// finished is a Job that completed a while ago.
func finished(g gomega.Gomega, job *batchv1.Job) *batchv1.Job {
	job = stored(g, job)
	start, end := metav1.Unix(1000, 0), metav1.Unix(1010, 0)
	job.Status = batchv1.JobStatus{StartTime: &start, CompletionTime: &end, Conditions: []batchv1.JobCondition{
		{Type: batchv1.JobSuccessCriteriaMet, Status: corev1.ConditionTrue},
		{Type: batchv1.JobComplete, Status: corev1.ConditionTrue},
	}}
	return job
}

func TestMUT1_MutableAtAnyTime(t *testing.T) {
	for name, change := range map[string]func(*batchv1.JobSpec){
		"parallelism":             func(s *batchv1.JobSpec) { s.Parallelism = ptr.To[int32](7) },
		"activeDeadlineSeconds":   func(s *batchv1.JobSpec) { s.ActiveDeadlineSeconds = ptr.To[int64](7) },
		"backoffLimit":            func(s *batchv1.JobSpec) { s.BackoffLimit = ptr.To[int32](0) },
		"ttlSecondsAfterFinished": func(s *batchv1.JobSpec) { s.TTLSecondsAfterFinished = ptr.To[int32](7) },
		"suspend":                 func(s *batchv1.JobSpec) { s.Suspend = ptr.To(true) },
		"maxFailedIndexes":        func(s *batchv1.JobSpec) { s.MaxFailedIndexes = nil },
		"podReplacementPolicy":    func(s *batchv1.JobSpec) { s.PodReplacementPolicy = ptr.To(batchv1.Failed) },
		"manualSelector":          func(s *batchv1.JobSpec) { s.ManualSelector = ptr.To(true) },
	} {
		t.Run("MUT-1 "+name, func(t *testing.T) {
			g := gomega.NewWithT(t)
			job := indexedJob()
			job.Spec.BackoffLimitPerIndex, job.Spec.MaxFailedIndexes = ptr.To[int32](1), ptr.To[int32](2)
			old := finished(g, job)
			updated, errs := update(old, func(job *batchv1.Job) { change(&job.Spec) })
			g.Expect(errs).To(gomega.BeEmpty())
			g.Expect(updated.Generation).To(gomega.Equal(old.Generation+1), "MUT-4")
		})
	}
}

func TestMUT2_Immutable(t *testing.T) {
	for _, row := range []struct {
		name   string
		change func(*batchv1.JobSpec)
		want   []string
	}{
		{"selector", func(s *batchv1.JobSpec) { s.Selector.MatchLabels = map[string]string{"job-name": "pi"} },
			[]string{"Invalid value spec.selector"}},
		{"completionMode", func(s *batchv1.JobSpec) { s.CompletionMode = ptr.To(batchv1.NonIndexedCompletion) },
			[]string{"Invalid value spec.completionMode", "Invalid value spec.backoffLimitPerIndex",
				"Invalid value spec.successPolicy"}},
		{"podFailurePolicy", func(s *batchv1.JobSpec) {
			s.PodFailurePolicy, s.PodReplacementPolicy = &batchv1.PodFailurePolicy{}, ptr.To(batchv1.Failed)
		}, []string{"Invalid value spec.podFailurePolicy"}},
		{"successPolicy", func(s *batchv1.JobSpec) { s.SuccessPolicy = nil },
			[]string{"Invalid value spec.successPolicy"}},
		{"backoffLimitPerIndex", func(s *batchv1.JobSpec) { s.BackoffLimitPerIndex = ptr.To[int32](2) },
			[]string{"Invalid value spec.backoffLimitPerIndex"}},
		{"managedBy", func(s *batchv1.JobSpec) { s.ManagedBy = ptr.To("a.io/b") },
			[]string{"Invalid value spec.managedBy"}},
		{"template", func(s *batchv1.JobSpec) { s.Template.Spec.Containers[0].Image = "other" },
			[]string{"Invalid value spec.template"}},
		{"template labels", func(s *batchv1.JobSpec) { s.Template.Labels["a"] = "b" },
			[]string{"Invalid value spec.template"}},
	} {
		t.Run("MUT-2 "+row.name, func(t *testing.T) {
			g := gomega.NewWithT(t)
			job := indexedJob()
			job.Spec.BackoffLimitPerIndex = ptr.To[int32](1)
			job.Spec.SuccessPolicy = &batchv1.SuccessPolicy{Rules: []batchv1.SuccessPolicyRule{{SucceededCount: ptr.To[int32](1)}}}
			_, errs := update(stored(g, job), func(job *batchv1.Job) { row.change(&job.Spec) })
			g.Expect(listed(errs)).To(gomega.ConsistOf(row.want), "%s", messages(errs))
		})
	}
}

func TestMUT3_Completions(t *testing.T) {
	for _, row := range []struct {
		name                     string
		completions, parallelism int32
		newCompletions, newPods  int32
		accepted                 bool
	}{
		{"old values were not equal", 1, 2, 3, 3, true},
		{"new values are not equal", 2, 2, 3, 2, false},
		{"completions stay", 2, 2, 2, 1, true},
		{"down", 4, 4, 2, 2, true},
	} {
		t.Run("MUT-3 "+row.name, func(t *testing.T) {
			g := gomega.NewWithT(t)
			job := indexedJob()
			job.Spec.Completions, job.Spec.Parallelism = &row.completions, &row.parallelism
			_, errs := update(stored(g, job), func(job *batchv1.Job) {
				job.Spec.Completions, job.Spec.Parallelism = &row.newCompletions, &row.newPods
			})
			g.Expect(len(errs) == 0).To(gomega.Equal(row.accepted), "%s", messages(errs))
		})
	}
	t.Run("MUT-2 not Indexed", func(t *testing.T) {
		g := gomega.NewWithT(t)
		old := stored(g, newJob())
		_, errs := update(old, func(job *batchv1.Job) {
			job.Spec.Completions, job.Spec.Parallelism = ptr.To[int32](2), ptr.To[int32](2)
		})
		g.Expect(listed(errs)).To(gomega.ConsistOf("Invalid value spec.completions"))
		_, errs = update(old, func(job *batchv1.Job) { job.Spec.Completions = nil })
		g.Expect(listed(errs)).To(gomega.ConsistOf("Invalid value spec.completions"))
	})
	t.Run("VAL-6 the name of the last pod", func(t *testing.T) {
		g := gomega.NewWithT(t)
		job := indexedJob()
		job.Name = "a-name-of-sixty-one-characters-which-is-long-enough-for-tests"
		_, errs := update(stored(g, job), func(job *batchv1.Job) {
			job.Spec.Completions, job.Spec.Parallelism = ptr.To[int32](11), ptr.To[int32](11)
		})
		g.Expect(listed(errs)).To(gomega.ConsistOf("Invalid value metadata.name"))
	})
	t.Run("MUT-5 a finished Job", func(t *testing.T) {
		g := gomega.NewWithT(t)
		_, errs := update(finished(g, indexedJob()), func(job *batchv1.Job) {
			job.Spec.Completions, job.Spec.Parallelism = ptr.To[int32](9), ptr.To[int32](9)
		})
		g.Expect(errs).To(gomega.BeEmpty())
	})
}

func TestMUT4_Generation(t *testing.T) {
	g := gomega.NewWithT(t)
	old := stored(g, newJob())
	job, errs := update(old, func(job *batchv1.Job) {
		job.Labels, job.Annotations = map[string]string{"a": "b"}, map[string]string{"c": "d"}
		job.Generation, job.UID, job.CreationTimestamp = 99, "", metav1.Unix(1, 0)
		job.Spec.Scheduling = &batchv1.JobSchedulingConfiguration{}
	})
	g.Expect(errs).To(gomega.BeEmpty())
	g.Expect(job.Generation).To(gomega.Equal(old.Generation), "labels and what is ignored do not count")
	g.Expect(job.UID).To(gomega.Equal(old.UID))
}

func TestUpdateOfMetadata(t *testing.T) {
	g := gomega.NewWithT(t)
	old := stored(g, newJob())
	deleted := metav1.Unix(5, 0)
	old.DeletionTimestamp, old.DeletionGracePeriodSeconds = &deleted, ptr.To[int64](0)
	_, errs := update(old, func(job *batchv1.Job) {
		job.Name, job.ResourceVersion, job.DeletionTimestamp, job.DeletionGracePeriodSeconds = "other", "", nil, nil
		job.Finalizers = []string{"a.io/b", "c"}
	})
	g.Expect(listed(errs)).To(gomega.ConsistOf("Invalid value metadata.name", "Invalid value metadata.resourceVersion",
		"Forbidden metadata.finalizers", "Invalid value metadata.finalizers[1]"), "%s", messages(errs))
}

// suspendedJob is what MSD speaks of: suspended, with or without ever having run.
func suspendedJob(g gomega.Gomega, status batchv1.JobStatus) *batchv1.Job {
	job := newJob()
	job.Spec.Suspend = ptr.To(true)
	job.Spec.Template.Spec.InitContainers = []corev1.Container{{Name: "init", Image: "i"}}
	job.Spec.Template.Spec.Affinity = &corev1.Affinity{PodAntiAffinity: &corev1.PodAntiAffinity{}}
	job = stored(g, job)
	job.Status = status
	return job
}

func TestMSD1_WhenTheTemplateMayChange(t *testing.T) {
	started := metav1.Unix(1000, 0)
	suspended := []batchv1.JobCondition{{Type: batchv1.JobSuspended, Status: corev1.ConditionTrue}}
	for _, row := range []struct {
		name     string
		suspend  bool
		status   batchv1.JobStatus
		accepted bool
	}{
		{"never started", true, batchv1.JobStatus{}, true},
		{"never started, yet with pods", true, batchv1.JobStatus{Active: 1}, false},
		{"started", true, batchv1.JobStatus{StartTime: &started}, false},
		{"started and suspended", true, batchv1.JobStatus{StartTime: &started, Conditions: suspended}, true},
		{"started and suspended, yet with pods", true,
			batchv1.JobStatus{StartTime: &started, Conditions: suspended, Active: 1}, false},
		{"not suspended", false, batchv1.JobStatus{}, false},
	} {
		t.Run("MSD-1 "+row.name, func(t *testing.T) {
			g := gomega.NewWithT(t)
			old := suspendedJob(g, row.status)
			old.Spec.Suspend = &row.suspend
			_, errs := update(old, func(job *batchv1.Job) { job.Spec.Template.Spec.NodeSelector = map[string]string{"a": "b"} })
			g.Expect(len(errs) == 0).To(gomega.Equal(row.accepted), "%s", messages(errs))
		})
	}
}

func TestMSD_WhatMayChange(t *testing.T) {
	for _, row := range []struct {
		name     string
		change   func(*corev1.PodTemplateSpec)
		accepted bool
	}{
		{"MSD-1 tolerations", func(s *corev1.PodTemplateSpec) {
			s.Spec.Tolerations = []corev1.Toleration{{Key: "a", Operator: "Exists"}}
		}, true},
		{"MSD-1 scheduling gates", func(s *corev1.PodTemplateSpec) { s.Spec.SchedulingGates = []corev1.PodSchedulingGate{{Name: "a"}} }, true},
		{"MSD-1 labels", func(s *corev1.PodTemplateSpec) { s.Labels["a"] = "b" }, true},
		{"MSD-1 annotations", func(s *corev1.PodTemplateSpec) { s.Annotations = map[string]string{"a": "b"} }, true},
		{"MSD-1 node affinity", func(s *corev1.PodTemplateSpec) { s.Spec.Affinity.NodeAffinity = &corev1.NodeAffinity{} }, true},
		{"MSD-1 pod affinity", func(s *corev1.PodTemplateSpec) { s.Spec.Affinity.PodAffinity = &corev1.PodAffinity{} }, false},
		{"MSD-1 affinity as a whole", func(s *corev1.PodTemplateSpec) { s.Spec.Affinity = nil }, false},
		{"MSD-2 resources", func(s *corev1.PodTemplateSpec) {
			list := corev1.ResourceList{"cpu": resource.MustParse("1")}
			s.Spec.Containers[0].Resources.Limits, s.Spec.InitContainers[0].Resources.Limits = list, list
		}, true},
		{"MSD-2 image", func(s *corev1.PodTemplateSpec) { s.Spec.Containers[0].Image = "other" }, false},
		{"MSD-2 name", func(s *corev1.PodTemplateSpec) { s.Spec.Containers[0].Name = "other" }, false},
		{"MSD-2 number of containers", func(s *corev1.PodTemplateSpec) { s.Spec.InitContainers = nil }, false},
		{"MSD-5 finalizers", func(s *corev1.PodTemplateSpec) { s.Finalizers = []string{"a.io/b"} }, true},
	} {
		t.Run(row.name, func(t *testing.T) {
			g := gomega.NewWithT(t)
			_, errs := update(suspendedJob(g, batchv1.JobStatus{}),
				func(job *batchv1.Job) { row.change(&job.Spec.Template) })
			if row.accepted {
				g.Expect(errs).To(gomega.BeEmpty())
			} else {
				g.Expect(listed(errs)).To(gomega.ConsistOf("Invalid value spec.template.spec"), "%s", messages(errs))
			}
		})
	}
}

func TestMSD3_EditAndResumeAtOnce(t *testing.T) {
	g := gomega.NewWithT(t)
	edit := func(job *batchv1.Job) {
		job.Spec.Template.Spec.NodeSelector = map[string]string{"a": job.ResourceVersion}
	}
	resumed, errs := update(suspendedJob(g, batchv1.JobStatus{}), func(job *batchv1.Job) {
		edit(job)
		job.Spec.Suspend = ptr.To(false)
	})
	g.Expect(errs).To(gomega.BeEmpty())
	resumed.ResourceVersion = "2"
	_, errs = update(resumed, edit)
	g.Expect(listed(errs)).To(gomega.ConsistOf("Invalid value spec.template"))
}

// A node affinity that was all there was can be taken away, and one can be added where there was none.
func TestMSD1_AffinityComesAndGoes(t *testing.T) {
	g := gomega.NewWithT(t)
	old := suspendedJob(g, batchv1.JobStatus{})
	old.Spec.Template.Spec.Affinity = nil
	added, errs := update(old, func(job *batchv1.Job) {
		job.Spec.Template.Spec.Affinity = &corev1.Affinity{NodeAffinity: &corev1.NodeAffinity{}}
	})
	g.Expect(errs).To(gomega.BeEmpty())
	_, errs = update(added, func(job *batchv1.Job) { job.Spec.Template.Spec.Affinity = nil })
	g.Expect(errs).To(gomega.BeEmpty())
}
