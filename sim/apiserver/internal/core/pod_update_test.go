package core_test

import (
	"testing"

	"github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"k8s.io/utils/ptr"

	"github.com/jobsim/jobsim/sim/apiserver/internal/core"
)

func storedPod(change func(*corev1.Pod)) *corev1.Pod {
	pod := richPod()
	change(pod)
	core.DefaultPod(pod)
	pod.ResourceVersion = "1"
	return pod
}

func updatePod(old *corev1.Pod, change func(*corev1.Pod)) (*corev1.Pod, field.ErrorList) {
	pod := old.DeepCopy()
	change(pod)
	core.DefaultPodFields(pod)
	core.PreparePodForUpdate(pod, old)
	return pod, core.ValidatePodUpdate(pod, old)
}

func TestPodCreateIsStricterThanTemplates(t *testing.T) {
	g := gomega.NewWithT(t)
	pod := storedPod(func(pod *corev1.Pod) {
		pod.Spec.Containers[0].Image, pod.Spec.InitContainers[0].Image = " a", "a "
		pod.Spec.NodeName, pod.Spec.SchedulingGates = "n", []corev1.PodSchedulingGate{{Name: "a"}}
		c := corev1.EphemeralContainer{}
		c.Name, c.Image = "e", "i"
		pod.Spec.EphemeralContainers = []corev1.EphemeralContainer{c}
		volume(corev1.VolumeSource{Projected: &corev1.ProjectedVolumeSource{Sources: []corev1.VolumeProjection{
			{ServiceAccountToken: &corev1.ServiceAccountTokenProjection{Path: "t"}}}}})(&pod.Spec)
		pod.Name, pod.GenerateName, pod.Namespace, pod.Labels = "", "-", "", map[string]string{"-": "-"}
	})
	pod.Spec.ServiceAccountName, pod.Spec.DeprecatedServiceAccount, pod.Spec.TerminationGracePeriodSeconds = "", "",
		ptr.To[int64](-1)
	g.Expect(listed(core.ValidatePodCreate(pod))).To(gomega.ConsistOf("Invalid value spec.containers[0].image",
		"Invalid value spec.initContainers[0].image", "Forbidden spec.nodeName", "Forbidden spec.ephemeralContainers",
		"Forbidden spec.volumes[1].projected.sources[0].serviceAccountToken",
		"Invalid value spec.terminationGracePeriodSeconds",
		"Required value metadata.name", "Invalid value metadata.generateName", "Required value metadata.namespace",
		"Invalid value metadata.labels", "Invalid value metadata.labels"))
}

func TestMetadata(t *testing.T) {
	yes := true
	owner := metav1.OwnerReference{APIVersion: "batch/v1", Kind: "Job", Name: "j", UID: "u", Controller: &yes}
	event := owner
	event.APIVersion, event.Kind, event.Controller = "v1", "Event", nil
	for _, row := range []struct {
		name   string
		change func(*metav1.ObjectMeta)
		want   []string
	}{
		{"one controller", func(m *metav1.ObjectMeta) { m.OwnerReferences = []metav1.OwnerReference{owner} }, nil},
		{"two controllers", func(m *metav1.ObjectMeta) { m.OwnerReferences = []metav1.OwnerReference{owner, owner} },
			[]string{"Invalid value metadata.ownerReferences"}},
		{"an empty owner", func(m *metav1.ObjectMeta) { m.OwnerReferences = []metav1.OwnerReference{{APIVersion: "a/b/c"}} },
			[]string{"Invalid value metadata.ownerReferences[0].apiVersion",
				"Required value metadata.ownerReferences[0].kind",
				"Required value metadata.ownerReferences[0].name", "Required value metadata.ownerReferences[0].uid"}},
		{"an event as owner", func(m *metav1.ObjectMeta) { m.OwnerReferences = []metav1.OwnerReference{event} },
			[]string{"Invalid value metadata.ownerReferences[0]"}},
		{"finalizers", func(m *metav1.ObjectMeta) { m.Finalizers = []string{"kubernetes", "a", "-/-"} },
			[]string{"Invalid value metadata.finalizers", "Invalid value metadata.finalizers",
				"Invalid value metadata.finalizers[1]"}},
		{"annotations", func(m *metav1.ObjectMeta) { m.Annotations = map[string]string{"A.io/B": "", "-": ""} },
			[]string{"Invalid value metadata.annotations"}},
		{"managed fields", func(m *metav1.ObjectMeta) { m.ManagedFields = []metav1.ManagedFieldsEntry{{}} },
			[]string{"Required value metadata.managedFields[0].operation"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			meta := richPod().ObjectMeta
			row.change(&meta)
			errs := core.ValidateObjectMeta(&meta, field.NewPath("metadata"))
			gomega.NewWithT(t).Expect(listed(errs)).To(gomega.ConsistOf(row.want), "%s", messages(errs))
		})
	}
}

