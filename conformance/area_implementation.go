package conformance

import (
	"errors"

	"github.com/jobsim/jobsim/sim"
	"github.com/jobsim/jobsim/sim/adapter"
)

// implementation is about what no program may do, whatever it is for.
var implementation = []Requirement{
	{
		ID: "job/implementation/starts", Level: Core, Strength: Must,
		Sentence: "An implementation must start.",
		Observed: "No instance reports an error while it is built.",
		Source:   "jobsim", check: endsWith(sim.StartFailed),
	},
	{
		ID: "job/implementation/does-not-panic", Level: Core, Strength: Must,
		Sentence: "An implementation must not panic.",
		Observed: "No run ends with a panic of the implementation's code, or because that ends its process.",
		Source:   "jobsim", check: endsWith(sim.Panicked, sim.Exited),
	},
	{
		ID: "job/implementation/comes-back", Level: Core, Strength: Must,
		Sentence: "An implementation must come back from each evaluation of a Job.",
		Observed: "No call of its code computes for seconds of real time without an API call and without returning.",
		Source:   "jobsim", check: endsWith(sim.Stuck),
	},
	{
		ID: "job/implementation/comes-to-rest", Level: Core, Strength: Must,
		Sentence: "An implementation must not act on and on while no time passes.",
		Observed: "The number of API calls, of evaluations at one instant, and of events in a run stays below generous limits.",
		Source:   "jobsim; POD-11 is how upstream waits between retries", check: endsWith(sim.HotLoop, sim.TooManyEvents),
	},
	{
		ID: "job/implementation/stops", Level: Core, Strength: Must,
		Sentence: "An implementation must stop when it is told to: a goroutine that outlives it acts beside the next instance.",
		Observed: "A minute of virtual time after its context has ended, no goroutine of a concurrent program is left.",
		Source:   "jobsim",
		check: func() any {
			return onEnd(func(x *examiner) {
				x.exercised()
				if n := len(x.run.Leaked); n > 0 {
					x.violated("%d goroutines have not ended a minute after the context, such as: %s", n, x.run.Leaked[0])
				}
			})
		},
	},
}

// endsWith makes a check that no run ends in these ways.
func endsWith(bad ...sim.Ending) func() any {
	return func() any {
		return onEnd(func(x *examiner) {
			x.exercised()
			for _, ending := range bad {
				if x.run.Ending == ending {
					x.violated("%s", firstLine(x.run.Failure))
				}
			}
		})
	}
}

// firstLine leaves the stack of a panic to the log.
func firstLine(err error) string {
	var f *adapter.Failure
	if err == nil {
		return "the run failed"
	}
	text := err.Error()
	if errors.As(err, &f) {
		text = f.Text
	}
	for i := range len(text) {
		if text[i] == '\n' {
			return text[:i]
		}
	}
	return text
}
