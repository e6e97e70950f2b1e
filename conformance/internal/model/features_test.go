package model_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"

	"github.com/jobsim/jobsim/conformance/internal/generate"
	"github.com/jobsim/jobsim/conformance/internal/model"
	"github.com/jobsim/jobsim/fakes"
	"github.com/jobsim/jobsim/scenarios"
	"github.com/jobsim/jobsim/scenarios/situations"
	"github.com/jobsim/jobsim/sim"
	"github.com/jobsim/jobsim/sim/event"
)

var predictable = generate.Options{Only: generate.Plain, Features: generate.Features{
	Indexed: true, ElasticIndexed: true, BackoffLimitPerIndex: true, PodFailurePolicy: true, SuccessPolicy: true,
	SuspendedEdits: true, TTLAfterFinished: true,
}}

// kindsOfEnd are the ends that features add.
var kindsOfEnd = map[string]func(*batchv1.JobSpec, model.Prediction) bool{
	"Indexed":        func(s *batchv1.JobSpec, _ model.Prediction) bool { return s.CompletionMode != nil },
	"per index":      func(s *batchv1.JobSpec, _ model.Prediction) bool { return s.BackoffLimitPerIndex != nil },
	"failure policy": func(s *batchv1.JobSpec, _ model.Prediction) bool { return s.PodFailurePolicy != nil },
	"ttl": func(s *batchv1.JobSpec, p model.Prediction) bool {
		return s.TTLSecondsAfterFinished != nil && p.Condition != ""
	},
	batchv1.JobReasonFailedIndexes: one(batchv1.JobReasonFailedIndexes), batchv1.JobReasonPodFailurePolicy: one(batchv1.JobReasonPodFailurePolicy),
	batchv1.JobReasonMaxFailedIndexesExceeded: one(batchv1.JobReasonMaxFailedIndexesExceeded),
	batchv1.JobReasonSuccessPolicy:            one(batchv1.JobReasonSuccessPolicy),
}

// one tells that a reason is the only one that is possible.
func one(reason string) func(*batchv1.JobSpec, model.Prediction) bool {
	return func(_ *batchv1.JobSpec, p model.Prediction) bool {
		return p.Or == nil && len(p.Reasons) == 1 && p.Reasons[0] == reason
	}
}

func TestThePredictionComesTrueWithFeatures(t *testing.T) {
	counts := map[string]int{}
	predicted, exact := 0, 0
	for seed := range uint64(*cases) {
		s := generate.Scenario(event.NewSeeded(seed), predictable)
		p, ok := model.Predict(s, reaction)
		if !ok {
			continue
		}
		predicted++
		if p.Or == nil && p.Succeeded.Least == p.Succeeded.Most && p.Failed.Least == p.Failed.Most && len(p.Reasons) < 2 {
			exact++
		}
		for name, is := range kindsOfEnd {
			if is(&s.Jobs[0].Spec, p) {
				counts[name]++
			}
		}
		for _, options := range [][]sim.Option{nil, {sim.WithSeed(seed)}} {
			r, err := sim.Run(s, fakes.ReferenceImplementation(), options...)
			if err != nil {
				t.Fatal(err)
			}
			if seen := outcome(r, len(options) == 0); !p.Allows(seen) {
				text, _ := scenarios.Write(s)
				t.Errorf("seed %d: predicted %v; seen %v\n%s", seed, p, seen, text)
			}
		}
	}
	t.Logf("predicted %d of %d plain cases, %d to the number: %v", predicted, *cases, exact, counts)
	for name := range kindsOfEnd {
		if counts[name] < *cases/400 {
			t.Errorf("%s: expected a prediction of one in 400 at least, found %d of %d", name, counts[name], *cases)
		}
	}
}

