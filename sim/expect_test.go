package sim_test

import (
	"testing"
	"time"

	. "github.com/onsi/gomega"
	batchv1 "k8s.io/api/batch/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/jobsim/jobsim/sim"
	"github.com/jobsim/jobsim/sim/kubelet"
)

// expected returns the texts of the expectations that a run does not meet.
func expected(res *sim.Result, e ...sim.Expectation) []string {
	s := *res.Scenario
	s.Expect = e
	judged := *res
	judged.Scenario = &s
	var texts []string
	for _, unmet := range judged.Unmet() {
		texts = append(texts, unmet.Text)
	}
	return texts
}

func status(name string, n int32) map[string]int32 { return map[string]int32{name: n} }

// The run that is judged: the first pod fails at 10 s, its replacement is created at 20 s and succeeds at 30 s. The
// controller counts them at 11 s and 31 s.
func judgedRun(t *testing.T) *sim.Result {
	t.Helper()
	return play(t, story(job("work"), failing(10*time.Second), succeeding(10*time.Second)))
}

func TestExpectationsThatAreMet(t *testing.T) {
	res := judgedRun(t)
	moment := func(d time.Duration) *time.Duration { return new(d * time.Second) }
	second := time.Second
	for name, e := range map[string]sim.Expectation{
		"condition at the end":         {Condition: batchv1.JobComplete},
		"with its reason":              {Condition: batchv1.JobComplete, Reason: "CompletionsReached"},
		"becomes true at that instant": {At: moment(31), Condition: batchv1.JobComplete},
		"becomes true in the window":   {At: moment(20), Within: 11 * second, Condition: batchv1.JobComplete},
		"several things together":      {Condition: batchv1.JobComplete, Status: status("failed", 1), Pods: new(2)},
		"counters at the end":          {Status: map[string]int32{"active": 0, "ready": 0, "terminating": 0, "succeeded": 1, "failed": 1}},
		"a state that lasts":           {At: moment(15), Status: status("failed", 1)},
		"a state from that instant on": {At: moment(11), Status: status("failed", 1)},
		"a state that comes in time":   {At: moment(5), Within: 6 * second, Status: status("failed", 1)},
		"a state that ends in time":    {At: moment(30), Within: 5 * second, Status: status("active", 1)},
		"a state after the run":        {At: moment(3600), Status: status("succeeded", 1)},
		"a state before the end":       {At: moment(10), Status: status("active", 1)},
		"nothing yet":                  {At: moment(0), Pods: new(0)},
		"pods, starts, restarts":       {Pods: new(2), Starts: new(2), Restarts: new(0)},
		"pods so far":                  {At: moment(15), Pods: new(1)},
		"starts so far":                {At: moment(25), Starts: new(2)},
		"event at the end":             {Event: "Completed"},
		"event in the window":          {At: moment(30), Within: 2 * second, Event: "Completed"},
		"never":                        {Never: true, Condition: batchv1.JobFailed},
		"never another reason":         {Never: true, Condition: batchv1.JobComplete, Reason: "SuccessPolicy"},
		"never deleted":                {Never: true, Deleted: true},
		"never so many":                {Never: true, Status: status("active", 2)},
		"a window without end":         {At: moment(20), Within: 1<<63 - 1, Condition: batchv1.JobComplete},
		"the Job by its name":          {Job: "work", Condition: batchv1.JobComplete},
	} {
		if texts := expected(res, e); texts != nil {
			t.Errorf("%s: expected it to be met, got %q", name, texts)
		}
	}
}

func TestExpectationsThatAreNotMet(t *testing.T) {
	res := judgedRun(t)
	moment := func(d time.Duration) *time.Duration { return new(d * time.Second) }
	second := time.Second
	for _, c := range []struct {
		e    sim.Expectation
		text string
	}{
		{sim.Expectation{Condition: batchv1.JobFailed, Reason: "BackoffLimitExceeded"},
			"expected Job work: condition Failed (BackoffLimitExceeded), at the end; but that was never so; " +
				"at the end: conditions SuccessCriteriaMet (CompletionsReached), Complete (CompletionsReached)"},
		{sim.Expectation{At: moment(10), Condition: batchv1.JobComplete},
			"expected Job work: condition Complete, at 10s; but it came about at 31s; " +
				"at the end: conditions SuccessCriteriaMet (CompletionsReached), Complete (CompletionsReached)"},
		{sim.Expectation{At: moment(32), Within: 8 * second, Condition: batchv1.JobComplete}, // it is so, but became so before
			"expected Job work: condition Complete, between 32s and 40s; but it came about at 31s; " +
				"at the end: conditions SuccessCriteriaMet (CompletionsReached), Complete (CompletionsReached)"},
		{sim.Expectation{Status: map[string]int32{"succeeded": 1, "failed": 0}},
			"expected Job work: failed=0, succeeded=1, at the end; but that was never so; at the end: failed=1, succeeded=1"},
		{sim.Expectation{Status: status("active", 1)},
			"expected Job work: active=1, at the end; but it came about at 0s, 20s; at the end: active=0"},
		{sim.Expectation{At: moment(31), Status: status("active", 1)}, // gives way at that instant
			"expected Job work: active=1, at 31s; but it came about at 0s, 20s; at the end: active=0"},
		{sim.Expectation{At: moment(12), Within: 7 * second, Status: status("active", 1)},
			"expected Job work: active=1, between 12s and 19s; but it came about at 0s, 20s; at the end: active=0"},
		{sim.Expectation{Pods: new(3), Starts: new(3), Restarts: new(1)},
			"expected Job work: 3 pods created, 3 container starts, 1 container restarts, at the end; but that was never so; " +
				"at the end: 2 pods created, 2 container starts, 0 container restarts"},
		{sim.Expectation{Event: "BackoffLimitExceeded"},
			"expected Job work: event BackoffLimitExceeded, at the end; but that was never so; " +
				"at the end: events Completed, SuccessfulCreate"},
		{sim.Expectation{Deleted: true},
			"expected Job work: the Job to be gone, at the end; but that was never so; at the end: the Job exists"},
		{sim.Expectation{Never: true, Condition: batchv1.JobComplete},
			"expected Job work: condition Complete, never; it was so at 31s"},
		{sim.Expectation{Never: true, Status: status("active", 1)},
			"expected Job work: active=1, never; it was so at 0s"},
	} {
		NewWithT(t).Expect(expected(res, c.e)).To(Equal([]string{c.text}))
	}
}

