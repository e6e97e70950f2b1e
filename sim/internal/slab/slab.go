// Package slab makes values in blocks.
package slab

// Slab makes values of one type in blocks that grow: a run makes thousands of some types and keeps them to its end, and
// one block of them costs much less than as many allocations. A block stays as long as any value of it is in use.
//
// The zero value is ready for use.
type Slab[T any] struct {
	free []T
	size int
}

// The sizes of the first block, so that a run of one pod does not pay for many, and of the largest.
const (
	first = 2
	most  = 64
)

// Reserve makes a first block of n values.
func (s *Slab[T]) Reserve(n int) {
	if len(s.free) < n {
		s.free = make([]T, n)
	}
}

// New returns a zero value.
func (s *Slab[T]) New() *T {
	if len(s.free) == 0 {
		s.size = min(max(2*s.size, first), most)
		s.free = make([]T, s.size)
	}
	p := &s.free[0]
	s.free = s.free[1:]
	return p
}
