package trace

import (
	"testing"
	"time"

	"github.com/onsi/gomega"
	"pgregory.net/rapid"
)

func TestAxisGivesLabelsRoom(t *testing.T) {
	g := gomega.NewWithT(t)
	a := newAxis(map[time.Duration]int{0: 2, time.Second: 2, time.Minute: 2}, 40, 1)
	g.Expect(a.layout(20, []demand{{from: 0, to: 1, cells: 6}}, nil)).To(gomega.BeTrue())
	g.Expect(a.bands).To(gomega.HaveLen(1))
	columns := a.bands[0].columns
	g.Expect(columns[1]).To(gomega.BeNumerically(">=", 6), "the label's wish is granted")
	g.Expect(columns[2]-columns[1]).To(gomega.BeNumerically(">", columns[1]), "the longer interval gets the rest")
	g.Expect(columns[3]).To(gomega.Equal(20), "the whole width is used")
	g.Expect(a.index(30 * time.Second)).To(gomega.Equal(1))
	g.Expect(a.index(-time.Second)).To(gomega.Equal(0))
}

func TestAxisGoesOnInBands(t *testing.T) {
	g := gomega.NewWithT(t)
	weights := map[time.Duration]int{}
	for i := range 30 {
		weights[time.Duration(i)*time.Second] = 2
	}
	a := newAxis(weights, 100, 4)
	g.Expect(a.layout(20, nil, nil)).To(gomega.BeTrue())
	g.Expect(a.bands).To(gomega.HaveLen(2))
	g.Expect(a.bands[1].first).To(gomega.Equal(15), "bands are even")
}

func TestAxisMergesWhatMattersLeast(t *testing.T) {
	g := gomega.NewWithT(t)
	weights := map[time.Duration]int{}
	for i := range 100 {
		weights[time.Duration(i)*time.Second] = 1
	}
	weights[50*time.Second] = 3
	a := newAxis(weights, 20, 1)
	g.Expect(len(a.instants)).To(gomega.BeNumerically("<=", 20))
	g.Expect(a.instants[a.index(50*time.Second)].at).To(gomega.Equal(50 * time.Second))
	g.Expect(a.within).To(gomega.BeNumerically(">", time.Second))
}

func TestAxisOfAnyTimes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		weights := map[time.Duration]int{}
		for range rapid.IntRange(1, 200).Draw(t, "instants") {
			at := time.Duration(rapid.Int64Range(0, int64(1<<62)>>rapid.UintRange(0, 60).Draw(t, "scale")).Draw(t, "at"))
			weights[at] = rapid.IntRange(1, 3).Draw(t, "weight")
		}
		width, bands := rapid.IntRange(21, 150).Draw(t, "width"), rapid.IntRange(1, 4).Draw(t, "bands")
		a := newAxis(weights, max(width*bands/3, 1), bands)
		a.layout(width, nil, a.ticks())
		if len(a.bands) > bands {
			t.Fatalf("%d bands, at most %d were allowed", len(a.bands), bands)
		}
		next := 0
		for i := range a.bands {
			b := &a.bands[i]
			if b.first != next {
				t.Fatalf("band %d begins with instant %d, expected %d", i, b.first, next)
			}
			next = b.last + 1
			for k := 1; k < len(b.columns); k++ {
				if b.columns[k] <= b.columns[k-1] {
					t.Fatalf("columns do not increase: %v", b.columns)
				}
			}
			if b.width() > width {
				t.Fatalf("%d cells, not %d", b.width(), width)
			}
		}
		if next != len(a.instants) {
			t.Fatalf("%d of %d instants are in a band", next, len(a.instants))
		}
	})
}
