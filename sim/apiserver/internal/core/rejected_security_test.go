package core_test

import (
	"strings"
	"testing"

	"github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"k8s.io/utils/ptr"

	"github.com/jobsim/jobsim/sim/apiserver/internal/core"
)

func TestRejectedSecurity(t *testing.T) {
	const pod, container = "template.spec.securityContext", "template.spec.containers[0].securityContext"
	checkRejections(t, []rejection{
		{"pod", func(s *corev1.PodSpec) {
			s.HostNetwork, s.HostIPC, s.Containers[0].Ports = true, true, nil
			s.SecurityContext = &corev1.PodSecurityContext{
				FSGroup: ptr.To[int64](-1), RunAsUser: ptr.To[int64](-1), RunAsGroup: ptr.To[int64](-1),
				SupplementalGroups:       []int64{-1},
				FSGroupChangePolicy:      ptr.To[corev1.PodFSGroupChangePolicy]("x"),
				SupplementalGroupsPolicy: ptr.To[corev1.SupplementalGroupsPolicy]("x"),
				SELinuxChangePolicy:      ptr.To[corev1.PodSELinuxChangePolicy]("x"),
				Sysctls: []corev1.Sysctl{{}, {Name: "A"}, {Name: "net.a"}, {Name: "net.a"},
					{Name: "kernel.sem"}},
			}
		}, []string{"Invalid value " + pod + ".fsGroup", "Invalid value " + pod + ".runAsUser",
			"Invalid value " + pod + ".runAsGroup",
			"Invalid value " + pod + ".supplementalGroups[0]", "Unsupported value " + pod + ".fsGroupChangePolicy",
			"Unsupported value " + pod + ".supplementalGroupsPolicy",
			"Unsupported value " + pod + ".seLinuxChangePolicy",
			"Required value " + pod + ".sysctls[0].name", "Invalid value " + pod + ".sysctls[1].name",
			"Invalid value " + pod + ".sysctls[2].name",
			"Duplicate value " + pod + ".sysctls[3].name", "Invalid value " + pod + ".sysctls[3].name",
			"Invalid value " + pod + ".sysctls[4].name"}},
		{"profiles", func(s *corev1.PodSpec) {
			s.SecurityContext = &corev1.PodSecurityContext{SeccompProfile: &corev1.SeccompProfile{},
				AppArmorProfile: &corev1.AppArmorProfile{}}
			s.Containers[0].SecurityContext = &corev1.SecurityContext{
				SeccompProfile:  &corev1.SeccompProfile{Type: "RuntimeDefault", LocalhostProfile: ptr.To("x")},
				AppArmorProfile: &corev1.AppArmorProfile{Type: "RuntimeDefault", LocalhostProfile: ptr.To("x")},
			}
			s.InitContainers[0].SecurityContext = &corev1.SecurityContext{
				SeccompProfile:  &corev1.SeccompProfile{Type: "Localhost"},
				AppArmorProfile: &corev1.AppArmorProfile{Type: "Localhost"},
			}
			s.InitContainers[1].SecurityContext = &corev1.SecurityContext{
				SeccompProfile: &corev1.SeccompProfile{Type: "Localhost", LocalhostProfile: ptr.To("/a")},
				AppArmorProfile: &corev1.AppArmorProfile{Type: "Localhost",
					LocalhostProfile: ptr.To(" " + strings.Repeat("a", 4096))},
			}
		}, func() []string {
			first, second := "template.spec.initContainers[0].securityContext",
				"template.spec.initContainers[1].securityContext"
			return []string{"Required value " + pod + ".seccompProfile.type",
				"Required value " + pod + ".appArmorProfile.type",
				"Invalid value " + container + ".seccompProfile.localhostProfile",
				"Invalid value " + container + ".appArmorProfile.localhostProfile",
				"Required value " + first + ".seccompProfile.localhostProfile",
				"Required value " + first + ".appArmorProfile.localhostProfile",
				"Invalid value " + second + ".seccompProfile.localhostProfile",
				"Invalid value " + second + ".appArmorProfile.localhostProfile",
				"Too long " + second + ".appArmorProfile.localhostProfile"}
		}()},
		{"unknown profiles", func(s *corev1.PodSpec) {
			s.SecurityContext = &corev1.PodSecurityContext{SeccompProfile: &corev1.SeccompProfile{Type: "x"},
				AppArmorProfile: &corev1.AppArmorProfile{Type: "x"}}
			s.Containers[0].SecurityContext.AppArmorProfile = &corev1.AppArmorProfile{Type: "Localhost",
				LocalhostProfile: ptr.To("")}
		}, []string{"Unsupported value " + pod + ".seccompProfile.type",
			"Unsupported value " + pod + ".appArmorProfile.type",
			"Required value " + container + ".appArmorProfile.localhostProfile"}},
		{"container", func(s *corev1.PodSpec) {
			s.Containers[0].SecurityContext = &corev1.SecurityContext{
				RunAsUser: ptr.To[int64](-1), RunAsGroup: ptr.To[int64](-1),
				ProcMount:                ptr.To(corev1.UnmaskedProcMount),
				AllowPrivilegeEscalation: ptr.To(false), Privileged: ptr.To(true),
				Capabilities: &corev1.Capabilities{Add: []corev1.Capability{"CAP_SYS_ADMIN"}},
			}
		}, []string{"Invalid value " + container + ".runAsUser", "Invalid value " + container + ".runAsGroup",
			"Invalid value " + container + ".procMount", "Invalid value " + container, "Invalid value " + container}},
		{"users of its own", func(s *corev1.PodSpec) {
			s.HostUsers, s.HostNetwork, s.HostPID, s.HostIPC = ptr.To(false), true, true, true
			s.ShareProcessNamespace = ptr.To(true)
			s.Containers[0].Ports = nil
			s.Containers[0].SecurityContext.ProcMount = ptr.To(corev1.UnmaskedProcMount)
			volume(corev1.VolumeSource{PersistentVolumeClaim: &corev1.PersistentVolumeClaimVolumeSource{ClaimName: "c"}})(s)
			s.Containers[0].VolumeDevices = []corev1.VolumeDevice{{Name: "v", DevicePath: "/d"}}
		}, []string{"Forbidden template.spec.hostNetwork", "Forbidden template.spec.HostPID",
			"Forbidden template.spec.HostIPC",
			"Forbidden template.spec.containers[0].volumeDevices",
			"Invalid value template.spec.shareProcessNamespace"}},
	})
}

