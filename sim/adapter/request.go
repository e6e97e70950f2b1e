package adapter

import (
	"context"
	"fmt"
	"runtime"
	"runtime/debug"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/jobsim/jobsim/sim/apiserver"
	"github.com/jobsim/jobsim/sim/apiserver/typed"
)

// handlerKey marks the context that handlers of watches are given.
type handlerKey struct{}

// Request is the gate that every API call passes: it runs on the implementation's goroutine.
func (i *reconcileInstance) Request(ctx context.Context, call typed.Call, serve func(*apiserver.Caller) error) (err error) {
	if ctx.Value(handlerKey{}) != nil {
		return fmt.Errorf("%s in a handler of a watch: expected it to read from the cache only", describe(call))
	}
	called := false
	i.visit(func() {
		if called = i.running > 0; called {
			err = i.serve(ctx, call, serve)
		}
	})
	if !called {
		return fmt.Errorf("%s outside of a call of Reconcile: "+
			"a program with goroutines of its own is driven by adapter.Concurrent", describe(call))
	}
	return err
}

// serve makes an API call on behalf of whoever is inside.
func (i *reconcileInstance) serve(ctx context.Context, call typed.Call, serve func(*apiserver.Caller) error) error {
	if i.requests.tooMany() {
		i.failure = i.requests.hotLoop(call)
		i.record("hot-loop", i.failure.Text)
		return nil
	}
	err, _ := i.requests.do(ctx, call, serve)
	return err
}

// sleep lets the world go on in the middle of a call of the implementation's code.
func (i *reconcileInstance) sleep(d time.Duration) {
	i.visit(func() {
		if i.running > 0 && d > 0 {
			i.world.Turn(i.world.Queue().Now()+d, -1, i.over)
		}
	})
}

// visit takes the calling goroutine into the simulator for a moment. It reports false if code of the implementation is
// not being called just now. When the instance has ended, so does the goroutine.
func (i *reconcileInstance) visit(do func()) bool {
	switch i.turnstile.enter() {
	case tooLate:
		runtime.Goexit()
	case notCalled:
		return false
	}
	if !i.inside(do) {
		runtime.Goexit()
	}
	return true
}

// inside does something in the simulator, then leaves it. It reports false if the goroutine must not go on. A handler
// of a watch may run on the goroutine of the simulator itself, which always does.
func (i *reconcileInstance) inside(do func()) (goOn bool) {
	defer func() {
		if r := recover(); r != nil && i.broken == nil {
			i.broken = &broken{r, debug.Stack()} // told by whoever runs the implementation, since it is not its fault
		}
		goOn = !i.over() || i.running == 0
		i.turnstile.leave()
	}()
	if !i.over() {
		do()
	}
	return
}

// cacheReader reads the caches of an instance from any goroutine.
type cacheReader struct {
	instance *reconcileInstance
	cache    client.Reader
}

var errNotCalled = fmt.Errorf("read from the cache outside of a call of Reconcile: " +
	"a program with goroutines of its own is driven by adapter.Concurrent")

// Get reads one object.
func (c *cacheReader) Get(ctx context.Context, key client.ObjectKey, obj client.Object, o ...client.GetOption) (err error) {
	if !c.instance.visit(func() { err = c.cache.Get(ctx, key, obj, o...) }) {
		return errNotCalled
	}
	return err
}

// List reads many.
func (c *cacheReader) List(ctx context.Context, list client.ObjectList, o ...client.ListOption) (err error) {
	if !c.instance.visit(func() { err = c.cache.List(ctx, list, o...) }) {
		return errNotCalled
	}
	return err
}
