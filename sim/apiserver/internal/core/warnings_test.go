package core_test

import (
	"strings"
	"testing"

	"github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"k8s.io/utils/ptr"

	"github.com/jobsim/jobsim/sim/apiserver/internal/core"
)

// quietTemplate gives no warnings.
func quietTemplate() *corev1.PodTemplateSpec {
	spec := richPod().Spec
	core.DefaultPodSpec(&spec)
	return &corev1.PodTemplateSpec{Spec: spec}
}

func TestVAL15_TemplateWarnings(t *testing.T) {
	old := []corev1.NodeSelectorRequirement{{Key: "node-role.kubernetes.io/master", Operator: "In",
		Values: []string{"-"}}}
	for _, row := range []struct {
		name   string
		change func(*corev1.PodTemplateSpec)
		want   []string
	}{
		{"nothing to say", func(*corev1.PodTemplateSpec) {}, nil},
		{"deprecated labels", func(s *corev1.PodTemplateSpec) {
			s.Spec.NodeSelector = map[string]string{}
			for _, key := range []string{"beta.kubernetes.io/arch", "beta.kubernetes.io/os",
				"failure-domain.beta.kubernetes.io/region",
				"failure-domain.beta.kubernetes.io/zone", "beta.kubernetes.io/instance-type",
				"app.kubernetes.io/created-by",
				"scheduler.alpha.kubernetes.io/preferAvoidPods"} {
				s.Spec.NodeSelector[key] = "x"
			}
			node := s.Spec.Affinity.NodeAffinity
			node.RequiredDuringSchedulingIgnoredDuringExecution.NodeSelectorTerms[0].MatchExpressions = old
			node.PreferredDuringSchedulingIgnoredDuringExecution = []corev1.PreferredSchedulingTerm{{
				Preference: corev1.NodeSelectorTerm{MatchExpressions: old}}}
			s.Spec.TopologySpreadConstraints = []corev1.TopologySpreadConstraint{{TopologyKey: "beta.kubernetes.io/os"}}
		}, []string{"nodeSelector[app.kubernetes.io/created-by]", "nodeSelector[beta.kubernetes.io/arch]",
			"nodeSelector[beta.kubernetes.io/instance-type]", "nodeSelector[beta.kubernetes.io/os]",
			"nodeSelector[failure-domain.beta.kubernetes.io/region]",
			"nodeSelector[failure-domain.beta.kubernetes.io/zone]",
			"nodeSelector[scheduler.alpha.kubernetes.io/preferAvoidPods]",
			"affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0].matchExpressions[0].key",
			"affinity.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution[0].preference.matchExpressions[0].key",
			"affinity.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution[0].preference.matchExpressions[0].values[0]",
			"topologySpreadConstraints[0].topologyKey", "topologySpreadConstraints[0].labelSelector"}},
		{"selectors that match nothing", func(s *corev1.PodTemplateSpec) {
			s.Spec.Affinity.PodAffinity = &corev1.PodAffinity{RequiredDuringSchedulingIgnoredDuringExecution: []corev1.PodAffinityTerm{{}}}
			s.Spec.Affinity.PodAntiAffinity = &corev1.PodAntiAffinity{
				PreferredDuringSchedulingIgnoredDuringExecution: []corev1.WeightedPodAffinityTerm{{}}}
		}, []string{"affinity.podAffinity.requiredDuringSchedulingIgnoredDuringExecution[0].labelSelector",
			"affinity.podAntiAffinity.preferredDuringSchedulingIgnoredDuringExecution[0].podAffinityTerm.labelSelector"}},
		{"repeated names", func(s *corev1.PodTemplateSpec) {
			s.Spec.HostAliases = []corev1.HostAlias{{IP: "1.1.1.1"}, {IP: "1.1.1.1"}, {IP: "fd00:0::1"}}
			s.Spec.ImagePullSecrets = []corev1.LocalObjectReference{{Name: "a"}, {Name: "a"}, {}}
			s.Spec.DNSConfig = &corev1.PodDNSConfig{Nameservers: []string{"fd00:0::1"}}
			s.Spec.TerminationGracePeriodSeconds = ptr.To[int64](-1)
		}, []string{"hostAliases[1].ip", "hostAliases[2].ip", "imagePullSecrets[1].name", "imagePullSecrets[2].name",
			"dnsConfig.nameservers[0]", "terminationGracePeriodSeconds"}},
		{"fractions of a byte", func(s *corev1.PodTemplateSpec) {
			list := corev1.ResourceList{"memory": resource.MustParse("100m"),
				"ephemeral-storage": resource.MustParse("100m")}
			s.Spec.Overhead = list
			s.Spec.Containers[0].Resources = corev1.ResourceRequirements{Limits: list, Requests: list}
		}, []string{"overhead[memory]", "overhead[ephemeral-storage]", "containers[0].resources.limits[memory]",
			"containers[0].resources.limits[ephemeral-storage]", "containers[0].resources.requests[memory]",
			"containers[0].resources.requests[ephemeral-storage]"}},
		{"fractions of a byte in a claim", func(s *corev1.PodTemplateSpec) {
			list := corev1.ResourceList{"storage": resource.MustParse("100m")}
			s.Spec.Volumes = append(s.Spec.Volumes, corev1.Volume{VolumeSource: corev1.VolumeSource{
				Ephemeral: &corev1.EphemeralVolumeSource{VolumeClaimTemplate: &corev1.PersistentVolumeClaimTemplate{
					Spec: corev1.PersistentVolumeClaimSpec{Resources: corev1.VolumeResourceRequirements{
						Limits: list, Requests: list}}}}}})
		}, []string{"volumes[1].ephemeral.volumeClaimTemplate.spec.resources.requests[storage]",
			"volumes[1].ephemeral.volumeClaimTemplate.spec.resources.limits[storage]"}},
		{"a profile in an annotation that the pod repeats", func(s *corev1.PodTemplateSpec) {
			s.Annotations = map[string]string{"container.apparmor.security.beta.kubernetes.io/" + s.Spec.Containers[0].Name: "localhost/p"}
			s.Spec.SecurityContext = &corev1.PodSecurityContext{AppArmorProfile: &corev1.AppArmorProfile{
				Type: corev1.AppArmorProfileTypeLocalhost, LocalhostProfile: ptr.To("p")}}
		}, nil},
		{"hidden variables", func(s *corev1.PodTemplateSpec) {
			s.Spec.Containers[0].Env = []corev1.EnvVar{{Name: "A", Value: "x"}, {Name: "A", Value: "$(A)y"},
				{Name: "A", Value: "$(A)"},
				{Name: "A", Value: "z"}}
		}, []string{"containers[0].env[2]", "containers[0].env[3]"}},
		{"ports", func(s *corev1.PodTemplateSpec) {
			s.Spec.Containers[0].Ports = []corev1.ContainerPort{{Name: "a", ContainerPort: 1},
				{Name: "a", ContainerPort: 1},
				{ContainerPort: 1, HostPort: 2}, {ContainerPort: 1, HostPort: 2, HostIP: "1.1.1.1"},
				{ContainerPort: 3, HostIP: "1.1.1.1"}}
		}, []string{"containers[0].ports[1]", "containers[0].ports[1]", "containers[0].ports[2]",
			"containers[0].ports[2]",
			"containers[0].ports[3]", "containers[0].ports[3]", "containers[0].ports[3]", "containers[0].ports[4]"}},
		{"volumes of the past", func(s *corev1.PodTemplateSpec) {
			s.Spec.Volumes = append(s.Spec.Volumes,
				corev1.Volume{VolumeSource: corev1.VolumeSource{GitRepo: &corev1.GitRepoVolumeSource{}}})
		}, []string{"volumes[1].gitRepo"}},
	} {
		t.Run("VAL-15 "+row.name, func(t *testing.T) {
			g := gomega.NewWithT(t)
			template := quietTemplate()
			row.change(template)
			matchers := []any{}
			for _, path := range row.want {
				matchers = append(matchers, gomega.HavePrefix("template.spec."+path+": "))
			}
			g.Expect(core.PodTemplateWarnings(template, field.NewPath("template"))).To(gomega.ConsistOf(matchers...))
		})
	}
}

