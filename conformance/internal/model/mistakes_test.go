package model_test

import (
	"testing"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"

	"github.com/jobsim/jobsim/conformance/internal/generate"
	"github.com/jobsim/jobsim/conformance/internal/model"
	"github.com/jobsim/jobsim/fakes"
	"github.com/jobsim/jobsim/sim"
	"github.com/jobsim/jobsim/sim/event"
)

// mistakes are wrong decisions in what the model is about.
var mistakes = map[string]func(*fakes.Decisions){
	"fails when the limit is reached": func(d *fakes.Decisions) {
		d.FailuresExceeded = func(job *batchv1.Job, failed int32) bool { return failed > 0 && failed >= *job.Spec.BackoffLimit }
	},
	"does not count restarts": func(d *fakes.Decisions) {
		d.RestartsExceeded = func(*batchv1.Job, int32) bool { return false }
	},
	"allows one failure more": func(d *fakes.Decisions) {
		d.FailuresExceeded = func(job *batchv1.Job, failed int32) bool { return failed > *job.Spec.BackoffLimit+1 }
	},
	"restarts must exceed the limit": func(d *fakes.Decisions) {
		d.RestartsExceeded = func(job *batchv1.Job, restarts int32) bool {
			return job.Spec.Template.Spec.RestartPolicy == corev1.RestartPolicyOnFailure && restarts > *job.Spec.BackoffLimit
		}
	},
	"takes deadline 0 for none": func(d *fakes.Decisions) {
		left := d.DeadlineLeft
		d.DeadlineLeft = func(job *batchv1.Job, suspended bool, now time.Time) (time.Duration, bool) {
			d, running := left(job, suspended, now)
			return d, running && *job.Spec.ActiveDeadlineSeconds > 0
		}
	},
	"completes at the first success": func(d *fakes.Decisions) {
		d.Completed = func(_ *batchv1.Job, c fakes.Counts) bool { return c.Succeeded > 0 && c.Active == 0 }
	},
	"completes with pods left": func(d *fakes.Decisions) {
		d.Completed = func(job *batchv1.Job, c fakes.Counts) bool {
			if job.Spec.Completions == nil {
				return c.Succeeded > 0
			}
			return c.Succeeded >= *job.Spec.Completions
		}
	},
	"runs a work queue like a fixed number": func(d *fakes.Decisions) {
		wanted := d.PodsWanted
		d.PodsWanted = func(job *batchv1.Job, c fakes.Counts) int32 {
			if job.Spec.Completions == nil {
				return *job.Spec.Parallelism
			}
			return wanted(job, c)
		}
	},
	"forgets the pods that it kills": func(d *fakes.Decisions) {
		as := d.CountAs
		d.CountAs = func(d *fakes.Decisions, job *batchv1.Job, pod *corev1.Pod, _ *fakes.Verdict) fakes.Tally {
			return as(d, job, pod, nil)
		}
		d.IsFailed = func(_ *batchv1.Job, pod *corev1.Pod) bool { return pod.Status.Phase == corev1.PodFailed }
	},
	"creates parallelism pods to the end": func(d *fakes.Decisions) {
		d.PodsWanted = func(job *batchv1.Job, _ fakes.Counts) int32 { return *job.Spec.Parallelism }
	},
}

// TestMistakesDoNotComeTrue shows that the predictions are worth something: an implementation that is wrong in one
// point is soon caught.
func TestMistakesDoNotComeTrue(t *testing.T) {
	for name, mistake := range mistakes {
		t.Run(name, func(t *testing.T) {
			d := fakes.Reference()
			mistake(&d)
			wrong := fakes.Implementation("wrong", d)
			for seed := range uint64(600) {
				s := generate.Scenario(event.NewSeeded(seed), generate.Options{Only: generate.Plain})
				p, ok := model.Predict(s, reaction)
				if !ok {
					continue
				}
				r, err := sim.Run(s, wrong, sim.WithLimits(sim.Limits{Events: 20_000}))
				if err != nil {
					t.Fatal(err)
				}
				if seen := outcome(r, true); !p.Allows(seen) {
					t.Logf("seed %d: predicted %v; seen %v", seed, p, seen)
					return
				}
			}
			t.Error("expected a case that does not end as predicted")
		})
	}
}
