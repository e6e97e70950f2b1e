package trace

import (
	"fmt"
	"slices"
	"strings"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	apiequality "k8s.io/apimachinery/pkg/api/equality"
)

// field is one number of a Job that people talk about.
type field struct {
	name     string
	old, new any
}

func (f field) change() (string, bool) {
	old, new := text(f.old), text(f.new)
	if old == new {
		return "", false
	}
	return fmt.Sprintf("%s %s -> %s", f.name, old, new), true
}

// text writes the value of a field; "unset" for a nil pointer.
func text(v any) string {
	switch v := v.(type) {
	case *int32:
		return deref(v)
	case *int64:
		return deref(v)
	case *bool:
		return deref(v)
	case *string:
		return deref(v)
	case *batchv1.PodReplacementPolicy:
		return deref(v)
	}
	return fmt.Sprint(v)
}

func deref[T any](p *T) string {
	if p == nil {
		return "unset"
	}
	return fmt.Sprint(*p)
}

func changed(fields []field) []string {
	var changes []string
	for _, f := range fields {
		if c, ok := f.change(); ok {
			changes = append(changes, c)
		}
	}
	return changes
}

// jobOutline is what of a Job's spec decides how it runs.
func jobOutline(job *batchv1.Job) string {
	s := &job.Spec
	var parts []string
	add := func(name string, v any) {
		if t := text(v); t != "unset" {
			parts = append(parts, name+" "+t)
		}
	}
	add("completions", s.Completions)
	add("parallelism", s.Parallelism)
	if s.BackoffLimitPerIndex == nil {
		add("backoffLimit", s.BackoffLimit) // otherwise its default is no limit at all (DEF-4)
	}
	add("backoffLimitPerIndex", s.BackoffLimitPerIndex)
	add("maxFailedIndexes", s.MaxFailedIndexes)
	add("activeDeadlineSeconds", s.ActiveDeadlineSeconds)
	add("ttlSecondsAfterFinished", s.TTLSecondsAfterFinished)
	if p := s.Template.Spec.RestartPolicy; p != "" {
		add("restartPolicy", p)
	}
	if s.CompletionMode != nil && *s.CompletionMode == batchv1.IndexedCompletion {
		parts = append(parts, "Indexed")
	}
	if s.PodFailurePolicy != nil {
		parts = append(parts, "podFailurePolicy")
	}
	if s.SuccessPolicy != nil {
		parts = append(parts, "successPolicy")
	}
	if s.Suspend != nil && *s.Suspend {
		parts = append(parts, "suspended")
	}
	add("managedBy", s.ManagedBy)
	return strings.Join(parts, ", ")
}

// jobSpecChanges says what an edit changed.
func jobSpecChanges(old, new *batchv1.JobSpec) []string {
	changes := changed([]field{
		{"completions", old.Completions, new.Completions},
		{"parallelism", old.Parallelism, new.Parallelism},
		{"backoffLimit", old.BackoffLimit, new.BackoffLimit},
		{"backoffLimitPerIndex", old.BackoffLimitPerIndex, new.BackoffLimitPerIndex},
		{"maxFailedIndexes", old.MaxFailedIndexes, new.MaxFailedIndexes},
		{"activeDeadlineSeconds", old.ActiveDeadlineSeconds, new.ActiveDeadlineSeconds},
		{"ttlSecondsAfterFinished", old.TTLSecondsAfterFinished, new.TTLSecondsAfterFinished},
		{"suspend", old.Suspend, new.Suspend},
		{"podReplacementPolicy", old.PodReplacementPolicy, new.PodReplacementPolicy},
		{"managedBy", old.ManagedBy, new.ManagedBy},
	})
	if !apiequality.Semantic.DeepEqual(old.Template, new.Template) {
		changes = append(changes, "the pod template")
	}
	return changes
}

// jobStatusChanges says what a status write changed.
func jobStatusChanges(old, new *batchv1.JobStatus) []string {
	changes := changed([]field{
		{"active", old.Active, new.Active},
		{"ready", or0(old.Ready), or0(new.Ready)},
		{"terminating", or0(old.Terminating), or0(new.Terminating)},
		{"succeeded", old.Succeeded, new.Succeeded},
		{"failed", old.Failed, new.Failed},
		{"uncounted", uncounted(old), uncounted(new)},
		{"completedIndexes", quoted(old.CompletedIndexes), quoted(new.CompletedIndexes)},
		{"failedIndexes", quoted(deref0(old.FailedIndexes)), quoted(deref0(new.FailedIndexes))},
	})
	switch {
	case old.StartTime == nil && new.StartTime != nil:
		changes = append(changes, "startTime set")
	case old.StartTime != nil && new.StartTime == nil:
		changes = append(changes, "startTime cleared")
	case !old.StartTime.Equal(new.StartTime):
		changes = append(changes, "startTime set anew")
	}
	if old.CompletionTime == nil && new.CompletionTime != nil {
		changes = append(changes, "completionTime set")
	}
	return append(changes, conditionChanges(old.Conditions, new.Conditions)...)
}

func conditionChanges(old, new []batchv1.JobCondition) []string {
	appeared, removed := conditionDiff(old, new)
	var changes []string
	for i, c := range appeared {
		name := string(c.Type)
		if c.Status != corev1.ConditionTrue {
			name += "=" + string(c.Status)
		}
		// Failed comes with the reason of FailureTarget, Complete with that of SuccessCriteriaMet (FIN-2, FIN-3).
		if i+1 < len(appeared) && appeared[i+1].Reason == c.Reason && appeared[i+1].Message == c.Message {
			changes = append(changes, name)
		} else {
			changes = append(changes, name+because(c.Reason, c.Message))
		}
	}
	for _, kind := range removed {
		changes = append(changes, "condition "+string(kind)+" removed")
	}
	return changes
}

// conditionDiff returns the conditions that are new or changed, and the types that are gone.
func conditionDiff(old, new []batchv1.JobCondition) (appeared []batchv1.JobCondition, removed []batchv1.JobConditionType) {
	before := slices.Clone(old)
	for i := range new {
		c := &new[i]
		same := slices.IndexFunc(before, func(o batchv1.JobCondition) bool {
			return o.Type == c.Type && o.Status == c.Status && o.Reason == c.Reason && o.Message == c.Message
		})
		if same < 0 {
			appeared = append(appeared, *c)
		} else {
			before = slices.Delete(before, same, same+1) // a second equal entry is news (FIN-14)
		}
	}
	for i := range old {
		if !slices.ContainsFunc(new, func(c batchv1.JobCondition) bool { return c.Type == old[i].Type }) {
			removed = append(removed, old[i].Type)
		}
	}
	return appeared, removed
}

// because writes a reason and a message in brackets.
func because(reason, message string) string {
	switch {
	case reason != "" && message != "":
		return " (" + plain(reason) + ": " + plain(message) + ")"
	case reason+message != "":
		return " (" + plain(reason+message) + ")"
	}
	return ""
}

func uncounted(s *batchv1.JobStatus) int {
	if u := s.UncountedTerminatedPods; u != nil {
		return len(u.Succeeded) + len(u.Failed)
	}
	return 0
}

func quoted(s string) string { return fmt.Sprintf("%q", s) }

func deref0(p *string) string {
	if p == nil {
		return ""
	}
	return *p
}

func or0(p *int32) int32 {
	if p == nil {
		return 0
	}
	return *p
}
