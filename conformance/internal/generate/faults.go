package generate

import (
	"net/http"
	"time"

	"github.com/jobsim/jobsim/scenarios"
	"github.com/jobsim/jobsim/sim"
	"github.com/jobsim/jobsim/sim/apiserver"
)

// faults draws what goes wrong. All of it ends.
func (p *plan) faults() {
	for range 1 + p.weighted("faults", 55, 30, 15) {
		switch p.weighted("fault", 12, 26, 28, 20, 8, 6) {
		case 0:
			p.fault(sim.Fault{When: p.when("crash"), Crash: &sim.Crash{Down: p.down()}})
		case 1:
			p.fault(sim.Fault{Crash: &sim.Crash{
				Down: p.down(), Call: 1 + p.below("call", 12), Match: p.call("crash"), After: p.chance("after its effect", 50),
			}})
		case 2:
			p.fault(p.callError())
		case 3:
			p.fault(p.watchFault())
		case 4:
			p.fault(p.nodeFault())
		case 5:
			p.slowness()
		}
	}
}

func (p *plan) fault(f sim.Fault) { p.s.Faults = append(p.s.Faults, f) }

func (p *plan) down() time.Duration {
	return pick(p.draw, "down", 0, 0, 0, second, 10*second, time.Minute, 10*time.Minute)
}

// call draws which calls of the implementation are meant.
func (p *plan) call(label string) sim.CallMatch {
	switch p.weighted(label+" call", 15, 25, 20, 12, 20, 4, 4) {
	case 1:
		return sim.CallMatch{Verb: "create", Resource: apiserver.Pods}
	case 2:
		return sim.CallMatch{Verb: "patch", Resource: apiserver.Pods}
	case 3:
		return sim.CallMatch{Verb: "delete", Resource: apiserver.Pods}
	case 4:
		return sim.CallMatch{Verb: "update", Resource: apiserver.Jobs, Subresource: "status"}
	case 5:
		return sim.CallMatch{Verb: "get"}
	case 6:
		return sim.CallMatch{Resource: apiserver.Pods}
	}
	return sim.CallMatch{}
}

// callError draws an error for a few calls, or for all during some time.
func (p *plan) callError() sim.Fault {
	e := &sim.CallError{Match: p.call("failing"), Times: pick(p.draw, "times", 1, 1, 1, 2, 3, 5)}
	code := pick(p.draw, "status", http.StatusInternalServerError, http.StatusInternalServerError, http.StatusConflict,
		http.StatusConflict, http.StatusForbidden, http.StatusTooManyRequests, http.StatusGatewayTimeout,
		http.StatusGatewayTimeout, http.StatusGatewayTimeout)
	e.Status = scenarios.CallStatus(code, e.Match)
	e.Effect = (code == http.StatusGatewayTimeout || code == http.StatusInternalServerError) && p.chance("has its effect", 50)
	if p.chance("skips", 35) {
		e.Skip = 1 + p.below("skip", 5)
	}
	f := sim.Fault{Error: e}
	if p.chance("for some time", 25) {
		e.Times = 0
		e.For = pick(p.draw, "fails for", 5*second, second, 10*second, 30*second, 2*time.Minute)
		f.When = p.when("error")
	}
	return f
}

func (p *plan) watchFault() sim.Fault {
	w := &sim.WatchFault{Resource: pick(p.draw, "watch", "", apiserver.Jobs, apiserver.Pods, apiserver.Pods)}
	switch p.weighted("watch fault", 50, 30, 20) {
	case 0:
		w.Delay = pick(p.draw, "watch delay", second, 100*time.Millisecond, 5*second, 30*second)
		w.For = pick(p.draw, "delayed for", 10*second, 30*second, 5*time.Minute)
	case 1:
		w.Stall = true
		w.For = pick(p.draw, "silent for", 5*second, second, 10*second, time.Minute)
	case 2:
		w.Break = true
	}
	return sim.Fault{When: p.when("watch fault"), Watch: w}
}

// nodeFault draws trouble with one of the nodes; node-1 is the one that the first pod goes to.
func (p *plan) nodeFault() sim.Fault {
	n := &sim.NodeFault{Name: pick(p.draw, "node", "node-1", "node-1", "node-2")}
	if n.Deleted = p.s.Nodes == nil && p.chance("node deleted", 25); !n.Deleted {
		n.Lost = true
		n.For = pick(p.draw, "node lost for", 30*second, 5*second, time.Minute, 7*time.Minute)
	}
	return sim.Fault{When: p.when("node fault"), Node: n}
}

// slowness makes every watch event late or every call slow.
func (p *plan) slowness() {
	if p.chance("slow calls", 50) {
		p.s.Latency = pick(p.draw, "latency", 10*time.Millisecond, 100*time.Millisecond, time.Millisecond)
		return
	}
	p.s.WatchDelay = pick(p.draw, "every watch delay", 100*time.Millisecond, time.Millisecond, second, 2*second)
}
