package generate_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"

	"github.com/jobsim/jobsim/conformance/internal/generate"
	"github.com/jobsim/jobsim/fakes"
	"github.com/jobsim/jobsim/scenarios"
	"github.com/jobsim/jobsim/sim"
	"github.com/jobsim/jobsim/sim/event"
	"github.com/jobsim/jobsim/sim/kubelet"
)

// A feature is something that a scenario may have; atLeast is how many of statsCases must have it.
type feature struct {
	name    string
	atLeast int
	has     func(*sim.Scenario) bool
}

const statsCases = 2000

func spec(s *sim.Scenario) *batchv1.JobSpec { return &s.Jobs[0].Spec }

func anyPod(is func(*kubelet.Script) bool) func(*sim.Scenario) bool {
	return func(s *sim.Scenario) bool {
		return slices.ContainsFunc(s.Pods, func(p kubelet.Script) bool { return is(&p) })
	}
}

func anyRun(is func(kubelet.Run) bool) func(*sim.Scenario) bool {
	return anyPod(func(p *kubelet.Script) bool { return slices.ContainsFunc(p.Runs, is) })
}

func anyAction(is func(*sim.Action) bool) func(*sim.Scenario) bool {
	return func(s *sim.Scenario) bool {
		return slices.ContainsFunc(s.Actions, func(a sim.Action) bool { return is(&a) })
	}
}

func anyPodAction(is func(*sim.PodAction) bool) func(*sim.Scenario) bool {
	return anyAction(func(a *sim.Action) bool { return a.Pod != nil && is(a.Pod) })
}

func edits(what string) func(*sim.Scenario) bool {
	return anyAction(func(a *sim.Action) bool { return a.Patch != nil && strings.Contains(string(a.Patch.Data), what) })
}

func anyFault(is func(*sim.Fault) bool) func(*sim.Scenario) bool {
	return func(s *sim.Scenario) bool {
		return slices.ContainsFunc(s.Faults, func(f sim.Fault) bool { return is(&f) })
	}
}

func crash(is func(*sim.Crash) bool) func(*sim.Scenario) bool {
	return anyFault(func(f *sim.Fault) bool { return f.Crash != nil && is(f.Crash) })
}

func callError(is func(*sim.CallError) bool) func(*sim.Scenario) bool {
	return anyFault(func(f *sim.Fault) bool { return f.Error != nil && is(f.Error) })
}

func equals[T comparable](p *T, v T) bool { return p != nil && *p == v }

func kind(k generate.Kind) func(*sim.Scenario) bool {
	return func(s *sim.Scenario) bool { return generate.KindOf(s) == k }
}

