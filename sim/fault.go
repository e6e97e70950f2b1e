package sim

import (
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/jobsim/jobsim/sim/apiserver"
)

// Fault is something that goes wrong. Exactly one of the fields below Line is set.
type Fault struct {
	When
	// Line is where the scenario file has it; 0 if it comes from elsewhere.
	Line int

	Crash *Crash
	Error *CallError
	Watch *WatchFault
	Node  *NodeFault
	// Clock moves what the implementation's clock shows.
	Clock *time.Duration
}

// Crash ends the instance of the implementation and all that it remembers. A new one starts after Down.
type Crash struct {
	Down time.Duration
	// Call makes it happen at an API call instead of a time: the Call-th (from 1, over all instances) that Match fits,
	// before the server has seen it, or after its effect if After is set. At is then ignored.
	Call  int
	Match CallMatch
	After bool
}

// CallMatch selects API calls of the implementation. Empty fields fit all.
type CallMatch struct {
	// Verb is create, get, list, update, patch, delete, deletecollection or watch.
	Verb        string
	Resource    apiserver.Resource
	Subresource string
	// Name may contain * for any characters, as in path.Match.
	Name string
}

// CallError makes API calls of the implementation fail.
type CallError struct {
	Match CallMatch
	// Status is what the caller is told.
	Status metav1.Status
	// Effect lets the call have its effect all the same, as when the answer is lost.
	Effect bool
	// Times is how many calls fail; 0 means all. Skip lets that many through first.
	Times, Skip int
	// For is how long it lasts; 0 means until the end.
	For time.Duration
}

// WatchFault disturbs the watches of the implementation on a resource (empty: on all).
type WatchFault struct {
	Resource apiserver.Resource
	// Delay makes events late by this much.
	Delay time.Duration
	// Stall holds all events back.
	Stall bool
	// Break ends the watch; the cache lists again.
	Break bool
	// For is how long a delay or a stall lasts; 0 means until the end.
	For time.Duration
}

// NodeFault happens to a node.
type NodeFault struct {
	Name string
	// Lost cuts the node off from the API server; its containers go on. For is how long; 0 means for ever.
	Lost bool
	For  time.Duration
	// Deleted removes the Node object for ever.
	Deleted bool
}
