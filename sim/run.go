package sim

import (
	"errors"
	"fmt"
	"time"

	"github.com/jobsim/jobsim/sim/adapter"
	"github.com/jobsim/jobsim/sim/apiserver"
	"github.com/jobsim/jobsim/sim/event"
	"github.com/jobsim/jobsim/sim/internal/bubble"
	"github.com/jobsim/jobsim/sim/kubelet"
	"github.com/jobsim/jobsim/sim/trace"
)

const (
	defaultUntil  = 24 * time.Hour
	defaultEvents = 10_000_000
	// afterwards is how long a run goes on when all Jobs have finished and only timers of the implementation are left.
	afterwards = time.Minute
)

// Option changes how a scenario is run.
type Option func(*options)

type options struct {
	chooser event.Chooser
	seed    uint64
	// replayed is the token that the run repeats.
	replayed *event.Token
	limits   Limits
	// neighbours are other controllers in the cluster.
	neighbours []*neighbour
}

// Limits bound a run. Zero values mean the defaults.
type Limits struct {
	// Events bounds the events of a run. Default 10,000,000.
	Events int
	adapter.Limits
}

// WithSeed makes a random run: every choice is drawn from the seed, and so are names. Without it a run is calm: choices
// are fixed, nothing is late, nothing overtakes.
func WithSeed(seed uint64) Option {
	return func(o *options) { o.chooser, o.seed = event.NewSeeded(seed), seed }
}

// WithChooser has every choice made by a chooser.
func WithChooser(c event.Chooser) Option { return func(o *options) { o.chooser = c } }

// WithReplay repeats the run that a token is of, choice by choice. Run refuses a token of another scenario.
func WithReplay(t event.Token) Option {
	return func(o *options) {
		o.chooser, o.seed, o.replayed = &event.Replay{Choices: t.Choices}, t.Seed, &t
	}
}

// WithLimits sets limits.
func WithLimits(l Limits) Option { return func(o *options) { o.limits = l } }

// run is one run under way.
type run struct {
	scenario *Scenario
	impl     adapter.Implementation
	options  options
	chooser  *event.Recorded // nil in a calm run
	queue    *event.Queue
	trace    *trace.Trace
	server   *apiserver.Server
	cluster  *kubelet.Cluster

	strand   *adapter.Strand
	instance adapter.Instance
	last     adapter.Drainer // the last instance, ended or not
	world    *world
	starting bool // an instance is starting
	started  int  // instances so far
	skew     time.Duration
	waits    int           // how often an instance has acted by itself
	stirred  time.Duration // when the world last had something to do after all Jobs had finished

	jobs     *jobWatcher
	triggers []*pendingTrigger
	errors   []*activeError
	crashes  []*activeCrash
	delays   []*activeDelay
	watching []*openWatch

	failure error
	// unruly is how a neighbour has failed: a run with it says nothing of the implementation.
	unruly error
	ending Ending
	leaked []string
}

// Run runs a scenario. The error tells that the scenario or the options make no sense; whatever the implementation
// does is in the result.
func Run(s *Scenario, impl adapter.Implementation, opts ...Option) (*Result, error) {
	o := options{chooser: event.Fixed{}}
	for _, opt := range opts {
		opt(&o)
	}
	if err := s.Check(); err != nil {
		return nil, err
	}
	if err := o.checkNeighbours(); err != nil {
		return nil, err
	}
	if o.replayed != nil && o.replayed.Scenario != s.Fingerprint() {
		return nil, fmt.Errorf("replay: the token belongs to another scenario than %s, or to another version of it", s.Name)
	}
	r := newRun(s, impl, o)
	if _, ok := impl.(adapter.InBubble); ok && bubble.ID() == 0 {
		r.superviseBubble()
	} else {
		r.supervise()
		r.stop()
	}
	return r.result()
}

func newRun(s *Scenario, impl adapter.Implementation, o options) *run {
	r := &run{scenario: s, impl: impl, options: o, trace: &trace.Trace{Entries: make([]trace.Entry, 0, s.expectedEntries())}}
	chooser := o.chooser
	if _, calm := chooser.(event.Fixed); !calm {
		r.chooser = &event.Recorded{From: chooser}
		chooser = r.chooser
	}
	if r.options.limits.Events == 0 {
		r.options.limits.Events = defaultEvents
	}
	r.options.limits.Limits = r.options.limits.Limits.WithDefaults()
	r.queue = event.NewQueue(chooser)
	r.server = apiserver.New(r.queue, r, apiserver.Options{
		Seed: o.seed, ExpectedPods: s.expectedPods(), Namespaces: s.namespaces(),
	})
	r.strand = adapter.NewStrand()
	return r
}

// Record takes an entry into the trace at the present instant, with what is going on as its cause.
func (r *run) Record(e trace.Entry) int {
	e.At, e.Cause = r.queue.Now(), r.queue.Cause
	return r.trace.Append(e)
}

