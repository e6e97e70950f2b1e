package conformance

import (
	"maps"
	"reflect"
	"slices"

	batchv1 "k8s.io/api/batch/v1"
)

// preserved are requirements on what others have written.
var preserved = []Requirement{
	{
		ID: "job/counters/foreign-conditions-stay", Clauses: []string{"STAT-11"}, Level: Core, Strength: Must,
		Sentence: "Conditions of types that are not the implementation's must be preserved.",
		Observed: "Entries of other types than the six of the Job API, in the version that an implementation's write replaces, are in " +
			"what it stores, unchanged.",
		Source: "e2e conformance test \"apply changes to a job status\"", Scenarios: []string{"status-notes"},
		check: func() any { return onJob(foreignConditionsStay) },
	},
	{
		ID: "job/counters/foreign-metadata-stays", Clauses: []string{"STAT-11"}, Level: Core, Strength: Must,
		Sentence: "Labels, annotations and finalizers of a Job that others have written must be preserved.",
		Observed: "None that somebody else added last is missing, or has another value, in what an implementation stores.",
		Source:   "e2e conformance test \"apply changes to a job status\"", Scenarios: []string{"pi"},
		check: func() any { return foreignMetadata{} },
	},
}

var ownConditions = []batchv1.JobConditionType{batchv1.JobSuspended, batchv1.JobComplete, batchv1.JobFailed,
	batchv1.JobFailureTarget, batchv1.JobSuccessCriteriaMet}

func foreignConditionsStay(x *examiner, j *jobState) {
	if j.gone || !x.byImplementation() || j.before == nil {
		return
	}
	for i := range j.before.Status.Conditions {
		c := &j.before.Status.Conditions[i]
		if slices.Contains(ownConditions, c.Type) {
			continue
		}
		x.exercised()
		now := condition(j.obj, c.Type)
		switch {
		case now == nil:
			x.violated("Job %s had a condition %s, and has it no more", j.obj.Name, c.Type)
		case !saysTheSame(now, c):
			x.violated("condition %s of Job %s, which is not the implementation's, was %s (%s), and is %s (%s)", c.Type, j.obj.Name,
				c.Status, c.Reason, now.Status, now.Reason)
		}
	}
}

// foreignMetadata remembers, for each Job, what labels, annotations and finalizers others have given it.
type foreignMetadata map[*jobState]map[string]string

func (c foreignMetadata) job(x *examiner, j *jobState) {
	if j.gone {
		delete(c, j)
		return
	}
	if x.byImplementation() && len(c[j]) == 0 || j.before == nil && len(j.obj.Labels)+len(j.obj.Annotations)+len(j.obj.Finalizers) == 0 {
		return
	}
	if j.before != nil && sameMetadata(j.before, j.obj) {
		if x.byImplementation() && len(c[j]) > 0 {
			x.exercised()
		}
		return
	}
	now := metadataOf(j.obj)
	if !x.byImplementation() || x.entry.Verb == "delete" { // by which propagation is the API server's to write down
		c.note(j, now)
		return
	}
	theirs := c[j]
	for _, key := range slices.Sorted(maps.Keys(theirs)) {
		x.exercised()
		switch value, ok := now[key]; {
		case !ok:
			x.violated("Job %s had the %s, and has it no more", j.obj.Name, key)
		case value != theirs[key]:
			x.violated("the %s of Job %s was %q, and is %q", key, j.obj.Name, theirs[key], value)
		}
	}
}

// note takes what somebody else has added or changed as theirs.
func (c foreignMetadata) note(j *jobState, now map[string]string) {
	if c[j] == nil {
		c[j] = map[string]string{}
	}
	var before map[string]string
	if j.before != nil {
		before = metadataOf(j.before)
	}
	for key, value := range now {
		if old, ok := before[key]; !ok || old != value {
			c[j][key] = value
		}
	}
	for key := range before {
		if _, ok := now[key]; !ok {
			delete(c[j], key)
		}
	}
}

func sameMetadata(a, b *batchv1.Job) bool {
	return sameEntries(a.Labels, b.Labels) && sameEntries(a.Annotations, b.Annotations) && slices.Equal(a.Finalizers, b.Finalizers)
}

// sameEntries is maps.Equal with an eye on maps that are shared.
func sameEntries(a, b map[string]string) bool {
	return reflect.ValueOf(a).Pointer() == reflect.ValueOf(b).Pointer() || maps.Equal(a, b)
}

func metadataOf(job *batchv1.Job) map[string]string {
	all := map[string]string{}
	for key, value := range job.Labels {
		all["label "+key] = value
	}
	for key, value := range job.Annotations {
		all["annotation "+key] = value
	}
	for _, name := range job.Finalizers {
		all["finalizer "+name] = ""
	}
	return all
}
