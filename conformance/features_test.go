package conformance

import (
	"slices"
	"strings"
	"testing"

	. "github.com/onsi/gomega"
	batchv1 "k8s.io/api/batch/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/jobsim/jobsim/fakes"
	"github.com/jobsim/jobsim/scenarios"
	"github.com/jobsim/jobsim/scenarios/situations"
	"github.com/jobsim/jobsim/sim"
)

func TestStagesOfFeatures(t *testing.T) {
	g := NewWithT(t)
	for _, c := range []struct {
		feature Feature
		minor   Minor
		want    Stage
	}{
		{Indexed, 26, GA}, {TTLAfterFinished, 26, GA},
		{SuccessPolicy, 29, Absent}, {SuccessPolicy, 30, Alpha}, {SuccessPolicy, 31, Beta}, {SuccessPolicy, 32, Beta}, {SuccessPolicy, 33, GA},
		{ElasticIndexed, 26, Absent}, {ElasticIndexed, 27, Beta}, {ElasticIndexed, 31, GA},
		{BackoffLimitPerIndex, 31, Beta}, {PodFailurePolicy, 31, GA}, {ManagedBy, 31, Alpha}, // as v1.31.14 has them
		{ManagedBy, 34, Beta}, {ManagedBy, 35, GA}, // as v1.37.2 has it
		{"bounded", 37, Absent},
	} {
		g.Expect(c.feature.Stage(c.minor)).To(Equal(c.want), "%s in 1.%d", c.feature, c.minor)
	}
	for _, i := range Features() {
		g.Expect(i.Title).NotTo(BeEmpty())
		g.Expect(i.Stage(i.Since()-1)).To(Equal(Absent), string(i.Feature))
		g.Expect(i.Stage(Latest)).To(Equal(GA), string(i.Feature))
	}
}

// TestRequirementsOfFeatures holds the features of requirements against the sections that they cite.
func TestRequirementsOfFeatures(t *testing.T) {
	for _, r := range Requirements() {
		switch info := r.Feature.Info(); {
		case r.Feature == "":
			if r.Level == Extended {
				t.Errorf("%s is extended and has no feature", r.ID)
			}
		case info.Since() == 0:
			t.Errorf("%s: there is no feature %s", r.ID, r.Feature)
		case r.Level == Core:
			t.Errorf("%s has a feature, and is core", r.ID)
		}
	}
}

// TestRequirementsOnExternalControllers are claimed by giving a name.
func TestRequirementsOnExternalControllers(t *testing.T) {
	const id = "job/managed-by/leaves-unnamed-alone"
	if _, err := Select(WithAllFeatures(), WithFocus(id)); err == nil || !strings.Contains(err.Error(), "no name was given") {
		t.Errorf("expected that it is not claimed without a name, got %v", err)
	}
	if _, err := Select(WithManagedBy(ourName), WithFocus(id)); err != nil {
		t.Error(err)
	}
}

func job(change func(*batchv1.JobSpec)) *batchv1.Job {
	j := &batchv1.Job{}
	j.Name = "work"
	change(&j.Spec)
	return j
}

func indexedJob(s *batchv1.JobSpec) { s.CompletionMode = new(batchv1.IndexedCompletion) }

func TestFeaturesOfScenarios(t *testing.T) {
	g := NewWithT(t)
	plain := job(func(*batchv1.JobSpec) {})
	indexed := job(indexedJob)
	patch := func(kind types.PatchType, data string) sim.Action {
		return sim.Action{Patch: &sim.Patch{Type: kind, Data: []byte(data)}}
	}
	for _, c := range []struct {
		job    *batchv1.Job
		action sim.Action
		want   []Feature
	}{
		{job: plain},
		{job: indexed, want: []Feature{Indexed}},
		{job: job(func(s *batchv1.JobSpec) { s.MaxFailedIndexes = new(int32(0)) }), want: []Feature{BackoffLimitPerIndex}},
		{job: job(func(s *batchv1.JobSpec) { s.PodFailurePolicy = &batchv1.PodFailurePolicy{} }), want: []Feature{PodFailurePolicy}},
		{job: job(func(s *batchv1.JobSpec) { s.SuccessPolicy = &batchv1.SuccessPolicy{} }), want: []Feature{SuccessPolicy}},
		{job: plain, action: sim.Action{Create: indexed}, want: []Feature{Indexed}},
		{job: plain, action: sim.Action{Scale: &sim.Scale{Completions: new(int32(2))}}},
		{job: indexed, action: sim.Action{Scale: &sim.Scale{Parallelism: new(int32(2))}}, want: []Feature{Indexed}},
		{job: indexed, action: sim.Action{Scale: &sim.Scale{Completions: new(int32(2))}}, want: []Feature{Indexed, ElasticIndexed}},
		{job: indexed, action: patch(types.MergePatchType, `{"spec":{"completions":2}}`), want: []Feature{Indexed, ElasticIndexed}},
		{job: plain, action: patch(types.StrategicMergePatchType, `{"spec":{"template":{}}}`), want: []Feature{SuspendedEdits}},
		{job: plain, action: patch(types.JSONPatchType, `[{"op":"add","path":"/spec/template/metadata/labels","value":{}}]`),
			want: []Feature{SuspendedEdits}},
		{job: plain, action: patch(types.MergePatchType, `{"spec":{"ttlSecondsAfterFinished":null}}`), want: []Feature{TTLAfterFinished}},
		{job: plain, action: patch(types.MergePatchType, `{"spec":`)},
		{job: plain, action: patch(types.MergePatchType, `{"metadata":{"labels":{"template":"x"}}}`)},
	} {
		got := featuresOf(&sim.Scenario{Jobs: []*batchv1.Job{c.job}, Actions: []sim.Action{c.action}})
		g.Expect(got).To(Equal(append([]Feature{}, c.want...)), "%+v", c.action)
	}
}

