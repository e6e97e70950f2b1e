package generate_test

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"testing"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"

	"github.com/jobsim/jobsim/conformance/internal/generate"
	"github.com/jobsim/jobsim/fakes"
	"github.com/jobsim/jobsim/scenarios"
	"github.com/jobsim/jobsim/sim"
	"github.com/jobsim/jobsim/sim/event"
	"github.com/jobsim/jobsim/sim/kubelet"
)

var everyFeature = generate.Features{
	Indexed: true, ElasticIndexed: true, BackoffLimitPerIndex: true, PodFailurePolicy: true, SuccessPolicy: true,
	SuspendedEdits: true, TTLAfterFinished: true,
}

// coreCases is the hash of the core scenarios of the seeds from 0 to 499, as they were before there were features.
const coreCases = "43cc55fb1b0346d5e2d0471fe5e44adfe8bd71b916d1e00549f6cd8fe8143e15"

// TestCoreCasesStayAsTheyAre compares the first scenarios without features with those that there were before features.
// Seeds that somebody has written down mean those.
func TestCoreCasesStayAsTheyAre(t *testing.T) {
	h := sha256.New()
	for seed := range uint64(500) {
		text, err := scenarios.Write(generate.Scenario(event.NewSeeded(seed), generate.Options{}))
		if err != nil {
			t.Fatal(err)
		}
		h.Write(text)
	}
	if got := hex.EncodeToString(h.Sum(nil)); got != coreCases {
		t.Errorf("the scenarios of seeds 0 to 499 have the hash %s, expected %s", got, coreCases)
	}
}

func TestScenariosWithFeaturesAreReasonable(t *testing.T) {
	for seed := range uint64(4 * *cases) {
		s := generate.Scenario(event.NewSeeded(seed), generate.Options{Features: everyFeature})
		if err := reasonable(s); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
	}
}

// TestOneFeatureAlone has no Job use a feature that is not asked for.
func TestOneFeatureAlone(t *testing.T) {
	for name, c := range map[string]struct {
		features generate.Features
		allowed  func(*sim.Scenario) bool
	}{
		"indexed": {generate.Features{Indexed: true}, func(s *sim.Scenario) bool {
			return !perIndex(s) && !failurePolicy(s) && !successPolicy(s) && !ttl(s) && !elastic(s) && !editsTemplate(s)
		}},
		"pod failure policy": {generate.Features{PodFailurePolicy: true}, func(s *sim.Scenario) bool {
			return !indexed(s) && !ttl(s) && !editsTemplate(s)
		}},
		"ttl": {generate.Features{TTLAfterFinished: true}, func(s *sim.Scenario) bool {
			return !indexed(s) && !failurePolicy(s) && !editsTemplate(s)
		}},
	} {
		for seed := range uint64(300) {
			s := generate.Scenario(event.NewSeeded(seed), generate.Options{Features: c.features})
			if !c.allowed(s) {
				t.Fatalf("%s: seed %d has more in it", name, seed)
			}
		}
	}
}

func TestEverythingWithFeaturesHeals(t *testing.T) {
	for seed := range uint64(*cases) {
		s := generate.Scenario(event.NewSeeded(seed), generate.Options{Features: everyFeature})
		for _, options := range [][]sim.Option{nil, {sim.WithSeed(seed)}} {
			r, err := sim.Run(s, fakes.ReferenceImplementation(), options...)
			if err != nil {
				t.Fatalf("seed %d: %v", seed, err)
			}
			if r.Failure != nil || r.Ending != sim.Finished && r.Ending != sim.Quiet {
				text, _ := scenarios.Write(s)
				t.Errorf("seed %d: expected the Job to finish or to come to rest, got %s at %v (%v)\n%s", seed, r.Ending, r.End, r.Failure, text)
			}
		}
	}
}

func indexed(s *sim.Scenario) bool       { return equals(spec(s).CompletionMode, batchv1.IndexedCompletion) }
func perIndex(s *sim.Scenario) bool      { return spec(s).BackoffLimitPerIndex != nil }
func failurePolicy(s *sim.Scenario) bool { return spec(s).PodFailurePolicy != nil }
func successPolicy(s *sim.Scenario) bool { return spec(s).SuccessPolicy != nil }
func ttl(s *sim.Scenario) bool           { return spec(s).TTLSecondsAfterFinished != nil }

func elastic(s *sim.Scenario) bool {
	return anyAction(func(a *sim.Action) bool { return a.Scale != nil && a.Scale.Completions != nil })(s)
}

// shrinksThenGrows is an Indexed Job that gets smaller, and larger later.
func shrinksThenGrows(s *sim.Scenario) bool {
	smaller := false
	var n int32
	if c := spec(s).Completions; c != nil {
		n = *c
	}
	for i := range s.Actions {
		if scale := s.Actions[i].Scale; scale != nil && scale.Completions != nil {
			if smaller && *scale.Completions > n {
				return true
			}
			smaller, n = smaller || *scale.Completions < n, *scale.Completions
		}
	}
	return false
}

func editsIndex(s *sim.Scenario) bool {
	return anyPodAction(func(a *sim.PodAction) bool {
		return a.Patch != nil && strings.Contains(string(a.Patch.Data), batchv1.JobCompletionIndexAnnotation)
	})(s)
}

func editsTemplate(s *sim.Scenario) bool { return edits(`"template"`)(s) }

