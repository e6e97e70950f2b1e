package conformance

import (
	"net/http"
	"time"

	"github.com/jobsim/jobsim/sim/trace"
)

// waiting is the time for which a program may be waiting in the middle of an evaluation: client-go makes a request that
// was refused with a Retry-After once more, up to ten times, before it tells its caller. What the program does up to then
// was decided by what it knew when the request was refused first.
//
// Reconcile functions are told at once.
type waiting struct{ from, until time.Duration }

// notePatience notes a refusal that asks for patience.
func (v *view) notePatience(e *trace.Entry) {
	if v.sync > 0 || e.Status == nil || e.Status.Details == nil || e.Status.Details.RetryAfterSeconds <= 0 ||
		e.Status.Code != http.StatusTooManyRequests && e.Status.Code < http.StatusInternalServerError {
		return
	}
	if !v.patient() {
		v.patience.from = v.now
	}
	v.patience.until = max(v.patience.until, v.now+time.Duration(e.Status.Details.RetryAfterSeconds)*time.Second)
}

// patient reports whether what a program does now may have been decided before it was asked for patience.
func (v *view) patient() bool {
	return v.sync == 0 && v.patience.until > 0 && v.now <= v.patience.until
}
