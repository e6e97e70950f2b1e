package conformance

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
