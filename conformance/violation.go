package conformance

import "time"

// Violation is a requirement that a run has broken.
type Violation struct {
	Requirement *Requirement
	// At is when, in virtual time.
	At time.Duration
	// Text says what was seen, in words, with the numbers.
	Text string
	// Entries are the Seq of the trace entries that show it, the decisive one last.
	Entries []int
}
