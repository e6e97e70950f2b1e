package conformance

// suspendedEdits is about Jobs whose template is edited while they are suspended (MSD). What the API server lets users
// edit, and when, is its own business: conformance/upstream/differential compares it with Kubernetes'. Here is what an
// implementation does about it. The checks are in area_suspended_edits_checks.go.
var suspendedEdits = []Requirement{
	{
		ID: "job/suspended-edits/pods-have-the-edit", Clauses: []string{"MSD-4", "POD-1"}, Level: Extended, Strength: Must,
		Feature: SuspendedEdits, Since: 23,
		Sentence: "Pods that are created after the template was edited must be made from the edited template.",
		Observed: "As job/pod-creation/from-the-template, for Jobs whose template has been edited.",
		Source:   "upstream test TestNodeSelectorUpdate", Scenarios: []string{"suspended-edit", "edit-refused"},
		check: func() any { return &editedTemplates{judge: lacksEdit} },
	},
	{
		ID: "job/suspended-edits/pods-have-nothing-else", Clauses: []string{"MSD-4"}, Level: Extended, Strength: Must,
		Feature: SuspendedEdits, Since: 23,
		Sentence: "What an edit has taken out of the template must not be in pods that are created after it.",
		Observed: "At each accepted creation for a Job whose template has been edited, no label, annotation, node selector, toleration, " +
			"scheduling gate or container resource of an earlier template is in the pod that some version of the Job, which the " +
			"implementation may have known, does not have.",
		Source: "upstream test TestNodeSelectorUpdate", Scenarios: []string{"suspended-edit"},
		check: func() any { return &editedTemplates{judge: keepsWhatWent} },
	},
	{
		ID: "job/suspended-edits/edit-with-resume", Clauses: []string{"MSD-3", "MSD-4"}, Level: Extended, Strength: Must,
		Feature: SuspendedEdits, Since: 23,
		Sentence: "An edit that comes in the same update as spec.suspend=false must be in the pods that this update starts.",
		Observed: "As job/pod-creation/from-the-template, for Jobs of which the last edit of the template resumed them too.",
		Source:   "upstream test TestNodeSelectorUpdate", Scenarios: []string{"edit-refused"},
		check: func() any { return &editedTemplates{withResume: true, judge: lacksEdit} },
	},
	{
		ID: "job/suspended-edits/resources", Clauses: []string{"MSD-2", "MSD-4"}, Level: Extended, Strength: Must,
		Feature: SuspendedEdits, Since: 36,
		Sentence: "Container resources that were edited must be those of pods that are created after it.",
		Observed: "At each accepted creation for a Job whose template has been edited, the requests and limits of each container and " +
			"init container are those of some version of the Job that the implementation may have known.",
		Source: "upstream test TestUpdateJobPodResources", Scenarios: []string{"suspended-edit"},
		check: func() any { return &editedTemplates{judge: otherResources} },
	},
	{
		ID: "job/suspended-edits/edits-start-nothing", Clauses: []string{"MSD-4", "SUS-1"}, Level: Extended, Strength: Must,
		Feature: SuspendedEdits, Since: 23,
		Sentence: "An edit of the template must not start pods while the Job is suspended.",
		Observed: "At each accepted creation for a Job whose template has been edited, spec.suspend is false in some version that the " +
			"implementation may have known.",
		Source: "API reference, JobSpec.suspend", Scenarios: []string{"suspended-edit"},
		check: func() any { return &editedTemplates{judge: startsThoughSuspended} },
	},
	{
		ID: "job/suspended-edits/becomes-editable", Clauses: []string{"MSD-1", "SUS-8"}, Level: Extended, Strength: Must,
		Feature: SuspendedEdits, Since: 36, Bound: ReactionBound,
		Sentence: "The status of a suspended Job without active pods must come to let users edit its template.",
		Observed: "Within the reaction time after a Job with spec.suspend true has lost its last active pod, status.active is 0, and " +
			"either startTime is unset or Suspended is True, which is what the API server goes by.",
		Source: "Kubernetes source, validation of Job updates", Scenarios: []string{"suspended-edit"},
		check: promptAfter(becameSuspended, notEditable),
	},
	{
		ID: "job/suspended-edits/not-editable-with-pods", Clauses: []string{"MSD-1", "SUS-8"}, Level: Extended, Strength: Must,
		Feature: SuspendedEdits, Since: 36,
		Sentence: "The status of a suspended Job must not let users edit its template as long as the Job has active pods.",
		Observed: "No write of the implementation shows Suspended=True with status.active 0 for a suspended Job that has pods of which " +
			"the implementation must know that they are active.",
		Source: "Kubernetes source, validation of Job updates", Scenarios: []string{"suspended-edit"},
		check: func() any { return onJob(editableWithPods) },
	},
}

var uncheckedSuspendedEdits = []Unchecked{
	{"MSD-5", "it is about the API server: which edits of a template it accepts; conformance/upstream/differential compares that"},
}
