package sim_test

import (
	"fmt"
	"runtime"
	"testing"
	"time"

	. "github.com/onsi/gomega"
	"k8s.io/apimachinery/pkg/types"

	"github.com/jobsim/jobsim/sim"
	"github.com/jobsim/jobsim/sim/event"
	"github.com/jobsim/jobsim/sim/kubelet"
	"github.com/jobsim/jobsim/sim/trace"
)

// eventful is a scenario in which much happens at once.
func eventful() *sim.Scenario {
	s := story(job("work", sized(6, 3), limited(4)), failing(2*time.Second), succeeding(4*time.Second))
	s.Jobs = append(s.Jobs, job("other", onFailure, sized(2, 2)))
	s.Actions = []sim.Action{
		{When: at(3 * time.Second), Scale: &sim.Scale{Parallelism: new(int32(5))}},
		{When: at(9 * time.Second), Suspend: new(true)},
		{When: at(20 * time.Second), Suspend: new(false)},
		{When: sim.When{After: &sim.Trigger{Pod: 2}}, Pod: &sim.PodAction{Pod: 2, Delete: &sim.Delete{}}},
	}
	s.Faults = []sim.Fault{
		{When: at(4 * time.Second), Crash: &sim.Crash{Down: 3 * time.Second}},
		{When: at(time.Second), Watch: &sim.WatchFault{Delay: time.Second, For: 8 * time.Second}},
		{Error: &sim.CallError{Match: creation, Status: forbidden(), Skip: 2, Times: 2}},
	}
	return s
}

func TestSameSeedSameTrace(t *testing.T) {
	hashes := map[string]uint64{}
	for _, seed := range []uint64{0, 1, 7, 1 << 40} {
		first := play(t, eventful(), sim.WithSeed(seed)).Trace
		for range 50 {
			again := play(t, eventful(), sim.WithSeed(seed)).Trace
			if first.Hash() != again.Hash() {
				_, a, b := trace.FirstDifference(first, again)
				t.Fatalf("seed %d: expected the same trace again, got\n%+v\n%+v", seed, a, b)
			}
		}
		if other, there := hashes[first.Hash()]; there {
			t.Errorf("seeds %d and %d gave the same run", seed, other)
		}
		hashes[first.Hash()] = seed
	}
	calm := play(t, eventful()).Trace.Hash()
	for range 20 {
		NewWithT(t).Expect(play(t, eventful()).Trace.Hash()).To(Equal(calm))
	}
	NewWithT(t).Expect(hashes).NotTo(HaveKey(calm))
}

func TestSameTraceOnAnyNumberOfProcessors(t *testing.T) {
	g := NewWithT(t)
	hashes := map[string]bool{}
	for _, n := range []int{1, 8} {
		before := runtime.GOMAXPROCS(n)
		for range 5 {
			hashes[play(t, eventful(), sim.WithSeed(3)).Trace.Hash()] = true
		}
		runtime.GOMAXPROCS(before)
	}
	g.Expect(hashes).To(HaveLen(1))
}

func TestReplay(t *testing.T) {
	g := NewWithT(t)
	for seed := range uint64(20) {
		res := play(t, eventful(), sim.WithSeed(seed))
		token, err := event.ParseToken(res.Token.String())
		g.Expect(err).NotTo(HaveOccurred())
		g.Expect(token.String()).To(Equal(res.Token.String()))
		again := play(t, eventful(), sim.WithReplay(token))
		g.Expect(again.Trace.Hash()).To(Equal(res.Trace.Hash()), "seed %d", seed)
		g.Expect(again.Token.String()).To(Equal(res.Token.String()))
	}
	calm := play(t, eventful())
	g.Expect(calm.Token.Choices).To(BeEmpty())
	g.Expect(play(t, eventful(), sim.WithReplay(calm.Token)).Trace.Hash()).To(Equal(calm.Trace.Hash()))
}

func TestReplayOfAnotherRun(t *testing.T) {
	g := NewWithT(t)
	token := play(t, eventful(), sim.WithSeed(1)).Token
	other := story(job("work"))

	_, err := sim.Run(other, reference(), sim.WithReplay(token))
	g.Expect(err).To(MatchError("replay: the token belongs to another scenario than story, or to another version of it"))

	// The choices alone, and a token of another version of the implementation: they do not fit either.
	_, err = sim.Run(other, reference(), sim.WithChooser(&event.Replay{Choices: token.Choices}))
	g.Expect(err).To(MatchError(MatchRegexp("^replay: .*the token is of another scenario, implementation or version$")))
	token.Choices = []int{5}
	_, err = sim.Run(eventful(), reference(), sim.WithReplay(token))
	g.Expect(err).To(MatchError(ContainSubstring("replay: choice 1 (")))
}

func TestFingerprint(t *testing.T) {
	base := eventful().Fingerprint()
	same := map[string]func(*sim.Scenario){
		"nothing": func(*sim.Scenario) {},
		"texts":   func(s *sim.Scenario) { s.Name, s.Title, s.Story = "a", "b", "c" },
		"expect":  func(s *sim.Scenario) { s.Expect = []sim.Expectation{{Pods: new(1)}} },
		"lines":   func(s *sim.Scenario) { s.Actions[0].Line, s.Faults[0].Line = 8, 9 },
	}
	different := map[string]func(*sim.Scenario){
		"job":     func(s *sim.Scenario) { s.Jobs[0].Spec.BackoffLimit = new(int32(5)) },
		"name":    func(s *sim.Scenario) { s.Jobs[0].Name = "x" },
		"pods":    func(s *sim.Scenario) { s.Pods[0].Start = 1 },
		"nodes":   func(s *sim.Scenario) { s.Nodes = append(s.Nodes, kubelet.Node{Name: "only"}) },
		"action":  func(s *sim.Scenario) { s.Actions[0].At++ },
		"trigger": func(s *sim.Scenario) { s.Actions[3].After.Pod++ },
		"patch": func(s *sim.Scenario) {
			s.Actions[0].Patch = &sim.Patch{Type: types.MergePatchType, Data: []byte("{}")}
		},
		"fault":   func(s *sim.Scenario) { s.Faults[0].Crash.Down++ },
		"status":  func(s *sim.Scenario) { s.Faults[2].Error.Status.Code = 500 },
		"until":   func(s *sim.Scenario) { s.Until = time.Hour },
		"delay":   func(s *sim.Scenario) { s.WatchDelay = 1 },
		"latency": func(s *sim.Scenario) { s.Latency = 1 },
	}
	seen := map[uint32]string{base: "nothing"}
	for name, change := range same {
		s := eventful()
		if change(s); s.Fingerprint() != base {
			t.Errorf("%s: expected the fingerprint to stay", name)
		}
	}
	for name, change := range different {
		s := eventful()
		change(s)
		if other, there := seen[s.Fingerprint()]; there {
			t.Errorf("%s: expected another fingerprint than with a change of %s", name, other)
		}
		seen[s.Fingerprint()] = name
	}
	s := eventful()
	s.Actions[0].Line = 5
	s.Fingerprint()
	if s.Actions[0].Line != 5 {
		t.Error("expected the scenario to be left as it is")
	}
}

func TestNothingHappensOutsideOfVirtualTime(t *testing.T) {
	g := NewWithT(t)
	res := play(t, eventful(), sim.WithSeed(5))
	for _, e := range res.Trace.Entries {
		if e.Object != nil {
			g.Expect(e.Object.GetCreationTimestamp().Year()).To(Equal(2000), fmt.Sprint(e.Seq))
		}
	}
}
