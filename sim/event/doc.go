// Package event is the ground floor of the simulator: virtual time, the queue of events that make it pass, the
// chooser that settles every open choice, and the clock that implementations are given.
//
// Nothing here knows of Kubernetes. A run is a loop over
//
//	q := event.NewQueue(event.Fixed{})
//	q.After(5*time.Second, event.Cluster, func() { ... })
//	for q.Step() {
//	}
//
// and time passes only when Step jumps to the next event.
package event