var jobFeatures = []feature{
	{"plain", 750, kind(generate.Plain)},
	{"edited", 450, kind(generate.Edited)},
	{"faulty", 400, kind(generate.Faulty)},
	{"neither size", 200, func(s *sim.Scenario) bool { return spec(s).Completions == nil && spec(s).Parallelism == nil }},
	{"work queue", 300, func(s *sim.Scenario) bool { return spec(s).Completions == nil && spec(s).Parallelism != nil }},
	{"completions 0", 40, func(s *sim.Scenario) bool { return equals(spec(s).Completions, 0) }},
	{"completions 1", 100, func(s *sim.Scenario) bool { return equals(spec(s).Completions, 1) }},
	{"completions 5", 50, func(s *sim.Scenario) bool { return equals(spec(s).Completions, 5) }},
	{"many", 20, func(s *sim.Scenario) bool { return spec(s).Completions != nil && *spec(s).Completions >= 10 }},
	{"parallelism 0", 50, func(s *sim.Scenario) bool { return equals(spec(s).Parallelism, 0) }},
	{"parallelism above completions", 100, func(s *sim.Scenario) bool {
		return spec(s).Completions != nil && spec(s).Parallelism != nil && *spec(s).Parallelism > *spec(s).Completions
	}},
	{"OnFailure", 500, func(s *sim.Scenario) bool {
		return spec(s).Template.Spec.RestartPolicy == corev1.RestartPolicyOnFailure
	}},
	{"backoffLimit unset", 300, func(s *sim.Scenario) bool { return spec(s).BackoffLimit == nil }},
	{"backoffLimit 0", 150, func(s *sim.Scenario) bool { return equals(spec(s).BackoffLimit, 0) }},
	{"backoffLimit 1", 200, func(s *sim.Scenario) bool { return equals(spec(s).BackoffLimit, 1) }},
	{"backoffLimit 100", 40, func(s *sim.Scenario) bool { return equals(spec(s).BackoffLimit, 100) }},
	{"deadline", 500, func(s *sim.Scenario) bool { return spec(s).ActiveDeadlineSeconds != nil }},
	{"deadline 0", 50, func(s *sim.Scenario) bool { return equals(spec(s).ActiveDeadlineSeconds, 0) }},
	{"replaces only failed", 450, func(s *sim.Scenario) bool { return equals(spec(s).PodReplacementPolicy, batchv1.Failed) }},
	{"replaces terminating", 100, func(s *sim.Scenario) bool {
		return equals(spec(s).PodReplacementPolicy, batchv1.TerminatingOrFailed)
	}},
	{"suspended", 50, func(s *sim.Scenario) bool { return equals(spec(s).Suspend, true) }},
	{"grace period", 300, func(s *sim.Scenario) bool { return spec(s).Template.Spec.TerminationGracePeriodSeconds != nil }},
	{"init containers", 60, func(s *sim.Scenario) bool { return len(spec(s).Template.Spec.InitContainers) > 0 }},
	{"two containers", 60, func(s *sim.Scenario) bool { return len(spec(s).Template.Spec.Containers) > 1 }},
	{"sidecar", 40, func(s *sim.Scenario) bool {
		init := spec(s).Template.Spec.InitContainers
		return len(init) > 0 && init[0].RestartPolicy != nil
	}},
	{"template labels", 100, func(s *sim.Scenario) bool { return len(spec(s).Template.Labels) > 0 }},
	{"template annotations", 80, func(s *sim.Scenario) bool { return len(spec(s).Template.Annotations) > 0 }},
	{"template finalizers", 40, func(s *sim.Scenario) bool { return len(spec(s).Template.Finalizers) > 0 }},
	{"Job labels", 60, func(s *sim.Scenario) bool { return len(s.Jobs[0].Labels) > 0 }},
	{"manualSelector", 25, func(s *sim.Scenario) bool { return spec(s).ManualSelector != nil }},
	{"Job finalizer", 40, func(s *sim.Scenario) bool { return len(s.Jobs[0].Finalizers) > 0 }},
	{"pod deadline", 25, func(s *sim.Scenario) bool { return spec(s).Template.Spec.ActiveDeadlineSeconds != nil }},
	{"many at once", 15, func(s *sim.Scenario) bool { return spec(s).Parallelism != nil && *spec(s).Parallelism >= 10 }},
	{"second Job", 30, func(s *sim.Scenario) bool { return len(s.Jobs) > 1 }},
	{"small cluster", 40, func(s *sim.Scenario) bool { return s.Nodes != nil }},
}

var podFeatures = []feature{
	{"exit 1", 900, anyRun(func(r kubelet.Run) bool { return r.Exit == 1 })},
	{"other exit code", 150, anyRun(func(r kubelet.Run) bool { return r.Exit > 1 })},
	{"OOM", 150, anyRun(func(r kubelet.Run) bool { return r.OOM })},
	{"signal", 150, anyRun(func(r kubelet.Run) bool { return r.Signal > 0 })},
	{"no time", 100, anyRun(func(r kubelet.Run) bool { return r.For == 0 })},
	{"part of a second", 300, anyRun(func(r kubelet.Run) bool { return r.For%time.Second > 0 && r.For < time.Second })},
	{"10 minutes", 100, anyRun(func(r kubelet.Run) bool { return r.For >= 600*time.Second })},
	{"for ever", 10, anyRun(func(r kubelet.Run) bool { return r.For == kubelet.Forever })},
	{"several runs", 300, anyPod(func(p *kubelet.Script) bool { return len(p.Runs) > 1 })},
	{"start latency", 500, anyPod(func(p *kubelet.Script) bool { return p.Start > 0 })},
	{"readiness", 400, anyPod(func(p *kubelet.Script) bool { return p.Ready > 0 })},
	{"unschedulable", 150, anyPod(func(p *kubelet.Script) bool { return p.Unschedulable > 0 })},
	{"unschedulable for ever", 20, anyPod(func(p *kubelet.Script) bool { return p.Unschedulable == kubelet.Forever })},
	{"image pull fails", 150, anyPod(func(p *kubelet.Script) bool { return p.PullFails > 0 })},
	{"slow stop", 400, anyPod(func(p *kubelet.Script) bool { return p.Stop.After > 0 })},
	{"stop with 0", 200, anyPod(func(p *kubelet.Script) bool { return p.Stop.Exit != nil && *p.Stop.Exit == 0 })},
	{"ignores SIGTERM", 150, anyPod(func(p *kubelet.Script) bool { return p.Stop.Ignore })},
	{"evicted", 100, anyPod(func(p *kubelet.Script) bool { return p.EvictAfter > 0 })},
	{"lost", 25, anyPod(func(p *kubelet.Script) bool { return p.Lost })},
	{"ends together", 450, func(s *sim.Scenario) bool {
		return len(s.Pods) > 1 && s.Pods[0].Runs[0].For == s.Pods[1].Runs[0].For && s.Pods[0].Start == s.Pods[1].Start
	}},
}

