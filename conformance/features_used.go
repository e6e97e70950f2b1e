package conformance

import (
	"encoding/json"
	"slices"
	"strings"

	batchv1 "k8s.io/api/batch/v1"

	"github.com/jobsim/jobsim/sim"
)

// FeaturesOf lists the optional features that a scenario takes: one that takes a feature which is not claimed is not run.
func FeaturesOf(s *sim.Scenario) []Feature { return featuresOf(s) }

// featuresOf lists the optional features that an implementation must have for the scenario to be its business, in the
// order of Features: what the Jobs ask for, those that users create later too, and what users edit. Whether the API
// server would refuse an edit makes no difference.
//
// ManagedBy is none of them: whose Jobs those of a scenario are is what WithManagedBy says.
func featuresOf(s *sim.Scenario) []Feature {
	used := map[Feature]bool{}
	jobs := jobsOf(s)
	for _, job := range jobs {
		usedBySpec(&job.Spec, used)
	}
	for i := range s.Actions {
		usedByAction(&s.Actions[i], isIndexed(jobs, s.Actions[i].Job), used)
	}
	return slices.DeleteFunc(knownFeatures(), func(f Feature) bool { return !used[f] })
}

func usedBySpec(spec *batchv1.JobSpec, used map[Feature]bool) {
	for f, is := range map[Feature]bool{
		Indexed:              valueOr(spec.CompletionMode, batchv1.NonIndexedCompletion) == batchv1.IndexedCompletion,
		BackoffLimitPerIndex: spec.BackoffLimitPerIndex != nil || spec.MaxFailedIndexes != nil,
		PodFailurePolicy:     spec.PodFailurePolicy != nil,
		SuccessPolicy:        spec.SuccessPolicy != nil,
		TTLAfterFinished:     spec.TTLSecondsAfterFinished != nil,
	} {
		used[f] = used[f] || is
	}
}

// isIndexed tells whether a Job of that name is Indexed. No name is the first Job's.
func isIndexed(jobs []*batchv1.Job, name string) bool {
	return slices.ContainsFunc(jobs, func(job *batchv1.Job) bool {
		return (job.Name == name || name == "" && job.Name == jobs[0].Name) &&
			valueOr(job.Spec.CompletionMode, "") == batchv1.IndexedCompletion
	})
}

// usedByAction adds what an action on a Job edits.
func usedByAction(a *sim.Action, indexed bool, used map[Feature]bool) {
	var fields []string
	switch {
	case a.Scale != nil && a.Scale.Completions != nil:
		fields = []string{"completions"}
	case a.Patch != nil && a.Patch.Subresource == "":
		fields = editedFields(a.Patch.Data)
	}
	for _, field := range fields {
		switch field {
		case "completions":
			used[ElasticIndexed] = used[ElasticIndexed] || indexed
		case "template":
			used[SuspendedEdits] = true
		case "completionMode":
			used[Indexed] = true
		case "backoffLimitPerIndex", "maxFailedIndexes":
			used[BackoffLimitPerIndex] = true
		case "podFailurePolicy":
			used[PodFailurePolicy] = true
		case "successPolicy":
			used[SuccessPolicy] = true
		case "ttlSecondsAfterFinished":
			used[TTLAfterFinished] = true
		}
	}
}

// editedFields are the fields of spec that a patch names, whichever of the types of patches it is. One that cannot be
// read names none: the API server refuses it.
func editedFields(patch []byte) []string {
	var object struct {
		Spec map[string]json.RawMessage `json:"spec"`
	}
	var operations []struct {
		Path  string `json:"path"`
		Value any    `json:"value"`
	}
	var fields []string
	switch {
	case json.Unmarshal(patch, &object) == nil:
		for field := range object.Spec {
			fields = append(fields, field)
		}
	case json.Unmarshal(patch, &operations) == nil:
		for _, o := range operations {
			fields = append(fields, strings.Split(strings.TrimPrefix(o.Path, "/spec/"), "/")[0])
		}
	}
	slices.Sort(fields)
	return fields
}

// lacking lists the features of a scenario that are not claimed.
func (c *Claims) lacking(s *sim.Scenario) []Feature {
	return slices.DeleteFunc(featuresOf(s), func(f Feature) bool { return slices.Contains(c.Features, f) })
}

// needs says why a scenario is not run that lacks these features; empty if it lacks none.
func needs(lacking []Feature) string {
	switch len(lacking) {
	case 0:
		return ""
	case 1:
		return "needs " + string(lacking[0]) + ", which is not claimed"
	}
	return "needs " + joined(lacking) + ", which are not claimed"
}
