package scenarios

import (
	"slices"
	"strings"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"

	"github.com/jobsim/jobsim/sim"
)

// triggerFields is the after of an action or a fault: what must have happened first.
type triggerFields struct {
	where     `yaml:"-"`
	Job       string           `yaml:"job,omitempty"`
	Condition string           `yaml:"condition,omitempty"`
	Pod       int              `yaml:"pod,omitempty"`
	Phase     string           `yaml:"phase,omitempty"`
	Status    map[string]int32 `yaml:"status,omitempty"`
}

func readWhen(at *duration, after *triggerFields) sim.When {
	var w sim.When
	if at != nil {
		w.At = time.Duration(*at)
	}
	if after != nil {
		w.After = after.read()
	}
	return w
}

func (f *triggerFields) read() *sim.Trigger {
	checkCondition(&f.where, f.Condition)
	checkStatus(&f.where, f.Status)
	if f.has("pod") && f.Pod < 1 {
		f.fail("pod", "expected the number of a pod, from 1, found %d", f.Pod)
	}
	if f.Phase != "" {
		oneOf(&f.where, "phase", f.Phase, phases())
		if !f.has("pod") {
			f.fail("phase", "expected pod beside phase, to say whose phase it is")
		}
	}
	if f.Condition == "" && !f.has("pod") && !f.has("phase") && len(f.Status) == 0 {
		f.failHere("expected what must have happened first: condition, pod, phase or status")
	}
	return &sim.Trigger{
		Job: f.Job, Condition: batchv1.JobConditionType(f.Condition),
		Pod: f.Pod, Phase: corev1.PodPhase(f.Phase), Status: f.Status,
	}
}

// checkCondition refuses names that are no condition of a Job. Somebody else's conditions have a domain in their name.
func checkCondition(w *where, name string) {
	if w.has("condition") && !strings.Contains(name, "/") {
		oneOf(w, "condition", name, conditions())
	}
}

// checkStatus refuses what is not a counter of a Job.
func checkStatus(w *where, status map[string]int32) {
	for _, e := range entriesOf(w, "status") {
		path := join(join(w.path, "status"), e.name)
		if !slices.Contains(counters(), e.name) {
			w.problems.add(e.key, path, "expected a counter of a Job's status; %s", didYouMean(e.name, counters()))
		} else if status[e.name] < 0 {
			w.problems.add(e.value, path, "expected a number of pods, found %d", status[e.name])
		}
	}
}

func entriesOf(w *where, field string) []entry {
	n := find(w.node, field)
	if n == nil {
		return nil
	}
	return entries(w.problems, n, join(w.path, field))
}

// oneOf refuses a value that is not one of the known ones.
func oneOf(w *where, field, found string, known []string) {
	if !slices.Contains(known, found) {
		w.fail(field, "expected one of %s, found %q", strings.Join(known, ", "), found)
	}
}

func conditions() []string {
	return []string{
		string(batchv1.JobComplete), string(batchv1.JobFailed), string(batchv1.JobSuspended),
		string(batchv1.JobFailureTarget), string(batchv1.JobSuccessCriteriaMet),
	}
}

func phases() []string {
	return []string{
		string(corev1.PodPending), string(corev1.PodRunning), string(corev1.PodSucceeded), string(corev1.PodFailed),
		string(corev1.PodUnknown),
	}
}

func counters() []string {
	return []string{"active", "ready", "terminating", "succeeded", "failed"}
}
