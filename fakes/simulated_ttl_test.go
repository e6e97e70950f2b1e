package fakes_test

import (
	"testing"
	"time"

	. "github.com/onsi/gomega"
	batchv1 "k8s.io/api/batch/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/jobsim/jobsim/fakes"
	"github.com/jobsim/jobsim/sim"
	"github.com/jobsim/jobsim/sim/apiserver"
	"github.com/jobsim/jobsim/sim/kubelet"
	"github.com/jobsim/jobsim/sim/trace"
)

func ttl(seconds int32) func(*batchv1.JobSpec) {
	return func(s *batchv1.JobSpec) { s.TTLSecondsAfterFinished = &seconds }
}

// deletions tells when the implementation asked for the deletion of a Job.
func deletions(res *sim.Result) []time.Duration {
	var at []time.Duration
	for _, e := range res.Trace.Entries {
		if e.Actor == "controller" && e.Verb == "delete" && e.Resource == string(apiserver.Jobs) {
			at = append(at, e.At)
		}
	}
	return at
}

// refusing has the API server refuse calls about Jobs for a while.
func refusing(verb string, from, span time.Duration) []sim.Fault {
	return []sim.Fault{{When: sim.When{At: from}, Error: &sim.CallError{
		Match: sim.CallMatch{Verb: verb, Resource: apiserver.Jobs}, For: span,
		Status: metav1.Status{Code: 500, Reason: metav1.StatusReasonInternalError, Message: "injected"},
	}}}
}

func TestSimulatedTimeToLive(t *testing.T) {
	patch := func(at time.Duration, spec string) sim.Action {
		return sim.Action{When: sim.When{At: at}, Patch: &sim.Patch{Type: types.MergePatchType, Data: []byte(`{"spec":` + spec + `}`)}}
	}
	for name, c := range map[string]struct {
		edit    func(*batchv1.JobSpec)
		script  kubelet.Script
		actions []sim.Action
		faults  []sim.Fault
		want    []time.Duration // of deletions
	}{
		"never": {edit: func(*batchv1.JobSpec) {}, script: succeeding(5 * time.Second)}, // TTL-2
		"at once": { // TTL-2
			edit: ttl(0), script: succeeding(5 * time.Second), want: seconds(6),
		},
		"after completion": { // TTL-1
			edit: ttl(100), script: succeeding(5 * time.Second), want: seconds(106),
		},
		"after a failure": { // TTL-1
			edit:   func(s *batchv1.JobSpec) { ttl(100)(s); s.BackoffLimit = new(int32(0)) },
			script: failing(5 * time.Second), want: seconds(106),
		},
		"from the end of draining": { // TTL-5
			edit: func(s *batchv1.JobSpec) { ttl(100)(s); s.ActiveDeadlineSeconds = new(int64(10)) },
			script: kubelet.Script{Runs: []kubelet.Run{{For: time.Hour}},
				Stop: kubelet.Stop{After: 20 * time.Second}},
			want: seconds(131),
		},
		"more time": { // TTL-4
			edit: ttl(100), script: succeeding(5 * time.Second),
			actions: []sim.Action{patch(105*time.Second, `{"ttlSecondsAfterFinished":200}`)}, want: seconds(206),
		},
		"less time": { // TTL-4
			edit: ttl(100), script: succeeding(5 * time.Second),
			actions: []sim.Action{patch(50*time.Second, `{"ttlSecondsAfterFinished":20}`)}, want: seconds(50),
		},
		"no limit any more": { // TTL-4
			edit: ttl(100), script: succeeding(5 * time.Second),
			actions: []sim.Action{patch(50*time.Second, `{"ttlSecondsAfterFinished":null}`)},
		},
		"more time, which the cache does not know": { // TTL-4
			edit: ttl(100), script: succeeding(5 * time.Second),
			actions: []sim.Action{patch(105*time.Second, `{"ttlSecondsAfterFinished":200}`)},
			faults: []sim.Fault{{When: sim.When{At: 104 * time.Second},
				Watch: &sim.WatchFault{Stall: true, For: 10 * time.Second}}},
			want: seconds(206),
		},
		"a deletion that is refused at first": { // POD-11
			edit: ttl(100), script: succeeding(5 * time.Second), faults: refusing("delete", 105*time.Second, 5*time.Second),
			want: seconds(106, 107, 109, 113),
		},
		"a Job that cannot be read at first": { // POD-11
			edit: ttl(100), script: succeeding(5 * time.Second), faults: refusing("get", 105*time.Second, 5*time.Second),
			want: seconds(113),
		},
		"a controller that was down": {
			edit: ttl(100), script: succeeding(5 * time.Second),
			faults: []sim.Fault{{When: sim.When{At: 90 * time.Second}, Crash: &sim.Crash{Down: time.Minute}}},
			want:   seconds(150),
		},
	} {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			res, err := sim.Run(&sim.Scenario{
				Name: "time to live", Jobs: []*batchv1.Job{aJob(c.edit)}, Pods: []kubelet.Script{c.script},
				Actions: c.actions, Faults: c.faults, Until: 10 * time.Minute,
			}, fakes.ReferenceImplementation())
			g.Expect(err).NotTo(HaveOccurred())
			g.Expect(res.Failure).NotTo(HaveOccurred())
			g.Expect(deletions(res)).To(Equal(c.want))
			if c.want != nil {
				g.Expect(res.Jobs).To(BeEmpty())
				g.Expect(res.Pods).To(BeEmpty(), "TTL-3: the pods go with the Job")
			} else {
				g.Expect(res.Jobs).To(HaveLen(1))
			}
		})
	}
}

