package core

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// PodTemplateWarnings are what the API server says in Warning headers about a template at path that is legal and yet
// probably not meant (VAL-15): deprecated node labels, repeated names, selectors that match nothing, odd amounts.
func PodTemplateWarnings(template *corev1.PodTemplateSpec, path *field.Path) []string {
	w := warner{spec: &template.Spec, path: path.Child("spec")}
	w.placement()
	w.annotations(template.Annotations, path.Child("metadata", "annotations"))
	w.volumes()
	w.names()
	if grace := template.Spec.TerminationGracePeriodSeconds; grace != nil && *grace < 0 {
		w.add(w.path.Child("terminationGracePeriodSeconds"),
			"must be >= 0; negative values are invalid and will be treated as 1")
	}
	w.fractions(w.path.Child("overhead"), template.Spec.Overhead)
	visitContainers(w.spec, w.path, w.amounts)
	visitContainers(w.spec, w.path, w.env)
	w.ports()
	w.addresses()
	return w.warnings
}

type warner struct {
	spec     *corev1.PodSpec
	path     *field.Path
	warnings []string
}

func (w *warner) add(path *field.Path, format string, args ...any) {
	w.warnings = append(w.warnings, path.String()+": "+fmt.Sprintf(format, args...))
}

// deprecatedLabel says what to use instead of a node label, or nothing.
func deprecatedLabel(key string) string {
	switch key {
	case "beta.kubernetes.io/arch":
		return `deprecated since v1.14; use "kubernetes.io/arch" instead`
	case "beta.kubernetes.io/os":
		return `deprecated since v1.14; use "kubernetes.io/os" instead`
	case "failure-domain.beta.kubernetes.io/region":
		return `deprecated since v1.17; use "topology.kubernetes.io/region" instead`
	case "failure-domain.beta.kubernetes.io/zone":
		return `deprecated since v1.17; use "topology.kubernetes.io/zone" instead`
	case "beta.kubernetes.io/instance-type":
		return `deprecated since v1.17; use "node.kubernetes.io/instance-type" instead`
	case "app.kubernetes.io/created-by":
		return "deprecated since v1.9"
	case "scheduler.alpha.kubernetes.io/preferAvoidPods":
		return "deprecated since v1.22; use Taints and Tolerations instead"
	case "node-role.kubernetes.io/master":
		return `use "node-role.kubernetes.io/control-plane" instead`
	}
	return ""
}

const matchesNoPod = "a null labelSelector results in matching no pod"

func (w *warner) placement() {
	for _, key := range slices.Sorted(maps.Keys(w.spec.NodeSelector)) {
		if message := deprecatedLabel(key); message != "" {
			w.add(w.path.Child("nodeSelector").Key(key), "%s", message)
		}
	}
	if affinity := w.spec.Affinity; affinity != nil {
		path := w.path.Child("affinity")
		w.nodeAffinity(affinity.NodeAffinity, path.Child("nodeAffinity"))
		if pod := affinity.PodAffinity; pod != nil {
			w.podAffinity(pod.RequiredDuringSchedulingIgnoredDuringExecution,
				pod.PreferredDuringSchedulingIgnoredDuringExecution, path.Child("podAffinity"))
		}
		if anti := affinity.PodAntiAffinity; anti != nil {
			w.podAffinity(anti.RequiredDuringSchedulingIgnoredDuringExecution,
				anti.PreferredDuringSchedulingIgnoredDuringExecution, path.Child("podAntiAffinity"))
		}
	}
	for i, constraint := range w.spec.TopologySpreadConstraints {
		path := w.path.Child("topologySpreadConstraints").Index(i)
		if message := deprecatedLabel(constraint.TopologyKey); message != "" {
			w.add(path.Child("topologyKey"), "%s is %s", constraint.TopologyKey, message)
		}
		if constraint.LabelSelector == nil {
			w.add(path.Child("labelSelector"), matchesNoPod)
		}
	}
}

func (w *warner) nodeAffinity(affinity *corev1.NodeAffinity, path *field.Path) {
	if affinity == nil {
		return
	}
	if required := affinity.RequiredDuringSchedulingIgnoredDuringExecution; required != nil {
		for i := range required.NodeSelectorTerms {
			w.nodeTerm(&required.NodeSelectorTerms[i], false, path.Child(requiredTerms, "nodeSelectorTerms").Index(i))
		}
	}
	for i := range affinity.PreferredDuringSchedulingIgnoredDuringExecution {
		term := &affinity.PreferredDuringSchedulingIgnoredDuringExecution[i].Preference
		w.nodeTerm(term, true, path.Child(preferredTerms).Index(i).Child("preference"))
	}
}

func (w *warner) nodeTerm(term *corev1.NodeSelectorTerm, checkValues bool, path *field.Path) {
	for i, expression := range term.MatchExpressions {
		at := path.Child("matchExpressions").Index(i)
		if message := deprecatedLabel(expression.Key); message != "" {
			w.add(at.Child("key"), "%s is %s", expression.Key, message)
		}
		if !checkValues {
			continue
		}
		for j, value := range expression.Values {
			for _, message := range validation.IsValidLabelValue(value) {
				w.add(at.Child("values").Index(j), "%s is invalid, %s", value, message)
			}
		}
	}
}

