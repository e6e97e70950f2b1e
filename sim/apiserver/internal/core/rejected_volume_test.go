package core_test

import (
	"strings"
	"testing"

	"github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"

	"github.com/jobsim/jobsim/sim/apiserver/internal/core"
)

// volume puts one source beside the volume that is mounted.
func volume(source corev1.VolumeSource) func(*corev1.PodSpec) {
	return func(spec *corev1.PodSpec) {
		spec.Volumes = append(spec.Volumes, corev1.Volume{Name: "v", VolumeSource: source})
	}
}

func TestRejectedVolumes(t *testing.T) {
	const at = "template.spec.volumes[1]"
	key := []corev1.KeyToPath{{Mode: ptr.To[int32](0o1000)}, {Key: "a", Path: "/a"}, {Key: "a", Path: "../a"},
		{Key: "a", Path: "..a"}}
	keyErrors := func(path string) []string {
		return []string{"Required value " + path + "[0].key", "Required value " + path + "[0].path",
			"Invalid value " + path + "[0].mode",
			"Invalid value " + path + "[1].path", "Invalid value " + path + "[2].path",
			"Invalid value " + path + "[3].path"}
	}
	checkRejections(t, []rejection{
		{"names", func(s *corev1.PodSpec) {
			volume(corev1.VolumeSource{EmptyDir: &corev1.EmptyDirVolumeSource{}})(s)
			s.Volumes = append(s.Volumes, s.Volumes[0],
				corev1.Volume{Name: "A", VolumeSource: s.Volumes[0].VolumeSource})
			s.Volumes[1].Name = ""
		}, []string{"Required value " + at + ".name", "Duplicate value template.spec.volumes[2].name",
			"Invalid value template.spec.volumes[3].name"}},
		{"no source", volume(corev1.VolumeSource{}), []string{"Required value " + at}},
		{"two sources", volume(corev1.VolumeSource{
			ConfigMap: &corev1.ConfigMapVolumeSource{}, NFS: &corev1.NFSVolumeSource{},
		}), []string{"Required value " + at + ".nfs.server", "Required value " + at + ".nfs.path",
			"Invalid value " + at + ".nfs.path",
			"Forbidden " + at + ".configMap"}},
		{"emptyDir", volume(corev1.VolumeSource{EmptyDir: &corev1.EmptyDirVolumeSource{
			SizeLimit: ptr.To(resource.MustParse("-1")), Mode: ptr.To[int32](-1),
		}}), []string{"Forbidden " + at + ".emptyDir.sizeLimit", "Invalid value " + at + ".emptyDir.mode"}},
		{"hostPath", volume(corev1.VolumeSource{HostPath: &corev1.HostPathVolumeSource{Path: "/../a",
			Type: ptr.To[corev1.HostPathType]("x")}}),
			[]string{"Invalid value " + at + ".hostPath.path", "Unsupported value " + at + ".hostPath.type"}},
		{"hostPath without path", volume(corev1.VolumeSource{HostPath: &corev1.HostPathVolumeSource{}}),
			[]string{"Required value " + at + ".hostPath.path"}},
		{"secret", volume(corev1.VolumeSource{Secret: &corev1.SecretVolumeSource{DefaultMode: ptr.To[int32](-1),
			Items: key}}),
			append(keyErrors(at+".secret.items"), "Required value "+at+".secret.secretName",
				"Invalid value "+at+".secret.defaultMode")},
		{"claim", volume(corev1.VolumeSource{PersistentVolumeClaim: &corev1.PersistentVolumeClaimVolumeSource{}}),
			[]string{"Required value " + at + ".persistentVolumeClaim.claimName"}},
		{"downwardAPI", volume(corev1.VolumeSource{DownwardAPI: &corev1.DownwardAPIVolumeSource{Items: []corev1.DownwardAPIVolumeFile{
			{}, {Path: "a", FieldRef: &corev1.ObjectFieldSelector{APIVersion: "v1", FieldPath: "metadata.uid"},
				ResourceFieldRef: &corev1.ResourceFieldSelector{}},
			{Path: "b", ResourceFieldRef: &corev1.ResourceFieldSelector{Resource: "limits.cpu"}},
		}}}), []string{"Required value " + at + ".downwardAPI.path", "Required value " + at + ".downwardAPI",
			"Invalid value " + at + ".downwardAPI",
			"Required value " + at + ".downwardAPI.resourceFieldRef.containerName"}},
		{"projected", volume(corev1.VolumeSource{Projected: &corev1.ProjectedVolumeSource{DefaultMode: ptr.To[int32](-1), Sources: []corev1.VolumeProjection{
			{Secret: &corev1.SecretProjection{Items: []corev1.KeyToPath{{Key: "k", Path: "p"}}},
				ConfigMap: &corev1.ConfigMapProjection{
					Items: []corev1.KeyToPath{{Key: "k", Path: "p"}}}},
			{ServiceAccountToken: &corev1.ServiceAccountTokenProjection{}},
			{ServiceAccountToken: &corev1.ServiceAccountTokenProjection{ExpirationSeconds: ptr.To[int64](1),
				Path: "/t"}},
			{ServiceAccountToken: &corev1.ServiceAccountTokenProjection{ExpirationSeconds: ptr.To[int64](1 << 33),
				Path: "t"}},
			{DownwardAPI: &corev1.DownwardAPIProjection{Items: []corev1.DownwardAPIVolumeFile{
				{Path: "p", FieldRef: &corev1.ObjectFieldSelector{APIVersion: "v1", FieldPath: "metadata.name"}}}}},
		}}}), func() []string {
			p := at + ".projected"
			return []string{"Invalid value " + p + ".defaultMode", "Required value " + p + ".sources[0].secret.name",
				"Required value " + p + ".sources[0].configMap.name", "Invalid value " + p,
				"Forbidden " + p + ".sources[0]",
				"Required value " + p + ".sources[1].serviceAccountToken.expirationSeconds",
				"Required value " + p + ".path",
				"Invalid value " + p + ".sources[2].serviceAccountToken.expirationSeconds",
				"Invalid value " + p + ".path",
				"Invalid value " + p + ".sources[3].serviceAccountToken.expirationSeconds", "Invalid value " + p}
		}()},
		{"trust bundles and certificates", volume(corev1.VolumeSource{Projected: &corev1.ProjectedVolumeSource{Sources: []corev1.VolumeProjection{
			{ClusterTrustBundle: &corev1.ClusterTrustBundleProjection{Path: "a"}},
			{ClusterTrustBundle: &corev1.ClusterTrustBundleProjection{Path: "b", Name: ptr.To("n"),
				SignerName: ptr.To("s")}},
			{ClusterTrustBundle: &corev1.ClusterTrustBundleProjection{Path: "c", Name: ptr.To(""),
				LabelSelector: &metav1.LabelSelector{}}},
			{ClusterTrustBundle: &corev1.ClusterTrustBundleProjection{SignerName: ptr.To("")}},
			{PodCertificate: &corev1.PodCertificateProjection{}},
			{PodCertificate: &corev1.PodCertificateProjection{SignerName: "a.io/b", KeyType: "ED25519", KeyPath: "a"}},
		}}}), func() []string {
			p := at + ".projected.sources"
			return []string{"Required value " + p + "[0].clusterTrustBundle",
				"Invalid value " + p + "[1].clusterTrustBundle",
				"Required value " + p + "[2].clusterTrustBundle.name",
				"Invalid value " + p + "[2].clusterTrustBundle.labelSelector",
				"Required value " + p + "[3].clusterTrustBundle.signerName",
				"Required value " + p + "[3].clusterTrustBundle.path",
				"Required value " + p + "[4].podCertificate.signerName",
				"Unsupported value " + p + "[4].podCertificate.keyType",
				"Required value " + p + "[4].podCertificate", "Invalid value " + at + ".projected"}
		}()},
		{"ephemeral", volume(corev1.VolumeSource{Ephemeral: &corev1.EphemeralVolumeSource{}}),
			[]string{"Required value " + at + ".ephemeral.volumeClaimTemplate"}},
		{"ephemeral claim", volume(corev1.VolumeSource{Ephemeral: &corev1.EphemeralVolumeSource{VolumeClaimTemplate: &corev1.PersistentVolumeClaimTemplate{
			ObjectMeta: metav1.ObjectMeta{Name: "x"},
			Spec: corev1.PersistentVolumeClaimSpec{StorageClassName: ptr.To("A"),
				VolumeMode:  ptr.To[corev1.PersistentVolumeMode]("x"),
				AccessModes: []corev1.PersistentVolumeAccessMode{"x", "ReadWriteOncePod", "ReadOnlyMany"}},
		}}}), func() []string {
			p := at + ".ephemeral.volumeClaimTemplate"
			return []string{"Forbidden " + p + ".metadata.name", "Unsupported value " + p + ".spec.accessModes",
				"Forbidden " + p + ".spec.accessModes", "Required value " + p + ".spec.resources[storage]",
				"Invalid value " + p + ".spec.storageClassName", "Unsupported value " + p + ".spec.volumeMode"}
		}()},
		{"ephemeral claim filled from something", volume(corev1.VolumeSource{Ephemeral: &corev1.EphemeralVolumeSource{
			VolumeClaimTemplate: &corev1.PersistentVolumeClaimTemplate{Spec: corev1.PersistentVolumeClaimSpec{
				AccessModes: []corev1.PersistentVolumeAccessMode{corev1.ReadWriteOnce},
				Resources:   corev1.VolumeResourceRequirements{Requests: corev1.ResourceList{"storage": resource.MustParse("1Gi")}},
				DataSource:  &corev1.TypedLocalObjectReference{Kind: "VolumeSnapshot"},
				DataSourceRef: &corev1.TypedObjectReference{APIGroup: ptr.To("A"), Name: "x",
					Namespace: ptr.To("B")},
				VolumeAttributesClassName: ptr.To("C"),
			}}}}), func() []string {
			p := at + ".ephemeral.volumeClaimTemplate.spec"
			return []string{"Required value " + p + ".dataSource.name", "Invalid value " + p + ".dataSource",
				"Required value " + p + ".dataSourceRef.kind", "Invalid value " + p + ".dataSourceRef.apiGroup",
				"Invalid value " + p + ".dataSourceRef.namespace", "Invalid value " + p,
				"Invalid value " + p + ".volumeAttributesClassName"}
		}()},
		{"ephemeral claim filled from two things", volume(corev1.VolumeSource{Ephemeral: &corev1.EphemeralVolumeSource{
			VolumeClaimTemplate: &corev1.PersistentVolumeClaimTemplate{Spec: corev1.PersistentVolumeClaimSpec{
				AccessModes:   []corev1.PersistentVolumeAccessMode{corev1.ReadWriteOnce},
				Resources:     corev1.VolumeResourceRequirements{Requests: corev1.ResourceList{"storage": resource.MustParse("1Gi")}},
				DataSource:    &corev1.TypedLocalObjectReference{Kind: "PersistentVolumeClaim", Name: "a"},
				DataSourceRef: &corev1.TypedObjectReference{Kind: "PersistentVolumeClaim", Name: "b"},
			}}}}), []string{"Invalid value " + at + ".ephemeral.volumeClaimTemplate.spec"}},
		{"csi", volume(corev1.VolumeSource{CSI: &corev1.CSIVolumeSource{Driver: strings.Repeat("-", 64),
			NodePublishSecretRef: &corev1.LocalObjectReference{Name: "A"}}}),
			[]string{"Too long " + at + ".csi.driver", "Invalid value " + at + ".csi.driver",
				"Invalid value " + at + ".csi.name"}},
		{"csi without driver", volume(corev1.VolumeSource{CSI: &corev1.CSIVolumeSource{NodePublishSecretRef: &corev1.LocalObjectReference{}}}),
			[]string{"Required value " + at + ".csi.driver",
				"Required value " + at + ".csi.nodePublishSecretRef.name"}},
		{"image", volume(corev1.VolumeSource{Image: &corev1.ImageVolumeSource{}}),
			[]string{"Required value " + at + ".image.reference", "Required value " + at + ".image.pullPolicy"}},
	})
}

