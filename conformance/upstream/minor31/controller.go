package minor31

import (
	"context"

	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	restclient "k8s.io/client-go/rest"
	"k8s.io/kubernetes/pkg/controller/job"
	"k8s.io/kubernetes/pkg/controller/ttlafterfinished"

	"github.com/jobsim/jobsim/sim/adapter"
	"github.com/jobsim/jobsim/sim/adapter/inorder"
)

//go:generate go run ./assemble

// Controller is the Job controller of kube-controller-manager 1.31, with its TTL controller.
func Controller() adapter.Implementation {
	return adapter.Concurrent("kube-controller-manager-1.31", run)
}

// workers is how many Jobs are synced at once, as kube-controller-manager does unless told otherwise.
const workers = 5

// run starts the controllers as kube-controller-manager does, but for one thing: pods are listed in order, so that runs
// are repeatable.
func run(ctx context.Context, cfg *restclient.Config) error {
	client, err := kubernetes.NewForConfig(cfg)
	if err != nil {
		return err
	}
	factory := informers.NewSharedInformerFactory(client, 0)
	jobs := factory.Batch().V1().Jobs()
	controller, err := job.NewController(ctx, inorder.Pods(factory.Core().V1().Pods()), jobs, client)
	if err != nil {
		return err
	}
	ttl := ttlafterfinished.New(ctx, jobs, client)
	factory.Start(ctx.Done())
	go ttl.Run(ctx, workers)
	controller.Run(ctx, workers)
	factory.Shutdown()
	return ctx.Err()
}
