package sim_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/onsi/gomega"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/watch"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/jobsim/jobsim/sim"
	"github.com/jobsim/jobsim/sim/adapter"
	"github.com/jobsim/jobsim/sim/event"
	"github.com/jobsim/jobsim/sim/kubelet"
	"github.com/jobsim/jobsim/sim/trace"
)

// informer is a store that a goroutine keeps up with a watch, as client-go's informers are.
type informer[T client.Object] struct {
	mu      sync.Mutex
	objects map[string]T
}

func (i *informer[T]) run(ctx context.Context, env *adapter.Env, list client.ObjectList, changed chan<- struct{}) {
	for ctx.Err() == nil {
		w, err := env.Watcher.Watch(ctx, list)
		if err != nil {
			time.Sleep(time.Second)
			continue
		}
		for e := range w.ResultChan() {
			obj, ok := e.Object.(T)
			if !ok {
				break
			}
			i.mu.Lock()
			if i.objects[obj.GetName()] = obj; e.Type == watch.Deleted {
				delete(i.objects, obj.GetName())
			}
			i.mu.Unlock()
			select {
			case changed <- struct{}{}:
			default:
			}
		}
	}
}

// miniJob is a small concurrent controller: two informers, a ticker, and a worker that creates pods in parallel and
// completes the Job when all have succeeded.
func miniJob(ctx context.Context, env *adapter.Env) error {
	jobs := &informer[*batchv1.Job]{objects: map[string]*batchv1.Job{}}
	pods := &informer[*corev1.Pod]{objects: map[string]*corev1.Pod{}}
	changed := make(chan struct{}, 1)
	go jobs.run(ctx, env, &batchv1.JobList{}, changed)
	go pods.run(ctx, env, &corev1.PodList{}, changed)
	resync := env.Clock.Ticker(10 * time.Second)
	defer resync.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-changed:
		case <-resync.C:
		}
		time.Sleep(time.Second) // lets the stores catch up with what it has done, since it keeps no expectations
		jobs.mu.Lock()
		pods.mu.Lock()
		var todo []*batchv1.Job
		for _, j := range jobs.objects {
			todo = append(todo, j)
		}
		active, succeeded := int32(0), int32(0)
		for _, p := range pods.objects {
			switch p.Status.Phase {
			case corev1.PodSucceeded:
				succeeded++
			case corev1.PodPending, corev1.PodRunning:
				active++
			}
		}
		pods.mu.Unlock()
		jobs.mu.Unlock()
		for _, j := range todo {
			syncMini(ctx, env, j, active, succeeded)
		}
	}
}

func syncMini(ctx context.Context, env *adapter.Env, j *batchv1.Job, active, succeeded int32) {
	if len(j.Status.Conditions) > 0 {
		return
	}
	var group sync.WaitGroup
	for range min(*j.Spec.Parallelism-active, *j.Spec.Completions-active-succeeded) {
		group.Go(func() {
			yes := true
			pod := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{
				GenerateName: j.Name + "-", Namespace: j.Namespace, Labels: j.Spec.Template.Labels,
				OwnerReferences: []metav1.OwnerReference{{APIVersion: "batch/v1", Kind: "Job", Name: j.Name, UID: j.UID,
					Controller: &yes, BlockOwnerDeletion: &yes}},
			}, Spec: *j.Spec.Template.Spec.DeepCopy()}
			_ = env.Client.Create(ctx, pod)
		})
	}
	group.Wait()
	status := j.DeepCopy()
	now := metav1.NewTime(env.Clock.Now())
	if status.Status.StartTime == nil {
		status.Status.StartTime = &now
	}
	status.Status.Succeeded = succeeded
	if succeeded >= *j.Spec.Completions {
		for _, c := range []batchv1.JobConditionType{batchv1.JobSuccessCriteriaMet, batchv1.JobComplete} {
			status.Status.Conditions = append(status.Status.Conditions, batchv1.JobCondition{
				Type: c, Status: corev1.ConditionTrue, Reason: batchv1.JobReasonCompletionsReached, LastTransitionTime: now})
		}
		status.Status.CompletionTime = &now
	}
	if err := env.Client.Status().Update(ctx, status); err == nil && status.ResourceVersion != j.ResourceVersion {
		env.Log.Info("status written", "succeeded", succeeded)
	}
}

