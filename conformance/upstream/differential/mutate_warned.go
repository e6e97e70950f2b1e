package differential

import (
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// mutateWarned adds what is accepted with a warning.
func mutateWarned(s source, job *batchv1.Job) {
	spec := &job.Spec.Template.Spec
	if len(spec.Containers) == 0 { // another change took them all
		spec.Containers = []corev1.Container{{Name: "main", Image: "busybox"}}
	}
	pick(s, warnedJob, warnedPlacement, warnedVolumes, warnedVolumes, warnedPorts, warnedContainer, warnedAnnotations,
		func(s source, _ *batchv1.Job) {
			spec.ImagePullSecrets = append(spec.ImagePullSecrets, pick(s, corev1.LocalObjectReference{},
				corev1.LocalObjectReference{Name: "secret"}), corev1.LocalObjectReference{Name: "secret"})
		},
		func(s source, _ *batchv1.Job) {
			spec.HostAliases = append(spec.HostAliases, corev1.HostAlias{IP: "1.2.3.4"}, corev1.HostAlias{IP: "1.2.3.4"},
				corev1.HostAlias{IP: pick(s, "::ffff:1.2.3.4", "2001:db8::0:1")})
		},
		func(s source, _ *batchv1.Job) {
			spec.DNSConfig = &corev1.PodDNSConfig{Nameservers: []string{pick(s, "::ffff:1.2.3.4", "2001:DB8::1", "1.2.3.4")}}
		},
		func(s source, _ *batchv1.Job) {
			spec.TerminationGracePeriodSeconds = pick(s, new(int64(-1)), new(int64(0)))
		},
		func(s source, _ *batchv1.Job) {
			spec.Overhead = corev1.ResourceList{pick[corev1.ResourceName](s, "memory", "ephemeral-storage"): resource.MustParse("0.5")}
		},
	)(s, job)
}

func warnedJob(s source, job *batchv1.Job) {
	if s.chance(2) {
		job.Name = pick(s, "a.b", "a.b.c", "with.dot")
		return
	}
	indexed(s, &job.Spec)
	job.Spec.BackoffLimitPerIndex, job.Spec.MaxFailedIndexes = nil, nil
	job.Spec.Completions, job.Spec.Parallelism = new(int32(100_001)), new(int32(10_001))
}

func warnedPlacement(s source, job *batchv1.Job) {
	spec := &job.Spec.Template.Spec
	old := pick(s, "beta.kubernetes.io/os", "beta.kubernetes.io/arch", "failure-domain.beta.kubernetes.io/zone",
		"beta.kubernetes.io/instance-type", "topologyKey", "zone")
	term := corev1.NodeSelectorTerm{MatchExpressions: []corev1.NodeSelectorRequirement{
		{Key: old, Operator: corev1.NodeSelectorOpIn, Values: []string{pick(s, "a", "bad value")}}}}
	near := corev1.PodAffinityTerm{TopologyKey: old}
	switch s.IntN(5) {
	case 0:
		spec.NodeSelector = map[string]string{old: "a", "beta.kubernetes.io/arch": "x"}
	case 1:
		spec.Affinity = &corev1.Affinity{NodeAffinity: &corev1.NodeAffinity{
			RequiredDuringSchedulingIgnoredDuringExecution: &corev1.NodeSelector{NodeSelectorTerms: []corev1.NodeSelectorTerm{term}}}}
	case 2:
		spec.Affinity = &corev1.Affinity{NodeAffinity: &corev1.NodeAffinity{
			PreferredDuringSchedulingIgnoredDuringExecution: []corev1.PreferredSchedulingTerm{{Weight: 1, Preference: term}, {Weight: 2}}}}
	case 3:
		spec.TopologySpreadConstraints = []corev1.TopologySpreadConstraint{{MaxSkew: 1, TopologyKey: old,
			WhenUnsatisfiable: corev1.ScheduleAnyway}}
	default:
		spec.Affinity = &corev1.Affinity{
			PodAffinity: &corev1.PodAffinity{RequiredDuringSchedulingIgnoredDuringExecution: []corev1.PodAffinityTerm{near}},
			PodAntiAffinity: &corev1.PodAntiAffinity{PreferredDuringSchedulingIgnoredDuringExecution: []corev1.WeightedPodAffinityTerm{
				{Weight: 1, PodAffinityTerm: near}}},
		}
	}
}

// warnedVolumes are of kinds that are gone, or have files that hide each other.
func warnedVolumes(s source, job *batchv1.Job) {
	items := []corev1.KeyToPath{{Key: "a", Path: "p"}, {Key: "b", Path: pick(s, "p", "p/q", "r")}}
	local := corev1.LocalObjectReference{Name: "c"}
	config := &corev1.ConfigMapProjection{LocalObjectReference: local, Items: items}
	secret := &corev1.SecretProjection{LocalObjectReference: local, Items: items}
	token := &corev1.ServiceAccountTokenProjection{Path: pick(s, "p", "token")}
	volume := corev1.Volume{Name: "w", VolumeSource: pick(s,
		corev1.VolumeSource{ConfigMap: &corev1.ConfigMapVolumeSource{LocalObjectReference: local, Items: items}},
		corev1.VolumeSource{Secret: &corev1.SecretVolumeSource{SecretName: "s", Items: items}},
		corev1.VolumeSource{DownwardAPI: &corev1.DownwardAPIVolumeSource{Items: []corev1.DownwardAPIVolumeFile{
			{Path: "p", FieldRef: &corev1.ObjectFieldSelector{FieldPath: "metadata.name"}},
			{Path: pick(s, "p", "p/q"), FieldRef: &corev1.ObjectFieldSelector{FieldPath: "metadata.uid"}}}}},
		corev1.VolumeSource{Projected: &corev1.ProjectedVolumeSource{}},
		corev1.VolumeSource{Projected: &corev1.ProjectedVolumeSource{Sources: []corev1.VolumeProjection{
			{ConfigMap: config}, {Secret: secret}, {ServiceAccountToken: token}}}},
		corev1.VolumeSource{PhotonPersistentDisk: &corev1.PhotonPersistentDiskVolumeSource{PdID: "p"}},
		corev1.VolumeSource{GitRepo: &corev1.GitRepoVolumeSource{Repository: "r"}},
		corev1.VolumeSource{ScaleIO: &corev1.ScaleIOVolumeSource{Gateway: "g", System: "s", VolumeName: "v",
			SecretRef: &local, StorageMode: "ThinProvisioned"}},
		corev1.VolumeSource{Flocker: &corev1.FlockerVolumeSource{DatasetName: "d"}},
		corev1.VolumeSource{StorageOS: &corev1.StorageOSVolumeSource{VolumeName: "v"}},
		corev1.VolumeSource{Quobyte: &corev1.QuobyteVolumeSource{Registry: "r:1", Volume: "v"}},
		corev1.VolumeSource{Glusterfs: &corev1.GlusterfsVolumeSource{EndpointsName: "e", Path: "p"}},
		corev1.VolumeSource{CephFS: &corev1.CephFSVolumeSource{Monitors: []string{"m"}}},
		corev1.VolumeSource{RBD: &corev1.RBDVolumeSource{CephMonitors: []string{"m"}, RBDImage: "i"}},
		corev1.VolumeSource{Ephemeral: &corev1.EphemeralVolumeSource{VolumeClaimTemplate: &corev1.PersistentVolumeClaimTemplate{
			Spec: corev1.PersistentVolumeClaimSpec{AccessModes: []corev1.PersistentVolumeAccessMode{corev1.ReadWriteOnce},
				Resources: corev1.VolumeResourceRequirements{Requests: corev1.ResourceList{"storage": resource.MustParse("0.5")}}}}}},
	)}
	spec := &job.Spec.Template.Spec
	spec.Volumes = append(spec.Volumes, volume)
}

func warnedPorts(s source, job *batchv1.Job) {
	main := &job.Spec.Template.Spec.Containers[0]
	for range 2 + s.IntN(2) {
		main.Ports = append(main.Ports, corev1.ContainerPort{
			Name: pick(s, "", "http", "a"), ContainerPort: pick[int32](s, 80, 81), HostPort: pick[int32](s, 0, 80),
			Protocol: pick(s, "", corev1.ProtocolTCP, corev1.ProtocolUDP), HostIP: pick(s, "", "1.2.3.4"),
		})
	}
	if s.chance(3) {
		side := corev1.Container{Name: "other", Image: "i", Ports: []corev1.ContainerPort{{Name: "http", ContainerPort: 80}}}
		job.Spec.Template.Spec.Containers = append(job.Spec.Template.Spec.Containers, side)
	}
}

func warnedContainer(s source, job *batchv1.Job) {
	main := &job.Spec.Template.Spec.Containers[0]
	if s.chance(2) {
		main.Env = append(main.Env, corev1.EnvVar{Name: "A", Value: "x"},
			corev1.EnvVar{Name: "A", Value: pick(s, "x", "$(A)", "$(A)/y", "$(B)")})
		return
	}
	name := pick[corev1.ResourceName](s, "memory", "ephemeral-storage")
	main.Resources.Limits = corev1.ResourceList{name: resource.MustParse("1500m")}
	main.Resources.Requests = corev1.ResourceList{name: resource.MustParse(pick(s, "500m", "1"))}
}

func warnedAnnotations(s source, job *batchv1.Job) {
	job.Spec.Template.Annotations = map[string]string{pick(s, "scheduler.alpha.kubernetes.io/critical-pod",
		"security.alpha.kubernetes.io/sysctls", "security.alpha.kubernetes.io/unsafe-sysctls",
		"seccomp.security.alpha.kubernetes.io/pod", "container.seccomp.security.alpha.kubernetes.io/main",
		"container.apparmor.security.beta.kubernetes.io/main", "pod.alpha.kubernetes.io/init-containers"): pick(s,
		"", "runtime/default", "localhost/p", "unconfined")}
	if s.chance(3) {
		job.Spec.Template.Spec.Containers[0].SecurityContext = &corev1.SecurityContext{
			SeccompProfile: &corev1.SeccompProfile{Type: corev1.SeccompProfileTypeRuntimeDefault}}
	}
	if s.chance(4) {
		job.Spec.Template.OwnerReferences = []metav1.OwnerReference{{}}
	}
}
