// Package informers is the example controller as a program on client-go: shared informers, a work queue, and workers.
package informers

import (
	"context"
	"slices"

	"k8s.io/apimachinery/pkg/types"
	utilruntime "k8s.io/apimachinery/pkg/util/runtime"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/util/workqueue"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/jobsim/jobsim/conformance/example"
)

// Controller takes Jobs from a queue that informers fill.
type Controller struct {
	reconciler reconcile.Reconciler
	queue      workqueue.TypedRateLimitingInterface[reconcile.Request]
	synced     []cache.InformerSynced
}

// New makes a controller whose informers come from a factory, which is started afterwards.
func New(factory informers.SharedInformerFactory, r reconcile.Reconciler) (*Controller, error) {
	c := &Controller{reconciler: r, queue: workqueue.NewTypedRateLimitingQueue(
		workqueue.DefaultTypedControllerRateLimiter[reconcile.Request]())}
	for _, of := range []struct {
		informer cache.SharedIndexInformer
		requests func(client.Object) []reconcile.Request
	}{
		{factory.Batch().V1().Jobs().Informer(), itself},
		{factory.Core().V1().Pods().Informer(), jobsOf},
	} {
		handle, err := of.informer.AddEventHandler(cache.ResourceEventHandlerFuncs{
			AddFunc:    func(obj any) { c.enqueue(of.requests(obj.(client.Object))) },
			UpdateFunc: func(old, now any) { c.enqueue(of.requests(old.(client.Object)), of.requests(now.(client.Object))) },
			DeleteFunc: func(obj any) {
				if last, ok := obj.(cache.DeletedFinalStateUnknown); ok {
					obj = last.Obj
				}
				c.enqueue(of.requests(obj.(client.Object)))
			},
		})
		if err != nil {
			return nil, err
		}
		c.synced = append(c.synced, handle.HasSynced)
	}
	return c, nil
}

// enqueue adds requests, each once: a pod may have been another Job's before.
func (c *Controller) enqueue(requests ...[]reconcile.Request) {
	all := slices.Concat(requests...)
	for i, r := range all {
		if !slices.Contains(all[:i], r) {
			c.queue.Add(r)
		}
	}
}

func itself(job client.Object) []reconcile.Request {
	return []reconcile.Request{{NamespacedName: types.NamespacedName{Namespace: job.GetNamespace(), Name: job.GetName()}}}
}

func jobsOf(pod client.Object) []reconcile.Request { return example.JobsOf(context.Background(), pod) }

// Run works until ctx ends.
func (c *Controller) Run(ctx context.Context, workers int) error {
	var group wait.Group
	defer group.Wait()
	defer c.queue.ShutDown()
	if !cache.WaitForCacheSync(ctx.Done(), c.synced...) {
		return ctx.Err()
	}
	for range workers {
		group.Start(func() {
			for c.work(ctx) {
			}
		})
	}
	<-ctx.Done()
	return ctx.Err()
}

// work looks at one Job. It reports false when there will be no more.
func (c *Controller) work(ctx context.Context) bool {
	request, down := c.queue.Get()
	if down {
		return false
	}
	defer c.queue.Done(request)
	result, err := c.reconciler.Reconcile(ctx, request)
	if err != nil {
		utilruntime.HandleErrorWithContext(ctx, err, "the Job will be tried again", "job", request)
		c.queue.AddRateLimited(request)
		return true
	}
	c.queue.Forget(request)
	if result.RequeueAfter > 0 {
		c.queue.AddAfter(request, result.RequeueAfter)
	}
	return true
}
