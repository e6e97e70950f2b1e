package model

import (
	"time"

	batchv1 "k8s.io/api/batch/v1"
)

// outcome brings in the deadline. Its instant is that of the stored startTime, which is cut to the second (TIME-0), so
// it may be up to a second early.
func (h *history) outcome() (Prediction, bool) {
	limit, deadline := batchv1.JobReasonBackoffLimitExceeded, batchv1.JobReasonDeadlineExceeded
	sooner := max(after(h.deadline, -time.Second), h.notBeforeLo)
	h.deadline = max(h.deadline, h.notBeforeHi)
	late := after(h.deadline, h.reaction)
	known := after(h.decidableHi, h.reaction) // by when the end has been noticed
	switch {
	case h.deadline == 0: // no pod is ever created (ADS-9)
		return h.killed(h.deadline, sooner, h.deadline, deadline)
	case h.ending == lingers && h.deadline >= never:
		return h.rest()
	case h.ending == lingers:
		return h.killed(h.deadline, sooner, h.deadline, deadline)
	case known <= sooner && h.ending == completes:
		return h.complete(), true
	case known <= sooner:
		return h.killed(h.decidableLo, h.decidableLo, h.decidableHi, limit)
	case h.ending == completes && h.decidableLo >= h.deadline: // whoever sees both sees a Job that fails (ADS-7)
		return h.killed(h.deadline, sooner, h.deadline, deadline)
	case h.ending == completes: // who is slow meets the deadline
		p := h.complete()
		fails, ok := h.killed(h.deadline, sooner, h.deadline, deadline)
		p.Or = &fails
		return p, ok
	case h.decidableLo > late:
		return h.killed(h.deadline, sooner, h.deadline, deadline)
	}
	return h.killed(min(h.deadline, h.decidableLo), min(sooner, h.decidableLo), min(h.deadline, h.decidableHi), limit, deadline)
}

// rest is a Job that comes to nothing.
func (h *history) rest() (Prediction, bool) {
	n := len(h.pods)
	s, f := h.succeeded(n), h.failed(n)
	return Prediction{Succeeded: Range{s, s}, Failed: Range{f, f}, Pods: Range{n, n}}, true
}

// complete is a Job all of whose pods end by themselves.
func (h *history) complete() Prediction {
	n := len(h.pods)
	return Prediction{
		Condition: batchv1.JobComplete, Reasons: []string{batchv1.JobReasonCompletionsReached},
		Earliest: after(h.begins, h.decidableLo), Latest: h.begins + h.decidableHi + 2*h.reaction,
		Succeeded: Range{h.succeeded(h.sure), h.succeeded(n)}, Failed: Range{h.failed(h.sure), h.failed(n)},
		Pods: Range{h.sure, n}, AllCounted: true,
	}
}

// killed is a Job that fails when something can be known between two times since its start: what is still active then
// counts as failed (BL-7, ADS-3). Begun is the first of these times for a Job that starts at a full second.
func (h *history) killed(begun, earliest, latest time.Duration, reasons ...string) (Prediction, bool) {
	noticed := after(latest, h.reaction)
	var pods, succeeded Range
	var stop time.Duration
	for i := range h.pods {
		p := &h.pods[i]
		if i < h.sure && p.createdHi < earliest {
			pods.Least = i + 1
		}
		if p.createdLo > noticed || h.deadline < never && p.createdLo >= h.deadline {
			continue
		}
		if p.lost && p.endHi >= earliest {
			return Prediction{}, false
		}
		pods.Most = i + 1
		if i < h.sure && p.end < never && p.ok && p.endHi < earliest {
			succeeded.Least++
		}
		if p.end < never && p.ok && p.endLo <= noticed || p.mayStopWell {
			succeeded.Most++
		}
		if p.endHi >= earliest {
			stop = max(stop, p.stop)
		}
	}
	byLimit := len(reasons) == 1 && reasons[0] == batchv1.JobReasonBackoffLimitExceeded
	if byLimit && !h.tripped {
		h.sharpen(&pods, &succeeded)
	}
	failed := Range{max(0, pods.Least-succeeded.Most), max(0, pods.Most-succeeded.Least)}
	if byLimit && !h.tripped {
		failed.Least = max(failed.Least, h.limit+1) // BL-8
	}
	p := Prediction{
		Condition: batchv1.JobFailed, Reasons: reasons,
		Earliest: h.begins.Truncate(time.Second) + begun, Latest: h.begins + latest + stop + 3*h.reaction,
		Succeeded: succeeded, Failed: failed, Pods: pods, AllCounted: true,
	}
	if byLimit {
		p.Earliest = h.begins + begun
	} else if pods.Most > h.limit {
		p.Hindered = []string{batchv1.JobReasonBackoffLimitExceeded}
	}
	return p, true
}

// sharpen uses what counting alone tells of a Job that fails by its limit: pods that run one at a time end in order.
func (h *history) sharpen(pods, succeeded *Range) {
	for n := range h.pods {
		if h.failed(n+1) > h.limit {
			pods.Least = max(pods.Least, n+1)
			if min(h.parallelism, h.completions) == 1 && h.allowed == h.limit {
				*pods, *succeeded = Range{n + 1, n + 1}, Range{h.succeeded(n + 1), h.succeeded(n + 1)}
			}
			return
		}
	}
}
