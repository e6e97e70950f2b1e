package fakes

import (
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/client-go/util/workqueue"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/jobsim/jobsim/sim/adapter"
)

// Watches lists what the manager must watch. Job events come first, so that an initial list shows the Jobs before their
// pods. Both watches must be unfiltered: the handlers learn from them how far the caches have come.
func (r *Reconciler) Watches() []adapter.Watch {
	return []adapter.Watch{
		{Object: &batchv1.Job{}, Handler: r.jobHandler()},
		{Object: &corev1.Pod{}, Handler: r.podHandler()},
	}
}

// requests is the work queue as event handlers see it.
type requests = workqueue.TypedRateLimitingInterface[reconcile.Request]

func requestFor(o client.Object) reconcile.Request {
	return reconcile.Request{NamespacedName: client.ObjectKeyFromObject(o)}
}
