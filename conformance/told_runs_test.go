package conformance

import (
	"net/http"
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

// broken reports whether a run that is written by hand breaks a requirement.
func (t *told) broken(requirement string) bool {
	claims := DefaultClaims()
	r := &sim.Result{Trace: t.trace, Scenario: &sim.Scenario{}}
	return Examine(r, []*Requirement{Lookup(requirement)}, &claims).Violations[0] != nil
}

// write adds a write to a Job, by the user (0) or an instance.
func (t *told) write(at time.Duration, instance int, subresource string, job *batchv1.Job) *told {
	return t.entry(at, trace.Entry{Kind: trace.Call, Instance: instance, Verb: "update", Resource: jobsResource, Subresource: subresource,
		Namespace: "default", Name: job.Name, Object: job})
}

// event adds an event about Job a. It is refused, as one whose name is taken, if it is to be.
func (t *told) event(at time.Duration, verb, name, reason string, refused bool) *told {
	e := trace.Entry{Kind: trace.Call, Instance: 1, Verb: verb, Resource: "events", Namespace: "default", Name: name}
	if refused {
		e.Status = &metav1.Status{Code: http.StatusConflict, Reason: metav1.StatusReasonAlreadyExists}
	} else {
		e.Object = &corev1.Event{ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: name}, Reason: reason,
			InvolvedObject: corev1.ObjectReference{UID: "a"}}
	}
	return t.entry(at, e)
}

func withCondition(job *batchv1.Job, kind batchv1.JobConditionType, status corev1.ConditionStatus) *batchv1.Job {
	job.Status.Conditions = append(job.Status.Conditions, batchv1.JobCondition{Type: kind, Status: status})
	return job
}

// The event of an end is about the version that ended (EV-2), however completions are edited before it comes.
func TestTooManySucceededIsAboutTheVersionThatEnded(t *testing.T) {
	sized := func(version string, completions, succeeded int32) *batchv1.Job {
		job := jobVersion("a", 1, version)
		job.Spec.Completions, job.Spec.CompletionMode = &completions, new(batchv1.IndexedCompletion)
		job.Status.Succeeded = succeeded
		return job
	}
	for _, completions := range []int32{0, 1} {
		r := begun(0).write(time.Second, 1, "status", withCondition(sized("3", completions, 1), batchv1.JobComplete, corev1.ConditionTrue)).
			write(time.Second, 0, "", withCondition(sized("4", 0, 1), batchv1.JobComplete, corev1.ConditionTrue)).
			event(time.Second, "create", "e", "Completed", false)
		NewWithT(t).Expect(r.broken("job/completions/too-many-succeeded-event")).To(Equal(completions < 1), "completions %d", completions)
	}
}

// client-go names events by the nanosecond, and takes one that is refused because its name is taken for stored. When it
// happens again the other event is patched, whatever that is about.
func TestPatchOfAnotherEventIsNoAnnouncement(t *testing.T) {
	for _, taken := range []bool{false, true} {
		r := begun(0).event(0, "create", "e", "Suspended", false).event(0, "create", "e", "", taken).
			write(time.Second, 1, "status", withCondition(jobVersion("a", 1, "3"), batchv1.JobSuspended, corev1.ConditionTrue))
		r.entry(time.Second, trace.Entry{Kind: trace.Delivery, Instance: 1, Verb: "MODIFIED", Resource: jobsResource,
			Object: withCondition(jobVersion("a", 1, "3"), batchv1.JobSuspended, corev1.ConditionTrue)})
		r.event(time.Minute, "patch", "e", "Suspended", false)
		NewWithT(t).Expect(r.broken("job/events/suspension-is-announced-once")).To(Equal(!taken), "the name is taken: %v", taken)
	}
}

