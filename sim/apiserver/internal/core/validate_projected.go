package core

import (
	"reflect"
	"slices"
	"unicode"
	"unicode/utf8"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	metav1validation "k8s.io/apimachinery/pkg/apis/meta/v1/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// validateProjected checks the sources of a projected volume. No two may write the same file.
func validateProjected(projected *corev1.ProjectedVolumeSource, path *field.Path) field.ErrorList {
	p := projectedValidator{path: path, files: map[string]bool{}}
	p.errs = validateMode(projected.DefaultMode, path.Child("defaultMode"))
	for i := range projected.Sources {
		p.source(&projected.Sources[i], path.Child("sources").Index(i))
	}
	return p.errs
}

type projectedValidator struct {
	path  *field.Path
	files map[string]bool
	errs  field.ErrorList
}

func (p *projectedValidator) add(errs field.ErrorList) { p.errs = append(p.errs, errs...) }

// file notes a file and reports, at the volume and with the given value, that it is there already.
func (p *projectedValidator) file(name, value string) {
	if p.files[name] {
		p.errs = append(p.errs, field.Invalid(p.path, value, duplicatePathDetail))
	}
	p.files[name] = true
}

func (p *projectedValidator) source(source *corev1.VolumeProjection, path *field.Path) {
	count := 0
	if source.Secret != nil {
		count++
		p.keyFiles(source.Secret.Name, source.Secret.Items, path.Child("secret"))
	}
	if source.ConfigMap != nil {
		count++
		p.keyFiles(source.ConfigMap.Name, source.ConfigMap.Items, path.Child("configMap"))
	}
	if source.DownwardAPI != nil {
		count++
		for i := range source.DownwardAPI.Items {
			item := &source.DownwardAPI.Items[i]
			p.add(validateDownwardFile(item, path.Child("downwardAPI")))
			if item.Path != "" {
				p.file(item.Path, item.Path)
			}
		}
	}
	if source.ServiceAccountToken != nil {
		count++
		p.token(source.ServiceAccountToken, path.Child("serviceAccountToken"))
	}
	if source.ClusterTrustBundle != nil {
		count++
		p.trustBundle(source.ClusterTrustBundle, path.Child("clusterTrustBundle"))
	}
	if source.PodCertificate != nil {
		count++
		p.certificate(source.PodCertificate, path.Child("podCertificate"))
	}
	if count > 1 {
		p.errs = append(p.errs, field.Forbidden(path, "may not specify more than 1 volume type per source"))
	}
}

func (p *projectedValidator) keyFiles(name string, items []corev1.KeyToPath, path *field.Path) {
	p.add(required(path.Child("name"), name))
	for i := range items {
		p.add(validateKeyToPath(&items[i], path.Child("items").Index(i)))
		if items[i].Path != "" {
			p.file(items[i].Path, name)
		}
	}
}

// token reports a bad file name at the volume, as the API server does.
func (p *projectedValidator) token(token *corev1.ServiceAccountTokenProjection, path *field.Path) {
	at := path.Child("expirationSeconds")
	switch seconds := token.ExpirationSeconds; {
	case seconds == nil:
		p.errs = append(p.errs, field.Required(at, ""))
	case *seconds < 10*60:
		p.errs = append(p.errs, field.Invalid(at, *seconds, "may not specify a duration less than 10 minutes"))
	case *seconds > 1<<32:
		p.errs = append(p.errs, field.Invalid(at, *seconds, "may not specify a duration larger than 2^32 seconds"))
	}
	if token.Path == "" {
		p.errs = append(p.errs, field.Required(p.path.Child("path"), ""))
		return
	}
	p.add(validateLocalFile(token.Path, p.path.Child("path")))
}

func (p *projectedValidator) trustBundle(bundle *corev1.ClusterTrustBundleProjection, path *field.Path) {
	switch {
	case bundle.Name != nil && bundle.SignerName != nil:
		p.errs = append(p.errs, field.Invalid(path, bundle, "only one of name and signerName may be used"))
	case bundle.Name != nil:
		if *bundle.Name == "" {
			p.errs = append(p.errs, field.Required(path.Child("name"), "must be a valid object name"))
		}
		if bundle.LabelSelector != nil {
			p.errs = append(p.errs, field.Invalid(path.Child("labelSelector"), bundle.LabelSelector,
				"labelSelector must be unset if name is specified"))
		}
	case bundle.SignerName != nil:
		p.add(required(path.Child("signerName"), *bundle.SignerName))
		p.add(ordered(metav1validation.ValidateLabelSelector(bundle.LabelSelector,
			metav1validation.LabelSelectorValidationOptions{}, path.Child("labelSelector"))))
	default:
		p.errs = append(p.errs, field.Required(path, "either name or signerName must be specified"))
	}
	p.add(required(path.Child("path"), bundle.Path))
	p.add(validateLocalFile(bundle.Path, path.Child("path")))
	p.file(bundle.Path, bundle.Path)
}

// certificate leaves the lifetime and the signer's exact form to a real cluster.
func (p *projectedValidator) certificate(certificate *corev1.PodCertificateProjection, path *field.Path) {
	p.add(required(path.Child("signerName"), certificate.SignerName))
	p.add(isOneOf(certificate.KeyType, path.Child("keyType"),
		"RSA3072", "RSA4096", "ECDSAP256", "ECDSAP384", "ECDSAP521", "ED25519"))
	files := 0
	for _, file := range [3]struct{ name, value string }{
		{"credentialBundlePath", certificate.CredentialBundlePath},
		{"keyPath", certificate.KeyPath},
		{"certificateChainPath", certificate.CertificateChainPath},
	} {
		if file.value == "" {
			continue
		}
		files++
		p.add(validateLocalFile(file.value, path.Child(file.name)))
		p.file(file.value, file.value)
	}
	if files == 0 {
		p.errs = append(p.errs, field.Required(path,
			"specify at least one of credentialBundlePath, keyPath, and certificateChainPath"))
	}
}

// validateClaimTemplate checks the claim of an ephemeral volume: labels and annotations are all the metadata it may
// have, and it must say how much it wants.
func validateClaimTemplate(template *corev1.PersistentVolumeClaimTemplate, path *field.Path) field.ErrorList {
	meta := path.Child("metadata")
	errs := validateAnnotations(template.Annotations, meta.Child("annotations"))
	errs = append(errs, ValidateLabels(template.Labels, meta.Child("labels"))...)
	errs = append(errs, validateOnlyLabels(&template.ObjectMeta, meta)...)
	spec, at := &template.Spec, path.Child("spec")
	if len(spec.AccessModes) == 0 {
		errs = append(errs, field.Required(at.Child("accessModes"), "at least 1 access mode is required"))
	}
	errs = append(errs, ordered(metav1validation.ValidateLabelSelector(spec.Selector,
		metav1validation.LabelSelectorValidationOptions{}, at.Child("selector")))...)
	for _, mode := range spec.AccessModes {
		errs = append(errs, isOneOf(mode, at.Child("accessModes"), corev1.ReadOnlyMany, corev1.ReadWriteMany,
			corev1.ReadWriteOnce, corev1.ReadWriteOncePod)...)
	}
	isOther := func(mode corev1.PersistentVolumeAccessMode) bool {
		return mode == corev1.ReadWriteOnce || mode == corev1.ReadOnlyMany || mode == corev1.ReadWriteMany
	}
	if slices.Contains(spec.AccessModes, corev1.ReadWriteOncePod) && slices.ContainsFunc(spec.AccessModes, isOther) {
		errs = append(errs, field.Forbidden(at.Child("accessModes"),
			"may not use ReadWriteOncePod with other access modes"))
	}
	storage := at.Child("resources").Key(string(corev1.ResourceStorage))
	if size, found := spec.Resources.Requests[corev1.ResourceStorage]; !found {
		errs = append(errs, field.Required(storage, ""))
	} else if size.Sign() <= 0 {
		errs = append(errs, field.Invalid(storage, size.String(), "must be greater than zero"))
	}
	if class := spec.StorageClassName; class != nil && *class != "" {
		errs = append(errs, validateDNSSubdomain(*class, at.Child("storageClassName"))...)
	}
	if spec.VolumeMode != nil {
		errs = append(errs, isOneOf(*spec.VolumeMode, at.Child("volumeMode"),
			corev1.PersistentVolumeBlock, corev1.PersistentVolumeFilesystem)...)
	}
	errs = append(errs, validateClaimSources(spec, at)...)
	if class := spec.VolumeAttributesClassName; class != nil && *class != "" {
		errs = append(errs, validateDNSSubdomain(*class, at.Child("volumeAttributesClassName"))...)
	}
	return errs
}

func validateOnlyLabels(meta *metav1.ObjectMeta, path *field.Path) field.ErrorList {
	var errs field.ErrorList
	value := reflect.ValueOf(*meta)
	for i := range value.NumField() {
		name := value.Type().Field(i).Name
		if name == "Labels" || name == "Annotations" || value.Field(i).IsZero() {
			continue
		}
		first, size := utf8.DecodeRuneInString(name)
		at := path.Child(string(unicode.ToLower(first)) + name[size:])
		errs = append(errs, field.Forbidden(at, "cannot be set"))
	}
	return errs
}
