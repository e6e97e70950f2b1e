package shrink_test

import (
	"slices"
	"strings"
	"testing"

	batchv1 "k8s.io/api/batch/v1"

	"github.com/jobsim/jobsim/conformance/internal/generate"
	"github.com/jobsim/jobsim/conformance/internal/shrink"
	"github.com/jobsim/jobsim/scenarios"
	"github.com/jobsim/jobsim/sim"
	"github.com/jobsim/jobsim/sim/event"
	"github.com/jobsim/jobsim/sim/kubelet"
)

// richest is a case with many features that is broken.
func richest(t *testing.T, broken func(shrink.Case) bool) shrink.Case {
	t.Helper()
	var found *sim.Scenario
	size := 0
	for seed := range uint64(2000) {
		s := generate.Scenario(event.NewSeeded(seed), generate.Options{Features: generate.Features{
			Indexed: true, ElasticIndexed: true, BackoffLimitPerIndex: true, PodFailurePolicy: true, SuccessPolicy: true,
			SuspendedEdits: true, TTLAfterFinished: true,
		}})
		if text, err := scenarios.Write(s); err == nil && len(text) > size && broken(shrink.Case{Scenario: s}) {
			found, size = s, len(text)
		}
	}
	if found == nil {
		t.Fatal("expected a generated case that is broken")
	}
	return shrink.Case{Scenario: found}
}

// beyondTemplate is what a scenario has beside the template that all of them have.
func beyondTemplate(text string) string {
	_, text, _ = strings.Cut(text, "\n  spec:\n")
	text = strings.Replace(text, `    template:
      spec:
        containers:
        - image: busybox
          name: main
        restartPolicy: Never
`, "", 1)
	lines := strings.SplitAfter(text, "\n")
	for i := range lines {
		lines[i] = strings.TrimPrefix(lines[i], "    ")
	}
	return strings.Join(lines, "")
}

func TestFeaturesThatAreNotNeededGo(t *testing.T) {
	anyRule := func(is func(batchv1.PodFailurePolicyRule) bool) func(*sim.Scenario) bool {
		return func(s *sim.Scenario) bool {
			p := s.Jobs[0].Spec.PodFailurePolicy
			return p != nil && slices.ContainsFunc(p.Rules, is)
		}
	}
	for _, c := range []struct {
		name, want string
		need       func(*sim.Scenario) bool
	}{
		{"nothing", "", func(*sim.Scenario) bool { return true }},
		{"an Indexed Job", "completionMode: Indexed\n", func(s *sim.Scenario) bool {
			return s.Jobs[0].Spec.CompletionMode != nil
		}},
		{"a limit per index above 0", "backoffLimitPerIndex: 1\ncompletionMode: Indexed\n",
			func(s *sim.Scenario) bool {
				limit := s.Jobs[0].Spec.BackoffLimitPerIndex
				return limit != nil && *limit > 0
			}},
		{"a rule by indexes", "completionMode: Indexed\nsuccessPolicy:\n  rules:\n  - succeededIndexes: \"0\"\n",
			func(s *sim.Scenario) bool {
				p := s.Jobs[0].Spec.SuccessPolicy
				return p != nil && slices.ContainsFunc(p.Rules, func(r batchv1.SuccessPolicyRule) bool { return r.SucceededIndexes != nil })
			}},
		{"a rule that ignores a code", "podFailurePolicy:\n  rules:\n  - action: Ignore\n    onExitCodes:\n      operator: In\n      values:\n      - 1\n",
			anyRule(func(r batchv1.PodFailurePolicyRule) bool {
				return r.Action == batchv1.PodFailurePolicyActionIgnore && r.OnExitCodes != nil && slices.Contains(r.OnExitCodes.Values, 1)
			})},
		{"a script of an index", "completionMode: Indexed\npods:\n- {match: {index: 0}, runs: [{}]}\n", func(s *sim.Scenario) bool {
			return slices.ContainsFunc(s.Pods, func(p kubelet.Script) bool { return p.Match.Index != nil })
		}},
		{"a larger size", "actions:\n- {at: 0s, scale: {parallelism: 2, completions: 2}}\n", func(s *sim.Scenario) bool {
			return slices.ContainsFunc(s.Actions, func(a sim.Action) bool {
				return a.Scale != nil && a.Scale.Completions != nil && *a.Scale.Completions > 1 &&
					a.Scale.Parallelism != nil && *a.Scale.Parallelism == *a.Scale.Completions
			})
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			broken := func(tried shrink.Case) bool { return c.need(tried.Scenario) }
			small, _ := shrink.Minimize(richest(t, broken), broken, shrink.DefaultBudget)
			if text := beyondTemplate(written(t, small)); text != c.want {
				t.Errorf("expected\n%s\ngot\n%s", c.want, text)
			}
		})
	}
}
