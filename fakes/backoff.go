package fakes

import (
	"slices"
	"time"
)

// Backoff is what the controller remembers of the failures of a Job. It lives in memory only: a restart forgets it
// (BO-9).
type Backoff struct {
	// Failures is the number of pods that failed since the last success.
	Failures int32
	// LastFailure is when the latest of them finished; meaningless while Failures is 0.
	LastFailure time.Time
}

// nextBackoff is BO-2 and BO-4. A success wipes the slate; of the failures seen together with it only those that
// finished strictly later are held against the Job.
func nextBackoff(old Backoff, succeeded, failed []time.Time) Backoff {
	next := old
	var success time.Time
	if len(succeeded) > 0 {
		next = Backoff{}
		success = slices.MaxFunc(succeeded, time.Time.Compare)
	} else if len(failed) > 0 {
		next.LastFailure = time.Time{}
	}
	for _, t := range failed {
		if len(succeeded) > 0 && !t.After(success) {
			continue
		}
		next.Failures++
		if t.After(next.LastFailure) {
			next.LastFailure = t
		}
	}
	return next
}

// backoffDelay is BO-1: 0, 10, 20, 40 … s, capped.
func backoffDelay(l Limits, n int32) time.Duration {
	if n <= 0 {
		return 0
	}
	delay := l.BackoffBase
	for ; n > 1 && delay < l.BackoffMax; n-- {
		delay *= 2
	}
	return min(delay, l.BackoffMax)
}

// heldBack is BO-6: while the delay runs no pod at all is created.
func heldBack(missing int32, _ Backoff) int32 { return missing }

// backoffWake is BO-12: never sooner than a batch.
func backoffWake(l Limits, left time.Duration) time.Duration {
	return max(left, l.Batch)
}

// backoffLeft is how long creations must still wait; the boundary itself is not waited for (BO-5).
func backoffLeft(d *Decisions, b Backoff, now time.Time) time.Duration {
	if b.Failures == 0 {
		return 0
	}
	return max(0, b.LastFailure.Add(d.BackoffDelay(d.Limits, b.Failures)).Sub(now))
}
