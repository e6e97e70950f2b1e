package conformance

import (
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/jobsim/jobsim/sim"
	"github.com/jobsim/jobsim/sim/trace"
)

// view is what a trace has shown so far: the cluster as it is, and what the implementation can know of it. It is kept
// once for all checks of a run, so that a check is a few lines.
type view struct {
	run    *sim.Result
	claims *Claims
	// now is the time of the entry that is being looked at.
	now   time.Duration
	entry *trace.Entry

	// jobs are all Jobs that there have been, in order of creation; a Job that is recreated is another one.
	jobs     []*jobState
	jobByUID map[types.UID]*jobState
	podByUID map[types.UID]*podState
	podByKey map[types.NamespacedName]*podState // the one that is in the store
	// foreign are the Jobs that somebody else manages, each as it was stored last, those that are gone as well.
	foreign map[types.UID]*batchv1.Job
	// foreignGone are those of them that are gone.
	foreignGone map[types.UID]bool
	// pods are all that there have been, in order of creation, whoever controls them.
	pods []*podState
	// orphaned and strays are how many pods in the store nobody controls, and are controlled by a Job whose selector
	// they do not match.
	orphaned, strays int
	// lostNodes are the nodes that are cut off.
	lostNodes map[string]bool

	// telling tells that it matters what predicates say for people.
	telling bool

	// sync is the Seq of the call of a reconcile function that is under way or was the last; 0 for other shapes.
	sync int
	// evaluation is what the entry that is being looked at belongs to. Of a program, began is the last Seq of the instant
	// before, and unclear tells that nobody can tell the evaluations of this one from each other.
	evaluation evaluation
	began      int
	unclear    bool

	knowledge
}

func newView(claims *Claims) *view {
	return &view{
		claims: claims, foreign: map[types.UID]*batchv1.Job{}, foreignGone: map[types.UID]bool{},
		jobByUID: map[types.UID]*jobState{}, podByUID: map[types.UID]*podState{},
		podByKey: map[types.NamespacedName]*podState{},
	}
}

// restart empties the view for another run. It keeps its memory.
func (v *view) restart(r *sim.Result) {
	clear(v.jobByUID)
	clear(v.podByUID)
	clear(v.podByKey)
	clear(v.foreign)
	clear(v.foreignGone)
	*v = view{
		run: r, claims: v.claims, jobByUID: v.jobByUID, podByUID: v.podByUID, podByKey: v.podByKey, foreign: v.foreign,
		foreignGone: v.foreignGone,
		jobs:        v.jobs[:0], pods: v.pods[:0], knowledge: knowledge{overtook: v.overtook[:0]},
	}
}

// next lengthens a slice by one object. It returns one that was left from a run before, if there is one, or a new one.
func next[T any](all []*T) ([]*T, *T) {
	if n := len(all); n < cap(all) {
		if all = all[:n+1]; all[n] != nil {
			return all, all[n]
		}
		all[n] = new(T)
		return all, all[n]
	}
	object := new(T)
	return append(all, object), object
}

// seenChange is what an entry has changed in the view; both are nil if nothing.
type seenChange struct {
	job *jobState
	pod *podState
}

// take brings the view up to the state after an entry.
func (v *view) take(e *trace.Entry) seenChange {
	v.entry = e
	v.evaluation = evaluation{}
	switch e.Kind {
	case trace.Call:
		v.noteCall(e)
		var change seenChange
		if e.Stored() && e.Object != nil {
			change = v.stored(e)
		}
		v.noteEvaluation(e)
		return change
	case trace.Removed:
		return v.removed(e)
	case trace.Node:
		if v.lostNodes == nil {
			v.lostNodes = map[string]bool{}
		}
		v.lostNodes[e.Name] = e.Verb == "lost"
	case trace.Delivery:
		v.noteDelivery(v, e)
	case trace.Instance:
		v.noteInstance(v, e)
	}
	return seenChange{}
}

// stored takes a write. A write that has changed nothing is none.
func (v *view) stored(e *trace.Entry) seenChange {
	switch obj := e.Object.(type) {
	case *batchv1.Job:
		j := v.jobByUID[obj.UID]
		if !v.claims.manages(obj) { // no promise is about such a Job, except that it is left alone (MB-1)
			if e.Text != "no change" {
				v.noteChange(jobsResource)
			}
			v.foreign[obj.UID] = obj
			return seenChange{}
		}
		if j == nil {
			j = v.newJob(obj)
		} else if j.obj.ResourceVersion == obj.ResourceVersion {
			return seenChange{}
		}
		v.noteChange(jobsResource)
		j.stored(v, obj)
		return seenChange{job: j}
	case *corev1.Pod:
		p := v.podByUID[obj.UID]
		if p == nil {
			p = v.newPod(obj)
		} else if p.obj.ResourceVersion == obj.ResourceVersion {
			// The last write to a pod that goes with it: its finalizer is what is taken away.
			p.noteFinalizer(v, p.obj, obj)
			return seenChange{}
		}
		v.noteChange(podsResource)
		p.stored(v, obj)
		return seenChange{pod: p}
	}
	return seenChange{}
}

// removed takes an object that has left the store.
func (v *view) removed(e *trace.Entry) seenChange {
	switch obj := e.Object.(type) {
	case *batchv1.Job:
		if !v.claims.manages(obj) {
			v.noteChange(jobsResource)
			v.foreignGone[obj.UID] = true
		}
		if j := v.jobByUID[obj.UID]; j != nil {
			v.noteChange(jobsResource)
			j.before, j.was, j.gone, j.goneAt = j.obj, j.is, true, v.now
			if !j.deletion.come() {
				j.deletion = moment{v.now, e}
			}
			return seenChange{job: j}
		}
	case *corev1.Pod:
		if p := v.podByUID[obj.UID]; p != nil {
			v.noteChange(podsResource)
			p.removed(v)
			return seenChange{pod: p}
		}
	}
	return seenChange{}
}

// byImplementation reports whether the entry that is being looked at is a request of the implementation.
func (v *view) byImplementation() bool { return isImplementation(v.entry) }

func isImplementation(e *trace.Entry) bool { return e.Kind == trace.Call && e.Instance > 0 }

// pod returns the pod with a name that is in the store, or nil.
func (v *view) pod(namespace, name string) *podState {
	return v.podByKey[types.NamespacedName{Namespace: namespace, Name: name}]
}
