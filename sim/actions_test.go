package sim_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	. "github.com/onsi/gomega"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/jobsim/jobsim/sim"
	"github.com/jobsim/jobsim/sim/trace"
)

// userCalls lists what users did after the start, and the status code of what was refused.
func userCalls(res *sim.Result) []string {
	var calls []string
	for _, e := range res.Trace.Entries {
		if e.Actor != "user" || e.At == 0 {
			continue
		}
		s := fmt.Sprintf("%v %s %s", e.At, e.Verb, e.Resource)
		if e.Kind == trace.Removed {
			s = fmt.Sprintf("%v removed %s", e.At, e.Resource)
		}
		if e.Subresource != "" {
			s += "/" + e.Subresource
		}
		if e.Status != nil {
			s += fmt.Sprintf(" %d", e.Status.Code)
		}
		if e.Kind == trace.Fault {
			s = fmt.Sprintf("%v %s", e.At, e.Text)
		}
		calls = append(calls, s)
	}
	return calls
}

// acted plays a Job of four pods of a minute, two at a time, with one action after 10 seconds.
func acted(t *testing.T, a sim.Action) *sim.Result {
	t.Helper()
	s := story(job("work", sized(4, 2)), succeeding(time.Minute))
	a.When = at(10 * time.Second)
	s.Actions = []sim.Action{a}
	return play(t, s)
}

func TestActionsOnJobs(t *testing.T) {
	g := NewWithT(t)

	res := acted(t, sim.Action{Create: job("other", sized(2, 2))})
	g.Expect(userCalls(res)).To(Equal([]string{"10s create jobs"}))
	g.Expect(res.Job("other").Status.Succeeded).To(BeEquivalentTo(2))

	res = acted(t, sim.Action{Create: job("work")})
	g.Expect(userCalls(res)).To(Equal([]string{"10s create jobs 409"}))
	g.Expect(res.Jobs[0].Status.Succeeded).To(BeEquivalentTo(4))

	res = acted(t, sim.Action{Scale: &sim.Scale{Parallelism: new(int32(4))}})
	g.Expect(userCalls(res)).To(Equal([]string{"10s patch jobs"}))
	g.Expect(times(res, podCreated)).To(Equal(seconds(0, 0, 10, 10)))

	res = acted(t, sim.Action{Scale: &sim.Scale{Completions: new(int32(9))}}) // MUT: immutable for NonIndexed
	g.Expect(userCalls(res)).To(Equal([]string{"10s patch jobs 422"}))

	res = acted(t, sim.Action{Suspend: new(true)})
	g.Expect(res.Jobs[0].Status.Active).To(BeZero())
	g.Expect(conditions(res)).To(Equal([]string{"Suspended JobSuspended"}))

	res = acted(t, sim.Action{Patch: &sim.Patch{
		Type: types.JSONPatchType, Data: []byte(`[{"op": "replace", "path": "/spec/backoffLimit", "value": 1}]`)}})
	g.Expect(userCalls(res)).To(Equal([]string{"10s patch jobs"}))
	g.Expect(*res.Jobs[0].Spec.BackoffLimit).To(BeEquivalentTo(1))

	res = acted(t, sim.Action{Patch: &sim.Patch{
		Type: types.MergePatchType, Subresource: "status", Data: []byte(`{"status": {"failed": 3}}`)}})
	g.Expect(userCalls(res)).To(Equal([]string{"10s patch jobs/status"}))
	g.Expect(res.Jobs[0].Status.Failed).To(BeEquivalentTo(3))

	res = acted(t, sim.Action{Patch: &sim.Patch{Type: types.MergePatchType, Data: []byte(`{`)}})
	g.Expect(userCalls(res)).To(Equal([]string{"10s patch jobs 400"}))
}

func TestSuspendAndResume(t *testing.T) { // SUS-1, SUS-2, SUS-5
	g := NewWithT(t)
	s := story(job("work", sized(2, 2), suspended), succeeding(time.Minute))
	s.Actions = []sim.Action{
		{When: at(10 * time.Second), Suspend: new(false)},
		{When: at(20 * time.Second), Suspend: new(true)},
		{When: at(30 * time.Second), Suspend: new(false)},
	}
	res := play(t, s)
	g.Expect(times(res, podCreated)).To(Equal(seconds(10, 10, 30, 30)))
	g.Expect(became(res, batchv1.JobSuspended)).To(Equal(seconds(0, 20)))
	g.Expect(became(res, batchv1.JobComplete)).To(Equal(seconds(91)))
	g.Expect(res.Jobs[0].Status.StartTime.Time.Sub(res.Jobs[0].CreationTimestamp.Time)).To(Equal(30 * time.Second))
}

