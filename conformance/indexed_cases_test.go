package conformance

import (
	"testing"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/jobsim/jobsim/conformance/internal/generate"
	"github.com/jobsim/jobsim/fakes"
	"github.com/jobsim/jobsim/sim"
	"github.com/jobsim/jobsim/sim/event"
)

// indexedCase is a generated scenario of which the Jobs are Indexed, some with limits of their own for each index, and
// some of another size after a while.
func indexedCase(seed uint64) (*sim.Scenario, []sim.Option) {
	c := event.NewSeeded(seed)
	s := generate.Scenario(c, generate.Options{})
	change := func(job *batchv1.Job) {
		if job == nil || job.Spec.Completions == nil || job.Spec.CompletionMode != nil || c.Choose("NonIndexed", 8) == 0 {
			return
		}
		job.Spec.CompletionMode = new(batchv1.IndexedCompletion)
		if job.Spec.Template.Spec.RestartPolicy != corev1.RestartPolicyNever || c.Choose("perIndex", 2) == 0 {
			return
		}
		job.Spec.BackoffLimitPerIndex = new(int32(c.Choose("limit", 3)))
		if c.Choose("maxFailed", 2) == 0 {
			job.Spec.MaxFailedIndexes = new(int32(c.Choose("most", 1+int(*job.Spec.Completions))))
		}
	}
	for _, job := range s.Jobs {
		change(job)
	}
	for i := range s.Actions {
		change(s.Actions[i].Create)
		if scale := s.Actions[i].Scale; scale != nil && indexed(s.Jobs[0]) && c.Choose("elastic", 2) == 0 {
			s.Actions[i].Scale = &sim.Scale{Parallelism: scale.Parallelism, Completions: scale.Parallelism}
		}
		if pod := s.Actions[i].Pod; pod != nil && c.Choose("annotation", 4) == 0 {
			index := []string{"0", "1", "2", "7", "none"}[c.Choose("index", 5)]
			s.Actions[i].Pod = &sim.PodAction{Pod: pod.Pod, Patch: &sim.Patch{Type: types.MergePatchType,
				Data: []byte(`{"metadata":{"annotations":{"batch.kubernetes.io/job-completion-index":"` + index + `"}}}`)}}
		}
	}
	how := []sim.Option{sim.WithLimits(runLimits())}
	if c.Choose("how", 3) > 0 {
		how = append(how, sim.WithSeed(seed))
	}
	return s, how
}

// TestReferenceKeepsEverythingWithIndexedJobs has the reference run what random Indexed Jobs meet.
func TestReferenceKeepsEverythingWithIndexedJobs(t *testing.T) {
	claims := DefaultClaims()
	x := newExaminer(Requirements(), &claims)
	exercised := 0
	for seed := range uint64(200) {
		s, how := indexedCase(event.Mix(seed))
		r, err := sim.Run(s, fakes.ReferenceImplementation(), how...)
		if err != nil {
			t.Fatal(err)
		}
		f := x.examine(r)
		for _, v := range f.Broken() {
			t.Errorf("case %d: %s at %v: %s (entries %v)", seed, v.Requirement.ID, v.At, v.Text, v.Entries)
		}
		for i, q := range f.Requirements {
			if f.Exercised[i] > 0 && q.Area() == "completions" {
				exercised++
			}
		}
	}
	if exercised < 200 {
		t.Errorf("requirements on completions had %d occasions in 200 cases; expected that all Jobs are held to them", exercised)
	}
}
