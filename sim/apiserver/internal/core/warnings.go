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
// probably not meant (VAL-15): deprecated node labels, repeated names, selectors that match nothing, odd amounts. They
// come in the order of the real server.
func PodTemplateWarnings(template *corev1.PodTemplateSpec, path *field.Path) []string {
	w := warner{
		spec: &template.Spec, path: path.Child("spec"),
		annotations: template.Annotations, annotationsPath: path.Child("metadata", "annotations"),
	}
	w.placement()
	w.podAnnotations()
	w.volumes()
	w.names()
	w.fraction(w.path.Child("overhead"), w.spec.Overhead, corev1.ResourceMemory)
	w.fraction(w.path.Child("overhead"), w.spec.Overhead, corev1.ResourceEphemeralStorage)
	w.seccompAnnotation()
	visitContainers(w.spec, w.path, w.container)
	w.ports()
	if grace := template.Spec.TerminationGracePeriodSeconds; grace != nil && *grace < 0 {
		w.add(w.path.Child("terminationGracePeriodSeconds"),
			"must be >= 0; negative values are invalid and will be treated as 1")
	}
	w.podsNearby()
	w.addresses()
	return w.warnings
}

type warner struct {
	spec            *corev1.PodSpec
	path            *field.Path
	annotations     map[string]string
	annotationsPath *field.Path
	warnings        []string
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
		w.nodeAffinity(affinity.NodeAffinity, w.path.Child("affinity", "nodeAffinity"))
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

// podsNearby warns of terms about other pods that match none.
func (w *warner) podsNearby() {
	affinity := w.spec.Affinity
	if affinity == nil {
		return
	}
	path := w.path.Child("affinity")
	if pod := affinity.PodAffinity; pod != nil {
		w.podAffinity(pod.RequiredDuringSchedulingIgnoredDuringExecution,
			pod.PreferredDuringSchedulingIgnoredDuringExecution, path.Child("podAffinity"))
	}
	if anti := affinity.PodAntiAffinity; anti != nil {
		w.podAffinity(anti.RequiredDuringSchedulingIgnoredDuringExecution,
			anti.PreferredDuringSchedulingIgnoredDuringExecution, path.Child("podAntiAffinity"))
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
	nameOf := func(i int) *field.Path { return w.path.Child("imagePullSecrets").Index(i).Child("name") }
	for i, secret := range w.spec.ImagePullSecrets {
		if secrets[secret.Name] {
			w.add(nameOf(i), "duplicate name %q", secret.Name)
		}
		secrets[secret.Name] = true
	}
	for i, secret := range w.spec.ImagePullSecrets {
		if secret.Name == "" {
			w.add(nameOf(i), "invalid empty name %q", secret.Name)
		}
	}
}

// container warns of what is odd about one container.
func (w *warner) container(c *corev1.Container, path *field.Path) {
	w.containerAnnotations(c)
	for _, name := range [2]corev1.ResourceName{corev1.ResourceMemory, corev1.ResourceEphemeralStorage} {
		w.fraction(path.Child("resources", "limits"), c.Resources.Limits, name)
		w.fraction(path.Child("resources", "requests"), c.Resources.Requests, name)
	}
	w.env(c, path)
}

// fraction warns of fractions of a byte.
func (w *warner) fraction(path *field.Path, list corev1.ResourceList, name corev1.ResourceName) {
	if amount, found := list[name]; found && amount.MilliValue()%1000 != 0 {
		w.add(path.Key(string(name)), "fractional byte value %q is invalid, must be an integer", amount.String())
	}
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
