package main

import (
	"strings"

	"github.com/jobsim/jobsim/sim"
	"github.com/jobsim/jobsim/sim/event"
)

// mostToken is the length of the longest replay token that is shown. The seed repeats a run as well.
const mostToken = 2000

// choices says how the run's choices are made.
func (o *runOptions) choices(in *input) ([]sim.Option, error) {
	switch {
	case o.seed.set && o.replay.set:
		return nil, badInput("--seed and --replay: expected one of them; a token has the seed of its run in it")
	case o.seed.set:
		return []sim.Option{sim.WithSeed(o.seed.value)}, nil
	case !o.replay.set:
		return nil, nil
	}
	token, err := event.ParseToken(o.replay.value)
	if err != nil {
		return nil, badInput("--replay: %v", err)
	}
	if token.Scenario != in.scenario.Fingerprint() {
		return nil, badInput("--replay: token %.20q belongs to another scenario than %s, or to another version of it: "+
			"expected one of the same file, with the same --until, --script and --pod-duration", o.replay.value, in.file)
	}
	return []sim.Option{sim.WithReplay(token)}, nil
}

// replayLine is the command that repeats the run.
func (s *show) replayLine() string {
	o := s.options
	words := []string{"jobsim", "run", s.input.ref}
	add := func(flag, value string) {
		if value != "" {
			words = append(words, "--"+flag, value)
		}
	}
	if o.podDurationSet {
		add("pod-duration", o.podDuration.String())
	}
	add("script", o.script.value)
	add("until", o.until.String())
	if o.maxEvents.value != defaultMaxEvents {
		add("max-events", o.maxEvents.String())
	}
	if o.implementation.value != o.implementation.words[0] {
		add("implementation", o.implementation.value)
	}
	if token := s.result.Token.String(); len(token) <= mostToken || !o.seed.set {
		add("replay", token)
	} else {
		add("seed", o.seed.String())
	}
	for i, w := range words {
		words[i] = quote(w)
	}
	return "replay: " + strings.Join(words, " ")
}

// quote writes a word so that a shell reads it back.
func quote(word string) string {
	const plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:,+=@%"
	if word != "" && strings.Trim(word, plain) == "" {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
