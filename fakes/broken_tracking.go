package fakes

import (
	"context"
	"slices"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"
)

// brokenTracking lose pods, or count them twice, because finalizer, list and counter change in the wrong order.
var brokenTracking = []Broken{
	{
		Name:    "freed-before-listed",
		Mistake: "It removes the finalizers before it stores the UIDs, so that a crash in between loses the count.",
		Clauses: []string{"TRK-1", "SYNC-4", "CTRL-1"},
		Break: func(d *Decisions) {
			i := slices.IndexFunc(d.Steps, func(s Step) bool { return s.Name == "list" })
			d.Steps[i], d.Steps[i+1] = d.Steps[i+1], d.Steps[i]
		},
	},
	{
		Name:    "counted-before-freed",
		Mistake: "It counts pods before their finalizers are removed, so that a crash in between counts them twice.",
		Clauses: []string{"TRK-1", "COMP-12", "CTRL-1"},
		Break: func(d *Decisions) {
			beforeStep(d, "list", func(_ context.Context, s *jobSync) {
				clear(s.held)
				s.countFreed()
			})
		},
	},
	{
		Name:    "listed-pods-counted-again",
		Mistake: "It counts pods that are listed in uncountedTerminatedPods once more when it looks at the pods.",
		Clauses: []string{"COMP-1", "BL-1", "COMP-12"},
		Break: func(d *Decisions) {
			afterStep(d, "observe", func(_ context.Context, s *jobSync) {
				for i := range s.pods {
					if _, listed := s.listed[s.pods[i].UID]; !listed || !s.pods[i].tracked {
						continue
					}
					if s.d.IsSucceeded(s.pods[i].Pod) {
						s.counts.Succeeded++
					} else {
						s.counts.Failed++
					}
				}
			})
		},
	},
	{
		Name:    "running-pods-freed",
		Mistake: "It takes the finalizer from pods that still run.",
		Clauses: []string{"TRK-3", "COMP-13", "EXT-3"},
		Break: func(d *Decisions) {
			d.MayRelease = func(*batchv1.Job, Tally, *Verdict) bool { return true }
		},
	},
	{
		Name:    "uncounted-unbounded",
		Mistake: "It accounts any number of pods in one sync, so that the status can grow without bound.",
		Clauses: []string{"TRK-4", "STAT-6"},
		Break:   func(d *Decisions) { d.Limits.Uncounted = 1 << 30 },
	},
	{
		Name:    "failed-patch-counted",
		Mistake: "It counts a pod whose finalizer could not be removed, and counts it again after the next attempt.",
		Clauses: []string{"TRK-5", "COMP-12"},
		Bug:     "kubernetes/kubernetes#104666",
		Break: func(d *Decisions) {
			aroundStep(d, "free", func(ctx context.Context, s *jobSync, _ doing) error {
				for _, pod := range s.release {
					if dropFinalizer(ctx, s, pod) == nil {
						s.mem.released[pod.UID] = struct{}{}
					}
					delete(s.held, pod.UID)
				}
				return nil
			})
		},
	},
	{
		Name:    "failed-patch-not-retried",
		Mistake: "It does not try again when a finalizer could not be removed.",
		Clauses: []string{"TRK-5", "FIN-16"},
		Break: func(d *Decisions) {
			aroundStep(d, "free", func(ctx context.Context, s *jobSync, _ doing) error {
				for _, pod := range s.release {
					s.mem.released[pod.UID] = struct{}{}
					_ = dropFinalizer(ctx, s, pod)
					delete(s.held, pod.UID)
				}
				return nil
			})
		},
	},
	{
		Name:    "one-failed-patch-stops-accounting",
		Mistake: "It frees no further pods after one whose finalizer could not be removed, even if that pod is gone.",
		Clauses: []string{"TRK-5"},
		Break: func(d *Decisions) {
			aroundStep(d, "free", func(ctx context.Context, s *jobSync, _ doing) error {
				for _, pod := range s.release {
					if err := dropFinalizer(ctx, s, pod); err != nil {
						return err
					}
					s.mem.released[pod.UID] = struct{}{}
					delete(s.held, pod.UID)
				}
				return nil
			})
		},
	},
	{
		Name:    "freed-although-list-failed",
		Mistake: "It removes finalizers although the UIDs could not be stored.",
		Clauses: []string{"TRK-6", "TRK-1"},
		Break: func(d *Decisions) {
			aroundStep(d, "list", func(ctx context.Context, s *jobSync, step doing) error {
				listed := s.job.DeepCopy()
				if err := step(ctx, s); err != nil {
					s.job, s.dirty = listed, true
				}
				return nil
			})
		},
	},
	{
		Name:    "finished-pods-counted-by-listing",
		Mistake: "It counts every finished pod that it has not counted itself, whether or not it carries the finalizer.",
		Clauses: []string{"TRK-7", "COMP-12", "CTRL-1"},
		Break: func(d *Decisions) {
			beforeStep(d, "observe", func(ctx context.Context, s *jobSync) {
				for _, pod := range everyPod(ctx, s) {
					if _, counted := s.r.notes[string(pod.UID)]; !counted && isTerminal(pod) && !s.d.carriesFinalizer(pod) {
						s.pods = append(slices.DeleteFunc(s.pods, func(own ownedPod) bool { return own.UID == pod.UID }),
							ownedPod{Pod: pod, tracked: true})
					}
				}
			})
			afterStep(d, "account", func(_ context.Context, s *jobSync) {
				for _, pod := range s.release {
					s.r.notes[string(pod.UID)] = true
				}
			})
		},
	},
	{
		Name:    "changed-phase-listed-twice",
		Mistake: "It lists a pod once for each phase that it has been seen in.",
		Clauses: []string{"STV-2", "TRK-8", "STAT-6"},
		Bug:     "kubernetes/kubernetes#125410",
		Break: func(d *Decisions) {
			afterStep(d, "account", func(_ context.Context, s *jobSync) {
				u := s.uncounted()
				for _, pod := range s.release {
					if isSucceeded(pod) && hasUID(u.Failed, pod) {
						u.Succeeded, s.dirty = append(u.Succeeded, pod.UID), true
					}
				}
			})
		},
	},
	{
		Name:    "changed-phase-moves-pod",
		Mistake: "It moves a pod that is listed as failed to the successes when its phase says so later.",
		Clauses: []string{"TRK-8"},
		Break: func(d *Decisions) {
			afterStep(d, "account", func(_ context.Context, s *jobSync) {
				u := s.uncounted()
				for _, pod := range s.release {
					if isSucceeded(pod) && hasUID(u.Failed, pod) {
						u.Failed = slices.DeleteFunc(u.Failed, func(uid types.UID) bool { return uid == pod.UID })
						u.Succeeded, s.dirty = append(u.Succeeded, pod.UID), true
					}
				}
			})
		},
	},
	{
		Name:    "stale-finalizers-counted-again",
		Mistake: "It counts a pod again whose cached copy still shows the finalizer that it has removed.",
		Clauses: []string{"TRK-10", "COMP-12"},
		Break: func(d *Decisions) {
			trustStaleCaches(d)
			d.IsTracked = func(d *Decisions, pod *corev1.Pod, _ bool) bool { return d.carriesFinalizer(pod) }
		},
	},
}
