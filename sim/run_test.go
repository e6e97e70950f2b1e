package sim_test

import (
	"fmt"
	"testing"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/jobsim/jobsim/fakes"
	"github.com/jobsim/jobsim/sim"
	"github.com/jobsim/jobsim/sim/adapter"
	"github.com/jobsim/jobsim/sim/kubelet"
)

func reference() adapter.Implementation {
	return adapter.Reconciler("reference", func(env *adapter.Env) (reconcile.Reconciler, error) {
		return fakes.NewReference(env)
	})
}

func job(name string, change func(*batchv1.JobSpec)) *batchv1.Job {
	j := &batchv1.Job{
		TypeMeta:   metav1.TypeMeta{APIVersion: "batch/v1", Kind: "Job"},
		ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: "default"},
		Spec: batchv1.JobSpec{Template: corev1.PodTemplateSpec{Spec: corev1.PodSpec{
			RestartPolicy: corev1.RestartPolicyNever,
			Containers:    []corev1.Container{{Name: "main", Image: "busybox"}},
		}}},
	}
	change(&j.Spec)
	return j
}

func TestTry(t *testing.T) {
	three := int32(3)
	s := &sim.Scenario{Name: "try", Jobs: []*batchv1.Job{job("crash", func(s *batchv1.JobSpec) {
		s.BackoffLimit = &three
		s.Template.Spec.RestartPolicy = corev1.RestartPolicyOnFailure
	})}, Pods: []kubelet.Script{{Start: time.Second, Runs: []kubelet.Run{{For: 5 * time.Second, Exit: 1}}}}}
	res, err := sim.Run(s, reference())
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range res.Trace.Entries {
		fmt.Println(e.Seq, e.Cause, e.At, e.Kind, e.Actor, e.Verb, e.Resource, e.Subresource, e.Name, e.Container, e.Number, e.Code, e.Reason, e.Wait, e.Text, e.Status)
	}
	fmt.Println(res.Ending, res.Failure, res.End)
	fmt.Printf("%+v\n", res.Jobs[0].Status)
}
