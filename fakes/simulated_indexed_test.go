package fakes_test

import (
	"fmt"
	"slices"
	"strconv"
	"testing"
	"time"

	. "github.com/onsi/gomega"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"
	"pgregory.net/rapid"

	"github.com/jobsim/jobsim/fakes"
	"github.com/jobsim/jobsim/sim"
	"github.com/jobsim/jobsim/sim/apiserver"
	"github.com/jobsim/jobsim/sim/kubelet"
)

const indexKey = batchv1.JobCompletionIndexAnnotation

func indexed(completions, parallelism int32, more ...func(*batchv1.JobSpec)) *batchv1.Job {
	return aJob(func(s *batchv1.JobSpec) {
		sized(completions, parallelism)(s)
		s.CompletionMode = new(batchv1.IndexedCompletion)
		for _, edit := range more {
			edit(s)
		}
	})
}

func perIndex(limit int32) func(*batchv1.JobSpec) {
	return func(s *batchv1.JobSpec) { s.BackoffLimitPerIndex = &limit }
}

// of has an index follow scripts, one pod after the other.
func of(index int, scripts ...kubelet.Script) []kubelet.Script {
	for i := range scripts {
		scripts[i].Match = kubelet.Match{Index: &index}
	}
	return scripts
}

func scripts(lists ...[]kubelet.Script) []kubelet.Script { return slices.Concat(lists...) }

// indexBirths tells which indexes got a pod, and when, in the order of creation: "0@10" at 10 s.
func indexBirths(res *sim.Result) []string {
	var all []string
	for _, e := range res.Trace.Entries {
		if e.Verb == "create" && e.Resource == string(apiserver.Pods) && e.Subresource == "" && e.Status == nil {
			all = append(all, fmt.Sprintf("%s@%d", e.Object.(*corev1.Pod).Annotations[indexKey], e.At/time.Second))
		}
	}
	return all
}

// story tells what came of a Job.
func story(s batchv1.JobStatus) string {
	text := fmt.Sprintf("succeeded %d failed %d completed %q", s.Succeeded, s.Failed, s.CompletedIndexes)
	if s.FailedIndexes != nil {
		text += fmt.Sprintf(" failedIndexes %q", *s.FailedIndexes)
	}
	for _, c := range s.Conditions {
		if c.Type == batchv1.JobComplete || c.Type == batchv1.JobFailed {
			text += fmt.Sprintf(" %s %s", c.Type, c.Reason)
		}
	}
	return text
}

