package core

import (
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

func validatePorts(ports []corev1.ContainerPort, path *field.Path) field.ErrorList {
	var errs field.ErrorList
	for i := range ports {
		port, at := &ports[i], path.Index(i)
		if port.Name != "" {
			if messages := validation.IsValidPortName(port.Name); len(messages) > 0 {
				errs = append(errs, invalid(at.Child("name"), port.Name, messages)...)
			} else if hasPortName(ports[:i], port.Name) {
				errs = append(errs, field.Duplicate(at.Child("name"), port.Name))
			}
		}
		if port.ContainerPort == 0 {
			errs = append(errs, field.Required(at.Child("containerPort"), ""))
		} else {
			messages := validation.IsValidPortNum(int(port.ContainerPort))
			errs = append(errs, invalid(at.Child("containerPort"), port.ContainerPort, messages)...)
		}
		if port.HostPort != 0 {
			messages := validation.IsValidPortNum(int(port.HostPort))
			errs = append(errs, invalid(at.Child("hostPort"), port.HostPort, messages)...)
		}
		if port.Protocol == "" {
			errs = append(errs, field.Required(at.Child("protocol"), ""))
		} else {
			errs = append(errs, isOneOf(port.Protocol, at.Child("protocol"),
				corev1.ProtocolSCTP, corev1.ProtocolTCP, corev1.ProtocolUDP)...)
		}
	}
	return errs
}

func hasPortName(ports []corev1.ContainerPort, name string) bool {
	return slices.ContainsFunc(ports, func(port corev1.ContainerPort) bool { return port.Name == name })
}

func validateEnv(vars []corev1.EnvVar, path *field.Path) field.ErrorList {
	var errs field.ErrorList
	for i := range vars {
		env := &vars[i]
		if env.Name == "" {
			errs = append(errs, field.Required(path.Index(i).Child("name"), ""))
		} else if messages := validation.IsRelaxedEnvVarName(env.Name); len(messages) > 0 {
			errs = append(errs, invalid(path.Index(i).Child("name"), env.Name, messages)...)
		}
		if env.ValueFrom != nil {
			errs = append(errs, validateEnvSource(env, path.Index(i).Child("valueFrom"))...)
		}
	}
	return errs
}

func validateEnvSource(env *corev1.EnvVar, path *field.Path) field.ErrorList {
	var errs field.ErrorList
	sources, from := 0, env.ValueFrom
	if from.FieldRef != nil {
		sources++
		errs = append(errs, validateFieldRef(from.FieldRef, envFieldPaths(), path.Child("fieldRef"))...)
	}
	if from.ResourceFieldRef != nil {
		sources++
		errs = append(errs, validateResourceFieldRef(from.ResourceFieldRef, false, path.Child("resourceFieldRef"))...)
	}
	if from.ConfigMapKeyRef != nil {
		sources++
		ref := from.ConfigMapKeyRef
		errs = append(errs, validateKeyRef(ref.Name, ref.Key, path.Child("configMapKeyRef"))...)
	}
	if from.SecretKeyRef != nil {
		sources++
		ref := from.SecretKeyRef
		errs = append(errs, validateKeyRef(ref.Name, ref.Key, path.Child("secretKeyRef"))...)
	}
	if from.FileKeyRef != nil {
		sources++
		errs = append(errs, validateFileKeyRef(from.FileKeyRef, path.Child("fileKeyRef"))...)
	}
	switch {
	case sources == 0:
		errs = append(errs, field.Invalid(path, "",
			"must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`"))
	case env.Value != "":
		errs = append(errs, field.Invalid(path, "", "may not be specified when `value` is not empty"))
	case sources > 1:
		errs = append(errs, field.Invalid(path, "", "may not have more than one field specified at a time"))
	}
	return errs
}

func validateKeyRef(name, key string, path *field.Path) field.ErrorList {
	errs := validateDNSSubdomain(name, path.Child("name"))
	if key == "" {
		return append(errs, field.Required(path.Child("key"), ""))
	}
	return append(errs, invalid(path.Child("key"), key, validation.IsConfigMapKey(key))...)
}

func validateFileKeyRef(ref *corev1.FileKeySelector, path *field.Path) field.ErrorList {
	var errs field.ErrorList
	if ref.Key == "" {
		errs = append(errs, field.Required(path.Child("key"), ""))
	} else {
		errs = append(errs, invalid(path.Child("key"), ref.Key, validation.IsRelaxedEnvVarName(ref.Key))...)
	}
	if ref.VolumeName == "" {
		errs = append(errs, field.Required(path.Child("volumeName"), ""))
	} else {
		errs = append(errs, validateDNSLabel(ref.VolumeName, path.Child("volumeName"))...)
	}
	if ref.Path == "" {
		return append(errs, field.Required(path.Child("path"), ""))
	}
	return append(errs, validateNoBacksteps(ref.Path, path.Child("path"))...)
}

// validateFileKeyVolumes: a file that sets environment variables lies in an emptyDir of the same pod.
func (v *specValidator) validateFileKeyVolumes(path *field.Path) field.ErrorList {
	var errs field.ErrorList
	uses := func(c *corev1.Container) bool {
		return slices.ContainsFunc(c.Env, func(env corev1.EnvVar) bool {
			return env.ValueFrom != nil && env.ValueFrom.FileKeyRef != nil
		})
	}
	if !v.anyContainer(uses) {
		return nil
	}
	visitContainers(v.spec, path, func(c *corev1.Container, at *field.Path) {
		for i := range c.Env {
			if c.Env[i].ValueFrom == nil || c.Env[i].ValueFrom.FileKeyRef == nil {
				continue
			}
			name := c.Env[i].ValueFrom.FileKeyRef.VolumeName
			namePath := at.Child("env").Index(i).Child("valueFrom", "fileKeyRef", "volumeName")
			switch volume := v.declaredVolume(name); {
			case volume == nil:
				errs = append(errs, field.NotFound(namePath, name))
			case volume.EmptyDir == nil:
				errs = append(errs, field.Invalid(namePath, name, "referenced volume must be of type emptyDir"))
			}
		}
	})
	return errs
}

func (v *specValidator) declaredVolume(name string) *corev1.Volume {
	var found *corev1.Volume
	for i := range v.spec.Volumes {
		if v.spec.Volumes[i].Name == name {
			found = &v.spec.Volumes[i]
		}
	}
	return found
}

func (v *specValidator) anyContainer(test func(*corev1.Container) bool) bool {
	for i := range v.spec.InitContainers {
		if test(&v.spec.InitContainers[i]) {
			return true
		}
	}
	for i := range v.spec.Containers {
		if test(&v.spec.Containers[i]) {
			return true
		}
	}
	for i := range v.spec.EphemeralContainers {
		if test((*corev1.Container)(&v.spec.EphemeralContainers[i].EphemeralContainerCommon)) {
			return true
		}
	}
	return false
}

// validateEnvFrom reports the number of sources at the list, without the index, as the API server does.
func validateEnvFrom(vars []corev1.EnvFromSource, path *field.Path) field.ErrorList {
	var errs field.ErrorList
	for i := range vars {
		env, at := &vars[i], path.Index(i)
		if env.Prefix != "" {
			errs = append(errs, invalid(at.Child("prefix"), env.Prefix, validation.IsRelaxedEnvVarName(env.Prefix))...)
		}
		if env.ConfigMapRef != nil {
			errs = append(errs, validateEnvObject(env.ConfigMapRef.Name, at.Child("configMapRef", "name"))...)
		}
		if env.SecretRef != nil {
			errs = append(errs, validateEnvObject(env.SecretRef.Name, at.Child("secretRef", "name"))...)
		}
		switch {
		case env.ConfigMapRef == nil && env.SecretRef == nil:
			errs = append(errs, field.Invalid(path, "", "must specify one of: `configMapRef` or `secretRef`"))
		case env.ConfigMapRef != nil && env.SecretRef != nil:
			errs = append(errs, field.Invalid(path, "", "may not have more than one field specified at a time"))
		}
	}
	return errs
}

// validateEnvObject accepts a trailing dash, as if the name were a prefix: so does the API server.
func validateEnvObject(name string, path *field.Path) field.ErrorList {
	if name == "" {
		return field.ErrorList{field.Required(path, "")}
	}
	return invalid(path, name, nameIsPrefix(name))
}

func envFieldPaths() []string {
	return []string{"metadata.name", "metadata.namespace", "metadata.uid", "spec.nodeName", "spec.serviceAccountName",
		"status.hostIP", "status.hostIPs", "status.podIP", "status.podIPs"}
}

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