// prepare builds the cluster, starts the implementation, and puts everything that the scenario says on the queue.
func (r *run) prepare() {
	r.server.StartGarbageCollector()
	r.server.StartNamespaceController()
	r.cluster = kubelet.New(r.queue, kubelet.Over(r.server), r, kubelet.Options{
		Nodes: r.scenario.Nodes, Scripts: r.scenario.scripts(), ExpectedPods: r.scenario.expectedPods(),
	})
	r.jobs = watchJobs(r.server, r.queue)
	r.scheduleFaults()
	for _, job := range r.scenario.Jobs {
		r.queue.At(0, event.User, func() { r.create(job) })
	}
	r.scheduleActions()
	r.server.Subscribe(apiserver.Jobs, r.checkTriggers)
	r.server.Subscribe(apiserver.Pods, r.checkTriggers)
	r.startNeighbours()
	r.start()
}

// loop lets events happen until there is a reason to end.
func (r *run) loop() {
	for r.ending == "" {
		if r.instance != nil && r.failure == nil {
			r.failure = r.instance.Settle()
		}
		if r.unruly = r.settleNeighbours(); r.unruly != nil {
			return
		}
		if r.failure != nil {
			r.ending = endingOf(r.failure)
			return
		}
		r.step()
	}
}

// step ends the run, or lets time pass until the next event, or lets the next event happen.
func (r *run) step() {
	next, pending := r.queue.Next()
	end, why := r.horizon()
	switch {
	case !pending && (r.instance == nil || !r.instance.Busy()):
		r.ending = Quiet
	case r.tooManyEvents():
	case pending && next <= end:
		if next > r.queue.Now() && r.instance != nil {
			r.wait(r.instance, next)
			return
		}
		r.queue.Step()
	case r.queue.Now() >= end:
		r.ending = why
	case r.instance != nil:
		r.wait(r.instance, end)
	default:
		r.queue.AdvanceTo(end)
	}
}

// wait lets time pass for an instance, which may act by itself before.
func (r *run) wait(i adapter.Instance, until time.Duration) {
	if i.Wait(until); r.queue.Now() < until {
		r.waits++
	}
}

// tooManyEvents ends the run at the limit of events. What an instance does by itself counts as one.
func (r *run) tooManyEvents() bool {
	events := r.queue.Steps() + r.waits
	if events < r.options.limits.Events || r.ending != "" {
		return false
	}
	r.ending = TooManyEvents
	r.failure = fmt.Errorf("%d events, and the run goes on: expected it to come to an end; "+
		"raise the limit, or end the scenario earlier with until", events)
	return true
}

// horizon is how far the run may go, and what it means to get there: the end that the scenario says, or, once every Job
// has finished and the cluster has come to rest, a little after that, since what is left are timers of the
// implementation.
func (r *run) horizon() (time.Duration, Ending) {
	end := r.scenario.Until
	if end == 0 {
		end = defaultUntil
	}
	finished, all := r.jobs.allFinished()
	if !all {
		return end, TimeIsUp
	}
	if r.queue.PendingBefore(event.Controller) {
		r.stirred, _ = r.queue.Next() // the implementation may have to react to what is still to come
		return end, TimeIsUp
	}
	if rest := max(finished, r.stirred) + afterwards; rest < end {
		return rest, Finished
	}
	return end, TimeIsUp
}

// stop ends what is left of the implementation.
func (r *run) stop() {
	if r.instance != nil {
		r.instance.Stop()
	}
	if r.last != nil {
		r.last.Drain()
	}
	for _, n := range r.options.neighbours {
		n.stop()
	}
}

// start starts an instance of the implementation.
func (r *run) start() {
	r.started++
	r.watching = nil
	w := &world{run: r, number: r.started}
	r.world = w
	outer := r.queue.Cause
	r.queue.Cause = w.Record(trace.Entry{Kind: trace.Instance, Verb: "start", Text: r.impl.Name()})
	r.starting = true
	instance, err := r.impl.Start(w)
	r.hasStarted(w, instance, err)
	r.queue.Cause = outer
}

// hasStarted takes over an instance whose start is over.
func (r *run) hasStarted(w *world, instance adapter.Instance, err error) {
	r.starting = false
	switch {
	case w.ended: // in the middle of its start; the next one is on the queue
	case err != nil:
		r.failure = fmt.Errorf("%s could not be started: %w", r.impl.Name(), err)
	default:
		r.instance = instance
	}
}

// crash ends the instance; another one starts after down.
func (r *run) crash(text string, down time.Duration) {
	if r.instance == nil {
		r.faulty("nothing to crash: the controller is down")
		return
	}
	outer := r.queue.Cause
	r.queue.Cause = r.world.Record(trace.Entry{Kind: trace.Instance, Verb: "crash", Text: text})
	r.world.ended = true
	r.instance.Stop()
	r.instance = nil
	r.queue.After(down, event.Fault, r.start)
	r.queue.Cause = outer
}

func endingOf(err error) Ending {
	var f *adapter.Failure
	if errors.As(err, &f) {
		return Ending(f.Kind)
	}
	return StartFailed
}