func TestSimulatedIndexes(t *testing.T) {
	for name, c := range map[string]struct {
		job     *batchv1.Job
		pods    []kubelet.Script
		actions []sim.Action
		births  []string
		story   string
	}{
		"lowest first": { // IDX-1, IDX-7
			job: indexed(5, 2), pods: []kubelet.Script{succeeding(5 * time.Second)},
			births: []string{"0@0", "1@0", "2@6", "3@6", "4@12"},
			story:  `succeeded 5 failed 0 completed "0-4" Complete CompletionsReached`,
		},
		"a failed index is retried under the limit of all": { // IDX-3, BO-1
			job:    indexed(2, 2),
			pods:   scripts(of(0, failing(2*time.Second), succeeding(2*time.Second)), of(1, succeeding(30*time.Second))),
			births: []string{"0@0", "1@0", "0@12"},
			story:  `succeeded 2 failed 1 completed "0,1" Complete CompletionsReached`,
		},
		"failures of all indexes add up": { // IDX-3
			job:    indexed(2, 2, func(s *batchv1.JobSpec) { s.BackoffLimit = new(int32(1)) }),
			pods:   []kubelet.Script{failing(2 * time.Second)},
			births: []string{"0@0", "1@0"},
			story:  `succeeded 0 failed 2 completed "" Failed BackoffLimitExceeded`,
		},
		"an index may fail while others go on": { // BPI-1, BPI-2, BPI-3, BPI-8
			job:    indexed(3, 3, perIndex(1)),
			pods:   scripts(of(1, failing(2*time.Second)), of(0, succeeding(time.Second)), of(2, succeeding(time.Minute))),
			births: []string{"0@0", "1@0", "2@0", "1@12"},
			story:  `succeeded 2 failed 2 completed "0,2" failedIndexes "1" Failed FailedIndexes`,
		},
		"each index waits for itself": { // BPI-8
			job: indexed(2, 2, perIndex(5)),
			pods: scripts(of(0, failing(time.Second), failing(time.Second), succeeding(time.Second)),
				of(1, failing(15*time.Second), succeeding(time.Second))),
			births: []string{"0@0", "1@0", "0@11", "1@25", "0@32"},
			story:  `succeeded 2 failed 3 completed "0,1" failedIndexes "" Complete CompletionsReached`,
		},
		"an index that waits keeps its slot": { // BPI-9
			job:    indexed(2, 1, perIndex(5)),
			pods:   scripts(of(0, failing(time.Second), succeeding(time.Second)), of(1, succeeding(time.Second))),
			births: []string{"0@0", "0@11", "1@12"},
			story:  `succeeded 2 failed 1 completed "0,1" failedIndexes "" Complete CompletionsReached`,
		},
		"too many indexes failed": { // BPI-4
			job: indexed(4, 4, perIndex(0), func(s *batchv1.JobSpec) { s.MaxFailedIndexes = new(int32(1)) }),
			pods: scripts(of(0, failing(2*time.Second)), of(2, failing(2*time.Second)),
				[]kubelet.Script{succeeding(time.Hour)}),
			births: []string{"0@0", "1@0", "2@0", "3@0"},
			story:  `succeeded 0 failed 4 completed "" failedIndexes "0,2" Failed MaxFailedIndexesExceeded`,
		},
		"the limit of all holds beside that of each": { // BPI-5
			job:    indexed(3, 3, perIndex(5), func(s *batchv1.JobSpec) { s.BackoffLimit = new(int32(2)) }),
			pods:   []kubelet.Script{failing(2 * time.Second)},
			births: []string{"0@0", "1@0", "2@0"},
			story:  `succeeded 0 failed 3 completed "" failedIndexes "" Failed BackoffLimitExceeded`,
		},
		"elastic, up": { // EIJ-1
			job: indexed(2, 2), pods: []kubelet.Script{succeeding(9 * time.Second)},
			actions: []sim.Action{{When: sim.When{At: 3 * time.Second}, Scale: &sim.Scale{Parallelism: new(int32(4)), Completions: new(int32(4))}}},
			births:  []string{"0@0", "1@0", "2@3", "3@3"},
			story:   `succeeded 4 failed 0 completed "0-3" Complete CompletionsReached`,
		},
		"elastic, down and up": { // EIJ-2, EIJ-3
			job: indexed(3, 3), pods: scripts(of(2, succeeding(2*time.Second)), []kubelet.Script{succeeding(time.Minute)}),
			actions: []sim.Action{
				{When: sim.When{At: 5 * time.Second}, Scale: &sim.Scale{Parallelism: new(int32(2)), Completions: new(int32(2))}},
				{When: sim.When{At: 10 * time.Second}, Scale: &sim.Scale{Parallelism: new(int32(3)), Completions: new(int32(3))}},
			},
			births: []string{"0@0", "1@0", "2@0", "2@10"},
			story:  `succeeded 3 failed 0 completed "0-2" Complete CompletionsReached`,
		},
		"elastic, to nothing": { // EIJ-4
			job: indexed(2, 2), pods: []kubelet.Script{succeeding(time.Hour)},
			actions: []sim.Action{{When: sim.When{At: 3 * time.Second}, Scale: &sim.Scale{Parallelism: new(int32(0)), Completions: new(int32(0))}}},
			births:  []string{"0@0", "1@0"},
			story:   `succeeded 0 failed 0 completed "" Complete CompletionsReached`,
		},
		"a pod that lost its index": { // IDX-5, IDX-8
			job: indexed(1, 1), pods: []kubelet.Script{succeeding(10 * time.Second)},
			actions: []sim.Action{{When: sim.When{At: 3 * time.Second}, Pod: &sim.PodAction{Pod: 1, Patch: &sim.Patch{
				Type: types.MergePatchType, Data: []byte(`{"metadata":{"annotations":{"` + indexKey + `":"-1"}}}`)}}}},
			births: []string{"0@0", "0@5"},
			story:  `succeeded 1 failed 0 completed "0" Complete CompletionsReached`,
		},
		"a deleted pod fails its index": { // BPI-12
			job: indexed(2, 2, perIndex(0)), pods: []kubelet.Script{succeeding(10 * time.Second)},
			actions: []sim.Action{{When: sim.When{At: 3 * time.Second}, Pod: &sim.PodAction{Pod: 1, Delete: &sim.Delete{}}}},
			births:  []string{"0@0", "1@0"},
			story:   `succeeded 1 failed 1 completed "1" failedIndexes "0" Failed FailedIndexes`,
		},
		"a limit that is lowered": { // BPI-13
			job:  indexed(3, 3, perIndex(0)),
			pods: scripts(of(0, failing(2*time.Second)), []kubelet.Script{succeeding(time.Hour)}),
			actions: []sim.Action{{When: sim.When{At: 9 * time.Second}, Patch: &sim.Patch{
				Type: types.MergePatchType, Data: []byte(`{"spec":{"maxFailedIndexes":0}}`)}}},
			births: []string{"0@0", "1@0", "2@0"},
			story:  `succeeded 0 failed 3 completed "" failedIndexes "0" Failed MaxFailedIndexesExceeded`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			res, status := run(t, &sim.Scenario{Jobs: []*batchv1.Job{c.job}, Pods: c.pods, Actions: c.actions})
			g.Expect(indexBirths(res)).To(Equal(c.births))
			g.Expect(story(status)).To(Equal(c.story))
		})
	}
}

