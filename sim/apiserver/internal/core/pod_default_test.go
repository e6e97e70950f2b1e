package core_test

import (
	"testing"

	"github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"

	"github.com/jobsim/jobsim/sim/apiserver/internal/core"
)

// barePod says as little as a pod can say.
func barePod() *corev1.Pod {
	return &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Name: "p", Namespace: "ns", UID: "u", CreationTimestamp: metav1.Unix(1000, 0)},
		Spec:       corev1.PodSpec{Containers: []corev1.Container{{Name: "main", Image: "busybox"}}},
	}
}

func TestDefaultPod(t *testing.T) {
	g := gomega.NewWithT(t)
	pod := barePod()
	pod.Generation, pod.Status.Phase = 7, corev1.PodRunning
	core.DefaultPod(pod)
	g.Expect(core.ValidatePodCreate(pod)).To(gomega.BeEmpty())
	s := pod.Spec
	g.Expect(s.RestartPolicy).To(gomega.Equal(corev1.RestartPolicyAlways))
	g.Expect(s.DNSPolicy).To(gomega.Equal(corev1.DNSClusterFirst))
	g.Expect(s.SchedulerName).To(gomega.Equal("default-scheduler"))
	g.Expect(s.SecurityContext).NotTo(gomega.BeNil())
	g.Expect(s.TerminationGracePeriodSeconds).To(gomega.HaveValue(gomega.BeEquivalentTo(30)))
	g.Expect(s.EnableServiceLinks).To(gomega.HaveValue(gomega.BeTrue()))
	g.Expect(s.ServiceAccountName).To(gomega.Equal("default"))
	g.Expect(s.DeprecatedServiceAccount).To(gomega.Equal("default"))
	g.Expect(s.Priority).To(gomega.HaveValue(gomega.BeEquivalentTo(0)))
	g.Expect(s.PreemptionPolicy).To(gomega.HaveValue(gomega.Equal(corev1.PreemptLowerPriority)))
	for i, key := range []string{"node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"} {
		g.Expect(s.Tolerations[i]).To(gomega.Equal(corev1.Toleration{
			Key: key, Operator: corev1.TolerationOpExists, Effect: corev1.TaintEffectNoExecute,
			TolerationSeconds: ptr.To[int64](300)}))
	}
	c := s.Containers[0]
	g.Expect(c.ImagePullPolicy).To(gomega.Equal(corev1.PullAlways))
	g.Expect(c.TerminationMessagePath).To(gomega.Equal("/dev/termination-log"))
	g.Expect(c.TerminationMessagePolicy).To(gomega.Equal(corev1.TerminationMessageReadFile))
	g.Expect(pod.Generation).To(gomega.BeEquivalentTo(1))
	g.Expect(pod.Status).To(gomega.Equal(corev1.PodStatus{Phase: corev1.PodPending, QOSClass: corev1.PodQOSBestEffort}))
}

func TestDefaultPodKeepsWhatIsGiven(t *testing.T) {
	g := gomega.NewWithT(t)
	pod := barePod()
	pod.Spec.PriorityClassName = "system-node-critical"
	pod.Spec.DeprecatedServiceAccount = "robot"
	pod.Spec.TerminationGracePeriodSeconds = ptr.To[int64](-1)
	tolerations := make([]corev1.Toleration, 1, 4)
	tolerations[0] = corev1.Toleration{Key: "node.kubernetes.io/not-ready", Operator: corev1.TolerationOpExists}
	pod.Spec.Tolerations = tolerations
	pod.Spec.SchedulingGates = []corev1.PodSchedulingGate{{Name: "a"}}
	pod.Annotations = map[string]string{"pod.beta.kubernetes.io/init-containers": "x", "a": "b"}
	annotations := pod.Annotations
	core.DefaultPod(pod)
	g.Expect(pod.Spec.Priority).To(gomega.HaveValue(gomega.BeEquivalentTo(2000001000)))
	g.Expect(pod.Spec.ServiceAccountName).To(gomega.Equal("robot"))
	g.Expect(pod.Spec.TerminationGracePeriodSeconds).To(gomega.HaveValue(gomega.BeEquivalentTo(1)))
	g.Expect(pod.Spec.Tolerations).To(gomega.HaveLen(2))
	g.Expect(tolerations[:2][1]).To(gomega.Equal(corev1.Toleration{}),
		"the spare capacity of the list is somebody else's")
	g.Expect(pod.Annotations).To(gomega.Equal(map[string]string{"a": "b"}))
	g.Expect(annotations).To(gomega.HaveLen(2))
	g.Expect(pod.Status.Conditions[0].Reason).To(gomega.Equal("SchedulingGated"))
	g.Expect(pod.Status.Conditions[0].LastTransitionTime).To(gomega.Equal(pod.CreationTimestamp))

	pod = barePod()
	pod.Spec.PriorityClassName = "system-cluster-critical"
	core.DefaultPod(pod)
	g.Expect(pod.Spec.Priority).To(gomega.HaveValue(gomega.BeEquivalentTo(2000000000)))
}