// A Job that somebody else manages is not run, but it is deleted once it has finished.
func TestSimulatedTimeToLiveOfAForeignJob(t *testing.T) { // TTL-6, MB-1
	g := NewWithT(t)
	job := aJob(func(s *batchv1.JobSpec) { ttl(100)(s); s.ManagedBy = new("example.com/other") })
	finished := `{"status":{"startTime":"2000-01-01T00:00:00Z","conditions":[
		{"type":"FailureTarget","status":"True","lastTransitionTime":"2000-01-01T00:00:10Z"},
		{"type":"Failed","status":"True","lastTransitionTime":"2000-01-01T00:00:10Z"}]}}`
	res, err := sim.Run(&sim.Scenario{
		Name: "foreign", Jobs: []*batchv1.Job{job},
		Actions: []sim.Action{{When: sim.When{At: 20 * time.Second}, Patch: &sim.Patch{
			Type: types.MergePatchType, Data: []byte(finished), Subresource: "status"}}},
	}, fakes.ReferenceImplementation())
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(deletions(res)).To(Equal(seconds(110)))
	g.Expect(births(res)).To(BeEmpty())
}

// The cache shows a Job whose time is over, when another one has its name already.
func TestSimulatedTimeToLiveSparesTheSuccessor(t *testing.T) { // TTL-3
	g := NewWithT(t)
	res, err := sim.Run(&sim.Scenario{
		Name: "successor", Jobs: []*batchv1.Job{aJob(ttl(10))},
		Pods: []kubelet.Script{succeeding(5 * time.Second), succeeding(time.Hour)},
		Actions: []sim.Action{
			{When: sim.When{At: 14 * time.Second}, Delete: &sim.Delete{Propagation: metav1.DeletePropagationBackground}},
			{When: sim.When{At: 15 * time.Second}, Create: aJob(ttl(10))},
		},
		Faults: []sim.Fault{{When: sim.When{At: 13 * time.Second}, Watch: &sim.WatchFault{Stall: true, For: 7 * time.Second}}},
		Until:  time.Minute,
	}, fakes.ReferenceImplementation())
	g.Expect(err).NotTo(HaveOccurred())
	var asked []string // what the implementation did at 16 s
	for _, e := range res.Trace.Entries {
		if e.Actor == "controller" && e.Kind == trace.Call && e.At == 16*time.Second {
			asked = append(asked, e.Verb+" "+e.Name)
		}
	}
	g.Expect(asked).To(Equal([]string{"get work"}), "it looks before it deletes")
	g.Expect(res.Jobs).To(HaveLen(1))
	g.Expect(res.Jobs[0].Status.Active).To(BeEquivalentTo(1))
}
