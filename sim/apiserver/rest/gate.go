package rest

import (
	"time"

	"github.com/jobsim/jobsim/sim/apiserver"
	"github.com/jobsim/jobsim/sim/apiserver/typed"
)

// Gate stands between the door and the server: it decides when a request is served, and whether it is.
type Gate interface {
	typed.Gate
	// Now is virtual time, for the ages in tables.
	Now() time.Time
	// Watch opens a watch in the middle of serving a request for it. Stop ends it from the client's side; it may be
	// called from any goroutine and more than once.
	Watch(caller *apiserver.Caller, o apiserver.WatchOptions, sink Sink) (stop func(), err error)
}

// Sink is where the events of a watch go.
type Sink interface {
	// Deliver hands an event over without waiting. It reports false when the client has gone, or has not read for so
	// long that the server gives the watch up.
	Deliver(apiserver.WatchEvent) bool
	// End ends the watch from the server's side, after what has been delivered. It may be called more than once.
	End()
}
