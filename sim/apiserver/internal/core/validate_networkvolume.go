package core

import (
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// networkVolumeSources are the plugins from before CSI that still reach some storage, if only by way of a CSI driver.
func networkVolumeSources(volume *corev1.Volume, volumePath *field.Path) []volumeSource {
	return append(deadVolumeSources(volume),
		volumeSource{"nfs", "", volume.NFS != nil, func(at *field.Path) field.ErrorList {
			return validateNFS(volume.NFS, at)
		}},
		volumeSource{"iscsi", "", volume.ISCSI != nil, func(at *field.Path) field.ErrorList {
			return validateISCSI(volume, volumePath, at)
		}},
		volumeSource{"fc", "", volume.FC != nil, func(at *field.Path) field.ErrorList {
			return validateFC(volume.FC, at)
		}},
		volumeSource{"flexVolume", "", volume.FlexVolume != nil, func(at *field.Path) field.ErrorList {
			return validateFlex(volume.FlexVolume, at)
		}},
		volumeSource{"azureFile", "", volume.AzureFile != nil, func(at *field.Path) field.ErrorList {
			errs := required(at.Child("secretName"), volume.AzureFile.SecretName)
			return append(errs, required(at.Child("shareName"), volume.AzureFile.ShareName)...)
		}},
		volumeSource{"azureDisk", "", volume.AzureDisk != nil, func(at *field.Path) field.ErrorList {
			return validateAzureDisk(volume.AzureDisk, at)
		}},
		volumeSource{"vsphereVolume", "", volume.VsphereVolume != nil, func(at *field.Path) field.ErrorList {
			return required(at.Child("volumePath"), volume.VsphereVolume.VolumePath)
		}},
		volumeSource{"portworxVolume", "", volume.PortworxVolume != nil, func(at *field.Path) field.ErrorList {
			return required(at.Child("volumeID"), volume.PortworxVolume.VolumeID)
		}},
		volumeSource{"cinder", "", volume.Cinder != nil, func(at *field.Path) field.ErrorList {
			errs := required(at.Child("volumeID"), volume.Cinder.VolumeID)
			return append(errs, validateSecretRef(volume.Cinder.SecretRef, at)...)
		}},
		volumeSource{"gcePersistentDisk", "persistentDisk", volume.GCEPersistentDisk != nil,
			func(at *field.Path) field.ErrorList {
				disk := volume.GCEPersistentDisk
				return append(required(at.Child("pdName"), disk.PDName), validatePartition(disk.Partition, at)...)
			}},
		volumeSource{"awsElasticBlockStore", "", volume.AWSElasticBlockStore != nil,
			func(at *field.Path) field.ErrorList {
				disk := volume.AWSElasticBlockStore
				return append(required(at.Child("volumeID"), disk.VolumeID), validatePartition(disk.Partition, at)...)
			}},
	)
}

func validatePartition(partition int32, at *field.Path) field.ErrorList {
	if partition >= 0 && partition <= 255 {
		return nil
	}
	return field.ErrorList{field.Invalid(at.Child("partition"), partition, validation.InclusiveRangeError(1, 255))}
}

func validateNFS(nfs *corev1.NFSVolumeSource, at *field.Path) field.ErrorList {
	errs := required(at.Child("server"), nfs.Server)
	errs = append(errs, required(at.Child("path"), nfs.Path)...)
	if !path.IsAbs(nfs.Path) {
		errs = append(errs, field.Invalid(at.Child("path"), nfs.Path, "must be an absolute path"))
	}
	return errs
}

var (
	qualifiedIQN = regexp.MustCompile(`iqn\.\d{4}-\d{2}\.([[:alnum:]-.]+)(:[^,;*&$|\s]+)$`)
	extendedEUI  = regexp.MustCompile(`^eui.[[:alnum:]]{16}$`)
	networkNAA   = regexp.MustCompile(`^naa.[[:alnum:]]{32}$`)
)

func validateISCSI(volume *corev1.Volume, volumePath, at *field.Path) field.ErrorList {
	iscsi := volume.ISCSI
	errs := required(at.Child("targetPortal"), iscsi.TargetPortal)
	if iscsi.IQN == "" {
		errs = append(errs, field.Required(at.Child("iqn"), ""))
	} else {
		errs = append(errs, validateIQN(iscsi.IQN, at.Child("iqn"))...)
	}
	if iscsi.Lun < 0 || iscsi.Lun > 255 {
		errs = append(errs, field.Invalid(at.Child("lun"), iscsi.Lun, validation.InclusiveRangeError(0, 255)))
	}
	if (iscsi.DiscoveryCHAPAuth || iscsi.SessionCHAPAuth) && iscsi.SecretRef == nil {
		errs = append(errs, field.Required(at.Child("secretRef"), ""))
	}
	if iscsi.InitiatorName == nil {
		return errs
	}
	errs = append(errs, validateIQN(*iscsi.InitiatorName, at.Child("initiatorname"))...)
	if len(volume.Name+":"+iscsi.TargetPortal) > 64 {
		errs = append(errs, field.Invalid(volumePath.Child("name"), volume.Name, "Total length of <volume name>:"+
			"<iscsi.targetPortal> must be under 64 characters if iscsi.initiatorName is specified."))
	}
	return errs
}

func validateIQN(name string, at *field.Path) field.ErrorList {
	pattern := (*regexp.Regexp)(nil)
	switch {
	case strings.HasPrefix(name, "iqn"):
		pattern = qualifiedIQN
	case strings.HasPrefix(name, "eui"):
		pattern = extendedEUI
	case strings.HasPrefix(name, "naa"):
		pattern = networkNAA
	default:
		return field.ErrorList{field.Invalid(at, name, "must be valid format starting with iqn, eui, or naa")}
	}
	if pattern.MatchString(name) {
		return nil
	}
	return field.ErrorList{field.Invalid(at, name, "must be valid format")}
}

// validateFlex: options in the domains of Kubernetes are for the kubelet to set.
func validateFlex(flex *corev1.FlexVolumeSource, at *field.Path) field.ErrorList {
	errs := required(at.Child("driver"), flex.Driver)
	for _, key := range slices.Sorted(maps.Keys(flex.Options)) {
		domain, _, _ := strings.Cut(key, "/")
		domain = "." + strings.ToLower(domain)
		if strings.HasSuffix(domain, ".kubernetes.io") || strings.HasSuffix(domain, ".k8s.io") {
			errs = append(errs, field.Invalid(at.Child("options").Key(key), key,
				"kubernetes.io and k8s.io namespaces are reserved"))
		}
	}
	return errs
}

func validateAzureDisk(disk *corev1.AzureDiskVolumeSource, at *field.Path) field.ErrorList {
	errs := required(at.Child("diskName"), disk.DiskName)
	errs = append(errs, required(at.Child("diskURI"), disk.DataDiskURI)...)
	if disk.CachingMode != nil {
		errs = append(errs, isOneOf(*disk.CachingMode, at.Child("cachingMode"), corev1.AzureDataDiskCachingNone,
			corev1.AzureDataDiskCachingReadOnly, corev1.AzureDataDiskCachingReadWrite)...)
	}
	if disk.Kind == nil {
		return errs
	}
	errs = append(errs, isOneOf(*disk.Kind, at.Child("kind"), corev1.AzureDedicatedBlobDisk, corev1.AzureManagedDisk,
		corev1.AzureSharedBlobDisk)...)
	managed := *disk.Kind == corev1.AzureManagedDisk
	switch {
	case managed && !strings.HasPrefix(disk.DataDiskURI, "/subscriptions/"):
		errs = append(errs, field.NotSupported(at.Child("diskURI"), disk.DataDiskURI, []string{"/subscriptions/" +
			"{sub-id}/resourcegroups/{group-name}/providers/microsoft.compute/disks/{disk-id}"}))
	case !managed && !strings.HasPrefix(disk.DataDiskURI, "https://"):
		errs = append(errs, field.NotSupported(at.Child("diskURI"), disk.DataDiskURI,
			[]string{"https://{account-name}.blob.core.windows.net/{container-name}/{disk-name}.vhd"}))
	}
	return errs
}

func validateFC(fc *corev1.FCVolumeSource, at *field.Path) field.ErrorList {
	var errs field.ErrorList
	names := at.Child("targetWWNs")
	switch {
	case len(fc.TargetWWNs) == 0 && len(fc.WWIDs) == 0:
		errs = append(errs, field.Required(names, "must specify either targetWWNs or wwids, but not both"))
	case len(fc.TargetWWNs) > 0 && len(fc.WWIDs) > 0:
		errs = append(errs, field.Invalid(names, fc.TargetWWNs,
			"targetWWNs and wwids can not be specified simultaneously"))
	}
	if len(fc.TargetWWNs) == 0 {
		return errs
	}
	if fc.Lun == nil {
		return append(errs, field.Required(at.Child("lun"), "lun is required if targetWWNs is specified"))
	}
	if *fc.Lun < 0 || *fc.Lun > 255 {
		errs = append(errs, field.Invalid(at.Child("lun"), *fc.Lun, validation.InclusiveRangeError(0, 255)))
	}
	return errs
}
