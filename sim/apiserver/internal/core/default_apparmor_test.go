package core_test

import (
	"testing"

	"github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/utils/ptr"

	"github.com/jobsim/jobsim/sim/apiserver/internal/core"
)

func TestAppArmorAnnotationsBecomeFields(t *testing.T) {
	const prefix = "container.apparmor.security.beta.kubernetes.io/"
	localhost := &corev1.AppArmorProfile{Type: corev1.AppArmorProfileTypeLocalhost, LocalhostProfile: ptr.To("p")}
	unconfined := &corev1.AppArmorProfile{Type: corev1.AppArmorProfileTypeUnconfined}
	for name, row := range map[string]struct {
		annotations map[string]string
		change      func(*corev1.PodSpec)
		want        *corev1.AppArmorProfile
	}{
		"a profile of the node":       {map[string]string{prefix + "main": "localhost/p"}, nil, localhost},
		"none":                        {map[string]string{prefix + "main": "unconfined"}, nil, unconfined},
		"of another container":        {map[string]string{prefix + "other": "unconfined"}, nil, nil},
		"malformed":                   {map[string]string{prefix + "main": "localhost/"}, nil, nil},
		"a name that no profile has":  {map[string]string{prefix + "main": "localhost/ "}, nil, nil},
		"a field that is there stays": {map[string]string{prefix + "main": "localhost/p"}, func(s *corev1.PodSpec) { s.Containers[0].SecurityContext.AppArmorProfile = unconfined }, unconfined},
		"what the pod says already": {map[string]string{prefix + "main": "localhost/p"}, func(s *corev1.PodSpec) {
			s.SecurityContext = &corev1.PodSecurityContext{AppArmorProfile: localhost}
		}, nil},
		"Windows has none": {map[string]string{prefix + "main": "localhost/p"},
			func(s *corev1.PodSpec) { s.OS = &corev1.PodOS{Name: corev1.Windows} }, nil},
	} {
		t.Run(name, func(t *testing.T) {
			g := gomega.NewWithT(t)
			pod := richPod()
			pod.Annotations = row.annotations
			if row.change != nil {
				row.change(&pod.Spec)
			}
			submitted := *pod
			before := text(g, &submitted)
			core.DefaultPod(pod)
			g.Expect(pod.Spec.Containers[0].SecurityContext.AppArmorProfile).To(gomega.Equal(row.want))
			g.Expect(pod.Spec.Containers[0].SecurityContext.RunAsUser).To(gomega.HaveValue(gomega.BeEquivalentTo(1)))
			g.Expect(text(g, &submitted)).To(gomega.Equal(before), "the submitted pod was written to")
		})
	}
}
