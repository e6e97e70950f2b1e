package core

import (
	corev1 "k8s.io/api/core/v1"
	"k8s.io/utils/ptr"
)

func (d *defaulter) volume(v *corev1.Volume) {
	if !hasSource(&v.VolumeSource) && d.lacks() {
		v.EmptyDir = &corev1.EmptyDirVolumeSource{}
	}
	if v.Image != nil && v.Image.PullPolicy == "" && d.lacks() {
		v.Image.PullPolicy = pullPolicyFor(v.Image.Reference)
	}
	if v.HostPath != nil {
		point(d, &v.HostPath.Type, corev1.HostPathUnset)
	}
	if v.Secret != nil {
		point(d, &v.Secret.DefaultMode, corev1.SecretVolumeSourceDefaultMode)
	}
	if v.ConfigMap != nil {
		point(d, &v.ConfigMap.DefaultMode, corev1.ConfigMapVolumeSourceDefaultMode)
	}
	if v.DownwardAPI != nil {
		point(d, &v.DownwardAPI.DefaultMode, corev1.DownwardAPIVolumeSourceDefaultMode)
		d.downwardFiles(v.DownwardAPI.Items)
	}
	if v.Projected != nil {
		d.projected(v.Projected)
	}
	if v.Ephemeral != nil && v.Ephemeral.VolumeClaimTemplate != nil {
		claim := &v.Ephemeral.VolumeClaimTemplate.Spec
		point(d, &claim.VolumeMode, corev1.PersistentVolumeFilesystem)
		d.resourceList(claim.Resources.Limits)
		d.resourceList(claim.Resources.Requests)
	}
	d.networkVolume(v)
}

// hasSource looks at the usual sources itself, because asking about all of them takes reflection.
func hasSource(source *corev1.VolumeSource) bool {
	return source.EmptyDir != nil || source.ConfigMap != nil || source.Secret != nil || source.Projected != nil ||
		source.HostPath != nil || source.PersistentVolumeClaim != nil || !ptr.AllPtrFieldsNil(source)
}

func (d *defaulter) downwardFiles(files []corev1.DownwardAPIVolumeFile) {
	for i := range files {
		d.fieldRef(files[i].FieldRef)
	}
}

func (d *defaulter) projected(projected *corev1.ProjectedVolumeSource) {
	point(d, &projected.DefaultMode, corev1.ProjectedVolumeSourceDefaultMode)
	for i := range projected.Sources {
		if downward := projected.Sources[i].DownwardAPI; downward != nil {
			d.downwardFiles(downward.Items)
		}
		if token := projected.Sources[i].ServiceAccountToken; token != nil {
			point(d, &token.ExpirationSeconds, int64(3600))
		}
	}
}

// networkVolume fills the defaults of storage that clusters used before CSI.
func (d *defaulter) networkVolume(v *corev1.Volume) {
	if v.ISCSI != nil {
		set(d, &v.ISCSI.ISCSIInterface, "default")
	}
	if v.RBD != nil {
		set(d, &v.RBD.RBDPool, "rbd")
		set(d, &v.RBD.RadosUser, "admin")
		set(d, &v.RBD.Keyring, "/etc/ceph/keyring")
	}
	if v.AzureDisk != nil {
		point(d, &v.AzureDisk.CachingMode, corev1.AzureDataDiskCachingReadWrite)
		point(d, &v.AzureDisk.FSType, "ext4")
		point(d, &v.AzureDisk.ReadOnly, false)
		point(d, &v.AzureDisk.Kind, corev1.AzureSharedBlobDisk)
	}
	if v.ScaleIO != nil {
		set(d, &v.ScaleIO.StorageMode, "ThinProvisioned")
		set(d, &v.ScaleIO.FSType, "xfs")
	}
}
