package specs

import (
	"fmt"
	"strings"
	"sync"

	"github.com/onsi/ginkgo/v2"

	"github.com/jobsim/jobsim/conformance"
	"github.com/jobsim/jobsim/scenarios"
	"github.com/jobsim/jobsim/sim/adapter"
)

// described are the implementations that have specs already, by name.
var described = map[string]bool{}

// Describe registers the suite for an implementation, at the top level or inside of another container. It panics, before
// anything is run, if the options make no sense or select no requirement, and if there are specs for the implementation
// already: two runs of the same would be told apart by nobody.
//
// A requirement that is not claimed, or that no run gave an occasion to break, is skipped with the reason.
func Describe(impl adapter.Implementation, options ...conformance.Option) bool {
	name := impl.Name()
	if described[name] {
		panic(fmt.Sprintf("specs: Describe(%q) was called before: expected one call for each implementation; "+
			"give the second one another name", name))
	}
	selected, err := conformance.Select(options...)
	if err != nil {
		panic(fmt.Sprintf("specs: Describe(%q): %v", name, err))
	}
	described[name] = true
	e := &evaluation{impl: impl, options: options}
	return ginkgo.Describe("conformance of "+name, ginkgo.Label("conformance"), func() {
		ginkgo.It("can be judged", e.whole)
		ginkgo.Context("scenarios", func() {
			for _, scenario := range scenarios.Names() {
				ginkgo.It(scenario, ginkgo.Label("area:scenarios"), e.scenario(scenario))
			}
		})
		for _, r := range selected {
			ginkgo.It(r.ID+": "+r.Sentence, labels(r), e.requirement(r.ID))
		}
	})
}

// labels are sets, so that an area or a level cannot be taken for a label of the user's.
func labels(r *conformance.Requirement) ginkgo.Labels {
	l := ginkgo.Label("area:"+r.Area(), "level:"+string(r.Level), "strength:"+string(r.Strength))
	if r.Feature != "" {
		l = append(l, "feature:"+string(r.Feature))
	}
	return l
}

// evaluation is the one that all specs of an implementation read.
type evaluation struct {
	impl    adapter.Implementation
	options []conformance.Option

	once   sync.Once
	report *conformance.Report
	err    error
}

// read evaluates if nobody has yet.
func (e *evaluation) read(ctx ginkgo.SpecContext) *conformance.Report {
	e.once.Do(func() { e.report, e.err = conformance.Evaluate(ctx, e.impl, e.options...) })
	if e.err != nil {
		ginkgo.Fail(e.err.Error(), 2)
	}
	return e.report
}

// whole fails if there is something wrong that no other spec shows.
func (e *evaluation) whole(ctx ginkgo.SpecContext) {
	switch r := e.read(ctx); {
	case r.Why == "" || r.Verdict == conformance.NotConformant:
	case r.Only != "":
		ginkgo.Skip(string(r.Verdict) + ": " + r.Why)
	default:
		ginkgo.Fail(string(r.Verdict) + ": " + r.Why)
	}
}

func (e *evaluation) scenario(name string) func(ginkgo.SpecContext) {
	return func(ctx ginkgo.SpecContext) {
		r := e.read(ctx)
		for _, row := range r.Scenarios {
			if row.Name == name {
				tell(row.Verdict, row.Title+"\n"+strings.Join(row.Why, "\n")+"\nTo see it again: "+row.Reproduce, strings.Join(row.Why, "; "))
				return
			}
		}
		ginkgo.Skip("it was not run: " + r.Only + " only")
	}
}

func (e *evaluation) requirement(id string) func(ginkgo.SpecContext) {
	return func(ctx ginkgo.SpecContext) {
		r := e.read(ctx)
		for i := range r.Requirements {
			if row := &r.Requirements[i]; row.ID == id {
				tell(row.Verdict, row.Explain(), row.Why)
				return
			}
		}
		ginkgo.Fail("the report has no row " + id)
	}
}

// tell makes a verdict the outcome of the spec that runs.
func tell(v conformance.Verdict, broken, why string) {
	switch v {
	case conformance.NotConformant:
		ginkgo.Fail(broken, 1)
	case conformance.HarnessError:
		ginkgo.Fail("harness error: "+why, 1)
	case conformance.NotClaimed, conformance.Inconclusive:
		ginkgo.Skip(string(v)+": "+why, 1)
	}
}