func TestDeletionOfJobs(t *testing.T) { // DEL-1, DEL-2
	for _, c := range []struct {
		propagation metav1.DeletionPropagation
		pods        int
		removed     int // seconds
	}{
		{"", 2, 10}, // orphans
		{metav1.DeletePropagationOrphan, 2, 10},
		{metav1.DeletePropagationBackground, 0, 10},
		{metav1.DeletePropagationForeground, 0, 10},
	} {
		t.Run("propagation "+string(c.propagation), func(t *testing.T) {
			g := NewWithT(t)
			res := acted(t, sim.Action{Delete: &sim.Delete{Propagation: c.propagation}})
			g.Expect(res.Jobs).To(BeEmpty())
			g.Expect(res.Pods).To(HaveLen(c.pods))
			for _, pod := range res.Pods {
				g.Expect(pod.Finalizers).To(BeEmpty())
				g.Expect(pod.OwnerReferences).To(BeEmpty())
				g.Expect(pod.Status.Phase).To(Equal(corev1.PodSucceeded))
			}
			g.Expect(times(res, func(e *trace.Entry) bool {
				return e.Kind == trace.Removed && e.Resource == "jobs"
			})).To(Equal(seconds(c.removed)))
		})
	}
}

func TestActionsOnPods(t *testing.T) {
	g := NewWithT(t)
	// onPod is done to the first of the two running pods.
	onPod := func(a sim.PodAction) *sim.Result {
		a.Pod = 1
		return acted(t, sim.Action{Pod: &a})
	}
	first := func(res *sim.Result) *corev1.Pod {
		for _, e := range res.Trace.Entries {
			if podCreated(&e) {
				i := slices.IndexFunc(res.Pods, func(p *corev1.Pod) bool { return p.Name == e.Name })
				if i < 0 {
					return nil
				}
				return res.Pods[i]
			}
		}
		return nil
	}

	res := onPod(sim.PodAction{Delete: &sim.Delete{}}) // BL-3
	g.Expect(userCalls(res)).To(Equal([]string{"10s delete pods"}))
	g.Expect(first(res)).To(BeNil())
	g.Expect(res.Jobs[0].Status.Failed).To(BeEquivalentTo(1))

	res = onPod(sim.PodAction{Delete: &sim.Delete{GraceSeconds: new(int64(0))}})
	g.Expect(userCalls(res)).To(Equal([]string{"10s delete pods"}))
	g.Expect(res.Jobs[0].Status.Failed).To(BeEquivalentTo(1))

	res = onPod(sim.PodAction{Patch: &sim.Patch{
		Type: types.MergePatchType, Data: []byte(`{"metadata": {"annotations": {"a": "b"}}}`)}})
	g.Expect(userCalls(res)).To(Equal([]string{"10s patch pods"}))
	g.Expect(first(res).Annotations).To(HaveKeyWithValue("a", "b"))
	g.Expect(res.Jobs[0].Status.Succeeded).To(BeEquivalentTo(4))

	res = onPod(sim.PodAction{Patch: &sim.Patch{
		Type: types.StrategicMergePatchType, Subresource: "status", Data: []byte(`{"status": {"message": "hello"}}`)}})
	g.Expect(userCalls(res)).To(Equal([]string{"10s patch pods/status"}))

	res = onPod(sim.PodAction{RemoveLabel: batchv1.ControllerUidLabel}) // BL-4: released, not counted
	g.Expect(first(res).Labels).NotTo(HaveKey(batchv1.ControllerUidLabel))
	g.Expect(res.Jobs[0].Status.Failed).To(BeZero())
	g.Expect(times(res, podCreated)).To(HaveLen(5))

	res = onPod(sim.PodAction{RemoveFinalizer: batchv1.JobTrackingFinalizer}) // not counted (BL-4)
	g.Expect(first(res).Finalizers).To(BeEmpty())
	g.Expect(res.Jobs[0].Status.Succeeded).To(BeEquivalentTo(4))
	g.Expect(times(res, podCreated)).To(HaveLen(5))

	res = onPod(sim.PodAction{Evict: true}) // EXT-8, ONF-9
	g.Expect(first(res).Status.Reason).To(Equal("Evicted"))
	g.Expect(res.Jobs[0].Status.Failed).To(BeEquivalentTo(1))
}

