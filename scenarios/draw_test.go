package scenarios_test

import (
	"fmt"
	"net/http"
	"slices"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"pgregory.net/rapid"

	"github.com/jobsim/jobsim/sim"
	"github.com/jobsim/jobsim/sim/apiserver"
	"github.com/jobsim/jobsim/sim/kubelet"
)

// text draws words that YAML might take for something else.
func text(t *rapid.T, label string) string {
	return rapid.OneOf(
		rapid.SampledFrom([]string{"yes", "null", "5s", "0x10", "1e3", "- a", "a: b", "# no", "'", "\"", "%", "&a", "*a", "~", "\t"}),
		rapid.StringMatching(`[ -~\x{e9}\n]{0,40}[!-~]`),
	).Draw(t, label)
}

// seconds draws a duration; half of them are zero, which files leave out.
func seconds(t *rapid.T, label string) time.Duration {
	if rapid.Bool().Draw(t, "no "+label) {
		return 0
	}
	return time.Duration(rapid.Int64Range(0, 7_200_000).Draw(t, label)) * time.Millisecond
}

func drawOptional[T any](t *rapid.T, label string, g *rapid.Generator[T]) *T {
	if !rapid.Bool().Draw(t, "has "+label) {
		return nil
	}
	v := g.Draw(t, label)
	return &v
}

func drawScenario(t *rapid.T) *sim.Scenario {
	s := &sim.Scenario{
		Name: "drawn", Until: seconds(t, "until"), WatchDelay: seconds(t, "watchDelay"), Latency: seconds(t, "latency"),
	}
	if s.Until > 0 {
		s.Until += 100 * time.Hour
	}
	if rapid.Bool().Draw(t, "described") {
		s.Title, s.Story = text(t, "title"), text(t, "story")
	}
	for i := range rapid.IntRange(1, 2).Draw(t, "jobs") {
		s.Jobs = append(s.Jobs, drawJob(t, fmt.Sprintf("job-%d", i)))
	}
	for i := range rapid.IntRange(0, 2).Draw(t, "nodes") {
		n := kubelet.Node{Name: fmt.Sprintf("node-%d", i+1), Pods: rapid.IntRange(0, 3).Draw(t, "room")}
		if rapid.Bool().Draw(t, "labelled") {
			n.Labels = map[string]string{"zone": text(t, "zone")}
		}
		s.Nodes = append(s.Nodes, n)
	}
	for range rapid.IntRange(0, 3).Draw(t, "scripts") {
		s.Pods = append(s.Pods, drawScript(t))
	}
	for range rapid.IntRange(0, 4).Draw(t, "actions") {
		s.Actions = append(s.Actions, drawAction(t))
	}
	for range rapid.IntRange(0, 4).Draw(t, "faults") {
		s.Faults = append(s.Faults, drawFault(t))
	}
	for range rapid.IntRange(0, 4).Draw(t, "expectations") {
		s.Expect = append(s.Expect, drawExpectation(t))
	}
	order(s)
	return s
}

// order draws nothing: it puts what has been drawn into the order of time, with what has no time at the end.
func order(s *sim.Scenario) {
	const never = time.Duration(1 << 62)
	key := func(w sim.When, timed bool) time.Duration {
		if !timed || w.After != nil {
			return never
		}
		return w.At
	}
	slices.SortStableFunc(s.Actions, func(a, b sim.Action) int { return int(sign(key(a.When, true) - key(b.When, true))) })
	slices.SortStableFunc(s.Faults, func(a, b sim.Fault) int {
		return int(sign(key(a.When, a.Crash == nil || a.Crash.Call == 0) - key(b.When, b.Crash == nil || b.Crash.Call == 0)))
	})
	slices.SortStableFunc(s.Expect, func(a, b sim.Expectation) int {
		at := func(e sim.Expectation) time.Duration {
			if e.At == nil {
				return never
			}
			return *e.At
		}
		return int(sign(at(a) - at(b)))
	})
}

func sign(d time.Duration) time.Duration { return max(-1, min(1, d)) }

