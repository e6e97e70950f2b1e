package conformance

import (
	"context"
	"testing"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/cache"

	"github.com/jobsim/jobsim/scenarios"
	"github.com/jobsim/jobsim/sim/adapter"
)

// careless makes one pod for each Job, looks at those only that carry a label, and never says what has become of them.
func careless(ctx context.Context, cfg *rest.Config) error {
	client, err := kubernetes.NewForConfig(cfg)
	if err != nil {
		return err
	}
	jobs := informers.NewSharedInformerFactory(client, 0)
	_, err = jobs.Batch().V1().Jobs().Informer().AddEventHandler(cache.ResourceEventHandlerFuncs{AddFunc: func(obj any) {
		job := obj.(*batchv1.Job)
		_, _ = client.CoreV1().Pods(job.Namespace).Create(ctx, &corev1.Pod{
			ObjectMeta: metav1.ObjectMeta{
				GenerateName: job.Name + "-", Labels: job.Spec.Template.Labels,
				OwnerReferences: []metav1.OwnerReference{*metav1.NewControllerRef(job, batchv1.SchemeGroupVersion.WithKind("Job"))},
			},
			Spec: job.Spec.Template.Spec,
		}, metav1.CreateOptions{})
	}})
	if err != nil {
		return err
	}
	pods := informers.NewSharedInformerFactoryWithOptions(client, 0, informers.WithTweakListOptions(func(o *metav1.ListOptions) {
		o.LabelSelector = "nobody=has"
	}))
	pods.Core().V1().Pods().Informer()
	for _, f := range []informers.SharedInformerFactory{jobs, pods} {
		f.Start(ctx.Done())
		defer f.Shutdown()
	}
	<-ctx.Done()
	return ctx.Err()
}

// A watch that leaves pods out is as far as one that does not: nobody is excused because events are still to come. The
// pod ends after five seconds, when the implementation has not broken the rule yet.
func TestSelectorsExcuseNobody(t *testing.T) {
	s, err := scenarios.Parse("one", []byte(`
apiVersion: jobsim/v1alpha1
kind: Scenario
until: 1m
job:
  apiVersion: batch/v1
  kind: Job
  metadata: {name: one}
  spec: {template: {spec: {restartPolicy: Never, containers: [{name: main, image: busybox}]}}}
`))
	if err != nil {
		t.Fatal(err)
	}
	r := evaluate(t, adapter.Concurrent("careless", careless), WithScenario(s, nil), WithFocus("job/times/start-time-is-set"))
	if row := r.row(t, "job/times/start-time-is-set"); row.Verdict != NotConformant {
		t.Errorf("verdict %s, row %+v", r.Verdict, row)
	}
}
