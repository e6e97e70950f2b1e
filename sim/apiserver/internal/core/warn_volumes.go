package core

import (
	"fmt"
	"strings"

	corev1 "k8s.io/api/core/v1"
)

// volumes warns of plugins that are gone, of claims for fractions of a byte, and of files of one volume that get in each
// other's way.
func (w *warner) volumes() {
	for i := range w.spec.Volumes {
		v := &w.spec.Volumes[i]
		for _, old := range [...]struct {
			name    string
			present bool
			message string
		}{
			{"photonPersistentDisk", v.PhotonPersistentDisk != nil, "deprecated in v1.11, non-functional in v1.16+"},
			{"gitRepo", v.GitRepo != nil, "deprecated in v1.11, and disabled by default in v1.33+"},
			{"scaleIO", v.ScaleIO != nil, "deprecated in v1.16, non-functional in v1.22+"},
			{"flocker", v.Flocker != nil, "deprecated in v1.22, non-functional in v1.25+"},
			{"storageOS", v.StorageOS != nil, "deprecated in v1.22, non-functional in v1.25+"},
			{"quobyte", v.Quobyte != nil, "deprecated in v1.22, non-functional in v1.25+"},
			{"glusterfs", v.Glusterfs != nil, "deprecated in v1.25, non-functional in v1.26+"},
			{"cephfs", v.CephFS != nil, "deprecated in v1.28, non-functional in v1.31+"},
			{"rbd", v.RBD != nil, "deprecated in v1.28, non-functional in v1.31+"},
		} {
			if old.present {
				w.add(w.path.Child("volumes").Index(i).Child(old.name), "%s", old.message)
			}
		}
		if v.Ephemeral != nil && v.Ephemeral.VolumeClaimTemplate != nil {
			amounts := v.Ephemeral.VolumeClaimTemplate.Spec.Resources
			path := w.path.Child("volumes").Index(i).Child("ephemeral", "volumeClaimTemplate", "spec", "resources")
			w.fraction(path.Child("requests"), amounts.Requests, corev1.ResourceStorage)
			w.fraction(path.Child("limits"), amounts.Limits, corev1.ResourceStorage)
		}
	}
	for i := range w.spec.Volumes {
		w.files(&w.spec.Volumes[i])
	}
}

// file is a path inside a volume, and for projected volumes where it comes from.
type file struct{ path, source string }

func (f file) String() string {
	if f.source == "" {
		return fmt.Sprintf("%q", f.path)
	}
	return fmt.Sprintf("%q (%s)", f.path, f.source)
}

func (w *warner) files(v *corev1.Volume) {
	switch {
	case v.ConfigMap != nil:
		w.overlaps(v.Name, fmt.Sprintf("ConfigMap %q", v.ConfigMap.Name), keyFiles(v.ConfigMap.Items, ""))
	case v.Secret != nil:
		w.overlaps(v.Name, fmt.Sprintf("Secret %q", v.Secret.SecretName), keyFiles(v.Secret.Items, ""))
	case v.DownwardAPI != nil:
		w.overlaps(v.Name, "DownwardAPI", downwardFiles(v.DownwardAPI.Items, ""))
	case v.Projected != nil:
		var files []file
		for i := range v.Projected.Sources {
			source := &v.Projected.Sources[i]
			if *source == (corev1.VolumeProjection{}) {
				w.warnings = append(w.warnings, fmt.Sprintf("volume %q (Projected) has no sources provided", v.Name))
			}
			files = append(files, projectedFiles(source)...)
		}
		w.overlaps(v.Name, "Projected", files)
	}
}

func keyFiles(items []corev1.KeyToPath, source string) []file {
	var files []file
	for _, item := range items {
		files = append(files, file{item.Path, source})
	}
	return files
}

func downwardFiles(items []corev1.DownwardAPIVolumeFile, source string) []file {
	var files []file
	for _, item := range items {
		files = append(files, file{item.Path, source})
	}
	return files
}

func projectedFiles(source *corev1.VolumeProjection) []file {
	switch {
	case source.ConfigMap != nil && source.ConfigMap.Items != nil:
		return keyFiles(source.ConfigMap.Items, fmt.Sprintf("ConfigMap %q", source.ConfigMap.Name))
	case source.Secret != nil && source.Secret.Items != nil:
		return keyFiles(source.Secret.Items, fmt.Sprintf("Secret %q", source.Secret.Name))
	case source.DownwardAPI != nil && source.DownwardAPI.Items != nil:
		return downwardFiles(source.DownwardAPI.Items, "DownwardAPI")
	case source.ServiceAccountToken != nil:
		return []file{{source.ServiceAccountToken.Path, "ServiceAccountToken"}}
	case source.ClusterTrustBundle != nil:
		bundle := source.ClusterTrustBundle
		name := bundle.Name
		if name == nil {
			name = bundle.SignerName
		}
		return []file{{bundle.Path, fmt.Sprintf("ClusterTrustBundle %q", *name)}}
	case source.PodCertificate != nil:
		var files []file
		for _, part := range [3]file{
			{source.PodCertificate.CertificateChainPath, "PodCertificate chain"},
			{source.PodCertificate.KeyPath, "PodCertificate key"},
			{source.PodCertificate.CredentialBundlePath, "PodCertificate credential bundle"},
		} {
			if part.path != "" {
				files = append(files, part)
			}
		}
		return files
	}
	return nil
}

// overlaps warns of files of which one is the other, or a directory that the other lies in.
func (w *warner) overlaps(volume, kind string, files []file) {
	for i := range files {
		files[i].path = strings.TrimRight(files[i].path, "/")
		for _, other := range files[:i] {
			if files[i].path == "" || other.path == "" {
				continue
			}
			a, b := files[i].path+"/", other.path+"/"
			if strings.HasPrefix(a, b) || strings.HasPrefix(b, a) {
				w.warnings = append(w.warnings, fmt.Sprintf("volume %q (%s): overlapping paths: %s with %s",
					volume, kind, files[i], other))
			}
		}
	}
}
