package model_test

import (
	"flag"
	"testing"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/jobsim/jobsim/conformance/internal/generate"
	"github.com/jobsim/jobsim/conformance/internal/model"
	"github.com/jobsim/jobsim/fakes"
	"github.com/jobsim/jobsim/scenarios"
	"github.com/jobsim/jobsim/sim"
	"github.com/jobsim/jobsim/sim/event"
	"github.com/jobsim/jobsim/sim/trace"
)

var cases = flag.Int("cases", 3000, "how many generated cases the model is held against")

const reaction = 10 * time.Second

// outcome is what came of the first Job.
func outcome(r *sim.Result, calm bool) model.Outcome {
	o := model.Outcome{Calm: calm}
	var first types.UID
	for i := range r.Trace.Entries {
		e := &r.Trace.Entries[i]
		if !e.OK() {
			continue
		}
		if job, ok := e.Object.(*batchv1.Job); ok && job.UID == first && first != "" && !o.Deleted && o.Condition != "" &&
			(e.Kind == trace.Removed || e.Kind == trace.Call && job.DeletionTimestamp != nil) {
			o.Deleted, o.DeletedAfter = true, e.At-o.At
		}
		switch obj := e.Object.(type) {
		case *corev1.Pod:
			owner := metav1.GetControllerOf(obj)
			if e.Verb == "create" && e.Subresource == "" && owner != nil && owner.UID == first {
				o.Pods++
			}
		case *batchv1.Job:
			if first == "" {
				first = obj.UID
			}
			if obj.UID == first {
				note(&o, obj, e.At)
			}
		}
	}
	return o
}

func note(o *model.Outcome, job *batchv1.Job, at time.Duration) {
	o.Succeeded, o.Failed = int(job.Status.Succeeded), int(job.Status.Failed)
	o.Completed, o.FailedIndexes = model.Indexes(job.Status.CompletedIndexes), nil
	if job.Status.FailedIndexes != nil {
		o.FailedIndexes = model.Indexes(*job.Status.FailedIndexes)
	}
	for _, c := range job.Status.Conditions {
		if c.Status == corev1.ConditionTrue && o.Condition == "" &&
			(c.Type == batchv1.JobComplete || c.Type == batchv1.JobFailed) {
			o.Condition, o.Reason, o.At = c.Type, c.Reason, at
		}
	}
}

func TestThePredictionComesTrue(t *testing.T) {
	predicted := map[generate.Kind]int{}
	all := map[generate.Kind]int{}
	single, exact := 0, 0
	for seed := range uint64(*cases) {
		s := generate.Scenario(event.NewSeeded(seed), generate.Options{})
		kind := generate.KindOf(s)
		if kind == generate.Faulty {
			continue
		}
		all[kind]++
		p, ok := model.Predict(s, reaction)
		if !ok {
			continue
		}
		predicted[kind]++
		if p.Or == nil && len(p.Reasons) < 2 {
			single++
		}
		if p.Or == nil && p.Succeeded.Least == p.Succeeded.Most && p.Failed.Least == p.Failed.Most && len(p.Reasons) < 2 {
			exact++
		}
		for _, options := range [][]sim.Option{nil, {sim.WithSeed(seed)}} {
			r, err := sim.Run(s, fakes.ReferenceImplementation(), options...)
			if err != nil {
				t.Fatal(err)
			}
			if seen := outcome(r, len(options) == 0); !p.Allows(seen) && !conflicted(r) {
				text, _ := scenarios.Write(s)
				t.Errorf("seed %d: predicted %v; seen %v (%+v)\n%s", seed, p, seen, seen, text)
			}
		}
	}
	plain, edited := predicted[generate.Plain], predicted[generate.Edited]
	t.Logf("predicted %d of %d plain cases, %d of %d edited ones; %d of them one end and reason, %d to the number",
		plain, all[generate.Plain], edited, all[generate.Edited], single, exact)
	if 2*(plain+edited) < all[generate.Plain]+all[generate.Edited] {
		t.Errorf("expected a prediction for half of the cases without faults at least")
	}
}
