package conformance

import (
	"fmt"
	"slices"
	"strings"
)

// Feature is an optional part of the Job API that an implementation may claim. Suspension, replacement policies,
// selectors made by hand and large Jobs are not optional: they belong to the core (CoreParts).
type Feature string

const (
	// Indexed is completionMode Indexed (IDX, POD-6, POD-7, POD-13, STAT-10).
	Indexed Feature = "indexed"
	// ElasticIndexed is changing completions of an Indexed Job together with parallelism (EIJ).
	ElasticIndexed Feature = "elastic-indexed"
	// BackoffLimitPerIndex is backoffLimitPerIndex and maxFailedIndexes (BPI).
	BackoffLimitPerIndex Feature = "backoff-limit-per-index"
	// PodFailurePolicy is podFailurePolicy with its four actions (PFP).
	PodFailurePolicy Feature = "pod-failure-policy"
	// SuccessPolicy is successPolicy (SP).
	SuccessPolicy Feature = "success-policy"
	// SuspendedEdits is editing the template of a Job while it is suspended (MSD).
	SuspendedEdits Feature = "suspended-edits"
	// TTLAfterFinished is ttlSecondsAfterFinished, which another controller than that of Jobs may see to (TTL).
	TTLAfterFinished Feature = "ttl-after-finished"
	// ManagedBy is looking after the Jobs that spec.managedBy names the implementation for, and no others (MB).
	ManagedBy Feature = "managed-by"
)

// Stage is how far a feature has come in a Kubernetes minor.
type Stage string

const (
	// Absent: the minor does not know the feature.
	Absent Stage = ""
	// Alpha is off unless its gate is set.
	Alpha Stage = "alpha"
	// Beta is on unless its gate is set.
	Beta Stage = "beta"
	// GA is always there.
	GA Stage = "GA"
)

// FeatureInfo is what is known of a feature.
type FeatureInfo struct {
	Feature Feature
	// Title says what it is, in a few words.
	Title string
	// Field is the part of the Job's spec that asks for it.
	Field string
	// Clauses are the sections of SEMANTICS.md about it, as the letters of their clauses or as single clauses.
	Clauses []string
	// Needs are features without which no Job can use it.
	Needs []Feature
	// Alpha, Beta and GA are the minors in which it reached the stage; 0 is a stage that it left out.
	Alpha, Beta, GA Minor
	// core is a part of what binds everybody.
	core bool
}

// featureTable has the stages of section 35 and of the clauses in SEMANTICS.md, which agree with pkg/features of
// Kubernetes v1.31.14 and v1.37.2 where those still have the gate.
var featureTable = []FeatureInfo{
	{Feature: Indexed, Title: "each pod works on an index of its own", Field: "completionMode: Indexed",
		Clauses: []string{"IDX", "POD-6", "POD-7", "POD-13", "STAT-10", "TRK-2"}, Alpha: 21, Beta: 22, GA: 24},
	{Feature: ElasticIndexed, Title: "an Indexed Job grows and shrinks while it runs", Field: "completions, edited",
		Clauses: []string{"EIJ"}, Needs: []Feature{Indexed}, Beta: 27, GA: 31},
	{Feature: BackoffLimitPerIndex, Title: "each index has retries of its own", Field: "backoffLimitPerIndex, maxFailedIndexes",
		Clauses: []string{"BPI", "POD-8"}, Needs: []Feature{Indexed}, Alpha: 28, Beta: 29, GA: 33},
	{Feature: PodFailurePolicy, Title: "rules say what a failed pod means", Field: "podFailurePolicy",
		Clauses: []string{"PFP"}, Alpha: 25, Beta: 26, GA: 31},
	{Feature: SuccessPolicy, Title: "some indexes are enough", Field: "successPolicy",
		Clauses: []string{"SP"}, Needs: []Feature{Indexed}, Alpha: 30, Beta: 31, GA: 33},
	{Feature: SuspendedEdits, Title: "the template is edited while the Job is suspended", Field: "template, edited",
		Clauses: []string{"MSD"}, Beta: 23, GA: 27},
	{Feature: TTLAfterFinished, Title: "finished Jobs are deleted after a time", Field: "ttlSecondsAfterFinished",
		Clauses: []string{"TTL"}, Alpha: 12, Beta: 21, GA: 23},
	{Feature: ManagedBy, Title: "an external controller looks after the Jobs that name it", Field: "managedBy",
		Clauses: []string{"MB"}, Alpha: 30, Beta: 32, GA: 35},
}

