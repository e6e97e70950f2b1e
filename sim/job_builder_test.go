package sim_test

import (
	"testing"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/jobsim/jobsim/fakes"
	"github.com/jobsim/jobsim/sim"
	"github.com/jobsim/jobsim/sim/adapter"
	"github.com/jobsim/jobsim/sim/kubelet"
	"github.com/jobsim/jobsim/sim/trace"
)

func reference() adapter.Implementation { return fakes.ReferenceImplementation() }

// job is a Job whose pods are never restarted in place, after the changes.
func job(name string, changes ...func(*batchv1.JobSpec)) *batchv1.Job {
	j := &batchv1.Job{
		TypeMeta:   metav1.TypeMeta{APIVersion: "batch/v1", Kind: "Job"},
		ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: "default"},
		Spec: batchv1.JobSpec{Template: corev1.PodTemplateSpec{Spec: corev1.PodSpec{
			RestartPolicy: corev1.RestartPolicyNever,
			Containers:    []corev1.Container{{Name: "main", Image: "busybox"}},
		}}},
	}
	for _, change := range changes {
		change(&j.Spec)
	}
	return j
}

func sized(completions, parallelism int32) func(*batchv1.JobSpec) {
	return func(s *batchv1.JobSpec) { s.Completions, s.Parallelism = &completions, &parallelism }
}

func limited(backoffLimit int32) func(*batchv1.JobSpec) {
	return func(s *batchv1.JobSpec) { s.BackoffLimit = &backoffLimit }
}

func deadline(seconds int64) func(*batchv1.JobSpec) {
	return func(s *batchv1.JobSpec) { s.ActiveDeadlineSeconds = &seconds }
}

func onFailure(s *batchv1.JobSpec) { s.Template.Spec.RestartPolicy = corev1.RestartPolicyOnFailure }

func suspended(s *batchv1.JobSpec) { s.Suspend = new(true) }

// succeeding and failing are pods whose container runs for some time.
func succeeding(after time.Duration) kubelet.Script {
	return kubelet.Script{Runs: []kubelet.Run{{For: after}}}
}

func failing(after time.Duration) kubelet.Script {
	return kubelet.Script{Runs: []kubelet.Run{{For: after, Exit: 1}}}
}

// story is a scenario of one Job.
func story(j *batchv1.Job, pods ...kubelet.Script) *sim.Scenario {
	return &sim.Scenario{Name: "story", Jobs: []*batchv1.Job{j}, Pods: pods}
}

func at(d time.Duration) sim.When { return sim.When{At: d} }

// play runs a scenario with the reference, which is expected to have no trouble with it.
func play(t testing.TB, s *sim.Scenario, opts ...sim.Option) *sim.Result {
	t.Helper()
	res := runWith(t, s, reference(), opts...)
	if res.Failure != nil {
		t.Fatalf("expected a run without failure, got %s: %v", res.Ending, res.Failure)
	}
	return res
}

func runWith(t testing.TB, s *sim.Scenario, impl adapter.Implementation, opts ...sim.Option) *sim.Result {
	t.Helper()
	res, err := sim.Run(s, impl, opts...)
	if err != nil {
		t.Fatalf("expected a scenario that can be run, got %v", err)
	}
	return res
}

// conditions lists the conditions of the run's first Job that are True, with their reasons.
func conditions(res *sim.Result) []string {
	var found []string
	for _, c := range res.Jobs[0].Status.Conditions {
		if c.Status == corev1.ConditionTrue {
			found = append(found, string(c.Type)+" "+c.Reason)
		}
	}
	return found
}

// times lists when entries of some sort were made.
func times(res *sim.Result, of func(*trace.Entry) bool) []time.Duration {
	var found []time.Duration
	for i := range res.Trace.Entries {
		if e := &res.Trace.Entries[i]; of(e) {
			found = append(found, e.At)
		}
	}
	return found
}

func podCreated(e *trace.Entry) bool {
	return e.OK() && e.Verb == "create" && e.Resource == "pods" && e.Subresource == ""
}

func containerStarted(e *trace.Entry) bool { return e.Kind == trace.Container && e.Verb == "start" }

// became lists when a condition of a Job became True.
func became(res *sim.Result, condition batchv1.JobConditionType) []time.Duration {
	so := false
	return times(res, func(e *trace.Entry) bool {
		j, ok := e.Object.(*batchv1.Job)
		if !ok || !e.OK() {
			return false
		}
		before := so
		so = false
		for _, c := range j.Status.Conditions {
			so = so || c.Type == condition && c.Status == corev1.ConditionTrue
		}
		return so && !before
	})
}

// texts lists the texts of the entries of a kind.
func texts(res *sim.Result, kind trace.Kind) []string {
	var found []string
	for _, e := range res.Trace.Entries {
		if e.Kind == kind {
			found = append(found, e.Text)
		}
	}
	return found
}

func seconds(n ...int) []time.Duration {
	var d []time.Duration
	for _, s := range n {
		d = append(d, time.Duration(s)*time.Second)
	}
	return d
}
