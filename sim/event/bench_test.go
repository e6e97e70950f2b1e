package event

import (
	"strconv"
	"testing"
	"time"
)

// BenchmarkQueue schedules one event and runs one, with so many others pending all the time.
func BenchmarkQueue(b *testing.B) {
	for _, pending := range []int{100, 10_000, 1_000_000} {
		b.Run(strconv.Itoa(pending), func(b *testing.B) {
			b.ReportAllocs()
			q := NewQueue(Fixed{})
			random := NewSeeded(1)
			delay := func() time.Duration { return time.Duration(random.Choose("delay", 1<<40)) }
			nothing := func() {}
			for range pending {
				q.After(delay(), Cluster, nothing)
			}
			for b.Loop() {
				q.After(delay(), Cluster, nothing)
				q.Step()
			}
		})
	}
}

// BenchmarkAfterFunc makes one timer, advances to it and fires it, as an implementation with time-outs does.
func BenchmarkAfterFunc(b *testing.B) {
	b.ReportAllocs()
	q := NewQueue(Fixed{})
	c := NewClock(q, nil)
	nothing := func() {}
	for b.Loop() {
		c.AfterFunc(time.Second, nothing)
		at, _ := c.Next()
		q.AdvanceTo(at)
		for _, f := range c.Fire() {
			f()
		}
	}
}