// The hot path: one block for what admission adds to a pod of a complete template, and nothing at all for a pod that
// has been through it.
func TestDefaultPodAllocations(t *testing.T) {
	g := gomega.NewWithT(t)
	spec := richPod().Spec
	core.DefaultPodSpec(&spec)
	spec.Containers[0].Resources.Requests = spec.Containers[0].Resources.Limits
	g.Expect(testing.AllocsPerRun(100, func() { core.DefaultPodSpec(&spec) })).To(gomega.BeZero())
	template := barePod()
	core.DefaultPodSpec(&template.Spec)
	var pod corev1.Pod
	g.Expect(testing.AllocsPerRun(100, func() {
		pod = *template
		core.DefaultPod(&pod)
	})).To(gomega.BeEquivalentTo(1))
	g.Expect(testing.AllocsPerRun(100, func() { core.DefaultPod(&pod) })).To(gomega.BeZero())
	g.Expect(core.ValidatePodCreate(&pod)).To(gomega.BeEmpty())
}

func TestDefaultsThatDependOnOthers(t *testing.T) {
	g := gomega.NewWithT(t)
	one := resource.MustParse("1")
	pod := barePod()
	pod.Spec.HostNetwork = true
	pod.Spec.Containers[0].Ports = []corev1.ContainerPort{{ContainerPort: 80}}
	pod.Spec.Containers[0].Resources.Limits = corev1.ResourceList{"cpu": one, "memory": resource.MustParse("1500u")}
	pod.Spec.Containers[0].Resources.Requests = corev1.ResourceList{"cpu": resource.MustParse("100m")}
	pod.Status = corev1.PodStatus{PodIP: "1.2.3.4"}
	submitted := pod.DeepCopy()
	shared := *pod
	core.DefaultPodFields(&shared)
	g.Expect(pod).To(gomega.Equal(submitted), "the submitted pod was written to")
	c := shared.Spec.Containers[0]
	g.Expect(c.Ports[0].HostPort).To(gomega.BeEquivalentTo(80))
	g.Expect(c.Ports[0].Protocol).To(gomega.Equal(corev1.ProtocolTCP))
	g.Expect(c.Resources.Requests.Cpu().String()).To(gomega.Equal("100m"))
	g.Expect(c.Resources.Requests.Memory().String()).To(gomega.Equal("2m"), "thousandths are the finest unit")
	g.Expect(shared.Status.PodIPs).To(gomega.Equal([]corev1.PodIP{{IP: "1.2.3.4"}}))
	shared.Status.PodIP = ""
	core.DefaultPodFields(&shared)
	g.Expect(shared.Status.PodIP).To(gomega.Equal("1.2.3.4"))
}

