package adapter

import (
	"fmt"
	"runtime"

	"sigs.k8s.io/controller-runtime/pkg/reconcile"
)

// named is code of the implementation as messages call it.
type named string

func (n named) String() string { return string(n) }

// syncOf is a call of Reconcile as messages call it.
type syncOf reconcile.Request

func (s syncOf) String() string { return "Reconcile(" + s.NamespacedName.String() + ")" }

// run runs code of the implementation, what names it for messages. It returns a failure if that panicked, and nil as well
// when the instance has ended meanwhile. It does not return at all if the code does not: see watchdog.
func (i *reconcileInstance) run(what fmt.Stringer, job func()) *Failure {
	w := i.resting
	if i.resting = nil; w == nil {
		w = newWorker()
	}
	i.watch()
	strand := i.world.Strand()
	i.running++
	outer := i.turnstile.stepOutWatched(what, strand)
	o := w.run(job, strand)
	i.turnstile.stepBackTo(outer)
	if strand.Lost() {
		runtime.Goexit()
	}
	i.running--
	i.unwatch()
	i.tellBroken()
	if !o.exited {
		i.rest(w)
	}
	switch {
	case i.over():
		return nil // whatever became of the call, its end was not its own
	case o.panicked != nil:
		i.record("panic", fmt.Sprint(o.panicked))
		return &Failure{Kind: "panic", Text: fmt.Sprintf("%s panicked: %v\n%s", what, o.panicked, o.stack)}
	case o.exited:
		i.record("panic", "runtime.Goexit")
		return &Failure{Kind: "panic", Text: what.String() + " ended its goroutine (runtime.Goexit, or t.FailNow in a test)"}
	}
	return nil
}

// tellBroken goes on with a panic of the simulator, on the goroutine that has called the implementation.
func (i *reconcileInstance) tellBroken() {
	if i.broken != nil {
		panic(fmt.Sprintf("%v\n%s", i.broken.value, i.broken.stack))
	}
}

// rest keeps an idle worker for the next job, if there will be one and there is no other.
func (i *reconcileInstance) rest(w *worker) {
	if i.resting == nil && !i.dead {
		i.resting = w
	} else {
		w.stop()
	}
}