func parallel(completions, parallelism int32) *sim.Scenario {
	return &sim.Scenario{
		Name: "parallel",
		Jobs: []*batchv1.Job{job("many", func(s *batchv1.JobSpec) {
			s.Completions, s.Parallelism = &completions, &parallelism
		})},
		Pods: []kubelet.Script{{Start: 2 * time.Second, Runs: []kubelet.Run{{For: 30 * time.Second}}}},
	}
}

func runProgram(t *testing.T, s *sim.Scenario, program adapter.EnvProgram, opts ...sim.Option) *sim.Result {
	t.Helper()
	return runWith(t, s, adapter.ConcurrentEnv("mini", program), opts...)
}

func TestConcurrentProgramRunsTheSameScenarios(t *testing.T) {
	g := gomega.NewWithT(t)
	res := runProgram(t, parallel(4, 2), miniJob)
	g.Expect(res.Failure).NotTo(gomega.HaveOccurred())
	g.Expect(res.Ending).To(gomega.Equal(sim.Finished))
	status := res.Jobs[0].Status
	g.Expect(status.Succeeded).To(gomega.Equal(int32(4)))
	// It reacts after 1 s; two rounds of pods start after 2 s more and run for 30 s.
	g.Expect(status.CompletionTime.Time).To(gomega.BeTemporally("==", event.Epoch.Add(67*time.Second)))
}

func TestConcurrentProgramIsDeterministic(t *testing.T) {
	for _, opts := range [][]sim.Option{nil, {sim.WithSeed(7)}} {
		hashes := map[string]int{}
		for range 20 {
			hashes[runProgram(t, parallel(6, 3), miniJob, opts...).Trace.Hash()]++
		}
		if len(hashes) != 1 {
			t.Errorf("20 runs gave %d different traces: %v", len(hashes), hashes)
		}
	}
}

func TestConcurrentProgramSurvivesACrash(t *testing.T) {
	g := gomega.NewWithT(t)
	s := parallel(4, 2)
	s.Faults = []sim.Fault{
		{When: sim.When{At: 20 * time.Second}, Crash: &sim.Crash{Down: 30 * time.Second}},
		{Error: &sim.CallError{Match: sim.CallMatch{Verb: "create", Resource: "pods"}, Times: 1,
			Status: apierrors.NewForbidden(batchv1.Resource("pods"), "x", fmt.Errorf("exceeded quota")).Status()}},
	}
	res := runProgram(t, s, miniJob)
	g.Expect(res.Failure).NotTo(gomega.HaveOccurred())
	// One pod is created at 1 s, the other one second later, after the event about the first. Both end while the
	// controller is away, from 20 s to 50 s. It creates the rest at 51 s, which ends at 83 s.
	g.Expect(res.Jobs[0].Status.Succeeded).To(gomega.Equal(int32(4)))
	g.Expect(res.Jobs[0].Status.CompletionTime.Time).To(gomega.BeTemporally("==", event.Epoch.Add(84*time.Second)))
	var lives []string
	for _, e := range res.Trace.Entries {
		if e.Kind == trace.Instance {
			lives = append(lives, fmt.Sprintf("%v %s %d", e.At, e.Verb, e.Instance))
		}
	}
	g.Expect(lives).To(gomega.Equal([]string{"0s start 1", "20s crash 1", "50s start 2"}))
}

func TestConcurrentProgramFailures(t *testing.T) {
	g := gomega.NewWithT(t)
	res := runProgram(t, parallel(1, 1), func(context.Context, *adapter.Env) error { panic("oh no") })
	g.Expect(res.Ending).To(gomega.Equal(sim.Panicked))
	g.Expect(res.Failure).To(gomega.MatchError(gomega.ContainSubstring("oh no")))

	res = runProgram(t, parallel(1, 1), func(context.Context, *adapter.Env) error { return nil })
	g.Expect(res.Failure).To(gomega.MatchError(gomega.ContainSubstring("returned before its context ended")))

	res = runProgram(t, parallel(1, 1), func(ctx context.Context, env *adapter.Env) error {
		for ctx.Err() == nil {
			_ = env.Client.List(ctx, &corev1.PodList{})
		}
		return nil
	}, sim.WithLimits(sim.Limits{Limits: adapter.Limits{CallsPerInstant: 100}}))
	g.Expect(res.Ending).To(gomega.Equal(sim.HotLoop))
}
