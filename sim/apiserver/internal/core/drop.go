package core

import (
	"maps"

	corev1 "k8s.io/api/core/v1"
)

// DropDisabledTemplate removes from a pod template the fields whose feature gates are off in a default v1.37.2 cluster.
// The API server drops them without a word, so clients see them gone.
func DropDisabledTemplate(template *corev1.PodTemplateSpec) {
	dropDisabledPodSpec(&template.Spec)
	template.Annotations = dropDisabledAnnotations(template.Annotations)
}

// dropDisabledPodSpec walks like defaulter does: once to see whether there is anything to drop, then on a copy.
func dropDisabledPodSpec(spec *corev1.PodSpec) {
	spec.SchedulingGroup = nil    // GenericWorkload
	spec.EvictionResponders = nil // EvictionRequestAPI
	var d dropper
	d.podSpec(spec)
	if !d.found {
		return
	}
	*spec = *spec.DeepCopy()
	d.write = true
	d.podSpec(spec)
}

type dropper struct {
	write bool
	found bool
}

// drop clears a pointer to a value of a disabled feature.
func drop[T any](d *dropper, p **T) {
	if *p == nil {
		return
	}
	d.found = true
	if d.write {
		*p = nil
	}
}

func (d *dropper) podSpec(spec *corev1.PodSpec) {
	for i := range spec.Volumes {
		d.volume(&spec.Volumes[i])
	}
	for i := range spec.InitContainers {
		d.container(&spec.InitContainers[i])
	}
	for i := range spec.Containers {
		d.container(&spec.Containers[i])
	}
	for i := range spec.EphemeralContainers {
		d.container((*corev1.Container)(&spec.EphemeralContainers[i].EphemeralContainerCommon))
	}
}

func (d *dropper) container(c *corev1.Container) {
	for _, probe := range [3]*corev1.Probe{c.LivenessProbe, c.ReadinessProbe, c.StartupProbe} {
		if probe == nil {
			continue
		}
		if probe.HTTPGet != nil {
			drop(d, &probe.HTTPGet.Protocol) // H2CContainerProbe
		}
		if probe.GRPC != nil {
			drop(d, &probe.GRPC.Mode) // GRPCContainerProbeTLS
		}
	}
	for i := range c.VolumeMounts {
		if c.VolumeMounts[i].BindMountOptions != nil { // VolumeBindMountOptions
			d.found = true
			if d.write {
				c.VolumeMounts[i].BindMountOptions = nil
			}
		}
	}
	d.lifecycle(c)
}

func (d *dropper) lifecycle(c *corev1.Container) {
	if c.Lifecycle == nil {
		return
	}
	for _, handler := range [2]*corev1.LifecycleHandler{c.Lifecycle.PostStart, c.Lifecycle.PreStop} {
		if handler != nil && handler.HTTPGet != nil {
			drop(d, &handler.HTTPGet.Protocol) // H2CContainerProbe
		}
	}
	if c.Lifecycle.StopSignal != nil { // ContainerStopSignals
		drop(d, &c.Lifecycle.StopSignal)
		if d.write && *c.Lifecycle == (corev1.Lifecycle{}) {
			c.Lifecycle = nil
		}
	}
}

// volume drops EmptyDirVolumeMode and AtomicWriteVolumeUserFields.
func (d *dropper) volume(v *corev1.Volume) {
	if v.EmptyDir != nil {
		drop(d, &v.EmptyDir.Mode)
	}
	switch {
	case v.Secret != nil:
		drop(d, &v.Secret.DefaultUser)
		d.keyPaths(v.Secret.Items)
	case v.ConfigMap != nil:
		drop(d, &v.ConfigMap.DefaultUser)
		d.keyPaths(v.ConfigMap.Items)
	case v.DownwardAPI != nil:
		drop(d, &v.DownwardAPI.DefaultUser)
		d.downwardFiles(v.DownwardAPI.Items)
	case v.Projected != nil:
		drop(d, &v.Projected.DefaultUser)
		for i := range v.Projected.Sources {
			d.projection(&v.Projected.Sources[i])
		}
	}
}

func (d *dropper) projection(source *corev1.VolumeProjection) {
	switch {
	case source.Secret != nil:
		d.keyPaths(source.Secret.Items)
	case source.DownwardAPI != nil:
		d.downwardFiles(source.DownwardAPI.Items)
	case source.ConfigMap != nil:
		d.keyPaths(source.ConfigMap.Items)
	case source.ServiceAccountToken != nil:
		drop(d, &source.ServiceAccountToken.User)
	case source.ClusterTrustBundle != nil:
		drop(d, &source.ClusterTrustBundle.User)
	case source.PodCertificate != nil:
		drop(d, &source.PodCertificate.User)
	}
}

func (d *dropper) keyPaths(items []corev1.KeyToPath) {
	for i := range items {
		drop(d, &items[i].User)
	}
}

func (d *dropper) downwardFiles(items []corev1.DownwardAPIVolumeFile) {
	for i := range items {
		drop(d, &items[i].User)
	}
}

// dropDisabledAnnotations removes the annotations in which init containers were once written.
func dropDisabledAnnotations(annotations map[string]string) map[string]string {
	dropped := [...]string{
		"pod.beta.kubernetes.io/init-containers",
		"pod.alpha.kubernetes.io/init-containers",
		"pod.beta.kubernetes.io/init-container-statuses",
		"pod.alpha.kubernetes.io/init-container-statuses",
	}
	copied := false
	for _, key := range dropped {
		if _, found := annotations[key]; !found {
			continue
		}
		if !copied {
			annotations, copied = maps.Clone(annotations), true
		}
		delete(annotations, key)
	}
	return annotations
}
