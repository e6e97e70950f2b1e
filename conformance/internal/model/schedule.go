package model

import (
	"slices"
	"time"
)

// schedule works out between when each pod is created and ends. Everything counts from the Job's start.
func (h *history) schedule() {
	seen := never // by when a success of a work queue is known: after that no pod is created
	for i := range h.pods {
		p := &h.pods[i]
		p.createdLo, p.createdHi = h.creation(i)
		if h.workQueue && i >= h.sure {
			if p.createdHi = seen; p.createdLo > seen {
				h.pods = h.pods[:i]
				return
			}
		}
		p.endLo, p.endHi = after(p.createdLo, p.end), after(p.createdHi, p.end)
		if h.workQueue && p.ok && p.end < never {
			seen = min(seen, after(p.endHi, h.reaction))
		}
	}
}

// after is a sum that stays never.
func after(t, d time.Duration) time.Duration {
	if t >= never || d >= never {
		return never
	}
	return t + d
}

// creation is between when the pod with an index is created, given those before it: when enough of them have made room
// for it, and at the latest when no back-off can be left either (BO-1, BO-6).
func (h *history) creation(i int) (earliest, latest time.Duration) {
	before := h.pods[:i]
	room := func(end func(*pod) time.Duration) time.Duration {
		failed := kth(before, i+1-min(h.completions, noCompletions), end, func(p *pod) bool { return !p.ok })
		if h.workQueue {
			return kth(before, i+1-h.parallelism, end, func(p *pod) bool { return !p.ok })
		}
		return max(failed, kth(before, i+1-h.parallelism, end, func(*pod) bool { return true }))
	}
	earliest = room(func(p *pod) time.Duration { return p.endLo })
	latest = room(func(p *pod) time.Duration { return p.endHi })
	failures := 0
	last := time.Duration(0)
	for j := range before {
		if p := &before[j]; !p.ok && p.end < never {
			failures++
			last = max(last, p.endHi)
		}
	}
	if i >= min(h.parallelism, h.completions) && failures > 0 {
		latest = max(latest, after(last, backoff(failures)))
	}
	return earliest, after(latest, h.reaction)
}

// kth is when k of the pods that count have ended; at once if none needs to.
func kth(pods []pod, k int, end func(*pod) time.Duration, counts func(*pod) bool) time.Duration {
	if k <= 0 {
		return 0
	}
	var ends []time.Duration
	for i := range pods {
		if p := &pods[i]; p.end < never && counts(p) {
			ends = append(ends, end(p))
		}
	}
	if len(ends) < k {
		return never
	}
	slices.Sort(ends)
	return ends[k-1]
}

// backoff is the wait after the n-th failure without a success (BO-1).
func backoff(n int) time.Duration {
	d := 10 * time.Second
	for ; n > 1 && d < 10*time.Minute; n-- {
		d *= 2
	}
	return min(d, 10*time.Minute)
}

// completed is between when the last pod has ended.
func (h *history) completed() (earliest, latest time.Duration) {
	for i := range h.pods {
		if i < h.sure {
			earliest = max(earliest, h.pods[i].endLo)
		}
		latest = max(latest, h.pods[i].endHi)
	}
	return earliest, latest
}

// limitExceeded is between when one pod too many has failed.
func (h *history) limitExceeded() (earliest, latest time.Duration) {
	earliest = kth(h.pods, h.limit+1, func(p *pod) time.Duration { return p.endLo }, func(p *pod) bool { return !p.ok })
	for n := range h.pods {
		if h.failed(n+1) > h.limit { // these are created in any case
			latest = kth(h.pods[:n+1], h.limit+1, func(p *pod) time.Duration { return p.endHi },
				func(p *pod) bool { return !p.ok })
			break
		}
	}
	return earliest, latest
}

// restarted takes restarts in place into account (ONF-3): whether they make the Job fail, and when. It reports false if
// that is not certain.
func (h *history) restarted() bool {
	enough := max(h.limit, 1)
	if enough > mostRestarts {
		return false
	}
	var totals []int
	var times []time.Duration
	for i := range h.pods {
		p := &h.pods[i]
		totals = append(totals, len(p.restarts))
		for _, r := range p.restarts {
			times = append(times, after(p.createdLo, r))
		}
	}
	slices.Sort(totals)
	sum := 0
	for _, n := range totals[max(0, len(totals)-h.parallelism):] { // no more are there at once
		sum += n
	}
	if sum < enough {
		return true
	}
	h.tripped = true
	slices.Sort(times)
	latest := never
	for i := range h.pods[:h.sure] {
		p := &h.pods[i]
		if len(p.restarts) < enough {
			continue
		}
		trips := after(p.createdHi, p.restarts[enough-1])
		stays := after(p.restarts[enough-1], h.reaction) < p.end
		if h.notBeforeHi > 0 {
			trips = max(trips, h.notBeforeHi)
			stays = after(trips, h.reaction) < p.endLo
		}
		if stays {
			latest = min(latest, trips)
		}
	}
	if latest == never {
		return false // the pod may have ended before anybody looks (ONF-10), or the sum depends on who is there at once
	}
	earliest := times[enough-1]
	if h.ending == exceeds {
		earliest, latest = min(earliest, h.decidableLo), min(latest, h.decidableHi)
	}
	h.ending, h.decidableLo, h.decidableHi = exceeds, earliest, latest
	return true
}
