package adapter_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/jobsim/jobsim/sim"
	"github.com/jobsim/jobsim/sim/adapter"
	"github.com/jobsim/jobsim/sim/kubelet"
	"github.com/jobsim/jobsim/sim/trace"
)

// reconciler is a reconcile function that is given its environment.
type reconciler func(ctx context.Context, env *adapter.Env, r reconcile.Request) (reconcile.Result, error)

func implementation(call reconciler, options ...adapter.Option) adapter.Implementation {
	return adapter.Reconciler("test", func(env *adapter.Env) (reconcile.Reconciler, error) {
		return reconcile.Func(func(ctx context.Context, r reconcile.Request) (reconcile.Result, error) {
			return call(ctx, env, r)
		}), nil
	}, options...)
}

func nothing(context.Context, *adapter.Env, reconcile.Request) (reconcile.Result, error) {
	return reconcile.Result{}, nil
}

func job(name string) *batchv1.Job {
	return &batchv1.Job{
		TypeMeta:   metav1.TypeMeta{APIVersion: "batch/v1", Kind: "Job"},
		ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: "default"},
		Spec: batchv1.JobSpec{Template: corev1.PodTemplateSpec{Spec: corev1.PodSpec{
			RestartPolicy: corev1.RestartPolicyNever,
			Containers:    []corev1.Container{{Name: "main", Image: "busybox"}},
		}}},
	}
}

// podOf is a pod as a Job's controller makes it.
func podOf(j *batchv1.Job) *corev1.Pod {
	return &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{
			GenerateName: j.Name + "-", Namespace: j.Namespace, Labels: j.Spec.Template.Labels,
			OwnerReferences: []metav1.OwnerReference{*metav1.NewControllerRef(j, batchv1.SchemeGroupVersion.WithKind("Job"))},
		},
		Spec: *j.Spec.Template.Spec.DeepCopy(),
	}
}

// story is a scenario of one Job whose pods run for ten seconds.
func story() *sim.Scenario {
	return &sim.Scenario{
		Name: "story", Jobs: []*batchv1.Job{job("work")}, Until: time.Hour,
		Pods: []kubelet.Script{{Runs: []kubelet.Run{{For: 10 * time.Second}}}},
	}
}

func run(t testing.TB, s *sim.Scenario, impl adapter.Implementation, opts ...sim.Option) *sim.Result {
	t.Helper()
	res, err := sim.Run(s, impl, opts...)
	if err != nil {
		t.Fatalf("expected a scenario that can be run, got %v", err)
	}
	return res
}

// syncs lists when Reconcile was called, and for what.
func syncs(res *sim.Result) []string {
	var found []string
	for _, e := range res.Trace.Entries {
		if e.Kind == trace.Instance && e.Verb == "sync" {
			found = append(found, fmt.Sprintf("%v %s", e.At, e.Name))
		}
	}
	return found
}

// calls lists the API calls of the implementation.
func calls(res *sim.Result) []string {
	var found []string
	for _, e := range res.Trace.Entries {
		if e.Kind == trace.Call && e.Actor == "controller" {
			found = append(found, fmt.Sprintf("%v %s %s", e.At, e.Verb, e.Resource))
		}
	}
	return found
}

// logged lists the texts of the entries of a kind.
func logged(res *sim.Result, kind trace.Kind) []string {
	var found []string
	for _, e := range res.Trace.Entries {
		if e.Kind == kind {
			found = append(found, e.Text)
		}
	}
	return found
}
