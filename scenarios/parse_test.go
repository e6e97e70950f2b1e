package scenarios_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/onsi/gomega"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/jobsim/jobsim/scenarios"
	"github.com/jobsim/jobsim/sim"
	"github.com/jobsim/jobsim/sim/kubelet"
)

func mustParse(t *testing.T, text string) *sim.Scenario {
	t.Helper()
	s, err := scenarios.Parse("dir/good.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func ptr[T any](v T) *T { return &v }

func TestParseTop(t *testing.T) {
	g := gomega.NewWithT(t)
	s := mustParse(t, header+"title: Once\nuntil: 1h30m\nwatchDelay: 250ms\nlatency: 10ms\nnodes:\n- {name: a, pods: 3, labels: {zone: x}}\n- {name: b}\n")
	g.Expect(s.Name).To(gomega.Equal("good"))
	g.Expect(s.Title).To(gomega.Equal("Once"))
	g.Expect(s.Story).To(gomega.BeEmpty())
	g.Expect(s.Until).To(gomega.Equal(90 * time.Minute))
	g.Expect(s.WatchDelay).To(gomega.Equal(250 * time.Millisecond))
	g.Expect(s.Latency).To(gomega.Equal(10 * time.Millisecond))
	g.Expect(s.Nodes).To(gomega.Equal([]kubelet.Node{
		{Name: "a", Pods: 3, Labels: map[string]string{"zone": "x"}}, {Name: "b"},
	}))
	g.Expect(s.Jobs).To(gomega.HaveLen(1))
	g.Expect(s.Jobs[0].Name).To(gomega.Equal("pi"))
	g.Expect(s.Jobs[0].Spec.BackoffLimit).To(gomega.BeNil(), "defaults are for the API server to apply")
}

func TestStoryIsTheFieldOrTheLeadingComment(t *testing.T) {
	g := gomega.NewWithT(t)
	g.Expect(mustParse(t, "# Once upon\n#   a time\n#\n# The end.\n\n# not this\n"+header).Story).
		To(gomega.Equal("Once upon\n  a time\n\nThe end."))
	g.Expect(mustParse(t, "# not this\n"+header+"story: |\n  Once\n  more.\n").Story).To(gomega.Equal("Once\nmore."))
	g.Expect(mustParse(t, "\uFEFF# With a mark.\r\n"+header).Story).To(gomega.Equal("With a mark."))
}

func TestParsePods(t *testing.T) {
	s := mustParse(t, header+`
pods:
- match: {job: pi, index: 0, pod: 2}
  unschedulable: 1m
  start: 2s
  pullFails: forever
  ready: forever
  runs: [{for: 5s, exit: 3, message: full}, {signal: 11}, {for: forever}, {oom: true}]
  containers: {main: [{for: 1s}]}
  stop: {after: 7s, exit: 0}
  evictAfter: 1h
  lost: true
- {stop: {ignore: true}}
`)
	gomega.NewWithT(t).Expect(s.Pods).To(gomega.Equal([]kubelet.Script{{
		Match:         kubelet.Match{Job: "pi", Index: ptr(0), Pod: 2},
		Unschedulable: time.Minute, Start: 2 * time.Second, PullFails: kubelet.Forever, Ready: kubelet.Forever,
		Runs: []kubelet.Run{
			{For: 5 * time.Second, Exit: 3, Message: "full"}, {Signal: 11}, {For: kubelet.Forever}, {OOM: true},
		},
		Containers: map[string][]kubelet.Run{"main": {{For: time.Second}}},
		Stop:       kubelet.Stop{After: 7 * time.Second, Exit: ptr(int32(0))},
		EvictAfter: time.Hour,
		Lost:       true,
	}, {Stop: kubelet.Stop{Ignore: true}}}))
}

func TestParseActions(t *testing.T) {
	g := gomega.NewWithT(t)
	s := mustParse(t, header+`actions:
- {at: 1s, suspend: true}
- {at: 1s, resume: true, job: pi}
- {at: 2s, scale: {parallelism: 0, completions: 4}}
- {at: 3s, edit: {spec: {backoffLimit: 2, activeDeadlineSeconds: null}}}
- {at: 3s, edit: [{op: remove, path: /spec/backoffLimit}]}
- {at: 3s, edit: {status: {ready: 0}}, type: strategic, subresource: status}
- {at: 4s, delete: {propagation: Foreground}}
- {at: 5s, create: `+tau+`}
- {after: {job: tau, condition: Failed, pod: 2, phase: Running, status: {failed: 1}}, at: 1s, job: tau, delete: {}}
- {at: 6s, pod: 1, delete: {graceSeconds: 0}}
- {at: 6s, pod: 1, edit: {metadata: {labels: {a: b}}}}
- {at: 6s, pod: 1, removeLabel: job-name}
- {at: 6s, pod: 1, removeFinalizer: batch.kubernetes.io/job-tracking}
- {after: {condition: example.com/Seen}, pod: 1, evict: true}
`)
	at := func(line int, d time.Duration, a sim.Action) sim.Action {
		a.Line, a.At = line, d
		return a
	}
	g.Expect(s.Actions[7].Create.Name).To(gomega.Equal("tau"))
	s.Actions[7].Create = nil
	merge := func(text string) *sim.Patch { return &sim.Patch{Type: types.MergePatchType, Data: []byte(text)} }
	g.Expect(s.Actions).To(gomega.Equal([]sim.Action{
		at(11, time.Second, sim.Action{Suspend: ptr(true)}),
		at(12, time.Second, sim.Action{Job: "pi", Suspend: ptr(false)}),
		at(13, 2*time.Second, sim.Action{Scale: &sim.Scale{Parallelism: ptr(int32(0)), Completions: ptr(int32(4))}}),
		at(14, 3*time.Second, sim.Action{Patch: merge(`{"spec":{"activeDeadlineSeconds":null,"backoffLimit":2}}`)}),
		at(15, 3*time.Second, sim.Action{Patch: &sim.Patch{
			Type: types.JSONPatchType, Data: []byte(`[{"op":"remove","path":"/spec/backoffLimit"}]`)}}),
		at(16, 3*time.Second, sim.Action{Patch: &sim.Patch{
			Type: types.StrategicMergePatchType, Data: []byte(`{"status":{"ready":0}}`), Subresource: "status"}}),
		at(17, 4*time.Second, sim.Action{Delete: &sim.Delete{Propagation: metav1.DeletePropagationForeground}}),
		at(18, 5*time.Second, sim.Action{}),
		{Line: 19, Job: "tau", Delete: &sim.Delete{}, When: sim.When{At: time.Second, After: &sim.Trigger{
			Job: "tau", Condition: batchv1.JobFailed, Pod: 2, Phase: corev1.PodRunning, Status: map[string]int32{"failed": 1}}}},
		at(20, 6*time.Second, sim.Action{Pod: &sim.PodAction{Pod: 1, Delete: &sim.Delete{GraceSeconds: ptr(int64(0))}}}),
		at(21, 6*time.Second, sim.Action{Pod: &sim.PodAction{Pod: 1, Patch: merge(`{"metadata":{"labels":{"a":"b"}}}`)}}),
		at(22, 6*time.Second, sim.Action{Pod: &sim.PodAction{Pod: 1, RemoveLabel: "job-name"}}),
		at(23, 6*time.Second, sim.Action{Pod: &sim.PodAction{Pod: 1, RemoveFinalizer: batchv1.JobTrackingFinalizer}}),
		{Line: 24, When: sim.When{After: &sim.Trigger{Condition: "example.com/Seen"}}, Pod: &sim.PodAction{Pod: 1, Evict: true}},
	}))
}

func TestParseFaults(t *testing.T) {
	g := gomega.NewWithT(t)
	s := mustParse(t, header+`faults:
- {at: 1s, crash: controller, down: 30s}
- {crash: controller, call: 5, verb: patch, resource: pods, name: pi-*, effect: true}
- {watch: pods, delay: 2s, for: 1m}
- {at: 2s, watch: all, stall: true}
- {at: 2s, watch: jobs, break: true}
- {at: 3s, node: node-1, lost: true, for: 10m}
- {after: {pod: 1}, node: node-2, deleted: true}
- {at: 4s, clock: -30s}
`)
	g.Expect(s.Faults).To(gomega.Equal([]sim.Fault{
		{Line: 11, When: sim.When{At: time.Second}, Crash: &sim.Crash{Down: 30 * time.Second}},
		{Line: 12, Crash: &sim.Crash{Call: 5, After: true,
			Match: sim.CallMatch{Verb: "patch", Resource: "pods", Name: "pi-*"}}},
		{Line: 13, Watch: &sim.WatchFault{Resource: "pods", Delay: 2 * time.Second, For: time.Minute}},
		{Line: 14, When: sim.When{At: 2 * time.Second}, Watch: &sim.WatchFault{Stall: true}},
		{Line: 15, When: sim.When{At: 2 * time.Second}, Watch: &sim.WatchFault{Resource: "jobs", Break: true}},
		{Line: 16, When: sim.When{At: 3 * time.Second}, Node: &sim.NodeFault{Name: "node-1", Lost: true, For: 10 * time.Minute}},
		{Line: 17, When: sim.When{After: &sim.Trigger{Pod: 1}}, Node: &sim.NodeFault{Name: "node-2", Deleted: true}},
		{Line: 18, When: sim.When{At: 4 * time.Second}, Clock: ptr(-30 * time.Second)},
	}))
}

func TestParseErrorsOfCalls(t *testing.T) {
	for _, c := range []struct {
		text   string
		code   int32
		reason metav1.StatusReason
		say    string
	}{
		{"403, resource: pods", http.StatusForbidden, metav1.StatusReasonForbidden, "pods is forbidden: exceeded quota"},
		{"403, resource: pods, name: pi-1", http.StatusForbidden, metav1.StatusReasonForbidden,
			`pods "pi-1" is forbidden: exceeded quota`},
		{"404, resource: jobs, name: pi", http.StatusNotFound, metav1.StatusReasonNotFound, `jobs.batch "pi" not found`},
		{"409, resource: jobs, name: p*", http.StatusConflict, metav1.StatusReasonConflict,
			`Operation cannot be fulfilled on jobs.batch "": the object has been modified; ` +
				"please apply your changes to the latest version and try again"},
		{"429", http.StatusTooManyRequests, metav1.StatusReasonTooManyRequests,
			"the server has received too many requests and asks for patience"},
		{"500", http.StatusInternalServerError, metav1.StatusReasonInternalError,
			"Internal error occurred: injected by the scenario"},
		{"503", http.StatusServiceUnavailable, metav1.StatusReasonServiceUnavailable,
			"the server is currently unable to handle the request"},
		{"timeout", http.StatusGatewayTimeout, metav1.StatusReasonTimeout,
			"Timeout: the request did not complete within the time allowed"},
		{"409, reason: AlreadyExists, message: there, details: null", http.StatusConflict, metav1.StatusReasonAlreadyExists,
			"there"},
		{"418", http.StatusTeapot, metav1.StatusReasonUnknown, "the server responded with the status code 418 but did not " +
			"return more information"},
	} {
		t.Run(c.text, func(t *testing.T) {
			g := gomega.NewWithT(t)
			s := mustParse(t, header+"faults:\n- {error: "+c.text+", effect: true, times: 3, skip: 1, for: 2m}\n")
			e := s.Faults[0].Error
			g.Expect(e.Status.Code).To(gomega.Equal(c.code))
			g.Expect(e.Status.Reason).To(gomega.Equal(c.reason))
			g.Expect(e.Status.Message).To(gomega.Equal(c.say))
			g.Expect(e.Effect).To(gomega.BeTrue())
			g.Expect([]int{e.Times, e.Skip}).To(gomega.Equal([]int{3, 1}))
			g.Expect(e.For).To(gomega.Equal(2 * time.Minute))
			if c.code == http.StatusTooManyRequests {
				g.Expect(e.Status.Details.RetryAfterSeconds).To(gomega.BeEquivalentTo(1))
			}
		})
	}
}

func TestParseExpectations(t *testing.T) {
	s := mustParse(t, header+`expect:
- {at: 31s, within: 2s, condition: FailureTarget, reason: BackoffLimitExceeded}
- {at: 32s, job: pi, status: {failed: 1, active: 0}}
- {pods: 4, starts: 5, restarts: 0}
- {event: SuccessfulCreate}
- {never: true, condition: Failed}
- {deleted: true}
- {completedIndexes: "0-2,5", failedIndexes: ""}
`)
	gomega.NewWithT(t).Expect(s.Expect).To(gomega.Equal([]sim.Expectation{
		{Line: 11, At: ptr(31 * time.Second), Within: 2 * time.Second, Condition: batchv1.JobFailureTarget,
			Reason: "BackoffLimitExceeded"},
		{Line: 12, At: ptr(32 * time.Second), Within: 5 * time.Second, Job: "pi", Status: map[string]int32{"failed": 1, "active": 0}},
		{Line: 13, Pods: ptr(4), Starts: ptr(5), Restarts: ptr(0)},
		{Line: 14, Event: "SuccessfulCreate"},
		{Line: 15, Never: true, Condition: batchv1.JobFailed},
		{Line: 16, Deleted: true},
		{Line: 17, CompletedIndexes: ptr("0-2,5"), FailedIndexes: ptr("")},
	}))
}

func TestParseJSON(t *testing.T) {
	s := mustParse(t, `{"apiVersion":"jobsim/v1alpha1","kind":"Scenario","job":`+
		`{"apiVersion":"batch/v1","kind":"Job","metadata":{"name":"pi"},"spec":{"backoffLimit":3.0,"template":{"spec":`+
		`{"restartPolicy":"Never","containers":[{"name":"a","image":"b"}]}}}},"pods":[{"runs":[{"for":"5s"}]}]}`)
	gomega.NewWithT(t).Expect(*s.Jobs[0].Spec.BackoffLimit).To(gomega.BeEquivalentTo(3))
}

func TestAnchorsAndMergesAreWrittenOut(t *testing.T) {
	s := mustParse(t, jobs+"- <<: [*pi]\n  metadata: {name: tau}\n  spec: {<<: *spec, backoffLimit: 2}\n")
	g := gomega.NewWithT(t)
	g.Expect(s.Jobs).To(gomega.HaveLen(2))
	g.Expect(s.Jobs[1].Name).To(gomega.Equal("tau"))
	g.Expect(*s.Jobs[1].Spec.BackoffLimit).To(gomega.BeEquivalentTo(2))
	g.Expect(s.Jobs[1].Spec.Template).To(gomega.Equal(s.Jobs[0].Spec.Template))
}