func TestPodUpdate(t *testing.T) {
	const spec = "Forbidden spec"
	deadline := func(seconds int64) func(*corev1.Pod) {
		return func(pod *corev1.Pod) { pod.Spec.ActiveDeadlineSeconds = &seconds }
	}
	terms := func(pod *corev1.Pod) *corev1.NodeSelectorTerm {
		return &pod.Spec.Affinity.NodeAffinity.RequiredDuringSchedulingIgnoredDuringExecution.NodeSelectorTerms[0]
	}
	nothing := func(*corev1.Pod) {}
	gated := func(pod *corev1.Pod) { pod.Spec.SchedulingGates = []corev1.PodSchedulingGate{{Name: "a"}, {Name: "b"}} }
	for _, row := range []struct {
		name        string
		old, change func(*corev1.Pod)
		want        []string
	}{
		{"labels", nothing, func(pod *corev1.Pod) { pod.Labels = map[string]string{"x": "y"} }, nil},
		{"images", nothing, func(pod *corev1.Pod) {
			pod.Spec.Containers[0].Image, pod.Spec.InitContainers[0].Image = "other", "other"
		}, nil},
		{"no image", nothing, func(pod *corev1.Pod) { pod.Spec.Containers[0].Image = "" },
			[]string{"Required value spec.containers[0].image", "Required value spec.containers[0].image"}},
		{"fewer containers", nothing, func(pod *corev1.Pod) { pod.Spec.InitContainers = nil },
			[]string{"Forbidden spec.initContainers"}},
		{"a command", nothing, func(pod *corev1.Pod) { pod.Spec.Containers[0].Command = []string{"x"} },
			[]string{spec}},
		{"a deadline is set", nothing, deadline(5), nil},
		{"a deadline is shortened", deadline(5), deadline(4), nil},
		{"a deadline is extended", deadline(5), deadline(6), []string{"Invalid value spec.activeDeadlineSeconds"}},
		{"a deadline is removed", deadline(5), func(pod *corev1.Pod) { pod.Spec.ActiveDeadlineSeconds = nil },
			[]string{"Invalid value spec.activeDeadlineSeconds"}},
		{"a deadline is negative", nothing, deadline(-1),
			[]string{"Invalid value spec.activeDeadlineSeconds", "Invalid value spec.activeDeadlineSeconds"}},
		{"more tolerations", nothing, func(pod *corev1.Pod) {
			pod.Spec.Tolerations = append(pod.Spec.Tolerations,
				corev1.Toleration{Key: "b", Operator: corev1.TolerationOpExists})
			pod.Spec.Tolerations[1].TolerationSeconds = ptr.To[int64](5)
		}, nil},
		{"fewer tolerations", nothing, func(pod *corev1.Pod) { pod.Spec.Tolerations = pod.Spec.Tolerations[1:] },
			[]string{"Forbidden spec.tolerations"}},
		{"tolerations of admission come back", nothing,
			func(pod *corev1.Pod) { pod.Spec.Tolerations = pod.Spec.Tolerations[:1] }, nil},
		{"gates are removed", gated, func(pod *corev1.Pod) { pod.Spec.SchedulingGates = pod.Spec.SchedulingGates[1:] }, nil},
		{"gates are added", gated, func(pod *corev1.Pod) { pod.Spec.SchedulingGates[0].Name = "c" },
			[]string{"Forbidden spec.schedulingGates[0].name"}},
		{"a gated pod is placed more narrowly", gated, func(pod *corev1.Pod) {
			pod.Spec.NodeSelector = map[string]string{"a": "b", "c": "d"}
			terms(pod).MatchExpressions = append(terms(pod).MatchExpressions,
				corev1.NodeSelectorRequirement{Key: "c", Operator: "Exists"})
		}, nil},
		{"a gated pod is placed elsewhere", gated, func(pod *corev1.Pod) {
			pod.Spec.NodeSelector = map[string]string{"a": "c"}
			terms(pod).MatchExpressions[0].Key = "c"
		}, []string{"Invalid value spec.nodeSelector",
			"Invalid value spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0]"}},
		{"a gated pod loses its affinity", gated, func(pod *corev1.Pod) { pod.Spec.Affinity = nil },
			[]string{"Invalid value spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms"}},
		{"a gated pod gets an affinity", func(pod *corev1.Pod) { gated(pod); pod.Spec.Affinity = nil },
			func(pod *corev1.Pod) { pod.Spec.Affinity = richPod().Spec.Affinity }, nil},
		{"an empty term is filled", func(pod *corev1.Pod) { gated(pod); *terms(pod) = corev1.NodeSelectorTerm{} },
			func(pod *corev1.Pod) {
				*terms(pod) = corev1.NodeSelectorTerm{MatchFields: []corev1.NodeSelectorRequirement{{Key: "metadata.name",
					Operator: "In", Values: []string{"n"}}}}
			}, []string{"Invalid value spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0]"}},
		{"an ungated pod is placed elsewhere", nothing, func(pod *corev1.Pod) { pod.Spec.NodeSelector = nil },
			[]string{spec}},
		{"mirror and AppArmor annotations", func(pod *corev1.Pod) {
			pod.Spec.NodeName = "n"
			pod.Annotations["kubernetes.io/config.mirror"] = "x"
		}, func(pod *corev1.Pod) {
			pod.Annotations = map[string]string{"container.apparmor.security.beta.kubernetes.io/main": "unconfined"}
		}, []string{"Forbidden metadata.annotations[kubernetes.io/config.mirror]",
			"Forbidden metadata.annotations[container.apparmor.security.beta.kubernetes.io/main]"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			g := gomega.NewWithT(t)
			old := storedPod(row.old)
			pod, errs := updatePod(old, row.change)
			g.Expect(listed(errs)).To(gomega.ConsistOf(row.want), "%s", messages(errs))
			g.Expect(pod.Spec.Priority).To(gomega.Equal(old.Spec.Priority))
		})
	}
}

