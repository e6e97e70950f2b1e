package main

import (
	"errors"
	"strings"
	"time"

	"github.com/jobsim/jobsim/sim/kubelet"
)

// longest bounds every duration that is given: ten years, as in scenario files. A sum of some stays far from the limits of
// time.Duration.
const longest = 10 * 365 * 24 * time.Hour

// parseSpan reads a duration that is not negative. The error says what was expected only.
func parseSpan(text string, forever bool) (time.Duration, error) {
	if forever && text == "forever" {
		return kubelet.Forever, nil
	}
	d, err := time.ParseDuration(text)
	switch {
	case err == nil && d > longest:
		return 0, errors.New("expected at most " + spanText(longest))
	case (err != nil || d < 0) && forever:
		return 0, errors.New("expected a duration such as 5s or 2m30s, or forever")
	case err != nil || d < 0:
		return 0, errors.New("expected a duration such as 5s or 2m30s")
	}
	return d, nil
}

// spanText writes a duration as a person would: 1m and not 1m0s.
func spanText(d time.Duration) string {
	if d == kubelet.Forever {
		return "forever"
	}
	text := d.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}

// span is a flag that takes a duration.
type span struct {
	value time.Duration
	// forever allows that word; positive refuses zero.
	forever, positive bool
}

func (s *span) String() string {
	if s.value == 0 {
		return ""
	}
	return spanText(s.value)
}

// Type is what the help calls the value.
func (s *span) Type() string { return "duration" }

// Set reads the duration.
func (s *span) Set(text string) error {
	d, err := parseSpan(text, s.forever)
	if err == nil && s.positive && d == 0 {
		err = errors.New("expected a duration above zero")
	}
	if err == nil {
		s.value = d
	}
	return err
}
