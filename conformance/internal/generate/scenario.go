package generate

import (
	"time"

	batchv1 "k8s.io/api/batch/v1"

	"github.com/jobsim/jobsim/scenarios"
	"github.com/jobsim/jobsim/sim"
	"github.com/jobsim/jobsim/sim/event"
)

// Kind says what happens to a Job beside what its pods do.
type Kind string

// The kinds of scenarios.
const (
	// Plain: nothing. Such a case is small, and its outcome can often be predicted.
	Plain Kind = "plain"
	// Edited: users edit, scale, suspend and delete.
	Edited Kind = "edited"
	// Faulty: things go wrong; often users act as well.
	Faulty Kind = "faulty"
)

// Options restrict what is made. The zero value is everything, in the proportions that find most.
type Options struct {
	// Only is the one kind to make; empty means all.
	Only Kind
	// Features are those that Jobs may use beside the core.
	Features Features
}

// KindOf tells the kind of a scenario.
func KindOf(s *sim.Scenario) Kind {
	switch {
	case len(s.Faults) > 0 || s.WatchDelay > 0 || s.Latency > 0:
		return Faulty
	case len(s.Actions) > 0:
		return Edited
	}
	return Plain
}

// plan is a scenario in the making.
type plan struct {
	draw
	s *sim.Scenario
	// usual is a time for which many containers of this scenario run, so that many end at one instant.
	usual time.Duration
	// moments are times at which something may happen by itself: what users do and what goes wrong likes to meet them.
	moments []time.Duration
	// raised tells that a user may set a limit above soonFails.
	raised bool
	// containers are the names of the containers of the first Job's pods.
	containers []string
	// features are what Jobs may use, and asks what the first one does.
	features Features
	asks     asks
}

// Scenario makes a scenario.
func Scenario(c event.Chooser, o Options) *sim.Scenario {
	p := &plan{draw: draw{c}, s: &sim.Scenario{Name: "generated"}, features: o.Features}
	kind := o.Only
	if kind == "" {
		kind = []Kind{Plain, Edited, Faulty}[p.weighted("kind", 45, 30, 25)]
	}
	job := p.job("work", kind)
	p.s.Jobs = []*batchv1.Job{job}
	p.ask(job)
	p.pods(job)
	p.indexScripts(job)
	p.policies(&job.Spec, p.asks)
	p.note(job)
	p.deadline(job)
	p.nodes()
	if p.chance("second Job", 3) {
		p.s.Jobs = append(p.s.Jobs, p.smallJob("other"))
	}
	switch {
	case p.chance("collision", recipeShare[kind]):
		p.collide(kind)
	case kind == Edited, kind == Faulty && p.chance("actions", 50):
		p.actions()
	case suspended(job) && p.chance("resume", 80):
		p.act(sim.Action{When: p.at("resume at"), Suspend: new(false)})
	}
	if kind == Faulty {
		p.faults()
	}
	for _, j := range p.jobs() {
		fit(&j.Spec)
	}
	p.heal()
	scenarios.InOrder(p.s)
	p.s.Until = p.until()
	return p.s
}
