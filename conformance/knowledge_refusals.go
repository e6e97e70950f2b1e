package conformance

import "time"

// noteFailure notes that the implementation will have to try again.
func (v *view) noteFailure() {
	if v.wasRefused && !v.retries() {
		v.refusals = 0 // it has got over the last one
	}
	v.refusals++
	v.refusals += v.unseenFailures()
	v.refused, v.refusedSeq, v.wasRefused = v.now, v.entry.Seq, true
	v.hindered = max(v.hindered, v.now+v.retryDelay())
}

// retryDelay is how long the implementation may wait after so many refused calls in a row.
func (v *view) retryDelay() time.Duration {
	return min(v.claims.Bounds.Retry, time.Second<<min(v.refusals, mostDoublings))
}

// mostDoublings is beyond any sensible bound on the time between two attempts.
const mostDoublings = 20

// unseenFailures is how often a program may have failed just before in a way that leaves no trace. Each attempt that gives
// up because the caches do not show its own writes yet (CTRL-4) makes it wait twice as long after the next failure
// (POD-11), and it can be woken for one in each batch of events (SYNC-6). A refused event fails no attempt.
func (v *view) unseenFailures() int {
	if v.sync > 0 || v.entry.Resource == "events" || v.late.until == 0 || v.now-v.late.until > v.claims.Bounds.Reaction {
		return 0
	}
	failures := 1 + int((v.late.until-v.late.from)/batch)
	v.late = lateness{} // they count once
	return failures
}

// lateness is when the caches were behind last.
type lateness struct{ from, until time.Duration }

// goOn notes that they are behind from now to until.
func (l *lateness) goOn(now, until time.Duration) {
	if l.until != now {
		l.from = now
	}
	l.until = until
}

// retries reports whether what the implementation does now may have been decided before, and did not succeed then.
func (v *view) retries() bool {
	return v.wasRefused && v.now-v.refused <= v.retryDelay()+v.claims.Bounds.Reaction
}

// wasRefusedSince reports whether a call of the implementation has failed since then.
func (v *view) wasRefusedSince(at time.Duration) bool { return v.wasRefused && v.refused >= at }