func TestPodUpdateFillsInWhatAdmissionAdded(t *testing.T) {
	g := gomega.NewWithT(t)
	old := storedPod(func(pod *corev1.Pod) { pod.Spec.Resources = &corev1.ResourceRequirements{} })
	pod, errs := updatePod(old, func(pod *corev1.Pod) {
		pod.Spec.Priority, pod.Spec.PreemptionPolicy, pod.Spec.Resources = nil, nil, nil
	})
	g.Expect(errs).To(gomega.BeEmpty())
	g.Expect(pod.Generation).To(gomega.Equal(old.Generation))
	old.Spec.TerminationGracePeriodSeconds = ptr.To[int64](-1)
	_, errs = updatePod(old, func(*corev1.Pod) {})
	g.Expect(errs).To(gomega.BeEmpty(), "a negative grace period becomes one second")
}

func updatePodStatus(old *corev1.Pod, change func(*corev1.PodStatus)) (*corev1.Pod, field.ErrorList) {
	pod := old.DeepCopy()
	change(&pod.Status)
	core.DefaultPodFields(pod)
	core.PreparePodForStatusUpdate(pod, old)
	return pod, core.ValidatePodStatusUpdate(pod, old)
}

func TestPodStatusUpdate(t *testing.T) {
	g := gomega.NewWithT(t)
	old := storedPod(func(*corev1.Pod) {})
	old.Status.Conditions = []corev1.PodCondition{{Type: "A", ObservedGeneration: 1},
		{Type: "A", ObservedGeneration: 2}}
	old.Status.ObservedGeneration = 3
	pod, errs := updatePodStatus(old, func(s *corev1.PodStatus) {
		*s = corev1.PodStatus{Phase: corev1.PodRunning, PodIP: "10.0.0.1", HostIP: "10.0.0.2",
			HostIPs:    []corev1.HostIP{{IP: "10.0.0.2"}, {IP: "fd00::1"}},
			Conditions: []corev1.PodCondition{{Type: "A"}, {Type: "A", ObservedGeneration: 0}, {Type: "B"}}}
	})
	g.Expect(errs).To(gomega.BeEmpty(), "%s", messages(errs))
	g.Expect(pod.Status.QOSClass).To(gomega.Equal(old.Status.QOSClass))
	g.Expect(pod.Status.ObservedGeneration).To(gomega.BeEquivalentTo(3))
	g.Expect(pod.Status.Conditions[1].ObservedGeneration).To(gomega.BeEquivalentTo(2))
	g.Expect(pod.Status.PodIPs).To(gomega.HaveLen(1))

	old.Spec.NodeName = "n"
	pod = old.DeepCopy()
	pod.Status = corev1.PodStatus{QOSClass: "x", ObservedGeneration: -1, NominatedNodeName: "A", HostIP: "1",
		PodIP:  "1.1.1.1",
		PodIPs: []corev1.PodIP{{IP: "2.2.2.2"}, {IP: "3.3.3.3"}}, HostIPs: []corev1.HostIP{{IP: "x"}},
		Conditions: []corev1.PodCondition{{Type: "-", ObservedGeneration: -1}}}
	errs = core.ValidatePodStatusUpdate(pod, old)
	g.Expect(listed(errs)).To(gomega.ConsistOf("Invalid value status.qosClass",
		"Invalid value status.observedGeneration",
		"Invalid value status.nominatedNodeName", "Forbidden status.nominatedNodeName", "Invalid value status.podIPs",
		"Invalid value status.podIPs[0].ip", "Invalid value status.hostIPs[0].ip", "Invalid value status.hostIPs[0]",
		"Invalid value status.conditions[0].Type", "Invalid value status.conditions[0].observedGeneration"), "%s",
		messages(errs))
	pod.Status = corev1.PodStatus{QOSClass: old.Status.QOSClass, PodIP: "1.1.1.1"}
	g.Expect(listed(core.ValidatePodStatusUpdate(pod, old))).To(gomega.ConsistOf("Invalid value status.podIPs"))
}

