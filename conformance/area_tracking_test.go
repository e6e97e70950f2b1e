package conformance

import (
	"slices"
	"testing"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/jobsim/jobsim/fakes"
	"github.com/jobsim/jobsim/sim"
	"github.com/jobsim/jobsim/sim/kubelet"
	"github.com/jobsim/jobsim/sim/trace"
)

// freesFirst removes the finalizers before it stores which pods it will count.
func freesFirst(d *fakes.Decisions) {
	list := slices.IndexFunc(d.Steps, func(s fakes.Step) bool { return s.Name == "list" })
	d.Steps[list], d.Steps[list+1] = d.Steps[list+1], d.Steps[list]
}

func crashing(at, down int) sim.Fault {
	return sim.Fault{When: after(seconds(at)), Crash: &sim.Crash{Down: seconds(down)}}
}

// listStripped puts the first pod of the trace into the list of the first status write after a time.
func listStripped(from int) func(*trace.Trace) {
	return func(t *trace.Trace) {
		var pod types.UID
		for i := range t.Entries {
			e := &t.Entries[i]
			if e.Verb == "create" && e.Resource == podsResource && pod == "" {
				pod = e.Object.GetUID()
			}
			if job, ok := e.Object.(*batchv1.Job); ok && isImplementation(e) && e.At >= seconds(from) {
				job = job.DeepCopy()
				job.Status.UncountedTerminatedPods.Succeeded = append(job.Status.UncountedTerminatedPods.Succeeded, pod)
				e.Object = job
				return
			}
		}
	}
}

// flipLists has a status write list as succeeded what the one before listed as failed.
func flipLists(t *trace.Trace) {
	var failed []types.UID
	for i := range t.Entries {
		e := &t.Entries[i]
		job, ok := e.Object.(*batchv1.Job)
		if !ok || !isImplementation(e) {
			continue
		}
		if failed != nil {
			job = job.DeepCopy()
			job.Status.UncountedTerminatedPods = &batchv1.UncountedTerminatedPods{Succeeded: failed}
			e.Object = job
			return
		}
		if _, f := uidLists(job); len(f) > 0 {
			failed = f
		}
	}
}

// takeFinalizer has the implementation take the finalizer from the first pod when it ends.
func takeFinalizer(t *trace.Trace) {
	for i := range t.Entries {
		e := &t.Entries[i]
		if pod, ok := e.Object.(*corev1.Pod); ok && e.Kind == trace.Call && terminal(pod) {
			pod = pod.DeepCopy()
			pod.Finalizers = nil
			e.Object, e.Instance = pod, 1
			return
		}
	}
}

func TestLedgerMutants(t *testing.T) {
	twoInTurn := []kubelet.Script{exits(seconds(10), 0), exits(seconds(60), 0)}
	kills(t, [][]Requirement{ledger}, []mutant{
		{
			requirement: "job/tracking/counters-rise-with-the-lists", scenario: oneSuccess(),
			middleman: whenever(isFinished, func(job *batchv1.Job) { job.Status.Succeeded = 2 }),
			says:      "status.succeeded of Job work went from 0 to 2, and 1 pods have left uncountedTerminatedPods.succeeded",
		},
		{
			requirement: "job/tracking/each-pod-counts-once",
			scenario:    withFaults(story(neverJob(withSize(2, 1)), twoInTurn), crashing(20, 5)),
			middleman:   &middleman{idlePatch: true}, says: "once more, after it has been listed before",
		},
		{
			requirement: "job/tracking/listed-pods-have-ended", scenario: story(neverJob(), twoInTurn),
			mistake: func(d *fakes.Decisions) { d.IsSucceeded = ready },
			says:    "as succeeded, which is Running",
		},
		{
			requirement: "job/tracking/listed-pods-have-ended",
			scenario:    story(neverJob(withPolicyFailed), []kubelet.Script{slowly(seconds(20)), exits(seconds(60), 0)}, deletingPod(10, 1)),
			mistake: func(d *fakes.Decisions) {
				d.IsFailed = func(_ *batchv1.Job, pod *corev1.Pod) bool { return isFailedOrStopping(pod) }
			},
			says: "as failed, which is Running and being deleted",
		},
		{
			requirement: "job/tracking/untracked-pods-do-not-count",
			scenario: story(neverJob(), twoInTurn, onThePod(seconds(5), sim.PodAction{
				Pod: 1, RemoveFinalizer: batchv1.JobTrackingFinalizer})),
			rewrite: listStripped(12), says: "which has no tracking finalizer",
		},
		{
			requirement: "job/tracking/failed-stays-failed", scenario: killed(),
			rewrite: flipLists, says: "as succeeded, which it has listed as failed before",
		},
	})
}

