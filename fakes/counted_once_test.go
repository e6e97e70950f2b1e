package fakes

import (
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"pgregory.net/rapid"
)

// TestEveryPodCountsOnce lets pods end and be deleted at random, while calls fail, events are late and the controller
// dies, and then lets things calm down: the Job completes, and each pod that ever was is in exactly one counter, or was
// let go on purpose (COMP-12, CTRL-1, TRK-1).
func TestEveryPodCountsOnce(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		completions := rapid.Int32Range(1, 6).Draw(rt, "completions")
		job := newJob(withCompletions(completions), withParallelism(rapid.Int32Range(1, 4).Draw(rt, "parallelism")),
			withBackoffLimit(1000))
		if rapid.Bool().Draw(rt, "replace only failed") {
			replaceFailed(job)
		}
		w := newWorld(t, Reference(), job)
		letGo := 0
		w.before = func(call string) { letGo += checkFree(rt, w, call) }
		w.after = func(string) { checkActive(rt, w) }
		second := 0
		for range rapid.IntRange(1, 60).Draw(rt, "disturbances") {
			disturb(rt, w)
			second += rapid.IntRange(0, 3).Draw(rt, "seconds")
			w.run(second)
		}
		calmDown(w, second)
		status := w.job().Status
		if !isFinished(w.job()) || status.CompletionTime == nil {
			rt.Fatalf("expected a complete Job, got %s", describe(&status))
		}
		if got := int(status.Succeeded + status.Failed); got+letGo != w.created || status.Succeeded < completions {
			rt.Fatalf("expected each of %d pods to count once, but for %d, and %d successes, got %s",
				w.created, letGo, completions, describe(&status))
		}
	})
}

// checkFree tells how many pods lose their finalizer by this call without being listed: such a pod never counts. That
// is right for surplus pods, and for what a completed Job leaves behind, but never for a pod that has ended (TRK-1).
func checkFree(rt *rapid.T, w *world, call string) int {
	name, ok := strings.CutPrefix(call, "free ")
	i := slices.IndexFunc(w.pods, func(p *corev1.Pod) bool { return p.Name == name })
	if !ok || i < 0 || !carriesFinalizer(w.pods[i]) {
		return 0
	}
	pod, u := w.pods[i], w.job().Status.UncountedTerminatedPods
	if u != nil && (slices.Contains(u.Succeeded, pod.UID) || slices.Contains(u.Failed, pod.UID)) {
		return 0
	}
	cached := w.cached.pods[slices.IndexFunc(w.cached.pods, func(p *corev1.Pod) bool { return p.Name == name })]
	if isFailed(w.job(), cached) || isSucceeded(cached) {
		rt.Fatalf("expected pod %s to be listed before it is freed, got %s", name, describe(&w.job().Status))
	}
	return 1
}

// checkActive is COMP-9, against the truth: no pod too many is ever active.
func checkActive(rt *rapid.T, w *world) {
	active := len(w.names(isActive))
	if active > int(*w.job().Spec.Parallelism) {
		rt.Fatalf("expected at most %d active pods, got %d", *w.job().Spec.Parallelism, active)
	}
}

// disturb does one thing that a controller must survive.
func disturb(rt *rapid.T, w *world) {
	somePod := func(is func(*corev1.Pod) bool, do func(name string)) {
		if names := w.names(is); len(names) > 0 {
			do(rapid.SampledFrom(names).Draw(rt, "pod"))
		}
	}
	running := func(p *corev1.Pod) bool { return !isTerminal(p) }
	undeleted := func(p *corev1.Pod) bool { return p.DeletionTimestamp == nil }
	kinds := []string{"succeed", "fail", "delete", "crash", "hold", "flush", "errors", "calm"}
	switch rapid.SampledFrom(kinds).Draw(rt, "what") {
	case "succeed":
		somePod(running, func(name string) { w.end(name, corev1.PodSucceeded) })
	case "fail":
		somePod(running, func(name string) { w.end(name, corev1.PodFailed) })
	case "delete":
		somePod(undeleted, func(name string) {
			w.setPod(name, func(p *corev1.Pod) { p.DeletionTimestamp = new(metav1.NewTime(w.now)) })
		})
	case "crash":
		w.start(Reference())
	case "hold":
		w.held = true
	case "flush":
		w.held = false
		w.flush()
	case "errors":
		prefixes := []string{"create", "free", "status", ""}
		w.fault = failOn(rapid.SampledFrom(prefixes).Draw(rt, "failing calls"))
	case "calm":
		w.fault = nil
	}
}

// calmDown ends all disturbances and lets every pod succeed until the Job has finished.
func calmDown(w *world, second int) {
	w.fault, w.held = nil, false
	w.flush()
	for ; second < 100_000 && !isFinished(w.job()); second += 100 {
		for _, name := range w.names(func(p *corev1.Pod) bool { return !isTerminal(p) }) {
			w.end(name, corev1.PodSucceeded)
		}
		w.run(second)
	}
	w.run(second + 100)
}

func TestAPodThatVanishedUncountedIsMissed(t *testing.T) { // TRK-7, EXT-4
	w := newWorld(t, Reference(), newJob())
	w.run(5)
	w.setPod("work-1", func(p *corev1.Pod) { p.Finalizers = nil })
	w.end("work-1", corev1.PodSucceeded)
	w.run(6)
	if got := describe(&w.job().Status); got != "active=1 succeeded=0+0 failed=0+0" {
		t.Fatalf("expected a new pod at once, got %s", got)
	}
	if names := w.names(carriesFinalizer); !slices.Equal(names, []string{"work-2"}) {
		t.Fatalf("expected work-2, got %v", names)
	}
}
