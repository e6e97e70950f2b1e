package sim_test

import (
	"bytes"
	"testing"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"pgregory.net/rapid"

	"github.com/jobsim/jobsim/sim"
	"github.com/jobsim/jobsim/sim/apiserver"
	"github.com/jobsim/jobsim/sim/kubelet"
	"github.com/jobsim/jobsim/sim/trace"
)

// TestAnyScenario checks what must be so of every run, whatever happens in it: it comes to an end without trouble, it
// is the same again, nothing that is in the trace is changed afterwards, and causes come before effects.
func TestAnyScenario(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, seed := anyScenario(t), rapid.Uint64().Draw(t, "seed")
		if err := s.Check(); err != nil {
			t.Fatalf("expected a scenario that makes sense, got %v", err)
		}
		var written [][]byte
		first, err := sim.RunSeen(s, reference(), seed, func(tr *trace.Trace) {
			for _, e := range tr.Entries[len(written):] {
				written = append(written, line(t, e))
			}
		})
		if err != nil || first.Failure != nil {
			t.Fatalf("expected a run without failure, got %v, %v", err, first.Failure)
		}
		last := time.Duration(0)
		for i, e := range first.Trace.Entries {
			if i < len(written) && !bytes.Equal(written[i], line(t, e)) {
				t.Fatalf("entry %d was changed later\nfrom %s\nto   %s", e.Seq, written[i], line(t, e))
			}
			if e.Cause < 0 || e.Cause >= e.Seq || e.At < last {
				t.Fatalf("entry %d at %v has the cause %d, the one before it is at %v", e.Seq, e.At, e.Cause, last)
			}
			last = e.At
		}
		second, err := sim.Run(s, reference(), sim.WithSeed(seed))
		if err != nil || second.Trace.Hash() != first.Trace.Hash() {
			_, a, b := trace.FirstDifference(first.Trace, second.Trace)
			t.Fatalf("expected the same trace again (%v), got\n%+v\n%+v", err, a, b)
		}
		for _, unmet := range second.Unmet() {
			if unmet.Text == "" {
				t.Fatal("expected a text")
			}
		}
	})
}