func TestReleaseMutants(t *testing.T) {
	twoAtOnce := func() *sim.Scenario { return story(neverJob(withSize(2, 2)), []kubelet.Script{exits(seconds(10), 0)}) }
	kills(t, [][]Requirement{releases, strays, foreignFinalizers}, []mutant{
		{
			requirement: "job/tracking/listed-before-released", scenario: oneSuccess(), mistake: freesFirst,
			says: "was Succeeded and stood in no uncounted list of Job work when it lost its finalizer",
		},
		{
			requirement: "job/tracking/no-release-after-a-refused-write",
			scenario:    withFaults(oneSuccess(), failingAfter(seconds(10), "update", "jobs", "status", 409, 1)),
			middleman:   &middleman{swallow: true}, says: "lost its finalizer after a status write of Job work was refused",
		},
		{
			requirement: "job/tracking/released-before-counted", scenario: oneSuccess(), middleman: &middleman{idlePatch: true},
			says: "has left the uncounted lists of Job work, and carries the finalizer still",
		},
		{
			requirement: "job/tracking/one-refusal-stops-no-others", scenario: withFaults(twoAtOnce(), failing("patch", "pods", "", 500, 1)),
			mistake: asIn("one-failed-patch-stops-accounting"), says: "which Job work lists too, is not removed by the same evaluation",
		},
		{
			requirement: "job/tracking/refused-releases-are-tried-again",
			scenario:    withFaults(twoAtOnce(), failing("patch", "pods", "", 500, 1)),
			middleman:   &middleman{swallow: true}, says: "could not be removed, and Job work does not list the pod any more",
		},
		{
			requirement: "job/tracking/running-pods-keep-the-finalizer",
			scenario:    story(neverJob(withSize(2, 2)), []kubelet.Script{exits(seconds(60), 0)}, edit(seconds(20), `{"spec": {"parallelism": 1}}`)),
			mistake: func(d *fakes.Decisions) {
				d.MayRelease = func(*batchv1.Job, fakes.Tally, *fakes.Verdict) bool { return true }
			},
			says: "was active and lost its finalizer at 1s, and nobody has asked for its deletion; Job work goes on",
		},
		{
			requirement: "job/tracking/no-second-release", scenario: withFaults(twoAtOnce(), silentPods(11, 60)),
			middleman: &middleman{twice: true}, says: "was patched again, to no effect: it had lost its finalizer at 11s",
		},
		{
			requirement: "job/tracking/strays-are-released",
			scenario: story(neverJob(), []kubelet.Script{exits(seconds(60), 0)}, sim.Action{When: after(seconds(10)),
				Delete: &sim.Delete{Propagation: metav1.DeletePropagationOrphan}}),
			middleman: &middleman{idlePatch: true}, says: "carries the tracking finalizer, and nobody will count it since 10s",
		},
		{
			requirement: "job/tracking/others-finalizers-stay", scenario: aSituation(t, "TRK-11.1"), mistake: asIn("finalizers-emptied"),
			says: "is deprived of the finalizer other.example.com/job-tracking: expected no other than batch.kubernetes.io/job-tracking",
		},
		{
			requirement: "job/tracking/others-finalizers-stay", scenario: aSituation(t, "TRK-11.2"), mistake: asIn("finalizers-taken-by-suffix"),
			says: "is deprived of the finalizer other.example.com/job-tracking",
		},
		{
			requirement: "job/tracking/others-pods-keep-the-finalizer",
			scenario: story(neverJob(), []kubelet.Script{exits(seconds(60), 0)}, onThePod(seconds(10), sim.PodAction{Pod: 1,
				Patch: &sim.Patch{Type: types.MergePatchType, Data: []byte(`{"metadata": {"ownerReferences": [
					{"apiVersion": "example.com/v1", "kind": "Studio", "name": "main", "uid": "a", "controller": true}]}}`)}})),
			rewrite: takeFinalizer, says: "is controlled by Studio, and was deprived of the tracking finalizer",
		},
	})
}

// Upstream remembers of which pods its evaluations have asked for the removal of the finalizer (TRK-10). Its orphan cleaner
// works beside them and remembers nothing.
func TestSecondReleaseOfAPodThatSeemsToHaveNoController(t *testing.T) {
	pod := func(version string, owned, tracked bool) *corev1.Pod {
		p := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: "p", UID: "p", ResourceVersion: version}}
		if owned {
			p.OwnerReferences = []metav1.OwnerReference{{APIVersion: "batch/v1", Kind: "Job", Name: "a", UID: "a", Controller: new(true)}}
		}
		if tracked {
			p.Finalizers = []string{batchv1.JobTrackingFinalizer}
		}
		return p
	}
	for _, c := range []struct {
		name    string
		shown   *corev1.Pod // what the cache shows when the finalizer is removed
		excused bool
	}{
		{"the cache shows it without a controller", pod("1", false, true), true},
		{"the cache shows it adopted", pod("2", true, true), false},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := begun(0)
			entry := func(at int, kind trace.Kind, instance int, verb string, obj *corev1.Pod) {
				r.entry(seconds(at), trace.Entry{Kind: kind, Instance: instance, Verb: verb, Resource: podsResource, Namespace: "default",
					Name: "p", Object: obj})
			}
			entry(1, trace.Call, 0, "create", pod("1", false, true))
			entry(1, trace.Delivery, 1, "ADDED", pod("1", false, true))
			entry(2, trace.Call, 1, "patch", pod("2", true, true))
			entry(3, trace.Delivery, 1, "MODIFIED", c.shown)
			for range 2 {
				entry(4, trace.Call, 1, "patch", pod("3", true, false))
			}
			if r.broken("job/tracking/no-second-release") == c.excused {
				t.Errorf("expected it to be excused: %v", c.excused)
			}
		})
	}
}