var actionFeatures = []feature{
	{"scale", 150, anyAction(func(a *sim.Action) bool { return a.Scale != nil })},
	{"scale to 0", 20, anyAction(func(a *sim.Action) bool { return a.Scale != nil && equals(a.Scale.Parallelism, 0) })},
	{"suspend", 120, anyAction(func(a *sim.Action) bool { return equals(a.Suspend, true) })},
	{"resume", 120, anyAction(func(a *sim.Action) bool { return equals(a.Suspend, false) })},
	{"suspend and resume at once", 15, func(s *sim.Scenario) bool {
		for i := 1; i < len(s.Actions); i++ {
			a, b := &s.Actions[i-1], &s.Actions[i]
			if equals(a.Suspend, true) && equals(b.Suspend, false) && a.At == b.At {
				return true
			}
		}
		return false
	}},
	{"backoffLimit edit", 70, edits("backoffLimit")},
	{"deadline edit", 70, edits("activeDeadlineSeconds")},
	{"deadline removed", 5, edits(`"activeDeadlineSeconds":null`)},
	{"policy edit", 40, edits("podReplacementPolicy")},
	{"label edit", 15, edits("labels")},
	{"foreign condition", 10, edits("conditions")},
	{"Background", 10, deletes("Background")},
	{"Foreground", 10, deletes("Foreground")},
	{"Orphan", 10, deletes("Orphan")},
	{"no propagation", 10, deletes("")},
	{"recreate", 30, func(s *sim.Scenario) bool {
		return deletesJob(s) && anyAction(func(a *sim.Action) bool { return a.Create != nil })(s)
	}},
	{"pod deleted", 100, anyPodAction(func(a *sim.PodAction) bool { return a.Delete != nil })},
	{"pod deleted by force", 15, anyPodAction(func(a *sim.PodAction) bool {
		return a.Delete != nil && equals(a.Delete.GraceSeconds, 0)
	})},
	{"label removed", 20, anyPodAction(func(a *sim.PodAction) bool { return a.RemoveLabel != "" })},
	{"finalizer removed", 20, anyPodAction(func(a *sim.PodAction) bool { return a.RemoveFinalizer != "" })},
	{"owner removed", 5, anyPodAction(func(a *sim.PodAction) bool { return a.Patch != nil })},
	{"edit while draining", 25, func(s *sim.Scenario) bool {
		return slices.ContainsFunc(s.Actions, func(a sim.Action) bool {
			return a.After != nil && a.After.Condition == batchv1.JobFailureTarget
		})
	}},
	{"handed over", 15, func(s *sim.Scenario) bool {
		return spec(s).ManualSelector != nil && anyAction(func(a *sim.Action) bool { return a.Create != nil })(s)
	}},
	{"pod evicted", 35, anyPodAction(func(a *sim.PodAction) bool { return a.Evict })},
	{"triggered", 300, anyAction(func(a *sim.Action) bool { return a.After != nil })},
}

func deletes(propagation string) func(*sim.Scenario) bool {
	return anyAction(func(a *sim.Action) bool { return a.Delete != nil && string(a.Delete.Propagation) == propagation })
}

func deletesJob(s *sim.Scenario) bool {
	return anyAction(func(a *sim.Action) bool { return a.Delete != nil })(s)
}

