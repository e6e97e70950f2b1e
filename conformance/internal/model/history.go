package model

import (
	"slices"
	"time"
)

// ending is how a Job ends if no deadline comes in between.
type ending int

const (
	completes ending = iota // COMP-1, COMP-3
	exceeds                 // BL-1, ONF-3
	lingers                 // never ends
)

// pod is a pod that is created, or may be. Times count from the Job's start.
type pod struct {
	life
	// created and ended are between these.
	createdLo, createdHi time.Duration
	endLo, endHi         time.Duration
}

// history is what happens to a Job without a deadline.
type history struct {
	*task
	ending ending
	// tripped tells that restarts in place can make the Job fail, with fewer failed pods than the limit.
	tripped bool
	// pods are all that may ever be created, in order; the first sure of them are created in any case, unless the Job
	// ends before.
	pods []pod
	sure int
	// decidableLo and decidableHi are between when the end can be known.
	decidableLo, decidableHi time.Duration
}

// succeeded and failed count the pods that end so among the first n.
func (h *history) succeeded(n int) int {
	return h.count(n, func(p *pod) bool { return p.end < never && p.ok })
}

func (h *history) failed(n int) int {
	return h.count(n, func(p *pod) bool { return p.end < never && !p.ok })
}

func (h *history) count(n int, is func(*pod) bool) int {
	found := 0
	for i := range h.pods[:n] {
		if is(&h.pods[i]) {
			found++
		}
	}
	return found
}

// history works out how the Job ends; false if that is not certain.
func (t *task) history() (*history, bool) {
	h := &history{task: t}
	if !h.enumerate() {
		return nil, false
	}
	h.schedule()
	if !h.classify() {
		return nil, false
	}
	if h.ending == exceeds {
		h.decidableLo, h.decidableHi = h.limitExceeded()
	}
	if t.onFailure && !h.restarted() {
		return nil, false
	}
	if h.ending == completes {
		h.decidableLo, h.decidableHi = h.completed()
	}
	h.decidableLo, h.decidableHi = max(h.decidableLo, h.notBeforeLo), max(h.decidableHi, h.notBeforeHi)
	return h, true
}

// enumerate lists the pods that may be created, as far as the limit is not exceeded before, and how many of them are
// in any case: all, but for a work queue, where one success is enough (COMP-4).
func (h *history) enumerate() bool {
	for !h.full(h.failed(len(h.pods))) && h.failed(len(h.pods)) <= h.limit {
		if !h.another() {
			return false
		}
	}
	h.sure = len(h.pods)
	if first := h.firstSuccess(); h.workQueue && first >= 0 {
		h.sure = max(min(h.parallelism, h.sure), first+1)
	}
	return true
}

// full reports whether no pod is created after those that are listed, if so many have failed and all that succeed have:
// as many as parallelism are active, or as many as completions are active or have succeeded (PAR-1, COMP-9). In a work
// queue a success makes no room.
func (h *history) full(failed int) bool {
	kept := len(h.pods) - failed
	if h.workQueue {
		return kept >= h.parallelism
	}
	return kept >= h.completions || kept-h.succeeded(len(h.pods)) >= h.parallelism
}

// another lists one more pod; false if there are too many, or if its script is more than the model knows.
func (h *history) another() bool {
	m := len(h.pods)
	l, ok := lifeOf(h.spec, &h.scripts[min(m, len(h.scripts)-1)])
	h.pods = append(h.pods, pod{life: l})
	return ok && m < mostPods
}

func (h *history) firstSuccess() int {
	return slices.IndexFunc(h.pods, func(p pod) bool { return p.end < never && p.ok })
}

// classify tells how the Job ends by the number of successes and failures alone; false if that depends on more.
func (h *history) classify() bool {
	most := len(h.pods)
	switch {
	case h.failed(h.sure) > h.limit:
		h.ending = exceeds
		for !h.full(min(h.failed(len(h.pods)), h.allowed)) { // pods that may exist beside those that make the Job fail
			if !h.another() {
				return false
			}
		}
		h.schedule()
		return true
	case h.failed(most) > h.limit:
		return false
	case h.endless(h.sure) > 0 || h.workQueue && h.firstSuccess() < 0 || h.parallelism == 0 && h.completions > 0:
		h.ending = lingers
		return h.sure == most
	}
	h.ending = completes
	return h.endless(most) == 0
}

func (h *history) endless(n int) int { return h.count(n, func(p *pod) bool { return p.end >= never }) }
