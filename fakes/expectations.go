package fakes

import (
	"time"

	"k8s.io/apimachinery/pkg/types"
)

// expectations are the creations and deletions that a sync asked for and whose events have not arrived. Until they
// have, the cached pods are not the pods there are (SYNC-9, CTRL-2).
type expectations struct {
	// creations is a number, because the event of a creation may come before the answer that tells its UID.
	creations int
	// deletions are UIDs: a pod that somebody else deletes must not stand in for one of ours.
	deletions map[types.UID]struct{}
	since     time.Time
}

// expectCreations replaces what was expected before: a sync only creates when nothing is.
func (e *expectations) expectCreations(n int, now time.Time) {
	*e = expectations{creations: n, since: now}
}

func (e *expectations) expectDeletions(uids []types.UID, now time.Time) {
	*e = expectations{deletions: make(map[types.UID]struct{}, len(uids)), since: now}
	for _, uid := range uids {
		e.deletions[uid] = struct{}{}
	}
}

// creationObserved is also for creations that will never be seen, because they failed or were not tried.
func (e *expectations) creationObserved() {
	e.creations--
}

// deletionObserved is also for deletions that failed.
func (e *expectations) deletionObserved(uid types.UID) {
	delete(e.deletions, uid)
}

// met tells whether all of them arrived, or are so late that they were lost.
func (e *expectations) met(now time.Time, timeout time.Duration) bool {
	return e.creations <= 0 && len(e.deletions) == 0 || now.Sub(e.since) >= timeout
}