var faultFeatures = []feature{
	{"crash at a time", 50, crash(func(c *sim.Crash) bool { return c.Call == 0 })},
	{"crash before a call", 50, crash(func(c *sim.Crash) bool { return c.Call > 0 && !c.After })},
	{"crash after a call", 50, crash(func(c *sim.Crash) bool { return c.Call > 0 && c.After })},
	{"crash at a pod create", 25, crash(func(c *sim.Crash) bool { return c.Match.Verb == "create" })},
	{"crash at a pod patch", 20, crash(func(c *sim.Crash) bool { return c.Match.Verb == "patch" })},
	{"crash at a pod delete", 10, crash(func(c *sim.Crash) bool { return c.Match.Verb == "delete" })},
	{"crash at a status write", 20, crash(func(c *sim.Crash) bool { return c.Match.Subresource == "status" })},
	{"409", 30, code(409)}, {"403", 15, code(403)}, {"429", 15, code(429)}, {"500", 30, code(500)}, {"timeout", 40, code(504)},
	{"error with effect", 30, callError(func(e *sim.CallError) bool { return e.Effect })},
	{"errors for a while", 25, callError(func(e *sim.CallError) bool { return e.For > 0 })},
	{"watch delay", 50, watch(func(w *sim.WatchFault) bool { return w.Delay > 0 })},
	{"watch stall", 30, watch(func(w *sim.WatchFault) bool { return w.Stall })},
	{"watch break", 15, watch(func(w *sim.WatchFault) bool { return w.Break })},
	{"node lost", 25, anyFault(func(f *sim.Fault) bool { return f.Node != nil && f.Node.Lost })},
	{"node deleted", 5, anyFault(func(f *sim.Fault) bool { return f.Node != nil && f.Node.Deleted })},
	{"slow calls", 8, func(s *sim.Scenario) bool { return s.Latency > 0 }},
	{"every event late", 8, func(s *sim.Scenario) bool { return s.WatchDelay > 0 }},
	{"faults and actions", 150, func(s *sim.Scenario) bool { return len(s.Faults) > 0 && len(s.Actions) > 0 }},
}

func code(n int32) func(*sim.Scenario) bool {
	return callError(func(e *sim.CallError) bool { return e.Status.Code == n })
}

func watch(is func(*sim.WatchFault) bool) func(*sim.Scenario) bool {
	return anyFault(func(f *sim.Fault) bool { return f.Watch != nil && is(f.Watch) })
}

// TestStats keeps the generator from losing a dimension without anybody noticing.
func TestStats(t *testing.T) {
	features := slices.Concat(jobFeatures, podFeatures, actionFeatures, faultFeatures)
	counts := make([]int, len(features))
	events := 0
	for seed := range uint64(statsCases) {
		s := generate.Scenario(event.NewSeeded(seed), generate.Options{})
		for i, f := range features {
			if f.has(s) {
				counts[i]++
			}
		}
		if seed%4 > 0 {
			continue
		}
		r, err := sim.Run(s, fakes.ReferenceImplementation())
		if err != nil {
			t.Fatal(err)
		}
		events += r.Events
	}
	for i, f := range features {
		if t.Logf("%5d %s", counts[i], f.name); counts[i] < f.atLeast {
			t.Errorf("%s: expected %d of %d scenarios at least, found %d", f.name, f.atLeast, statsCases, counts[i])
		}
	}
	if mean := events / (statsCases / 4); mean > 150 {
		t.Errorf("expected 150 events a run at most in the mean, found %d", mean)
	} else {
		t.Logf("%d events a run", mean)
	}
}

func BenchmarkGenerate(b *testing.B) {
	seed := uint64(0)
	for b.Loop() {
		seed++
		generate.Scenario(event.NewSeeded(seed), generate.Options{})
	}
}

func BenchmarkGenerateAndRun(b *testing.B) {
	seed := uint64(0)
	for b.Loop() {
		seed++
		s := generate.Scenario(event.NewSeeded(seed), generate.Options{})
		if _, err := sim.Run(s, fakes.ReferenceImplementation()); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkGenerateAndWrite(b *testing.B) {
	seed := uint64(0)
	for b.Loop() {
		seed++
		if _, err := scenarios.Write(generate.Scenario(event.NewSeeded(seed), generate.Options{})); err != nil {
			b.Fatal(err)
		}
	}
}