func drawJob(t *rapid.T, name string) *batchv1.Job {
	job := &batchv1.Job{
		TypeMeta:   metav1.TypeMeta{APIVersion: "batch/v1", Kind: "Job"},
		ObjectMeta: metav1.ObjectMeta{Name: name},
		Spec: batchv1.JobSpec{
			Parallelism:           drawOptional(t, "parallelism", rapid.Int32Range(0, 9)),
			Completions:           drawOptional(t, "completions", rapid.Int32Range(0, 9)),
			BackoffLimit:          drawOptional(t, "backoffLimit", rapid.Int32Range(0, 9)),
			ActiveDeadlineSeconds: drawOptional(t, "deadline", rapid.Int64Range(0, 900)),
			Suspend:               drawOptional(t, "suspend", rapid.Bool()),
			Template: corev1.PodTemplateSpec{Spec: corev1.PodSpec{
				RestartPolicy: rapid.SampledFrom([]corev1.RestartPolicy{"Never", "OnFailure"}).Draw(t, "restartPolicy"),
				Containers:    []corev1.Container{{Name: "main", Image: "busybox"}},
			}},
		},
	}
	spec := &job.Spec.Template.Spec
	if rapid.Bool().Draw(t, "has more") {
		job.Annotations = map[string]string{"example.com/note": text(t, "annotation")}
		spec.Containers[0].Command = []string{"sh", "-c", text(t, "command")}
		spec.Containers[0].Resources.Limits = corev1.ResourceList{"memory": resource.MustParse("64Mi")}
		spec.Volumes = []corev1.Volume{{Name: "scratch", VolumeSource: corev1.VolumeSource{EmptyDir: &corev1.EmptyDirVolumeSource{}}}}
		spec.InitContainers = []corev1.Container{{Name: "init", Image: "busybox"}}
	}
	return job
}

func drawScript(t *rapid.T) kubelet.Script {
	endless := func(label string) time.Duration {
		if rapid.IntRange(0, 3).Draw(t, label+" for ever") == 0 {
			return kubelet.Forever
		}
		return seconds(t, label)
	}
	s := kubelet.Script{
		Unschedulable: endless("unschedulable"), Start: seconds(t, "start"), PullFails: endless("pullFails"),
		Ready: endless("ready"), EvictAfter: seconds(t, "evictAfter"), Lost: rapid.Bool().Draw(t, "lost"),
		Match: kubelet.Match{
			Job:   rapid.SampledFrom([]string{"", "job-0"}).Draw(t, "match"),
			Index: drawOptional(t, "index", rapid.IntRange(0, 3)),
			Pod:   rapid.IntRange(0, 3).Draw(t, "pod"),
		},
	}
	s.Runs = drawRuns(t, endless)
	if rapid.Bool().Draw(t, "has containers") {
		s.Containers = map[string][]kubelet.Run{"main": drawRuns(t, endless)}
	}
	switch rapid.IntRange(0, 2).Draw(t, "stop") {
	case 0:
		s.Stop = kubelet.Stop{Ignore: true}
	case 1:
		s.Stop = kubelet.Stop{After: seconds(t, "after"), Exit: drawOptional(t, "exit", rapid.Int32Range(0, 255))}
	}
	return s
}

func drawRuns(t *rapid.T, endless func(string) time.Duration) []kubelet.Run {
	var runs []kubelet.Run
	for range rapid.IntRange(0, 3).Draw(t, "runs") {
		r := kubelet.Run{For: endless("for")}
		switch rapid.IntRange(0, 3).Draw(t, "end") {
		case 0:
			r.OOM = true
		case 1:
			r.Signal = rapid.Int32Range(1, 64).Draw(t, "signal")
		case 2:
			r.Exit, r.Message = rapid.Int32Range(0, 255).Draw(t, "code"), text(t, "message")
		}
		runs = append(runs, r)
	}
	return runs
}

func drawWhen(t *rapid.T) sim.When {
	w := sim.When{At: seconds(t, "at")}
	if rapid.IntRange(0, 3).Draw(t, "triggered") == 0 {
		w.After = rapid.SampledFrom([]*sim.Trigger{
			{Condition: batchv1.JobFailed}, {Job: "job-0", Pod: 2}, {Pod: 1, Phase: corev1.PodRunning},
			{Status: map[string]int32{"failed": 0, "active": 2}},
		}).Draw(t, "after")
	}
	return w
}

