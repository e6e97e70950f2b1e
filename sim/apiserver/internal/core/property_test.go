package core_test

import (
	"encoding/json"
	"testing"

	"github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"k8s.io/utils/ptr"
	"pgregory.net/rapid"

	"github.com/jobsim/jobsim/sim/apiserver/internal/core"
	"github.com/jobsim/jobsim/sim/apiserver/internal/core/mutate"
)

// richPod is a valid pod with something in most places that have rules.
func richPod() *corev1.Pod {
	env := []corev1.EnvVar{{Name: "A", Value: "x"}, {Name: "B", ValueFrom: &corev1.EnvVarSource{
		FieldRef: &corev1.ObjectFieldSelector{FieldPath: "metadata.name"},
	}}}
	probe := func() *corev1.Probe {
		return &corev1.Probe{ProbeHandler: corev1.ProbeHandler{Exec: &corev1.ExecAction{Command: []string{"true"}}}}
	}
	return &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{
			Name: "p", Namespace: "ns", UID: "u", CreationTimestamp: metav1.Unix(1000, 0),
			Labels: map[string]string{"a": "b"}, Annotations: map[string]string{"a.io/b": "c"},
			Finalizers: []string{"batch.kubernetes.io/job-tracking"},
		},
		Spec: corev1.PodSpec{
			RestartPolicy: corev1.RestartPolicyNever,
			InitContainers: []corev1.Container{
				{Name: "init", Image: "i:1"},
				{Name: "side", Image: "s:1", RestartPolicy: ptr.To(corev1.ContainerRestartPolicyAlways),
					ReadinessProbe: probe()},
			},
			Containers: []corev1.Container{{
				Name: "main", Image: "m", Env: env, LivenessProbe: probe(),
				Ports:        []corev1.ContainerPort{{Name: "http", ContainerPort: 80}},
				VolumeMounts: []corev1.VolumeMount{{Name: "vol", MountPath: "/p"}},
				Resources: corev1.ResourceRequirements{
					Limits:   corev1.ResourceList{"cpu": resource.MustParse("1")},
					Requests: corev1.ResourceList{"cpu": resource.MustParse("100m")},
				},
				SecurityContext: &corev1.SecurityContext{RunAsUser: ptr.To[int64](1)},
			}},
			Volumes:         []corev1.Volume{{Name: "vol"}},
			NodeSelector:    map[string]string{"a": "b"},
			Tolerations:     []corev1.Toleration{{Key: "a", Operator: corev1.TolerationOpExists}},
			SecurityContext: &corev1.PodSecurityContext{FSGroup: ptr.To[int64](1)},
			Affinity: &corev1.Affinity{NodeAffinity: &corev1.NodeAffinity{
				RequiredDuringSchedulingIgnoredDuringExecution: &corev1.NodeSelector{
					NodeSelectorTerms: []corev1.NodeSelectorTerm{{MatchExpressions: []corev1.NodeSelectorRequirement{
						{Key: "a", Operator: corev1.NodeSelectorOpIn, Values: []string{"b"}}}}},
				},
			}},
		},
	}
}

func text(t gomega.Gomega, value any) string {
	data, err := json.Marshal(value)
	t.Expect(err).NotTo(gomega.HaveOccurred())
	return string(data)
}

func messages(errs field.ErrorList) string {
	if len(errs) == 0 {
		return ""
	}
	return errs.ToAggregate().Error()
}

func TestRichPodIsValid(t *testing.T) {
	g := gomega.NewWithT(t)
	pod := richPod()
	core.DefaultPod(pod)
	g.Expect(core.ValidatePodCreate(pod)).To(gomega.BeEmpty())
}

func drawPod(t *rapid.T) *corev1.Pod {
	pod := richPod()
	mutate.Object(t, &pod.Spec, rapid.IntRange(0, 4).Draw(t, "changes of the spec"))
	mutate.Object(t, pod, rapid.IntRange(0, 1).Draw(t, "changes of the pod"))
	return pod
}

// Whatever is submitted: defaulting settles it in one go, writes into nobody else's memory, and leaves nothing for
// validation to report as required that has a default.
func TestDefaultPodIsIdempotentAndPure(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := gomega.NewWithT(t)
		submitted := drawPod(t)
		before := text(g, submitted)
		pod := *submitted
		core.DefaultPod(&pod)
		g.Expect(text(g, submitted)).To(gomega.Equal(before), "the submitted pod was written to")
		once := text(g, &pod)
		core.DefaultPod(&pod)
		g.Expect(text(g, &pod)).To(gomega.Equal(once), "a second pass changed something")
	})
}

