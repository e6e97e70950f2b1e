package conformance

import (
	"fmt"
	"strings"
)

// fact is a line of the head of a report.
type fact struct{ Name, Value string }

// facts is the head of a report, for people. What was not said is left out.
func (r *Report) facts() []fact {
	i := r.Identity
	cases := fmt.Sprintf("%d, seed %d", r.Cases, r.Seed)
	var facts []fact
	for _, f := range []fact{
		{"Implementation", r.Implementation},
		{"Version", i.Version},
		{"Organization", i.Organization},
		{"Project", i.Project},
		{"URL", i.URL},
		{"Contact", strings.Join(i.Contact, ", ")},
		{"Kubernetes", r.Profile.Kubernetes},
		{"Levels", joined(r.Profile.Levels)},
		{"Features", joined(r.Profile.Features)},
		{"Managed by", r.Profile.ManagedBy},
		{"Finalizer", r.Profile.Finalizer},
		{"Neighbours", strings.Join(r.Profile.Neighbours, ", ")},
		{"Reaction time", r.Profile.Reaction},
		{"Retry time", r.Profile.Retry},
		{"Focus", r.Focus},
		{"Only", r.Only},
		{"Situations", fmt.Sprint(r.Situations)},
		{"Random cases", cases},
		{"Left out", strings.Join(r.LeftOutText(), "; ")},
		{"jobsim", r.Suite},
	} {
		if f.Value != "" {
			facts = append(facts, f)
		}
	}
	return facts
}

// verdictCount is how many requirements got a verdict.
type verdictCount struct {
	Verdict Verdict
	Count   int
}

// named lists the counts, the good first.
func (c Counts) named() []verdictCount {
	return []verdictCount{
		{Conformant, c.Conformant}, {NotConformant, c.NotConformant}, {Inconclusive, c.Inconclusive},
		{NotClaimed, c.NotClaimed}, {HarnessError, c.HarnessError},
	}
}

// joined lists words.
func joined[T ~string](words []T) string {
	var list []string
	for _, w := range words {
		list = append(list, string(w))
	}
	return strings.Join(list, ", ")
}
