package kubelet

import (
	"fmt"
	"reflect"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/jobsim/jobsim/sim/trace"
)

// The rules of TestRandomLives: each looks at a whole trace and returns what is wrong with it, or nothing.

func restartCountsNeverDecrease(w *world) string {
	counts := map[string]int32{}
	return w.eachPod(func(e *trace.Entry, p *corev1.Pod) string {
		for _, list := range [][]corev1.ContainerStatus{p.Status.InitContainerStatuses, p.Status.ContainerStatuses} {
			for _, s := range list {
				key := p.Name + "/" + s.Name
				if s.RestartCount < counts[key] {
					return fmt.Sprintf("entry %d: restartCount of %s was %d and is %d", e.Seq, key, counts[key], s.RestartCount)
				}
				counts[key] = s.RestartCount
			}
		}
		return ""
	})
}

func runsFollowOneAnother(w *world) string {
	starts, running := map[string]int{}, map[string]bool{}
	return w.eachContainer(func(e *trace.Entry, key string) string {
		switch e.Verb {
		case "start":
			starts[key]++
			if running[key] || e.Number != starts[key] {
				return fmt.Sprintf("entry %d: run %d of %s starts; expected run %d, after the end of the one before",
					e.Seq, e.Number, key, starts[key])
			}
			running[key] = true
		case "exit":
			if !running[key] {
				return fmt.Sprintf("entry %d: %s ends, but it does not run", e.Seq, key)
			}
			running[key] = false
		}
		return ""
	})
}

// backOffIsWaitedFor is the rule of KUB-1 to KUB-3 in its plainest form.
func backOffIsWaitedFor(w *world) string {
	type history struct {
		wait, started, ended time.Duration
		runs                 int
	}
	all := map[string]*history{}
	return w.eachContainer(func(e *trace.Entry, key string) string {
		h := all[key]
		if h == nil {
			h = &history{}
			all[key] = h
		}
		switch e.Verb {
		case "exit":
			h.ended = e.At
		case "start":
			h.runs++
			if h.runs > 2 && h.ended-h.started > 600*time.Second {
				h.wait = 0
			}
			if h.runs > 1 && e.At < h.ended+h.wait {
				return fmt.Sprintf("entry %d: run %d of %s starts at %v, expected not before %v",
					e.Seq, h.runs, key, e.At, h.ended+h.wait)
			}
			if h.runs > 1 {
				h.wait = min(max(2*h.wait, 10*time.Second), 300*time.Second)
			}
			h.started = e.At
		}
		return ""
	})
}

func phasesOnlyGoForward(w *world) string {
	rank := map[corev1.PodPhase]int{corev1.PodPending: 0, corev1.PodRunning: 1, corev1.PodSucceeded: 2, corev1.PodFailed: 2}
	last := map[string]corev1.PodPhase{}
	return w.eachPod(func(e *trace.Entry, p *corev1.Pod) string {
		before := last[p.Name]
		if before != "" && p.Status.Phase != before && rank[p.Status.Phase] <= rank[before] {
			return fmt.Sprintf("entry %d: pod %s goes from %s to %s", e.Seq, p.Name, before, p.Status.Phase)
		}
		last[p.Name] = p.Status.Phase
		return ""
	})
}

func nothingStartsAfterDeletion(w *world) string { // ONF-11
	deleted, lost, where := map[string]bool{}, map[string]bool{}, map[string]string{}
	for i := range w.trace.Entries {
		e := &w.trace.Entries[i]
		switch {
		case e.Kind == trace.Node:
			lost[e.Name] = e.Verb != "back"
		case e.Kind == trace.Container && e.Verb == "start" && deleted[e.Name] && !lost[where[e.Name]]:
			return fmt.Sprintf("entry %d: %s starts in pod %s, which is being deleted", e.Seq, e.Container, e.Name)
		}
		if p, ok := e.Object.(*corev1.Pod); ok {
			deleted[p.Name] = deleted[p.Name] || p.DeletionTimestamp != nil || e.Kind == trace.Removed
			where[p.Name] = p.Spec.NodeName
		}
	}
	return ""
}

func podsEndBeforeTheyGo(w *world) string { // KUB-8
	for _, e := range w.trace.Entries {
		p, ok := e.Object.(*corev1.Pod)
		cluster := strings.HasPrefix(e.Actor, "kubelet/") || e.Actor == "pod-gc"
		if ok && e.Kind == trace.Removed && cluster && !terminal(p.Status.Phase) {
			return fmt.Sprintf("entry %d: pod %s is removed as %s", e.Seq, p.Name, p.Status.Phase)
		}
	}
	return ""
}

func everyReportTellsSomething(w *world) string {
	last := map[string]*corev1.Pod{}
	return w.eachPod(func(e *trace.Entry, p *corev1.Pod) string {
		before := last[p.Name]
		last[p.Name] = p
		if e.Subresource == "status" && before != nil && reflect.DeepEqual(before.Status, p.Status) {
			return fmt.Sprintf("entry %d: the status of pod %s is written again and says the same", e.Seq, p.Name)
		}
		return ""
	})
}

func (w *world) eachPod(check func(*trace.Entry, *corev1.Pod) string) string {
	for i := range w.trace.Entries {
		if p, ok := w.trace.Entries[i].Object.(*corev1.Pod); ok {
			if violation := check(&w.trace.Entries[i], p); violation != "" {
				return violation
			}
		}
	}
	return ""
}

func (w *world) eachContainer(check func(*trace.Entry, string) string) string {
	for i := range w.trace.Entries {
		if e := &w.trace.Entries[i]; e.Kind == trace.Container {
			if violation := check(e, e.Name+"/"+e.Container); violation != "" {
				return violation
			}
		}
	}
	return ""
}
