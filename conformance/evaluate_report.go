package conformance

import (
	"bytes"
	"fmt"
	"runtime/debug"
	"strings"

	"github.com/jobsim/jobsim/scenarios"
	"github.com/jobsim/jobsim/sim/trace"
)

// report puts together what was found.
func (e *evaluator) report() *Report {
	r := &Report{
		APIVersion: ReportAPIVersion, Kind: ReportKind,
		Implementation: e.impl.Name(), Identity: e.claims.Identity, Suite: suiteVersion(),
		Profile: e.profile(), Situations: e.situations, Seed: e.seed, Cases: e.cases, Focus: e.focus,
		LeftOut: e.leftOut,
	}
	switch {
	case e.scenario != nil:
		r.Only = "scenario " + e.scenario.Name
	case e.only > 0:
		r.Only = fmt.Sprintf("case %d", e.only)
	}
	var verdicts []Verdict
	for _, f := range e.scenarios {
		row := e.scenarioRow(f)
		r.Scenarios = append(r.Scenarios, row)
		verdicts = append(verdicts, row.Verdict)
	}
	for _, f := range e.findings {
		row := e.requirementRow(f)
		r.Requirements = append(r.Requirements, row)
		r.Counts.Add(row.Verdict)
		verdicts = append(verdicts, row.Verdict)
	}
	r.Verdict, r.Why = e.verdict(verdicts, r)
	return r
}

// differsWhy is why a violation is none: whoever does another thing each time has not been proven wrong.
const differsWhy = "the implementation differs from itself"

// verdict sums up. An implementation that differs from itself cannot be judged at all.
func (e *evaluator) verdict(verdicts []Verdict, r *Report) (Verdict, string) {
	switch {
	case e.harness != "":
		return HarnessError, e.harness
	case e.differs != "":
		return Inconclusive, e.differs
	}
	v := sum(verdicts)
	why := e.enough()
	if v == Conformant && why != "" {
		return Inconclusive, why
	}
	if v == Inconclusive && why == "" {
		why = fmt.Sprintf("no run gave an occasion to break %d of the requirements; more random cases may", r.Counts.Inconclusive)
	}
	return v, why
}

func (e *evaluator) profile() Profile {
	levels := []Level{Core}
	if len(e.claims.Features) > 0 {
		levels = append(levels, Extended)
	}
	if e.claims.UpstreamExact {
		levels = append(levels, UpstreamExact)
	}
	return Profile{
		Kubernetes: fmt.Sprintf("1.%d", e.claims.Kubernetes), Levels: levels, Features: e.claims.Features,
		ManagedBy: e.claims.otherName(), Finalizer: e.claims.Finalizer, Neighbours: e.namesBeside(),
		Reaction: e.claims.Bounds.Reaction.String(), Retry: e.claims.Bounds.Retry.String(),
	}
}

func (e *evaluator) scenarioRow(f *scenarioFinding) ScenarioRow {
	row := ScenarioRow{Name: f.scenario.Name, Title: f.scenario.Title, Verdict: f.verdict, Why: f.why, Hash: f.hash}
	if f.verdict == NotConformant && e.differs != "" {
		row.Verdict, row.Why = Inconclusive, append([]string{differsWhy}, f.why...)
	}
	if f.verdict != Conformant && f.verdict != NotClaimed {
		row.Reproduce = e.reproduce(Reproduction{
			Implementation: e.impl.Name(), Scenario: f.scenario.Name, Replay: f.replay, UpstreamExact: e.claims.UpstreamExact,
			Features: e.claims.Features, ManagedBy: e.claims.otherName(), Finalizer: e.claims.ownFinalizer(), Neighbours: e.namesBeside(),
		})
	}
	return row
}

func (e *evaluator) requirementRow(f *finding) RequirementRow {
	q := f.requirement
	row := RequirementRow{
		ID: q.ID, Level: q.Level, Strength: q.Strength, Feature: q.Feature, Clauses: q.Clauses,
		Sentence: q.Sentence, Source: q.Source, Exercised: f.exercised,
	}
	switch {
	case f.unclaimed != "":
		row.Verdict, row.Why = NotClaimed, f.unclaimed
	case f.harness != "":
		row.Verdict, row.Why = HarnessError, f.harness
	case f.first != nil && e.differs != "":
		row.Verdict, row.Why = Inconclusive, differsWhy+"; seen once: "+f.first.violation.Text
	case f.first != nil:
		row.Verdict, row.Violation = NotConformant, e.violationRow(f)
	case f.exercised == 0:
		row.Verdict, row.Why = Inconclusive, "no run gave an occasion to break it"
	default:
		row.Verdict = Conformant
	}
	return row
}

// violationRow tells a violation so that somebody who has never seen the code understands it.
func (e *evaluator) violationRow(f *finding) *ViolationRow {
	c := f.first
	t := c.result.Trace
	row := &ViolationRow{
		At: c.violation.At.String(), Text: c.violation.Text, Run: c.name(),
		Replay: c.result.Token.String(), Hash: t.Hash(), Shrunk: c.shrunk, result: c.result,
	}
	for _, seq := range c.violation.Entries {
		row.Entries = append(row.Entries, describeEntry(t.Find(seq)))
	}
	var timeline bytes.Buffer
	if err := t.Timeline(&timeline, trace.TimelineOptions{}); err != nil {
		panic(err) // a buffer takes everything
	}
	row.Timeline = timeline.String()
	if file, err := scenarios.Write(e.claims.plain(c.result.Scenario)); err == nil {
		row.Scenario = string(file)
	}
	reproduction := Reproduction{
		Implementation: e.impl.Name(), Requirement: f.requirement.ID, Scenario: c.scenario,
		Seed: e.seed, Case: c.number, UpstreamExact: e.claims.UpstreamExact,
		Features: e.claims.Features, ManagedBy: e.claims.otherName(), Finalizer: e.claims.ownFinalizer(), Neighbours: e.namesBeside(),
	}
	if len(c.result.Token.Choices) > 0 && c.scenario != "" {
		reproduction.Replay = row.Replay
	}
	row.Reproduce = e.reproduce(reproduction)
	return row
}

// suiteVersion is the version of the jobsim module that is linked in.
func suiteVersion() string {
	const module = "github.com/jobsim/jobsim"
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	if info.Main.Path == module {
		return strings.TrimSpace(info.Main.Version)
	}
	for _, dep := range info.Deps {
		if dep.Path == module {
			return dep.Version
		}
	}
	return "unknown"
}