func failureRule(is func(*batchv1.PodFailurePolicyRule) bool) func(*sim.Scenario) bool {
	return func(s *sim.Scenario) bool {
		return failurePolicy(s) && slices.ContainsFunc(spec(s).PodFailurePolicy.Rules, func(r batchv1.PodFailurePolicyRule) bool { return is(&r) })
	}
}

func does(action batchv1.PodFailurePolicyAction) func(*sim.Scenario) bool {
	return failureRule(func(r *batchv1.PodFailurePolicyRule) bool { return r.Action == action })
}

func successRule(indexes, count bool) func(*sim.Scenario) bool {
	return func(s *sim.Scenario) bool {
		return successPolicy(s) && slices.ContainsFunc(spec(s).SuccessPolicy.Rules, func(r batchv1.SuccessPolicyRule) bool {
			return (r.SucceededIndexes != nil) == indexes && (r.SucceededCount != nil) == count
		})
	}
}

var optionalFeatures = []feature{
	{"none", 400, func(s *sim.Scenario) bool { return !indexed(s) && !failurePolicy(s) && !ttl(s) }},
	{"indexed", 800, indexed},
	{"scripts of an index", 350, anyPod(func(p *kubelet.Script) bool { return p.Match.Index != nil })},
	{"per index", 350, perIndex},
	{"limit per index 0", 80, func(s *sim.Scenario) bool { return equals(spec(s).BackoffLimitPerIndex, 0) }},
	{"maxFailedIndexes", 120, func(s *sim.Scenario) bool { return spec(s).MaxFailedIndexes != nil }},
	{"maxFailedIndexes edit", 15, edits("maxFailedIndexes")},
	{"failure policy", 450, failurePolicy},
	{"no failure rules", 25, func(s *sim.Scenario) bool { return failurePolicy(s) && len(spec(s).PodFailurePolicy.Rules) == 0 }},
	{"FailJob", 200, does(batchv1.PodFailurePolicyActionFailJob)},
	{"Ignore", 200, does(batchv1.PodFailurePolicyActionIgnore)},
	{"Count", 100, does(batchv1.PodFailurePolicyActionCount)},
	{"FailIndex", 40, does(batchv1.PodFailurePolicyActionFailIndex)},
	{"NotIn", 70, failureRule(func(r *batchv1.PodFailurePolicyRule) bool {
		return r.OnExitCodes != nil && r.OnExitCodes.Operator == batchv1.PodFailurePolicyOnExitCodesOpNotIn
	})},
	{"DisruptionTarget", 150, failureRule(func(r *batchv1.PodFailurePolicyRule) bool {
		return slices.ContainsFunc(r.OnPodConditions, func(c batchv1.PodFailurePolicyOnPodConditionsPattern) bool {
			return c.Type == corev1.DisruptionTarget && c.Status == corev1.ConditionTrue
		})
	})},
	{"success policy", 250, successPolicy},
	{"success by count", 90, successRule(false, true)},
	{"success by indexes", 70, successRule(true, false)},
	{"success by both", 70, successRule(true, true)},
	{"all four", 15, func(s *sim.Scenario) bool { return perIndex(s) && failurePolicy(s) && successPolicy(s) && ttl(s) }},
	{"ttl", 300, ttl},
	{"ttl 0", 70, func(s *sim.Scenario) bool { return equals(spec(s).TTLSecondsAfterFinished, 0) }},
	{"ttl edit", 30, edits("ttlSecondsAfterFinished")},
	{"another Job with features", 40, func(s *sim.Scenario) bool {
		asks := func(j *batchv1.Job) bool {
			return j != nil && (j.Spec.CompletionMode != nil || j.Spec.PodFailurePolicy != nil || j.Spec.TTLSecondsAfterFinished != nil)
		}
		return len(s.Jobs) > 1 && asks(s.Jobs[1]) || anyAction(func(a *sim.Action) bool { return asks(a.Create) })(s)
	}},
	{"elastic", 100, elastic},
	{"shrinks, then grows", 50, shrinksThenGrows},
	{"index edit", 30, editsIndex},
	{"template edit", 60, editsTemplate},
	{"template edit that resumes", 10, edits(`"suspend":false`)},
	{"resources edit", 5, edits(`"resources"`)},
	{"node selector edit", 5, edits(`"nodeSelector"`)},
	{"node affinity edit", 3, edits(`"nodeAffinity"`)},
}

func TestStatsOfFeatures(t *testing.T) {
	counts := make([]int, len(optionalFeatures))
	for seed := range uint64(statsCases) {
		s := generate.Scenario(event.NewSeeded(seed), generate.Options{Features: everyFeature})
		for i, f := range optionalFeatures {
			if f.has(s) {
				counts[i]++
			}
		}
	}
	for i, f := range optionalFeatures {
		if t.Logf("%5d %s", counts[i], f.name); counts[i] < f.atLeast {
			t.Errorf("%s: expected %d of %d scenarios at least, found %d", f.name, f.atLeast, statsCases, counts[i])
		}
	}
}

func BenchmarkGenerateAndRunWithFeatures(b *testing.B) {
	seed := uint64(0)
	for b.Loop() {
		seed++
		s := generate.Scenario(event.NewSeeded(seed), generate.Options{Features: everyFeature})
		if _, err := sim.Run(s, fakes.ReferenceImplementation()); err != nil {
			b.Fatal(err)
		}
	}
}
