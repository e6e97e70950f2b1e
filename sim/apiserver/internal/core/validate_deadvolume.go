package core

import (
	"net"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// deadVolumeSources are the plugins that the API still knows and no node can mount any more.
func deadVolumeSources(volume *corev1.Volume) []volumeSource {
	return []volumeSource{
		{"gitRepo", "", volume.GitRepo != nil, func(at *field.Path) field.ErrorList {
			errs := required(at.Child("repository"), volume.GitRepo.Repository)
			return append(errs, validateRelative(volume.GitRepo.Directory, at.Child("directory"))...)
		}},
		{"glusterfs", "", volume.Glusterfs != nil, func(at *field.Path) field.ErrorList {
			errs := required(at.Child("endpoints"), volume.Glusterfs.EndpointsName)
			return append(errs, required(at.Child("path"), volume.Glusterfs.Path)...)
		}},
		{"flocker", "", volume.Flocker != nil, func(at *field.Path) field.ErrorList {
			return validateFlocker(volume.Flocker, at)
		}},
		{"rbd", "", volume.RBD != nil, func(at *field.Path) field.ErrorList {
			errs := requiredList(at.Child("monitors"), volume.RBD.CephMonitors)
			return append(errs, required(at.Child("image"), volume.RBD.RBDImage)...)
		}},
		{"cephFS", "cephfs", volume.CephFS != nil, func(at *field.Path) field.ErrorList {
			return requiredList(at.Child("monitors"), volume.CephFS.Monitors)
		}},
		{"quobyte", "", volume.Quobyte != nil, func(at *field.Path) field.ErrorList {
			return validateQuobyte(volume.Quobyte, at)
		}},
		{"photonPersistentDisk", "", volume.PhotonPersistentDisk != nil, func(at *field.Path) field.ErrorList {
			return required(at.Child("pdID"), volume.PhotonPersistentDisk.PdID)
		}},
		{"storageos", "", volume.StorageOS != nil, func(at *field.Path) field.ErrorList {
			return validateStorageOS(volume.StorageOS, at)
		}},
		{"scaleIO", "", volume.ScaleIO != nil, func(at *field.Path) field.ErrorList {
			errs := required(at.Child("gateway"), volume.ScaleIO.Gateway)
			errs = append(errs, required(at.Child("system"), volume.ScaleIO.System)...)
			return append(errs, required(at.Child("volumeName"), volume.ScaleIO.VolumeName)...)
		}},
	}
}

func requiredList(at *field.Path, values []string) field.ErrorList {
	if len(values) > 0 {
		return nil
	}
	return field.ErrorList{field.Required(at, "")}
}

func validateSecretRef(ref *corev1.LocalObjectReference, at *field.Path) field.ErrorList {
	if ref == nil {
		return nil
	}
	return required(at.Child("secretRef", "name"), ref.Name)
}

func validateFlocker(flocker *corev1.FlockerVolumeSource, at *field.Path) field.ErrorList {
	var errs field.ErrorList
	switch {
	case flocker.DatasetName == "" && flocker.DatasetUUID == "":
		errs = append(errs, field.Required(at, "one of datasetName and datasetUUID is required"))
	case flocker.DatasetName != "" && flocker.DatasetUUID != "":
		errs = append(errs, field.Invalid(at, "resource",
			"datasetName and datasetUUID can not be specified simultaneously"))
	}
	if strings.Contains(flocker.DatasetName, "/") {
		errs = append(errs, field.Invalid(at.Child("datasetName"), flocker.DatasetName, "must not contain '/'"))
	}
	return errs
}

func validateQuobyte(quobyte *corev1.QuobyteVolumeSource, at *field.Path) field.ErrorList {
	const (
		maxTenantLength = 64
		wantRegistry    = "must be a host:port pair or multiple pairs separated by commas"
	)
	var errs field.ErrorList
	switch registry := at.Child("registry"); {
	case quobyte.Registry == "":
		errs = append(errs, field.Required(registry, wantRegistry))
	case len(quobyte.Tenant) > maxTenantLength:
		errs = append(errs, field.Required(at.Child("tenant"),
			"must be a UUID and may not exceed a length of 64 characters"))
	default:
		for _, pair := range strings.Split(quobyte.Registry, ",") {
			if _, _, err := net.SplitHostPort(pair); err != nil {
				errs = append(errs, field.Invalid(registry, quobyte.Registry, wantRegistry))
			}
		}
	}
	return append(errs, required(at.Child("volume"), quobyte.Volume)...)
}

func validateStorageOS(storage *corev1.StorageOSVolumeSource, at *field.Path) field.ErrorList {
	var errs field.ErrorList
	if storage.VolumeName == "" {
		errs = append(errs, field.Required(at.Child("volumeName"), ""))
	} else {
		errs = append(errs, validateDNSLabel(storage.VolumeName, at.Child("volumeName"))...)
	}
	if storage.VolumeNamespace != "" {
		errs = append(errs, validateDNSLabel(storage.VolumeNamespace, at.Child("volumeNamespace"))...)
	}
	return append(errs, validateSecretRef(storage.SecretRef, at)...)
}
