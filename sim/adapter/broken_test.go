package adapter

import (
	"context"
	"testing"
	"time"

	. "github.com/onsi/gomega"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/jobsim/jobsim/sim/apiserver"
	"github.com/jobsim/jobsim/sim/apiserver/typed"
	"github.com/jobsim/jobsim/sim/event"
	"github.com/jobsim/jobsim/sim/trace"
)

// calmWorld is a world in which nothing goes wrong and nothing happens.
type calmWorld struct {
	queue  *event.Queue
	server *apiserver.Server
	trace  trace.Trace
	strand *Strand
}

func newCalmWorld() *calmWorld {
	w := &calmWorld{queue: event.NewQueue(event.Fixed{}), strand: NewStrand()}
	w.server = apiserver.New(w.queue, w, apiserver.Options{})
	return w
}

func (w *calmWorld) Queue() *event.Queue                                    { return w.queue }
func (w *calmWorld) Server() *apiserver.Server                              { return w.server }
func (w *calmWorld) Starting(Instance)                                      {}
func (w *calmWorld) Actor() string                                          { return "controller" }
func (w *calmWorld) Number() int                                            { return 1 }
func (w *calmWorld) Seed() uint64                                           { return 0 }
func (w *calmWorld) Record(e trace.Entry) int                               { return w.trace.Append(e) }
func (w *calmWorld) Fate(typed.Call) Fate                                   { return Fate{} }
func (w *calmWorld) Turn(time.Duration, int, func() bool)                   {}
func (w *calmWorld) Lag(apiserver.Resource, apiserver.Change) time.Duration { return 0 }
func (w *calmWorld) Watching(apiserver.Resource, *apiserver.Watch, func())  {}
func (w *calmWorld) Crash(string)                                           {}
func (w *calmWorld) Skew() time.Duration                                    { return 0 }
func (w *calmWorld) Strand() *Strand                                        { return w.strand }
func (w *calmWorld) Limits() Limits                                         { return Limits{}.WithDefaults() }

// A panic of the simulator itself must not be taken for one of the implementation, whose call it serves.
func TestPanicsOfTheSimulatorAreItsOwn(t *testing.T) {
	g := NewWithT(t)
	w := newCalmWorld()
	var gate typed.Gate
	instance, err := Reconciler("test", func(*Env) (reconcile.Reconciler, error) {
		return reconcile.Func(func(ctx context.Context, _ reconcile.Request) (reconcile.Result, error) {
			defer func() { recover() }() // cannot hide it
			return reconcile.Result{}, gate.Request(ctx, typed.Call{Verb: "get"}, func(*apiserver.Caller) error {
				panic("the store is inconsistent")
			})
		}), nil
	}).Start(w)
	g.Expect(err).NotTo(HaveOccurred())
	i := instance.(*reconcileInstance)
	gate = i
	i.work.Add(request("a"))
	g.Expect(func() { w.queue.Step() }).To(PanicWith(HavePrefix("the store is inconsistent\n")))
	g.Expect(i.Settle()).To(Succeed())
	i.Stop()
	i.Stop()
}

func TestLimitsHaveDefaults(t *testing.T) {
	g := NewWithT(t)
	g.Expect(Limits{}.WithDefaults()).To(Equal(Limits{CallsPerInstant: 20_000, SyncsPerInstant: 2_000, Watches: 1_000, Stuck: 10 * time.Second}))
	own := Limits{CallsPerInstant: 1, SyncsPerInstant: 2, Watches: 4, Stuck: 3}
	g.Expect(own.WithDefaults()).To(Equal(own))
}
