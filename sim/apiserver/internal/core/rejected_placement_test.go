package core_test

import (
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"
)

func TestRejectedPlacement(t *testing.T) {
	const at = "template.spec"
	selector := &metav1.LabelSelector{MatchLabels: map[string]string{"a": "b"},
		MatchExpressions: []metav1.LabelSelectorRequirement{
			{Key: "a", Operator: metav1.LabelSelectorOpExists}}}
	checkRejections(t, []rejection{
		{"policies", func(s *corev1.PodSpec) { s.RestartPolicy, s.DNSPolicy = "", "" },
			[]string{"Required value template.spec.restartPolicy", "Required value template.spec.dnsPolicy"}},
		{"unknown policies", func(s *corev1.PodSpec) {
			s.RestartPolicy, s.DNSPolicy, s.PreemptionPolicy = "x", "x", ptr.To[corev1.PreemptionPolicy]("x")
		}, []string{"Unsupported value " + at + ".restartPolicy", "Unsupported value " + at + ".dnsPolicy",
			"Unsupported value " + at + ".preemptionPolicy"}},
		{"names", func(s *corev1.PodSpec) {
			s.ServiceAccountName, s.Hostname, s.Subdomain, s.NodeName, s.PriorityClassName = "A", "a.b", "A", "A", "A"
			s.RuntimeClassName, s.PreemptionPolicy = ptr.To("A"), ptr.To[corev1.PreemptionPolicy]("")
			s.SchedulingGroup = &corev1.PodSchedulingGroup{}
			s.NodeSelector = map[string]string{"-": "-"}
		}, []string{"Invalid value " + at + ".serviceAccountName", "Invalid value " + at + ".deprecatedServiceAccount",
			"Invalid value " + at + ".hostname", "Invalid value " + at + ".subdomain",
			"Invalid value " + at + ".nodeName",
			"Invalid value " + at + ".priorityClassName", "Invalid value " + at + ".runtimeClassName",
			"Required value " + at + ".preemptionPolicy", "Invalid value " + at + ".schedulingGroup.podGroupName",
			"Invalid value " + at + ".nodeSelector", "Invalid value " + at + ".nodeSelector"}},
		{"no grace period", func(s *corev1.PodSpec) { s.TerminationGracePeriodSeconds = nil },
			[]string{"Required value " + at + ".terminationGracePeriodSeconds"}},
		{"deadline below one", func(s *corev1.PodSpec) { s.ActiveDeadlineSeconds = ptr.To[int64](0) },
			[]string{"Invalid value " + at + ".activeDeadlineSeconds"}},
		{"deadline above 2^31-1", func(s *corev1.PodSpec) { s.ActiveDeadlineSeconds = ptr.To[int64](1 << 31) },
			[]string{"Invalid value " + at + ".activeDeadlineSeconds"}},
		{"gates", func(s *corev1.PodSpec) {
			s.SchedulingGates = []corev1.PodSchedulingGate{{Name: "a"}, {Name: "a"}, {Name: "-"}}
			s.ReadinessGates = []corev1.PodReadinessGate{{ConditionType: "-"}}
		}, []string{"Duplicate value " + at + ".schedulingGates[1]", "Invalid value " + at + ".schedulingGates[2]",
			"Invalid value " + at + ".readinessGates[0].conditionType"}},
		{"tolerations", func(s *corev1.PodSpec) {
			s.Tolerations = []corev1.Toleration{{Operator: "Equal", Value: "-"},
				{Key: "-", Operator: "Exists", Value: "x"},
				{Key: "a", Operator: "Lt"}, {Key: "a", Operator: "x", Effect: "x"},
				{Key: "a", TolerationSeconds: ptr.To[int64](1), Effect: "NoSchedule"}}
		}, []string{"Invalid value " + at + ".tolerations[0].operator",
			"Invalid value " + at + ".tolerations[0].operator",
			"Invalid value " + at + ".tolerations[1].key", "Invalid value " + at + ".tolerations[1].operator",
			"Unsupported value " + at + ".tolerations[2].operator",
			"Unsupported value " + at + ".tolerations[3].operator",
			"Unsupported value " + at + ".tolerations[3].effect", "Invalid value " + at + ".tolerations[4].effect"}},
		{"node affinity", func(s *corev1.PodSpec) {
			required := s.Affinity.NodeAffinity.RequiredDuringSchedulingIgnoredDuringExecution
			required.NodeSelectorTerms = []corev1.NodeSelectorTerm{{
				MatchExpressions: []corev1.NodeSelectorRequirement{{Key: "a", Operator: "In"},
					{Key: "a", Operator: "Exists", Values: []string{"-"}},
					{Key: "a", Operator: "Gt"}, {Operator: "x"}},
				MatchFields: []corev1.NodeSelectorRequirement{{Key: "metadata.name", Operator: "In",
					Values: []string{"A", "b"}}, {Key: "x", Operator: "Gt"}},
			}}
			s.Affinity.NodeAffinity.PreferredDuringSchedulingIgnoredDuringExecution = []corev1.PreferredSchedulingTerm{{Weight: 101}}
		}, func() []string {
			terms := at + ".affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0]"
			return []string{"Required value " + terms + ".matchExpressions[0].values",
				"Forbidden " + terms + ".matchExpressions[1].values",
				"Invalid value " + terms + ".matchExpressions[1].values[0]",
				"Required value " + terms + ".matchExpressions[2].values",
				"Invalid value " + terms + ".matchExpressions[3].operator",
				"Invalid value " + terms + ".matchExpressions[3].key",
				"Invalid value " + terms + ".matchExpressions[3].key",
				"Required value " + terms + ".matchFields[0].values",
				"Invalid value " + terms + ".matchFields[0].values[0]",
				"Invalid value " + terms + ".matchFields[1].operator", "Invalid value " + terms + ".matchFields[1].key",
				"Invalid value " + at + ".affinity.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution[0].weight"}
		}()},
		{"no node term", func(s *corev1.PodSpec) {
			s.Affinity.NodeAffinity.RequiredDuringSchedulingIgnoredDuringExecution.NodeSelectorTerms = nil
		}, []string{"Required value " + at + ".affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms"}},
		{"pod affinity", func(s *corev1.PodSpec) {
			s.Affinity.PodAffinity = &corev1.PodAffinity{RequiredDuringSchedulingIgnoredDuringExecution: []corev1.PodAffinityTerm{
				{Namespaces: []string{"A"}, MatchLabelKeys: []string{"x"}}}}
			s.Affinity.PodAntiAffinity = &corev1.PodAntiAffinity{PreferredDuringSchedulingIgnoredDuringExecution: []corev1.WeightedPodAffinityTerm{
				{PodAffinityTerm: corev1.PodAffinityTerm{TopologyKey: "a", LabelSelector: selector,
					MatchLabelKeys: []string{"a"}, MismatchLabelKeys: []string{"a"}}}}}
		}, func() []string {
			required := at + ".affinity.podAffinity.requiredDuringSchedulingIgnoredDuringExecution[0]"
			preferred := at + ".affinity.podAntiAffinity.preferredDuringSchedulingIgnoredDuringExecution[0]"
			return []string{"Invalid value " + required + ".namespace", "Forbidden " + required + ".matchLabelKeys",
				"Required value " + required + ".topologyKey", "Invalid value " + required + ".topologyKey",
				"Invalid value " + required + ".topologyKey", "Invalid value " + preferred + ".weight",
				"Invalid value " + preferred + ".podAffinityTerm[0]",
				"Invalid value " + preferred + ".podAffinityTerm.matchLabelKeys[0]"}
		}()},
		{"spread", func(s *corev1.PodSpec) {
			s.TopologySpreadConstraints = []corev1.TopologySpreadConstraint{
				{MinDomains: ptr.To[int32](0), NodeAffinityPolicy: ptr.To[corev1.NodeInclusionPolicy]("x")},
				{MaxSkew: 1, TopologyKey: "a", WhenUnsatisfiable: "DoNotSchedule"},
				{MaxSkew: 1, TopologyKey: "a", WhenUnsatisfiable: "DoNotSchedule"}}
		}, func() []string {
			first := at + ".topologySpreadConstraints[0]"
			return []string{"Invalid value " + first + ".maxSkew", "Required value " + first + ".topologyKey",
				"Unsupported value " + first + ".whenUnsatisfiable", "Invalid value " + first + ".minDomains",
				"Invalid value " + first + ".minDomains", "Unsupported value " + first + ".nodeAffinityPolicy",
				"Duplicate value " + at + ".topologySpreadConstraints[1].{topologyKey, whenUnsatisfiable}"}
		}()},
		{"dns", func(s *corev1.PodSpec) {
			s.DNSConfig = &corev1.PodDNSConfig{Nameservers: []string{"x", "1.1.1.1", "1.1.1.1", "1.1.1.1"},
				Searches: append(strings.Split(strings.Repeat("a ", 32), " "), strings.Repeat("a.", 1000)+"."),
				Options:  []corev1.PodDNSConfigOption{{}}}
		}, []string{"Invalid value " + at + ".dnsConfig.nameservers",
			"Invalid value " + at + ".dnsConfig.nameservers[0]",
			"Invalid value " + at + ".dnsConfig.searches", "Invalid value " + at + ".dnsConfig.searches",
			"Invalid value " + at + ".dnsConfig.searches[32]", "Invalid value " + at + ".dnsConfig.searches[33]",
			"Invalid value " + at + ".dnsConfig.searches[33]", "Required value " + at + ".dnsConfig.options[0]"}},
		{"no dns", func(s *corev1.PodSpec) { s.DNSPolicy = "None" }, []string{"Required value " + at + ".dnsConfig"}},
		{"no name server", func(s *corev1.PodSpec) { s.DNSPolicy, s.DNSConfig = "None", &corev1.PodDNSConfig{} },
			[]string{"Required value " + at + ".dnsConfig.nameservers"}},
		{"hosts", func(s *corev1.PodSpec) {
			s.HostAliases = []corev1.HostAlias{{IP: "x", Hostnames: []string{"A"}}}
			s.HostnameOverride, s.SetHostnameAsFQDN, s.HostNetwork = ptr.To(strings.Repeat("A", 65)), ptr.To(true), true
			s.Containers[0].Ports[0].HostPort = 81
		}, []string{"Invalid value " + at + ".hostAliases[0].ip",
			"Invalid value " + at + ".hostAliases[0].hostnames[0]",
			"Forbidden " + at + ".hostnameOverride", "Forbidden " + at + ".hostnameOverride",
			"Too long " + at + ".hostnameOverride",
			"Invalid value " + at + ".hostnameOverride", "Invalid value " + at + ".containers[0].ports[0].hostPort"}},
	})
}
