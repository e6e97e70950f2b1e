package main

import (
	"github.com/jobsim/jobsim/conformance/example"
	"github.com/jobsim/jobsim/conformance/example/first"
	"github.com/jobsim/jobsim/sim/adapter"
)

// addExamples makes known what there is to learn from: how a Job controller begins, and what it becomes.
func (p *program) addExamples() {
	p.add(adapter.Reconciler("first-attempt", first.New), "a careless first attempt at a Job controller, for WALK.md")
	p.add(adapter.Reconciler("example", example.New, example.Watches()), "what the first attempt became, one verdict after the other")
}

// add makes an implementation known to --implementation.
func (p *program) add(i adapter.Implementation, about string) {
	p.implementations = append(p.implementations, i)
	p.about[i.Name()] = about
}
