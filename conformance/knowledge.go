package conformance

import (
	"net/http"
	"slices"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/jobsim/jobsim/sim"
	"github.com/jobsim/jobsim/sim/trace"
)

const (
	jobsResource = "jobs"
	podsResource = "pods"
)

// knowledge keeps what stands between the cluster and the implementation: whether it runs, how far its watches are
// behind, and when it was last hindered. Nobody may be blamed for what he could not know or do.
type knowledge struct {
	// down tells that no instance runs.
	down bool
	// instance is the number of the present one, runsSince when it was started.
	instance  int
	runsSince time.Duration
	// begins is when the present instance acts for the first time, at the latest.
	begins time.Duration
	// patience is since and until when a program may be waiting for the same answer.
	patience waiting
	late     lateness
	// behindAt is until when they were, for those who must not forget that it was so.
	behindAt time.Duration
	// hindered is until when the implementation was last kept from acting: down, behind, or waiting to try again.
	hindered time.Duration
	// namespaceGoes tells that a creation was refused because the namespace goes away: nobody needs to try again (POD-10).
	namespaceGoes bool
	// refused is when a call of the implementation was refused or its answer lost last, if wasRefused.
	refused    time.Duration
	refusals   int // in a row
	refusedSeq int // the Seq of the last one
	wasRefused bool
	jobsWatch  watchState
	podsWatch  watchState
	// overtook are the Jobs of which versions are still at work although the cache shows newer ones, and since when.
	overtook   []*jobState
	overtookAt time.Duration
}

// watchState is how far a watch of the present instance is behind.
type watchState struct {
	open    bool
	pending int // changes that are stored and not delivered
	// listed tells that the instance has listed the resource since it has opened the watch, maybe to open another one
	// from there, and since are the changes that have been stored since.
	listed  bool
	since   int
	refused bool // that it may not watch, when it last asked
	relist  int  // the Seq of what has filled the cache last
}

func (k *knowledge) watch(resource string) *watchState {
	switch resource {
	case jobsResource:
		return &k.jobsWatch
	case podsResource:
		return &k.podsWatch
	}
	return nil
}

// behind reports whether there are changes that the implementation has not been told of.
func (k *knowledge) behind() bool { return k.jobsWatch.pending > 0 || k.podsWatch.pending > 0 }

// noteChange counts a stored change that a watch will deliver.
func (k *knowledge) noteChange(resource string) {
	w := k.watch(resource)
	if w.open {
		w.pending++
	}
	if w.listed {
		w.since++
	}
}

// noteCall notes whether a request of the implementation failed, so that it may wait before it tries again.
func (v *view) noteCall(e *trace.Entry) {
	if !isImplementation(e) {
		return
	}
	v.noteList(e)
	v.notePatience(e)
	refused := e.Status != nil && e.Status.Code != http.StatusNotFound &&
		(e.Status.Code != http.StatusUnprocessableEntity || v.injects(e.Status.Code))
	if refused || e.Lost {
		v.noteFailure()
		v.noteHeld(e)
	}
	v.namespaceGoes = v.namespaceGoes || fromTerminatingNamespace(e)
	if e.Status != nil && e.Status.Code == http.StatusNotFound && e.Resource == podsResource {
		if p := v.pod(e.Namespace, e.Name); p != nil {
			p.denied = true
		}
	}
}

func (k *knowledge) noteInstance(v *view, e *trace.Entry) {
	switch e.Verb {
	case "crash", "stop":
		k.down = true
		k.jobsWatch, k.podsWatch = watchState{}, watchState{}
		v.forgetCaches()
	case "sync":
		v.noteSync(e)
	case "error":
		// A reconcile function may give up because its caches are behind (CTRL-4); it waits as long as after a refused call.
		if v.behind() && v.refusedSeq < v.sync {
			v.noteFailure()
		}
	case "start":
		k.down, k.instance, k.runsSince = false, e.Instance, v.now
		k.patience = waiting{}
		k.begins, k.hindered = v.now, max(k.hindered, v.now)
	}
}

// forgetCaches empties what the implementation has seen: it remembers nothing.
func (v *view) forgetCaches() {
	for _, j := range v.jobs {
		j.seen, j.overtaken = nil, j.overtaken[:0]
	}
	for _, p := range v.pods {
		p.seen, p.answered, p.overtaken = nil, false, p.overtaken[:0]
	}
}

func (k *knowledge) noteDelivery(v *view, e *trace.Entry) {
	if e.Instance != k.instance {
		return
	}
	w := k.watch(e.Resource)
	if w == nil {
		return
	}
	if e.Verb == "RELIST" {
		*w = watchState{open: true}
		v.relisted(e.Resource, anything)
		return
	}
	w.open = true
	w.pending = max(0, w.pending-1)
	switch obj := e.Object.(type) {
	case *batchv1.Job:
		v.deliveredJob(obj, e.Verb == "DELETED")
	case *corev1.Pod:
		v.deliveredPod(obj, e.Verb == "DELETED")
	}
}

