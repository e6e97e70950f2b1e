package event

import (
	"testing"

	"github.com/onsi/gomega"
	"pgregory.net/rapid"
)

func choices(c Chooser, sizes []int) []int {
	var made []int
	for _, n := range sizes {
		made = append(made, c.Choose("test", n))
	}
	return made
}

func TestFixedIsCalm(t *testing.T) {
	g := gomega.NewWithT(t)
	g.Expect(choices(Fixed{}, []int{2, 5, 1000})).To(gomega.Equal([]int{0, 0, 0}))
}

func TestSeededIsAFunctionOfItsSeed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := gomega.NewWithT(t)
		seed := rapid.Uint64().Draw(t, "seed")
		sizes := rapid.SliceOf(rapid.IntRange(2, 100)).Draw(t, "sizes")
		made := choices(NewSeeded(seed), sizes)
		g.Expect(choices(NewSeeded(seed), sizes)).To(gomega.Equal(made))
		for i, n := range sizes {
			g.Expect(made[i]).To(gomega.BeNumerically(">=", 0))
			g.Expect(made[i]).To(gomega.BeNumerically("<", n))
		}
	})
}

// The figures of one seed are pinned: replay tokens and reports name seeds.
func TestSeededIsTheSameOnEveryMachine(t *testing.T) {
	g := gomega.NewWithT(t)
	g.Expect(choices(NewSeeded(1), []int{10, 10, 10, 10, 10, 10, 10, 10})).To(gomega.Equal([]int{5, 9, 0, 5, 1, 8, 5, 3}))
	g.Expect(Mix(0)).To(gomega.BeZero())
	g.Expect(Mix(0x9e3779b97f4a7c15)).To(gomega.Equal(uint64(0xe220a8397b1dcdaf)), "SplitMix64's first output for seed 0")
}

func TestSeededIsRoughlyUniform(t *testing.T) {
	for _, n := range []int{2, 3, 7, 27} {
		counts := make([]int, n)
		c := NewSeeded(uint64(n))
		const draws = 100_000
		for range draws {
			counts[c.Choose("test", n)]++
		}
		for value, seen := range counts {
			if mean := draws / n; seen < mean*9/10 || seen > mean*11/10 {
				t.Errorf("of %d alternatives, number %d was drawn %d times in %d; expected about %d", n, value, seen, draws, mean)
			}
		}
	}
}

func TestReplayRepeatsWhatWasRecorded(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := gomega.NewWithT(t)
		sizes := rapid.SliceOf(rapid.IntRange(2, 9)).Draw(t, "sizes")
		recorded := &Recorded{From: NewSeeded(rapid.Uint64().Draw(t, "seed"))}
		made := choices(recorded, sizes)
		g.Expect(recorded.Choices).To(gomega.Equal(made))
		replay := &Replay{Choices: recorded.Choices}
		g.Expect(choices(replay, sizes)).To(gomega.Equal(made))
		g.Expect(replay.Err()).NotTo(gomega.HaveOccurred())
		g.Expect(replay.Choose("more", 5)).To(gomega.Equal(0), "beyond the recording a replay is calm")
		g.Expect(replay.Err()).NotTo(gomega.HaveOccurred())
	})
}

func TestReplayTellsWhenTheRunTakesAnotherWay(t *testing.T) {
	t.Run("a choice that is not on offer", func(t *testing.T) {
		g := gomega.NewWithT(t)
		r := &Replay{Choices: []int{1, 4, 1}}
		g.Expect(choices(r, []int{2, 3, 2})).To(gomega.Equal([]int{1, 0, 0}), "the rest is calm")
		g.Expect(r.Err()).To(gomega.MatchError(gomega.ContainSubstring("choice 2 (test) was alternative 4, but only 3 are on offer")))
	})
	t.Run("a negative choice", func(t *testing.T) {
		g := gomega.NewWithT(t)
		r := &Replay{Choices: []int{-1}}
		g.Expect(r.Choose("order", 2)).To(gomega.Equal(0))
		g.Expect(r.Err()).To(gomega.HaveOccurred())
	})
	t.Run("choices left over", func(t *testing.T) {
		g := gomega.NewWithT(t)
		r := &Replay{Choices: []int{1, 0, 1}}
		r.Choose("order", 2)
		g.Expect(r.Err()).To(gomega.MatchError(gomega.ContainSubstring("2 of 3 recorded choices were never asked for")))
	})
}
