package conformance

import (
	"slices"
	"strings"
)

// Level says who a requirement is for.
type Level string

const (
	// Core requirements bind every implementation.
	Core Level = "core"
	// Extended requirements bind implementations that claim the feature.
	Extended Level = "extended"
	// UpstreamExact requirements are kept by kube-controller-manager and those who want to be indistinguishable from it.
	UpstreamExact Level = "upstream-exact"
)

// Strength is how strong the promise is that a requirement checks.
type Strength string

const (
	// Must is API contract.
	Must Strength = "MUST"
	// Should is documented or tested intent.
	Should Strength = "SHOULD"
	// Up is what the upstream controller does.
	Up Strength = "UP"
)

// Requirement is one sentence that an implementation must keep.
type Requirement struct {
	// ID is stable and readable, for bug reports: job/backoff-limit/failed-pods-exceed.
	ID string
	// Clauses of SEMANTICS.md that it checks, the one that it is about first.
	Clauses []string
	// Level and Strength say whom it binds and how much.
	Level    Level
	Strength Strength
	// Feature names the optional feature of an extended requirement; empty for the core.
	Feature Feature
	// Sentence says what an implementation must do, and Observed how that is seen in a trace.
	Sentence, Observed string
	// Source is where the promise comes from: API reference, KEP, upstream test or code.
	Source string
	// Since is the first Kubernetes minor in which it holds; 0 means always.
	Since Minor
	// External requirements bind only implementations that look after Jobs under a name of their own (WithManagedBy).
	External bool
	// Beside requirements bind only implementations beside which another controller works (WithNeighbour).
	Beside bool
	// Bound names the time bound that it uses; empty if it has none.
	Bound BoundName
	// Scenarios are built-in scenarios that show it.
	Scenarios []string

	// check makes a fresh check for one run: a value with one or more of the methods in check.go.
	check func() any
}

// Area is the second part of the ID: what the requirement is about.
func (r *Requirement) Area() string {
	parts := strings.SplitN(r.ID, "/", 3)
	return parts[1]
}

// catalog lists the areas in the order in which a reader would want them.
var catalog = [][]Requirement{
	evaluations, completions, parallelism, podCreation, restarts, retries, backoffLimit, backoffDelay, deadline,
	conditions, counters, statusWrites, times, suspension, replacement, tracking, ownership, disruption, deletion, resilience, events, outcome, implementation,
	indexedJobs, elasticIndexed, backoffPerIndex,
	failurePolicy, successPolicy, ttl,
	suspendedEdits, managedBy, besideOthers,
}

// Requirements returns all requirements, area by area. They are shared and must not be changed.
func Requirements() []*Requirement {
	var all []*Requirement
	for _, area := range catalog {
		for i := range area {
			all = append(all, &area[i])
		}
	}
	return all
}

// Lookup returns the requirement with an ID, or nil.
func Lookup(id string) *Requirement {
	all := Requirements()
	if i := slices.IndexFunc(all, func(r *Requirement) bool { return r.ID == id }); i >= 0 {
		return all[i]
	}
	return nil
}
