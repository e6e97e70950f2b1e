package core

import (
	"path"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// validVolume finds a volume that passed validation.
func (v *specValidator) validVolume(name string) *corev1.Volume {
	for _, volume := range v.volumes {
		if volume.Name == name {
			return volume
		}
	}
	return nil
}

// validateMounts checks the mounts of one container. Errors about sub-paths and propagation carry the path of the list
// without the index, as in the API server.
func (v *specValidator) validateMounts(c *corev1.Container, at *field.Path) field.ErrorList {
	var errs field.ErrorList
	for i := range c.VolumeMounts {
		mount, here := &c.VolumeMounts[i], at.Index(i)
		if mount.Name == "" {
			errs = append(errs, field.Required(here.Child("name"), ""))
		}
		if v.validVolume(mount.Name) == nil {
			errs = append(errs, field.NotFound(here.Child("name"), mount.Name))
		}
		if mount.MountPath == "" {
			errs = append(errs, field.Required(here.Child("mountPath"), ""))
		}
		samePath := func(other corev1.VolumeMount) bool { return other.MountPath == mount.MountPath }
		if slices.ContainsFunc(c.VolumeMounts[:i], samePath) {
			errs = append(errs, field.Invalid(here.Child("mountPath"), mount.MountPath, "must be unique"))
		}
		if device := deviceNamed(c, mount.Name); device != nil {
			errs = append(errs, field.Invalid(here.Child("name"), mount.Name, "must not already exist in volumeDevices"))
		}
		if hasDevicePath(c, mount.MountPath) {
			errs = append(errs, field.Invalid(here.Child("mountPath"), mount.MountPath,
				"must not already exist as a path in volumeDevices"))
		}
		if mount.SubPath != "" {
			errs = append(errs, validateRelative(mount.SubPath, at.Child("subPath"))...)
		}
		if mount.SubPathExpr != "" {
			if mount.SubPath != "" {
				errs = append(errs, field.Invalid(here.Child("subPathExpr"), mount.SubPathExpr,
					"subPathExpr and subPath are mutually exclusive"))
			}
			errs = append(errs, validateRelative(mount.SubPathExpr, at.Child("subPathExpr"))...)
		}
		errs = append(errs, validatePropagation(mount, c, at)...)
	}
	return errs
}

func validatePropagation(mount *corev1.VolumeMount, c *corev1.Container, at *field.Path) field.ErrorList {
	var errs field.ErrorList
	if mode := mount.MountPropagation; mode != nil {
		errs = append(errs, isOneOf(*mode, at.Child("mountPropagation"), corev1.MountPropagationBidirectional,
			corev1.MountPropagationHostToContainer, corev1.MountPropagationNone)...)
		privileged := c.SecurityContext != nil && c.SecurityContext.Privileged != nil && *c.SecurityContext.Privileged
		if *mode == corev1.MountPropagationBidirectional && !privileged {
			errs = append(errs, field.Forbidden(at.Child("mountPropagation"),
				"Bidirectional mount propagation is available only to privileged containers"))
		}
	}
	if mode := mount.RecursiveReadOnly; mode != nil {
		errs = append(errs, validateRecursiveReadOnly(*mode, mount, at.Child("recursiveReadOnly"))...)
	}
	return errs
}

func validateRecursiveReadOnly(
	mode corev1.RecursiveReadOnlyMode, mount *corev1.VolumeMount, at *field.Path,
) field.ErrorList {
	if mode == corev1.RecursiveReadOnlyDisabled {
		return nil
	}
	errs := isOneOf(mode, at, corev1.RecursiveReadOnlyDisabled, corev1.RecursiveReadOnlyEnabled,
		corev1.RecursiveReadOnlyIfPossible)
	if len(errs) > 0 {
		return errs
	}
	if !mount.ReadOnly {
		errs = append(errs, field.Forbidden(at, "may only be specified when readOnly is true"))
	}
	if mount.MountPropagation != nil && *mount.MountPropagation != corev1.MountPropagationNone {
		errs = append(errs, field.Forbidden(at,
			"may only be specified when mountPropagation is None or not specified"))
	}
	return errs
}

func deviceNamed(c *corev1.Container, name string) *corev1.VolumeDevice {
	for i := range c.VolumeDevices {
		if c.VolumeDevices[i].Name == name {
			return &c.VolumeDevices[i]
		}
	}
	return nil
}

// hasDevicePath looks only at the last device of each name, because upstream keeps devices in a map.
func hasDevicePath(c *corev1.Container, path string) bool {
	for i, device := range c.VolumeDevices {
		later := func(other corev1.VolumeDevice) bool { return other.Name == device.Name }
		if device.DevicePath == path && !slices.ContainsFunc(c.VolumeDevices[i+1:], later) {
			return true
		}
	}
	return false
}

// hasMountPath is the same for mounts.
func hasMountPath(c *corev1.Container, path string) bool {
	for i, mount := range c.VolumeMounts {
		later := func(other corev1.VolumeMount) bool { return other.Name == mount.Name }
		if mount.MountPath == path && !slices.ContainsFunc(c.VolumeMounts[i+1:], later) {
			return true
		}
	}
	return false
}

func (v *specValidator) validateDevices(c *corev1.Container, at *field.Path) field.ErrorList {
	var errs field.ErrorList
	for i, device := range c.VolumeDevices {
		namePath, devicePath := at.Index(i).Child("name"), at.Index(i).Child("devicePath")
		bad := func(path *field.Path, value, detail string) {
			errs = append(errs, field.Invalid(path, value, detail))
		}
		if device.Name == "" {
			errs = append(errs, field.Required(namePath, ""))
		} else if earlier := deviceNamed(c, device.Name); earlier != &c.VolumeDevices[i] {
			bad(namePath, device.Name, "must be unique")
		}
		switch volume := v.validVolume(device.Name); {
		case volume == nil:
			errs = append(errs, field.NotFound(namePath, device.Name))
		case volume.PersistentVolumeClaim == nil && volume.Ephemeral == nil:
			bad(namePath, device.Name,
				"can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode")
		}
		if device.DevicePath == "" {
			errs = append(errs, field.Required(devicePath, ""))
		}
		samePath := func(other corev1.VolumeDevice) bool {
			return other.DevicePath == device.DevicePath && !hasBackstep(other.DevicePath)
		}
		if slices.ContainsFunc(c.VolumeDevices[:i], samePath) {
			bad(devicePath, device.DevicePath, "must be unique")
		}
		if hasBackstep(device.DevicePath) {
			bad(devicePath, device.DevicePath, "can not contain backsteps ('..')")
		}
		sameMount := func(mount corev1.VolumeMount) bool { return mount.Name == device.Name }
		if slices.ContainsFunc(c.VolumeMounts, sameMount) {
			bad(namePath, device.Name, "must not already exist in volumeMounts")
		}
		if hasMountPath(c, device.DevicePath) {
			bad(devicePath, device.DevicePath, "must not already exist as a path in volumeMounts")
		}
	}
	return errs
}

func hasBackstep(name string) bool {
	return slices.Contains(strings.Split(name, "/"), "..")
}

func validateNoBacksteps(name string, at *field.Path) field.ErrorList {
	if !hasBackstep(name) {
		return nil
	}
	return field.ErrorList{field.Invalid(at, name, "must not contain '..'")}
}

// validateRelative accepts a path that stays below the directory it is taken from.
func validateRelative(name string, at *field.Path) field.ErrorList {
	var errs field.ErrorList
	if path.IsAbs(name) {
		errs = append(errs, field.Invalid(at, name, "must be a relative path"))
	}
	return append(errs, validateNoBacksteps(name, at)...)
}

// validateLocalFile also refuses names that begin with two dots, which the kubelet uses itself.
func validateLocalFile(name string, at *field.Path) field.ErrorList {
	errs := validateRelative(name, at)
	if strings.HasPrefix(name, "..") && !strings.HasPrefix(name, "../") {
		errs = append(errs, field.Invalid(at, name, "must not start with '..'"))
	}
	return errs
}
