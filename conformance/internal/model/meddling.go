package model

import (
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/jobsim/jobsim/sim"
)

// meddling is what users may do to a Job while it runs, as bounds: whether each thing happens in time is left open.
type meddling struct {
	sizes       Range // completions; noCompletions of a work queue
	parallelism Range
	limit       Range
	mostFailed  Range // noLimit if there may be none
	// soonest and latest are the deadlines that the Job may have, and unbounded tells that it may have none.
	soonest, latest time.Duration
	unbounded       bool
	// taken is how many pods may be taken away so that they count neither way (BL-4), and harmed how many may be made to end
	// otherwise than they would.
	taken, harmed int
	// interrupted tells that it may be suspended, and sleeps that it may stay so; idles that it may stay without pods.
	interrupted, sleeps, idles bool
	// resized tells that completions may change.
	resized bool
}

func newMeddling(s *sim.Scenario) (*meddling, gap) {
	spec := &s.Jobs[0].Spec
	exactly := func(n int) Range { return Range{n, n} }
	m := &meddling{parallelism: exactly(int(*orElse(spec.Parallelism, 1))), limit: exactly(int(*orElse(spec.BackoffLimit, 6))), soonest: never}
	switch {
	case spec.Completions != nil:
		m.sizes = exactly(int(*spec.Completions))
	case spec.Parallelism == nil:
		m.sizes = exactly(1)
	default:
		m.sizes = exactly(noCompletions)
	}
	if spec.BackoffLimitPerIndex != nil && spec.BackoffLimit == nil {
		m.limit = exactly(noLimit) // DEF-4
	}
	m.mostFailed = exactly(int(*orElse(spec.MaxFailedIndexes, noLimit)))
	m.setDeadline(spec.ActiveDeadlineSeconds)
	asleep := spec.Suspend != nil && *spec.Suspend
	m.interrupted = asleep
	if why := m.measure(s); why != "" {
		return nil, why
	}
	for i := range s.Actions {
		a := &s.Actions[i]
		if why := m.act(s, i); why != "" {
			return nil, why
		}
		asleep = asleep && !(a.Suspend != nil && !*a.Suspend && a.After == nil && a.At > 0) // at 0 there may be no Job yet
	}
	m.sleeps = m.sleeps || asleep
	m.idles = m.parallelism.Least == 0
	return m, ""
}

func (m *meddling) setDeadline(seconds *int64) {
	if seconds == nil {
		m.unbounded = true
		return
	}
	d := time.Duration(*seconds) * time.Second
	m.soonest, m.latest = min(m.soonest, d), max(m.latest, d)
}

func (r *Range) widen(n int) { r.Least, r.Most = min(r.Least, n), max(r.Most, n) }

// act takes in one action.
func (m *meddling) act(s *sim.Scenario, i int) gap {
	a := &s.Actions[i]
	switch {
	case afterTheEnd(a), harmless(a):
	case a.Delete != nil:
		return "the Job is deleted"
	case a.Create != nil:
		return "another Job is created"
	case a.Scale != nil:
		m.scale(a.Scale)
	case a.Suspend != nil:
		m.suspend(s, i)
	case a.Pod != nil:
		return m.touch(a)
	case a.Patch != nil:
		return m.edit(s, i)
	default:
		return "an unknown action"
	}
	return ""
}

// measure takes in between which sizes the Job may be: when what happens is open, so it may be the largest at any time.
func (m *meddling) measure(s *sim.Scenario) gap {
	alone := false
	for i := range s.Actions {
		scale := s.Actions[i].Scale
		if scale == nil || afterTheEnd(&s.Actions[i]) {
			continue
		}
		if p := scale.Parallelism; p != nil {
			m.parallelism.widen(int(*p))
		}
		if n := scale.Completions; n != nil {
			m.sizes.widen(int(*n))
			m.resized = true
		}
		alone = alone || scale.Completions == nil || scale.Parallelism == nil
	}
	switch {
	case m.resized && alone:
		return "resized, and scaled alone" // maybe no status can be stored any more (EIJ-2)
	case m.resized && s.Jobs[0].Spec.BackoffLimitPerIndex != nil:
		return "resized, with limits of its indexes"
	}
	return ""
}

// scale takes in how many pods a new size may take away.
func (m *meddling) scale(scale *sim.Scale) {
	if p := scale.Parallelism; p != nil {
		m.taken += m.parallelism.Most - int(*p)
	}
	if n := scale.Completions; n != nil {
		m.taken += m.sizes.Most - int(*n)
	}
}

// suspend takes in that the Job is suspended. It stays so unless it is surely resumed after that: at one instant it may be
// the other way round.
func (m *meddling) suspend(s *sim.Scenario, i int) {
	a := &s.Actions[i]
	if !*a.Suspend {
		return
	}
	m.taken += m.parallelism.Most
	m.interrupted = true
	m.sleeps = m.sleeps || !slices.ContainsFunc(s.Actions[i+1:], func(next sim.Action) bool {
		return next.Suspend != nil && !*next.Suspend && next.At > a.At && next.After == a.After
	})
}

// touch takes in what is done to a pod.
func (m *meddling) touch(a *sim.Action) gap {
	p := a.Pod
	ended := a.After != nil && a.After.Pod == p.Pod && (a.After.Phase == corev1.PodSucceeded || a.After.Phase == corev1.PodFailed)
	switch {
	case p.Patch != nil:
		return "a pod changes hands, or its index"
	case p.RemoveFinalizer != "":
		m.harmed++
	case ended && p.Delete != nil: // it counts as what it has ended as (COMP-13)
	case p.RemoveLabel != "":
		m.taken++
	default:
		m.harmed++
	}
	return ""
}

// edit takes in a patch of the Job.
func (m *meddling) edit(s *sim.Scenario, i int) (why gap) {
	a := &s.Actions[i]
	eachField(a.Patch, func(field string, value any) {
		number, isNumber := value.(float64)
		switch field {
		case "metadata.labels", "metadata.annotations", "status.conditions", "spec.podReplacementPolicy", "spec.template",
			"spec.ttlSecondsAfterFinished":
		case "spec.backoffLimit":
			m.limit.widen(int(number))
			if !isNumber {
				m.limit.widen(6) // DEF-4
				m.limit.widen(noLimit)
			}
		case "spec.activeDeadlineSeconds":
			seconds := int64(number)
			if !isNumber {
				m.unbounded = true
				return
			}
			m.setDeadline(&seconds)
		case "spec.maxFailedIndexes":
			m.mostFailed.widen(int(number))
			if !isNumber {
				m.mostFailed.widen(noLimit)
			}
		case "spec.suspend":
			if suspends, _ := value.(bool); suspends {
				why = "suspended by a patch"
			}
		default:
			why = "an unknown edit"
		}
	})
	return why
}

func editsTTL(a *sim.Action) (edits bool) {
	eachField(a.Patch, func(field string, _ any) { edits = edits || field == "spec.ttlSecondsAfterFinished" })
	return edits
}
