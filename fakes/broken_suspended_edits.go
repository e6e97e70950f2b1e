package fakes

import (
	"context"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
)

// brokenSuspendedEdits mistake what becomes of a template that is edited while the Job is suspended.
var brokenSuspendedEdits = []Broken{
	{
		Name:    "suspended-template-kept",
		Mistake: "It resumes a Job with the template that it had when it was suspended.",
		Clauses: []string{"MSD-4"},
		Break: func(d *Decisions) {
			beforeStep(d, "manage", func(_ context.Context, s *jobSync) {
				if everSuspended(s) {
					s.job.Spec.Template = latch(s, "suspended template", s.job.Spec.Template)
				}
			})
		},
	},
	{
		Name:    "edited-labels-dropped",
		Mistake: "It gives pods the edited spec of the template, and the labels and annotations that it had at first.",
		Clauses: []string{"MSD-4"},
		Break: func(d *Decisions) {
			beforeStep(d, "manage", func(_ context.Context, s *jobSync) {
				s.job.Spec.Template.ObjectMeta = latch(s, "metadata", s.job.Spec.Template.ObjectMeta)
			})
		},
	},
	{
		Name:    "edited-template-merged",
		Mistake: "It adds an edited node selector to the one that pods were made with before, instead of replacing it.",
		Clauses: []string{"MSD-4"},
		Break: func(d *Decisions) {
			beforeStep(d, "manage", func(_ context.Context, s *jobSync) {
				template := s.job.Spec.Template.DeepCopy()
				for key, value := range latch(s, "node selector", template.Spec.NodeSelector) {
					if _, edited := template.Spec.NodeSelector[key]; !edited {
						if template.Spec.NodeSelector == nil {
							template.Spec.NodeSelector = map[string]string{}
						}
						template.Spec.NodeSelector[key] = value
					}
				}
				s.job.Spec.Template = *template
			})
		},
	},
	{
		Name:    "edit-with-resume-missed",
		Mistake: "It resumes a Job with the template that it saw last while the Job was suspended.",
		Clauses: []string{"MSD-3", "MSD-4"},
		Break: func(d *Decisions) {
			beforeStep(d, "manage", func(_ context.Context, s *jobSync) {
				key := string(s.job.UID) + "/last suspended template"
				if s.suspended {
					s.r.notes[key] = s.job.Spec.Template
				} else if last, ok := s.r.notes[key].(corev1.PodTemplateSpec); ok {
					s.job.Spec.Template = last
				}
			})
		},
	},
	{
		Name:    "edited-resources-dropped",
		Mistake: "It gives containers the resources that the template had at first, whatever was edited.",
		Clauses: []string{"MSD-2", "MSD-4"},
		Break: func(d *Decisions) {
			beforeStep(d, "manage", func(_ context.Context, s *jobSync) {
				template := s.job.Spec.Template.DeepCopy()
				first := latch(s, "containers", template.Spec.Containers)
				for i := range template.Spec.Containers {
					template.Spec.Containers[i].Resources = first[i].Resources
				}
				s.job.Spec.Template = *template
			})
		},
	},
	{
		Name:    "suspended-job-starts-when-edited",
		Mistake: "It takes every edit of a suspended Job for a resume.",
		Clauses: []string{"MSD-4", "SUS-1"},
		Break: func(d *Decisions) {
			d.IsSuspended = func(job *batchv1.Job) bool { return isSuspended(job) && job.Generation < 2 }
		},
	},
	{
		Name:    "suspended-active-kept",
		Mistake: "It does not write again what status.active has become once it has suspended a Job.",
		Clauses: []string{"MSD-1"},
		Break: func(d *Decisions) {
			beforeWrite(d, func(s *jobSync) {
				if s.suspended && s.verdict == nil {
					s.job.Status.Active = latch(s, "active before", s.job.Status.Active+s.counts.Terminating)
				}
			})
		},
	},
	{
		Name:    "suspended-before-pods-stop",
		Mistake: "It says that a Job is suspended and without active pods, and then deletes them in its own time.",
		Clauses: []string{"MSD-1", "SUS-2"},
		Break: func(d *Decisions) {
			aroundStep(d, "manage", func(ctx context.Context, s *jobSync, step doing) error {
				if s.suspended && s.verdict == nil && conditionTrue(&s.job.Status, batchv1.JobSuspended) == nil {
					s.active = nil
					s.r.wakeAt(s.req, s.d.Limits.Batch)
				}
				return step(ctx, s)
			})
			beforeWrite(d, func(s *jobSync) {
				if s.suspended && s.verdict == nil {
					s.job.Status.Active, s.job.Status.Ready = 0, new(int32(0))
				}
			})
		},
	},
}

// everSuspended tells whether the controller has acted on a suspension of the Job, or is about to.
func everSuspended(s *jobSync) bool { return s.suspended || lastSuspended(&s.job.Status) != nil }