// A list after a watch that broke fills the cache before the next watch is asked for.
func TestOwnWritesAreSeenInAList(t *testing.T) {
	for _, listed := range []bool{false, true} {
		r := begun(0).call(0, "list", jobsResource, "").call(0, "list", podsResource, "").call(0, "watch", jobsResource, "").
			write(time.Second, 1, "status", jobVersion("a", 1, "3")).call(time.Second, "get", "leases", "")
		if listed {
			r.call(2*time.Second, "list", jobsResource, "")
		}
		r.write(2*time.Second, 1, "status", jobVersion("a", 1, "4"))
		NewWithT(t).Expect(r.broken("job/resilience/waits-for-its-own-writes")).To(Equal(!listed), "listed: %v", listed)
	}
}

// A program's workers evaluate several Jobs at one instant, and their calls mingle (POD-9, TRK-5).
func TestEvaluationsOfSeveralJobsMingle(t *testing.T) {
	create := func(r *told, job, pod string, refused bool) {
		e := trace.Entry{Kind: trace.Call, Instance: 1, Verb: "create", Resource: podsResource, Namespace: "default", Name: job + "-"}
		if refused {
			e.Status = &metav1.Status{Code: http.StatusForbidden, Reason: metav1.StatusReasonForbidden}
		} else {
			e.Name, e.Object = pod, &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: pod, UID: types.UID(pod),
				OwnerReferences: []metav1.OwnerReference{{APIVersion: "batch/v1", Kind: "Job", Name: job, UID: types.UID(job), Controller: new(true)}}}}
		}
		r.entry(time.Second, e)
	}
	for _, c := range []struct {
		third, broken bool // a third creation of the second batch is one too many
	}{{false, false}, {true, true}} {
		r := begun(0).call(0, "list", jobsResource, "").call(0, "list", podsResource, "")
		create(r, "a", "a-1", false)
		create(r, "b", "b-1", false)
		create(r, "a", "", true)
		create(r, "a", "a-2", false)
		if c.third {
			create(r, "a", "a-3", false)
		}
		NewWithT(t).Expect(r.broken("job/pod-creation/slow-start")).To(Equal(c.broken), "a third: %v", c.third)
	}
}

// After news of a Job at the same instant nobody can tell to which evaluation a patch belongs (TRK-5, SYNC-6).
func TestRemovalsAfterNewsMayBelongToAnyEvaluation(t *testing.T) {
	ended := func(name string) *corev1.Pod {
		return &corev1.Pod{
			ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: name, UID: types.UID(name), ResourceVersion: "2",
				Finalizers:      []string{batchv1.JobTrackingFinalizer},
				OwnerReferences: []metav1.OwnerReference{{APIVersion: "batch/v1", Kind: "Job", Name: "a", UID: "a", Controller: new(true)}}},
			Status: corev1.PodStatus{Phase: corev1.PodSucceeded},
		}
	}
	for _, patched := range []bool{false, true} {
		r := begun(0).call(0, "list", jobsResource, "").call(0, "watch", jobsResource, "").call(0, "list", podsResource, "").call(0, "watch", podsResource, "")
		for _, name := range []string{"p", "q"} {
			r.entry(time.Second, trace.Entry{Kind: trace.Call, Verb: "create", Resource: podsResource, Namespace: "default", Name: name, Object: ended(name)})
			r.entry(time.Second, trace.Entry{Kind: trace.Delivery, Instance: 1, Verb: "ADDED", Resource: podsResource, Object: ended(name)})
		}
		job := jobVersion("a", 1, "3")
		job.Status.UncountedTerminatedPods = &batchv1.UncountedTerminatedPods{Succeeded: []types.UID{"p", "q"}}
		r.write(2*time.Second, 1, "status", job)
		refuse := func(name string) {
			r.entry(2*time.Second, trace.Entry{Kind: trace.Call, Instance: 1, Verb: "patch", Resource: podsResource, Namespace: "default",
				Name: name, Status: &metav1.Status{Code: http.StatusInternalServerError}})
		}
		refuse("p")
		r.entry(2*time.Second, trace.Entry{Kind: trace.Delivery, Instance: 1, Verb: "MODIFIED", Resource: jobsResource, Object: jobVersion("a", 2, "4")})
		if patched {
			refuse("q")
		}
		r.call(3*time.Second, "get", "leases", "")
		NewWithT(t).Expect(r.broken("job/tracking/one-refusal-stops-no-others")).To(Equal(!patched), "patched: %v", patched)
	}
}

