package main

import (
	"strings"

	"github.com/jobsim/jobsim/sim"
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
	token, err := parseReplay(o.replay.value, in.scenario, in.file, ", with the same --until, --script and --pod-duration")
	if err != nil {
		return nil, err
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
	if o.implementation.value != s.program.implementations[0].Name() {
		add("implementation", o.implementation.value)
	}
	add("neighbour", o.neighbour.value)
	if token := s.result.Token.String(); len(token) <= mostToken || !o.seed.set {
		add("replay", token)
	} else {
		add("seed", o.seed.String())
	}
	return "replay: " + command(words)
}

// quote writes a word so that a shell reads it back.
func quote(word string) string {
	const plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:,+=@%"
	if word != "" && strings.Trim(word, plain) == "" {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
