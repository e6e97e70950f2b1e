package conformance

import (
	"context"
	"flag"
	"testing"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"

	"github.com/jobsim/jobsim/fakes"
	"github.com/jobsim/jobsim/scenarios"
	"github.com/jobsim/jobsim/sim"
	"github.com/jobsim/jobsim/sim/event"
)

var (
	policyCases = flag.Int("policy.cases", 150, "how many random cases are given policies")
	policySeed  = flag.Uint64("policy.seed", 1, "the seed of them")
	policyOnly  = flag.Int("policy.only", 0, "one of them")
)

// givePolicies makes the Jobs of a random case Jobs with policies.
func givePolicies(s *sim.Scenario, chooser event.Chooser) {
	seen := map[*batchv1.JobSpec]bool{}
	give := func(job *batchv1.Job) {
		if job == nil || seen[&job.Spec] {
			return
		}
		seen[&job.Spec] = true
		spec := &job.Spec
		if chooser.Choose("ttl", 4) == 3 {
			spec.TTLSecondsAfterFinished = new(int32([]int{0, 1, 10, 100}[chooser.Choose("seconds", 4)]))
		}
		which := chooser.Choose("policy", 4)
		perIndex := chooser.Choose("per index", 8) == 7
		if perIndex {
			spec.CompletionMode = new(batchv1.IndexedCompletion)
			spec.BackoffLimitPerIndex = new(int32(chooser.Choose("limit", 3)))
			spec.Completions = new(max(1, valueOr(spec.Completions, 1)))
			spec.Template.Spec.RestartPolicy = corev1.RestartPolicyNever
		}
		if which == 1 || which == 3 {
			giveFailurePolicy(spec, chooser, perIndex)
		}
		if which >= 2 {
			giveSuccessPolicy(spec, chooser)
		}
	}
	for _, job := range s.Jobs {
		give(job)
	}
	for i := range s.Actions {
		give(s.Actions[i].Create)
	}
}

func giveFailurePolicy(spec *batchv1.JobSpec, chooser event.Chooser, perIndex bool) {
	actions := 3
	if perIndex {
		actions = 4
	}
	spec.Template.Spec.RestartPolicy = corev1.RestartPolicyNever
	spec.PodReplacementPolicy = nil
	policy := &batchv1.PodFailurePolicy{}
	for range chooser.Choose("rules", 4) {
		rule := batchv1.PodFailurePolicyRule{Action: []batchv1.PodFailurePolicyAction{"Ignore", "Count", "FailJob", "FailIndex"}[chooser.Choose("action", actions)]}
		if chooser.Choose("on", 3) == 0 {
			rule.OnPodConditions = []batchv1.PodFailurePolicyOnPodConditionsPattern{{Type: corev1.DisruptionTarget, Status: corev1.ConditionTrue}}
		} else {
			rule.OnExitCodes = &batchv1.PodFailurePolicyOnExitCodesRequirement{
				Operator: []batchv1.PodFailurePolicyOnExitCodesOperator{"In", "NotIn"}[chooser.Choose("operator", 2)],
				Values:   [][]int32{{1}, {1, 2}, {137, 143}, {42}}[chooser.Choose("values", 4)],
			}
		}
		policy.Rules = append(policy.Rules, rule)
	}
	spec.PodFailurePolicy = policy
}

func giveSuccessPolicy(spec *batchv1.JobSpec, chooser event.Chooser) {
	n := int32(1)
	if spec.Completions != nil {
		n = max(1, *spec.Completions)
	}
	spec.Completions = &n
	spec.CompletionMode = new(batchv1.IndexedCompletion)
	policy := &batchv1.SuccessPolicy{}
	for range 1 + chooser.Choose("rules", 2) {
		rule := batchv1.SuccessPolicyRule{}
		kind := chooser.Choose("rule", 3)
		if kind != 0 {
			rule.SucceededIndexes = new("0")
		}
		if kind != 1 {
			rule.SucceededCount = new(int32(1))
			if kind == 0 {
				rule.SucceededCount = new(1 + int32(chooser.Choose("count", int(n))))
			}
		}
		policy.Rules = append(policy.Rules, rule)
	}
	spec.SuccessPolicy = policy
}

func TestReferenceKeepsEverythingWithPolicies(t *testing.T) {
	o, err := newOptions([]Option{WithSeed(*policySeed)})
	if err != nil {
		t.Fatal(err)
	}
	e := newEvaluator(context.Background(), fakes.ReferenceImplementation(), o)
	claims := DefaultClaims()
	x := newExaminer(Requirements(), &claims)
	exercised := make([]int, len(Requirements()))
	broken := map[string]int{}
	for number := 1; number <= *policyCases; number++ {
		if *policyOnly > 0 && number != *policyOnly {
			continue
		}
		c := e.newCase(number)
		givePolicies(c.scenario, event.NewSeeded(event.Mix(e.seed*7+uint64(number))))
		r, err := e.simulate(c.scenario, c.how...)
		if err != nil {
			t.Fatalf("case %d: %v", number, err)
		}
		f := x.examine(r)
		if *policyOnly > 0 {
			tellRun(t, r)
		}
		for i, n := range f.Exercised {
			if n > 0 {
				exercised[i]++
			}
		}
		for _, v := range f.Broken() {
			if broken[v.Requirement.ID]++; broken[v.Requirement.ID] <= 3 {
				t.Errorf("case %d: %s at %v: %s (entries %v)", number, v.Requirement.ID, v.At, v.Text, v.Entries)
			}
		}
	}
	if *policyOnly > 0 {
		return
	}
	for i, q := range Requirements() {
		if q.Level == Extended && exercised[i] == 0 {
			t.Logf("%s was never tried", q.ID)
		}
	}
	t.Log(broken)
}

// tellRun shows a run.
func tellRun(t *testing.T, r *sim.Result) {
	text, err := scenarios.Write(r.Scenario)
	if err != nil {
		t.Error(err)
	}
	t.Logf("%s", text)
	for i := range r.Trace.Entries {
		e := &r.Trace.Entries[i]
		t.Logf("%d %v %s %s %s %s/%s %s cause %d refused %v lost %v %s",
			e.Seq, e.At, e.Kind, e.Actor, e.Verb, e.Resource, e.Subresource, e.Name, e.Cause, e.Status != nil, e.Lost, e.Text)
	}
}