func TestSimulatedReplacementOfAnIndex(t *testing.T) { // PRP-3, PRP-4
	for policy, want := range map[batchv1.PodReplacementPolicy][]string{
		// Deleted 3 s after it was made, the pod has failed then for one policy, and when it stops, at 23 s, for the other.
		batchv1.TerminatingOrFailed: {"0@0", "1@0", "0@13", "2@41"},
		batchv1.Failed:              {"0@0", "1@0", "0@33", "2@41"},
	} {
		g := NewWithT(t)
		job := indexed(3, 2, func(s *batchv1.JobSpec) { s.PodReplacementPolicy = &policy })
		slow := succeeding(40 * time.Second)
		slow.Stop = kubelet.Stop{After: 20 * time.Second}
		slow.Ready = time.Second
		res, status := run(t, &sim.Scenario{
			Jobs: []*batchv1.Job{job}, Pods: []kubelet.Script{slow},
			Actions: []sim.Action{{When: sim.When{At: 3 * time.Second}, Pod: &sim.PodAction{Pod: 1, Delete: &sim.Delete{}}}},
		})
		g.Expect(indexBirths(res)).To(Equal(want), string(policy))
		g.Expect(story(status)).To(Equal(`succeeded 3 failed 1 completed "0-2" Complete CompletionsReached`))
	}
}

// The failed pod keeps its finalizer, and is not in status.failed, until its successor has taken the count over.
func TestSimulatedFailureIsCountedWithItsReplacement(t *testing.T) { // BPI-6, BPI-7, BPI-10
	g := NewWithT(t)
	res, _ := run(t, &sim.Scenario{
		Jobs: []*batchv1.Job{indexed(1, 1, perIndex(2))},
		Pods: []kubelet.Script{failing(time.Second), failing(5 * time.Second), succeeding(time.Second)},
	})
	var failed []string
	for _, e := range res.Trace.Entries {
		if job, ok := e.Object.(*batchv1.Job); ok && e.Actor == "controller" && e.Stored() {
			g.Expect(job.Status.FailedIndexes).To(HaveValue(BeEmpty()))
			if n := fmt.Sprintf("%d@%d", job.Status.Failed, e.At/time.Second); len(failed) == 0 || failed[len(failed)-1][0] != n[0] {
				failed = append(failed, n)
			}
		}
	}
	g.Expect(failed).To(Equal([]string{"0@0", "1@12", "2@37"}))
	var counts []string
	for _, pod := range res.Pods {
		counts = append(counts, pod.Annotations[batchv1.JobIndexFailureCountAnnotation])
	}
	g.Expect(counts).To(ConsistOf("0", "1", "2"))
}

