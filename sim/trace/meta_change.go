package trace

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// metaChanges says what a write changed in an object's metadata, leaving out what the API server changes itself. The
// older version may be nil.
func metaChanges(old, new metav1.Object) []string {
	if old == nil {
		return nil
	}
	var changes []string
	if new.GetDeletionTimestamp() != nil && old.GetDeletionTimestamp() == nil {
		changes = append(changes, "marked for deletion"+grace(new))
	} else if a, b := old.GetDeletionGracePeriodSeconds(), new.GetDeletionGracePeriodSeconds(); a != nil && b != nil &&
		*a != *b {
		changes = append(changes, fmt.Sprintf("grace period %ds -> %ds", *a, *b))
	}
	for _, f := range missing(new.GetFinalizers(), old.GetFinalizers()) {
		changes = append(changes, "finalizer "+f+" added")
	}
	for _, f := range missing(old.GetFinalizers(), new.GetFinalizers()) {
		changes = append(changes, "finalizer "+f+" removed")
	}
	if a, b := owner(old), owner(new); a != b {
		changes = append(changes, fmt.Sprintf("controlled by %s -> %s", a, b))
	}
	changes = append(changes, mapChanges("label", old.GetLabels(), new.GetLabels())...)
	return append(changes, mapChanges("annotation", old.GetAnnotations(), new.GetAnnotations())...)
}

// missing returns what of a is not in b.
func missing(a, b []string) []string {
	var out []string
	for _, s := range a {
		if !slices.Contains(b, s) {
			out = append(out, s)
		}
	}
	return out
}

func owner(o metav1.Object) string {
	if ref := metav1.GetControllerOfNoCopy(o); ref != nil {
		return strings.ToLower(ref.Kind) + " " + ref.Name
	}
	return "nobody"
}

func mapChanges(what string, old, new map[string]string) []string {
	var changes []string
	for _, k := range slices.Sorted(maps.Keys(new)) {
		if v, ok := old[k]; !ok || v != new[k] {
			changes = append(changes, fmt.Sprintf("%s %s=%s", what, k, new[k]))
		}
	}
	for _, k := range slices.Sorted(maps.Keys(old)) {
		if _, ok := new[k]; !ok {
			changes = append(changes, fmt.Sprintf("%s %s removed", what, k))
		}
	}
	return changes
}

func grace(o metav1.Object) string {
	if g := o.GetDeletionGracePeriodSeconds(); g != nil && o.GetDeletionTimestamp() != nil {
		return fmt.Sprintf(" (grace period %ds)", *g)
	}
	return ""
}
