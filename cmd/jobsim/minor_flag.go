package main

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/jobsim/jobsim/conformance"
)

// minor is a flag that takes a Kubernetes minor, written as people write it: 1.37.
type minor struct{ value conformance.Minor }

func (m *minor) String() string { return fmt.Sprintf("1.%d", m.value) }

// Type is what the help calls the value.
func (m *minor) Type() string { return "version" }

// Set reads the minor. Which minors there are is for the suite to say.
func (m *minor) Set(text string) error {
	digits, ok := strings.CutPrefix(strings.TrimPrefix(text, "v"), "1.")
	n, err := strconv.ParseUint(digits, 10, 16)
	if !ok || err != nil {
		return errors.New("expected a minor such as 1.37")
	}
	m.value = conformance.Minor(n)
	return nil
}
