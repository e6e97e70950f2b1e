package core

import (
	"slices"

	corev1 "k8s.io/api/core/v1"
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
