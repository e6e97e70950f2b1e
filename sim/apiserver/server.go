package apiserver

import (
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/jobsim/jobsim/sim/event"
	"github.com/jobsim/jobsim/sim/internal/slab"
	"github.com/jobsim/jobsim/sim/trace"
)

// Recorder takes what happens into the trace. It fills in At, Cause and Seq, and returns Seq.
type Recorder interface {
	Record(trace.Entry) int
}

// Options of a server. The zero value is a sensible one.
type Options struct {
	// Seed makes names and UIDs.
	Seed uint64
	// WatchWindow is how many changes of each resource a watch can start behind; a watch from further back gets 410
	// Gone and must list again. Zero means 100,000.
	WatchWindow int
	// ExpectedPods is about how many pods will be created, to make room for them at once.
	ExpectedPods int
	// Namespaces exist from the start, beside default, kube-node-lease, kube-public and kube-system.
	Namespaces []string
}

// Server is the simulated API server. It belongs to one goroutine at a time.
type Server struct {
	queue    *event.Queue
	recorder Recorder
	store    store
	identity identity
	pods     slab.Slab[corev1.Pod] // memory for what is stored
}

// New returns a server that holds nothing but namespaces and whose clock is the queue's.
func New(queue *event.Queue, recorder Recorder, o Options) *Server {
	if o.WatchWindow == 0 {
		o.WatchWindow = 100_000
	}
	s := &Server{
		queue:    queue,
		recorder: recorder,
		store:    newStore(o.WatchWindow, o.ExpectedPods),
		identity: identity{seed: o.Seed},
	}
	s.addInitialNamespaces(o.Namespaces)
	s.pods.Reserve(2 * o.ExpectedPods) // as created, and as bound
	s.store.pods.log = make([]Change, 0, 7*o.ExpectedPods)
	return s
}

// Subscribe calls notice for every stored change of a resource, before the writer's call returns: this is how the
// actors of the cluster, which have no stale caches, see the world. A notice schedules what is to be done; it must not
// write.
func (s *Server) Subscribe(r Resource, notice func(Change)) {
	c := s.store.of(r)
	c.notices = append(c.notices, notice)
}

// now is the time as objects carry it: whole seconds (TIME-0).
func (s *Server) now() metav1.Time { return metav1.NewTime(s.queue.Time().Truncate(time.Second)) }

// Caller is somebody who calls the server. It is cheap to make and to copy.
type Caller struct {
	server   *Server
	actor    string
	instance int
	// trusted callers are parts of the cluster: they hand over objects that they do not touch afterwards, never write
	// what changes nothing, and what they write is not validated.
	trusted bool
	// lost marks calls whose answer will not reach the caller, for the trace.
	lost   bool
	dryRun bool
	// manager owns the fields that the caller writes; empty means actor. Applying says that the managedFields of what is
	// written are right already.
	manager  string
	applying bool
	// warn is told what a client is warned of; nil for those who do not want to know.
	warn func(string)
	// check is what the caller's version of the API asks for besides what every version does; nil for nothing.
	check func(obj, old Object) field.ErrorList
}

// As returns a caller that is part of the cluster, such as "kubelet". Objects that it passes are handed over.
func (s *Server) As(actor string) *Caller {
	return &Caller{server: s, actor: actor, trusted: true}
}

// For returns a caller whose requests are checked like anybody's: a user, or an instance of an implementation
// (numbered from 1; 0 for users). Objects that it passes are handed over all the same: doors make the copy.
func (s *Server) For(actor string, instance int) *Caller {
	return &Caller{server: s, actor: actor, instance: instance}
}

// Get returns the stored object, which is shared and must not be changed.
func (c *Caller) Get(k Key) (Object, error) {
	obj := c.server.store.get(k)
	if obj == nil {
		return nil, notFound(k)
	}
	return obj, nil
}

// Exists reports whether an object is stored.
func (c *Caller) Exists(k Key) bool { return c.server.store.get(k) != nil }

// record writes the trace entry of a call.
func (c *Caller) record(verb, subresource string, k Key, obj Object, err error) int {
	return c.recordText(verb, subresource, k, obj, err, "")
}

func (c *Caller) recordText(verb, subresource string, k Key, obj Object, err error, text string) int {
	return c.server.recorder.Record(trace.Entry{
		Kind: trace.Call, Actor: c.actor, Instance: c.instance,
		Verb: verb, Resource: string(k.Resource), Subresource: subresource, Namespace: k.Namespace, Name: k.Name,
		Status: statusOf(err), Lost: c.lost, DryRun: c.dryRun, Object: obj, Text: text,
	})
}

// DryRun returns a caller whose writes are checked and answered but not stored.
func (c *Caller) DryRun() *Caller {
	dry := *c
	dry.dryRun = true
	return &dry
}

// Warning returns a caller whose warnings are told to a function, one by one, besides being in the trace.
func (c *Caller) Warning(warn func(string)) *Caller {
	told := *c
	told.warn = warn
	return &told
}

// Checked returns a caller whose writes have to pass a check besides those that everybody's have to: a version of the API
// can ask for more than another. Old is nil on create.
func (c *Caller) Checked(check func(obj, old Object) field.ErrorList) *Caller {
	strict := *c
	strict.check = check
	return &strict
}

func (c *Caller) checked(obj, old Object) field.ErrorList {
	if c.check == nil {
		return nil
	}
	return c.check(obj, old)
}

// warned tells the client its warnings, and returns them as the trace has them.
func (c *Caller) warned(warnings []string) string {
	if c.warn != nil {
		for _, w := range warnings {
			c.warn(w)
		}
	}
	return strings.Join(warnings, "; ")
}

// Losing returns a caller whose answers get lost on the way back, for the trace.
func (c *Caller) Losing() *Caller {
	losing := *c
	losing.lost = true
	return &losing
}

// Refuse records a call that fails before it has any effect, and returns the error that the client is told.
func (c *Caller) Refuse(verb, subresource string, k Key, err error) error {
	c.record(verb, subresource, k, nil, err)
	return err
}

// RecordSelection writes the trace entry of a list or a watch by an implementation.
func (c *Caller) RecordSelection(verb string, sel Selection, err error) {
	c.recordText(verb, "", Key{Resource: sel.Resource, Namespace: sel.Namespace}, nil, err, sel.selectors())
}

// RecordRead writes the trace entry of a read by an implementation.
func (c *Caller) RecordRead(verb string, k Key, err error) { c.record(verb, "", k, nil, err) }