func TestDefaultVolumesAndProbes(t *testing.T) {
	g := gomega.NewWithT(t)
	pod := barePod()
	for _, source := range []corev1.VolumeSource{
		{}, {HostPath: &corev1.HostPathVolumeSource{Path: "/p"}}, {Secret: &corev1.SecretVolumeSource{SecretName: "s"}},
		{ConfigMap: &corev1.ConfigMapVolumeSource{}},
		{DownwardAPI: &corev1.DownwardAPIVolumeSource{Items: []corev1.DownwardAPIVolumeFile{
			{FieldRef: &corev1.ObjectFieldSelector{FieldPath: "metadata.name"}}}}},
		{Projected: &corev1.ProjectedVolumeSource{Sources: []corev1.VolumeProjection{
			{ServiceAccountToken: &corev1.ServiceAccountTokenProjection{}}, {DownwardAPI: &corev1.DownwardAPIProjection{
				Items: []corev1.DownwardAPIVolumeFile{{FieldRef: &corev1.ObjectFieldSelector{}}}}}}}},
		{Image: &corev1.ImageVolumeSource{Reference: "i:1"}}, {ISCSI: &corev1.ISCSIVolumeSource{}},
		{RBD: &corev1.RBDVolumeSource{}},
		{AzureDisk: &corev1.AzureDiskVolumeSource{}}, {ScaleIO: &corev1.ScaleIOVolumeSource{}},
		{Ephemeral: &corev1.EphemeralVolumeSource{VolumeClaimTemplate: &corev1.PersistentVolumeClaimTemplate{}}},
	} {
		pod.Spec.Volumes = append(pod.Spec.Volumes, corev1.Volume{VolumeSource: source})
	}
	probe := corev1.Probe{ProbeHandler: corev1.ProbeHandler{GRPC: &corev1.GRPCAction{},
		HTTPGet: &corev1.HTTPGetAction{}}}
	pod.Spec.Containers[0].LivenessProbe = &probe
	pod.Spec.Containers[0].Lifecycle = &corev1.Lifecycle{PreStop: &corev1.LifecycleHandler{HTTPGet: &corev1.HTTPGetAction{}}}
	pod.Spec.Containers[0].Env = []corev1.EnvVar{{ValueFrom: &corev1.EnvVarSource{FileKeyRef: &corev1.FileKeySelector{}}}}
	submitted := pod.DeepCopy()
	spec := pod.Spec
	core.DefaultPodSpec(&spec)
	g.Expect(pod).To(gomega.Equal(submitted), "the submitted spec was written to")

	v := spec.Volumes
	g.Expect(v[0].EmptyDir).NotTo(gomega.BeNil())
	g.Expect(v[1].HostPath.Type).To(gomega.HaveValue(gomega.BeEquivalentTo("")))
	g.Expect(v[2].Secret.DefaultMode).To(gomega.HaveValue(gomega.BeEquivalentTo(0o644)))
	g.Expect(v[3].ConfigMap.DefaultMode).To(gomega.HaveValue(gomega.BeEquivalentTo(0o644)))
	g.Expect(v[4].DownwardAPI.Items[0].FieldRef.APIVersion).To(gomega.Equal("v1"))
	g.Expect(v[5].Projected.Sources[0].ServiceAccountToken.ExpirationSeconds).To(gomega.HaveValue(gomega.BeEquivalentTo(3600)))
	g.Expect(v[6].Image.PullPolicy).To(gomega.Equal(corev1.PullIfNotPresent))
	g.Expect(v[7].ISCSI.ISCSIInterface).To(gomega.Equal("default"))
	g.Expect(v[8].RBD.RBDPool).To(gomega.Equal("rbd"))
	g.Expect(v[9].AzureDisk.FSType).To(gomega.HaveValue(gomega.Equal("ext4")))
	g.Expect(v[10].ScaleIO.FSType).To(gomega.Equal("xfs"))
	g.Expect(v[11].Ephemeral.VolumeClaimTemplate.Spec.VolumeMode).To(gomega.HaveValue(gomega.Equal(corev1.PersistentVolumeFilesystem)))
	got := spec.Containers[0].LivenessProbe
	g.Expect([]int32{got.TimeoutSeconds, got.PeriodSeconds, got.SuccessThreshold,
		got.FailureThreshold}).To(gomega.Equal([]int32{1, 10, 1, 3}))
	g.Expect(got.HTTPGet.Path).To(gomega.Equal("/"))
	g.Expect(got.GRPC.Service).To(gomega.HaveValue(gomega.BeEmpty()))
}

