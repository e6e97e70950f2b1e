package main

import (
	"strconv"
	"strings"

	"github.com/jobsim/jobsim/conformance"
	"github.com/jobsim/jobsim/scenarios"
	"github.com/jobsim/jobsim/scenarios/situations"
	"github.com/jobsim/jobsim/sim"
	"github.com/jobsim/jobsim/sim/event"
)

// onlyScenario is the scenario that --scenario names, with the run of it that --replay wants.
func (o *conformanceOptions) onlyScenario(p *program) (conformance.Option, error) {
	file, s, err := o.readScenario(p)
	if err != nil {
		return nil, err
	}
	if !o.replay.set {
		return conformance.WithScenario(s, nil), nil
	}
	token, err := parseReplay(o.replay.value, o.asClaimed(s), file, "")
	if err != nil {
		return nil, err
	}
	return conformance.WithScenario(s, &token), nil
}

// asClaimed is a scenario as the evaluation makes it, of which a token is.
func (o *conformanceOptions) asClaimed(s *sim.Scenario) *sim.Scenario {
	if o.managedBy.set {
		s = conformance.ManageJobs(s, o.managedBy.value)
	}
	if o.finalizer.set {
		s = conformance.TrackPods(s, o.finalizer.value)
	}
	return s
}

// readScenario reads the scenario that --scenario names: a situation, a built-in one, or a file.
func (o *conformanceOptions) readScenario(p *program) (file string, s *sim.Scenario, err error) {
	if s, ok := situations.Get(o.scenario.value); ok {
		return o.scenario.value, s, nil
	}
	file, data, err := scenarios.Read(o.scenario.value, p.stdin)
	if err != nil {
		return file, nil, err
	}
	s, err = scenarios.Parse(file, data)
	return file, s, err
}

// parseReplay reads the token of a run of a scenario. The hint says what else must be the same as in that run.
func parseReplay(text string, s *sim.Scenario, file, hint string) (event.Token, error) {
	token, err := event.ParseToken(text)
	if err != nil {
		return token, badInput("--replay: %v", err)
	}
	if token.Scenario != s.Fingerprint() {
		return token, badInput("--replay: token %.20q belongs to another scenario than %s, or to another version of it: "+
			"expected one of the same file%s", text, file, hint)
	}
	return token, nil
}

// mostLineToken is the length of the longest token in a command: two lines of a terminal. The seed repeats a random run
// of a built-in scenario as well.
const mostLineToken = 160

// again is the command that shows a violation again.
func (o *conformanceOptions) again(r conformance.Reproduction) string {
	words := []string{"jobsim", "conformance", "--implementation", r.Implementation}
	if r.Requirement != "" {
		words = append(words, "--focus", r.Requirement)
	}
	seed := strconv.FormatUint(r.Seed, 10)
	switch {
	case r.Scenario == "":
		words = append(words, "--seed", seed, "--case", strconv.Itoa(r.Case))
	case o.scenario.set:
		words = append(words, "--scenario", o.scenario.value)
	default:
		words = append(words, "--scenario", r.Scenario)
	}
	switch {
	case r.Scenario == "" || r.Replay == "":
	case len(r.Replay) > mostLineToken && !o.replay.set:
		words = append(words, "--seed", o.seedText())
	default:
		words = append(words, "--replay", r.Replay)
	}
	if r.UpstreamExact {
		words = append(words, "--profile", profileUpstreamExact)
	}
	if o.kubernetes.value != conformance.Latest {
		words = append(words, "--kubernetes", o.kubernetes.String())
	}
	if o.features.set {
		words = append(words, "--features", o.features.text)
	}
	if o.managedBy.set {
		words = append(words, "--managed-by", o.managedBy.value)
	}
	if o.finalizer.set {
		words = append(words, "--finalizer", o.finalizer.value)
	}
	if o.neighbour.set() {
		words = append(words, "--neighbour", o.neighbour.value)
	}
	if o.reaction.value != usualReaction() {
		words = append(words, "--reaction", o.reaction.String())
	}
	return command(words)
}

func (o *conformanceOptions) seedText() string {
	if o.seed.set {
		return o.seed.String()
	}
	return strconv.Itoa(conformance.DefaultSeed)
}

// command is a line for a shell.
func command(words []string) string {
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = quote(w)
	}
	return strings.Join(quoted, " ")
}
