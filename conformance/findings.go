package conformance

import (
	"fmt"

	"github.com/jobsim/jobsim/sim/trace"
)

// Findings are what the examination of one run has shown.
type Findings struct {
	// Requirements are what was examined.
	Requirements []*Requirement
	// Exercised tells for each how often the run gave an occasion to break it; one that had none is not kept, it is
	// untested.
	Exercised []int
	// Violations holds for each the first violation, or nil.
	Violations []*Violation
}

// Broken returns the violations that there are.
func (f *Findings) Broken() []*Violation {
	var broken []*Violation
	for _, v := range f.Violations {
		if v != nil {
			broken = append(broken, v)
		}
	}
	return broken
}

// exercised notes that the run has given the requirement an occasion to be broken.
func (x *examiner) exercised() { x.findings.Exercised[x.examining]++ }

// violated notes that the requirement is broken at the entry that is being looked at. Only the first violation of a
// requirement in a run is kept: what follows is often its consequence.
func (x *examiner) violated(format string, args ...any) { x.violatedBy(nil, format, args...) }

// violatedBy names further entries that show it.
func (x *examiner) violatedBy(entries []*trace.Entry, format string, args ...any) {
	if x.findings.Violations[x.examining] != nil {
		return
	}
	at := x.now
	if at == never { // seen at the end of a run after which nothing would have happened any more
		at = x.run.End
	}
	v := &Violation{Requirement: x.findings.Requirements[x.examining], At: at, Text: fmt.Sprintf(format, args...)}
	for _, e := range append(entries, x.entry) {
		if e != nil {
			v.Entries = append(v.Entries, e.Seq)
		}
	}
	x.findings.Violations[x.examining] = v
	x.findings.Exercised[x.examining] = max(1, x.findings.Exercised[x.examining])
}