// mistakesInFeatures are wrong decisions about indexes and policies.
var mistakesInFeatures = map[string]func(*fakes.Decisions){
	"takes an index for failed one failure early": func(d *fakes.Decisions) {
		fails := d.IndexFails
		d.IndexFails = func(d *fakes.Decisions, job *batchv1.Job, pod *corev1.Pod) bool {
			return fails(d, job, pod) || job.Spec.BackoffLimitPerIndex != nil && d.IndexFailures(pod).Counted+1 >= *job.Spec.BackoffLimitPerIndex
		}
	},
	"forgets the failures of an index": func(d *fakes.Decisions) {
		d.IndexFailures = func(*corev1.Pod) fakes.IndexFailures { return fakes.IndexFailures{} }
	},
	"fails when maxFailedIndexes is reached": func(d *fakes.Decisions) {
		d.TooManyIndexesFailed = func(job *batchv1.Job, failed int32) bool {
			return job.Spec.MaxFailedIndexes != nil && failed > 0 && failed >= *job.Spec.MaxFailedIndexes
		}
	},
	"knows no maxFailedIndexes": func(d *fakes.Decisions) {
		d.TooManyIndexesFailed = func(*batchv1.Job, int32) bool { return false }
	},
	"takes NotIn for no code at all": func(d *fakes.Decisions) {
		match := d.MatchRule
		d.MatchRule = func(rule *batchv1.PodFailurePolicyRule, pod *corev1.Pod) (fakes.RuleMatch, bool) {
			if on := rule.OnExitCodes; on != nil && on.Operator == batchv1.PodFailurePolicyOnExitCodesOpNotIn {
				return fakes.RuleMatch{}, false
			}
			return match(rule, pod)
		}
	},
	"counts failures that are to be ignored": func(d *fakes.Decisions) {
		d.IgnoresFailure = func(*fakes.Decisions, *batchv1.Job, *corev1.Pod) bool { return false }
	},
	"knows no FailIndex": func(d *fakes.Decisions) {
		ask := d.AskPolicy
		d.AskPolicy = func(d *fakes.Decisions, job *batchv1.Job, pod *corev1.Pod) fakes.PolicyAnswer {
			answer := ask(d, job, pod)
			if answer.Action == batchv1.PodFailurePolicyActionFailIndex {
				return fakes.PolicyAnswer{}
			}
			return answer
		}
	},
	"knows no FailJob": func(d *fakes.Decisions) {
		ask := d.AskPolicy
		d.AskPolicy = func(d *fakes.Decisions, job *batchv1.Job, pod *corev1.Pod) fakes.PolicyAnswer {
			answer := ask(d, job, pod)
			if answer.Action == batchv1.PodFailurePolicyActionFailJob {
				return fakes.PolicyAnswer{}
			}
			return answer
		}
		d.Outcome = slices.DeleteFunc(d.Outcome, func(test fakes.OutcomeTest) bool { return strings.Contains(strings.ToLower(test.Name), "policy") })
	},
	"counts successes of any index": func(d *fakes.Decisions) {
		d.SuccessRuleMet = func(rule *batchv1.SuccessPolicyRule, completions int32, completed fakes.IndexSet) bool {
			return rule.SucceededCount != nil && completed.Count() >= *rule.SucceededCount ||
				rule.SucceededIndexes != nil && completed.Count() >= fakes.ParseIndexes(*rule.SucceededIndexes, completions).Count()
		}
	},
	"knows no success policy": func(d *fakes.Decisions) {
		d.SuccessRuleMet = func(*batchv1.SuccessPolicyRule, int32, fakes.IndexSet) bool { return false }
	},
	"deletes finished Jobs an hour late": func(d *fakes.Decisions) {
		expiry := d.Expiry
		d.Expiry = func(job *batchv1.Job) (time.Time, bool) {
			at, expires := expiry(job)
			return at.Add(time.Hour), expires
		}
	},
	"deletes finished Jobs at once": func(d *fakes.Decisions) {
		expiry := d.Expiry
		d.Expiry = func(job *batchv1.Job) (time.Time, bool) {
			_, expires := expiry(job)
			return time.Time{}, expires
		}
	},
	"takes ttl 0 for none": func(d *fakes.Decisions) {
		expiry := d.Expiry
		d.Expiry = func(job *batchv1.Job) (time.Time, bool) {
			at, expires := expiry(job)
			return at, expires && *job.Spec.TTLSecondsAfterFinished > 0
		}
	},
}

// TestMistakesInFeaturesDoNotComeTrue shows that an implementation that is wrong in one point is soon caught.
func TestMistakesInFeaturesDoNotComeTrue(t *testing.T) {
	for name, mistake := range mistakesInFeatures {
		t.Run(name, func(t *testing.T) {
			d := fakes.Reference()
			mistake(&d)
			wrong := fakes.Implementation("wrong", d)
			for seed := range uint64(6000) {
				s := generate.Scenario(event.NewSeeded(seed), predictable)
				p, ok := model.Predict(s, reaction)
				if !ok {
					continue
				}
				r, err := sim.Run(s, wrong, sim.WithLimits(sim.Limits{Events: 20_000}))
				if err != nil {
					t.Fatal(err)
				}
				if seen := outcome(r, true); !p.Allows(seen) {
					t.Logf("seed %d: predicted %v; seen %v", seed, p, seen)
					return
				}
			}
			t.Error("expected a case that does not end as predicted")
		})
	}
}

// TestNoIndexesMeetNoRule is SP-5 and SP-7, which random cases do not draw.
func TestNoIndexesMeetNoRule(t *testing.T) {
	s, ok := situations.Get("SP-7.1")
	if !ok {
		t.Fatal("expected a situation for SP-7")
	}
	p, ok := model.Predict(s, reaction)
	if !ok || p.Or != nil || !slices.Equal(p.Reasons, []string{batchv1.JobReasonCompletionsReached}) {
		t.Errorf("expected CompletionsReached, got %v (%v)", p, ok)
	}
}

func TestIndexes(t *testing.T) {
	for text, want := range map[string][]int{"": nil, "3": {3}, "0-2,5": {0, 1, 2, 5}, "1,x,4-": {1}} {
		if got := model.Indexes(text); !slices.Equal(got, want) {
			t.Errorf("%q: expected %v, got %v", text, want, got)
		}
	}
}
