package example

import (
	"context"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/jobsim/jobsim/sim/adapter"
)

// Watches says what the controller follows: Jobs, and pods, of which each wakes the Job that controls it or did so
// before. A pod without a controller wakes the Job of its label, which may adopt it or has to let it go.
func Watches() adapter.Option {
	return adapter.Watches(
		adapter.Watch{Object: &batchv1.Job{}, Handler: &handler.EnqueueRequestForObject{}},
		adapter.Watch{Object: &corev1.Pod{}, Handler: handler.EnqueueRequestsFromMapFunc(JobsOf)},
	)
}

// JobsOf says which Jobs a change of a pod is of interest to.
func JobsOf(_ context.Context, pod client.Object) []reconcile.Request {
	name := pod.GetLabels()[batchv1.JobNameLabel]
	if owner := metav1.GetControllerOf(pod); owner != nil {
		if owner.Kind != "Job" {
			return nil
		}
		name = owner.Name
	}
	if name == "" {
		name = pod.GetName() // no Job has this name; the strays are looked after all the same
	}
	return []reconcile.Request{{NamespacedName: types.NamespacedName{Namespace: pod.GetNamespace(), Name: name}}}
}
