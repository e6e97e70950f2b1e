package conformance_test

import (
	"testing"

	"github.com/jobsim/jobsim/conformance"
	"github.com/jobsim/jobsim/fakes"
)

func TestReferenceConforms(t *testing.T) {
	report := conformance.Run(t, fakes.ReferenceImplementation())
	if report.Verdict != conformance.Conformant {
		t.Errorf("the reference is %s: %s", report.Verdict, report.Why)
	}
}