func TestRejectedNetworkVolumes(t *testing.T) {
	const at = "template.spec.volumes[1]"
	checkRejections(t, []rejection{
		{"gitRepo", volume(corev1.VolumeSource{GitRepo: &corev1.GitRepoVolumeSource{Directory: "/a"}}),
			[]string{"Required value " + at + ".gitRepo.repository", "Invalid value " + at + ".gitRepo.directory"}},
		{"gcePersistentDisk", volume(corev1.VolumeSource{GCEPersistentDisk: &corev1.GCEPersistentDiskVolumeSource{Partition: 256}}),
			[]string{"Required value " + at + ".persistentDisk.pdName",
				"Invalid value " + at + ".persistentDisk.partition"}},
		{"awsElasticBlockStore", volume(corev1.VolumeSource{AWSElasticBlockStore: &corev1.AWSElasticBlockStoreVolumeSource{}}),
			[]string{"Required value " + at + ".awsElasticBlockStore.volumeID"}},
		{"iscsi", volume(corev1.VolumeSource{ISCSI: &corev1.ISCSIVolumeSource{
			Lun: 256, SessionCHAPAuth: true, IQN: "x", InitiatorName: ptr.To("iqn"),
			TargetPortal: strings.Repeat("a", 64)}}),
			[]string{"Invalid value " + at + ".iscsi.iqn", "Invalid value " + at + ".iscsi.lun",
				"Required value " + at + ".iscsi.secretRef",
				"Invalid value " + at + ".iscsi.initiatorname", "Invalid value " + at + ".name"}},
		{"iscsi names", volume(corev1.VolumeSource{ISCSI: &corev1.ISCSIVolumeSource{IQN: "naa.1",
			InitiatorName: ptr.To("eui.0123456789abcdef")}}),
			[]string{"Required value " + at + ".iscsi.targetPortal", "Invalid value " + at + ".iscsi.iqn"}},
		{"iscsi without name", volume(corev1.VolumeSource{ISCSI: &corev1.ISCSIVolumeSource{TargetPortal: "a"}}),
			[]string{"Required value " + at + ".iscsi.iqn"}},
		{"glusterfs", volume(corev1.VolumeSource{Glusterfs: &corev1.GlusterfsVolumeSource{}}),
			[]string{"Required value " + at + ".glusterfs.endpoints", "Required value " + at + ".glusterfs.path"}},
		{"flocker", volume(corev1.VolumeSource{Flocker: &corev1.FlockerVolumeSource{}}),
			[]string{"Required value " + at + ".flocker"}},
		{"flocker twice", volume(corev1.VolumeSource{Flocker: &corev1.FlockerVolumeSource{DatasetName: "/",
			DatasetUUID: "u"}}),
			[]string{"Invalid value " + at + ".flocker", "Invalid value " + at + ".flocker.datasetName"}},
		{"rbd", volume(corev1.VolumeSource{RBD: &corev1.RBDVolumeSource{}}),
			[]string{"Required value " + at + ".rbd.monitors", "Required value " + at + ".rbd.image"}},
		{"cinder", volume(corev1.VolumeSource{Cinder: &corev1.CinderVolumeSource{SecretRef: &corev1.LocalObjectReference{}}}),
			[]string{"Required value " + at + ".cinder.volumeID", "Required value " + at + ".cinder.secretRef.name"}},
		{"cephfs", volume(corev1.VolumeSource{CephFS: &corev1.CephFSVolumeSource{}}),
			[]string{"Required value " + at + ".cephfs.monitors"}},
		{"quobyte", volume(corev1.VolumeSource{Quobyte: &corev1.QuobyteVolumeSource{Registry: "a"}}),
			[]string{"Invalid value " + at + ".quobyte.registry", "Required value " + at + ".quobyte.volume"}},
		{"quobyte tenant", volume(corev1.VolumeSource{Quobyte: &corev1.QuobyteVolumeSource{Registry: "a:1",
			Volume: "v", Tenant: strings.Repeat("a", 65)}}),
			[]string{"Required value " + at + ".quobyte.tenant"}},
		{"quobyte without registry", volume(corev1.VolumeSource{Quobyte: &corev1.QuobyteVolumeSource{Volume: "v"}}),
			[]string{"Required value " + at + ".quobyte.registry"}},
		{"fc", volume(corev1.VolumeSource{FC: &corev1.FCVolumeSource{}}),
			[]string{"Required value " + at + ".fc.targetWWNs"}},
		{"fc twice", volume(corev1.VolumeSource{FC: &corev1.FCVolumeSource{TargetWWNs: []string{"a"},
			WWIDs: []string{"b"}}}),
			[]string{"Invalid value " + at + ".fc.targetWWNs", "Required value " + at + ".fc.lun"}},
		{"fc lun", volume(corev1.VolumeSource{FC: &corev1.FCVolumeSource{TargetWWNs: []string{"a"},
			Lun: ptr.To[int32](256)}}),
			[]string{"Invalid value " + at + ".fc.lun"}},
		{"flexVolume", volume(corev1.VolumeSource{FlexVolume: &corev1.FlexVolumeSource{Options: map[string]string{"k8s.io/a": "b"}}}),
			[]string{"Required value " + at + ".flexVolume.driver",
				"Invalid value " + at + ".flexVolume.options[k8s.io/a]"}},
		{"azureFile", volume(corev1.VolumeSource{AzureFile: &corev1.AzureFileVolumeSource{}}),
			[]string{"Required value " + at + ".azureFile.secretName",
				"Required value " + at + ".azureFile.shareName"}},
		{"azureDisk", volume(corev1.VolumeSource{AzureDisk: &corev1.AzureDiskVolumeSource{
			CachingMode: ptr.To[corev1.AzureDataDiskCachingMode]("x"), Kind: ptr.To[corev1.AzureDataDiskKind]("x")}}),
			[]string{"Required value " + at + ".azureDisk.diskName", "Required value " + at + ".azureDisk.diskURI",
				"Unsupported value " + at + ".azureDisk.cachingMode", "Unsupported value " + at + ".azureDisk.kind",
				"Unsupported value " + at + ".azureDisk.diskURI"}},
		{"managed azureDisk", volume(corev1.VolumeSource{AzureDisk: &corev1.AzureDiskVolumeSource{
			DiskName: "d", DataDiskURI: "d", Kind: ptr.To(corev1.AzureManagedDisk)}}),
			[]string{"Unsupported value " + at + ".azureDisk.diskURI"}},
		{"vsphereVolume", volume(corev1.VolumeSource{VsphereVolume: &corev1.VsphereVirtualDiskVolumeSource{}}),
			[]string{"Required value " + at + ".vsphereVolume.volumePath"}},
		{"photonPersistentDisk", volume(corev1.VolumeSource{PhotonPersistentDisk: &corev1.PhotonPersistentDiskVolumeSource{}}),
			[]string{"Required value " + at + ".photonPersistentDisk.pdID"}},
		{"portworxVolume", volume(corev1.VolumeSource{PortworxVolume: &corev1.PortworxVolumeSource{}}),
			[]string{"Required value " + at + ".portworxVolume.volumeID"}},
		{"storageos", volume(corev1.VolumeSource{StorageOS: &corev1.StorageOSVolumeSource{VolumeNamespace: "A"}}),
			[]string{"Required value " + at + ".storageos.volumeName",
				"Invalid value " + at + ".storageos.volumeNamespace"}},
		{"scaleIO", volume(corev1.VolumeSource{ScaleIO: &corev1.ScaleIOVolumeSource{}}),
			[]string{"Required value " + at + ".scaleIO.gateway", "Required value " + at + ".scaleIO.system",
				"Required value " + at + ".scaleIO.volumeName"}},
	})
}