func (w *warner) podAffinity(
	required []corev1.PodAffinityTerm, preferred []corev1.WeightedPodAffinityTerm, path *field.Path,
) {
	for i := range required {
		if required[i].LabelSelector == nil {
			w.add(path.Child(requiredTerms).Index(i).Child("labelSelector"), matchesNoPod)
		}
	}
	for i := range preferred {
		if preferred[i].PodAffinityTerm.LabelSelector == nil {
			w.add(path.Child(preferredTerms).Index(i).Child("podAffinityTerm", "labelSelector"), matchesNoPod)
		}
	}
}

// names warns of host aliases and pull secrets that are repeated or empty.
func (w *warner) names() {
	aliases := map[string]bool{}
	for i, alias := range w.spec.HostAliases {
		if aliases[alias.IP] {
			w.add(w.path.Child("hostAliases").Index(i).Child("ip"), "duplicate ip %q", alias.IP)
		}
		aliases[alias.IP] = true
	}
	secrets := map[string]bool{}
	for i, secret := range w.spec.ImagePullSecrets {
		path := w.path.Child("imagePullSecrets").Index(i).Child("name")
		if secrets[secret.Name] {
			w.add(path, "duplicate name %q", secret.Name)
		}
		if secret.Name == "" {
			w.add(path, "invalid empty name %q", secret.Name)
		}
		secrets[secret.Name] = true
	}
}

func (w *warner) amounts(c *corev1.Container, path *field.Path) {
	w.fractions(path.Child("resources", "limits"), c.Resources.Limits)
	w.fractions(path.Child("resources", "requests"), c.Resources.Requests)
}

// fractions warns of fractions of a byte.
func (w *warner) fractions(path *field.Path, list corev1.ResourceList) {
	for _, name := range [2]corev1.ResourceName{corev1.ResourceMemory, corev1.ResourceEphemeralStorage} {
		if amount, found := list[name]; found && amount.MilliValue()%1000 != 0 {
			w.add(path.Key(string(name)), "fractional byte value %q is invalid, must be an integer", amount.String())
		}
	}
}

// annotations warns of settings that are no longer read from annotations.
func (w *warner) annotations(annotations map[string]string, path *field.Path) {
	for _, old := range [3]struct{ key, message string }{
		{"scheduler.alpha.kubernetes.io/critical-pod",
			`non-functional in v1.16+; use the "priorityClassName" field instead`},
		{"security.alpha.kubernetes.io/sysctls", `non-functional in v1.11+; use the "sysctls" field instead`},
		{"security.alpha.kubernetes.io/unsafe-sysctls", `non-functional in v1.11+; use the "sysctls" field instead`},
	} {
		if _, found := annotations[old.key]; found {
			w.add(path.Key(old.key), "%s", old.message)
		}
	}
	const useField = `non-functional in v1.27+; use the "seccompProfile" field instead`
	ofPod := w.spec.SecurityContext
	if _, found := annotations[corev1.SeccompPodAnnotationKey]; found && (ofPod == nil || ofPod.SeccompProfile == nil) {
		w.add(path.Key(corev1.SeccompPodAnnotationKey), useField)
	}
	visitContainers(w.spec, w.path, func(c *corev1.Container, _ *field.Path) {
		key := corev1.SeccompContainerAnnotationKeyPrefix + c.Name
		_, found := annotations[key]
		if found && (c.SecurityContext == nil || c.SecurityContext.SeccompProfile == nil) {
			w.add(path.Key(key), useField)
		}
		key = corev1.DeprecatedAppArmorBetaContainerAnnotationKeyPrefix + c.Name
		_, found = annotations[key]
		if found && (c.SecurityContext == nil || c.SecurityContext.AppArmorProfile == nil) {
			w.add(path.Key(key), `deprecated since v1.30; use the "appArmorProfile" field instead`)
		}
	})
}

// env warns of a variable that hides an earlier one without using it.
func (w *warner) env(c *corev1.Container, path *field.Path) {
	seen := map[string]bool{}
	for i, env := range c.Env {
		reference := "$(" + env.Name + ")"
		extends := env.ValueFrom == nil && env.Value != reference && strings.Contains(env.Value, reference)
		if seen[env.Name] && !extends {
			w.add(path.Child("env").Index(i),
				"hides previous definition of %q, which may be dropped when using apply", env.Name)
		}
		seen[env.Name] = true
	}
}

// addresses warns of IP addresses in forms that programs read differently.
func (w *warner) addresses() {
	if config := w.spec.DNSConfig; config != nil {
		for i, server := range config.Nameservers {
			path := w.path.Child("dnsConfig", "nameservers").Index(i)
			w.warnings = append(w.warnings, validation.GetWarningsForIP(path, server)...)
		}
	}
	for i, alias := range w.spec.HostAliases {
		path := w.path.Child("hostAliases").Index(i).Child("ip")
		w.warnings = append(w.warnings, validation.GetWarningsForIP(path, alias.IP)...)
	}
}
