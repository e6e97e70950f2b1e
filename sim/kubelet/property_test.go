package kubelet

import (
	"fmt"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	"pgregory.net/rapid"

	"github.com/jobsim/jobsim/sim/event"
)

// TestRandomLives lets random pods live in a cluster with random trouble and holds what was seen against the rules that
// no trouble suspends.
func TestRandomLives(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := randomWorld(t)
		for _, rule := range []func(*world) string{
			restartCountsNeverDecrease, runsFollowOneAnother, backOffIsWaitedFor, phasesOnlyGoForward,
			nothingStartsAfterDeletion, podsEndBeforeTheyGo, everyReportTellsSomething,
		} {
			if violation := rule(w); violation != "" {
				t.Fatalf("%s\n%s", violation, w.chronicle())
			}
		}
	})
}

func TestRandomLivesAreReproducible(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		plan := randomPlan(t)
		if a, b := plan.play().chronicle(), plan.play().chronicle(); a != b {
			t.Fatalf("two runs of one plan differ:\n%s\n---\n%s", a, b)
		}
	})
}

// plan is a scenario: who is created, what happens, and in which order things of one instant happen.
type plan struct {
	scripts []Script
	pods    []func(*corev1.Pod)
	actions []action
	seed    uint64
}

type action struct {
	at   time.Duration
	kind string
	pod  string
	node string
	n    int64
}

func randomWorld(t *rapid.T) *world { return randomPlan(t).play() }

func randomPlan(t *rapid.T) plan {
	seconds := func(most int) *rapid.Generator[time.Duration] {
		return rapid.Map(rapid.IntRange(0, most), func(n int) time.Duration { return time.Duration(n) * time.Second })
	}
	run := rapid.Custom(func(t *rapid.T) Run {
		return Run{
			For:  rapid.OneOf(seconds(40), rapid.Just(Forever), rapid.SampledFrom([]time.Duration{550 * time.Second, 600 * time.Second, 605 * time.Second})).Draw(t, "for"),
			Exit: rapid.Int32Range(0, 2).Draw(t, "exit"),
		}
	})
	script := rapid.Custom(func(t *rapid.T) Script {
		zero := int32(0)
		return Script{
			Start:      seconds(3).Draw(t, "start"),
			Ready:      seconds(3).Draw(t, "ready"),
			PullFails:  rapid.SampledFrom([]time.Duration{0, 0, 0, 15 * time.Second, Forever}).Draw(t, "pull"),
			Runs:       rapid.SliceOfN(run, 0, 3).Draw(t, "runs"),
			Containers: map[string][]Run{"side": rapid.SliceOfN(run, 0, 3).Draw(t, "side")},
			Stop: Stop{After: seconds(40).Draw(t, "stop"), Ignore: rapid.Bool().Draw(t, "ignore"),
				Exit: rapid.SampledFrom([]*int32{nil, &zero}).Draw(t, "stop code")},
			EvictAfter: rapid.SampledFrom([]time.Duration{0, 0, 0, 25 * time.Second}).Draw(t, "evict"),
		}
	})
	pod := rapid.Custom(func(t *rapid.T) func(*corev1.Pod) {
		policy := rapid.SampledFrom([]corev1.RestartPolicy{"Never", "OnFailure"}).Draw(t, "policy")
		inits := rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"one", "side"}), 0, 2, rapid.ID).Draw(t, "inits")
		kept, second := rapid.Bool().Draw(t, "finalizer"), rapid.Bool().Draw(t, "second")
		return func(p *corev1.Pod) {
			p.Spec.RestartPolicy = policy
			for _, name := range inits {
				if name == "side" {
					withSidecars(name)(p)
				} else {
					withInit(name)(p)
				}
			}
			if kept {
				p.Finalizers = []string{"keep"}
			}
			if second {
				p.Spec.Containers = append(p.Spec.Containers, corev1.Container{Name: "aux", Image: "busybox"})
			}
		}
	})
	do := rapid.Custom(func(t *rapid.T) action {
		return action{
			at: seconds(900).Draw(t, "at"),
			kind: rapid.SampledFrom([]string{
				"delete", "delete", "lose", "return", "evict", "remove", "destroy"}).Draw(t, "action"),
			pod:  rapid.SampledFrom([]string{"p0", "p1", "p2"}).Draw(t, "pod"),
			node: rapid.SampledFrom([]string{"node-1", "node-2"}).Draw(t, "node"),
			n:    rapid.Int64Range(0, 40).Draw(t, "grace"),
		}
	})
	return plan{
		scripts: rapid.SliceOfN(script, 0, 3).Draw(t, "scripts"),
		pods:    rapid.SliceOfN(pod, 1, 3).Draw(t, "pods"),
		actions: rapid.SliceOfN(do, 0, 6).Draw(t, "actions"),
		seed:    rapid.Uint64().Draw(t, "seed"),
	}
}

func (p plan) play() *world {
	w := newWorldWith(Options{Scripts: p.scripts, Nodes: []Node{{Name: "node-1", Pods: 2}, {Name: "node-2"}}},
		event.NewSeeded(p.seed))
	for i, change := range p.pods {
		w.create(fmt.Sprintf("p%d", i), change)
	}
	for _, a := range p.actions {
		w.at(a.at, func() { w.perform(a) })
	}
	w.run(2000 * time.Second)
	return w
}

func (w *world) perform(a action) {
	p := w.pod(a.pod)
	switch a.kind {
	case "delete":
		if p != nil {
			w.delete(a.pod, a.n)
		}
	case "remove":
		if p != nil {
			w.delete(a.pod, 0)
		}
	case "evict":
		_ = w.EvictPod("default", a.pod)
	case "lose":
		_ = w.LoseNode(a.node)
	case "return":
		_ = w.ReturnNode(a.node)
	case "destroy":
		_ = w.DeleteNode(a.node)
	}
}

// chronicle is the whole trace as text.
func (w *world) chronicle() string {
	var b strings.Builder
	for _, e := range w.trace.Entries {
		fmt.Fprintf(&b, "%d<-%d %v %s %s %s %s %s#%d code=%d wait=%v", e.Seq, e.Cause, e.At, e.Actor, e.Kind, e.Verb,
			e.Name, e.Container, e.Number, e.Code, e.Wait)
		if p, ok := e.Object.(*corev1.Pod); ok {
			fmt.Fprintf(&b, " %s%s deleted=%v", p.Status.Phase, states(p), p.DeletionTimestamp)
		}
		b.WriteByte('\n')
	}
	return b.String()
}
