package differential

import "math/rand/v2"

// source is where a case takes its choices from. Case n of a seed makes the same choices in every run.
type source struct{ *rand.Rand }

func sourceOf(seed, n uint64) source { return source{rand.New(rand.NewPCG(seed, n))} }

// chance is true once in n times.
func (s source) chance(n int) bool { return s.IntN(n) == 0 }

func pick[T any](s source, from ...T) T { return from[s.IntN(len(from))] }

// maybe is a pointer to one of the values, or nil.
func maybe[T any](s source, from ...T) *T {
	if i := s.IntN(len(from) + 1); i < len(from) {
		return &from[i]
	}
	return nil
}

// count is a value for a number of things: small, negative, or near a bound of the API.
func (s source) count() *int32 {
	return maybe[int32](s, 0, 1, 2, 3, 5, -1, 10, 9_999, 10_000, 10_001, 99_999, 100_000, 100_001, 1<<31-1, -1<<31)
}

// smallCount is one that Jobs really have.
func (s source) smallCount() *int32 { return maybe[int32](s, 0, 1, 2, 3, 5, 10) }

// seconds is a duration of the API.
func (s source) seconds() *int64 { return maybe[int64](s, 0, 1, 10, 3600, -1, 1<<31, 1<<63-1) }
