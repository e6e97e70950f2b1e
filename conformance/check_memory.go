package conformance

import "slices"

// perJob and perPod are what a check remembers of each Job and of each pod; the zero value remembers nothing.
type (
	perJob[T any] struct{ all []T }
	perPod[T any] struct{ all []T }
)

// of returns what is remembered of a Job, to be read or changed.
func (m *perJob[T]) of(j *jobState) *T { return at(&m.all, j.number, len(j.view.jobs)) }

// of returns what is remembered of a pod.
func (m *perPod[T]) of(p *podState) *T { return at(&m.all, p.number, len(p.view.pods)) }

// at returns an element of a slice that has n elements in the end.
func at[T any](all *[]T, i, n int) *T {
	if i >= len(*all) {
		*all = append(*all, make([]T, n-len(*all))...)
	}
	return &(*all)[i]
}

// perEvaluation is what a check remembers of each evaluation under way. Those of a program's workers mingle at one instant.
type perEvaluation[T any] struct {
	in  []evaluation
	all []T
}

// of returns what is remembered of an evaluation. What was of those at an earlier instant, or in an earlier call of a
// reconcile function, is forgotten.
func (m *perEvaluation[T]) of(e evaluation) *T {
	if len(m.in) > 0 && m.in[0].began != e.began {
		m.forget()
	}
	i := slices.Index(m.in, e)
	if i < 0 {
		var none T
		i, m.in, m.all = len(m.in), append(m.in, e), append(m.all, none)
	}
	return &m.all[i]
}

func (m *perEvaluation[T]) forget() { m.in, m.all = m.in[:0], m.all[:0] }
