package shrink_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"

	"github.com/jobsim/jobsim/conformance/internal/generate"
	"github.com/jobsim/jobsim/conformance/internal/shrink"
	"github.com/jobsim/jobsim/fakes"
	"github.com/jobsim/jobsim/scenarios"
	"github.com/jobsim/jobsim/sim"
	"github.com/jobsim/jobsim/sim/adapter"
	"github.com/jobsim/jobsim/sim/event"
)

func written(t *testing.T, c shrink.Case) string {
	t.Helper()
	text, err := scenarios.Write(c.Scenario)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// firstBroken is the first generated case, calm or random, that is broken.
func firstBroken(t *testing.T, broken func(shrink.Case) bool, kind generate.Kind, random bool) shrink.Case {
	t.Helper()
	for seed := range uint64(3000) {
		c := shrink.Case{Scenario: generate.Scenario(event.NewSeeded(seed), generate.Options{Only: kind})}
		if random {
			r, err := sim.Run(c.Scenario, fakes.ReferenceImplementation(), sim.WithSeed(seed+1))
			if err != nil {
				t.Fatal(err)
			}
			c.Seed, c.Choices = seed+1, r.Token.Choices
		}
		if broken(c) {
			return c
		}
	}
	t.Fatal("expected a generated case that is broken")
	return shrink.Case{}
}

// largest is a case with much in it.
func largest() shrink.Case {
	var found *sim.Scenario
	size := 0
	for seed := range uint64(500) {
		s := generate.Scenario(event.NewSeeded(seed), generate.Options{Only: generate.Faulty})
		if text, err := scenarios.Write(s); err == nil && len(text) > size {
			found, size = s, len(text)
		}
	}
	return shrink.Case{Scenario: found, Seed: 1, Choices: []int{1, 2, 3}}
}

func TestNothingIsLeftThatIsNotNeeded(t *testing.T) {
	small, runs := shrink.Minimize(largest(), func(shrink.Case) bool { return true }, shrink.DefaultBudget)
	const want = `apiVersion: jobsim/v1alpha1
kind: Scenario
job:
  apiVersion: batch/v1
  kind: Job
  metadata:
    name: job
  spec:
    template:
      spec:
        containers:
        - image: busybox
          name: main
        restartPolicy: Never
`
	if text := written(t, small); text != want || !small.Calm() {
		t.Errorf("expected the least that there can be, got %v, %d\n%s", small.Choices, small.Seed, text)
	}
	if runs > 60 {
		t.Errorf("expected about one run for each part, took %d", runs)
	}
}

func TestWhatIsNeededStays(t *testing.T) {
	needs := map[string]func(*sim.Scenario) bool{
		"a deadline above 3 s": func(s *sim.Scenario) bool {
			d := s.Jobs[0].Spec.ActiveDeadlineSeconds
			return d != nil && *d > 3
		},
		"two runs that last equally long, but not a second": func(s *sim.Scenario) bool {
			return len(s.Pods) > 1 && s.Pods[0].Runs[0].For == s.Pods[1].Runs[0].For && s.Pods[0].Runs[0].For > time.Second
		},
		"an error and a crash": func(s *sim.Scenario) bool {
			return slices.ContainsFunc(s.Faults, func(f sim.Fault) bool { return f.Error != nil }) &&
				slices.ContainsFunc(s.Faults, func(f sim.Fault) bool { return f.Crash != nil })
		},
		"an edit": func(s *sim.Scenario) bool {
			return slices.ContainsFunc(s.Actions, func(a sim.Action) bool { return a.Patch != nil })
		},
	}
	want := map[string]string{
		"a deadline above 3 s":                              "spec: {activeDeadlineSeconds: 4, " + template + "}\n",
		"two runs that last equally long, but not a second": "spec: {" + template + "}\npods:\n- {runs: [{for: 5s}]}\n- {runs: [{for: 5s}]}\n",
	}
	for name, need := range needs {
		t.Run(name, func(t *testing.T) {
			broken := func(c shrink.Case) bool { return need(c.Scenario) }
			small, _ := shrink.Minimize(firstBroken(t, broken, generate.Faulty, false), broken, shrink.DefaultBudget)
			if !need(small.Scenario) {
				t.Fatalf("expected a case that is still broken, got\n%s", written(t, small))
			}
			if text := short(written(t, small)); want[name] != "" && text != want[name] {
				t.Errorf("expected\n%s\ngot\n%s", want[name], text)
			}
			if n := len(small.Scenario.Actions) + len(small.Scenario.Faults); n > 2 || len(small.Scenario.Pods) > 2 {
				t.Errorf("expected hardly anything, got\n%s", written(t, small))
			}
		})
	}
}

const template = "template: {spec: {containers: [{image: busybox, name: main}], restartPolicy: Never}}"

// short is a scenario without what all of them have, on few lines.
func short(text string) string {
	text = strings.NewReplacer(`    template:
      spec:
        containers:
        - image: busybox
          name: main
        restartPolicy: Never
`, "    "+template+"}\n").Replace(text[strings.Index(text, "  spec:"):])
	text = strings.Replace(text, "  spec:\n    ", "spec: {", 1)
	return strings.ReplaceAll(text, "\n    template", ", template")
}

func TestTheBudgetIsKept(t *testing.T) {
	c := largest()
	for _, budget := range []int{0, 1, 7, 20} {
		counted := 0
		broken := func(shrink.Case) bool { counted++; return counted%2 > 0 }
		_, runs := shrink.Minimize(c, broken, budget)
		if runs != counted || runs > budget {
			t.Errorf("expected %d runs at most and all of them to be told, counted %d, told %d", budget, counted, runs)
		}
	}
	if small, _ := shrink.Minimize(c, nil, 0); written(t, small) != written(t, c) {
		t.Error("expected the case as it was without a run to spend")
	}
}

func TestTheCaseIsNotChanged(t *testing.T) {
	c := largest()
	before := written(t, c)
	shrink.Minimize(c, func(shrink.Case) bool { return true }, shrink.DefaultBudget)
	if after := written(t, c); after != before {
		t.Errorf("expected the case as it was\n%s\ngot\n%s", before, after)
	}
}

// outcome is what may differ between two implementations, if one of them is wrong: when which pods were created, and
// what the Job says in the end.
func outcome(c shrink.Case, impl adapter.Implementation) string {
	r, err := sim.Run(c.Scenario, impl, c.Options()...)
	if err != nil || r.Failure != nil {
		return fmt.Sprint(err)
	}
	var b bytes.Buffer
	for i := range r.Trace.Entries {
		e := &r.Trace.Entries[i]
		if pod, ok := e.Object.(*corev1.Pod); ok && e.Verb == "create" && e.OK() {
			fmt.Fprintln(&b, e.At.Truncate(2*time.Second), pod.GenerateName)
		}
	}
	for _, j := range r.Jobs {
		fmt.Fprintln(&b, j.Name, j.Status.Succeeded, j.Status.Failed)
		for _, cond := range j.Status.Conditions {
			fmt.Fprintln(&b, cond.Type, cond.Status, cond.Reason)
		}
	}
	return b.String()
}

// mistakes are wrong decisions, each with how many parts (scripts, runs, actions, faults) a case needs to show it.
var mistakes = []struct {
	name   string
	kind   generate.Kind
	random bool
	parts  int
	make   func(*fakes.Decisions)
}{
	{"fails when the limit is reached", generate.Plain, false, 2, func(d *fakes.Decisions) {
		d.FailuresExceeded = func(job *batchv1.Job, failed int32) bool { return failed > 0 && failed >= *job.Spec.BackoffLimit }
	}},
	{"does not wait", generate.Faulty, false, 2, func(d *fakes.Decisions) {
		d.BackoffDelay = func(fakes.Limits, int32) time.Duration { return 0 }
	}},
	{"deadline one second late", generate.Edited, true, 2, func(d *fakes.Decisions) {
		exact := d.DeadlineLeft
		d.DeadlineLeft = func(job *batchv1.Job, suspended bool, now time.Time) (time.Duration, bool) {
			left, running := exact(job, suspended, now)
			return left + time.Second, running
		}
	}},
	{"frees before it lists", generate.Faulty, false, 3, func(d *fakes.Decisions) {
		steps := slices.Clone(d.Steps)
		i := slices.IndexFunc(steps, func(s fakes.Step) bool { return s.Name == "list" })
		steps[i], steps[i+1] = steps[i+1], steps[i]
		d.Steps = steps
	}},
	{"does not suspend", generate.Faulty, true, 1, func(d *fakes.Decisions) {
		d.IsSuspended = func(*batchv1.Job) bool { return false }
	}},
}

func TestMistakesEndInTinyScenarios(t *testing.T) {
	for _, m := range mistakes {
		t.Run(m.name, func(t *testing.T) {
			d := fakes.Reference()
			m.make(&d)
			wrong := fakes.Implementation("wrong", d)
			broken := func(c shrink.Case) bool { return outcome(c, wrong) != outcome(c, fakes.ReferenceImplementation()) }
			c := firstBroken(t, broken, m.kind, m.random)
			small, runs := shrink.Minimize(c, broken, shrink.DefaultBudget)
			text := written(t, small)
			t.Logf("%d runs, choices %v, seed %d\n%s", runs, small.Choices, small.Seed, text)
			if !broken(small) {
				t.Fatal("expected a case that is still broken")
			}
			s := small.Scenario
			parts := len(s.Actions) + len(s.Faults)
			for i := range s.Pods {
				parts += len(s.Pods[i].Runs)
			}
			if parts > m.parts || !small.Calm() {
				t.Errorf("expected a calm case of %d parts, got %d parts", m.parts, parts)
			}
			again, _ := shrink.Minimize(c, broken, shrink.DefaultBudget)
			if written(t, again) != text {
				t.Errorf("expected the same again, got\n%s", written(t, again))
			}
		})
	}
}
