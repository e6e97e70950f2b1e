package fakes

import (
	"slices"
	"testing"

	. "github.com/onsi/gomega"
	"pgregory.net/rapid"
)

func TestParseIndexes(t *testing.T) { // STAT-10
	for text, want := range map[string]IndexSet{
		"":                       nil,
		"0":                      {{0, 0}},
		"0,1":                    {{0, 1}},
		"1,3-5":                  {{1, 1}, {3, 5}},
		"1-2,3":                  {{1, 3}},
		"7,9-12,15":              {{7, 7}, {9, 9}}, // only 10 completions
		"3-":                     nil,
		"-3":                     nil,
		"x,4":                    {{4, 4}},
		"4-x,6":                  {{6, 6}},
		"5-2,8":                  {{8, 8}},
		"1-2-3,6":                {{6, 6}},
		"99999999999999999999,2": {{2, 2}},
		"5,1,3-4":                {{1, 1}, {3, 5}},
		"0-6,2-3":                {{0, 6}},
		",,2":                    {{2, 2}},
		"9-2147483647":           {{9, 9}},
	} {
		NewWithT(t).Expect(ParseIndexes(text, 10)).To(Equal(want), text)
	}
	NewWithT(t).Expect(ParseIndexes("0-5", 0)).To(BeEmpty())
}

func TestIndexSetFormat(t *testing.T) { // STAT-10
	for want, indexes := range map[string][]int32{
		"": nil, "4": {4}, "0,1": {1, 0}, "0-2": {0, 1, 2}, "1,3-5,9,10": {1, 3, 4, 5, 9, 10},
	} {
		NewWithT(t).Expect(indexesOf(indexes).String()).To(Equal(want))
	}
}

// drawn is a set, and the same as a map.
func drawn(t *rapid.T, name string) (IndexSet, map[int32]bool) {
	members := map[int32]bool{}
	list := rapid.SliceOfN(rapid.Int32Range(0, 29), 0, 40).Draw(t, name)
	for _, index := range list {
		members[index] = true
	}
	return indexesOf(list), members
}

func TestIndexSetIsASet(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, inA := drawn(t, "a")
		b, inB := drawn(t, "b")
		completions := rapid.Int32Range(0, 30).Draw(t, "completions")
		n := rapid.IntRange(0, 35).Draw(t, "n")
		union, text := a.Union(b), a.String()
		var missing []int32
		count, both, inUnion := int32(0), int32(0), int32(0)
		for index := range int32(30) {
			if a.Has(index) != inA[index] || union.Has(index) != (inA[index] || inB[index]) {
				t.Fatalf("index %d: expected %v in a and %v in b, got %s and %s", index, inA[index], inB[index], a, union)
			}
			if inA[index] {
				count++
			}
			if inA[index] && inB[index] {
				both++
			}
			if union.Has(index) {
				inUnion++
			}
			if !inA[index] && index < completions && len(missing) < n {
				missing = append(missing, index)
			}
		}
		if a.Count() != count || union.Count() != inUnion || a.CountIn(b) != both || b.CountIn(a) != both {
			t.Fatalf("expected %d, %d, %d indexes, got %d, %d, %d", count, inUnion, both, a.Count(), union.Count(), a.CountIn(b))
		}
		if got := a.Missing(n, completions); !slices.Equal(got, missing) {
			t.Fatalf("expected %v to be missing in %s, got %v", missing, a, got)
		}
		if got := ParseIndexes(text, 30); !slices.Equal(got, a) {
			t.Fatalf("expected %q to be read as it was written, got %s", text, got)
		}
	})
}

func TestLargestIndexes(t *testing.T) {
	g := NewWithT(t)
	all := ParseIndexes("0-2147483646", 2147483647)
	g.Expect(all.Count()).To(BeEquivalentTo(2147483647))
	g.Expect(all.Missing(1, 2147483647)).To(BeEmpty())
	g.Expect(all.Union(indexesOf([]int32{2147483646, 2147483647})).String()).To(Equal("0-2147483647"))
	g.Expect(indexesOf([]int32{1 << 30}).Missing(2, 2147483647)).To(Equal([]int32{0, 1}))
}

func FuzzParseIndexes(f *testing.F) {
	for _, seed := range []string{"", "0", "1,3-5", "5-2", "-1", "9-,x", "3,1,2", "2147483647", "0-2147483646"} {
		f.Add(seed, int32(10))
	}
	f.Fuzz(func(t *testing.T, text string, completions int32) {
		set := ParseIndexes(text, completions)
		for i, run := range set {
			if run.First < 0 || run.First > run.Last || run.Last >= completions {
				t.Fatalf("expected indexes from 0 to below %d, got %d-%d in %q", completions, run.First, run.Last, text)
			}
			if i > 0 && int64(run.First) <= int64(set[i-1].Last)+1 {
				t.Fatalf("expected increasing runs with gaps, got %s of %q", set, text)
			}
		}
		if again := ParseIndexes(set.String(), completions); !slices.Equal(again, set) {
			t.Fatalf("expected %s to stay the same, got %s", set, again)
		}
	})
}
