package core

import (
	"fmt"
	"reflect"
	"strings"
	"unicode"
	"unicode/utf8"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

func (v *specValidator) validateContainers(path *field.Path) field.ErrorList {
	containers := v.spec.Containers
	if len(containers) == 1 && isPlainContainer(&containers[0]) {
		return nil
	}
	path = path.Child("containers")
	if len(containers) == 0 {
		return field.ErrorList{field.Required(path, "")}
	}
	var errs field.ErrorList
	for i := range containers {
		c, at := &containers[i], path.Index(i)
		errs = append(errs, v.validateContainer(c, at)...)
		if hasContainer(containers[:i], c.Name) {
			errs = append(errs, field.Duplicate(at.Child("name"), c.Name))
		}
		errs = append(errs, v.validateLifecycleAndProbes(c, at)...)
		errs = append(errs, validateContainerRestart(c, at)...)
	}
	return append(errs, validateHostPortConflicts(containers, path)...)
}

// isPlainContainer tells a valid container that has nothing but an image and a command, like most that run in
// simulations, from those that need a closer look.
func isPlainContainer(c *corev1.Container) bool {
	return isDNSLabel(c.Name) && c.Image != "" &&
		isPullPolicy(c.ImagePullPolicy) &&
		c.TerminationMessagePolicy == corev1.TerminationMessageReadFile &&
		len(c.Ports) == 0 && len(c.Env) == 0 && len(c.EnvFrom) == 0 &&
		len(c.VolumeMounts) == 0 && len(c.VolumeDevices) == 0 && len(c.ResizePolicy) == 0 &&
		len(c.Resources.Limits) == 0 && len(c.Resources.Requests) == 0 && len(c.Resources.Claims) == 0 &&
		c.RestartPolicy == nil && len(c.RestartPolicyRules) == 0 && c.SecurityContext == nil &&
		c.Lifecycle == nil && c.LivenessProbe == nil && c.ReadinessProbe == nil && c.StartupProbe == nil
}

func (v *specValidator) validateInitContainers(path *field.Path) field.ErrorList {
	var errs field.ErrorList
	containers := v.spec.InitContainers
	for i := range containers {
		c, at := &containers[i], path.Index(i)
		errs = append(errs, v.validateContainer(c, at)...)
		errs = append(errs, validateInitContainerRestart(c, at)...)
		if hasContainer(v.spec.Containers, c.Name) || c.Name != "" && hasContainer(containers[:i], c.Name) {
			errs = append(errs, field.Duplicate(at.Child("name"), c.Name))
		}
		// Init containers run one after another, so each has the ports to itself. Its index is lost upstream.
		errs = append(errs, validateHostPortConflicts(containers[i:i+1], path)...)
		sidecar := c.RestartPolicy != nil && *c.RestartPolicy == corev1.ContainerRestartPolicyAlways
		if sidecar {
			errs = append(errs, v.validateLifecycleAndProbes(c, at)...)
			continue
		}
		errs = append(errs, validateNoProbes(c, at)...)
		for j, policy := range c.ResizePolicy {
			if policy.RestartPolicy == corev1.RestartContainer {
				errs = append(errs, field.Invalid(at.Child("resizePolicy").Index(j).Child("restartPolicy"),
					policy.RestartPolicy, "must not be set to 'RestartContainer' for non-sidecar initContainers"))
			}
		}
	}
	return errs
}

// validateNoProbes: an init container that runs to completion has neither hooks nor probes.
func validateNoProbes(c *corev1.Container, path *field.Path) field.ErrorList {
	var errs field.ErrorList
	for _, part := range [4]struct {
		name string
		set  bool
	}{
		{"lifecycle", c.Lifecycle != nil},
		{"livenessProbe", c.LivenessProbe != nil},
		{"readinessProbe", c.ReadinessProbe != nil},
		{"startupProbe", c.StartupProbe != nil},
	} {
		if part.set {
			errs = append(errs, field.Forbidden(path.Child(part.name),
				"may not be set for init containers without restartPolicy=Always"))
		}
	}
	return errs
}

// validateContainer checks what containers of all kinds share.
func (v *specValidator) validateContainer(c *corev1.Container, path *field.Path) field.ErrorList {
	var errs field.ErrorList
	if c.Name == "" {
		errs = append(errs, field.Required(path.Child("name"), ""))
	} else if !isDNSLabel(c.Name) {
		errs = append(errs, validateDNSLabel(c.Name, path.Child("name"))...)
	}
	if c.Image == "" {
		errs = append(errs, field.Required(path.Child("image"), ""))
	}
	errs = append(errs, validateTerminationMessagePolicy(c.TerminationMessagePolicy, path)...)
	if len(c.Ports) > 0 {
		errs = append(errs, validatePorts(c.Ports, path.Child("ports"))...)
	}
	if len(c.Env) > 0 {
		errs = append(errs, validateEnv(c.Env, path.Child("env"))...)
	}
	if len(c.EnvFrom) > 0 {
		errs = append(errs, validateEnvFrom(c.EnvFrom, path.Child("envFrom"))...)
	}
	if len(c.VolumeMounts) > 0 {
		errs = append(errs, v.validateMounts(c, path.Child("volumeMounts"))...)
	}
	if len(c.VolumeDevices) > 0 {
		errs = append(errs, v.validateDevices(c, path.Child("volumeDevices"))...)
	}
	errs = append(errs, validatePullPolicy(c.ImagePullPolicy, path, "imagePullPolicy")...)
	if len(c.Resources.Limits) > 0 || len(c.Resources.Requests) > 0 || len(c.Resources.Claims) > 0 {
		errs = append(errs, v.validateResources(&c.Resources, validateContainerResourceName, path.Child("resources"))...)
	}
	if len(c.ResizePolicy) > 0 {
		errs = append(errs, v.validateResizePolicy(c.ResizePolicy, path.Child("resizePolicy"))...)
	}
	if c.SecurityContext != nil {
		errs = append(errs, v.validateSecurityContext(c.SecurityContext, path.Child("securityContext"))...)
	}
	return errs
}

func validateTerminationMessagePolicy(policy corev1.TerminationMessagePolicy, path *field.Path) field.ErrorList {
	switch policy {
	case corev1.TerminationMessageReadFile, corev1.TerminationMessageFallbackToLogsOnError:
		return nil
	case "":
		return field.ErrorList{field.Required(path.Child("terminationMessagePolicy"), "")}
	}
	return field.ErrorList{field.NotSupported(path.Child("terminationMessagePolicy"), policy,
		[]corev1.TerminationMessagePolicy{
			corev1.TerminationMessageReadFile, corev1.TerminationMessageFallbackToLogsOnError})}
}

func isPullPolicy(policy corev1.PullPolicy) bool {
	return policy == corev1.PullAlways || policy == corev1.PullIfNotPresent || policy == corev1.PullNever
}

func validatePullPolicy(policy corev1.PullPolicy, path *field.Path, name string) field.ErrorList {
	if isPullPolicy(policy) {
		return nil
	}
	path = path.Child(name)
	if policy == "" {
		return field.ErrorList{field.Required(path, "")}
	}
	return field.ErrorList{field.NotSupported(path, policy,
		[]corev1.PullPolicy{corev1.PullAlways, corev1.PullIfNotPresent, corev1.PullNever})}
}

func hasContainer(containers []corev1.Container, name string) bool {
	for i := range containers {
		if containers[i].Name == name {
			return true
		}
	}
	return false
}

// visitContainers calls visit for every container with its path, init containers first.
func visitContainers(spec *corev1.PodSpec, path *field.Path, visit func(*corev1.Container, *field.Path)) {
	for i := range spec.InitContainers {
		visit(&spec.InitContainers[i], path.Child("initContainers").Index(i))
	}
	for i := range spec.Containers {
		visit(&spec.Containers[i], path.Child("containers").Index(i))
	}
	for i := range spec.EphemeralContainers {
		c := (*corev1.Container)(&spec.EphemeralContainers[i].EphemeralContainerCommon)
		visit(c, path.Child("ephemeralContainers").Index(i))
	}
}

func (v *specValidator) validateEphemeralContainers(path *field.Path) field.ErrorList {
	var errs field.ErrorList
	seen := map[string]bool{}
	for i := range v.spec.EphemeralContainers {
		ephemeral, at := &v.spec.EphemeralContainers[i], path.Index(i)
		c := (*corev1.Container)(&ephemeral.EphemeralContainerCommon)
		errs = append(errs, v.validateContainer(c, at)...)
		errs = append(errs, validateTrimmedImage(c, at)...)
		if seen[c.Name] || hasContainer(v.spec.Containers, c.Name) || hasContainer(v.spec.InitContainers, c.Name) {
			errs = append(errs, field.Duplicate(at.Child("name"), c.Name))
		}
		seen[c.Name] = true
		target := ephemeral.TargetContainerName
		if target != "" && !hasContainer(v.spec.Containers, target) && !hasContainer(v.spec.InitContainers, target) {
			errs = append(errs, field.NotFound(at.Child("targetContainerName"), target))
		}
		errs = append(errs, validateEphemeralFields(ephemeral, at)...)
	}
	return errs
}

// validateEphemeralFields forbids everything by which a pod could come to depend on an ephemeral container. Fields
// are listed by what is allowed, so that a field of a later API version is forbidden too.
func validateEphemeralFields(ephemeral *corev1.EphemeralContainer, path *field.Path) field.ErrorList {
	const allowed = " Name Image Command Args WorkingDir EnvFrom Env VolumeMounts VolumeDevices TerminationMessagePath " +
		"TerminationMessagePolicy ImagePullPolicy SecurityContext Stdin StdinOnce TTY "
	var errs field.ErrorList
	value := reflect.ValueOf(ephemeral.EphemeralContainerCommon)
	for i := range value.NumField() {
		name := value.Type().Field(i).Name
		if strings.Contains(allowed, " "+name+" ") || value.Field(i).IsZero() {
			continue
		}
		first, size := utf8.DecodeRuneInString(name)
		at := path.Child(string(unicode.ToLower(first)) + name[size:])
		errs = append(errs, field.Forbidden(at, "cannot be set for an Ephemeral Container"))
	}
	for i, mount := range ephemeral.VolumeMounts {
		for _, part := range [2]struct{ name, value string }{
			{"subPath", mount.SubPath}, {"subPathExpr", mount.SubPathExpr},
		} {
			if part.value != "" {
				at := path.Child("volumeMounts").Index(i).Child(part.name)
				errs = append(errs, field.Forbidden(at, "cannot be set for an Ephemeral Container"))
			}
		}
	}
	return errs
}

// validateTrimmedImage holds for pods only: templates with padded image names exist and stay legal.
func validateTrimmedImage(c *corev1.Container, path *field.Path) field.ErrorList {
	if c.Image == strings.TrimSpace(c.Image) {
		return nil
	}
	return field.ErrorList{field.Invalid(path.Child("image"), c.Image,
		"must not have leading or trailing whitespace")}
}

func validateHostPortConflicts(containers []corev1.Container, path *field.Path) field.ErrorList {
	var errs field.ErrorList
	seen := map[string]bool(nil)
	for i := range containers {
		for j, port := range containers[i].Ports {
			if port.HostPort == 0 {
				continue
			}
			key := fmt.Sprintf("%s/%s/%d", port.Protocol, port.HostIP, port.HostPort)
			if seen[key] {
				errs = append(errs, field.Duplicate(path.Index(i).Child("ports").Index(j).Child("hostPort"), key))
				continue
			}
			if seen == nil {
				seen = map[string]bool{}
			}
			seen[key] = true
		}
	}
	return errs
}
