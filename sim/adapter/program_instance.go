package adapter

import (
	"context"
	"strings"
	"sync"
	"testing/synctest"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	restclient "k8s.io/client-go/rest"

	"github.com/jobsim/jobsim/sim/apiserver"
	"github.com/jobsim/jobsim/sim/apiserver/rest"
	"github.com/jobsim/jobsim/sim/apiserver/typed"
	"github.com/jobsim/jobsim/sim/event"
	"github.com/jobsim/jobsim/sim/internal/bubble"
	"github.com/jobsim/jobsim/sim/trace"
)

// programInstance is one start of a program. The simulator and the program never run at once: the simulator goes away
// until all goroutines of the program wait, then serves one request or delivers one event, and goes away again.
type programInstance struct {
	world    World
	strand   *Strand
	bubble   uint64
	requests *requests
	log      programLog
	cancel   context.CancelFunc
	acted    chan struct{} // something has happened that the simulator must look at

	mu      sync.Mutex // of what the program's goroutines touch
	parked  []*parked
	dead    bool
	refused int // requests made after the end
	over    *Failure

	asked   bool // a turn is on the queue
	serving *parked
	failure *Failure
	watches []*openWatch
}

var (
	_ Drainer   = (*programInstance)(nil)
	_ rest.Gate = (*programInstance)(nil)
)

func newProgramInstance(w World) *programInstance {
	i := &programInstance{world: w, strand: w.Strand(), bubble: bubble.ID(), acted: make(chan struct{}, 1)}
	i.requests = newRequests(w, i.isDead)
	return i
}

// config is how the program reaches the API server. It has no rate limit, whose waits would be part of the scenario.
func (i *programInstance) config() *restclient.Config {
	return &restclient.Config{Host: "http://cluster.local", Transport: rest.New(i), QPS: -1}
}

// fail notes that the program cannot go on. The first failure counts.
func (i *programInstance) fail(f *Failure) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.over == nil && !i.dead {
		i.over = f
		i.wake()
	}
}

func (i *programInstance) isDead() bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.dead
}

// record keeps what the program logs, maybe from several goroutines at once, until the simulator is back.
func (i *programInstance) record(e trace.Entry) {
	if !i.isDead() {
		i.log.add(e)
		i.wake()
	}
}

// wake ends the simulator's wait.
func (i *programInstance) wake() {
	select {
	case i.acted <- struct{}{}:
	default:
	}
}

// Now is the time that the bubble's clock shows.
func (i *programInstance) Now() time.Time { return time.Now().UTC() }

// now is the time as objects carry it.
func (i *programInstance) now() metav1.Time { return metav1.NewTime(i.Now().Truncate(time.Second)) }

// post sends an Event as a request like any other.
func (i *programInstance) post(send func(*apiserver.Caller)) {
	call := typed.Call{Verb: "create", Resource: apiserver.Events}
	_ = i.Request(context.Background(), call, func(c *apiserver.Caller) error {
		send(c)
		return nil
	})
}

// rest lets the program go on until all its goroutines wait.
func (i *programInstance) rest() {
	i.strand.Away(synctest.Wait)
	i.log.flush(i.world)
}

// Settle waits until all goroutines wait, then puts the next request, if there is one, on the queue.
func (i *programInstance) Settle() error {
	i.rest()
	if i.serving != nil {
		return nil // others wait for their turn
	}
	i.mu.Lock()
	over, waiting := i.over, len(i.parked) > 0
	i.mu.Unlock()
	if i.failure == nil && over != nil {
		i.failure = over
		i.recordFailure()
	}
	if i.failure != nil {
		return i.failure
	}
	if waiting && !i.asked {
		i.asked = true
		i.world.Queue().After(0, event.Controller, i.serveOne)
	}
	return nil
}

// recordFailure tells the trace, without the stack. A program that could not be started is the run's to tell.
func (i *programInstance) recordFailure() {
	if text, _, _ := strings.Cut(i.failure.Text, "\n"); i.failure.Kind != "start" {
		i.world.Record(trace.Entry{Kind: trace.Instance, Verb: i.failure.Kind, Text: text})
	}
}

// Busy is true, since nobody can tell what a program waits for.
func (i *programInstance) Busy() bool { return true }

const (
	// stages is in how many stages a long wait goes, so that a program that acts by itself is seen to make progress.
	stages = 100
	// shortStage is the shortest of them, in virtual time.
	shortStage = time.Minute
)

// Wait lets the bubble's clock run until the given time, or until the program makes a request or logs something. Package
// time is virtual here: in a bubble nothing of it comes from the machine's clock.
func (i *programInstance) Wait(until time.Duration) {
	i.rest()
	q := i.world.Queue()
	if i.serving == nil && i.waits() {
		return
	}
	select {
	case <-i.acted: // seen since
	default:
	}
	left := until - q.Now()
	stage := max(shortStage, left/stages)
	for woken := false; left > 0 && !woken; left -= stage {
		i.strand.Away(func() { woken = i.sleep(min(left, stage)) })
	}
	q.AdvanceTo(min(time.Since(event.Epoch), until))
	i.log.flush(i.world)
}

// sleep lets the bubble's clock run, and less if the program acts, or the context of the request that is being served
// ends.
func (i *programInstance) sleep(d time.Duration) (woken bool) {
	if i.serving != nil {
		defer context.AfterFunc(i.serving.ctx, i.wake)()
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-i.acted:
		woken = true
	case <-timer.C:
	}
	synctest.Wait() // whoever else wakes at this instant
	return woken
}

func (i *programInstance) waits() bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	return len(i.parked) > 0
}

// Stop cancels the program's context and answers nothing any more.
func (i *programInstance) Stop() {
	i.mu.Lock()
	if i.dead {
		i.mu.Unlock()
		return
	}
	i.dead = true
	waiting := i.parked
	i.parked = nil
	i.mu.Unlock()
	i.cancel()
	i.rest()
	for _, p := range waiting {
		i.answer(p, context.Canceled)
	}
	for _, w := range i.watches {
		w.end()
	}
	i.watches = nil
}

// Drain gives the goroutines of a stopped program a minute of virtual time to end.
func (i *programInstance) Drain() {
	i.strand.Away(func() {
		time.Sleep(time.Minute)
		synctest.Wait()
	})
	i.leaveProcess()
}
