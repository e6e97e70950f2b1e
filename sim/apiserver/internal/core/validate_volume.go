package core

import (
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	apivalidation "k8s.io/apimachinery/pkg/api/validation"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

const (
	fileModeMessage     = "must be a number between 0 and 0777 (octal), both inclusive"
	emptyDirModeMessage = "must be a number between 0 and 01777 (octal), both inclusive"
	duplicatePathDetail = "conflicting duplicate paths"
)

// validateVolumes checks the volumes and remembers the good ones for validateMounts.
func (v *specValidator) validateVolumes(path *field.Path) field.ErrorList {
	var errs field.ErrorList
	for i := range v.spec.Volumes {
		volume, at := &v.spec.Volumes[i], path.Index(i)
		problems := v.validateVolumeSource(volume, at)
		if volume.Name == "" {
			problems = append(problems, field.Required(at.Child("name"), ""))
		} else {
			problems = append(problems, validateDNSLabel(volume.Name, at.Child("name"))...)
		}
		if v.validVolume(volume.Name) != nil {
			problems = append(problems, field.Duplicate(at.Child("name"), volume.Name))
		}
		if len(problems) == 0 {
			v.volumes = append(v.volumes, volume)
		}
		errs = append(errs, problems...)
		if claim := volume.PersistentVolumeClaim; claim != nil && v.createsClaim(claim.ClaimName) {
			errs = append(errs, field.Invalid(at.Child("persistentVolumeClaim", "claimName"), claim.ClaimName,
				"must not reference a PVC that gets created for an ephemeral volume"))
		}
	}
	return errs
}

// createsClaim: the claim of an ephemeral volume is named after the pod, so it is known for pods only.
func (v *specValidator) createsClaim(name string) bool {
	return v.isPod() && v.meta.Name != "" && slices.ContainsFunc(v.spec.Volumes, func(volume corev1.Volume) bool {
		return volume.Ephemeral != nil && name == v.meta.Name+"-"+volume.Name
	})
}

// validateVolumeSource checks that there is exactly one source and that it is a good one. Of several, the first in the
// order of the API server is checked and the others are forbidden.
func (v *specValidator) validateVolumeSource(volume *corev1.Volume, path *field.Path) field.ErrorList {
	sources := slices.DeleteFunc(v.volumeSources(volume, path), func(s volumeSource) bool { return !s.present })
	if len(sources) == 0 {
		return field.ErrorList{field.Required(path, "must specify a volume type")}
	}
	slices.SortFunc(sources, func(a, b volumeSource) int { return volumeOrder(a.name) - volumeOrder(b.name) })
	at := path.Child(sources[0].name)
	if name := sources[0].errorName; name != "" {
		at = path.Child(name)
	}
	errs := sources[0].validate(at)
	for _, other := range sources[1:] {
		errs = append(errs, field.Forbidden(path.Child(other.name), "may not specify more than 1 volume type"))
	}
	return errs
}

// volumeOrder is the place of a source in the order in which the API server looks at them.
func volumeOrder(name string) int {
	const order = " emptyDir hostPath gitRepo gcePersistentDisk awsElasticBlockStore secret nfs iscsi glusterfs " +
		"flocker persistentVolumeClaim rbd cinder cephFS quobyte downwarAPI fc flexVolume configMap azureFile vsphereVolume " +
		"photonPersistentDisk portworxVolume azureDisk storageos projected scaleIO csi ephemeral image "
	return strings.Index(order, " "+name+" ")
}

// volumeSource is one possible source of a volume. name is what the API server calls a second source, misspelled or
// not; errorName is what it calls the source otherwise, where that differs.
type volumeSource struct {
	name      string
	errorName string
	present   bool
	validate  func(*field.Path) field.ErrorList
}

// volumeSources lists the possible sources.
func (v *specValidator) volumeSources(volume *corev1.Volume, path *field.Path) []volumeSource {
	sources := []volumeSource{
		{"emptyDir", "", volume.EmptyDir != nil, func(at *field.Path) field.ErrorList {
			return validateEmptyDir(volume.EmptyDir, at)
		}},
		{"hostPath", "", volume.HostPath != nil, func(at *field.Path) field.ErrorList {
			return validateHostPath(volume.HostPath, at)
		}},
		{"secret", "", volume.Secret != nil, func(at *field.Path) field.ErrorList {
			s := volume.Secret
			return validateFileSource("secretName", s.SecretName, s.DefaultMode, s.Items, at)
		}},
		{"persistentVolumeClaim", "", volume.PersistentVolumeClaim != nil, func(at *field.Path) field.ErrorList {
			return required(at.Child("claimName"), volume.PersistentVolumeClaim.ClaimName)
		}},
		{"downwarAPI", "downwardAPI", volume.DownwardAPI != nil, func(at *field.Path) field.ErrorList {
			return validateDownwardAPI(volume.DownwardAPI, at)
		}},
		{"configMap", "", volume.ConfigMap != nil, func(at *field.Path) field.ErrorList {
			s := volume.ConfigMap
			return validateFileSource("name", s.Name, s.DefaultMode, s.Items, at)
		}},
	}
	sources = append(sources, networkVolumeSources(volume, path)...)
	return append(sources,
		volumeSource{"projected", "", volume.Projected != nil, func(at *field.Path) field.ErrorList {
			return validateProjected(volume.Projected, at)
		}},
		volumeSource{"csi", "", volume.CSI != nil, func(at *field.Path) field.ErrorList {
			return validateCSI(volume.CSI, at)
		}},
		volumeSource{"ephemeral", "", volume.Ephemeral != nil, func(at *field.Path) field.ErrorList {
			return v.validateEphemeralVolume(volume, path, at)
		}},
		volumeSource{"image", "", volume.Image != nil, func(at *field.Path) field.ErrorList {
			errs := required(at.Child("reference"), volume.Image.Reference)
			return append(errs, validatePullPolicy(volume.Image.PullPolicy, at, "pullPolicy")...)
		}},
	)
}

func required(path *field.Path, value string) field.ErrorList {
	if value != "" {
		return nil
	}
	return field.ErrorList{field.Required(path, "")}
}

func validateEmptyDir(dir *corev1.EmptyDirVolumeSource, path *field.Path) field.ErrorList {
	var errs field.ErrorList
	if dir.SizeLimit != nil && dir.SizeLimit.Sign() < 0 {
		errs = append(errs, field.Forbidden(path.Child("sizeLimit"), "SizeLimit field must be a valid resource quantity"))
	}
	if dir.Mode != nil && (*dir.Mode > 0o1777 || *dir.Mode < 0) {
		errs = append(errs, field.Invalid(path.Child("mode"), *dir.Mode, emptyDirModeMessage))
	}
	return errs
}

func validateHostPath(source *corev1.HostPathVolumeSource, path *field.Path) field.ErrorList {
	if source.Path == "" {
		return field.ErrorList{field.Required(path.Child("path"), "")}
	}
	errs := validateNoBacksteps(source.Path, path.Child("path"))
	if source.Type != nil {
		errs = append(errs, isOneOf(*source.Type, path.Child("type"), corev1.HostPathUnset, corev1.HostPathBlockDev,
			corev1.HostPathCharDev, corev1.HostPathDirectory, corev1.HostPathDirectoryOrCreate, corev1.HostPathFile,
			corev1.HostPathFileOrCreate, corev1.HostPathSocket)...)
	}
	return errs
}

func validateMode(mode *int32, path *field.Path) field.ErrorList {
	if mode == nil || *mode >= 0 && *mode <= 0o777 {
		return nil
	}
	return field.ErrorList{field.Invalid(path, *mode, fileModeMessage)}
}

// validateFileSource checks secrets and config maps, which differ in the name of their name.
func validateFileSource(
	nameField, name string, mode *int32, items []corev1.KeyToPath, path *field.Path,
) field.ErrorList {
	errs := required(path.Child(nameField), name)
	errs = append(errs, validateMode(mode, path.Child("defaultMode"))...)
	for i := range items {
		errs = append(errs, validateKeyToPath(&items[i], path.Child("items").Index(i))...)
	}
	return errs
}

func validateKeyToPath(item *corev1.KeyToPath, path *field.Path) field.ErrorList {
	errs := required(path.Child("key"), item.Key)
	errs = append(errs, required(path.Child("path"), item.Path)...)
	errs = append(errs, validateLocalFile(item.Path, path.Child("path"))...)
	return append(errs, validateMode(item.Mode, path.Child("mode"))...)
}

// validateDownwardAPI reports errors of its files at the volume, without an index, as the API server does.
func validateDownwardAPI(source *corev1.DownwardAPIVolumeSource, path *field.Path) field.ErrorList {
	errs := validateMode(source.DefaultMode, path.Child("defaultMode"))
	for i := range source.Items {
		errs = append(errs, validateDownwardFile(&source.Items[i], path)...)
	}
	return errs
}

func validateDownwardFile(file *corev1.DownwardAPIVolumeFile, path *field.Path) field.ErrorList {
	errs := required(path.Child("path"), file.Path)
	errs = append(errs, validateLocalFile(file.Path, path.Child("path"))...)
	switch {
	case file.FieldRef != nil:
		errs = append(errs, validateFieldRef(file.FieldRef, volumeFieldPaths(), path.Child("fieldRef"))...)
		if file.ResourceFieldRef != nil {
			errs = append(errs, field.Invalid(path, "resource",
				"fieldRef and resourceFieldRef can not be specified simultaneously"))
		}
	case file.ResourceFieldRef != nil:
		at := path.Child("resourceFieldRef")
		errs = append(errs, validateResourceFieldRef(file.ResourceFieldRef, true, at)...)
	default:
		errs = append(errs, field.Required(path, "one of fieldRef and resourceFieldRef is required"))
	}
	return append(errs, validateMode(file.Mode, path.Child("mode"))...)
}

func validateCSI(source *corev1.CSIVolumeSource, path *field.Path) field.ErrorList {
	const maxDriverName = 63
	errs := required(path.Child("driver"), source.Driver)
	if source.Driver != "" {
		if len(source.Driver) > maxDriverName {
			errs = append(errs, field.TooLong(path.Child("driver"), "", maxDriverName))
		}
		errs = append(errs, invalid(path.Child("driver"), source.Driver,
			apivalidation.NameIsDNSSubdomain(strings.ToLower(source.Driver), false))...)
	}
	if ref := source.NodePublishSecretRef; ref != nil {
		if ref.Name == "" {
			return append(errs, field.Required(path.Child("nodePublishSecretRef", "name"), ""))
		}
		errs = append(errs, validateDNSSubdomain(ref.Name, path.Child("name"))...)
	}
	return errs
}

// validateEphemeralVolume checks the claim that is made for the pod, and its name where it is known.
func (v *specValidator) validateEphemeralVolume(volume *corev1.Volume, volumePath, path *field.Path) field.ErrorList {
	var errs field.ErrorList
	if template := volume.Ephemeral.VolumeClaimTemplate; template == nil {
		errs = append(errs, field.Required(path.Child("volumeClaimTemplate"), ""))
	} else {
		errs = append(errs, validateClaimTemplate(template, path.Child("volumeClaimTemplate"))...)
	}
	if v.isPod() && v.meta.Name != "" && volume.Name != "" {
		claim := v.meta.Name + "-" + volume.Name
		for _, message := range validation.IsDNS1123Subdomain(claim) {
			errs = append(errs, field.Invalid(volumePath.Child("name"), volume.Name,
				fmt.Sprintf("PVC name %q: %v", claim, message)))
		}
	}
	return errs
}
