package sim_test

import (
	"fmt"
	"testing"
	"time"

	. "github.com/onsi/gomega"
	batchv1 "k8s.io/api/batch/v1"

	"github.com/jobsim/jobsim/sim"
	"github.com/jobsim/jobsim/sim/trace"
)

// lives lists what became of the instances of the implementation.
func lives(res *sim.Result) []string {
	var found []string
	for _, e := range res.Trace.Entries {
		if e.Kind == trace.Instance && (e.Verb == "start" || e.Verb == "crash") {
			found = append(found, fmt.Sprintf("%v %s %d", e.At, e.Verb, e.Instance))
		}
	}
	return found
}

func TestCrashAtATime(t *testing.T) { // CTRL-7
	g := NewWithT(t)
	s := story(job("work", sized(2, 1)), succeeding(10*time.Second))
	s.Faults = []sim.Fault{
		{When: at(5 * time.Second), Crash: &sim.Crash{Down: 20 * time.Second}},
		{When: at(6 * time.Second), Crash: &sim.Crash{}}, // down already
		{When: sim.When{At: time.Second, After: &sim.Trigger{Pod: 2}}, Crash: &sim.Crash{}},
	}
	res := play(t, s)
	g.Expect(lives(res)).To(Equal([]string{"0s start 1", "5s crash 1", "25s start 2", "26s crash 2", "26s start 3"}))
	g.Expect(texts(res, trace.Fault)).To(Equal([]string{"nothing to crash: the controller is down"}))
	g.Expect(times(res, podCreated)).To(Equal(seconds(0, 25)))
	g.Expect(res.Jobs[0].Status.Succeeded).To(BeEquivalentTo(2))
}

// crashed plays a Job of successes and failures, with a crash at some call.
func crashed(t *testing.T, crash *sim.Crash, opts ...sim.Option) *sim.Result {
	t.Helper()
	s := story(job("work", sized(4, 2)),
		failing(2*time.Second), succeeding(4*time.Second), failing(3*time.Second), succeeding(time.Second))
	if crash != nil {
		s.Faults = []sim.Fault{{Crash: crash}}
	}
	return play(t, s, opts...)
}

func TestCrashAtEveryCall(t *testing.T) { // CTRL-1, COMP-12
	calm := crashed(t, nil).Jobs[0].Status
	for _, after := range []bool{false, true} {
		for _, down := range []time.Duration{0, 3 * time.Second} {
			g := NewWithT(t)
			calls := 0
			for hit := true; hit; {
				calls++
				name := fmt.Sprintf("call %d, after: %v, down %v", calls, after, down)
				res := crashed(t, &sim.Crash{Call: calls, After: after, Down: down})
				hit = len(lives(res)) > 1
				s := res.Jobs[0].Status
				g.Expect([]int32{s.Succeeded, s.Failed, s.Active, *s.Terminating}).To(Equal(
					[]int32{calm.Succeeded, calm.Failed, 0, 0}), name)
				g.Expect(conditions(res)).To(Equal([]string{
					"SuccessCriteriaMet CompletionsReached", "Complete CompletionsReached"}), name)
				for _, pod := range res.Pods {
					g.Expect(pod.Finalizers).To(BeEmpty(), name)
				}
			}
			g.Expect(calls).To(BeNumerically(">", 15), "the loop has gone beyond the run")
		}
	}
}

func TestCrashAtACallThatFits(t *testing.T) {
	g := NewWithT(t)
	text := func(c sim.Crash) string {
		res := crashed(t, &c)
		for _, e := range res.Trace.Entries {
			if e.Kind == trace.Instance && e.Verb == "crash" {
				return e.Text
			}
		}
		return ""
	}
	pods := sim.CallMatch{Verb: "create", Resource: "pods"}
	g.Expect(text(sim.Crash{Call: 1, Match: pods})).To(Equal("before create pods work-"))
	g.Expect(text(sim.Crash{Call: 3, Match: pods, After: true})).To(Equal("after create pods work-"))
	g.Expect(text(sim.Crash{Call: 1, Match: sim.CallMatch{Resource: "jobs", Subresource: "status", Name: "w*k"}})).
		To(Equal("before update jobs/status work"))
	g.Expect(text(sim.Crash{Call: 1, Match: sim.CallMatch{Name: "[", Resource: "jobs"}})).To(BeEmpty()) // no pattern
	g.Expect(text(sim.Crash{Call: 1, Match: sim.CallMatch{Verb: "deletecollection"}})).To(BeEmpty())
}

func TestCrashAfterTheEffectLosesTheAnswer(t *testing.T) {
	g := NewWithT(t)
	lost := func(after bool) []string {
		var found []string
		res := crashed(t, &sim.Crash{Call: 1, Match: sim.CallMatch{Verb: "create", Resource: "pods"}, After: after})
		for _, e := range res.Trace.Entries {
			if e.Lost {
				found = append(found, e.Verb+" "+e.Resource)
			}
		}
		return found
	}
	g.Expect(lost(true)).To(Equal([]string{"create pods"}))
	g.Expect(lost(false)).To(BeEmpty())
}

func TestCrashInRandomRuns(t *testing.T) { // CTRL-1
	g := NewWithT(t)
	for seed := range uint64(40) {
		crash := &sim.Crash{Call: int(seed), After: seed%2 == 0, Down: time.Duration(seed%3) * time.Second}
		res := crashed(t, crash, sim.WithSeed(seed))
		s := res.Jobs[0].Status
		g.Expect([]int32{s.Succeeded, s.Failed}).To(Equal([]int32{4, 2}), "seed %d", seed)
	}
}

func TestCrashWithSlowCalls(t *testing.T) {
	g := NewWithT(t)
	s := story(job("work", sized(3, 3)), succeeding(4*time.Second))
	s.Latency = 2 * time.Second // the three creations begin at 0, 2 and 4 s
	s.Faults = []sim.Fault{
		{When: at(2500 * time.Millisecond), Crash: &sim.Crash{}}, // before the effect of the second
		{When: at(7500 * time.Millisecond), Crash: &sim.Crash{Down: time.Second}},
	}
	res := play(t, s)
	g.Expect(lives(res)).To(HaveLen(5))
	g.Expect(res.Jobs[0].Status.Succeeded).To(BeEquivalentTo(3))
	g.Expect(became(res, batchv1.JobComplete)).To(HaveLen(1))
}