func TestPullPolicyFollowsTheTag(t *testing.T) {
	const digest = "@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
	for image, want := range map[string]corev1.PullPolicy{
		"busybox": corev1.PullAlways, "busybox:latest": corev1.PullAlways, "busybox:1.36": corev1.PullIfNotPresent,
		"localhost:5000/a/b": corev1.PullAlways, "docker.io/busybox:latest": corev1.PullAlways,
		"localhost/a:1":           corev1.PullIfNotPresent,
		"index.docker.io/busybox": corev1.PullAlways, "busybox" + digest: corev1.PullIfNotPresent,
		"busybox:latest" + digest: corev1.PullAlways, "BusyBox": corev1.PullIfNotPresent, " ": corev1.PullIfNotPresent,
		"busybox@sha256:0123456789abcdef0123456789abcdef":                  corev1.PullIfNotPresent,
		"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef": corev1.PullIfNotPresent,
		"busybox:latest@md5:0123456789abcdef0123456789abcdef":              corev1.PullIfNotPresent,
		"busybox:latest@sha384:" + digest[8:] + digest[8:40]:               corev1.PullAlways,
		"busybox:latest@sha512:" + digest[8:] + digest[8:]:                 corev1.PullAlways,
	} {
		spec := corev1.PodSpec{Containers: []corev1.Container{{Image: image}}}
		core.DefaultPodSpec(&spec)
		gomega.NewWithT(t).Expect(spec.Containers[0].ImagePullPolicy).To(gomega.Equal(want), image)
	}
}

func TestPodQOS(t *testing.T) {
	list := func(cpu, memory string) corev1.ResourceList {
		return corev1.ResourceList{"cpu": resource.MustParse(cpu), "memory": resource.MustParse(memory)}
	}
	guaranteed := corev1.Container{Resources: corev1.ResourceRequirements{Limits: list("1", "1Gi"),
		Requests: list("1", "1Gi")}}
	burstable := corev1.Container{Resources: corev1.ResourceRequirements{Requests: list("1", "1Gi")}}
	half := corev1.Container{Resources: corev1.ResourceRequirements{Limits: corev1.ResourceList{"cpu": resource.MustParse("1")},
		Requests: corev1.ResourceList{"cpu": resource.MustParse("1")}}}
	for _, row := range []struct {
		want       corev1.PodQOSClass
		containers []corev1.Container
	}{
		{corev1.PodQOSBestEffort, nil}, {corev1.PodQOSBestEffort, []corev1.Container{{}}},
		{corev1.PodQOSGuaranteed, []corev1.Container{guaranteed, guaranteed}},
		{corev1.PodQOSBurstable, []corev1.Container{guaranteed, {}}},
		{corev1.PodQOSBurstable, []corev1.Container{burstable}}, {corev1.PodQOSBurstable, []corev1.Container{half}},
		{corev1.PodQOSBurstable, []corev1.Container{{}, burstable}},
	} {
		gomega.NewWithT(t).Expect(core.PodQOS(&corev1.PodSpec{Containers: row.containers})).To(gomega.Equal(row.want))
	}
	spec := corev1.PodSpec{Containers: []corev1.Container{burstable}, Resources: &guaranteed.Resources}
	gomega.NewWithT(t).Expect(core.PodQOS(&spec)).To(gomega.Equal(corev1.PodQOSGuaranteed))
}