func TestRejectedMounts(t *testing.T) {
	const at = "template.spec.containers[0]"
	checkRejections(t, []rejection{
		{"mounts", func(s *corev1.PodSpec) {
			s.Containers[0].VolumeMounts = []corev1.VolumeMount{{Name: "x", MountPath: "/p"},
				{Name: "vol", MountPath: "/p"}, {},
				{Name: "vol", MountPath: "/q", SubPath: "/a", SubPathExpr: "../b"}}
		}, []string{"Not found " + at + ".volumeMounts[0].name", "Invalid value " + at + ".volumeMounts[1].mountPath",
			"Required value " + at + ".volumeMounts[2].name", "Not found " + at + ".volumeMounts[2].name",
			"Required value " + at + ".volumeMounts[2].mountPath", "Invalid value " + at + ".volumeMounts.subPath",
			"Invalid value " + at + ".volumeMounts[3].subPathExpr",
			"Invalid value " + at + ".volumeMounts.subPathExpr"}},
		{"modes", func(s *corev1.PodSpec) {
			s.Containers[0].VolumeMounts[0].MountPropagation = ptr.To(corev1.MountPropagationBidirectional)
			s.Containers[0].VolumeMounts[0].RecursiveReadOnly = ptr.To(corev1.RecursiveReadOnlyEnabled)
			s.Containers[0].VolumeMounts = append(s.Containers[0].VolumeMounts,
				corev1.VolumeMount{Name: "vol", MountPath: "/q",
					MountPropagation:  ptr.To[corev1.MountPropagationMode]("x"),
					RecursiveReadOnly: ptr.To[corev1.RecursiveReadOnlyMode]("x")})
		}, []string{"Forbidden " + at + ".volumeMounts.mountPropagation",
			"Forbidden " + at + ".volumeMounts.recursiveReadOnly",
			"Forbidden " + at + ".volumeMounts.recursiveReadOnly",
			"Unsupported value " + at + ".volumeMounts.mountPropagation",
			"Unsupported value " + at + ".volumeMounts.recursiveReadOnly"}},
		{"devices", func(s *corev1.PodSpec) {
			volume(corev1.VolumeSource{PersistentVolumeClaim: &corev1.PersistentVolumeClaimVolumeSource{ClaimName: "c"}})(s)
			s.Containers[0].VolumeDevices = []corev1.VolumeDevice{{Name: "v", DevicePath: "/d"},
				{Name: "v", DevicePath: "/d"},
				{Name: "vol", DevicePath: "/p"}, {}, {Name: "x", DevicePath: "../d"}}
		}, []string{"Invalid value " + at + ".volumeDevices[1].name",
			"Invalid value " + at + ".volumeDevices[1].devicePath",
			"Invalid value " + at + ".volumeMounts[0].name", "Invalid value " + at + ".volumeMounts[0].mountPath",
			"Invalid value " + at + ".volumeDevices[2].name", "Invalid value " + at + ".volumeDevices[2].name",
			"Invalid value " + at + ".volumeDevices[2].devicePath", "Required value " + at + ".volumeDevices[3].name",
			"Not found " + at + ".volumeDevices[3].name", "Required value " + at + ".volumeDevices[3].devicePath",
			"Not found " + at + ".volumeDevices[4].name", "Invalid value " + at + ".volumeDevices[4].devicePath"}},
	})
}

