package adapter

import (
	"bytes"
	"cmp"
	"context"
	"runtime"
	"slices"

	"github.com/jobsim/jobsim/sim/apiserver"
	"github.com/jobsim/jobsim/sim/apiserver/typed"
)

// parked is a request that waits to be served.
type parked struct {
	ctx   context.Context
	call  typed.Call
	serve func(*apiserver.Caller) error
	reply chan error
	// body is the content of the call, once it has been asked for.
	body []byte
}

// content is what tells equal calls apart. It is encoded when it is needed, and once.
func (p *parked) content() []byte {
	if p.body == nil {
		p.body = p.call.Content()
	}
	return p.body
}

// mostRefused is how many requests a stopped program may make: a goroutine that tries for ever without a look at its
// context would keep the simulator waiting for ever.
const mostRefused = 1000

// Request parks until the simulator serves the request.
func (i *programInstance) Request(ctx context.Context, call typed.Call, serve func(*apiserver.Caller) error) error {
	p := &parked{ctx: ctx, call: call, serve: serve, reply: make(chan error, 1)}
	i.mu.Lock()
	if i.dead || i.strand.Lost() {
		i.refused++
		goOn := i.refused <= mostRefused
		i.mu.Unlock()
		if !goOn {
			runtime.Goexit()
		}
		return context.Canceled
	}
	i.parked = append(i.parked, p)
	i.mu.Unlock()
	i.wake()
	return <-p.reply
}

// before is the order of requests that wait at the same instant in a calm run.
func (p *parked) before(o *parked) int {
	a, b := &p.call, &o.call
	order := cmp.Or(cmp.Compare(a.Verb, b.Verb), cmp.Compare(a.Resource, b.Resource),
		cmp.Compare(a.Subresource, b.Subresource), cmp.Compare(a.Namespace, b.Namespace), cmp.Compare(a.Name, b.Name))
	if order == 0 {
		order = bytes.Compare(p.content(), o.content())
	}
	return order
}

// next takes the request that goes first: the least in a calm run, any in others. It returns nil if none waits.
func (i *programInstance) next() *parked {
	i.mu.Lock()
	defer i.mu.Unlock()
	if len(i.parked) == 0 || i.dead {
		return nil
	}
	slices.SortStableFunc(i.parked, (*parked).before)
	first := 0
	if q := i.world.Queue(); !q.Calm() && len(i.parked) > 1 {
		first = q.Chooser().Choose("request", len(i.parked))
	}
	p := i.parked[first]
	i.parked = slices.Delete(i.parked, first, first+1)
	return p
}

// serveOne serves a request, on the simulator's turn.
func (i *programInstance) serveOne() {
	i.asked = false
	p := i.next()
	if p == nil {
		return
	}
	if i.requests.tooMany() {
		i.failure = i.requests.hotLoop(p.call)
		i.recordFailure()
		i.answer(p, context.Canceled)
		return
	}
	i.serving = p
	err, alive := i.requests.do(p.ctx, p.call, p.serve)
	i.serving = nil
	if !alive {
		err = context.Canceled
	}
	i.answer(p, err)
}

// answer lets the program go on, and waits until it waits again.
func (i *programInstance) answer(p *parked, err error) {
	p.reply <- err
	i.rest()
}
