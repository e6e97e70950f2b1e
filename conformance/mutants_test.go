package conformance

import (
	"strings"
	"testing"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/jobsim/jobsim/fakes"
	"github.com/jobsim/jobsim/sim"
	"github.com/jobsim/jobsim/sim/kubelet"
	"github.com/jobsim/jobsim/sim/trace"
)

// mutant is a mistake that a requirement must find.
type mutant struct {
	requirement string
	// scenario gives an occasion for the mistake, and the reference does not make it.
	scenario *sim.Scenario
	// mistake changes one decision of the reference.
	mistake func(d *fakes.Decisions)
	// middleman comes between the reference and the API server.
	middleman *middleman
	// sabotage makes the reference break it by what goes wrong in addition.
	sabotage []sim.Fault
	// rewrite changes the trace of the reference instead, where no decision can be changed so.
	rewrite func(t *trace.Trace)
	// says is a part of what must be said.
	says string
}

// kills runs mutants, and checks that every requirement of the areas has one.
func kills(t *testing.T, areas [][]Requirement, mutants []mutant) {
	t.Helper()
	hunted := map[string]bool{}
	for _, m := range mutants {
		hunted[m.requirement] = true
		t.Run(strings.ReplaceAll(m.requirement, "/", "_"), func(t *testing.T) { m.check(t) })
	}
	for _, area := range areas {
		for i := range area {
			if id := area[i].ID; !hunted[id] {
				t.Errorf("%s: no mistake shows that it can fail", id)
			}
		}
	}
}

func (m *mutant) check(t *testing.T) {
	q := Lookup(m.requirement)
	if q == nil {
		t.Fatalf("there is no requirement %s", m.requirement)
	}
	m.scenario.Name = "mutant"
	claims := DefaultClaims()
	examine := func(d fakes.Decisions, middleman *middleman) (*sim.Result, *Findings) {
		r, err := sim.Run(m.scenario, middleman.between(d))
		if err != nil {
			t.Fatal(err)
		}
		return r, Examine(r, []*Requirement{q}, &claims)
	}
	r, f := examine(fakes.Reference(), nil)
	if v := f.Violations[0]; v != nil {
		t.Fatalf("the reference breaks it at %v: %s (entries %v)", v.At, v.Text, v.Entries)
	}
	if f.Exercised[0] == 0 {
		t.Error("the scenario gives no occasion")
	}
	if m.rewrite != nil {
		m.rewrite(r.Trace)
		f = Examine(r, []*Requirement{q}, &claims)
	} else {
		d := fakes.Reference()
		if m.mistake != nil {
			m.mistake(&d)
		}
		m.scenario.Faults = append(m.scenario.Faults, m.sabotage...)
		_, f = examine(d, m.middleman)
	}
	v := f.Violations[0]
	if v == nil {
		t.Fatal("the mistake was not found")
	}
	t.Logf("%v: %s", v.At, v.Text)
	if !strings.Contains(v.Text, m.says) {
		t.Errorf("found, but it says %q; expected it to say %q", v.Text, m.says)
	}
}

// never is a Job whose pods are not restarted; of changes the last wins.
func neverJob(changes ...func(*batchv1.JobSpec)) *batchv1.Job {
	job := &batchv1.Job{
		TypeMeta:   metav1.TypeMeta{APIVersion: "batch/v1", Kind: "Job"},
		ObjectMeta: metav1.ObjectMeta{Name: "work", Namespace: "default"},
		Spec: batchv1.JobSpec{Template: corev1.PodTemplateSpec{Spec: corev1.PodSpec{
			RestartPolicy: corev1.RestartPolicyNever,
			Containers:    []corev1.Container{{Name: "main", Image: "busybox"}},
		}}},
	}
	for _, change := range changes {
		change(&job.Spec)
	}
	return job
}

// restartedJob is a Job whose containers are restarted in place.
func restartedJob(changes ...func(*batchv1.JobSpec)) *batchv1.Job {
	job := neverJob(changes...)
	job.Spec.Template.Spec.RestartPolicy = corev1.RestartPolicyOnFailure
	return job
}

func withSize(completions, parallelism int32) func(*batchv1.JobSpec) {
	return func(s *batchv1.JobSpec) { s.Completions, s.Parallelism = &completions, &parallelism }
}

// queue makes the Job a work queue.
func queue(parallelism int32) func(*batchv1.JobSpec) {
	return func(s *batchv1.JobSpec) { s.Parallelism = &parallelism }
}

func withLimit(limit int32) func(*batchv1.JobSpec) {
	return func(s *batchv1.JobSpec) { s.BackoffLimit = &limit }
}

func withDeadline(seconds int64) func(*batchv1.JobSpec) {
	return func(s *batchv1.JobSpec) { s.ActiveDeadlineSeconds = &seconds }
}

func withPolicyFailed(s *batchv1.JobSpec) { s.PodReplacementPolicy = new(batchv1.Failed) }

// story is a scenario of one Job.
func story(job *batchv1.Job, pods []kubelet.Script, actions ...sim.Action) *sim.Scenario {
	return &sim.Scenario{Jobs: []*batchv1.Job{job}, Pods: pods, Actions: actions, Until: 3 * time.Hour}
}

func withFaults(s *sim.Scenario, faults ...sim.Fault) *sim.Scenario {
	s.Faults = faults
	return s
}

func exits(after time.Duration, code int32) kubelet.Script {
	return kubelet.Script{Runs: []kubelet.Run{{For: after, Exit: code}}}
}

func seconds(n int) time.Duration { return time.Duration(n) * time.Second }

func after(at time.Duration) sim.When { return sim.When{At: at} }

// edit patches the Job.
func edit(at time.Duration, data string) sim.Action {
	return sim.Action{When: after(at), Patch: &sim.Patch{Type: types.MergePatchType, Data: []byte(data)}}
}

// onThePod does something to a pod by its number.
func onThePod(at time.Duration, a sim.PodAction) sim.Action {
	return sim.Action{When: after(at), Pod: &a}
}

// rewriteJobs changes what the implementation has written to Jobs from a time on.
func rewriteJobs(from time.Duration, change func(*batchv1.Job)) func(*trace.Trace) {
	return rewriteObjects(from, isImplementation, change)
}

// rewriteObjects changes all objects of a kind that the trace shows from a time on.
func rewriteObjects[T interface {
	trace.Object
	DeepCopy() T
}](from time.Duration, only func(*trace.Entry) bool, change func(T)) func(*trace.Trace) {
	return func(t *trace.Trace) {
		for i := range t.Entries {
			e := &t.Entries[i]
			if obj, ok := e.Object.(T); ok && e.At >= from && only(e) {
				obj = obj.DeepCopy()
				change(obj)
				e.Object = obj
			}
		}
	}
}

func anyEntry(*trace.Entry) bool { return true }
