package scenarios_test

import (
	"testing"
	"time"

	"github.com/onsi/gomega"
	batchv1 "k8s.io/api/batch/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	"pgregory.net/rapid"

	"github.com/jobsim/jobsim/scenarios"
	"github.com/jobsim/jobsim/sim"
	"github.com/jobsim/jobsim/sim/kubelet"
)

// withoutLines forgets where in a file things were.
func withoutLines(s *sim.Scenario) *sim.Scenario {
	for i := range s.Actions {
		s.Actions[i].Line = 0
	}
	for i := range s.Faults {
		s.Faults[i].Line = 0
	}
	for i := range s.Expect {
		s.Expect[i].Line = 0
	}
	return s
}

func TestWhatIsWrittenIsReadAgain(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawScenario(t)
		text, err := scenarios.Write(s)
		if err != nil {
			t.Fatal(err)
		}
		again, err := scenarios.Parse(s.Name+".yaml", text)
		if err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		if !equality.Semantic.DeepEqual(s, withoutLines(again)) {
			t.Fatalf("expected %+v\nfound %+v\nby way of\n%s", s, again, text)
		}

		twice, err := scenarios.Write(again)
		if err != nil || string(twice) != string(text) {
			t.Fatalf("expected the same text again, found %v\n%s", err, twice)
		}
	})
}

func TestWriteRefusesWhatNoFileCanSay(t *testing.T) {
	for _, c := range []struct {
		want string
		s    sim.Scenario
	}{
		{"actions[0]: expected something that is done, found an empty action", sim.Scenario{Actions: []sim.Action{{}}}},
		{"actions[0]: expected something that is done to the pod, found an empty action",
			sim.Scenario{Actions: []sim.Action{{Pod: &sim.PodAction{Pod: 1}}}}},
		{"faults[0]: expected something that goes wrong, found an empty fault", sim.Scenario{Faults: []sim.Fault{{}}}},
		{"faults[0]: expected an error with an HTTP status from 400 to 599, found 0",
			sim.Scenario{Faults: []sim.Fault{{Error: &sim.CallError{}}}}},
		{"expected a Job, found nil", sim.Scenario{Jobs: []*batchv1.Job{nil}}},
	} {
		c.s.Name = "odd"
		_, err := scenarios.Write(&c.s)
		gomega.NewWithT(t).Expect(err).To(gomega.MatchError("scenario odd: " + c.want))
	}
}

func TestWritePutsThingsInOrder(t *testing.T) {
	g := gomega.NewWithT(t)
	s := mustParse(t, header)
	at := func(d time.Duration) sim.When { return sim.When{At: d} }
	failed := &sim.Trigger{Condition: batchv1.JobFailed}
	s.Actions = []sim.Action{
		{When: at(2 * time.Second), Suspend: ptr(true)}, {When: sim.When{After: failed}, Delete: &sim.Delete{}},
		{When: at(time.Second), Suspend: ptr(false)}, {When: at(time.Second), Suspend: ptr(true)},
	}
	s.Pods = []kubelet.Script{{
		Runs: []kubelet.Run{{Exit: 1, OOM: true}, {Exit: 1, Signal: 9}},
		Stop: kubelet.Stop{Ignore: true, After: time.Second},
	}}
	text, err := scenarios.Write(s)
	g.Expect(err).NotTo(gomega.HaveOccurred())
	g.Expect(string(text)).To(gomega.HaveSuffix(`
pods:
- {runs: [{oom: true}, {signal: 9}], stop: {ignore: true}}
actions:
- {at: 1s, resume: true}
- {after: {condition: Failed}, delete: {}}
- {at: 1s, suspend: true}
- {at: 2s, suspend: true}
`))
}
