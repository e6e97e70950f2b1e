package adapter

import (
	"context"
	"fmt"
	"runtime/debug"
	"testing/synctest"
	"time"

	"github.com/benbjohnson/clock"
	"k8s.io/client-go/rest"

	"github.com/jobsim/jobsim/sim/apiserver/typed"
)

// Program is a controller with goroutines and caches of its own, which reaches the API server through a rest.Config as
// any other does. It runs until ctx ends; returning earlier is a failure. When ctx has ended its goroutines must end too.
type Program func(ctx context.Context, config *rest.Config) error

// EnvProgram is a Program that is given more than a rest.Config.
type EnvProgram func(ctx context.Context, env *Env) error

// Concurrent makes an implementation from a program, unmodified: one of client-go's informers and work queues, or a
// manager of controller-runtime.
//
//	impl := adapter.Concurrent("mine", func(ctx context.Context, config *rest.Config) error {
//		client, err := kubernetes.NewForConfig(config)
//		...
//	})
//
// Each run takes place in a testing/synctest bubble, which sim.Run makes unless it is called in one. The bubble's clock
// is virtual time: package time shows it. Every request parks until the simulator serves it, one at a time and only when
// all goroutines wait, and watch events arrive one at a time: that makes the trace repeatable.
//
// What the simulator cannot do for a program:
//   - A panic in a goroutine that the program has started, and os.Exit, end the process, as Go has it. A panic in the
//     program's own goroutine and klog.Fatal end the run.
//   - A goroutine that computes for ever, or that waits for something outside of the bubble (a socket, a channel made
//     before the run) or for a sync.Mutex whose holder waits, keeps virtual time from passing. After Limits.Stuck of
//     real time the run is given up. Its goroutines are left behind.
//   - Random numbers from the global source of math/rand, as in client-go's back-off, are seeded at the start of each run,
//     but Go heeds this only in a main module whose go.mod says "godebug randseednop=0", or in a main package or test
//     that says "//go:debug randseednop=0", and runs side by side share the source. math/rand/v2 cannot be seeded.
//   - Go walks maps in a random order, and so do client-go's caches when they list, and when a handler is added to one
//     that is synced, as a manager of controller-runtime does. A program that acts in that order differs from run to run;
//     so let a scenario create its second Job by an action, when the program has started. Informers list and watch
//     instead of using a watch-list, whose events go through a map.
func Concurrent(name string, program Program) Implementation {
	return ConcurrentEnv(name, func(ctx context.Context, env *Env) error { return program(ctx, env.Config) })
}

// ConcurrentEnv is Concurrent for a program that uses typed doors, or the clock, the log and the seed of Env.
func ConcurrentEnv(name string, program EnvProgram) Implementation { return &concurrent{name, program} }

type concurrent struct {
	name    string
	program EnvProgram
}

// InBubble is an implementation whose runs take place in a testing/synctest bubble.
type InBubble interface {
	Implementation
	// InBubble only tells.
	InBubble()
}

var _ InBubble = (*concurrent)(nil)

func (c *concurrent) Name() string { return c.name }

func (c *concurrent) InBubble() {}

// Start starts the program on a goroutine.
func (c *concurrent) Start(w World) (Instance, error) {
	if err := enterBubble(w); err != nil {
		return nil, err
	}
	i := newProgramInstance(w)
	i.enterProcess()
	w.Starting(i)
	client := &watchingClient{Client: typed.NewClient(i, typed.NewLive(i)), instance: i}
	env := &Env{
		Client: client, APIReader: client, Watcher: client, Config: i.config(),
		Clock: clock.New(), Seed: w.Seed(), Log: newLog(i.record),
		Events: typed.NewEventRecorder("job-controller", i.now, i.post),
	}
	ctx, cancel := context.WithCancel(context.Background())
	i.cancel = cancel
	go i.run(ctx, c.program, env)
	i.rest()
	return i, nil
}

// enterBubble makes sure that virtual time and the bubble's clock show the same.
func enterBubble(w World) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = &Failure{Kind: "start", Text: fmt.Sprintf(
				"a concurrent program needs a testing/synctest bubble, as sim.Run makes one (%v)", r)}
		}
	}()
	w.Strand().Away(synctest.Wait)
	behind := w.Queue().Time().Sub(time.Now())
	if behind < 0 {
		return &Failure{Kind: "start", Text: fmt.Sprintf("the bubble's clock is %v ahead of virtual time: "+
			"start the run before anything in the bubble sleeps", -behind)}
	}
	w.Strand().Away(func() { time.Sleep(behind) })
	return nil
}

// run calls the program, and notes how it has failed if it has.
func (i *programInstance) run(ctx context.Context, program EnvProgram, env *Env) {
	text := "the program ended its goroutine (runtime.Goexit, or t.FailNow in a test)"
	kind := "panic"
	defer func() {
		if r := recover(); r != nil {
			text = fmt.Sprintf("the program panicked: %v\n%s", r, debug.Stack())
		} else if ctx.Err() != nil {
			return
		}
		i.fail(&Failure{Kind: kind, Text: text})
	}()
	err := program(ctx, env)
	kind, text = "start", fmt.Sprintf("the program returned before its context ended: %v", err)
}