func TestActionsOnPodsThatAreNotThere(t *testing.T) {
	g := NewWithT(t)
	s := story(job("work"), succeeding(time.Second))
	s.Actions = []sim.Action{
		{When: at(5 * time.Second), Pod: &sim.PodAction{Pod: 2, Evict: true}},
		{When: at(6 * time.Second), Pod: &sim.PodAction{Pod: 1, Delete: &sim.Delete{}}},
		{When: at(7 * time.Second), Pod: &sim.PodAction{Pod: 1, Delete: &sim.Delete{}}},
		{When: at(8 * time.Second), Pod: &sim.PodAction{Pod: 1, Evict: true}},
		{When: at(9 * time.Second), Pod: &sim.PodAction{Pod: 1, RemoveLabel: "x"}},
		{When: at(10 * time.Second), Delete: &sim.Delete{}},
		{When: at(11 * time.Second), Scale: &sim.Scale{}},
	}
	res := play(t, s)
	calls := userCalls(res)
	g.Expect(calls[0]).To(Equal("5s nothing to act on: Job work has had 1 pods, the action is on pod 2"))
	g.Expect(calls[1]).To(Equal("6s delete pods"))
	g.Expect(calls).To(ContainElements("7s delete pods 404", ContainSubstring("8s evicting: pod default/work-"),
		"9s patch pods 404", "10s delete jobs", "11s patch jobs 404"))
}

func TestTriggers(t *testing.T) {
	g := NewWithT(t)
	// marked returns when the scenario's only action, an annotation, was done.
	marked := func(w sim.When) []string {
		s := story(job("work", sized(3, 1)), failing(4*time.Second), succeeding(4*time.Second))
		s.Actions = []sim.Action{{When: w, Patch: &sim.Patch{
			Type: types.MergePatchType, Data: []byte(`{"metadata": {"annotations": {"seen": "it"}}}`)}}}
		return userCalls(play(t, s))
	}
	done := func(at string) []string { return []string{at + " patch jobs"} }

	// Pods run from 0 to 4, from 14 (after the back-off of 10 s) to 18, from 19 to 23 and from 24 to 28.
	g.Expect(marked(sim.When{After: &sim.Trigger{Condition: batchv1.JobComplete}})).To(Equal(done("29s")))
	g.Expect(marked(sim.When{After: &sim.Trigger{Pod: 2}})).To(Equal(done("14s")))
	g.Expect(marked(sim.When{After: &sim.Trigger{Pod: 2, Phase: corev1.PodSucceeded}})).To(Equal(done("18s")))
	g.Expect(marked(sim.When{After: &sim.Trigger{Status: map[string]int32{"failed": 1}}})).To(Equal(done("5s")))
	both := map[string]int32{"failed": 1, "succeeded": 2}
	g.Expect(marked(sim.When{After: &sim.Trigger{Status: both}})).To(Equal(done("24s")))
	g.Expect(marked(sim.When{After: &sim.Trigger{Pod: 3, Status: map[string]int32{"active": 1}}})).To(Equal(done("19s")))
	g.Expect(marked(sim.When{At: 90 * time.Second, After: &sim.Trigger{Pod: 2}})).To(Equal(done("1m44s")))
	g.Expect(marked(sim.When{After: &sim.Trigger{Pod: 9}})).To(BeEmpty())
	g.Expect(marked(sim.When{After: &sim.Trigger{Status: map[string]int32{"ready": 2}}})).To(BeEmpty())
}

func TestTriggersAreTheCause(t *testing.T) {
	g := NewWithT(t)
	s := story(job("work"), succeeding(4*time.Second))
	s.Actions = []sim.Action{
		{When: sim.When{At: time.Second, After: &sim.Trigger{Pod: 1, Phase: corev1.PodRunning}}, Suspend: new(true)}}
	res := play(t, s)
	for _, e := range res.Trace.Entries {
		if e.Actor == "user" && e.Verb == "patch" {
			cause := res.Trace.Find(e.Cause)
			g.Expect(cause.Object.(*corev1.Pod).Status.Phase).To(Equal(corev1.PodRunning))
			return
		}
	}
	t.Error("expected the trigger to fire")
}

// A Job that has finished long ago can still be the object of something: the controller must have its chance to react.
func TestLateActionsAreReactedTo(t *testing.T) {
	g := NewWithT(t)
	s := story(job("work", sized(2, 2)), succeeding(4*time.Second))
	s.WatchDelay = 2 * time.Minute
	s.Actions = []sim.Action{{When: at(5 * time.Hour), Create: job("late")}, {When: at(6 * time.Hour), Create: job("later")}}
	res := runWith(t, s, ticking())
	g.Expect(res.Ending).To(Equal(sim.Finished))
	g.Expect(res.Jobs).To(HaveLen(3))
	for _, j := range res.Jobs {
		g.Expect(j.Status.Succeeded).NotTo(BeZero(), j.Name)
	}
	g.Expect(res.End).To(BeNumerically("<", 7*time.Hour))
}