// Features lists the optional features, the simplest first.
func Features() []FeatureInfo { return slices.Clone(featureTable) }

// Info is what is known of the feature. An unknown one has nothing but its name.
func (f Feature) Info() FeatureInfo {
	if i := slices.IndexFunc(featureTable, func(i FeatureInfo) bool { return i.Feature == f }); i >= 0 {
		return featureTable[i]
	}
	return FeatureInfo{Feature: f}
}

// Stage is how far the feature has come in a minor.
func (f Feature) Stage(m Minor) Stage { return f.Info().Stage(m) }

// Stage is how far the feature has come in a minor.
func (i FeatureInfo) Stage(m Minor) Stage {
	for _, s := range []struct {
		stage Stage
		since Minor
	}{{GA, i.GA}, {Beta, i.Beta}, {Alpha, i.Alpha}} {
		if s.since > 0 && m >= s.since {
			return s.stage
		}
	}
	return Absent
}

// Since is the first minor that has the feature, in whatever stage; 0 for an unknown one.
func (i FeatureInfo) Since() Minor {
	for _, m := range []Minor{i.Alpha, i.Beta, i.GA} {
		if m > 0 {
			return m
		}
	}
	return 0
}

// Requirements are those of the feature, of every level; of a part of the core those that are about one of its clauses first.
func (i FeatureInfo) Requirements() []*Requirement {
	return slices.DeleteFunc(Requirements(), func(r *Requirement) bool {
		if i.core {
			return r.Feature != "" || len(r.Clauses) == 0 || !i.About(r.Clauses[0])
		}
		return r.Feature != i.Feature
	})
}

// About reports whether a clause of SEMANTICS.md is about the feature.
func (i FeatureInfo) About(clause string) bool {
	letters, _, _ := strings.Cut(clause, "-")
	return slices.Contains(i.Clauses, clause) || slices.Contains(i.Clauses, letters)
}

// FeaturesAbout lists the features that clauses of SEMANTICS.md are about.
func FeaturesAbout(clauses ...string) []Feature {
	return slices.DeleteFunc(knownFeatures(), func(f Feature) bool { return !slices.ContainsFunc(clauses, f.Info().About) })
}

// knownFeatures are the names of the optional features.
func knownFeatures() []Feature {
	var all []Feature
	for _, i := range featureTable {
		all = append(all, i.Feature)
	}
	return all
}

// featuresIn are those that a minor has.
func featuresIn(m Minor) []Feature {
	return slices.DeleteFunc(knownFeatures(), func(f Feature) bool { return f.Stage(m) == Absent })
}

// checkFeatures tells what is wrong with the features of a claim.
func (c *Claims) checkFeatures() error {
	for i, f := range c.Features {
		info := f.Info()
		if info.Since() == 0 {
			return fmt.Errorf("feature %q: there is no such feature; expected one of %s", f, joined(knownFeatures()))
		}
		if slices.Contains(c.Features[:i], f) {
			return fmt.Errorf("feature %q is claimed twice", f)
		}
		if f.Stage(c.Kubernetes) == Absent {
			return fmt.Errorf("feature %s: Kubernetes 1.%d does not have it; expected one of %s, or Kubernetes 1.%d or later",
				f, c.Kubernetes, joined(featuresIn(c.Kubernetes)), info.Since())
		}
		for _, needed := range info.Needs {
			if !slices.Contains(c.Features, needed) {
				return fmt.Errorf("feature %s: no Job can use it without %s; expected that to be claimed as well", f, needed)
			}
		}
	}
	return c.checkManager()
}