// line is one entry as it would be written.
func line(t *rapid.T, e trace.Entry) []byte {
	var b bytes.Buffer
	if err := (&trace.Trace{Entries: []trace.Entry{e}}).Encode(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func anyScenario(t *rapid.T) *sim.Scenario {
	s := &sim.Scenario{
		Name: "any", Jobs: []*batchv1.Job{anyJob(t, "work")},
		Until:      3 * time.Hour,
		WatchDelay: rapid.SampledFrom(seconds(0, 0, 1, 7)).Draw(t, "watch delay"),
		Latency:    rapid.SampledFrom(seconds(0, 0, 1)).Draw(t, "latency"),
	}
	if rapid.Bool().Draw(t, "second job") {
		s.Jobs = append(s.Jobs, anyJob(t, "other"))
	}
	for range rapid.IntRange(0, 4).Draw(t, "scripts") {
		s.Pods = append(s.Pods, anyScript(t))
	}
	for range rapid.IntRange(0, 4).Draw(t, "actions") {
		s.Actions = append(s.Actions, anyAction(t))
	}
	for range rapid.IntRange(0, 3).Draw(t, "faults") {
		s.Faults = append(s.Faults, anyFault(t))
	}
	s.Expect = []sim.Expectation{
		{Condition: batchv1.JobComplete},
		{At: new(span(t, "at")), Status: map[string]int32{"active": 1}},
		{Never: true, Deleted: true},
	}
	return s
}

func span(t *rapid.T, label string) time.Duration {
	return rapid.SampledFrom(seconds(0, 1, 2, 5, 10, 30, 90, 600)).Draw(t, label)
}

func anyJob(t *rapid.T, name string) *batchv1.Job {
	small := func(label string) int32 { return rapid.Int32Range(0, 5).Draw(t, label) }
	changes := []func(*batchv1.JobSpec){limited(small("limit"))}
	if rapid.Bool().Draw(t, "fixed count") {
		changes = append(changes, sized(small("completions"), small("parallelism")))
	}
	if rapid.Bool().Draw(t, "deadline") {
		changes = append(changes, deadline(int64(small("deadline"))*20))
	}
	if rapid.Bool().Draw(t, "on failure") {
		changes = append(changes, onFailure)
	}
	if rapid.IntRange(0, 5).Draw(t, "suspended") == 0 {
		changes = append(changes, suspended)
	}
	if rapid.Bool().Draw(t, "replaces failed only") {
		changes = append(changes, func(s *batchv1.JobSpec) { s.PodReplacementPolicy = new(batchv1.Failed) })
	}
	return job(name, changes...)
}

func anyScript(t *rapid.T) kubelet.Script {
	return kubelet.Script{
		Start: span(t, "start"), Ready: span(t, "ready"),
		Runs: []kubelet.Run{
			{For: span(t, "run"), Exit: rapid.Int32Range(0, 1).Draw(t, "exit")},
			{For: span(t, "next run"), OOM: rapid.Bool().Draw(t, "oom")},
		},
		Stop:       kubelet.Stop{After: span(t, "stop"), Ignore: rapid.Bool().Draw(t, "ignores SIGTERM")},
		EvictAfter: rapid.SampledFrom(seconds(0, 0, 3)).Draw(t, "evict"),
	}
}

func anyWhen(t *rapid.T) sim.When {
	w := at(span(t, "when"))
	switch rapid.IntRange(0, 4).Draw(t, "trigger") {
	case 0:
		w.After = &sim.Trigger{Pod: rapid.IntRange(1, 4).Draw(t, "after pod"), Phase: rapid.SampledFrom(
			[]corev1.PodPhase{"", corev1.PodRunning, corev1.PodFailed}).Draw(t, "phase")}
	case 1:
		w.After = &sim.Trigger{Status: map[string]int32{rapid.SampledFrom(
			[]string{"active", "failed", "succeeded"}).Draw(t, "counter"): 1}}
	}
	return w
}

func anyAction(t *rapid.T) sim.Action {
	a := sim.Action{When: anyWhen(t)}
	pod := func(p sim.PodAction) *sim.PodAction {
		p.Pod = rapid.IntRange(1, 5).Draw(t, "pod")
		return &p
	}
	removal := func() *sim.Delete {
		return &sim.Delete{Propagation: rapid.SampledFrom([]metav1.DeletionPropagation{"",
			metav1.DeletePropagationOrphan, metav1.DeletePropagationBackground, metav1.DeletePropagationForeground,
		}).Draw(t, "propagation")}
	}
	switch rapid.IntRange(0, 9).Draw(t, "action") {
	case 0:
		a.Create = anyJob(t, rapid.SampledFrom([]string{"work", "new"}).Draw(t, "name"))
	case 1:
		a.Scale = &sim.Scale{Parallelism: new(rapid.Int32Range(0, 5).Draw(t, "to"))}
	case 2, 3:
		a.Suspend = new(rapid.Bool().Draw(t, "suspend"))
	case 4:
		a.Patch = &sim.Patch{Type: types.MergePatchType, Subresource: "status", Data: []byte(`{"status": {"active": 3}}`)}
	case 5:
		a.Delete = removal()
	case 6:
		a.Pod = pod(sim.PodAction{Delete: removal()})
	case 7:
		a.Pod = pod(sim.PodAction{RemoveFinalizer: batchv1.JobTrackingFinalizer})
	case 8:
		a.Pod = pod(sim.PodAction{RemoveLabel: batchv1.ControllerUidLabel})
	case 9:
		a.Pod = pod(sim.PodAction{Evict: true})
	}
	return a
}

func anyFault(t *rapid.T) sim.Fault {
	f := sim.Fault{When: anyWhen(t)}
	resource := rapid.SampledFrom([]apiserver.Resource{"", apiserver.Jobs, apiserver.Pods}).Draw(t, "resource")
	switch rapid.IntRange(0, 6).Draw(t, "fault") {
	case 0:
		f.Crash = &sim.Crash{Down: span(t, "down")}
	case 1:
		call, after := rapid.IntRange(1, 20).Draw(t, "call"), rapid.Bool().Draw(t, "after")
		f.Crash = &sim.Crash{Call: call, After: after, Down: span(t, "down")}
	case 2:
		f.Error = &sim.CallError{Match: sim.CallMatch{Resource: resource}, Status: forbidden(),
			Effect: rapid.Bool().Draw(t, "effect"), Times: rapid.IntRange(1, 5).Draw(t, "times")}
	case 3:
		f.Watch = &sim.WatchFault{Resource: resource, Delay: time.Second, For: span(t, "for")}
	case 4:
		f.Watch = &sim.WatchFault{Resource: resource, Stall: true, For: time.Second + span(t, "for")}
	case 5:
		f.Watch = &sim.WatchFault{Resource: resource, Break: true}
	case 6:
		f.Node = &sim.NodeFault{Name: "node-1", Lost: true, For: span(t, "for")}
	}
	return f
}