func drawAction(t *rapid.T) sim.Action {
	a := sim.Action{When: drawWhen(t), Job: rapid.SampledFrom([]string{"", "job-0"}).Draw(t, "job")}
	patches := rapid.SampledFrom([]*sim.Patch{
		{Type: types.MergePatchType, Data: []byte(`{"metadata":{"labels":{"x":null,"yes":"on"}}}`)},
		{Type: types.StrategicMergePatchType, Data: []byte(`{"metadata":{"$patch":"replace","labels":{"a":"b"}}}`)},
		{Type: types.JSONPatchType, Data: []byte(`[{"op":"add","path":"/metadata/labels","value":{"a":"1"}}]`), Subresource: "status"},
	})
	deletes := rapid.SampledFrom([]*sim.Delete{{}, {Propagation: metav1.DeletePropagationOrphan}, {GraceSeconds: ptr(int64(0))}})
	switch rapid.IntRange(0, 8).Draw(t, "action") {
	case 0:
		a.Job, a.Create = "", drawJob(t, "job-9")
	case 1:
		a.Scale = &sim.Scale{Parallelism: ptr(int32(0)), Completions: drawOptional(t, "completions", rapid.Int32Range(0, 9))}
	case 2:
		a.Suspend = ptr(rapid.Bool().Draw(t, "suspend"))
	case 3:
		a.Patch = patches.Draw(t, "patch")
	case 4:
		a.Delete = deletes.Draw(t, "delete")
	case 5:
		a.Pod = &sim.PodAction{Pod: 1, Delete: deletes.Draw(t, "delete")}
	case 6:
		a.Pod = &sim.PodAction{Pod: 2, Patch: patches.Draw(t, "patch")}
	case 7:
		a.Pod = &sim.PodAction{Pod: 3, Evict: true}
	case 8:
		a.Pod = rapid.SampledFrom([]*sim.PodAction{{Pod: 1, RemoveLabel: "a"}, {Pod: 1, RemoveFinalizer: "b"}}).Draw(t, "pod action")
	}
	return a
}

func drawFault(t *rapid.T) sim.Fault {
	f := sim.Fault{When: drawWhen(t)}
	match := sim.CallMatch{
		Verb:     rapid.SampledFrom([]string{"", "create", "patch"}).Draw(t, "verb"),
		Resource: rapid.SampledFrom([]apiserver.Resource{"", apiserver.Pods, apiserver.Jobs}).Draw(t, "resource"),
		Name:     rapid.SampledFrom([]string{"", "job-0", "job-*"}).Draw(t, "name"),
	}
	switch rapid.IntRange(0, 5).Draw(t, "fault") {
	case 0:
		f.Crash = &sim.Crash{Down: seconds(t, "down")}
	case 1:
		f.When = sim.When{}
		f.Crash = &sim.Crash{Down: seconds(t, "down"), Call: rapid.IntRange(1, 9).Draw(t, "call"), Match: match, After: true}
	case 2:
		f.Error = drawError(t, match)
	case 3:
		f.Watch = rapid.SampledFrom([]*sim.WatchFault{
			{Delay: time.Second, For: time.Minute}, {Resource: apiserver.Pods, Stall: true}, {Resource: apiserver.Jobs, Break: true},
		}).Draw(t, "watch")
	case 4:
		f.Node = rapid.SampledFrom([]*sim.NodeFault{
			{Name: "node-1", Lost: true, For: time.Minute}, {Name: "node-1", Deleted: true},
		}).Draw(t, "node")
	case 5:
		f.Clock = ptr(rapid.SampledFrom([]time.Duration{-time.Hour, time.Millisecond}).Draw(t, "clock"))
	}
	return f
}

func drawError(t *rapid.T, match sim.CallMatch) *sim.CallError {
	pods := schema.GroupResource{Resource: "pods"}
	status := rapid.SampledFrom([]metav1.Status{
		apierrors.NewConflict(pods, "x", nil).ErrStatus,
		apierrors.NewAlreadyExists(pods, "x").ErrStatus,
		apierrors.NewTooManyRequests("later", 7).ErrStatus,
		apierrors.NewTimeoutError("too slow", 3).ErrStatus,
		apierrors.NewServerTimeout(pods, "create", 2).ErrStatus,
		{Status: metav1.StatusFailure, Code: http.StatusBadGateway, Message: "no details"},
	}).Draw(t, "status")
	return &sim.CallError{
		Match: match, Status: status, Effect: rapid.Bool().Draw(t, "effect"), Times: rapid.IntRange(0, 3).Draw(t, "times"),
		Skip: rapid.IntRange(0, 3).Draw(t, "skip"), For: seconds(t, "for"),
	}
}

func drawExpectation(t *rapid.T) sim.Expectation {
	e := rapid.SampledFrom([]sim.Expectation{
		{Condition: batchv1.JobFailed, Reason: "DeadlineExceeded"}, {Status: map[string]int32{"failed": 0, "ready": 3}},
		{CompletedIndexes: ptr("0-2,5,7,8"), FailedIndexes: ptr("")}, {Pods: ptr(0)}, {Starts: ptr(3), Restarts: ptr(2)}, {Event: "Suspended", Job: "job-0"}, {Deleted: true},
	}).Draw(t, "expectation")
	switch rapid.IntRange(0, 2).Draw(t, "window") {
	case 0:
		e.Never = true
	case 1:
		e.At = ptr(seconds(t, "at"))
		e.Within = rapid.SampledFrom([]time.Duration{0, time.Second, 5 * time.Second}).Draw(t, "within")
	}
	return e
}
