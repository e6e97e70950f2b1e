package core

import (
	"fmt"
	"regexp"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// validateOS checks that a pod which names its operating system sets nothing that belongs to the other one.
func (v *specValidator) validateOS(path *field.Path) field.ErrorList {
	errs := v.validateHostProcess(path)
	os := v.spec.OS
	switch {
	case os == nil:
		return errs
	case os.Name == "":
		return append(errs, field.Required(path.Child("os", "name"), ""))
	case os.Name == corev1.Linux:
		return append(errs, v.validateLinux(path)...)
	case os.Name == corev1.Windows:
		return append(errs, v.validateWindows(path)...)
	}
	return append(errs, field.NotSupported(path.Child("os"), os.Name, []corev1.OSName{corev1.Linux, corev1.Windows}))
}

func (v *specValidator) validateLinux(path *field.Path) field.ErrorList {
	const detail = "windows options cannot be set for a linux pod"
	var errs field.ErrorList
	if sc := v.spec.SecurityContext; sc != nil && sc.WindowsOptions != nil {
		errs = append(errs, field.Forbidden(path.Child("securityContext", "windowsOptions"), detail))
	}
	visitContainers(v.spec, path, func(c *corev1.Container, at *field.Path) {
		if c.SecurityContext != nil && c.SecurityContext.WindowsOptions != nil {
			errs = append(errs, field.Forbidden(at.Child("securityContext", "windowsOptions"), detail))
		}
	})
	return errs
}

// setting is a field that a pod of some operating system may not have.
type setting struct {
	name string
	set  bool
}

func forbid(settings []setting, path *field.Path) field.ErrorList {
	var errs field.ErrorList
	for _, s := range settings {
		if s.set {
			errs = append(errs, field.Forbidden(path.Child(s.name), "cannot be set for a windows pod"))
		}
	}
	return errs
}

func (v *specValidator) validateWindows(path *field.Path) field.ErrorList {
	var errs field.ErrorList
	spec := v.spec
	if sc := spec.SecurityContext; sc != nil {
		errs = append(errs, forbid([]setting{
			{"appArmorProfile", sc.AppArmorProfile != nil},
			{"seLinuxOptions", sc.SELinuxOptions != nil},
			{"seccompProfile", sc.SeccompProfile != nil},
			{"fsGroup", sc.FSGroup != nil},
			{"fsGroupChangePolicy", sc.FSGroupChangePolicy != nil},
			{"sysctls", len(sc.Sysctls) > 0},
			{"runAsUser", sc.RunAsUser != nil},
			{"runAsGroup", sc.RunAsGroup != nil},
			{"supplementalGroups", sc.SupplementalGroups != nil},
			{"supplementalGroupsPolicy", sc.SupplementalGroupsPolicy != nil},
			{"seLinuxChangePolicy", sc.SELinuxChangePolicy != nil},
		}, path.Child("securityContext"))...)
	}
	errs = append(errs, forbid([]setting{
		{"hostUsers", spec.HostUsers != nil},
		{"hostPID", spec.HostPID},
		{"hostIPC", spec.HostIPC},
		{"shareProcessNamespace", spec.ShareProcessNamespace != nil},
	}, path)...)
	visitContainers(spec, path, func(c *corev1.Container, at *field.Path) {
		sc := c.SecurityContext
		if sc == nil {
			return
		}
		errs = append(errs, forbid([]setting{
			{"appArmorProfile", sc.AppArmorProfile != nil},
			{"seLinuxOptions", sc.SELinuxOptions != nil},
			{"seccompProfile", sc.SeccompProfile != nil},
			{"capabilities", sc.Capabilities != nil},
			{"readOnlyRootFilesystem", sc.ReadOnlyRootFilesystem != nil},
			{"privileged", sc.Privileged != nil},
			{"allowPrivilegeEscalation", sc.AllowPrivilegeEscalation != nil},
			{"procMount", sc.ProcMount != nil},
			{"runAsUser", sc.RunAsUser != nil},
			{"runAsGroup", sc.RunAsGroup != nil},
		}, at.Child("securityContext"))...)
	})
	return errs
}

// validateHostProcess: in a pod either all containers run as host processes or none, and then in the host's network.
func (v *specValidator) validateHostProcess(path *field.Path) field.ErrorList {
	var ofPod *bool
	if sc := v.spec.SecurityContext; sc != nil && sc.WindowsOptions != nil {
		ofPod = sc.WindowsOptions.HostProcess
	}
	isSet := func(c *corev1.Container) bool {
		return c.SecurityContext != nil && c.SecurityContext.WindowsOptions != nil
	}
	if ofPod == nil && !v.anyContainer(isSet) {
		return nil
	}
	var errs field.ErrorList
	containers, hostProcesses := 0, 0
	visitContainers(v.spec, path, func(c *corev1.Container, at *field.Path) {
		containers++
		own := ofPod
		if isSet(c) && c.SecurityContext.WindowsOptions.HostProcess != nil {
			own = c.SecurityContext.WindowsOptions.HostProcess
		}
		if ofPod != nil && *ofPod != *own {
			errs = append(errs, field.Invalid(at.Child("securityContext", "windowsOptions", "hostProcess"), *own,
				fmt.Sprintf("pod hostProcess value must be identical if both are specified, was %v", *ofPod)))
		}
		if own != nil && *own {
			hostProcesses++
		}
	})
	if hostProcesses > 0 && hostProcesses != containers {
		errs = append(errs, field.Invalid(path, "",
			"If pod contains any hostProcess containers then all containers must be HostProcess containers"))
	}
	if hostProcesses > 0 && !v.spec.HostNetwork {
		errs = append(errs, field.Invalid(path.Child("hostNetwork"), false,
			"hostNetwork must be true if pod contains any hostProcess containers"))
	}
	return errs
}

var (
	controlCharacters = regexp.MustCompile(`[[:cntrl:]]+`)
	netBIOSDomain     = regexp.MustCompile(`^[^\\/:\*\?"<>|\.][^\\/:\*\?"<>|]{0,14}$`)
	dnsDomain         = regexp.MustCompile(`^` + anyCaseLabel + `(?:\.` + anyCaseLabel + `)*$`)
	badUserCharacters = regexp.MustCompile(`["/\\:;|=,\+\*\?<>@\[\]]`)
	onlyDotsAndSpaces = regexp.MustCompile(`^[\. ]+$`)
)

const anyCaseLabel = `[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?`

// Bounds of Windows account names and credential specs.
const (
	maxCredentialSpecKiB = 64
	maxUserDomainLength  = 256
	maxUserNameLength    = 104
)

func validateWindowsOptions(options *corev1.WindowsSecurityContextOptions, path *field.Path) field.ErrorList {
	var errs field.ErrorList
	if name := options.GMSACredentialSpecName; name != nil {
		at := path.Child("gmsaCredentialSpecName")
		errs = append(errs, invalid(at, *name, validation.IsDNS1123Subdomain(*name))...)
	}
	if spec := options.GMSACredentialSpec; spec != nil {
		at := path.Child("gmsaCredentialSpec")
		if *spec == "" {
			errs = append(errs, field.Invalid(at, spec, "gmsaCredentialSpec cannot be an empty string"))
		} else if len(*spec) > maxCredentialSpecKiB*1024 {
			errs = append(errs, field.Invalid(at, spec,
				fmt.Sprintf("gmsaCredentialSpec size must be under %d KiB", maxCredentialSpecKiB)))
		}
	}
	if name := options.RunAsUserName; name != nil {
		errs = append(errs, invalid(path.Child("runAsUserName"), *name, windowsUserProblems(*name))...)
	}
	return errs
}

// windowsUserProblems says what is wrong with a name of the form DOMAIN\user or user.
func windowsUserProblems(name string) []string {
	domain, user, hasDomain := strings.Cut(name, `\`)
	if !hasDomain {
		domain, user = "", name
	}
	switch {
	case name == "":
		return []string{"runAsUserName cannot be an empty string"}
	case controlCharacters.MatchString(name):
		return []string{"runAsUserName cannot contain control characters"}
	case strings.Contains(user, `\`):
		return []string{"runAsUserName cannot contain more than one backslash"}
	}
	var problems []string
	if len(domain) >= maxUserDomainLength {
		problems = append(problems,
			fmt.Sprintf("runAsUserName's Domain length must be under %d characters", maxUserDomainLength))
	}
	if hasDomain && !netBIOSDomain.MatchString(domain) && !dnsDomain.MatchString(domain) {
		problems = append(problems, "runAsUserName's Domain doesn't match the NetBios nor the DNS format")
	}
	if user == "" {
		problems = append(problems, "runAsUserName's User cannot be empty")
	} else if len(user) > maxUserNameLength {
		problems = append(problems,
			fmt.Sprintf("runAsUserName's User length must not be longer than %d characters", maxUserNameLength))
	}
	if onlyDotsAndSpaces.MatchString(user) {
		problems = append(problems, "runAsUserName's User cannot contain only periods or spaces")
	}
	if badUserCharacters.MatchString(user) {
		problems = append(problems, `runAsUserName's User cannot contain the following characters: "/\:;|=,+*?<>@[]`)
	}
	return problems
}
