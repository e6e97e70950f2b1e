package upstream

import (
	"path/filepath"
	"testing"
	"time"

	. "github.com/onsi/gomega"

	"github.com/jobsim/jobsim/scenarios"
	"github.com/jobsim/jobsim/sim"
)

// Questions that were settled by a run stay settled.
func TestSettledQuestions(t *testing.T) {
	files, err := filepath.Glob("settled/*.yaml")
	NewWithT(t).Expect(err).NotTo(HaveOccurred())
	NewWithT(t).Expect(files).NotTo(BeEmpty())
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			g := NewWithT(t)
			s, err := scenarios.Load(file, nil)
			g.Expect(err).NotTo(HaveOccurred())
			result, err := sim.Run(s, Controller())
			g.Expect(err).NotTo(HaveOccurred())
			g.Expect(result.Unmet()).To(BeEmpty())
		})
	}
}

// A trace has no entries for the syncs of a program, so that POD-11 is read off writes that are refused again and again.
func TestFailedSyncsAreRepeatedAfterOneSecondTwoSecondsAndSoOn(t *testing.T) {
	g := NewWithT(t)
	result, err := sim.Run(finding(g, "suspended-job-cannot-fail"), Controller())
	g.Expect(err).NotTo(HaveOccurred())
	var delays []time.Duration
	last := time.Duration(-1)
	for i := range result.Trace.Entries {
		e := &result.Trace.Entries[i]
		if e.Resource != "jobs" || e.Subresource != "status" || e.Status == nil {
			continue
		}
		if last >= 0 {
			delays = append(delays, e.At-last)
		}
		last = e.At
	}
	g.Expect(len(delays)).To(BeNumerically(">", 8))
	for i, d := range delays {
		g.Expect(d).To(Equal(min(time.Minute, time.Second<<i)))
	}
}
