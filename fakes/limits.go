package fakes

import "time"

// Limits are the numbers of the upstream controller (SEMANTICS, Table A).
type Limits struct {
	// Batch is how long pod events and Job status changes wait, so that a burst of them costs one sync (SYNC-6).
	Batch time.Duration
	// RetryBase and RetryMax bound the delay before a failed sync is tried again; it doubles in between (POD-11).
	RetryBase, RetryMax time.Duration
	// BackoffBase and BackoffMax bound the delay before failed pods are replaced; it doubles in between (BO-1).
	BackoffBase, BackoffMax time.Duration
	// ExpectationsTimeout is how long a sync waits for events that may never come (CTRL-2).
	ExpectationsTimeout time.Duration
	// PodsPerSync caps the creations, or the scale-down deletions, of one sync (PAR-11).
	PodsPerSync int
	// Uncounted caps the pods accounted by one sync, and so the length of status.uncountedTerminatedPods (TRK-4).
	Uncounted int
	// FirstBatch is how many pods the slow start creates before it doubles (POD-9).
	FirstBatch int
}

// UpstreamLimits returns the numbers of Kubernetes 1.37.2.
func UpstreamLimits() Limits {
	return Limits{
		Batch:               time.Second,
		RetryBase:           time.Second,
		RetryMax:            time.Minute,
		BackoffBase:         10 * time.Second,
		BackoffMax:          10 * time.Minute,
		ExpectationsTimeout: 5 * time.Minute,
		PodsPerSync:         500,
		Uncounted:           500,
		FirstBatch:          1,
	}
}
