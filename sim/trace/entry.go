package trace

import (
	"slices"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
)

// Object is what an entry can show: any Kubernetes object.
type Object interface {
	metav1.Object
	runtime.Object
}

// Kind says what an entry reports.
type Kind string

// The kinds of entries, and which fields of Entry they use beside Seq, At, Actor and Cause.
const (
	// Call is one API request with its outcome: Verb, Resource, Subresource, Namespace, Name, Status when refused, and
	// Object (for writes: the object as stored afterwards; for a delete: as last seen).
	Call Kind = "call"
	// Removed is an object that has left the store, because its last finalizer or its grace period ended: Resource,
	// Namespace, Name, Object (as last stored).
	Removed Kind = "removed"
	// Delivery is one watch event that reached an instance's cache: Verb (ADDED, MODIFIED, DELETED, BOOKMARK, RELIST),
	// Resource, Namespace, Name, Object. SKIPPED is a change that the watch's selectors leave out; it has no Object.
	Delivery Kind = "delivery"
	// Container is a change of a container in its pod: Verb (start, exit, backoff, pull-failed, kill), Namespace, Name
	// (the pod), Container, and Text for people. A start has Number (the how-manieth run, from 1); an exit has Code and
	// Reason (Completed, Error, OOMKilled); a backoff has Wait (until the next start).
	Container Kind = "container"
	// Node is something that happened to a node: Verb (lost, back, deleted), Name.
	Node Kind = "node"
	// Fault is a fault that was injected: Text.
	Fault Kind = "fault"
	// Instance is the life of an instance of the implementation: Verb (start, crash, stop, sync, panic, stuck), Text. A
	// sync is one call of a reconcile function, with Name and Namespace of its key.
	Instance Kind = "instance"
	// Log is a line that an implementation logged: Text.
	Log Kind = "log"
)

// Entry is one thing that happened. Fields that do not apply are empty.
type Entry struct {
	// Seq counts entries from 1.
	Seq int
	// Cause is the Seq of the entry that made this one happen; 0 for what the scenario started.
	Cause int
	// At is virtual time since the start of the run.
	At   time.Duration
	Kind Kind
	// Actor is who did it: "controller", "kubelet", "scheduler", "user", "garbage-collector", "node-lifecycle",
	// "pod-gc" and so on. For deliveries it is who received.
	Actor string
	// Instance numbers the instances of the implementation from 1; 0 for everybody else.
	Instance int

	Verb        string
	Resource    string
	Subresource string
	Namespace   string
	Name        string
	// Container, Number, Code, Signal, Wait and Reason belong to Container entries.
	Container string
	Number    int
	Code      int
	Signal    int
	Wait      time.Duration
	Reason    string

	// Status tells why the API server refused a call; nil when it did not. Lost marks a call whose caller did not get
	// the answer that the server gave (a time-out after the effect, a crash).
	Status *metav1.Status
	// DryRun marks a call that was checked and answered, and of which nothing was stored.
	Lost, DryRun bool
	// Object is shared and must not be changed.
	Object Object
	// Text is for people.
	Text string
}

// OK reports whether the entry is an API call that the server accepted.
func (e *Entry) OK() bool { return e.Kind == Call && e.Status == nil }

// Stored reports whether the entry is an API call that the server accepted, and not a dry run.
func (e *Entry) Stored() bool { return e.OK() && !e.DryRun }

// Trace is what happened in one run, in order.
type Trace struct {
	Entries []Entry
	// End is how far the run went in virtual time, if that is further than its last entry. It is not encoded.
	End time.Duration
}

// Append adds an entry, numbers it, and returns its Seq.
func (t *Trace) Append(e Entry) int {
	e.Seq = len(t.Entries) + 1
	if len(t.Entries) == cap(t.Entries) { // append would grow by a quarter, and copy a long trace many times over
		t.Entries = slices.Grow(t.Entries, max(64, len(t.Entries)))
	}
	t.Entries = append(t.Entries, e)
	return e.Seq
}

// Find returns the entry with a Seq, and nil for 0.
func (t *Trace) Find(seq int) *Entry {
	if seq < 1 || seq > len(t.Entries) {
		return nil
	}
	return &t.Entries[seq-1]
}

// Causes returns the chain of entries that led to an entry, the entry itself first.
func (t *Trace) Causes(seq int) []*Entry {
	var chain []*Entry
	for e := t.Find(seq); e != nil; e = t.Find(e.Cause) {
		chain = append(chain, e)
	}
	return chain
}
