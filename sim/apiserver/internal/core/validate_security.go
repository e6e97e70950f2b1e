package core

import (
	"fmt"
	"regexp"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"k8s.io/component-helpers/node/util/sysctl"
)

// validateSecurity checks the security settings of the pod as a whole.
func (v *specValidator) validateSecurity(path *field.Path) field.ErrorList {
	var errs field.ErrorList
	spec := v.spec
	if sc := spec.SecurityContext; sc != nil && hasSettings(sc) {
		errs = append(errs, v.validatePodSecurityContext(sc, path.Child("securityContext"))...)
	}
	if shared := spec.ShareProcessNamespace; shared != nil && *shared && spec.HostPID {
		errs = append(errs, field.Invalid(path.Child("shareProcessNamespace"), *shared,
			"ShareProcessNamespace and HostPID cannot both be enabled"))
	}
	if spec.HostUsers != nil && !*spec.HostUsers {
		errs = append(errs, v.validateUserNamespace(path)...)
	}
	return errs
}

// hasSettings is false for the empty context that defaulting puts in every pod.
func hasSettings(sc *corev1.PodSecurityContext) bool {
	return sc.FSGroup != nil || sc.RunAsUser != nil || sc.RunAsGroup != nil || len(sc.SupplementalGroups) > 0 ||
		len(sc.Sysctls) > 0 || sc.FSGroupChangePolicy != nil || sc.SeccompProfile != nil || sc.WindowsOptions != nil ||
		sc.AppArmorProfile != nil || sc.SupplementalGroupsPolicy != nil || sc.SELinuxChangePolicy != nil
}

func (v *specValidator) validatePodSecurityContext(sc *corev1.PodSecurityContext, path *field.Path) field.ErrorList {
	var errs field.ErrorList
	if sc.FSGroup != nil {
		errs = append(errs, invalid(path.Child("fsGroup"), *sc.FSGroup, validation.IsValidGroupID(*sc.FSGroup))...)
	}
	errs = append(errs, validateUserAndGroup(sc.RunAsUser, sc.RunAsGroup, path)...)
	for i, group := range sc.SupplementalGroups {
		at := path.Child("supplementalGroups").Index(i)
		errs = append(errs, invalid(at, group, validation.IsValidGroupID(group))...)
	}
	if len(sc.Sysctls) > 0 {
		errs = append(errs, v.validateSysctls(sc.Sysctls, path.Child("sysctls"))...)
	}
	if policy := sc.FSGroupChangePolicy; policy != nil {
		errs = append(errs, isOneOf(*policy, path.Child("fsGroupChangePolicy"),
			corev1.FSGroupChangeAlways, corev1.FSGroupChangeOnRootMismatch)...)
	}
	if sc.SeccompProfile != nil {
		errs = append(errs, validateSeccomp(sc.SeccompProfile, path.Child("seccompProfile"))...)
	}
	if sc.WindowsOptions != nil {
		errs = append(errs, validateWindowsOptions(sc.WindowsOptions, path.Child("windowsOptions"))...)
	}
	if sc.AppArmorProfile != nil {
		errs = append(errs, validateAppArmor(sc.AppArmorProfile, path.Child("appArmorProfile"))...)
	}
	if policy := sc.SupplementalGroupsPolicy; policy != nil {
		errs = append(errs, isOneOf(*policy, path.Child("supplementalGroupsPolicy"),
			corev1.SupplementalGroupsPolicyMerge, corev1.SupplementalGroupsPolicyStrict)...)
	}
	if policy := sc.SELinuxChangePolicy; policy != nil {
		errs = append(errs, isOneOf(*policy, path.Child("seLinuxChangePolicy"),
			corev1.SELinuxChangePolicyMountOption, corev1.SELinuxChangePolicyRecursive)...)
	}
	return errs
}

func validateUserAndGroup(user, group *int64, path *field.Path) field.ErrorList {
	var errs field.ErrorList
	if user != nil {
		errs = append(errs, invalid(path.Child("runAsUser"), *user, validation.IsValidUserID(*user))...)
	}
	if group != nil {
		errs = append(errs, invalid(path.Child("runAsGroup"), *group, validation.IsValidGroupID(*group))...)
	}
	return errs
}

var sysctlName = regexp.MustCompile(`^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$`)

const maxSysctlLength = 253

// validateSysctls: a sysctl of a namespace that the pod shares with the host would change the host.
func (v *specValidator) validateSysctls(sysctls []corev1.Sysctl, path *field.Path) field.ErrorList {
	var errs field.ErrorList
	seen := map[string]bool{}
	for i, s := range sysctls {
		at := path.Index(i).Child("name")
		switch {
		case s.Name == "":
			errs = append(errs, field.Required(at, ""))
		case len(s.Name) > maxSysctlLength || !sysctlName.MatchString(s.Name):
			errs = append(errs, field.Invalid(at, s.Name,
				fmt.Sprintf("must have at most %d characters and match regex %s", maxSysctlLength, sysctlName)))
		case seen[s.Name]:
			errs = append(errs, field.Duplicate(at, s.Name))
		}
		seen[s.Name] = true
		switch namespace, _, _ := sysctl.GetNamespace(s.Name); {
		case namespace == sysctl.NetNamespace && v.spec.HostNetwork:
			errs = append(errs, field.Invalid(at, s.Name, "may not be specified when 'hostNetwork' is true"))
		case namespace == sysctl.IPCNamespace && v.spec.HostIPC:
			errs = append(errs, field.Invalid(at, s.Name, "may not be specified when 'hostIPC' is true"))
		}
	}
	return errs
}