// The order is that of the real server.
func TestVAL15_WarningsAreOrdered(t *testing.T) {
	g := gomega.NewWithT(t)
	template := quietTemplate()
	spec := &template.Spec
	spec.TerminationGracePeriodSeconds = ptr.To[int64](-1)
	spec.ImagePullSecrets = []corev1.LocalObjectReference{{Name: "a"}, {}, {Name: "a"}}
	spec.Affinity.PodAffinity = &corev1.PodAffinity{
		RequiredDuringSchedulingIgnoredDuringExecution: []corev1.PodAffinityTerm{{}}}
	list := corev1.ResourceList{"memory": resource.MustParse("100m"), "ephemeral-storage": resource.MustParse("100m")}
	spec.Containers[0].Resources = corev1.ResourceRequirements{Limits: list, Requests: list}
	spec.Containers[0].Ports = []corev1.ContainerPort{{ContainerPort: 1, HostIP: "1.1.1.1"}}
	var paths []string
	for _, warning := range core.PodTemplateWarnings(template, field.NewPath("template")) {
		path, _, _ := strings.Cut(warning, ": ")
		paths = append(paths, strings.TrimPrefix(path, "template.spec."))
	}
	g.Expect(paths).To(gomega.Equal([]string{"imagePullSecrets[2].name", "imagePullSecrets[1].name",
		"containers[0].resources.limits[memory]", "containers[0].resources.requests[memory]",
		"containers[0].resources.limits[ephemeral-storage]", "containers[0].resources.requests[ephemeral-storage]",
		"containers[0].ports[0]", "terminationGracePeriodSeconds",
		"affinity.podAffinity.requiredDuringSchedulingIgnoredDuringExecution[0].labelSelector"}))
}

