package core_test

import (
	"testing"

	"github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"k8s.io/utils/ptr"

	"github.com/jobsim/jobsim/sim/apiserver/internal/core"
)

// listed shows errors as "Type path", which is what clients can rely on.
func listed(errs field.ErrorList) []string {
	out := []string{}
	for _, err := range errs {
		out = append(out, err.Type.String()+" "+err.Field)
	}
	return out
}

// rejection is one bad spec and all that is wrong with it.
type rejection struct {
	name   string
	change func(*corev1.PodSpec)
	want   []string
}

func checkRejections(t *testing.T, rows []rejection) {
	t.Helper()
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			g := gomega.NewWithT(t)
			template := corev1.PodTemplateSpec{Spec: richPod().Spec}
			core.DefaultPodSpec(&template.Spec)
			template.Spec = *template.Spec.DeepCopy()
			row.change(&template.Spec)
			errs := core.ValidatePodTemplateSpec(&template, field.NewPath("template"))
			g.Expect(listed(errs)).To(gomega.ConsistOf(row.want), "%s", messages(errs))
		})
	}
}

func TestRejectedContainers(t *testing.T) {
	main := func(change func(*corev1.Container)) func(*corev1.PodSpec) {
		return func(spec *corev1.PodSpec) { change(&spec.Containers[0]) }
	}
	const at = "template.spec.containers[0]"
	many := make([]corev1.ContainerRestartRule, 21)
	for i := range many {
		many[i] = corev1.ContainerRestartRule{
			Action:    corev1.ContainerRestartRuleActionRestart,
			ExitCodes: &corev1.ContainerRestartRuleOnExitCodes{Operator: corev1.ContainerRestartRuleOnExitCodesOpIn},
		}
	}
	checkRejections(t, []rejection{
		{"no container", func(s *corev1.PodSpec) { s.Containers = nil },
			[]string{"Required value template.spec.containers"}},
		{"no name", main(func(c *corev1.Container) { c.Name = "" }), []string{"Required value " + at + ".name"}},
		{"bad name", main(func(c *corev1.Container) { c.Name = "A" }), []string{"Invalid value " + at + ".name"}},
		{"no image", main(func(c *corev1.Container) { c.Image = "" }), []string{"Required value " + at + ".image"}},
		{"twice the same name", func(s *corev1.PodSpec) {
			s.Containers = append(s.Containers, *s.Containers[0].DeepCopy())
			s.InitContainers[0].Name = "main"
		}, []string{"Duplicate value template.spec.containers[1].name",
			"Duplicate value template.spec.initContainers[0].name"}},
		{"pull policy", main(func(c *corev1.Container) { c.ImagePullPolicy = "x" }),
			[]string{"Unsupported value " + at + ".imagePullPolicy"}},
		{"no pull policy", main(func(c *corev1.Container) { c.ImagePullPolicy = "" }),
			[]string{"Required value " + at + ".imagePullPolicy"}},
		{"termination message", main(func(c *corev1.Container) { c.TerminationMessagePolicy = "x" }),
			[]string{"Unsupported value " + at + ".terminationMessagePolicy"}},
		{"no termination message", main(func(c *corev1.Container) { c.TerminationMessagePolicy = "" }),
			[]string{"Required value " + at + ".terminationMessagePolicy"}},
		{"ports", main(func(c *corev1.Container) {
			c.Ports = []corev1.ContainerPort{
				{Name: "a_", ContainerPort: 1, Protocol: "TCP"},
				{Name: "b", ContainerPort: 1, HostPort: 2, Protocol: "TCP"},
				{Name: "b", HostPort: 70000, Protocol: "x"}, {ContainerPort: -1, HostPort: 2, Protocol: "TCP"},
				{ContainerPort: 1},
			}
		}), []string{"Invalid value " + at + ".ports[0].name", "Duplicate value " + at + ".ports[2].name",
			"Required value " + at + ".ports[2].containerPort", "Invalid value " + at + ".ports[2].hostPort",
			"Unsupported value " + at + ".ports[2].protocol", "Invalid value " + at + ".ports[3].containerPort",
			"Duplicate value " + at + ".ports[3].hostPort", "Required value " + at + ".ports[4].protocol"}},
		{"restart rules without a policy", main(func(c *corev1.Container) { c.RestartPolicyRules = many }),
			[]string{"Required value " + at + ".restartPolicy", "Too many " + at + ".restartPolicyRules"}},
		{"restart rules", main(func(c *corev1.Container) {
			c.RestartPolicy = ptr.To[corev1.ContainerRestartPolicy]("x")
			c.RestartPolicyRules = []corev1.ContainerRestartRule{{Action: "x"}, {
				Action:    corev1.ContainerRestartRuleActionRestartAllContainers,
				ExitCodes: &corev1.ContainerRestartRuleOnExitCodes{Operator: "x", Values: make([]int32, 256)},
			}}
		}), []string{"Unsupported value " + at + ".restartPolicy",
			"Unsupported value " + at + ".restartPolicyRules[0].action",
			"Required value " + at + ".restartPolicyRules[0].exitCodes",
			"Too many " + at + ".restartPolicyRules[1].exitCodes.values",
			"Unsupported value " + at + ".restartPolicyRules[1].exitCodes.operator"}},
		{"restart rules of an init container without a policy", func(s *corev1.PodSpec) {
			s.InitContainers[0].RestartPolicyRules = many
		}, []string{"Required value template.spec.initContainers[0].restartPolicy"}},
		{"what only sidecars may have", func(s *corev1.PodSpec) {
			c := &s.InitContainers[0]
			c.Lifecycle = &corev1.Lifecycle{}
			c.LivenessProbe = s.Containers[0].LivenessProbe
			c.ReadinessProbe, c.StartupProbe = c.LivenessProbe, c.LivenessProbe
			c.ResizePolicy = []corev1.ContainerResizePolicy{{ResourceName: "cpu",
				RestartPolicy: corev1.RestartContainer}}
			s.RestartPolicy = corev1.RestartPolicyOnFailure
		}, []string{"Forbidden template.spec.initContainers[0].lifecycle",
			"Forbidden template.spec.initContainers[0].livenessProbe",
			"Forbidden template.spec.initContainers[0].readinessProbe",
			"Forbidden template.spec.initContainers[0].startupProbe",
			"Invalid value template.spec.initContainers[0].resizePolicy[0].restartPolicy"}},
		{"resize policy", main(func(c *corev1.Container) {
			c.ResizePolicy = []corev1.ContainerResizePolicy{{}, {ResourceName: "x", RestartPolicy: "x"},
				{ResourceName: "x", RestartPolicy: corev1.NotRequired}}
		}), []string{"Required value " + at + ".resizePolicy", "Required value " + at + ".resizePolicy",
			"Invalid value " + at + ".resizePolicy", "Unsupported value " + at + ".resizePolicy",
			"Unsupported value " + at + ".resizePolicy", "Invalid value " + at + ".resizePolicy",
			"Duplicate value " + at + ".resizePolicy[2]", "Unsupported value " + at + ".resizePolicy"}},
		{"ephemeral container in a template", func(s *corev1.PodSpec) {
			c := corev1.EphemeralContainer{TargetContainerName: "x"}
			c.Name, c.Image, c.ImagePullPolicy, c.TerminationMessagePolicy = "main", " i", "Always", "File"
			c.Ports = []corev1.ContainerPort{{ContainerPort: 1, Protocol: "TCP"}}
			c.VolumeMounts = []corev1.VolumeMount{{Name: "vol", MountPath: "/p", SubPath: "a"}}
			s.EphemeralContainers = []corev1.EphemeralContainer{c}
		}, []string{"Forbidden template.spec.ephemeralContainers",
			"Duplicate value template.spec.ephemeralContainers[0].name",
			"Invalid value template.spec.ephemeralContainers[0].image",
			"Forbidden template.spec.ephemeralContainers[0].ports",
			"Not found template.spec.ephemeralContainers[0].targetContainerName",
			"Forbidden template.spec.ephemeralContainers[0].volumeMounts[0].subPath"}},
	})
}
