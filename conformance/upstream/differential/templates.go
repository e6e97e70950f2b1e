package differential

import (
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// validTemplate is small most of the time, and has something in most places that have rules the rest of it.
func validTemplate(s source) corev1.PodTemplateSpec {
	template := corev1.PodTemplateSpec{Spec: corev1.PodSpec{
		RestartPolicy: pick(s, corev1.RestartPolicyNever, corev1.RestartPolicyOnFailure),
		Containers:    []corev1.Container{{Name: "main", Image: pick(s, "busybox", "busybox:1", "busybox:latest")}},
	}}
	if s.chance(3) {
		template.Labels = map[string]string{"app": "x"}
	}
	if s.chance(4) {
		richSpec(s, &template.Spec)
	}
	return template
}

// richSpec adds parts to a spec. Each is valid by itself and with the others.
func richSpec(s source, spec *corev1.PodSpec) {
	main := &spec.Containers[0]
	for _, add := range []func(){
		func() { richContainer(main) },
		func() { richVolumes(spec, main) },
		func() { richPlacement(spec) },
		func() { richSecurity(spec, main) },
		func() {
			spec.InitContainers = []corev1.Container{{Name: "init", Image: "i:1"},
				{Name: "side", Image: "s:1", RestartPolicy: new(corev1.ContainerRestartPolicyAlways), ReadinessProbe: probe()}}
		},
		func() {
			spec.TerminationGracePeriodSeconds, spec.ActiveDeadlineSeconds = new(int64(30)), new(int64(600))
			spec.Hostname, spec.Subdomain, spec.PriorityClassName = "h", "sub", "high"
			spec.DNSPolicy = corev1.DNSNone
			spec.DNSConfig = &corev1.PodDNSConfig{Nameservers: []string{"1.2.3.4"}, Searches: []string{"a.b"},
				Options: []corev1.PodDNSConfigOption{{Name: "ndots", Value: new("2")}}}
			spec.HostAliases = []corev1.HostAlias{{IP: "1.2.3.4", Hostnames: []string{"a"}}}
			spec.ImagePullSecrets = []corev1.LocalObjectReference{{Name: "secret"}}
			spec.ReadinessGates = []corev1.PodReadinessGate{{ConditionType: "a.io/b"}}
			spec.SchedulingGates = []corev1.PodSchedulingGate{{Name: "a.io/gate"}}
			spec.Overhead = corev1.ResourceList{"cpu": resource.MustParse("10m")}
		},
	} {
		if s.chance(2) {
			add()
		}
	}
}

func probe() *corev1.Probe {
	return &corev1.Probe{ProbeHandler: corev1.ProbeHandler{HTTPGet: &corev1.HTTPGetAction{Path: "/", Port: intstr.FromInt32(80)}}}
}

func richContainer(c *corev1.Container) {
	c.Command, c.Args, c.WorkingDir = []string{"sh"}, []string{"-c", "true"}, "/work"
	c.Env = []corev1.EnvVar{{Name: "A", Value: "x"},
		{Name: "B", ValueFrom: &corev1.EnvVarSource{FieldRef: &corev1.ObjectFieldSelector{FieldPath: "metadata.name"}}},
		{Name: "C", ValueFrom: &corev1.EnvVarSource{ResourceFieldRef: &corev1.ResourceFieldSelector{Resource: "limits.cpu"}}},
		{Name: "D", ValueFrom: &corev1.EnvVarSource{SecretKeyRef: &corev1.SecretKeySelector{
			LocalObjectReference: corev1.LocalObjectReference{Name: "s"}, Key: "k"}}}}
	c.EnvFrom = []corev1.EnvFromSource{{Prefix: "P_", ConfigMapRef: &corev1.ConfigMapEnvSource{
		LocalObjectReference: corev1.LocalObjectReference{Name: "c"}}}}
	c.Ports = []corev1.ContainerPort{{Name: "http", ContainerPort: 80}, {ContainerPort: 81, Protocol: corev1.ProtocolUDP}}
	c.LivenessProbe, c.StartupProbe = probe(), probe()
	c.Lifecycle = &corev1.Lifecycle{PreStop: &corev1.LifecycleHandler{Exec: &corev1.ExecAction{Command: []string{"true"}}}}
	c.Resources = corev1.ResourceRequirements{
		Limits:   corev1.ResourceList{"cpu": resource.MustParse("1"), "memory": resource.MustParse("1Gi")},
		Requests: corev1.ResourceList{"cpu": resource.MustParse("100m")},
	}
}

func richVolumes(spec *corev1.PodSpec, c *corev1.Container) {
	spec.Volumes = []corev1.Volume{
		{Name: "empty", VolumeSource: corev1.VolumeSource{EmptyDir: &corev1.EmptyDirVolumeSource{}}},
		{Name: "secret", VolumeSource: corev1.VolumeSource{Secret: &corev1.SecretVolumeSource{SecretName: "s"}}},
		{Name: "config", VolumeSource: corev1.VolumeSource{ConfigMap: &corev1.ConfigMapVolumeSource{
			LocalObjectReference: corev1.LocalObjectReference{Name: "c"},
			Items:                []corev1.KeyToPath{{Key: "k", Path: "p"}}}}},
		{Name: "down", VolumeSource: corev1.VolumeSource{DownwardAPI: &corev1.DownwardAPIVolumeSource{
			Items: []corev1.DownwardAPIVolumeFile{{Path: "l", FieldRef: &corev1.ObjectFieldSelector{FieldPath: "metadata.labels"}}}}}},
		{Name: "host", VolumeSource: corev1.VolumeSource{HostPath: &corev1.HostPathVolumeSource{Path: "/tmp"}}},
		{Name: "claim", VolumeSource: corev1.VolumeSource{PersistentVolumeClaim: &corev1.PersistentVolumeClaimVolumeSource{ClaimName: "c"}}},
		{Name: "all", VolumeSource: corev1.VolumeSource{Projected: &corev1.ProjectedVolumeSource{Sources: []corev1.VolumeProjection{
			{ServiceAccountToken: &corev1.ServiceAccountTokenProjection{Path: "token"}}}}}},
		{Name: "own", VolumeSource: corev1.VolumeSource{Ephemeral: &corev1.EphemeralVolumeSource{
			VolumeClaimTemplate: &corev1.PersistentVolumeClaimTemplate{Spec: corev1.PersistentVolumeClaimSpec{
				AccessModes: []corev1.PersistentVolumeAccessMode{corev1.ReadWriteOnce},
				Resources:   corev1.VolumeResourceRequirements{Requests: corev1.ResourceList{"storage": resource.MustParse("1Gi")}}}}}}},
	}
	c.VolumeMounts = []corev1.VolumeMount{{Name: "empty", MountPath: "/e"}, {Name: "host", MountPath: "/h", SubPath: "x"},
		{Name: "config", MountPath: "/c", ReadOnly: true}}
}

func richPlacement(spec *corev1.PodSpec) {
	spec.NodeSelector = map[string]string{"zone": "a"}
	spec.Tolerations = []corev1.Toleration{{Key: "a", Operator: corev1.TolerationOpExists},
		{Key: "b", Operator: corev1.TolerationOpEqual, Value: "c", Effect: corev1.TaintEffectNoExecute, TolerationSeconds: new(int64(5))}}
	spec.TopologySpreadConstraints = []corev1.TopologySpreadConstraint{{MaxSkew: 1, TopologyKey: "zone",
		WhenUnsatisfiable: corev1.DoNotSchedule, LabelSelector: &metav1.LabelSelector{MatchLabels: map[string]string{"app": "x"}}}}
	terms := []corev1.NodeSelectorTerm{{MatchExpressions: []corev1.NodeSelectorRequirement{
		{Key: "zone", Operator: corev1.NodeSelectorOpIn, Values: []string{"a"}}}}}
	near := corev1.PodAffinityTerm{TopologyKey: "zone", LabelSelector: &metav1.LabelSelector{
		MatchExpressions: []metav1.LabelSelectorRequirement{{Key: "app", Operator: metav1.LabelSelectorOpIn, Values: []string{"x"}}}}}
	spec.Affinity = &corev1.Affinity{
		NodeAffinity: &corev1.NodeAffinity{
			RequiredDuringSchedulingIgnoredDuringExecution:  &corev1.NodeSelector{NodeSelectorTerms: terms},
			PreferredDuringSchedulingIgnoredDuringExecution: []corev1.PreferredSchedulingTerm{{Weight: 1, Preference: terms[0]}},
		},
		PodAffinity: &corev1.PodAffinity{RequiredDuringSchedulingIgnoredDuringExecution: []corev1.PodAffinityTerm{near}},
		PodAntiAffinity: &corev1.PodAntiAffinity{PreferredDuringSchedulingIgnoredDuringExecution: []corev1.WeightedPodAffinityTerm{
			{Weight: 100, PodAffinityTerm: near}}},
	}
}

func richSecurity(spec *corev1.PodSpec, c *corev1.Container) {
	spec.SecurityContext = &corev1.PodSecurityContext{FSGroup: new(int64(1)), RunAsNonRoot: new(true),
		SeccompProfile: &corev1.SeccompProfile{Type: corev1.SeccompProfileTypeRuntimeDefault},
		Sysctls:        []corev1.Sysctl{{Name: "kernel.shm_rmid_forced", Value: "0"}}}
	c.SecurityContext = &corev1.SecurityContext{RunAsUser: new(int64(1)), AllowPrivilegeEscalation: new(false),
		Capabilities: &corev1.Capabilities{Drop: []corev1.Capability{"ALL"}}}
}
