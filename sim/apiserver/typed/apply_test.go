package typed

import (
	"testing"

	"github.com/onsi/gomega"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	batchv1ac "k8s.io/client-go/applyconfigurations/batch/v1"
	corev1ac "k8s.io/client-go/applyconfigurations/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/jobsim/jobsim/sim/apiserver"
)

func jobConfig(parallelism int32) *batchv1ac.JobApplyConfiguration {
	return batchv1ac.Job("pi", "default").WithSpec(batchv1ac.JobSpec().WithParallelism(parallelism).WithTemplate(
		corev1ac.PodTemplateSpec().WithSpec(corev1ac.PodSpec().WithRestartPolicy(corev1.RestartPolicyNever).
			WithContainers(corev1ac.Container().WithName("main").WithImage("busybox")))))
}

func TestServerSideApply(t *testing.T) {
	c := newCluster(t)
	config := jobConfig(2)
	c.Expect(c.live.Apply(background(), config, client.FieldOwner("a"))).To(gomega.Succeed())
	c.Expect(c.calls[len(c.calls)-1]).To(gomega.Equal(Call{Verb: "patch", Resource: apiserver.Jobs, Namespace: "default", Name: "pi"}))
	c.Expect(*config.UID).NotTo(gomega.BeEmpty(), "the configuration becomes what was stored")
	c.Expect(*config.Spec.BackoffLimit).To(gomega.Equal(int32(6)))
	c.Expect(*config.Kind).To(gomega.Equal("Job"))

	err := c.live.Apply(background(), jobConfig(3), client.FieldOwner("b"))
	c.Expect(apierrors.IsConflict(err)).To(gomega.BeTrue())
	c.Expect(c.live.Apply(background(), jobConfig(3), client.FieldOwner("b"), client.ForceOwnership)).To(gomega.Succeed())
	c.Expect(c.live.Apply(background(), jobConfig(4), client.FieldOwner("b"), client.DryRunAll)).To(gomega.Succeed())
	c.Expect(apierrors.IsInvalid(c.live.Apply(background(), jobConfig(4)))).To(gomega.BeTrue(), "somebody must own it")

	status := batchv1ac.Job("pi", "default").WithStatus(batchv1ac.JobStatus().WithActive(1))
	c.Expect(c.live.Status().Apply(background(), status, client.FieldOwner("c"))).To(gomega.Succeed())
	body := batchv1ac.Job("pi", "default").WithStatus(batchv1ac.JobStatus().WithActive(2))
	c.Expect(c.live.Status().Apply(background(), batchv1ac.Job("pi", "default"),
		&client.SubResourceApplyOptions{SubResourceBody: body}, client.FieldOwner("c"))).To(gomega.Succeed())
	c.Expect(c.live.SubResource("scale").Apply(background(), status)).To(gomega.MatchError(gomega.ContainSubstring("scale")))

	var job batchv1.Job
	c.Expect(c.live.Get(background(), client.ObjectKey{Namespace: "default", Name: "pi"}, &job)).To(gomega.Succeed())
	c.Expect(*job.Spec.Parallelism).To(gomega.Equal(int32(3)))
	c.Expect(job.Status.Active).To(gomega.Equal(int32(2)))
}

func TestApplyOfUnstructuredAndByPatch(t *testing.T) {
	c := newCluster(t)
	u := &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "v1", "kind": "Namespace", "metadata": map[string]any{"name": "team"},
	}}
	c.Expect(c.live.Apply(background(), client.ApplyConfigurationFromUnstructured(u), client.FieldOwner("a"))).To(gomega.Succeed())
	c.Expect(u.GetUID()).NotTo(gomega.BeEmpty())

	lease := &unstructured.Unstructured{Object: map[string]any{"apiVersion": "v1", "kind": "Secret"}}
	c.Expect(c.live.Apply(background(), client.ApplyConfigurationFromUnstructured(lease), client.FieldOwner("a"))).NotTo(gomega.Succeed())

	node := newNode("n")
	node.APIVersion, node.Kind = "v1", "Node"
	node.Labels = map[string]string{"a": "1"}
	//nolint:staticcheck // deprecated, and in use
	c.Expect(c.live.Patch(background(), node, client.Apply, client.FieldOwner("a"))).To(gomega.Succeed())
	c.Expect(node.UID).NotTo(gomega.BeEmpty())
	node.Labels["b"] = "2"
	c.Expect(c.live.Update(background(), node, client.FieldOwner("b"))).To(gomega.Succeed())
	c.Expect(node.ManagedFields).To(gomega.HaveLen(2))
	c.Expect(node.ManagedFields[1].Manager).To(gomega.Equal("b"))
	//nolint:staticcheck // deprecated, and in use
	c.Expect(c.live.Patch(background(), newNode("n"), client.Apply)).NotTo(gomega.Succeed(), "without an owner")
}