// Validation neither changes what it looks at nor depends on the order of maps.
func TestValidationIsPureAndRepeatable(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := gomega.NewWithT(t)
		pod := drawPod(t)
		core.DefaultPodFields(pod)
		before := text(g, pod)
		template := corev1.PodTemplateSpec{ObjectMeta: pod.ObjectMeta, Spec: pod.Spec}
		found := messages(core.ValidatePodCreate(pod)) +
			messages(core.ValidatePodTemplateSpec(&template, field.NewPath("template")))
		for range 3 {
			again := messages(core.ValidatePodCreate(pod)) +
				messages(core.ValidatePodTemplateSpec(&template, field.NewPath("template")))
			g.Expect(again).To(gomega.Equal(found))
		}
		g.Expect(text(g, pod)).To(gomega.Equal(before))
	})
}

// A template that passes makes pods that pass, but for the few points in which pods are held to more.
func TestPodOfValidTemplateIsValid(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := gomega.NewWithT(t)
		drawn := drawPod(t)
		core.DefaultPodSpec(&drawn.Spec)
		template := corev1.PodTemplateSpec{Spec: drawn.Spec}
		if len(core.ValidatePodTemplateSpec(&template, field.NewPath("template"))) > 0 {
			t.Skip("an invalid template")
		}
		pod := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "p", Namespace: "ns"}, Spec: drawn.Spec}
		core.DefaultPod(pod)
		for _, err := range core.ValidatePodCreate(pod) {
			g.Expect(err.Error()).To(gomega.Or(
				gomega.ContainSubstring("whitespace"),
				gomega.ContainSubstring("schedulingGates"),
				gomega.ContainSubstring("hostPort"),
				gomega.ContainSubstring("spec.resources"),
				gomega.ContainSubstring(".resources.requests"),
			))
		}
	})
}

// An update that changes nothing is accepted, and no update moves the status or what the server owns.
func TestPodUpdateKeepsStatus(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := gomega.NewWithT(t)
		old := richPod()
		core.DefaultPod(old)
		old.ResourceVersion = "1"
		before := text(g, old)
		pod := old.DeepCopy()
		changes := rapid.IntRange(0, 3).Draw(t, "changes")
		mutate.Object(t, pod, changes)
		core.DefaultPodFields(pod)
		core.PreparePodForUpdate(pod, old)
		g.Expect(text(g, pod.Status)).To(gomega.Equal(text(g, old.Status)))
		g.Expect(pod.Generation).To(gomega.BeNumerically(">=", old.Generation))
		errs := core.ValidatePodUpdate(pod, old)
		if changes == 0 {
			g.Expect(errs).To(gomega.BeEmpty())
			g.Expect(pod.Generation).To(gomega.Equal(old.Generation))
		}
		g.Expect(text(g, old)).To(gomega.Equal(before))
	})
}

// A write to status leaves the spec alone, whatever it brings.
func TestPodStatusUpdateKeepsSpec(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := gomega.NewWithT(t)
		old := richPod()
		core.DefaultPod(old)
		old.ResourceVersion = "1"
		mutate.Object(t, &old.Status, rapid.IntRange(0, 2).Draw(t, "changes before"))
		pod := old.DeepCopy()
		mutate.Object(t, pod, rapid.IntRange(0, 1).Draw(t, "changes of the pod"))
		mutate.Object(t, &pod.Status, rapid.IntRange(0, 3).Draw(t, "changes of the status"))
		core.DefaultPodFields(pod)
		core.PreparePodForStatusUpdate(pod, old)
		g.Expect(text(g, pod.Spec)).To(gomega.Equal(text(g, old.Spec)))
		g.Expect(messages(core.ValidatePodStatusUpdate(pod, old))).To(
			gomega.Equal(messages(core.ValidatePodStatusUpdate(pod, old))))
	})
}

// The fast checks of names accept exactly what the library accepts, through the functions that use both.
func TestNamesAgreeWithTheLibrary(t *testing.T) {
	name := rapid.StringOfN(rapid.SampledFrom([]rune("aZ0-._/é")), 0, 70, -1)
	rapid.Check(t, func(t *rapid.T) {
		g := gomega.NewWithT(t)
		key, value := name.Draw(t, "key"), name.Draw(t, "value")
		valid := len(validation.IsQualifiedName(key)) == 0 && len(validation.IsValidLabelValue(value)) == 0
		errs := core.ValidateLabels(map[string]string{key: value}, field.NewPath("labels"))
		g.Expect(errs == nil).To(gomega.Equal(valid), "%q: %q", key, value)

		meta := &metav1.ObjectMeta{Name: key, Namespace: value}
		valid = len(validation.IsDNS1123Subdomain(key)) == 0 && len(validation.IsDNS1123Label(value)) == 0
		g.Expect(len(core.ValidateObjectMeta(meta, field.NewPath("metadata"))) == 0).To(gomega.Equal(valid))
	})
}
