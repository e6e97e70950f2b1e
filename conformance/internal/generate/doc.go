// Package generate makes random scenarios: Jobs, what their pods do, what users do and what goes wrong, chosen so that
// things collide.
//
//	s := generate.Scenario(event.NewSeeded(7), generate.Options{})   // a seeded search
//	s := generate.Scenario(generate.Rapid(t), generate.Options{})    // a property that shrinks
//	s := generate.Scenario(generate.FromBytes(data), generate.Options{}) // a fuzz test
//
// Every draw goes through one [event.Chooser], and alternative 0 is always the simplest, so that a chooser that
// knows how to shrink makes the scenario simpler. The same choices give the same scenario on every machine.
//
// Whatever goes wrong ends, and so does what pods do, or a deadline ends it: any correct implementation finishes the
// Job or comes to rest before the scenario's end. The package knows nothing of requirements.
package generate
