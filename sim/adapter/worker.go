package adapter

import (
	"iter"
	"runtime"
	"runtime/debug"
)

// worker runs the implementation's code on a coroutine, so that a crash can end it anywhere and the simulator goes on
// where it has called it. While it runs, the simulator waits. Going to and fro is a switch of stacks on one thread;
// handing jobs to an ordinary goroutine would wake another thread for each of them.
type worker struct {
	job    func()
	strand *Strand
	next   func() (outcome, bool)
	end    func()
}

// outcome is how a job ended: it returned, or it panicked, or its goroutine is about to exit, as it does when the
// instance has ended.
type outcome struct {
	exited   bool
	panicked any
	stack    []byte
}

func newWorker() *worker {
	w := &worker{}
	w.next, w.end = iter.Pull(w.work)
	return w
}

// work does jobs until one does not return. When the strand is lost meanwhile, whoever has called the job must exit: so
// does the worker, which takes its caller along.
func (w *worker) work(yield func(outcome) bool) {
	stopped := false
	defer func() {
		r := recover()
		switch {
		case stopped:
		case w.strand.Lost():
			runtime.Goexit()
		case r != nil:
			yield(outcome{exited: true, panicked: r, stack: debug.Stack()})
		default: // runtime.Goexit, from within a request or by the implementation
			yield(outcome{exited: true})
		}
	}()
	for !stopped {
		w.job()
		if w.strand.Lost() {
			runtime.Goexit()
		}
		stopped = !yield(outcome{})
	}
}

// run runs a job and waits for it. It does not return if the strand is lost meanwhile: whoever called it exits when the
// job ends after all.
func (w *worker) run(job func(), s *Strand) outcome {
	w.job, w.strand = job, s
	o, _ := w.next()
	w.job = nil
	if o.exited {
		go w.end() // a goroutine that exits takes along the one that has switched to it
	}
	return o
}

// stop ends an idle worker.
func (w *worker) stop() { w.end() }
