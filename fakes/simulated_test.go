package fakes_test

import (
	"slices"
	"testing"
	"time"

	. "github.com/onsi/gomega"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"pgregory.net/rapid"

	"github.com/jobsim/jobsim/fakes"
	"github.com/jobsim/jobsim/sim"
	"github.com/jobsim/jobsim/sim/apiserver"
	"github.com/jobsim/jobsim/sim/kubelet"
)

func aJob(change func(*batchv1.JobSpec)) *batchv1.Job {
	j := &batchv1.Job{
		TypeMeta:   metav1.TypeMeta{APIVersion: "batch/v1", Kind: "Job"},
		ObjectMeta: metav1.ObjectMeta{Name: "work", Namespace: "default"},
		Spec: batchv1.JobSpec{Template: corev1.PodTemplateSpec{Spec: corev1.PodSpec{
			RestartPolicy: corev1.RestartPolicyNever,
			Containers:    []corev1.Container{{Name: "main", Image: "busybox"}},
		}}},
	}
	change(&j.Spec)
	return j
}

func sized(completions, parallelism int32) func(*batchv1.JobSpec) {
	return func(s *batchv1.JobSpec) { s.Completions, s.Parallelism = &completions, &parallelism }
}

func failing(after time.Duration) kubelet.Script {
	return kubelet.Script{Runs: []kubelet.Run{{For: after, Exit: 1}}}
}

func succeeding(after time.Duration) kubelet.Script {
	return kubelet.Script{Runs: []kubelet.Run{{For: after}}}
}

// run runs a scenario and returns the Job as it is at the end.
func run(t interface{ Fatalf(string, ...any) }, s *sim.Scenario, options ...sim.Option) (*sim.Result, batchv1.JobStatus) {
	if s.Name == "" {
		s.Name = "test"
	}
	res, err := sim.Run(s, fakes.ReferenceImplementation(), options...)
	if err != nil {
		t.Fatalf("expected a scenario that can be run, got %v", err)
	}
	if res.Failure != nil {
		t.Fatalf("expected a run without failure, got %v", res.Failure)
	}
	if len(res.Jobs) != 1 {
		t.Fatalf("expected one Job at the end, got %d", len(res.Jobs))
	}
	return res, res.Jobs[0].Status
}

// conditions lists the types of the conditions that are True.
func conditions(s batchv1.JobStatus) []string {
	var types []string
	for _, c := range s.Conditions {
		if c.Status == corev1.ConditionTrue {
			types = append(types, string(c.Type))
		}
	}
	return types
}

// births lists when the pods of the Job were created.
func births(res *sim.Result) []time.Duration {
	var at []time.Duration
	for _, e := range res.Trace.Entries {
		if e.Verb == "create" && e.Resource == string(apiserver.Pods) && e.Subresource == "" && e.Status == nil {
			at = append(at, e.At)
		}
	}
	return at
}

func TestSimulatedBackOff(t *testing.T) { // BO-15
	g := NewWithT(t)
	res, status := run(t, &sim.Scenario{
		Jobs: []*batchv1.Job{aJob(func(*batchv1.JobSpec) {})}, Pods: []kubelet.Script{failing(0)},
	})
	g.Expect(conditions(status)).To(Equal([]string{"FailureTarget", "Failed"}))
	g.Expect(status.Failed).To(BeEquivalentTo(7))
	var seconds []int
	for _, at := range births(res) {
		seconds = append(seconds, int(at/time.Second))
	}
	g.Expect(seconds).To(Equal([]int{0, 10, 30, 70, 150, 310, 630}))
}

func TestSimulatedCrashAtEveryCall(t *testing.T) { // CTRL-1
	g := NewWithT(t)
	scenario := func() *sim.Scenario {
		return &sim.Scenario{
			Jobs: []*batchv1.Job{aJob(sized(3, 2))},
			Pods: []kubelet.Script{failing(2 * time.Second), succeeding(4 * time.Second)},
		}
	}
	for _, after := range []bool{false, true} {
		for call := 1; call < 60; call++ {
			s := scenario()
			s.Faults = []sim.Fault{{Crash: &sim.Crash{Call: call, After: after, Down: 3 * time.Second}}}
			_, status := run(t, s)
			g.Expect(conditions(status)).To(Equal([]string{"SuccessCriteriaMet", "Complete"}), "call %d", call)
			g.Expect([]int32{status.Succeeded, status.Failed}).To(Equal([]int32{3, 1}), "call %d", call)
		}
	}
}

