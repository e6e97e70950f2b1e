package sim_test

import (
	"testing"

	. "github.com/onsi/gomega"

	"github.com/jobsim/jobsim/sim"
	"github.com/jobsim/jobsim/sim/adapter"
)

func TestWatchdogGivesUpWhoIsAwayForTooLong(t *testing.T) {
	g := NewWithT(t)
	strand := adapter.NewStrand()
	look := sim.NewWatchdog(strand)
	for range 20 {
		g.Expect(look()).To(BeFalse(), "the simulator is not the program")
	}
	for range 20 {
		strand.Away(func() {
			for range 5 { // the first sees that something has happened
				g.Expect(look()).To(BeFalse(), "it gets on")
			}
		})
	}
	over := make(chan struct{})
	wentOn := false
	go func() {
		defer close(over)
		strand.Away(func() {
			for range 5 {
				g.Expect(look()).To(BeFalse())
			}
			g.Expect(look()).To(BeTrue())
		})
		wentOn = true
	}()
	<-over
	g.Expect(wentOn).To(BeFalse())
	g.Expect(strand.Lost()).To(BeTrue())
	g.Expect(strand.Signal()).To(BeClosed())
}