func TestVAL15_OverlappingFiles(t *testing.T) {
	g := gomega.NewWithT(t)
	keys := []corev1.KeyToPath{{Path: "a"}, {Path: "a/b"}, {Path: "ab"}, {}}
	files := []corev1.DownwardAPIVolumeFile{{Path: "a"}, {Path: "a/"}}
	template := quietTemplate()
	template.Spec.Volumes = []corev1.Volume{
		{Name: "c", VolumeSource: corev1.VolumeSource{ConfigMap: &corev1.ConfigMapVolumeSource{Items: keys}}},
		{Name: "s", VolumeSource: corev1.VolumeSource{Secret: &corev1.SecretVolumeSource{SecretName: "x",
			Items: keys[:1]}}},
		{Name: "d", VolumeSource: corev1.VolumeSource{DownwardAPI: &corev1.DownwardAPIVolumeSource{Items: files}}},
		{Name: "p", VolumeSource: corev1.VolumeSource{Projected: &corev1.ProjectedVolumeSource{Sources: []corev1.VolumeProjection{
			{}, {ConfigMap: &corev1.ConfigMapProjection{Items: keys[:1]}},
			{Secret: &corev1.SecretProjection{Items: keys[:1]}},
			{DownwardAPI: &corev1.DownwardAPIProjection{Items: files[:1]}},
			{ServiceAccountToken: &corev1.ServiceAccountTokenProjection{Path: "t"}},
			{ClusterTrustBundle: &corev1.ClusterTrustBundleProjection{Path: "t/u", SignerName: ptr.To("s")}},
			{PodCertificate: &corev1.PodCertificateProjection{KeyPath: "t"}},
		}}}},
	}
	g.Expect(core.PodTemplateWarnings(template, field.NewPath("template"))).To(gomega.ConsistOf(
		`volume "c" (ConfigMap ""): overlapping paths: "a/b" with "a"`,
		`volume "d" (DownwardAPI): overlapping paths: "a" with "a"`,
		`volume "p" (Projected) has no sources provided`,
		`volume "p" (Projected): overlapping paths: "a" (Secret "") with "a" (ConfigMap "")`,
		`volume "p" (Projected): overlapping paths: "a" (DownwardAPI) with "a" (ConfigMap "")`,
		`volume "p" (Projected): overlapping paths: "a" (DownwardAPI) with "a" (Secret "")`,
		`volume "p" (Projected): overlapping paths: "t/u" (ClusterTrustBundle "s") with "t" (ServiceAccountToken)`,
		`volume "p" (Projected): overlapping paths: "t" (PodCertificate key) with "t" (ServiceAccountToken)`,
		`volume "p" (Projected): overlapping paths: "t" (PodCertificate key) with "t/u" (ClusterTrustBundle "s")`,
	))
}

func TestVAL15_OldAnnotations(t *testing.T) {
	g := gomega.NewWithT(t)
	template := quietTemplate()
	template.Annotations = map[string]string{
		"scheduler.alpha.kubernetes.io/critical-pod":           "",
		"seccomp.security.alpha.kubernetes.io/pod":             "unconfined",
		"container.seccomp.security.alpha.kubernetes.io/main":  "unconfined",
		"container.apparmor.security.beta.kubernetes.io/main":  "unconfined",
		"container.apparmor.security.beta.kubernetes.io/other": "unconfined",
	}
	warnings := core.PodTemplateWarnings(template, field.NewPath("template"))
	g.Expect(warnings).To(gomega.HaveLen(4))
	for _, warning := range warnings {
		g.Expect(warning).To(gomega.HavePrefix("template.metadata.annotations["))
	}
}
