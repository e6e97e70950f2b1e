package conformance

// managedBy is about whose Jobs an implementation looks after (MB): those that name it in spec.managedBy, and, if it is the
// built-in controller, those that name nobody. WithManagedBy says what its name is. The checks are in
// area_managed_by_checks.go.
var managedBy = []Requirement{
	{
		ID: "job/managed-by/acts-on-its-own", Clauses: []string{"MB-1"}, Level: Extended, Strength: Must, Feature: ManagedBy, Since: 32,
		Bound:    ReactionBound,
		Sentence: "A Job whose spec.managedBy is the name of the controller must be looked after by it.",
		Observed: "A Job that says so, and that is not suspended, has a startTime within the reaction time.",
		Source:   "API reference, JobSpec.managedBy; KEP-4368", Scenarios: []string{"managed-by"},
		check: promptAfter(startsNamed, namedButIdle),
	},
	{
		ID: "job/managed-by/leaves-others-alone", Clauses: []string{"MB-1"}, Level: Extended, Strength: Must, Feature: ManagedBy, Since: 32,
		Sentence: "A Job whose spec.managedBy is the name of another controller must be left alone.",
		Observed: "No accepted status write to such a Job, no creation of a pod that it controls, and no adoption of one for it.",
		Source:   "API reference, JobSpec.managedBy; upstream test TestManagedBy", Scenarios: []string{"managed-by", "managed-by-nobody"},
		check: func() any { return handsOff(namesAnother) },
	},
	{
		ID: "job/managed-by/leaves-unnamed-alone", Clauses: []string{"MB-1"}, Level: Extended, Strength: Must, Feature: ManagedBy, Since: 32,
		External: true,
		Sentence: "An external controller must leave alone Jobs that the built-in controller looks after: those without spec.managedBy, " +
			"and those that name kubernetes.io/job-controller.",
		Observed: "As job/managed-by/leaves-others-alone, for these Jobs, where the name of the implementation is another one.",
		Source:   "API reference, JobSpec.managedBy", Scenarios: []string{"managed-by-nobody"},
		check: func() any { return handsOff(namesBuiltIn) },
	},
	{
		ID: "job/managed-by/recreated-for-others", Clauses: []string{"MB-4", "MB-1"}, Level: Extended, Strength: Must, Feature: ManagedBy, Since: 32,
		Sentence: "A Job of another controller must be left alone also if a Job of the same name was the controller's own before.",
		Observed: "As job/managed-by/leaves-others-alone, for Jobs of a name that a Job of the controller has had.",
		Source:   "upstream test TestManagedBy_RecreatedJob", Scenarios: []string{"managed-by"},
		check: func() any { return handsOff(followsOwn) },
	},
	{
		ID: "job/managed-by/status-rules", Clauses: []string{"MB-5"}, Level: Extended, Strength: Must, Feature: ManagedBy, Since: 32,
		Sentence: "Whatever its name, a controller must write a status that keeps the rules of the API server.",
		Observed: "No status write to a Job that names its controller is refused as invalid, unless the scenario has calls refused so or " +
			"clocks set wrong.",
		Source: "upstream tests of ValidateJobUpdateStatus", Scenarios: []string{"managed-by"},
		check: func() any { return onCall(namedStatusRefused) },
	},
}

var uncheckedManagedBy = []Unchecked{
	{"MB-2", "it is about the API server: spec.managedBy never changes; conformance/upstream/differential compares that"},
}
