package conformance

import (
	"testing"

	. "github.com/onsi/gomega"
)

func TestIndexSets(t *testing.T) { // STAT-10
	g := NewWithT(t)
	for _, text := range []string{"", "0", "0,1", "0-2", "0,2,3,5-9", "1000-2147483647"} {
		set, ok := parseIndexes(text)
		g.Expect(ok).To(BeTrue(), text)
		g.Expect(set.String()).To(Equal(text))
	}
	for text, canonical := range map[string]string{"0-1": "0,1", "0,1,2": "0-2", "3-3": "3", "0-2,3": "0-3", "0,1-2": "0-2"} {
		set, ok := parseIndexes(text)
		g.Expect(ok).To(BeTrue(), text)
		g.Expect(set.String()).To(Equal(canonical), text)
	}
	for _, text := range []string{"1,0", "1,1", "2-0", "-1", "1,", ",", "a", "0-2-4", "99999999999", " 1"} {
		_, ok := parseIndexes(text)
		g.Expect(ok).To(BeFalse(), text)
	}
	set, _ := parseIndexes("0,2-4,7")
	for index, want := range map[int]bool{-1: false, 0: true, 1: false, 2: true, 3: true, 4: true, 5: false, 7: true, 8: false} {
		g.Expect(set.has(index)).To(Equal(want), "%d", index)
	}
	g.Expect(set.count()).To(Equal(5))
	g.Expect(set.countBelow(4)).To(Equal(3), "below 4")
	g.Expect(set.most()).To(Equal(7))
	g.Expect(set.below(4).String()).To(Equal("0,2,3"))
	g.Expect(set.below(8).String()).To(Equal("0,2-4,7"))
	g.Expect(set.with([]int{1, 3, 6, 9}).String()).To(Equal("0-4,6,7,9"))
	g.Expect(indexSet(nil).with([]int{0, 1}).String()).To(Equal("0,1"))
	g.Expect(set.countIn(indexSet{{3, 7}})).To(Equal(3))
	g.Expect(indexSet(nil).most()).To(Equal(noIndex))
	for other, want := range map[string]int{"1,3": 3, "7": 7, "1,5,6": noIndex, "": noIndex, "0-9": 0} {
		others, _ := parseIndexes(other)
		if index, ok := set.common(others); ok {
			g.Expect(index).To(Equal(want), other)
		} else {
			g.Expect(want).To(Equal(noIndex), other)
		}
	}
}