// A restart of the controller forgets the delay of a Job, but not that of an index.
func TestSimulatedIndexDelaySurvivesARestart(t *testing.T) { // BPI-8, CTRL-6
	g := NewWithT(t)
	res, _ := run(t, &sim.Scenario{
		Jobs:   []*batchv1.Job{indexed(1, 1, perIndex(5))},
		Pods:   []kubelet.Script{failing(time.Second), failing(time.Second), succeeding(time.Second)},
		Faults: []sim.Fault{{When: sim.When{At: 15 * time.Second}, Crash: &sim.Crash{Down: 2 * time.Second}}},
	})
	g.Expect(indexBirths(res)).To(Equal([]string{"0@0", "0@11", "0@32"}))
}

// More pods succeed at once than one sync may account: all indexes are stored, the finalizers follow.
func TestSimulatedManyIndexesAtOnce(t *testing.T) { // TRK-4, TRK-2
	g := NewWithT(t)
	job := indexed(1200, 1200)
	job.Spec.Completions = new(int32(1201)) // one is still to come, so that the Job is not decided
	// 500 pods are made in a sync, the last 200 at 2 s; all end at 20 s.
	ends := func(after time.Duration, indexes ...int) (all []kubelet.Script) {
		for _, index := range indexes {
			all = append(all, of(index, succeeding(after))...)
		}
		return all
	}
	var first, second, third []int
	for index := range 1200 {
		switch {
		case index < 500:
			first = append(first, index)
		case index < 1000:
			second = append(second, index)
		default:
			third = append(third, index)
		}
	}
	res, status := run(t, &sim.Scenario{Jobs: []*batchv1.Job{job}, Pods: scripts(
		ends(20*time.Second, first...), ends(19*time.Second, second...), ends(18*time.Second, third...),
		of(1200, succeeding(time.Minute)))})
	g.Expect(story(status)).To(Equal(`succeeded 1201 failed 0 completed "0-1200" Complete CompletionsReached`))
	freed := map[time.Duration]int{}
	var stored []string
	for _, e := range res.Trace.Entries {
		if e.Actor != "controller" || !e.OK() || e.At > 30*time.Second {
			continue
		}
		if job, ok := e.Object.(*batchv1.Job); ok && job.Status.CompletedIndexes != "" {
			stored = append(stored, fmt.Sprintf("%q after %d", job.Status.CompletedIndexes, freed[e.At]))
		} else if e.Verb == "patch" {
			freed[e.At]++
		}
	}
	g.Expect(stored[0]).To(Equal(`"0-1199" after 0`))
	g.Expect(freed).To(Equal(map[time.Duration]int{21 * time.Second: 500, 22 * time.Second: 700}),
		"what is stored already needs no room")
	for _, pod := range res.Pods {
		g.Expect(pod.Finalizers).To(BeEmpty(), "FIN-16")
	}
}

func TestSimulatedIndexedCrashAtEveryCall(t *testing.T) { // CTRL-1, COMP-12
	for _, limit := range []bool{false, true} {
		job := indexed(3, 2)
		want := `succeeded 3 failed 1 completed "0-2" Complete CompletionsReached`
		if limit {
			job = indexed(3, 2, perIndex(1))
			want = `succeeded 3 failed 1 completed "0-2" failedIndexes "" Complete CompletionsReached`
		}
		for _, after := range []bool{false, true} {
			for call := 1; call < 60; call++ {
				_, status := run(t, &sim.Scenario{
					Jobs:   []*batchv1.Job{job},
					Pods:   scripts(of(1, failing(2*time.Second), succeeding(4*time.Second)), []kubelet.Script{succeeding(4 * time.Second)}),
					Faults: []sim.Fault{{Crash: &sim.Crash{Call: call, After: after, Down: 3 * time.Second}}},
				})
				NewWithT(t).Expect(story(status)).To(Equal(want), "call %d, after it: %v", call, after)
			}
		}
	}
}