func TestResourcesOfThePod(t *testing.T) {
	g := gomega.NewWithT(t)
	pod := barePod()
	pod.Spec.Containers[0].Resources.Limits = corev1.ResourceList{"cpu": resource.MustParse("1"),
		"hugepages-2Mi": resource.MustParse("2Mi")}
	pod.Spec.Resources = &corev1.ResourceRequirements{Requests: corev1.ResourceList{"cpu": resource.MustParse("2")},
		Limits: corev1.ResourceList{"memory": resource.MustParse("1Gi")}}
	core.DefaultPod(pod)
	g.Expect(core.ValidatePodCreate(pod)).To(gomega.BeEmpty())
	limits, requests := pod.Spec.Resources.Limits, pod.Spec.Resources.Requests
	g.Expect(requests.Memory().String()).To(gomega.Equal("1Gi"), "the limit, where no container asks")
	g.Expect(limits.Cpu().String()).To(gomega.Equal("2"), "no less than the request")
	g.Expect(limits).To(gomega.HaveKey(corev1.ResourceName("hugepages-2Mi")))
}

func TestFieldsOfDisabledFeaturesAreDropped(t *testing.T) {
	g := gomega.NewWithT(t)
	user, mode := ptr.To[int64](1), ptr.To(corev1.HTTPProtocolHTTP2)
	spec := richPod().Spec
	keys := func() []corev1.KeyToPath { return []corev1.KeyToPath{{User: user}} }
	files := func() []corev1.DownwardAPIVolumeFile { return []corev1.DownwardAPIVolumeFile{{User: user}} }
	spec.Volumes = []corev1.Volume{
		{VolumeSource: corev1.VolumeSource{EmptyDir: &corev1.EmptyDirVolumeSource{Mode: ptr.To[int32](1)}}},
		{VolumeSource: corev1.VolumeSource{Secret: &corev1.SecretVolumeSource{DefaultUser: user, Items: keys()}}},
		{VolumeSource: corev1.VolumeSource{ConfigMap: &corev1.ConfigMapVolumeSource{DefaultUser: user, Items: keys()}}},
		{VolumeSource: corev1.VolumeSource{DownwardAPI: &corev1.DownwardAPIVolumeSource{DefaultUser: user,
			Items: files()}}},
		{VolumeSource: corev1.VolumeSource{Projected: &corev1.ProjectedVolumeSource{DefaultUser: user,
			Sources: []corev1.VolumeProjection{
				{Secret: &corev1.SecretProjection{Items: keys()}},
				{ConfigMap: &corev1.ConfigMapProjection{Items: keys()}},
				{DownwardAPI: &corev1.DownwardAPIProjection{Items: files()}},
				{ServiceAccountToken: &corev1.ServiceAccountTokenProjection{User: user}},
				{ClusterTrustBundle: &corev1.ClusterTrustBundleProjection{User: user}},
				{PodCertificate: &corev1.PodCertificateProjection{User: user}},
			}}}},
	}
	c := &spec.Containers[0]
	c.LivenessProbe.HTTPGet = &corev1.HTTPGetAction{Protocol: mode}
	c.LivenessProbe.GRPC = &corev1.GRPCAction{Mode: ptr.To(corev1.GRPCProbeModeTLS)}
	c.VolumeMounts[0].BindMountOptions = []string{"noexec"}
	c.Lifecycle = &corev1.Lifecycle{StopSignal: ptr.To(corev1.SIGKILL),
		PreStop: &corev1.LifecycleHandler{HTTPGet: &corev1.HTTPGetAction{Protocol: mode}}}
	spec.InitContainers[0].Lifecycle = &corev1.Lifecycle{StopSignal: ptr.To(corev1.SIGKILL)}
	spec.SchedulingGroup = &corev1.PodSchedulingGroup{PodGroupName: ptr.To("g")}
	template := corev1.PodTemplateSpec{Spec: spec}
	before := text(g, spec)
	core.DropDisabledTemplate(&template)
	g.Expect(text(g, spec)).To(gomega.Equal(before), "the submitted spec was written to")
	after := text(g, template)
	for _, gone := range []string{"user", "defaultUser", "mode", "protocol\":\"HTTP2", "bindMountOptions",
		"stopSignal", "schedulingGroup"} {
		g.Expect(after).NotTo(gomega.ContainSubstring(gone))
	}
	g.Expect(template.Spec.InitContainers[0].Lifecycle).To(gomega.BeNil())
}
