package kubelet

import "time"

const (
	// crashLoopInitial and crashLoopMax are what a kubelet waits before restarts unless it is configured (KUB-1, KUB-6).
	crashLoopInitial = 10 * time.Second
	crashLoopMax     = 300 * time.Second
	// crashLoopForgiven is how long after its start a run must have ended to be taken for a healthy one (KUB-3).
	crashLoopForgiven = 600 * time.Second
)

// orDefault fills in what is not set. A maximum below the initial wait is the initial wait too (KUB-6).
func (b BackOff) orDefault() BackOff {
	if b.Max <= 0 {
		b.Max = crashLoopMax
	}
	if b.Initial <= 0 {
		b.Initial = crashLoopInitial
	}
	b.Initial = min(b.Initial, b.Max)
	return b
}

// crashLoop is the back-off of one container. Its first restart is immediate (KUB-1).
type crashLoop struct {
	wait    time.Duration // before the next restart; zero while the container has not been restarted
	decided time.Duration // when the last restart was decided
}

// due is when a container whose run ended at finished may be restarted: the wait counts from the end of the run, not
// from its start (KUB-2).
func (l *crashLoop) due(finished time.Duration) time.Duration {
	if l.forgiven(finished) {
		return finished
	}
	return finished + l.wait
}

// restarted takes note of a restart that is decided now, after a run that ended at finished.
func (l *crashLoop) restarted(now, finished time.Duration, o BackOff) {
	if l.wait == 0 || l.forgiven(finished) {
		l.wait = o.Initial
	} else {
		l.wait = min(2*l.wait, o.Max)
	}
	l.decided = now
}

// forgiven tells whether a run lasted long enough to start over; one of exactly 600 s did not (KUB-3).
func (l *crashLoop) forgiven(finished time.Duration) bool {
	return l.wait > 0 && finished-l.decided > crashLoopForgiven
}
