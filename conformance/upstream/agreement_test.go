package upstream

import (
	"cmp"
	"encoding/json"
	"flag"
	"fmt"
	"slices"
	"testing"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/yaml"

	"github.com/jobsim/jobsim/conformance/internal/generate"
	"github.com/jobsim/jobsim/fakes"
	"github.com/jobsim/jobsim/scenarios"
	"github.com/jobsim/jobsim/sim"
	"github.com/jobsim/jobsim/sim/adapter"
	"github.com/jobsim/jobsim/sim/event"
	"github.com/jobsim/jobsim/sim/trace"
)

var (
	agreementCases = flag.Int("agreement-cases", 2000, "random scenarios without faults in which the reference and the real controller are compared")
	agreementSeed  = flag.Uint64("agreement-seed", 1, "the seed of the first; the others follow")
)

// The reference implementation and the real controller come to the same status and create their pods at the same times
// in scenarios without faults. Jobs are created a second after the controllers have started, since the real one needs
// 100 ms to fill its caches.
func TestTheReferenceAgreesWithTheController(t *testing.T) {
	found := compare(t, *agreementSeed, *agreementCases, reference())
	t.Logf("%d scenarios compared, of which these may differ: %v", *agreementCases, found.may)
	for i, d := range found.differ {
		if i < 5 {
			t.Error(d)
		}
	}
	if len(found.differ) > 0 {
		t.Errorf("%d of %d scenarios differ", len(found.differ), *agreementCases)
	}
	for why, n := range found.may {
		if n > 5+*agreementCases/50 {
			t.Errorf("%d of %d scenarios say nothing: %s", n, *agreementCases, why)
		}
	}
}

// What may differ must not hide mistakes.
func TestMistakesAreNoAgreement(t *testing.T) {
	for name, spoil := range map[string]func(*fakes.Decisions){
		"one failure too many": func(d *fakes.Decisions) {
			right := d.FailuresExceeded
			d.FailuresExceeded = func(job *batchv1.Job, failed int32) bool { return right(job, failed-1) }
		},
		"pods wake at once": func(d *fakes.Decisions) {
			d.WakeOnPod = func(fakes.Limits, *corev1.Pod, *corev1.Pod) (time.Duration, bool) { return 0, true }
		},
		"the deadline is passed a second late": func(d *fakes.Decisions) {
			right := d.DeadlineLeft
			d.DeadlineLeft = func(job *batchv1.Job, suspended bool, now time.Time) (time.Duration, bool) {
				left, running := right(job, suspended, now)
				return left + time.Second, running
			}
		},
		"no back-off": func(d *fakes.Decisions) {
			d.NextBackoff = func(old fakes.Backoff, _, _ []time.Time) fakes.Backoff { return old }
		},
	} {
		t.Run(name, func(t *testing.T) {
			d := fakes.Reference()
			spoil(&d)
			if found := compare(t, 1, 60, fakes.Implementation("spoilt", d)); len(found.differ) == 0 {
				t.Errorf("no difference in 60 scenarios; these may differ: %v", found.may)
			}
		})
	}
}

// comparison is what many scenarios have shown.
type comparison struct {
	differ []string
	may    map[reason]int
}

// compare runs scenarios with the real controller and another implementation.
func compare(t *testing.T, seed uint64, cases int, other adapter.Implementation) comparison {
	found := comparison{may: map[reason]int{}}
	for i := range uint64(cases) {
		s := calm(seed + i)
		p := pair{resultOf(t, s, Controller()), resultOf(t, s, other)}
		real, reference := outcome(t, p.real), outcome(t, p.reference)
		if real == reference {
			continue
		}
		why, where := p.why()
		if why != "" {
			found.may[why]++
			continue
		}
		file, err := scenarios.Write(s)
		if err != nil {
			t.Fatal(err)
		}
		found.differ = append(found.differ, fmt.Sprintf("seed %d: %s\nthe real controller:\n%s\nthe reference:\n%s\nthe scenario:\n%s",
			seed+i, where, real, reference, file))
	}
	return found
}

// calm is a scenario without faults: what happens to it besides its pods depends on the seed.
func calm(seed uint64) *sim.Scenario {
	kind := []generate.Kind{generate.Edited, generate.Plain}[seed%2]
	return startLater(apart(generate.Scenario(event.NewSeeded(seed), generate.Options{Only: kind})))
}

// reference is the reference, but of pods that are alike it deletes those first whose names come first, as the real
// controller does here (inorder). The API promises nothing about it (PAR-6).
func reference() adapter.Implementation {
	d := fakes.Reference()
	order := d.VictimOrder
	d.VictimOrder = func(a, b *corev1.Pod) int { return cmp.Or(order(a, b), cmp.Compare(a.Name, b.Name)) }
	return fakes.Implementation("reference", d)
}

func resultOf(t *testing.T, s *sim.Scenario, impl adapter.Implementation) *sim.Result {
	r, err := sim.Run(s, impl)
	if err != nil {
		t.Fatal(err)
	}
	if r.Failure != nil {
		t.Fatalf("%s: %v", impl.Name(), r.Failure)
	}
	return r
}

// outcome is what is compared, for people.
func outcome(t *testing.T, r *sim.Result) string {
	found := struct {
		Created []string
		Jobs    map[string]batchv1.JobStatus
	}{Jobs: map[string]batchv1.JobStatus{}}
	for _, e := range r.Trace.Entries {
		if e.Kind == trace.Call && e.Actor == "controller" && e.Verb == "create" && e.Resource == "pods" && e.Stored() {
			found.Created = append(found.Created, fmt.Sprintf("%v %s", e.At, ownerOf(e.Object)))
		}
	}
	slices.Sort(found.Created)
	for _, job := range r.Jobs {
		found.Jobs[job.Name] = job.Status
	}
	data, err := json.Marshal(found)
	if err != nil {
		t.Fatal(err)
	}
	text, err := yaml.JSONToYAML(data)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func ownerOf(pod trace.Object) string {
	for _, ref := range pod.GetOwnerReferences() {
		return ref.Name
	}
	return ""
}