func TestSimulatedJobsEnd(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := randomScenario(t)
		res, status := run(t, s, sim.WithSeed(rapid.Uint64().Draw(t, "seed")))
		spec := res.Jobs[0].Spec
		got := conditions(status)
		switch {
		case slices.Contains(got, "Complete"):
			if status.Succeeded < *spec.Completions {
				t.Fatalf("expected at least %d successes of a complete Job, got %d", *spec.Completions, status.Succeeded)
			}
		case !slices.Contains(got, "Failed"):
			t.Fatalf("expected the Job to finish, got %v (%s, %v): %+v", got, res.Ending, res.End, status)
		}
		if status.Active != 0 || *status.Terminating != 0 || *status.Ready != 0 {
			t.Fatalf("expected no pods of a finished Job, got %d, %d, %d", status.Active, *status.Terminating, *status.Ready)
		}
		if pods := len(births(res)); int(status.Succeeded+status.Failed) > pods {
			t.Fatalf("expected each of %d pods to count once at most, got %d and %d", pods, status.Succeeded, status.Failed)
		}
		for _, pod := range res.Pods {
			if slices.Contains(pod.Finalizers, batchv1.JobTrackingFinalizer) {
				t.Fatalf("expected no pod of a finished Job to be tracked, got %s", pod.Name)
			}
		}
	})
}

func randomScenario(t *rapid.T) *sim.Scenario {
	small := func(name string) int32 { return rapid.Int32Range(1, 5).Draw(t, name) }
	seconds := func(name string, most int) time.Duration {
		return time.Duration(rapid.IntRange(0, most).Draw(t, name)) * time.Second
	}
	s := &sim.Scenario{Jobs: []*batchv1.Job{aJob(func(s *batchv1.JobSpec) {
		sized(small("completions"), small("parallelism"))(s)
		s.BackoffLimit = new(small("limit"))
		s.PodReplacementPolicy = new(rapid.SampledFrom([]batchv1.PodReplacementPolicy{
			batchv1.TerminatingOrFailed, batchv1.Failed}).Draw(t, "replacement"))
		if rapid.Bool().Draw(t, "deadline") {
			s.ActiveDeadlineSeconds = new(rapid.Int64Range(0, 100).Draw(t, "deadline seconds"))
		}
		s.Template.Spec.RestartPolicy = rapid.SampledFrom([]corev1.RestartPolicy{
			corev1.RestartPolicyNever, corev1.RestartPolicyOnFailure}).Draw(t, "restart policy")
	})}}
	for range rapid.IntRange(1, 6).Draw(t, "scripts") {
		s.Pods = append(s.Pods, kubelet.Script{
			Start: seconds("start", 5), Ready: seconds("ready", 3),
			Runs: []kubelet.Run{{For: seconds("run", 20), Exit: rapid.Int32Range(0, 1).Draw(t, "exit")}, {For: time.Second}},
			Stop: kubelet.Stop{After: seconds("stop", 20)},
		})
	}
	for range rapid.IntRange(0, 4).Draw(t, "actions") {
		s.Actions = append(s.Actions, randomAction(t, seconds("when", 60)))
	}
	for range rapid.IntRange(0, 4).Draw(t, "faults") {
		s.Faults = append(s.Faults, randomFault(t, seconds("when", 60)))
	}
	// Whatever was done to it, the Job can run at last.
	s.Actions = append(s.Actions,
		sim.Action{When: sim.When{At: 100 * time.Second}, Suspend: new(false)},
		sim.Action{When: sim.When{At: 101 * time.Second}, Scale: &sim.Scale{Parallelism: new(int32(2))}})
	return s
}

func randomAction(t *rapid.T, at time.Duration) sim.Action {
	a := sim.Action{When: sim.When{At: at}}
	switch rapid.SampledFrom([]string{"scale", "suspend", "resume", "delete pod"}).Draw(t, "action") {
	case "scale":
		a.Scale = &sim.Scale{Parallelism: new(rapid.Int32Range(0, 5).Draw(t, "to"))}
	case "suspend":
		a.Suspend = new(true)
	case "resume":
		a.Suspend = new(false)
	case "delete pod":
		a.Pod = &sim.PodAction{Pod: rapid.IntRange(1, 3).Draw(t, "pod"), Delete: &sim.Delete{}}
	}
	return a
}

func randomFault(t *rapid.T, at time.Duration) sim.Fault {
	f := sim.Fault{When: sim.When{At: at}}
	span := time.Duration(rapid.IntRange(1, 20).Draw(t, "for")) * time.Second
	switch rapid.SampledFrom([]string{"crash", "stall", "delay", "break", "error"}).Draw(t, "fault") {
	case "crash":
		f.Crash = &sim.Crash{Down: span}
	case "stall":
		f.Watch = &sim.WatchFault{Stall: true, For: span}
	case "delay":
		f.Watch = &sim.WatchFault{Delay: span / 4, For: span}
	case "break":
		f.Watch = &sim.WatchFault{Break: true}
	case "error":
		verbs := []string{"create", "update", "patch", "delete"}
		f.Error = &sim.CallError{
			Match: sim.CallMatch{Verb: rapid.SampledFrom(verbs).Draw(t, "verb")}, For: span,
			Status: metav1.Status{Code: 500, Reason: metav1.StatusReasonInternalError, Message: "injected"},
			Effect: rapid.Bool().Draw(t, "has its effect"),
		}
	}
	return f
}