func TestClaimsOfFeaturesThatCannotBe(t *testing.T) {
	indexed := &sim.Scenario{Name: "mine", Jobs: []*batchv1.Job{job(indexedJob)}}
	for _, c := range []struct {
		options []Option
		want    string
	}{
		{[]Option{WithFeatures("index")}, `feature "index": there is no such feature; expected one of indexed, elastic-indexed`},
		{[]Option{WithFeatures(Indexed, Indexed)}, `feature "indexed" is claimed twice`},
		{[]Option{WithFeatures(SuccessPolicy)}, "feature success-policy: no Job can use it without indexed; expected that to be claimed as well"},
		{[]Option{WithFeatures(Indexed, SuccessPolicy), WithKubernetes(29)},
			"feature success-policy: Kubernetes 1.29 does not have it; expected one of indexed, elastic-indexed, " +
				"backoff-limit-per-index, pod-failure-policy, suspended-edits, ttl-after-finished, or Kubernetes 1.30 or later"},
		{[]Option{WithManagedBy("me")}, `managed by "me": expected the name of a controller such as example.com/controller`},
		{[]Option{WithManagedBy("example.com/" + strings.Repeat("x", 60))}, "Too long"},
		{[]Option{WithScenario(indexed, nil)}, "scenario mine needs indexed, which is not claimed"},
	} {
		if _, err := Select(c.options...); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("got %v, expected %q", err, c.want)
		}
	}
	for m := oldest; m <= Latest; m++ {
		if _, err := Select(WithKubernetes(m), WithAllFeatures()); err != nil {
			t.Errorf("all features of 1.%d: %v", m, err)
		}
	}
}

// TestWhatIsLeftOut compares what an evaluation runs with what the built-in scenarios and situations take.
func TestWhatIsLeftOut(t *testing.T) {
	for _, claimed := range [][]Feature{nil, {Indexed}, knownFeatures()} {
		g := NewWithT(t)
		r, err := Evaluate(t.Context(), fakes.ReferenceImplementation(), WithChecks(0), WithFeatures(claimed...))
		g.Expect(err).NotTo(HaveOccurred())
		claims := Claims{Features: claimed}
		expected := map[string]bool{}
		for _, name := range scenarios.Names() {
			s, err := scenarios.Get(name)
			g.Expect(err).NotTo(HaveOccurred())
			expected[name] = len(claims.lacking(s)) > 0
		}
		left, situationsLeft := 0, 0
		for _, row := range r.Scenarios {
			g.Expect(row.Verdict == NotClaimed).To(Equal(expected[row.Name]), row.Name)
			if row.Verdict == NotClaimed {
				left++
				g.Expect(row.Why).To(HaveLen(1))
				g.Expect(row.Why[0]).To(HavePrefix("needs "))
			}
		}
		for _, l := range r.LeftOut {
			g.Expect(l.Scenarios + l.Situations).To(BeNumerically(">", 0))
			g.Expect(r.LeftOutText()).To(ContainElement(HaveSuffix(": " + l.Why)))
			left -= l.Scenarios
			situationsLeft += l.Situations
			g.Expect(l.Needs).NotTo(BeEmpty())
			g.Expect(slices.ContainsFunc(l.Needs, func(f Feature) bool { return slices.Contains(claimed, f) })).To(BeFalse())
		}
		g.Expect(left).To(BeZero())
		g.Expect(r.Situations + situationsLeft).To(Equal(len(situations.All())))
		g.Expect(len(r.LeftOut) > 0).To(Equal(len(claimed) < len(knownFeatures())), "%v", claimed)
	}
}

// TestRandomCasesTakeWhatIsClaimed looks at what random cases need, with some features claimed and with all of them.
func TestRandomCasesTakeWhatIsClaimed(t *testing.T) {
	for _, claimed := range [][]Feature{nil, {PodFailurePolicy}, {Indexed, SuccessPolicy}, knownFeatures()} {
		g := NewWithT(t)
		o, err := newOptions([]Option{WithFeatures(claimed...)})
		g.Expect(err).NotTo(HaveOccurred())
		e := newEvaluator(t.Context(), fakes.ReferenceImplementation(), o)
		used := map[Feature]int{}
		for number := 1; number <= 400; number++ {
			for _, f := range featuresOf(e.newCase(number).scenario) {
				used[f]++
			}
		}
		for _, f := range knownFeatures() {
			if f == ManagedBy || !slices.Contains(claimed, f) {
				g.Expect(used[f]).To(BeZero(), "%s of %v", f, claimed)
			} else {
				g.Expect(used[f]).To(BeNumerically(">", 10), "%s of %v", f, claimed)
			}
		}
	}
}