// The claim of an ephemeral volume is named after the pod and the volume, so only a pod can be checked for it.
func TestClaimsOfEphemeralVolumes(t *testing.T) {
	g := gomega.NewWithT(t)
	pod := richPod()
	pod.Name = strings.Repeat("p", 253)
	claim := &corev1.PersistentVolumeClaimTemplate{Spec: corev1.PersistentVolumeClaimSpec{
		AccessModes: []corev1.PersistentVolumeAccessMode{corev1.ReadWriteOnce},
		Resources:   corev1.VolumeResourceRequirements{Requests: corev1.ResourceList{"storage": resource.MustParse("1Gi")}},
	}}
	volume(corev1.VolumeSource{Ephemeral: &corev1.EphemeralVolumeSource{VolumeClaimTemplate: claim}})(&pod.Spec)
	volume(corev1.VolumeSource{PersistentVolumeClaim: &corev1.PersistentVolumeClaimVolumeSource{ClaimName: pod.Name + "-v"}})(&pod.Spec)
	pod.Spec.Volumes[2].Name = "w"
	core.DefaultPod(pod)
	g.Expect(listed(core.ValidatePodCreate(pod))).To(gomega.ConsistOf("Invalid value spec.volumes[1].name",
		"Invalid value spec.volumes[2].persistentVolumeClaim.claimName"))
}
