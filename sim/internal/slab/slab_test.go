package slab_test

import (
	"testing"

	. "github.com/onsi/gomega"

	"github.com/jobsim/jobsim/sim/internal/slab"
)

func TestValuesAreZeroAndDistinct(t *testing.T) {
	g := NewWithT(t)
	var s slab.Slab[int]
	seen := map[*int]bool{}
	for range 1000 {
		p := s.New()
		g.Expect(*p).To(BeZero())
		*p = 1
		seen[p] = true
	}
	g.Expect(seen).To(HaveLen(1000))
}
