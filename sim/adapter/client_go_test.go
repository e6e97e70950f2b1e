package adapter_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	. "github.com/onsi/gomega"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	batchlisters "k8s.io/client-go/listers/batch/v1"
	corelisters "k8s.io/client-go/listers/core/v1"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/util/workqueue"

	"github.com/jobsim/jobsim/sim"
	"github.com/jobsim/jobsim/sim/adapter"
	"github.com/jobsim/jobsim/sim/event"
	"github.com/jobsim/jobsim/sim/trace"
)

// classic is a controller as they are written on client-go: shared informers, a work queue, two workers. It creates the
// pods of a Job and completes it.
type classic struct {
	client kubernetes.Interface
	jobs   batchlisters.JobLister
	pods   corelisters.PodLister
	queue  workqueue.TypedRateLimitingInterface[string]
}

func runClassic(ctx context.Context, config *rest.Config) error {
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return err
	}
	factory := informers.NewSharedInformerFactory(client, 0)
	c := &classic{
		client: client, jobs: factory.Batch().V1().Jobs().Lister(), pods: factory.Core().V1().Pods().Lister(),
		queue: workqueue.NewTypedRateLimitingQueue(workqueue.DefaultTypedControllerRateLimiter[string]()),
	}
	notice := func(obj any) {
		if o, err := cache.DeletionHandlingObjectToName(obj); err == nil {
			key := o.String()
			if p, ok := obj.(*corev1.Pod); ok {
				key = p.Namespace + "/" + p.Labels["job"]
			}
			c.queue.Add(key)
		}
	}
	handler := cache.ResourceEventHandlerFuncs{AddFunc: notice, UpdateFunc: func(_, obj any) { notice(obj) }, DeleteFunc: notice}
	jobs, _ := factory.Batch().V1().Jobs().Informer().AddEventHandler(handler)
	pods, _ := factory.Core().V1().Pods().Informer().AddEventHandler(handler)
	factory.Start(ctx.Done())
	defer factory.Shutdown()
	defer c.queue.ShutDown()
	if !cache.WaitForCacheSync(ctx.Done(), jobs.HasSynced, pods.HasSynced) {
		return ctx.Err()
	}
	for range 2 {
		go c.work(ctx)
	}
	<-ctx.Done()
	return ctx.Err()
}

func (c *classic) work(ctx context.Context) {
	for {
		key, shutdown := c.queue.Get()
		if shutdown {
			return
		}
		if err := c.sync(ctx, key); err != nil {
			c.queue.AddRateLimited(key)
		} else {
			c.queue.Forget(key)
		}
		c.queue.Done(key)
	}
}

func (c *classic) sync(ctx context.Context, key string) error {
	namespace, name, _ := cache.SplitMetaNamespaceKey(key)
	cached, err := c.jobs.Jobs(namespace).Get(name)
	if err != nil || len(cached.Status.Conditions) > 0 {
		return nil
	}
	pods, _ := c.pods.Pods(namespace).List(labels.SelectorFromSet(labels.Set{"job": name}))
	succeeded := int32(0)
	for _, p := range pods {
		if p.Status.Phase == corev1.PodSucceeded {
			succeeded++
		}
	}
	for n := len(pods); n < int(wanted(cached)); n++ {
		pod := podOf(cached)
		pod.GenerateName, pod.Name, pod.Labels = "", fmt.Sprint(name, "-", n), map[string]string{"job": name}
		if _, err := c.client.CoreV1().Pods(namespace).Create(ctx, pod, metav1.CreateOptions{}); err != nil {
			return err
		}
	}
	j := cached.DeepCopy()
	now := metav1.Now()
	if j.Status.StartTime == nil {
		j.Status.StartTime = &now
	}
	j.Status.Succeeded = succeeded
	if succeeded >= wanted(j) {
		for _, kind := range []batchv1.JobConditionType{batchv1.JobSuccessCriteriaMet, batchv1.JobComplete} {
			j.Status.Conditions = append(j.Status.Conditions, batchv1.JobCondition{
				Type: kind, Status: corev1.ConditionTrue, Reason: batchv1.JobReasonCompletionsReached, LastTransitionTime: now})
		}
		j.Status.CompletionTime = &now
	}
	_, err = c.client.BatchV1().Jobs(namespace).UpdateStatus(ctx, j, metav1.UpdateOptions{})
	return err
}

func wanted(j *batchv1.Job) int32 {
	if j.Spec.Completions == nil {
		return 1
	}
	return *j.Spec.Completions
}

// three is a scenario with three Jobs at once.
func three() *sim.Scenario {
	s := story()
	s.Jobs = nil
	for n := range int32(3) {
		j := job(fmt.Sprint("job-", n))
		completions := n + 1
		j.Spec.Completions, j.Spec.Parallelism = &completions, &completions
		s.Jobs = append(s.Jobs, j)
	}
	return s
}

func TestClassicController(t *testing.T) {
	g := NewWithT(t)
	res := run(t, three(), adapter.Concurrent("classic", runClassic))
	g.Expect(res.Failure).NotTo(HaveOccurred())
	g.Expect(res.Ending).To(Equal(sim.Finished))
	g.Expect(res.Leaked).To(BeEmpty())
	g.Expect(res.Trace.Entries[0].At).To(BeZero())
	var first *trace.Entry
	for i := range res.Trace.Entries {
		e := &res.Trace.Entries[i]
		if e.Kind == trace.Call && e.Actor == "controller" && e.Verb == "create" && first == nil {
			first = e
		}
	}
	g.Expect(first.At).To(Equal(100*time.Millisecond), "WaitForCacheSync looks every 100 ms")
	g.Expect(res.Jobs[2].Status.CompletionTime.Time).To(BeTemporally(">", event.Epoch))
}
