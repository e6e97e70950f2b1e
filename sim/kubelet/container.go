package kubelet

import (
	"strconv"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/jobsim/jobsim/sim/event"
	"github.com/jobsim/jobsim/sim/trace"
)

// containerState is where a container is between two of its runs.
type containerState uint8

const (
	created   containerState = iota // has never run
	running                         // runs
	exited                          // has ended, and nothing is decided yet or nothing will follow
	backedOff                       // waits for the end of its crash-loop back-off
)

type containerKind uint8

const (
	regular   containerKind = iota
	plainInit               // runs to completion before the next container starts
	sidecar                 // an init container that is always restarted
)

// container is one container of a pod on its node.
type container struct {
	spec  *corev1.Container
	kind  containerKind
	runs  []Run
	state containerState

	number   int   // runs started
	restarts int32 // as the status shows them
	began    time.Duration
	finished time.Duration
	id       string
	ready    bool
	told     bool // it has been told to terminate
	cleared  bool // it has been removed to be started anew, and that is counted as a restart

	ended  *corev1.ContainerStateTerminated // how its latest run ended
	before *corev1.ContainerStateTerminated // how the run before that one ended
	// waiting is what it says while it does not run; nil stands for the default.
	waiting *corev1.ContainerStateWaiting
	backoff crashLoop

	timer     *event.Timer // the end of its run or of its back-off
	readiness *event.Timer
}

// plan is the run that is next or in progress.
func (c *container) plan() Run {
	if len(c.runs) == 0 {
		return Run{}
	}
	return c.runs[min(max(c.number, 1), len(c.runs))-1]
}

// start begins a run.
func (w *podWorker) start(c *container) {
	cl := w.cluster
	if c.number > 0 && !c.cleared {
		c.restarts++
		c.backoff.restarted(cl.queue.Now(), c.finished, cl.options.CrashLoop)
	}
	c.number++
	c.state, c.waiting, c.told, c.cleared = running, nil, false, false
	c.began = cl.queue.Now()
	c.id = "jobsim://" + string(w.pod.stored.UID) + "/" + c.spec.Name + "/" + strconv.Itoa(c.number)
	w.dirty = true
	e := w.entry("start", c)
	e.Number = c.number
	w.cause = cl.recorder.Record(e)
	outer := cl.queue.Cause
	cl.queue.Cause = w.cause
	c.timer = cl.after(c.plan().For, func() { w.runEnded(c) })
	w.becomeReady(c)
	if !w.started {
		w.started = true
		if after := w.pod.script.EvictAfter; after > 0 {
			w.evictAt = cl.after(after, w.evict)
		}
	}
	if cl.options.Events {
		w.announce(c, "Pulled", "Container image \""+c.spec.Image+"\" already present on machine")
		w.announce(c, "Created", "Container created")
		w.announce(c, "Started", "Container started")
	}
	cl.queue.Cause = outer
}

// becomeReady makes a container ready at the start of its run or, if its script says so, later.
func (w *podWorker) becomeReady(c *container) {
	switch wait := w.pod.script.Ready; {
	case c.kind == plainInit:
	case c.kind == sidecar || wait <= 0:
		c.ready = true
	default:
		c.readiness = w.cluster.after(wait, func() {
			c.ready = true
			w.dirty = true
			w.report()
		})
	}
}

// runEnded is the end of a run as its script has it.
func (w *podWorker) runEnded(c *container) {
	run := c.plan()
	end := ending{code: run.Exit, signal: run.Signal, message: run.Message}
	switch {
	case run.OOM:
		end = ending{code: 137, signal: 9, reason: "OOMKilled", message: run.Message}
	case run.Signal != 0:
		end.code = 128 + run.Signal
	}
	w.exit(c, end)
	w.sync()
}

// ending is how a run ends.
type ending struct {
	code, signal int32
	reason       string // empty: Completed or Error, by the code
	message      string
}

// exit ends a run.
func (w *podWorker) exit(c *container, end ending) {
	cl := w.cluster
	if end.reason == "" {
		end.reason = "Completed"
		if end.code != 0 {
			end.reason = "Error"
		}
	}
	c.timer.Stop()
	c.readiness.Stop()
	c.timer, c.readiness = nil, nil
	c.state, c.ready = exited, false
	c.finished = cl.queue.Now()
	c.before = c.ended
	// A container runtime tells of a signal by the exit code alone, and leaves the field for it empty.
	c.ended = &corev1.ContainerStateTerminated{
		ExitCode: end.code, Reason: end.reason, Message: end.message,
		StartedAt: at(c.began), FinishedAt: at(c.finished), ContainerID: c.id,
	}
	w.dirty = true
	e := w.entry("exit", c)
	e.Number, e.Code, e.Signal, e.Reason = c.number, int(end.code), int(end.signal), end.reason
	w.cause = cl.recorder.Record(e)
	cl.queue.Cause = w.cause
}

// entry is the beginning of a trace entry about a container.
func (w *podWorker) entry(verb string, c *container) trace.Entry {
	return trace.Entry{
		Kind: trace.Container, Actor: w.node.actor, Verb: verb,
		Namespace: w.pod.stored.Namespace, Name: w.pod.stored.Name, Container: c.spec.Name,
	}
}