// relisted takes in a list of the objects that are selected.
func (v *view) relisted(resource string, selected func(trace.Object) bool) {
	v.watch(resource).relist = v.entry.Seq
	for _, j := range v.jobs {
		if resource == jobsResource {
			v.overtake(j, len(j.unseen))
			j.seen, j.unseen = nil, j.unseen[:0]
			if !j.gone && selected(j.obj) {
				j.seen = j.obj
			}
		}
	}
	if resource != podsResource {
		return
	}
	for _, p := range v.pods {
		p.overtake(p.seen)
		p.seen, p.seenAt, p.seenSeq = nil, v.now, v.entry.Seq
		if !p.gone && selected(p.obj) {
			p.seen = p.obj
		}
	}
}

func (v *view) deliveredJob(obj *batchv1.Job, deleted bool) {
	j := v.jobByUID[obj.UID]
	if j == nil {
		return
	}
	v.noteNews(obj, j.seen, deleted)
	if deleted {
		v.overtake(j, len(j.unseen))
		j.seen, j.unseen = nil, j.unseen[:0]
		return
	}
	for i, version := range j.unseen {
		if version == obj || version.ResourceVersion == obj.ResourceVersion {
			v.overtake(j, i)
			j.unseen = slices.Delete(j.unseen, 0, i+1)
			break
		}
	}
	j.seen = obj
}

// overtake notes that the cache goes beyond what it shows and the first versions that it has not shown.
func (v *view) overtake(j *jobState, unseen int) {
	if len(j.overtaken) == 0 {
		v.overtook = append(v.overtook, j)
	}
	if j.seen != nil {
		j.overtaken = append(j.overtaken, j.seen)
	}
	j.overtaken = append(j.overtaken, j.unseen[:unseen]...)
	v.overtookAt = v.now
}

func (v *view) deliveredPod(obj *corev1.Pod, deleted bool) {
	p := v.podByUID[obj.UID]
	if p == nil {
		return
	}
	p.overtake(p.seen)
	if p.seen, p.seenAt, p.seenSeq = obj, v.now, v.entry.Seq; deleted {
		p.seen = nil
	}
}

// pass notes that time goes on from what is now to until.
func (v *view) pass(until time.Duration) {
	v.noteInstant()
	if v.down || v.behind() {
		v.hindered = max(v.hindered, until)
	}
	if v.behind() {
		v.late.goOn(v.now, until)
		v.behindAt = until
	}
	if v.sync == 0 && until-v.overtookAt > v.slowness() && (!v.patient() || until > v.patience.until) {
		v.forgetOvertaken()
	}
}

// forgetOvertaken is for when the implementation cannot act on what it read before any more.
func (v *view) forgetOvertaken() {
	for _, j := range v.overtook {
		j.overtaken = j.overtaken[:0]
	}
	v.overtook = v.overtook[:0]
}

// noteSync notes that a reconcile function is called. It decides by what it reads from now on.
func (v *view) noteSync(e *trace.Entry) {
	v.sync = e.Seq
	v.forgetOvertaken()
}

// skewed reports whether the clock of the implementation has been set wrong in this run.
func (v *view) skewed() bool {
	return slices.ContainsFunc(v.run.Scenario.Faults, func(f sim.Fault) bool { return f.Clock != nil })
}

// injects reports whether calls fail with a status code in this run because the scenario says so. Otherwise it is the
// implementation's own fault if it asks for something invalid.
func (v *view) injects(code int32) bool {
	return slices.ContainsFunc(v.run.Scenario.Faults, func(f sim.Fault) bool {
		return f.Error != nil && f.Error.Status.Code == code
	})
}

// jobNamed returns the Job of a name that there is or was last; nil if there was none.
func (v *view) jobNamed(namespace, name string) *jobState {
	for i := len(v.jobs) - 1; i >= 0; i-- {
		if j := v.jobs[i]; j.obj.Name == name && j.obj.Namespace == namespace {
			return j
		}
	}
	return nil
}

// overdue reports whether the implementation has had longer than its reaction time, up to until, for something that
// it could know since from.
func (v *view) overdue(from, until time.Duration) bool {
	from = max(from, v.hindered)
	return until-from > v.claims.Bounds.Reaction+v.slowness()
}

// slowness is what calls that take time add: a reaction can be a few dozen of them in a row.
func (v *view) slowness() time.Duration { return 50 * v.run.Scenario.Latency }

// statusReason is why the API server refused a call, and empty if it did not.
func statusReason(e *trace.Entry) metav1.StatusReason {
	if e.Status == nil {
		return ""
	}
	return e.Status.Reason
}