func TestSimulatedDeletionOfTheJob(t *testing.T) { // DEL-2, TRK-9, FIN-16
	policies := []metav1.DeletionPropagation{
		"", metav1.DeletePropagationOrphan, metav1.DeletePropagationBackground, metav1.DeletePropagationForeground,
	}
	for _, policy := range policies {
		for _, down := range []bool{false, true} {
			g := NewWithT(t)
			s := &sim.Scenario{
				Name: "deletion",
				Jobs: []*batchv1.Job{aJob(sized(4, 2))},
				Pods: []kubelet.Script{succeeding(5 * time.Second), succeeding(time.Hour)},
				Actions: []sim.Action{
					{When: sim.When{At: 30 * time.Second}, Delete: &sim.Delete{Propagation: policy}},
				},
			}
			if down {
				s.Faults = []sim.Fault{{When: sim.When{At: 29 * time.Second}, Crash: &sim.Crash{Down: 10 * time.Second}}}
			}
			res, err := sim.Run(s, fakes.ReferenceImplementation())
			g.Expect(err).NotTo(HaveOccurred())
			g.Expect(res.Failure).NotTo(HaveOccurred())
			g.Expect(res.Jobs).To(BeEmpty())
			for _, pod := range res.Pods {
				g.Expect(pod.Finalizers).To(BeEmpty(), "policy %q, controller down: %v", policy, down)
			}
			orphans := policy == "" || policy == metav1.DeletePropagationOrphan
			g.Expect(len(res.Pods) > 0).To(Equal(orphans), "policy %q, controller down: %v", policy, down)
		}
	}
}

func TestSimulatedRunsAreReproducible(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, seed := randomScenario(t), rapid.Uint64().Draw(t, "seed")
		first, _ := run(t, s, sim.WithSeed(seed))
		second, _ := run(t, s, sim.WithSeed(seed))
		if first.Trace.Hash() != second.Trace.Hash() {
			t.Fatalf("expected the same trace again, got hashes %s and %s", first.Trace.Hash(), second.Trace.Hash())
		}
	})
}

// A Job that is recreated while pods of its predecessor are still in the cache frees them first, and during these calls
// its own pods arrive there.
func TestSimulatedRecreationMakesNoPodTwice(t *testing.T) { // CTRL-2, DEL-5
	for seed := range uint64(300) {
		s := &sim.Scenario{
			Jobs: []*batchv1.Job{aJob(sized(3, 3))}, Pods: []kubelet.Script{succeeding(5 * time.Second)},
			Actions: []sim.Action{
				{When: sim.When{At: 2 * time.Second}, Delete: &sim.Delete{Propagation: metav1.DeletePropagationBackground}},
				{When: sim.When{At: 2*time.Second + 100*time.Millisecond}, Create: aJob(sized(3, 3))},
			},
		}
		res, _ := run(t, s, sim.WithSeed(seed))
		if n := len(births(res)); n != 6 {
			t.Fatalf("seed %d: expected three pods for each Job, found %d", seed, n)
		}
	}
}

// A Job that somebody's finalizer keeps from going, and that is resumed meanwhile, has a deadline like any other.
func TestSimulatedDeadlineOfAHeldJob(t *testing.T) { // ADS-1, SYNC-8, TIME-1
	job := aJob(func(s *batchv1.JobSpec) { s.ActiveDeadlineSeconds = new(int64(10)) })
	job.Finalizers = []string{"example.com/hold"}
	res, status := run(t, &sim.Scenario{
		Jobs: []*batchv1.Job{job}, Pods: []kubelet.Script{succeeding(time.Hour)},
		Actions: []sim.Action{
			{When: sim.When{At: time.Second}, Suspend: new(true)},
			{When: sim.When{At: 2 * time.Second}, Delete: &sim.Delete{Propagation: metav1.DeletePropagationBackground}},
			{When: sim.When{At: 3 * time.Second}, Suspend: new(false)},
		},
	})
	g := NewWithT(t)
	g.Expect(conditions(status)).To(ContainElement("Failed"))
	g.Expect(res.Ending).NotTo(Equal(sim.TimeIsUp))
}

// A pod that is taken from its Job just before the Job deletes it must not be waited for.
func TestSimulatedDeletionOfAPodThatWasTaken(t *testing.T) { // SUS-2, CTRL-2
	running := sim.When{After: &sim.Trigger{Pod: 1, Phase: corev1.PodRunning}}
	for seed := range uint64(200) {
		_, status := run(t, &sim.Scenario{
			Jobs: []*batchv1.Job{aJob(sized(1, 1))}, Pods: []kubelet.Script{succeeding(5 * time.Second)},
			Actions: []sim.Action{
				{When: running, Pod: &sim.PodAction{Pod: 1, Patch: &sim.Patch{
					Type: types.MergePatchType, Data: []byte(`{"metadata": {"ownerReferences": null}}`)}}},
				{When: running, Suspend: new(true)},
				{When: sim.When{At: 10 * time.Second}, Suspend: new(false)},
			},
			Until: time.Minute,
		}, sim.WithSeed(seed))
		if got := conditions(status); !slices.Contains(got, "Complete") {
			t.Fatalf("seed %d: expected the resumed Job to complete within a minute, got %v", seed, got)
		}
	}
}