func TestRejectedOperatingSystems(t *testing.T) {
	const pod, container = "template.spec.securityContext", "template.spec.containers[0].securityContext"
	user := func(name string) *corev1.WindowsSecurityContextOptions {
		return &corev1.WindowsSecurityContextOptions{RunAsUserName: ptr.To(name)}
	}
	userName := func(name string, problems int) rejection {
		want := []string{}
		for range problems {
			want = append(want, "Invalid value "+pod+".windowsOptions.runAsUserName")
		}
		return rejection{"user " + name, func(s *corev1.PodSpec) { s.SecurityContext.WindowsOptions = user(name) },
			want}
	}
	checkRejections(t, []rejection{
		{"no name", func(s *corev1.PodSpec) { s.OS = &corev1.PodOS{} },
			[]string{"Required value template.spec.os.name"}},
		{"unknown", func(s *corev1.PodSpec) { s.OS = &corev1.PodOS{Name: "plan9"} },
			[]string{"Unsupported value template.spec.os"}},
		{"windows options on linux", func(s *corev1.PodSpec) {
			s.OS = &corev1.PodOS{Name: corev1.Linux}
			s.SecurityContext.WindowsOptions, s.Containers[0].SecurityContext.WindowsOptions = user("a"), user("a")
		}, []string{"Forbidden " + pod + ".windowsOptions", "Forbidden " + container + ".windowsOptions"}},
		{"linux settings on windows", func(s *corev1.PodSpec) {
			s.OS, s.HostUsers, s.HostPID = &corev1.PodOS{Name: corev1.Windows}, ptr.To(true), true
		}, []string{"Forbidden " + pod + ".fsGroup", "Forbidden template.spec.hostUsers",
			"Forbidden template.spec.hostPID",
			"Forbidden " + container + ".runAsUser"}},
		{"host processes", func(s *corev1.PodSpec) {
			s.SecurityContext.WindowsOptions = &corev1.WindowsSecurityContextOptions{HostProcess: ptr.To(true)}
			s.Containers[0].SecurityContext.WindowsOptions = &corev1.WindowsSecurityContextOptions{HostProcess: ptr.To(false)}
		}, []string{"Invalid value " + container + ".windowsOptions.hostProcess", "Invalid value template.spec",
			"Invalid value template.spec.hostNetwork"}},
		{"credentials", func(s *corev1.PodSpec) {
			s.SecurityContext.WindowsOptions = &corev1.WindowsSecurityContextOptions{
				GMSACredentialSpecName: ptr.To("A"), GMSACredentialSpec: ptr.To("")}
			s.Containers[0].SecurityContext.WindowsOptions = &corev1.WindowsSecurityContextOptions{
				GMSACredentialSpec: ptr.To(strings.Repeat("a", 64*1024+1))}
		}, []string{"Invalid value " + pod + ".windowsOptions.gmsaCredentialSpecName",
			"Invalid value " + pod + ".windowsOptions.gmsaCredentialSpec",
			"Invalid value " + container + ".windowsOptions.gmsaCredentialSpec"}},
		userName("", 1), userName("a\x01", 1), userName(`a\b\c`, 1), userName(`-?\`, 2), userName(". .", 1),
		userName("a@b", 1),
		userName(strings.Repeat("a", 300)+`\`+strings.Repeat("b", 105), 3), userName(`DOMAIN\user`, 0),
		userName(`a.example.com\user`, 0),
	})
}

// Profiles in annotations are old, and must agree with the fields that replaced them.
func TestProfileAnnotations(t *testing.T) {
	const seccomp, appArmor = "container.seccomp.security.alpha.kubernetes.io/",
		"container.apparmor.security.beta.kubernetes.io/"
	const at = "template.spec.containers[0].securityContext"
	localhost := ptr.To("a")
	for _, row := range []struct {
		name        string
		annotations map[string]string
		seccomp     *corev1.SeccompProfile
		appArmor    *corev1.AppArmorProfile
		want        []string
	}{
		{"unknown", map[string]string{seccomp + "main": "x", appArmor + "x": "x"}, nil, nil,
			[]string{"Invalid value template.annotations." + seccomp + "main",
				"Invalid value template.annotations[" + appArmor + "x]",
				"Invalid value template.annotations[" + appArmor + "x]"}},
		{"local path", map[string]string{seccomp + "main": "localhost//a"}, nil, nil,
			[]string{"Invalid value template.annotations." + seccomp + "main"}},
		{"in agreement", map[string]string{seccomp + "main": "localhost/a", appArmor + "main": "localhost/a"},
			&corev1.SeccompProfile{Type: "Localhost", LocalhostProfile: localhost},
			&corev1.AppArmorProfile{Type: "Localhost", LocalhostProfile: localhost}, nil},
		{"other name", map[string]string{seccomp + "main": "localhost/b", appArmor + "main": "localhost/b"},
			&corev1.SeccompProfile{Type: "Localhost", LocalhostProfile: localhost},
			&corev1.AppArmorProfile{Type: "Localhost", LocalhostProfile: localhost},
			[]string{"Forbidden " + at + ".seccompProfile.localhostProfile",
				"Forbidden " + at + ".appArmorProfile.localhostProfile"}},
		{"not local", map[string]string{seccomp + "main": "unconfined", appArmor + "main": "unconfined"},
			&corev1.SeccompProfile{Type: "Localhost", LocalhostProfile: localhost},
			&corev1.AppArmorProfile{Type: "Localhost", LocalhostProfile: localhost},
			[]string{"Forbidden " + at + ".seccompProfile.type", "Forbidden " + at + ".appArmorProfile.type"}},
		{"not the default", map[string]string{seccomp + "main": "unconfined", appArmor + "main": "unconfined"},
			&corev1.SeccompProfile{Type: "RuntimeDefault"}, &corev1.AppArmorProfile{Type: "RuntimeDefault"},
			[]string{"Forbidden " + at + ".seccompProfile.type", "Forbidden " + at + ".appArmorProfile.type"}},
		{"not unconfined", map[string]string{seccomp + "main": "runtime/default", appArmor + "main": "runtime/default"},
			&corev1.SeccompProfile{Type: "Unconfined"}, &corev1.AppArmorProfile{Type: "Unconfined"},
			[]string{"Forbidden " + at + ".seccompProfile.type", "Forbidden " + at + ".appArmorProfile.type"}},
		{"of the pod", map[string]string{"seccomp.security.alpha.kubernetes.io/pod": "unconfined"},
			&corev1.SeccompProfile{Type: "RuntimeDefault"}, nil,
			[]string{"Forbidden template.spec.securityContext.seccompProfile.type"}},
		{"other annotations", map[string]string{"controller.kubernetes.io/pod-deletion-cost": "+1",
			"kubernetes.io/config.mirror":               "x",
			"scheduler.alpha.kubernetes.io/tolerations": "["}, nil, nil,
			[]string{"Invalid value template.annotations[controller.kubernetes.io/pod-deletion-cost]",
				"Invalid value template.annotations[kubernetes.io/config.mirror]",
				"Invalid value template.annotations"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			g := gomega.NewWithT(t)
			template := corev1.PodTemplateSpec{Spec: richPod().Spec}
			core.DefaultPodSpec(&template.Spec)
			template.Annotations = row.annotations
			template.Spec.SecurityContext.SeccompProfile = row.seccomp
			template.Spec.Containers[0].SecurityContext.SeccompProfile = row.seccomp
			template.Spec.Containers[0].SecurityContext.AppArmorProfile = row.appArmor
			errs := core.ValidatePodTemplateSpec(&template, field.NewPath("template"))
			g.Expect(listed(errs)).To(gomega.ConsistOf(row.want), "%s", messages(errs))
		})
	}
}
