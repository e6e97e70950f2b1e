// Package slab makes values in blocks.
package slab

// Slab makes values of one type in blocks that grow: a run makes thousands of some types and keeps them to its end, and
// one block of them costs much less than as many allocations. A block stays as long as any value of it is in use.
//
// The zero value is ready for use.
type Slab[T any] struct {
	free []T
	made int
}

// The sizes of the smallest and of the largest block, which are a quarter of what has been made before, so that a run
// of few pods does not pay for many.
const (
	least = 2
	most  = 64
)

// Reserve makes a block of n values, unless so many are left.
func (s *Slab[T]) Reserve(n int) {
	if len(s.free) < n {
		s.free = make([]T, n)
		s.made += n
	}
}

// New returns a zero value.
func (s *Slab[T]) New() *T {
	if len(s.free) == 0 {
		s.Reserve(min(max(s.made/4, least), most))
	}
	p := &s.free[0]
	s.free = s.free[1:]
	return p
}
