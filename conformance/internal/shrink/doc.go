// Package shrink makes a failing case small: a scenario, and the choices of its run, of which everything is taken away
// that the failure does not need.
//
//	small, runs := shrink.Minimize(c, broken, shrink.DefaultBudget)
//
// It works on the structure of scenarios, not on the draws that made them, so it serves every scenario, wherever it
// comes from. It is deterministic and bounded by a number of runs, never by the clock: the same case shrinks to the
// same bytes on every machine.
package shrink
