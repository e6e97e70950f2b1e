// Package model predicts what must come of a Job in a run without faults, from the scenario alone.
//
//	p, ok := model.Predict(scenario, 10*time.Second)
//
// It is not a controller. It reasons about what every conformant implementation has in common, whatever it does in
// which order: pods are created one after another, each follows the script of its number, and so how many succeed and
// fail up to the last one needed is a matter of counting (COMP-1, BL-1). When things happen is known as intervals, since
// each step of the implementation may take any time up to its reaction time. Where the order of two things decides and
// the intervals leave it open, the prediction is a rough one: every end that there may be, each with bounds for its
// counters. What users do is then a stock of disturbances, each of which may befall any pod, and all that pods may come to
// is followed (fates.go).
//
// [Declined] tells where there is no prediction at all.
package model
