package conformance

import (
	"testing"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/jobsim/jobsim/fakes"
	"github.com/jobsim/jobsim/sim"
	"github.com/jobsim/jobsim/sim/apiserver"
	"github.com/jobsim/jobsim/sim/kubelet"
	"github.com/jobsim/jobsim/sim/trace"
)

// selecting is a Job with a selector made by hand.
func selecting(name string, changes ...func(*batchv1.JobSpec)) *batchv1.Job {
	job := neverJob(changes...)
	job.Name = name
	job.Spec.ManualSelector = new(true)
	job.Spec.Selector = &metav1.LabelSelector{MatchLabels: map[string]string{"app": "index"}}
	job.Spec.Template.Labels = map[string]string{"app": "index"}
	return job
}

// takeOver is a Job that is deleted without its pods, and another one that finds them.
func takeOver(changes ...func(*batchv1.JobSpec)) *sim.Scenario {
	s := story(selecting("old", withSize(3, 3)), []kubelet.Script{exits(seconds(35), 0), exits(2*time.Minute, 0)},
		sim.Action{When: after(seconds(30)), Delete: &sim.Delete{Propagation: metav1.DeletePropagationOrphan}},
		sim.Action{When: after(time.Minute), Create: selecting("new", changes...)})
	return s
}

// unclaimed neither adopts nor releases.
func unclaimed(d *fakes.Decisions) { d.Steps = d.Steps[1:] }

// toStudio hands a pod over to a controller of another kind.
func toStudio() *sim.Patch {
	return &sim.Patch{Type: types.MergePatchType, Data: []byte(`{"metadata":{"ownerReferences":[{"apiVersion":"example.com/v1","kind":"Studio",` +
		`"name":"main","uid":"0a1b2c3d-0000-4000-8000-00000000000a","controller":true}]}}`)}
}

// patchesInVain makes the API server say that pods are gone when they are patched, and keep them.
func patchesInVain() []sim.Fault {
	f := deletesInVain()
	f[0].Error.Match = sim.CallMatch{Verb: "patch", Resource: apiserver.Pods}
	return f
}

// patchForeign makes the implementation patch the pod that was handed over instead of another one.
func patchForeign(t *trace.Trace) {
	var foreign *corev1.Pod
	for i := range t.Entries {
		e := &t.Entries[i]
		pod, ok := e.Object.(*corev1.Pod)
		switch {
		case !ok:
		case controlledByOthers(pod):
			foreign = pod
		case foreign != nil && isImplementation(e) && e.Verb == "patch":
			e.Object = foreign
		}
	}
}