// A container that its policies do not restart stays terminated.
func TestTerminatedContainersStayTerminated(t *testing.T) {
	rule := func(operator corev1.ContainerRestartRuleOnExitCodesOperator,
		action corev1.ContainerRestartRuleAction) func(*corev1.Pod) {
		return func(pod *corev1.Pod) {
			pod.Spec.Containers[0].RestartPolicy = ptr.To(corev1.ContainerRestartPolicyNever)
			pod.Spec.Containers[0].RestartPolicyRules = []corev1.ContainerRestartRule{{}, {Action: action,
				ExitCodes: &corev1.ContainerRestartRuleOnExitCodes{Operator: operator, Values: []int32{3}}}}
		}
	}
	policy := func(policy corev1.RestartPolicy) func(*corev1.Pod) {
		return func(pod *corev1.Pod) { pod.Spec.RestartPolicy = policy }
	}
	for _, row := range []struct {
		name     string
		spec     func(*corev1.Pod)
		exitCode int32
		accepted bool
	}{
		{"Never", policy("Never"), 1, false},
		{"OnFailure after a failure", policy("OnFailure"), 1, true},
		{"OnFailure after a success", policy("OnFailure"), 0, false},
		{"Always", policy("Always"), 0, true},
		{"a rule for the code", rule("In", "Restart"), 3, true},
		{"a rule for another code", rule("In", "Restart"), 4, false},
		{"a rule against another code", rule("NotIn", "Restart"), 4, true},
		{"a rule for all containers", rule("In", "RestartAllContainers"), 4, true},
	} {
		t.Run(row.name, func(t *testing.T) {
			g := gomega.NewWithT(t)
			old := storedPod(row.spec)
			terminated := corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{ExitCode: row.exitCode}}
			old.Status.ContainerStatuses = []corev1.ContainerStatus{{Name: "side"}, {Name: "main", State: terminated}}
			_, errs := updatePodStatus(old, func(s *corev1.PodStatus) { s.ContainerStatuses[1].State = corev1.ContainerState{} })
			g.Expect(len(errs) == 0).To(gomega.Equal(row.accepted), "%s", messages(errs))
		})
	}
	g := gomega.NewWithT(t)
	old := storedPod(policy("Always"))
	old.Status.EphemeralContainerStatuses = []corev1.ContainerStatus{{Name: "e", State: corev1.ContainerState{
		Terminated: &corev1.ContainerStateTerminated{}}}}
	_, errs := updatePodStatus(old, func(s *corev1.PodStatus) { s.EphemeralContainerStatuses[0].State = corev1.ContainerState{} })
	g.Expect(listed(errs)).To(gomega.ConsistOf("Forbidden status.ephemeralContainerStatuses[0].state"))
}