// Whatever happens to an Indexed Job, it ends, and what it says of its indexes is true.
func TestSimulatedIndexedJobsEnd(t *testing.T) { // COMP-12, IDX-6, POD-13, STAT-10
	rapid.Check(t, func(t *rapid.T) {
		s := randomScenario(t)
		spec := &s.Jobs[0].Spec
		spec.CompletionMode = new(batchv1.IndexedCompletion)
		if rapid.Bool().Draw(t, "limit per index") {
			spec.BackoffLimitPerIndex = new(rapid.Int32Range(0, 2).Draw(t, "per index"))
		}
		res, status := run(t, s, sim.WithSeed(rapid.Uint64().Draw(t, "seed")))
		if got := conditions(status); !slices.Contains(got, "Complete") && !slices.Contains(got, "Failed") {
			t.Fatalf("expected the Job to finish, got %v (%s, %v): %+v", got, res.Ending, res.End, status)
		}
		ended := map[int32]bool{} // indexes of which a pod has succeeded
		for _, e := range res.Trace.Entries {
			switch o := e.Object.(type) {
			case *corev1.Pod:
				if index, err := strconv.Atoi(o.Annotations[indexKey]); err == nil && o.Status.Phase == corev1.PodSucceeded {
					ended[int32(index)] = true
				}
			case *batchv1.Job:
				if e.Status != nil && e.Status.Code == 422 {
					t.Fatalf("expected every status to be valid, got %s for %+v", e.Status.Message, o.Status)
				}
			}
		}
		completed := fakes.ParseIndexes(status.CompletedIndexes, *spec.Completions)
		if completed.String() != status.CompletedIndexes || completed.Count() != status.Succeeded {
			t.Fatalf("expected %d indexes in their shortest form, got %q", status.Succeeded, status.CompletedIndexes)
		}
		for index := range *spec.Completions {
			if completed.Has(index) && !ended[index] {
				t.Fatalf("expected a pod of index %d to have succeeded, in %s", index, completed)
			}
		}
		for _, pod := range res.Pods {
			if slices.Contains(pod.Finalizers, batchv1.JobTrackingFinalizer) {
				t.Fatalf("expected no pod of a finished Job to be tracked, got %s", pod.Name)
			}
		}
	})
}

// An index that leaves the Job leaves failedIndexes too, at once, although its failure still counts.
func TestSimulatedFailedIndexThatLeaves(t *testing.T) { // EIJ-2, EIJ-5, STV-16
	g := NewWithT(t)
	res, status := run(t, &sim.Scenario{
		Jobs: []*batchv1.Job{indexed(3, 3, perIndex(0))},
		Pods: scripts(of(2, failing(2*time.Second)), []kubelet.Script{succeeding(time.Minute)}),
		Actions: []sim.Action{{When: sim.When{At: 10 * time.Second},
			Scale: &sim.Scale{Completions: new(int32(2)), Parallelism: new(int32(2))}}},
	})
	g.Expect(story(status)).To(Equal(`succeeded 2 failed 1 completed "0,1" failedIndexes "" Complete CompletionsReached`))
	var seen []string
	for _, e := range res.Trace.Entries {
		if job, ok := e.Object.(*batchv1.Job); ok && e.Actor == "controller" && e.OK() && e.At < time.Minute {
			if n := len(seen); n == 0 || seen[n-1] != *job.Status.FailedIndexes {
				seen = append(seen, *job.Status.FailedIndexes)
			}
		}
	}
	g.Expect(seen).To(Equal([]string{"", "2", ""}))
}
