package core

import (
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// envFieldPaths are the fields of a pod that can become an environment variable. Sorted, as they are printed.
func envFieldPaths() []string {
	return []string{"metadata.name", "metadata.namespace", "metadata.uid", "spec.nodeName", "spec.serviceAccountName",
		"status.hostIP", "status.hostIPs", "status.podIP", "status.podIPs"}
}

// volumeFieldPaths are those that can become a file.
func volumeFieldPaths() []string {
	return []string{"metadata.annotations", "metadata.labels", "metadata.name", "metadata.namespace", "metadata.uid"}
}

// validateFieldRef checks a reference to a field of the pod itself; allowed is sorted.
func validateFieldRef(ref *corev1.ObjectFieldSelector, allowed []string, path *field.Path) field.ErrorList {
	if ref.APIVersion == "" {
		return field.ErrorList{field.Required(path.Child("apiVersion"), "")}
	}
	if ref.FieldPath == "" {
		return field.ErrorList{field.Required(path.Child("fieldPath"), "")}
	}
	name, subscript, subscripted := cutSubscript(ref.FieldPath)
	if problem := fieldLabelProblem(ref.APIVersion, ref.FieldPath, name, subscripted); problem != "" {
		return field.ErrorList{field.Invalid(path.Child("fieldPath"), ref.FieldPath,
			"error converting fieldPath: "+problem)}
	}
	if name == "spec.host" { // An alias from before v1.
		name = "spec.nodeName"
	}
	if !subscripted {
		return isOneOf(name, path.Child("fieldPath"), allowed...)
	}
	if name == "metadata.annotations" {
		subscript = strings.ToLower(subscript)
	}
	return ValidateQualifiedName(subscript, path)
}

// fieldLabelProblem says why the field cannot be read through the downward API at all.
func fieldLabelProblem(apiVersion, fieldPath, name string, subscripted bool) string {
	known := []string{"metadata.annotations", "metadata.labels", "metadata.name", "metadata.namespace", "metadata.uid",
		"spec.nodeName", "spec.restartPolicy", "spec.serviceAccountName", "spec.schedulerName", "status.phase",
		"status.hostIP", "status.hostIPs", "status.podIP", "status.podIPs", "spec.host"}
	switch {
	case apiVersion != "v1":
		return "unsupported pod version: " + apiVersion
	case subscripted && name != "metadata.annotations" && name != "metadata.labels":
		return "field label does not support subscript: " + fieldPath
	case !subscripted && !slices.Contains(known, name):
		return "field label not supported: " + fieldPath
	}
	return ""
}

// cutSubscript splits metadata.labels['key'] into its two parts.
func cutSubscript(fieldPath string) (name, subscript string, subscripted bool) {
	head, found := strings.CutSuffix(fieldPath, "']")
	if !found {
		return fieldPath, "", false
	}
	name, subscript, found = strings.Cut(head, "['")
	if !found || name == "" {
		return fieldPath, "", false
	}
	return name, subscript, true
}

// validateResourceFieldRef checks a reference to the resources of a container, which a volume has to name.
func validateResourceFieldRef(ref *corev1.ResourceFieldSelector, volume bool, path *field.Path) field.ErrorList {
	allowed := []string{"limits.cpu", "limits.ephemeral-storage", "limits.memory",
		"requests.cpu", "requests.ephemeral-storage", "requests.memory"}
	hugePages := strings.HasPrefix(ref.Resource, "requests.hugepages-") ||
		strings.HasPrefix(ref.Resource, "limits.hugepages-")
	var errs field.ErrorList
	switch {
	case volume && ref.ContainerName == "":
		errs = append(errs, field.Required(path.Child("containerName"), ""))
	case ref.Resource == "":
		errs = append(errs, field.Required(path.Child("resource"), ""))
	case !hugePages:
		errs = append(errs, isOneOf(ref.Resource, path.Child("resource"), allowed...)...)
	}
	return append(errs, validateDivisor(ref.Resource, ref.Divisor, hugePages, path.Child("divisor"))...)
}

func validateDivisor(name string, divisor resource.Quantity, hugePages bool, path *field.Path) field.ErrorList {
	const units = "1, 1k, 1M, 1G, 1T, 1P, 1E, 1Ki, 1Mi, 1Gi, 1Ti, 1Pi, 1Ei"
	if divisor.IsZero() {
		return nil
	}
	allowed, described := strings.Split(units, ", "), "values "+units
	kind := ""
	switch _, what, _ := strings.Cut(name, "."); {
	case hugePages:
		kind = "hugepages"
	case name != "limits."+what && name != "requests."+what:
	case what == "cpu":
		kind, allowed, described = "cpu", []string{"1m", "1"}, "values 1m and 1"
	case what == "memory":
		kind = "memory"
	case what == "ephemeral-storage":
		kind = "local ephemeral storage"
	}
	if kind == "" || slices.Contains(allowed, divisor.String()) {
		return nil
	}
	return field.ErrorList{field.Invalid(path, name,
		fmt.Sprintf("only divisor's %s are supported with the %s resource", described, kind))}
}
