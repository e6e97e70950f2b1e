package conformance

import (
	"github.com/jobsim/jobsim/sim"
	"github.com/jobsim/jobsim/sim/adapter"
)

// WithNeighbour has another controller work in the cluster in all runs, under a name: kube-controller-manager beside an
// external controller, as on every real cluster. See [sim.WithNeighbour].
//
// Requirements are those on the implementation; that the pods of Jobs of others must be left alone (MB-3) is seen in no other
// way. What a scenario expects of Jobs that are not the implementation's is left out, since it says what becomes of them if
// nobody is there.
func WithNeighbour(name string, impl adapter.Implementation) Option {
	return func(o *options) { o.neighbours = append(o.neighbours, neighbour{name, impl}) }
}

// neighbour is another controller in the cluster.
type neighbour struct {
	name string
	impl adapter.Implementation
}

// beside has the neighbours work in a run.
func (o *options) beside() []sim.Option {
	var all []sim.Option
	for _, n := range o.neighbours {
		all = append(all, sim.WithNeighbour(n.name, n.impl))
	}
	return all
}

func (o *options) namesBeside() []string {
	var names []string
	for _, n := range o.neighbours {
		names = append(names, n.name)
	}
	return names
}

// othersJobs are the names of Jobs in a scenario that a neighbour may look after, one after the other or at once.
func (o *options) othersJobs(s *sim.Scenario) []string {
	if len(o.neighbours) == 0 {
		return nil
	}
	var names []string
	for _, job := range jobsOf(s) {
		if !o.claims.manages(job) {
			names = append(names, job.Name)
		}
	}
	return names
}
