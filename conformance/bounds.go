package conformance

import "time"

// Bounds are the times that an implementation may take, in virtual time. They are part of what it claims and stand in
// the report. Times during which the implementation is down, its watches are late or its calls fail do not count.
type Bounds struct {
	// Reaction is how long it may take from the moment at which it can know something until it has acted on it,
	// including the batching of pod events (SYNC-6: one second upstream) and several status writes one after the other.
	Reaction time.Duration
	// Retry is how long it may wait, in addition, after one of its API calls was refused, if the calls before were
	// refused as well: the first time it is two seconds, and it doubles with each further refusal. Upstream ends at a
	// minute (POD-11), controller-runtime's default at 1000 seconds.
	Retry time.Duration
}

// BoundName names one of the bounds, for a requirement that uses it.
type BoundName string

const (
	// NoBound is that of requirements about what must never happen.
	NoBound BoundName = ""
	// ReactionBound is Bounds.Reaction.
	ReactionBound BoundName = "reaction"
)

// DefaultBounds are what a careful implementation keeps with ease.
func DefaultBounds() Bounds {
	return Bounds{Reaction: 10 * time.Second, Retry: 1000 * time.Second}
}
