package conformance

import (
	"strings"

	"github.com/jobsim/jobsim/sim"
	"github.com/jobsim/jobsim/sim/event"
)

// The version of the report's schema, which REPORT.md describes. Fields are only ever added within a version.
const (
	ReportAPIVersion = "jobsim/v1alpha1"
	ReportKind       = "ConformanceReport"
)

// Report is the outcome of an evaluation. It holds nothing that differs between two evaluations of the same
// implementation with the same options: no times of day, no durations of this machine.
type Report struct {
	APIVersion string `json:"apiVersion"`
	Kind       string `json:"kind"`

	// Implementation is what was evaluated, and Identity who answers for it.
	Implementation string   `json:"implementation"`
	Identity       Identity `json:"identity,omitzero"`
	// Suite is the version of jobsim.
	Suite string `json:"suite"`
	// Profile is what the implementation is held to.
	Profile Profile `json:"profile"`
	// Situations is how many of the situations made for single clauses were run.
	Situations int `json:"situations"`
	// Seed and Cases are the random cases: which, and how many were run. Focus is the selection of requirements, if
	// there was one, and Only what was run if it was not everything.
	Seed  uint64 `json:"seed"`
	Cases int    `json:"cases"`
	// LeftOut is what was not run because it takes features that are not claimed.
	LeftOut []LeftOut `json:"leftOut,omitempty"`
	Focus   string    `json:"focus,omitempty"`
	Only    string    `json:"only,omitempty"`

	// Verdict is the sum, and Why says what it rests on when that is not in the rows.
	Verdict Verdict `json:"verdict"`
	Why     string  `json:"why,omitempty"`
	// Counts is how many requirements got each verdict.
	Counts Counts `json:"counts"`

	Scenarios    []ScenarioRow    `json:"scenarios"`
	Requirements []RequirementRow `json:"requirements"`
}

// Profile is what an implementation is held to.
type Profile struct {
	// Kubernetes is the minor whose semantics it follows, such as 1.37.
	Kubernetes string `json:"kubernetes"`
	// Levels are the levels of requirements that were looked at.
	Levels   []Level   `json:"levels"`
	Features []Feature `json:"features,omitempty"`
	// ManagedBy is the value of spec.managedBy of the Jobs that it looks after, if that is not the built-in controller's.
	ManagedBy string `json:"managedBy,omitempty"`
	// Finalizer is what it keeps pods with until they are counted.
	Finalizer string `json:"finalizer"`
	// Neighbours are the names of other controllers that worked in the cluster.
	Neighbours []string `json:"neighbours,omitempty"`
	// Reaction and Retry are the time bounds, as Go writes durations.
	Reaction string `json:"reaction"`
	Retry    string `json:"retry"`
}

// Counts is how many requirements got each verdict.
type Counts struct {
	Conformant    int `json:"conformant"`
	NotConformant int `json:"notConformant"`
	Inconclusive  int `json:"inconclusive"`
	NotClaimed    int `json:"notClaimed"`
	HarnessError  int `json:"harnessError"`
}

// ScenarioRow is a built-in scenario as a spec.
type ScenarioRow struct {
	Name    string  `json:"name"`
	Title   string  `json:"title"`
	Verdict Verdict `json:"verdict"`
	// Why says what was expected and what was seen instead, or why nothing can be said.
	Why []string `json:"why,omitempty"`
	// Hash is that of the trace of the calm run.
	Hash      string `json:"hash,omitempty"`
	Reproduce string `json:"reproduce,omitempty"`
}

// RequirementRow is one requirement with what was found.
type RequirementRow struct {
	ID       string   `json:"id"`
	Level    Level    `json:"level"`
	Strength Strength `json:"strength"`
	Feature  Feature  `json:"feature,omitempty"`
	Clauses  []string `json:"clauses,omitempty"`
	Sentence string   `json:"sentence"`
	Source   string   `json:"source"`
	Verdict  Verdict  `json:"verdict"`
	// Exercised is how many runs gave an occasion to break it.
	Exercised int `json:"exercised"`
	// Why says why there is no verdict, if there is none.
	Why string `json:"why,omitempty"`
	// Violation is the first one, in its smallest form.
	Violation *ViolationRow `json:"violation,omitempty"`
}

// ViolationRow is a violation with all that it takes to understand it and to see it again.
type ViolationRow struct {
	// At is the virtual time, and Text what was seen.
	At   string `json:"at"`
	Text string `json:"text"`
	// Run is where it was seen: scenario NAME for a built-in one, situation NAME, or case NUMBER for a random case.
	Run string `json:"run"`
	// Entries are the trace entries that show it, as the transcript tells them.
	Entries []string `json:"entries,omitempty"`
	// Timeline is the run as jobsim run shows it.
	Timeline string `json:"timeline"`
	// Scenario is the counter-example as a scenario file, and Replay the token of the run, to repeat it choice by choice.
	Scenario string `json:"scenario"`
	Replay   string `json:"replay"`
	// Hash is that of the trace.
	Hash string `json:"hash"`
	// Shrunk is how many runs made the counter-example smaller than the case in which it was found.
	Shrunk int `json:"shrunk,omitempty"`
	// Reproduce is a command or a call that shows it again.
	Reproduce string `json:"reproduce"`

	result *sim.Result
}

// Where is the run in words. A scenario's first run is calm; in the others things are late, and overtake each other.
func (v *ViolationRow) Where() string {
	token, err := event.ParseToken(v.Replay)
	if strings.HasPrefix(v.Run, "scenario ") && err == nil && len(token.Choices) > 0 {
		return "a random run of " + v.Run
	}
	return v.Run
}

// Result is the run that shows the violation; nil in a report that was read from a file.
func (v *ViolationRow) Result() *sim.Result { return v.result }

// Add counts a verdict.
func (c *Counts) Add(v Verdict) {
	switch v {
	case Conformant:
		c.Conformant++
	case NotConformant:
		c.NotConformant++
	case Inconclusive:
		c.Inconclusive++
	case NotClaimed:
		c.NotClaimed++
	case HarnessError:
		c.HarnessError++
	}
}