// Who crashes at the instant at which he is told, and is there again at once, begins anew (PAR-4).
func TestRaisedParallelismIsForgottenInACrash(t *testing.T) {
	sized := func(parallelism int32, generation int64, version string) *batchv1.Job {
		job := jobVersion("a", generation, version)
		job.Spec.Parallelism, job.Spec.Completions = &parallelism, new(int32(1))
		return job
	}
	for _, crashes := range []bool{false, true} {
		r := begun(0).write(0, 0, "", sized(0, 2, "3")).call(0, "list", jobsResource, "").call(0, "watch", jobsResource, "").
			call(0, "list", podsResource, "").call(0, "watch", podsResource, "").write(time.Second, 0, "", sized(1, 3, "4"))
		r.entry(time.Second, trace.Entry{Kind: trace.Delivery, Instance: 1, Verb: "MODIFIED", Resource: jobsResource, Object: sized(1, 3, "4")})
		if crashes {
			r.entry(time.Second, trace.Entry{Kind: trace.Instance, Instance: 1, Verb: "crash"})
			r.entry(time.Second, trace.Entry{Kind: trace.Instance, Instance: 2, Verb: "start"})
		}
		r.call(2*time.Second, "get", "leases", "")
		NewWithT(t).Expect(r.broken("job/parallelism/raising-creates-at-once")).To(Equal(!crashes), "it crashes: %v", crashes)
	}
}

// A program leaves no trace of its evaluations but what they do: after a refused creation there must be another one in time
// (POD-11), unless it may have failed more often than can be seen.
func TestAProgramRetriesInTime(t *testing.T) {
	for _, c := range []struct {
		name           string
		again          time.Duration // after the second refusal, which comes a second after the first
		lateBy         time.Duration
		edited, inTime bool
	}{
		{"two seconds later", 2 * time.Second, 0, false, true},
		{"three seconds later", 3 * time.Second, 0, false, false},
		{"three seconds later, and a watch is late", 3 * time.Second, time.Second, false, true},
		{"three seconds later, after an edit", 3 * time.Second, 0, true, true},
	} {
		r := begun(0).call(0, "list", jobsResource, "").call(0, "list", podsResource, "").call(0, "watch", jobsResource, "").call(0, "watch", podsResource, "")
		refuse := func(at time.Duration) {
			r.entry(at, trace.Entry{Kind: trace.Call, Instance: 1, Verb: "create", Resource: podsResource, Namespace: "default", Name: "a-",
				Status: &metav1.Status{Code: http.StatusForbidden, Reason: metav1.StatusReasonForbidden}})
		}
		if c.edited { // at the same instant, so that nobody can tell to which evaluation the refusal belongs
			r.entry(9*time.Second, trace.Entry{Kind: trace.Delivery, Instance: 1, Verb: "MODIFIED", Resource: jobsResource, Object: jobVersion("a", 2, "3")})
			refuse(9 * time.Second)
		}
		refuse(10 * time.Second)
		if c.lateBy > 0 {
			r.write(10*time.Second, 0, "", jobVersion("b", 1, "3"))
		}
		refuse(11 * time.Second)
		if c.lateBy > 0 {
			r.entry(11*time.Second, trace.Entry{Kind: trace.Delivery, Instance: 1, Verb: "MODIFIED", Resource: jobsResource, Object: jobVersion("b", 1, "3")})
		}
		refuse(11*time.Second + c.again)
		r.call(11*time.Second+c.again, "get", "leases", "")
		NewWithT(t).Expect(r.broken("job/pod-creation/retry-delay")).To(Equal(!c.inTime), c.name)
	}
}
