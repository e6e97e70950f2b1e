// Package manager runs the example controller the way most controllers are run: in a manager of controller-runtime,
// with its caches, work queue and goroutines. Nothing in it knows of jobsim, which runs it unmodified:
//
//	conformance.Run(t, adapter.Concurrent("manager", manager.Run))
package manager

import (
	"context"

	"github.com/go-logr/logr"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/leaderelection/resourcelock"
	"sigs.k8s.io/controller-runtime/pkg/builder"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/config"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	ctrl "sigs.k8s.io/controller-runtime/pkg/manager"
	"sigs.k8s.io/controller-runtime/pkg/metrics/server"
	"sigs.k8s.io/controller-runtime/pkg/predicate"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/jobsim/jobsim/conformance/example"
)

// Run runs the controller until ctx ends.
func Run(ctx context.Context, cfg *rest.Config) error { return start(ctx, cfg, options()) }

// RunElected does so once the process, which must have a name of its own, holds the lease of the controller.
func RunElected(ctx context.Context, cfg *rest.Config, identity string) error {
	clientset, err := kubernetes.NewForConfig(cfg)
	if err != nil {
		return err
	}
	o := options()
	o.LeaderElection = true
	o.LeaderElectionResourceLockInterface = &resourcelock.LeaseLock{
		LeaseMeta:  metav1.ObjectMeta{Namespace: "kube-system", Name: "example-job-controller"},
		Client:     clientset.CoordinationV1(),
		LockConfig: resourcelock.ResourceLockConfig{Identity: identity},
	}
	return start(ctx, cfg, o)
}

func options() ctrl.Options {
	return ctrl.Options{
		Logger:  logr.Discard(),
		Metrics: server.Options{BindAddress: "0"}, // it would listen on a socket
		// A process has one controller of a name, since its metrics are global; here it is started many times.
		Controller: config.Controller{SkipNameValidation: new(true)},
	}
}

func start(ctx context.Context, cfg *rest.Config, o ctrl.Options) error {
	mgr, err := ctrl.New(cfg, o)
	if err != nil {
		return err
	}
	if err := setUp(mgr, example.NewWithClients(mgr.GetClient(), mgr.GetAPIReader())); err != nil {
		return err
	}
	return mgr.Start(ctx)
}

// setUp has the controller follow Jobs and their pods. Pods that nobody owns wake the Job of their label, which may
// adopt them or has to let them go. No change of a pod is taken in twice: whether the Job is then looked at once or
// twice would depend on which goroutine comes first.
func setUp(mgr ctrl.Manager, r reconcile.Reconciler) error {
	return builder.ControllerManagedBy(mgr).
		For(&batchv1.Job{}).
		Owns(&corev1.Pod{}).
		Watches(&corev1.Pod{}, handler.EnqueueRequestsFromMapFunc(example.JobsOf),
			builder.WithPredicates(predicate.NewPredicateFuncs(unowned))).
		Complete(r)
}

func unowned(pod client.Object) bool { return metav1.GetControllerOf(pod) == nil }