func TestExpectationsOfJobsThatComeAndGo(t *testing.T) {
	g := NewWithT(t)
	s := story(job("work"), succeeding(10*time.Second))
	s.Actions = []sim.Action{
		{When: at(20 * time.Second), Create: job("late")},
		{When: at(60 * time.Second), Delete: &sim.Delete{Propagation: metav1.DeletePropagationBackground}},
	}
	s.Expect = []sim.Expectation{
		{Job: "late", Condition: batchv1.JobComplete},
		{Job: "late", Never: true, Status: status("active", 2)},
		{Deleted: true},
		{Deleted: true, At: new(time.Minute)},
		{Deleted: true, Pods: new(1)},
		{Condition: batchv1.JobComplete, At: new(11 * time.Second)},
		{Job: "late", Never: true, Deleted: true},
	}
	res := play(t, s)
	g.Expect(res.Unmet()).To(BeEmpty())
	g.Expect(expected(res,
		sim.Expectation{Condition: batchv1.JobComplete},
		sim.Expectation{Deleted: true, Condition: batchv1.JobComplete},
		sim.Expectation{Never: true, Deleted: true},
		sim.Expectation{Pods: new(4)},
	)).To(Equal([]string{
		"expected Job work: condition Complete, at the end; but it came about at 11s; at the end: the Job is gone",
		"expected Job work: condition Complete, the Job to be gone, at the end; but that was never so; at the end: the Job is gone",
		"expected Job work: the Job to be gone, never; it was so at 1m0s",
		"expected Job work: 4 pods created, at the end; but that was never so; at the end: the Job is gone, 1 pods created",
	}))
}

func TestExpectationsOfAJobThatIsRejected(t *testing.T) {
	g := NewWithT(t)
	res := play(t, story(job("work", limited(-1))))
	g.Expect(refused(res, 422)).To(Equal(1))
	g.Expect(expected(res, sim.Expectation{Pods: new(0)}, sim.Expectation{Never: true, Condition: batchv1.JobComplete},
		sim.Expectation{Status: status("active", 0)}, sim.Expectation{Event: "Completed"})).To(Equal([]string{
		"expected Job work: active=0, at the end; but that was never so; at the end: the Job was never created",
		"expected Job work: event Completed, at the end; but that was never so; at the end: the Job was never created, no events",
	}))
}

func TestExpectationsOfIndexes(t *testing.T) {
	g := NewWithT(t)
	perIndex := func(s *batchv1.JobSpec) {
		s.CompletionMode, s.BackoffLimitPerIndex = new(batchv1.IndexedCompletion), new(int32(0))
	}
	second := kubelet.Script{Match: kubelet.Match{Index: new(1)}, Runs: []kubelet.Run{{Exit: 1}}}
	res := play(t, story(job("work", sized(3, 3), perIndex), succeeding(10*time.Second), second))
	g.Expect(expected(res, sim.Expectation{CompletedIndexes: new("0,2"), FailedIndexes: new("1")},
		sim.Expectation{At: new(5 * time.Second), CompletedIndexes: new(""), FailedIndexes: new("1")})).To(BeEmpty())
	g.Expect(expected(res, sim.Expectation{CompletedIndexes: new("0-2")}, sim.Expectation{Never: true, FailedIndexes: new("1")})).To(Equal([]string{
		"expected Job work: completedIndexes=\"0-2\", at the end; but that was never so; at the end: completedIndexes=\"0,2\"",
		"expected Job work: failedIndexes=\"1\", never; it was so at 1s",
	}))
}

func TestExpectationsThatComeAboutOften(t *testing.T) {
	g := NewWithT(t)
	res := play(t, story(job("work", sized(8, 1)), succeeding(10*time.Second)))
	g.Expect(expected(res, sim.Expectation{Status: status("ready", 1)})).To(Equal([]string{
		"expected Job work: ready=1, at the end; but it came about at 1s, 12s, 23s, 34s, 45s, and 3 more times; at the end: ready=0"}))
}

// A run that had to be cut off says nothing of later times.
func TestExpectationsBeyondTheEndOfARun(t *testing.T) {
	g := NewWithT(t)
	s := story(job("work"), succeeding(time.Hour))
	s.Until = time.Minute
	res := play(t, s)
	g.Expect(expected(res, sim.Expectation{At: new(time.Minute), Status: status("active", 1)})).To(BeEmpty())
	g.Expect(expected(res, sim.Expectation{At: new(61 * time.Second), Status: status("active", 1)})).To(HaveLen(1))
}

func TestRestartsAreExpected(t *testing.T) {
	g := NewWithT(t)
	res := play(t, story(job("work", onFailure, limited(3)), failing(5*time.Second)))
	g.Expect(expected(res, sim.Expectation{Pods: new(1), Starts: new(4), Restarts: new(3)},
		sim.Expectation{At: new(5 * time.Second), Starts: new(2), Restarts: new(1)})).To(BeEmpty())
}
