package core

import (
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// validateGatedPlacement lets a gated pod be placed more narrowly: node labels may be added to its selector and
// requirements to each term of its required node affinity. It puts the old values into rest, so that the caller's
// comparison does not see the change.
func validateGatedPlacement(rest, old *corev1.PodSpec, path *field.Path) field.ErrorList {
	var errs field.ErrorList
	for key, value := range old.NodeSelector {
		if now, kept := rest.NodeSelector[key]; !kept || now != value {
			errs = append(errs, field.Invalid(path.Child("nodeSelector"), rest.NodeSelector,
				"only additions to spec.nodeSelector are allowed (no mutations or deletions)"))
			break
		}
	}
	rest.NodeSelector = old.NodeSelector

	now, before := nodeAffinityOf(rest), nodeAffinityOf(old)
	if equality.Semantic.DeepEqual(now, before) {
		return errs
	}
	errs = append(errs, validateNarrowerAffinity(now, before, path.Child("affinity", "nodeAffinity"))...)
	switch {
	case rest.Affinity == nil:
		rest.Affinity = &corev1.Affinity{NodeAffinity: before}
	case old.Affinity == nil && rest.Affinity.PodAffinity == nil && rest.Affinity.PodAntiAffinity == nil:
		rest.Affinity = nil
	default:
		affinity := *rest.Affinity
		affinity.NodeAffinity = before
		rest.Affinity = &affinity
	}
	return errs
}

func nodeAffinityOf(spec *corev1.PodSpec) *corev1.NodeAffinity {
	if spec.Affinity == nil {
		return nil
	}
	return spec.Affinity.NodeAffinity
}

func validateNarrowerAffinity(now, before *corev1.NodeAffinity, path *field.Path) field.ErrorList {
	oldTerms, terms := requiredTermsOf(before), requiredTermsOf(now)
	path = path.Child(requiredTerms, "nodeSelectorTerms")
	if len(oldTerms) == 0 {
		return nil
	}
	if len(oldTerms) != len(terms) {
		return field.ErrorList{field.Invalid(path, terms,
			"no additions/deletions to non-empty NodeSelectorTerms list are allowed")}
	}
	var errs field.ErrorList
	for i := range oldTerms {
		if !onlyAdds(&terms[i], &oldTerms[i]) {
			errs = append(errs, field.Invalid(path.Index(i), terms[i],
				"only additions are allowed (no mutations or deletions)"))
		}
	}
	return errs
}

func requiredTermsOf(affinity *corev1.NodeAffinity) []corev1.NodeSelectorTerm {
	if affinity == nil || affinity.RequiredDuringSchedulingIgnoredDuringExecution == nil {
		return nil
	}
	return affinity.RequiredDuringSchedulingIgnoredDuringExecution.NodeSelectorTerms
}

// onlyAdds: an empty term matches no node, so adding to it would widen the choice.
func onlyAdds(term, old *corev1.NodeSelectorTerm) bool {
	if len(old.MatchExpressions) == 0 && len(old.MatchFields) == 0 &&
		len(term.MatchExpressions)+len(term.MatchFields) > 0 {
		return false
	}
	return startsWith(term.MatchExpressions, old.MatchExpressions) && startsWith(term.MatchFields, old.MatchFields)
}

func startsWith(list, start []corev1.NodeSelectorRequirement) bool {
	return len(list) >= len(start) && (len(start) == 0 || equality.Semantic.DeepEqual(list[:len(start)], start))
}
