package scenarios

import (
	"time"

	"github.com/jobsim/jobsim/sim"
)

// checkTimes wants actions, faults and expectations to stand in the order in which they happen, so that a file reads
// as a story, and within the run. Times that count from something else than the start are not compared.
func (f *scenarioFile) checkTimes(s *sim.Scenario) {
	end := s.Until
	if end == 0 {
		end = defaultUntil
	}
	actions := timeline{end: end}
	for i := range f.Actions {
		a := &f.Actions[i]
		actions.next(&a.where, a.At, a.After == nil)
	}
	faults := timeline{end: end}
	for i := range f.Faults {
		fault := &f.Faults[i]
		faults.next(&fault.where, fault.At, fault.After == nil)
	}
	expect := timeline{end: end}
	for i := range f.Expect {
		e := &f.Expect[i]
		expect.next(&e.where, e.At, true)
	}
}

// timeline is the time that a list of the file has reached.
type timeline struct {
	end, latest time.Duration
	// place is the entry that latest comes from.
	place string
}

func (t *timeline) next(w *where, at *duration, absolute bool) {
	if at == nil {
		return
	}
	now := time.Duration(*at)
	switch {
	case now > t.end:
		w.fail("at", "expected a time within the run, which ends at %s, found %s", durationText(t.end), durationText(now))
	case absolute && now < t.latest:
		w.fail("at", "expected a time not before that of %s, %s, found %s", t.place, durationText(t.latest), durationText(now))
	case absolute:
		t.latest, t.place = now, w.path
	}
}