// validateSecurityContext checks the security settings of one container. Privileged containers are allowed, as in every
// cluster that kubeadm sets up.
func (v *specValidator) validateSecurityContext(sc *corev1.SecurityContext, path *field.Path) field.ErrorList {
	errs := validateUserAndGroup(sc.RunAsUser, sc.RunAsGroup, path)
	if sc.ProcMount != nil {
		at := path.Child("procMount")
		errs = append(errs, isOneOf(*sc.ProcMount, at, corev1.DefaultProcMount, corev1.UnmaskedProcMount)...)
		ownUsers := v.spec.HostUsers != nil && !*v.spec.HostUsers
		if *sc.ProcMount == corev1.UnmaskedProcMount && !ownUsers {
			errs = append(errs, field.Invalid(at, *sc.ProcMount, "`hostUsers` must be false to use `Unmasked`"))
		}
	}
	if sc.SeccompProfile != nil {
		errs = append(errs, validateSeccomp(sc.SeccompProfile, path.Child("seccompProfile"))...)
	}
	if sc.AllowPrivilegeEscalation != nil && !*sc.AllowPrivilegeEscalation {
		if sc.Privileged != nil && *sc.Privileged {
			errs = append(errs, field.Invalid(path, sc,
				"cannot set `allowPrivilegeEscalation` to false and `privileged` to true"))
		}
		if sc.Capabilities != nil {
			for _, capability := range sc.Capabilities.Add {
				if capability == "CAP_SYS_ADMIN" {
					errs = append(errs, field.Invalid(path, sc,
						"cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN"))
				}
			}
		}
	}
	if sc.WindowsOptions != nil {
		errs = append(errs, validateWindowsOptions(sc.WindowsOptions, path.Child("windowsOptions"))...)
	}
	if sc.AppArmorProfile != nil {
		errs = append(errs, validateAppArmor(sc.AppArmorProfile, path.Child("appArmorProfile"))...)
	}
	return errs
}

func validateSeccomp(profile *corev1.SeccompProfile, path *field.Path) field.ErrorList {
	var errs field.ErrorList
	if profile.Type == "" {
		errs = append(errs, field.Required(path.Child("type"), "type is required when seccompProfile is set"))
	} else {
		errs = append(errs, isOneOf(profile.Type, path.Child("type"), corev1.SeccompProfileTypeLocalhost,
			corev1.SeccompProfileTypeRuntimeDefault, corev1.SeccompProfileTypeUnconfined)...)
	}
	at := path.Child("localhostProfile")
	switch local := profile.Type == corev1.SeccompProfileTypeLocalhost; {
	case local && profile.LocalhostProfile == nil:
		errs = append(errs, field.Required(at, "must be set when seccomp type is Localhost"))
	case local:
		errs = append(errs, validateRelative(*profile.LocalhostProfile, at)...)
	case profile.LocalhostProfile != nil:
		errs = append(errs, field.Invalid(at, profile, "can only be set when seccomp type is Localhost"))
	}
	return errs
}

func validateAppArmor(profile *corev1.AppArmorProfile, path *field.Path) field.ErrorList {
	const maxProfileLength = 4095
	at := path.Child("localhostProfile")
	if profile.Type != corev1.AppArmorProfileTypeLocalhost {
		if profile.Type == "" {
			return field.ErrorList{field.Required(path.Child("type"), "type is required when appArmorProfile is set")}
		}
		errs := isOneOf(profile.Type, path.Child("type"), corev1.AppArmorProfileTypeLocalhost,
			corev1.AppArmorProfileTypeRuntimeDefault, corev1.AppArmorProfileTypeUnconfined)
		if len(errs) == 0 && profile.LocalhostProfile != nil {
			errs = append(errs, field.Invalid(at, profile.LocalhostProfile,
				"can only be set when AppArmor type is Localhost"))
		}
		return errs
	}
	if profile.LocalhostProfile == nil {
		return field.ErrorList{field.Required(at, "must be set when AppArmor type is Localhost")}
	}
	var errs field.ErrorList
	name := *profile.LocalhostProfile
	if strings.TrimSpace(name) != name {
		errs = append(errs, field.Invalid(at, name, "must not be padded with whitespace"))
	} else if name == "" {
		errs = append(errs, field.Required(at, "must be set when AppArmor type is Localhost"))
	}
	if len(name) > maxProfileLength {
		errs = append(errs, field.TooLong(at, "", maxProfileLength))
	}
	return errs
}

// validateUserNamespace: a pod with users of its own shares no other namespace with the host, and no block devices.
func (v *specValidator) validateUserNamespace(path *field.Path) field.ErrorList {
	const detail = "when `hostUsers` is false"
	var errs field.ErrorList
	if v.spec.HostNetwork {
		errs = append(errs, field.Forbidden(path.Child("hostNetwork"), detail))
	}
	if v.spec.HostPID {
		errs = append(errs, field.Forbidden(path.Child("HostPID"), detail))
	}
	if v.spec.HostIPC {
		errs = append(errs, field.Forbidden(path.Child("HostIPC"), detail))
	}
	visitContainers(v.spec, path, func(c *corev1.Container, at *field.Path) {
		if len(c.VolumeDevices) > 0 {
			errs = append(errs, field.Forbidden(at.Child("volumeDevices"), detail))
		}
	})
	return errs
}
