package conformance

import (
	"flag"
	"fmt"
	"strings"
	"testing"

	"github.com/jobsim/jobsim/scenarios"
	"github.com/jobsim/jobsim/sim/adapter"
	"github.com/jobsim/jobsim/sim/event"
)

// The flags of go test that say again what a failure message has said. They come after the options in the code.
var (
	flagSeed     = flag.Uint64("jobsim.seed", 0, "jobsim: seed of the random cases (0: as the test says)")
	flagChecks   = flag.Int("jobsim.checks", -1, "jobsim: number of random cases (-1: as the test says)")
	flagCase     = flag.Int("jobsim.case", 0, "jobsim: run one random case only, by its number")
	flagFocus    = flag.String("jobsim.focus", "", "jobsim: requirements to look at: a part or a pattern of their ID, or a clause")
	flagScenario = flag.String("jobsim.scenario", "", "jobsim: run one scenario only: a built-in one, a situation, or a file")
	flagReplay   = flag.String("jobsim.replay", "", "jobsim: with -jobsim.scenario, the token of the run to repeat")
)

// Run evaluates an implementation under go test: a subtest for each built-in scenario and each requirement. A
// requirement that is not claimed, or that no run gave an occasion to break, is skipped with the reason, which is not
// a pass. The report is returned for whoever wants to keep it.
func Run(t *testing.T, impl adapter.Implementation, opts ...Option) *Report {
	t.Helper()
	fromFlags, err := flagOptions()
	if err != nil {
		t.Fatal(err)
	}
	all := append([]Option{WithReproduction(testToReproduce(t.Name()))}, opts...)
	report, err := Evaluate(t.Context(), impl, append(all, fromFlags...)...)
	if err != nil {
		t.Fatal(err)
	}
	for i := range report.Scenarios {
		row := &report.Scenarios[i]
		t.Run("scenario/"+row.Name, func(t *testing.T) { tellScenario(t, row) })
	}
	for i := range report.Requirements {
		row := &report.Requirements[i]
		t.Run(row.ID, func(t *testing.T) { tellRequirement(t, row) })
	}
	switch {
	case report.Why == "" || report.Verdict == NotConformant:
	case report.Only != "":
		t.Logf("%s: %s", report.Verdict, report.Why)
	default:
		t.Errorf("%s: %s", report.Verdict, report.Why)
	}
	return report
}

func tellScenario(t *testing.T, row *ScenarioRow) {
	t.Helper()
	switch row.Verdict {
	case NotConformant, HarnessError:
		t.Errorf("%s (%s)\n%s\nTo see it again: %s", row.Name, row.Title, strings.Join(row.Why, "\n"), row.Reproduce)
	case Inconclusive:
		t.Skipf("inconclusive: %s", strings.Join(row.Why, "; "))
	}
}

func tellRequirement(t *testing.T, row *RequirementRow) {
	t.Helper()
	switch row.Verdict {
	case NotConformant:
		t.Errorf("%s", row.Explain())
	case HarnessError:
		t.Errorf("%s: harness error: %s", row.ID, row.Why)
	case NotClaimed, Inconclusive:
		t.Skipf("%s: %s", row.Verdict, row.Why)
	}
}

// flagOptions are what the flags say.
func flagOptions() ([]Option, error) {
	var o []Option
	if *flagSeed != 0 {
		o = append(o, WithSeed(*flagSeed))
	}
	if *flagChecks >= 0 {
		o = append(o, WithChecks(*flagChecks))
	}
	if *flagCase > 0 {
		o = append(o, WithCase(*flagCase))
	}
	if *flagFocus != "" {
		o = append(o, WithFocus(*flagFocus))
	}
	if *flagScenario == "" {
		if *flagReplay != "" {
			return nil, fmt.Errorf("-jobsim.replay: expected -jobsim.scenario with it")
		}
		return o, nil
	}
	s, err := FindScenario(*flagScenario)
	if err != nil {
		if s, err = scenarios.Load(*flagScenario, strings.NewReader("")); err != nil {
			return nil, fmt.Errorf("-jobsim.scenario: %w", err)
		}
	}
	if *flagReplay == "" {
		return append(o, WithScenario(s, nil)), nil
	}
	token, err := event.ParseToken(*flagReplay)
	if err != nil {
		return nil, fmt.Errorf("-jobsim.replay: %w", err)
	}
	return append(o, WithScenario(s, &token)), nil
}

// testToReproduce writes the call of go test that shows a violation again.
func testToReproduce(test string) func(Reproduction) string {
	return func(r Reproduction) string {
		words := []string{"go test -run", fmt.Sprintf("'^%s$'", strings.ReplaceAll(test, "/", "$/^")), "."}
		if r.Scenario != "" {
			words = append(words, "-jobsim.scenario", r.Scenario)
			if r.Replay != "" {
				words = append(words, "-jobsim.replay", r.Replay)
			}
		} else {
			words = append(words, fmt.Sprintf("-jobsim.seed %d -jobsim.case %d", r.Seed, r.Case))
		}
		if r.Requirement != "" {
			words = append(words, "-jobsim.focus", r.Requirement)
		}
		return strings.Join(words, " ")
	}
}
