package fakes_test

import (
	"testing"
	"time"

	. "github.com/onsi/gomega"
	batchv1 "k8s.io/api/batch/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/jobsim/jobsim/sim"
	"github.com/jobsim/jobsim/sim/apiserver"
	"github.com/jobsim/jobsim/sim/kubelet"
)

// The cases in which the reference does not do what the upstream controller of Kubernetes 1.37.2 does, since a
// requirement says otherwise. Each was seen on that controller, in this simulator.

func refusedWrites(res *sim.Result) int {
	n := 0
	for _, e := range res.Trace.Entries {
		if e.Actor == "controller" && e.Status != nil && e.Status.Code == 422 {
			n++
		}
	}
	return n
}

// A pod of a completed index fails, because somebody gave it that index. Upstream then puts the index into failedIndexes
// too, which the API server refuses, and tries for ever.
func TestSimulatedCompletedIndexNeverFails(t *testing.T) { // STAT-10, STV-16
	g := NewWithT(t)
	res, status := run(t, &sim.Scenario{
		Jobs: []*batchv1.Job{indexed(2, 2, perIndex(0))},
		Pods: scripts(of(0, succeeding(3*time.Second)), of(1, failing(30*time.Second), succeeding(time.Second))),
		Actions: []sim.Action{{When: sim.When{At: 10 * time.Second}, Pod: &sim.PodAction{Pod: 2, Patch: &sim.Patch{
			Type: types.MergePatchType, Data: []byte(`{"metadata":{"annotations":{"` + indexKey + `":"0"}}}`)}}}},
	})
	g.Expect(story(status)).To(Equal(`succeeded 2 failed 1 completed "0,1" failedIndexes "" Complete CompletionsReached`))
	g.Expect(refusedWrites(res)).To(BeZero())
}

// The other way round: an index that has failed is not completed by a pod that somebody gave it.
func TestSimulatedFailedIndexIsNeverCompleted(t *testing.T) { // STAT-10, STV-16, BPI-2
	g := NewWithT(t)
	res, status := run(t, &sim.Scenario{
		Jobs: []*batchv1.Job{indexed(2, 2, perIndex(0))},
		Pods: scripts(of(0, failing(3*time.Second)), of(1, succeeding(30*time.Second))),
		Actions: []sim.Action{{When: sim.When{At: 10 * time.Second}, Pod: &sim.PodAction{Pod: 2, Patch: &sim.Patch{
			Type: types.MergePatchType, Data: []byte(`{"metadata":{"annotations":{"` + indexKey + `":"0"}}}`)}}}},
	})
	g.Expect(story(status)).To(Equal(`succeeded 1 failed 1 completed "1" failedIndexes "0" Failed FailedIndexes`))
	g.Expect(refusedWrites(res)).To(BeZero())
}

// A deleted pod is listed as failed, and exits 0 before its finalizer can be removed. Upstream counts it as a failure and
// its index as completed.
func TestSimulatedListedPodOfAnIndexCountsOnce(t *testing.T) { // TRK-8, COMP-12
	g := NewWithT(t)
	slow := kubelet.Script{Runs: []kubelet.Run{{For: time.Minute}}, Stop: kubelet.Stop{After: 5 * time.Second, Exit: new(int32(0))}}
	res, status := run(t, &sim.Scenario{
		Jobs: []*batchv1.Job{indexed(1, 1)}, Pods: []kubelet.Script{slow, succeeding(time.Second)},
		Actions: []sim.Action{{When: sim.When{At: 10 * time.Second}, Pod: &sim.PodAction{Pod: 1, Delete: &sim.Delete{}}}},
		Faults: []sim.Fault{{When: sim.When{At: 9 * time.Second}, Error: &sim.CallError{
			Match: sim.CallMatch{Verb: "patch", Resource: apiserver.Pods}, For: 10 * time.Second,
			Status: metav1.Status{Code: 500, Reason: metav1.StatusReasonInternalError, Message: "injected"},
		}}},
	})
	g.Expect(story(status)).To(Equal(`succeeded 1 failed 1 completed "0" Complete CompletionsReached`))
	g.Expect(births(res)).To(HaveLen(2), "the failed pod is replaced")
}

// status.ready is about the pods that are left, also when the API server does not delete the others. Upstream takes every
// pod that it has tried to delete for one that is not ready.
func TestSimulatedReadyPodsThatCouldNotBeDeleted(t *testing.T) { // STAT-2, STAT-12
	g := NewWithT(t)
	res, _ := run(t, &sim.Scenario{
		Jobs: []*batchv1.Job{indexed(3, 3, limit(0))},
		Pods: scripts(of(0, failing(5*time.Second)), []kubelet.Script{succeeding(time.Hour)}),
		Faults: []sim.Fault{{Error: &sim.CallError{
			Match: sim.CallMatch{Verb: "delete", Resource: apiserver.Pods}, For: 20 * time.Second,
			Status: metav1.Status{Code: 500, Reason: metav1.StatusReasonInternalError, Message: "injected"},
		}}},
	})
	seen := 0
	for _, e := range res.Trace.Entries {
		job, ok := e.Object.(*batchv1.Job)
		if ok && e.Actor == "controller" && e.Stored() && e.At > 5*time.Second && job.Status.Active > 0 {
			g.Expect(*job.Status.Ready).To(Equal(job.Status.Active))
			seen++
		}
	}
	g.Expect(seen).To(BeNumerically(">", 0))
}

// A suspended Job becomes complete, since it shrinks. Its startTime is gone by then, without which the API server refuses
// the terminal condition. Upstream tries until somebody resumes the Job.
func TestSimulatedSuspendedJobThatShrinksToWhatIsDone(t *testing.T) { // COMP-14, STV-9
	g := NewWithT(t)
	res, status := run(t, &sim.Scenario{
		Jobs: []*batchv1.Job{indexed(3, 3)},
		Pods: scripts(of(2, succeeding(time.Hour)), []kubelet.Script{succeeding(2 * time.Second)}),
		Actions: []sim.Action{
			{When: sim.When{At: 10 * time.Second}, Suspend: new(true)},
			{When: sim.When{At: 20 * time.Second}, Scale: &sim.Scale{Completions: new(int32(2)), Parallelism: new(int32(2))}},
		},
	})
	g.Expect(story(status)).To(Equal(`succeeded 2 failed 0 completed "0,1" Complete CompletionsReached`))
	g.Expect(refusedWrites(res)).To(BeZero())
}

// Completions shrink, and parallelism changes again before the controller has looked: the API server then refuses that
// succeeded shrinks as well, until as many indexes have succeeded anew. Upstream does the same.
func TestSimulatedShrinkThatCannotBeStored(t *testing.T) { // EIJ-2, STV-13
	g := NewWithT(t)
	edit := func(spec string) sim.Action {
		return sim.Action{When: sim.When{At: 10 * time.Second}, Patch: &sim.Patch{
			Type: types.MergePatchType, Data: []byte(`{"spec":` + spec + `}`)}}
	}
	res, status := run(t, &sim.Scenario{
		Jobs:    []*batchv1.Job{indexed(3, 3)},
		Pods:    scripts(of(2, succeeding(2*time.Second)), []kubelet.Script{succeeding(50 * time.Second)}),
		Actions: []sim.Action{edit(`{"completions":2,"parallelism":2}`), edit(`{"parallelism":1}`)},
	})
	g.Expect(story(status)).To(Equal(`succeeded 2 failed 0 completed "0,1" Complete CompletionsReached`))
	g.Expect(refusedWrites(res)).To(BeNumerically(">", 0))
}
