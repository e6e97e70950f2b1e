package core_test

import (
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/utils/ptr"
)

func TestRejectedResources(t *testing.T) {
	const at = "template.spec.containers[0].resources"
	set := func(limits, requests corev1.ResourceList) func(*corev1.PodSpec) {
		return func(s *corev1.PodSpec) {
			s.Containers[0].Resources = corev1.ResourceRequirements{Limits: limits, Requests: requests}
		}
	}
	one := resource.MustParse("1")
	checkRejections(t, []rejection{
		{"request above limit", set(corev1.ResourceList{"cpu": one},
			corev1.ResourceList{"cpu": resource.MustParse("2")}),
			[]string{"Invalid value " + at + ".requests"}},
		{"negative", set(corev1.ResourceList{"cpu": resource.MustParse("-1")}, nil),
			[]string{"Invalid value " + at + ".limits[cpu]"}},
		{"unknown name", set(corev1.ResourceList{"x": one}, nil),
			[]string{"Invalid value " + at + ".limits[x]", "Invalid value " + at + ".limits[x]"}},
		{"counted objects", set(corev1.ResourceList{"pods": resource.MustParse("100m")}, nil),
			[]string{"Invalid value " + at + ".limits[pods]", "Invalid value " + at + ".limits[pods]"}},
		{"malformed name", set(corev1.ResourceList{"a/b/c": one}, nil),
			[]string{"Invalid value " + at + ".limits[a/b/c]", "Invalid value " + at + ".limits[a/b/c]"}},
		{"devices", set(corev1.ResourceList{"x.io/gpu": resource.MustParse("1500m")},
			corev1.ResourceList{"x.io/gpu": one}),
			[]string{"Invalid value " + at + ".limits[x.io/gpu]", "Invalid value " + at + ".requests"}},
		{"devices without limit", set(nil, corev1.ResourceList{"x.io/gpu": one}),
			[]string{"Required value " + at + ".limits"}},
		{"huge pages", set(corev1.ResourceList{"hugepages-2Mi": resource.MustParse("3Mi")}, nil),
			[]string{"Invalid value " + at + ".limits[hugepages-2Mi]", "Forbidden " + at}},
		{"claims", func(s *corev1.PodSpec) {
			s.ResourceClaims = []corev1.PodResourceClaim{{},
				{Name: "c", ResourceClaimName: ptr.To("A"), ResourceClaimTemplateName: ptr.To("B")},
				{Name: "c", ResourceClaimName: ptr.To("a")}, {Name: "A", ResourceClaimName: ptr.To("a")}}
			s.Containers[0].Resources.Claims = []corev1.ResourceClaim{{}, {Name: "c", Request: "r"},
				{Name: "c", Request: "r"},
				{Name: "c"}, {Name: "c"}, {Name: "x", Request: "-"}}
		}, []string{"Required value template.spec.resourceClaims[0].name",
			"Invalid value template.spec.resourceClaims[0]",
			"Invalid value template.spec.resourceClaims[1]",
			"Invalid value template.spec.resourceClaims[1].resourceClaimName",
			"Invalid value template.spec.resourceClaims[1].resourceClaimTemplateName",
			"Duplicate value template.spec.resourceClaims[2].name",
			"Invalid value template.spec.resourceClaims[3].name",
			"Required value " + at + ".claims[0]", "Duplicate value " + at + ".claims[2]",
			"Duplicate value " + at + ".claims[3]",
			"Duplicate value " + at + ".claims[3]", "Duplicate value " + at + ".claims[4]",
			"Not found " + at + ".claims[5]",
			"Invalid value " + at + ".claims[5].request"}},
		{"undeclared claim", func(s *corev1.PodSpec) { s.Containers[0].Resources.Claims = []corev1.ResourceClaim{{Name: "x"}} },
			[]string{"Not found " + at + ".claims[0]"}},
		{"pod as a whole", func(s *corev1.PodSpec) {
			s.Resources = &corev1.ResourceRequirements{Claims: []corev1.ResourceClaim{},
				Limits: corev1.ResourceList{"cpu": resource.MustParse("500m"),
					"hugepages-2Mi": resource.MustParse("2Mi")},
				Requests: corev1.ResourceList{"cpu": resource.MustParse("50m"), "ephemeral-storage": one}}
			s.Containers[0].Resources.Limits["hugepages-2Mi"] = resource.MustParse("4Mi")
		}, []string{"Forbidden template.spec.resources.claims", "Invalid value template.spec.resources.requests[cpu]",
			"Unsupported value template.spec.resources.requests[ephemeral-storage]",
			"Invalid value template.spec.resources.limits[hugepages-2Mi]",
			"Invalid value template.spec.resources.containers[0][cpu].limits",
			"Invalid value template.spec.resources.containers[0][hugepages-2Mi].limits"}},
		{"pod as a whole on windows", func(s *corev1.PodSpec) {
			s.OS = &corev1.PodOS{Name: corev1.Windows}
			s.SecurityContext, s.Containers[0].SecurityContext = nil, nil
			s.Resources = &corev1.ResourceRequirements{}
		}, []string{"Forbidden template.spec.resources"}},
	})
}