func TestOwnershipMutants(t *testing.T) {
	three := withSize(3, 3)
	dying := takeOver(three)
	dying.Actions = append(dying.Actions, onThePod(seconds(40), sim.PodAction{Pod: 3, Delete: &sim.Delete{}}))
	stripped := func() *sim.Scenario {
		return story(neverJob(withLimit(0)), []kubelet.Script{exits(time.Minute, 0)},
			onThePod(seconds(10), sim.PodAction{Pod: 1, RemoveLabel: batchv1.ControllerUidLabel}))
	}
	die := func(pod *corev1.Pod) { pod.DeletionTimestamp = &metav1.Time{Time: pod.CreationTimestamp.Time} }
	managed := story(neverJob(func(s *batchv1.JobSpec) { s.ManagedBy = new("example.com/batch") }), []kubelet.Script{exits(time.Minute, 0)})
	kills(t, [][]Requirement{ownership}, []mutant{
		{
			requirement: "job/ownership/leaves-jobs-of-others-alone", scenario: managed,
			mistake: func(d *fakes.Decisions) { d.IsForeign = func(*batchv1.Job) bool { return false } },
			says:    "is managed by somebody else, and the implementation creates pod",
		},
		{
			requirement: "job/ownership/leaves-jobs-of-others-alone", scenario: managed,
			mistake: func(d *fakes.Decisions) {
				d.IsForeign = func(*batchv1.Job) bool { return false }
				d.PodsWanted = func(*batchv1.Job, fakes.Counts) int32 { return 0 }
			},
			says: "is managed by example.com/batch, and the implementation asks to update its status",
		},
		{
			requirement: "job/ownership/adopts-orphans", scenario: takeOver(three), mistake: unclaimed,
			says: "has no controller and matches the selector of Job new, and is not adopted",
		},
		{
			requirement: "job/ownership/adoption-tracks", scenario: takeOver(three),
			rewrite: rewriteObjects(time.Minute, isImplementation, func(pod *corev1.Pod) { pod.Finalizers = nil }),
			says:    "without the finalizer batch.kubernetes.io/job-tracking, so the pod can vanish uncounted",
		},
		{
			requirement: "job/ownership/releases-pods", scenario: stripped(), mistake: unclaimed,
			says: "does not match the selector of Job work any more, and is not released",
		},
		{
			requirement: "job/ownership/release-untracks", scenario: stripped(),
			rewrite: rewriteObjects(seconds(10), isImplementation, func(pod *corev1.Pod) { pod.Finalizers = []string{batchv1.JobTrackingFinalizer} }),
			says:    "is released and keeps the finalizer",
		},
		{
			requirement: "job/ownership/released-pods-do-not-count", scenario: stripped(),
			rewrite: rewriteJobs(seconds(12), func(job *batchv1.Job) { job.Status.Failed = 1 }),
			says:    "shows 1 pods as failed, counted and listed, but only 0",
		},
		{
			requirement: "job/ownership/released-pods-are-replaced", scenario: stripped(),
			mistake: func(d *fakes.Decisions) {
				created := false
				d.PodsMissing = func(*batchv1.Job, int32, fakes.Counts) int32 {
					if created {
						return 0
					}
					created = true
					return 1
				}
			},
			says: "has too few active pods and no failed ones, and gets no pod",
		},
		{
			requirement: "job/ownership/adopts-for-the-living", scenario: takeOver(three),
			rewrite: rewriteObjects(time.Minute, anyEntry, func(job *batchv1.Job) {
				job.DeletionTimestamp = &metav1.Time{Time: job.CreationTimestamp.Time}
			}),
			says: "is adopted for Job new, of which the deletion was asked for at 1m0s",
		},
		{
			requirement: "job/ownership/adopted-pods-that-ended-count", scenario: takeOver(three),
			mistake: asIn("finished-orphans-ignored"), says: "has ended, has no controller and matches the selector of Job new",
		},
		{
			requirement: "job/ownership/adopted-pods-that-ended-count", scenario: takeOver(three),
			mistake: func(d *fakes.Decisions) { d.IsSucceeded = func(*corev1.Pod) bool { return false } },
			says:    "had ended when Job new adopted it, and does not count",
		},
		{
			requirement: "job/ownership/leaves-foreign-pods-alone",
			scenario: story(neverJob(withSize(2, 2)), []kubelet.Script{exits(time.Hour, 0)}, onThePod(seconds(15), sim.PodAction{Pod: 1,
				Patch: &sim.Patch{Type: types.JSONPatchType,
					Data: []byte(`[{"op": "replace", "path": "/metadata/ownerReferences/0/kind", "value": "Workflow"}]`)}}),
				edit(seconds(20), `{"spec": {"parallelism": 1}}`)),
			mistake: asIn("pods-owned-by-uid-alone"), says: "1 were its own and have another controller now",
		},
		{
			requirement: "job/ownership/leaves-foreign-pods-alone",
			scenario:    story(neverJob(withSize(2, 1)), []kubelet.Script{exits(seconds(10), 0)}, onThePod(seconds(15), sim.PodAction{Pod: 2, Patch: toStudio()})),
			rewrite: rewriteObjects(0, anyEntry, func(pod *corev1.Pod) {
				pod.OwnerReferences = []metav1.OwnerReference{{Kind: "Studio", Controller: new(true)}}
			}),
			says: "which has never been its own",
		},
		{
			requirement: "job/ownership/leaves-foreign-pods-alone",
			scenario:    story(neverJob(withSize(2, 1)), []kubelet.Script{exits(seconds(10), 0)}, onThePod(seconds(15), sim.PodAction{Pod: 2, Patch: toStudio()})),
			rewrite:     patchForeign, says: "which a Studio controls",
		},
		{
			requirement: "job/ownership/takes-over-running-pods", scenario: takeOver(three), mistake: unclaimed,
			says: "is created for Job new with parallelism 3, which has 1 active pods and could adopt 2 more",
		},
		{
			requirement: "job/ownership/leaves-dying-orphans", scenario: dying,
			rewrite: rewriteObjects(seconds(25), anyEntry, die), says: "is adopted for Job new although it is being deleted",
		},
		{
			requirement: "job/ownership/frees-dying-orphans",
			scenario: story(neverJob(withGrace(60)), []kubelet.Script{{Runs: exits(time.Hour, 0).Runs, Stop: kubelet.Stop{Ignore: true}}},
				sim.Action{When: after(seconds(30)), Delete: &sim.Delete{Propagation: metav1.DeletePropagationOrphan}},
				onThePod(seconds(30), sim.PodAction{Pod: 1, Delete: &sim.Delete{}})),
			sabotage: patchesInVain(), says: "has no controller, and keeps the finalizer",
		},
		{
			requirement: "job/ownership/adopted-surplus-is-deleted", scenario: takeOver(withSize(3, 1)),
			mistake: func(d *fakes.Decisions) {
				d.PodsWanted = func(_ *batchv1.Job, c fakes.Counts) int32 { return max(1, c.Active) }
			},
			says: "has adopted more pods than it wants, and they stay active",
		},
		broken(t, "job/ownership/adopts-what-it-selects", "selector-expressions-ignored", "SEL-1.3", "whose selector does not match its labels"),
	})
}
