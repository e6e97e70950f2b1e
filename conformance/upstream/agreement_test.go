package upstream

import (
	"cmp"
	"encoding/json"
	"flag"
	"fmt"
	"regexp"
	"slices"
	"testing"

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

var allFeatures = generate.Features{
	Indexed: true, ElasticIndexed: true, BackoffLimitPerIndex: true, PodFailurePolicy: true, SuccessPolicy: true,
	SuspendedEdits: true, TTLAfterFinished: true,
}

// The reference implementation and the real controller come to the same status in scenarios without faults, and on the
// way they create and delete pods, and store each status, at the same times. Jobs are created a second after the
// controllers have started, since the real one needs 100 ms to fill its caches.
func TestTheReferenceAgreesWithTheController(t *testing.T) {
	for name, features := range map[string]generate.Features{
		"core":         {},
		"all features": allFeatures,
	} {
		t.Run(name, func(t *testing.T) {
			found := compare(t, features, *agreementCases, reference(), *agreementCases)
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
		})
	}
}

// What may differ must not hide mistakes.
func TestMistakesAreNoAgreement(t *testing.T) {
	for _, mistake := range mistakes() {
		t.Run(mistake.name, func(t *testing.T) {
			d := fakes.Reference()
			mistake.make(&d)
			found := compare(t, mistake.features, *agreementCases, fakes.Implementation("mistaken", d), 1)
			if len(found.differ) == 0 {
				t.Errorf("no difference in %d scenarios; these may differ: %v", found.cases, found.may)
			}
			t.Logf("%d scenarios", found.cases)
		})
	}
}

// comparison is what many scenarios have shown.
type comparison struct {
	cases  int
	differ []string
	may    map[reason]int
}

// compare runs scenarios with the real controller and another implementation, until there are enough differences.
func compare(t *testing.T, features generate.Features, cases int, other adapter.Implementation, enough int) comparison {
	found := comparison{may: map[reason]int{}}
	for ; found.cases < cases && len(found.differ) < enough; found.cases++ {
		seed := *agreementSeed + uint64(found.cases)
		s := calm(seed, features)
		p := pair{resultOf(t, s, Controller()), resultOf(t, s, other)}
		real, reference := outcome(t, p.real), outcome(t, p.reference)
		if _, diverge := p.firstDivergence(); real == reference && !diverge {
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
			seed, where, real, reference, file))
	}
	return found
}

// calm is a scenario without faults: what happens to it besides its pods depends on the seed.
func calm(seed uint64, features generate.Features) *sim.Scenario {
	kind := []generate.Kind{generate.Edited, generate.Plain}[seed%2]
	return startLater(apart(generate.Scenario(event.NewSeeded(seed), generate.Options{Only: kind, Features: features})))
}

// reference is the reference, but of pods that are alike it deletes those first whose names come first, as the real
// controller does here (inorder). The API promises nothing about it (PAR-6).
func reference() adapter.Implementation {
	d := fakes.Reference()
	order := d.VictimOrder
	d.VictimOrder = func(a, b *corev1.Pod) int { return cmp.Or(order(a, b), cmp.Compare(a.Name, b.Name)) }
	return fakes.Implementation("reference", d)
}

// resultOf runs a scenario that must not fail.
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

// anyPod is a status without the name of the pod that fails the Job: which of several is left open (PFP-11).
func anyPod(status *batchv1.JobStatus) batchv1.JobStatus {
	s := status.DeepCopy()
	for i := range s.Conditions {
		s.Conditions[i].Message = podName.ReplaceAllString(s.Conditions[i].Message, "for pod $1 ")
	}
	return *s
}

var podName = regexp.MustCompile(`for pod (\S+)-\w{5} `)

// outcome is what is compared, for people.
func outcome(t *testing.T, r *sim.Result) string {
	found := struct {
		Created, Deleted []string
		Jobs             map[string]batchv1.JobStatus
	}{Jobs: map[string]batchv1.JobStatus{}}
	for i := range r.Trace.Entries {
		e := &r.Trace.Entries[i]
		switch {
		case e.Actor != "controller" || !e.Stored():
		case e.Verb == "create" && e.Resource == "pods":
			found.Created = append(found.Created, fmt.Sprintf("%v %s %s", e.At, ownerOf(e.Object), indexOf(e.Object)))
		case e.Verb == "delete" && e.Resource == "jobs":
			found.Deleted = append(found.Deleted, fmt.Sprintf("%v %s", e.At, e.Name))
		}
	}
	slices.Sort(found.Created)
	for _, job := range r.Jobs {
		found.Jobs[job.Name] = anyPod(&job.Status)
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

// indexOf is the completion index of a pod of an Indexed Job.
func indexOf(pod trace.Object) string {
	return pod.GetAnnotations()[batchv1.JobCompletionIndexAnnotation]
}
