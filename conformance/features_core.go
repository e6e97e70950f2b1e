package conformance

import "slices"

// coreParts are features of the Job API that are not optional any more, or never were.
var coreParts = []FeatureInfo{
	{Feature: "suspension", Title: "a Job pauses, and goes on", Field: "suspend",
		Clauses: []string{"SUS"}, Alpha: 21, Beta: 22, GA: 24, core: true},
	{Feature: "pod-replacement-policy", Title: "whether a pod that is being deleted is replaced at once", Field: "podReplacementPolicy",
		Clauses: []string{"PRP", "STAT-3"}, Alpha: 28, Beta: 29, GA: 34, core: true},
	{Feature: "selectors", Title: "a Job adopts pods and lets them go", Field: "manualSelector, selector",
		Clauses: []string{"SEL"}, GA: 2, core: true},
	{Feature: "large-jobs", Title: "a sync does not do everything at once", Field: "parallelism, completions",
		Clauses: []string{"PAR-11", "POD-9", "TRK-4"}, GA: 22, core: true},
}

// CoreParts lists parts of the core that people ask for by name, as they do for optional features. They are not claimed,
// since they bind everybody.
func CoreParts() []FeatureInfo { return slices.Clone(coreParts) }
