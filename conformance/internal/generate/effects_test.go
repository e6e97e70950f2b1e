package generate_test

import (
	"testing"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"

	"github.com/jobsim/jobsim/conformance/internal/generate"
	"github.com/jobsim/jobsim/fakes"
	"github.com/jobsim/jobsim/sim"
	"github.com/jobsim/jobsim/sim/event"
	"github.com/jobsim/jobsim/sim/trace"
)

// TestEditsTakeEffect counts the runs in which edits are more than refused requests: a template that pods are made of
// later, an index that a pod has then, indexes that come back.
func TestEditsTakeEffect(t *testing.T) {
	counts := map[string]int{}
	for seed := range uint64(statsCases) {
		s := generate.Scenario(event.NewSeeded(seed), generate.Options{Features: everyFeature})
		if !editsTemplate(s) && !editsIndex(s) && !shrinksThenGrows(s) {
			continue
		}
		r, err := sim.Run(s, fakes.ReferenceImplementation())
		if err != nil {
			t.Fatal(err)
		}
		for what := range effects(r) {
			counts[what]++
		}
	}
	for what, atLeast := range map[string]int{
		"template edited": 60, "pod of an edited template": 30, "index edited": 20, "index given twice": 4,
		"index lost by shrinking": 12, "index done again": 10,
	} {
		if t.Logf("%5d %s", counts[what], what); counts[what] < atLeast {
			t.Errorf("%s: expected %d of %d runs at least, found %d", what, atLeast, statsCases, counts[what])
		}
	}
}

// effects are what users have brought about in a run.
func effects(r *sim.Result) map[string]bool {
	found := map[string]bool{}
	jobs, pods := map[string]*batchv1.Job{}, map[string]*corev1.Pod{}
	edited, lost := false, map[string]bool{}
	for i := range r.Trace.Entries {
		e := &r.Trace.Entries[i]
		if !e.OK() || e.Kind != trace.Call {
			continue
		}
		switch obj := e.Object.(type) {
		case *batchv1.Job:
			if old := jobs[e.Name]; old != nil && old.UID == obj.UID {
				edited = edited || !equality.Semantic.DeepEqual(old.Spec.Template, obj.Spec.Template)
				if obj.Status.CompletedIndexes == "" && old.Status.CompletedIndexes != "" || len(obj.Status.CompletedIndexes) < len(old.Status.CompletedIndexes) {
					found["index lost by shrinking"], lost[e.Name] = true, true
				} else if lost[e.Name] && obj.Status.Succeeded > old.Status.Succeeded {
					found["index done again"] = true
				}
			}
			jobs[e.Name] = obj
			found["template edited"] = edited
		case *corev1.Pod:
			old := pods[e.Name]
			index := obj.Annotations[batchv1.JobCompletionIndexAnnotation]
			found["pod of an edited template"] = found["pod of an edited template"] || old == nil && edited
			if old != nil && old.Annotations[batchv1.JobCompletionIndexAnnotation] != index {
				found["index edited"] = true
				for name, other := range pods {
					if name != e.Name && other.DeletionTimestamp == nil && other.Annotations[batchv1.JobCompletionIndexAnnotation] == index {
						found["index given twice"] = true
					}
				}
			}
			pods[e.Name] = obj
		}
	}
	for what, is := range found {
		if !is {
			delete(found, what)
		}
	}
	return found
}
