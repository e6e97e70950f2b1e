package event

import (
	"cmp"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/onsi/gomega"
	"pgregory.net/rapid"
)

// naiveQueue is the queue as a list that is sorted whenever something is taken from it.
type naiveQueue struct {
	now     time.Duration
	entries []naiveEntry
	arrived int
}

type naiveEntry struct {
	at      time.Duration
	class   Class
	arrival int
}

func (n *naiveQueue) add(d time.Duration, class Class) int {
	n.arrived++
	n.entries = append(n.entries, naiveEntry{max(n.now+d, n.now), class, n.arrived})
	return n.arrived
}

func (n *naiveQueue) drop(arrival int) bool {
	before := len(n.entries)
	n.entries = slices.DeleteFunc(n.entries, func(e naiveEntry) bool { return e.arrival == arrival })
	return len(n.entries) < before
}

func (n *naiveQueue) sort() {
	slices.SortFunc(n.entries, func(a, b naiveEntry) int {
		return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.class, b.class), cmp.Compare(a.arrival, b.arrival))
	})
}

func (n *naiveQueue) step() (arrival int, ok bool) {
	if len(n.entries) == 0 {
		return 0, false
	}
	n.sort()
	first := n.entries[0]
	n.entries = n.entries[1:]
	n.now = first.at
	return first.arrival, true
}

func TestQueueIsASortedList(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		q, naive := NewQueue(Fixed{}), &naiveQueue{}
		timers := map[int]*Timer{}
		var ran int
		t.Repeat(map[string]func(*rapid.T){
			"after": func(t *rapid.T) {
				d := time.Duration(rapid.IntRange(-1, 5).Draw(t, "delay"))
				class := Class(rapid.IntRange(int(Fault), int(Controller)).Draw(t, "class"))
				arrival := naive.add(d, class)
				timers[arrival] = q.After(d, class, func() { ran = arrival })
			},
			"stop": func(t *rapid.T) {
				arrival := rapid.IntRange(0, naive.arrived).Draw(t, "timer")
				if got, want := timers[arrival].Stop(), naive.drop(arrival); got != want {
					t.Fatalf("Stop of event %d: %v, expected %v", arrival, got, want)
				}
			},
			"step": func(t *rapid.T) {
				ran = 0
				steps := q.Steps()
				want, ok := naive.step()
				if got := q.Step(); got != ok || ran != want || q.Steps()-steps != btoi(ok) {
					t.Fatalf("Step: %v, ran event %d; expected %v and event %d", got, ran, ok, want)
				}
			},
			"advance": func(t *rapid.T) {
				to := naive.now + time.Duration(rapid.IntRange(-1, 3).Draw(t, "by"))
				naive.sort()
				passes := len(naive.entries) > 0 && naive.entries[0].at < to
				if panicked(func() { q.AdvanceTo(to) }) != passes {
					t.Fatalf("AdvanceTo(%d) with %v pending: expected a panic: %v", to, naive.entries, passes)
				}
				if !passes {
					naive.now = max(naive.now, to)
				}
			},
			"": func(t *rapid.T) {
				if q.Now() != naive.now || !q.Time().Equal(Epoch.Add(naive.now)) {
					t.Fatalf("the queue is at %d, expected %d", q.Now(), naive.now)
				}
				naive.sort()
				at, ok := q.Next()
				if ok != (len(naive.entries) > 0) || ok && at != naive.entries[0].at {
					t.Fatalf("Next is %d, %v; expected %v", at, ok, naive.entries)
				}
				for class := Fault; class <= Controller; class++ {
					want := slices.ContainsFunc(naive.entries, func(e naiveEntry) bool { return e.class < class })
					if q.PendingBefore(class) != want {
						t.Fatalf("PendingBefore(%s) is %v, expected %v", class, !want, want)
					}
				}
			},
		})
	})
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

func panicked(f func()) (yes bool) {
	defer func() { yes = recover() != nil }()
	f()
	return false
}

// Under any chooser the queue runs the same events at the same times; only the order within an instant is open, and
// only among the first few.
func TestChoosersOnlyReorderInstants(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		delays := rapid.SliceOfN(rapid.IntRange(0, 3), 0, 40).Draw(t, "delays")
		q := NewQueue(NewSeeded(rapid.Uint64().Draw(t, "seed")))
		var ran []int
		for i, d := range delays {
			q.After(time.Duration(d), Cluster, func() {
				if q.Now() != time.Duration(d) {
					t.Fatalf("event %d of time %d ran at %d", i, d, q.Now())
				}
				ran = append(ran, i)
			})
		}
		for q.Step() {
		}
		if len(ran) != len(delays) {
			t.Fatalf("%d events ran, expected %d", len(ran), len(delays))
		}
		seen := map[int]bool{}
		for _, i := range ran {
			if seen[i] {
				t.Fatalf("event %d ran twice", i)
			}
			seen[i] = true
		}
	})
}

func TestChooserIsAskedForTheOrderOfAnInstant(t *testing.T) {
	g := gomega.NewWithT(t)
	last := &Recorded{From: lastOf{}}
	q := NewQueue(last)
	g.Expect(q.Calm()).To(gomega.BeFalse())
	g.Expect(q.Chooser()).To(gomega.BeIdenticalTo(last))
	var ran []int
	for i := range 3 {
		q.After(time.Second, Cluster, func() { ran = append(ran, i) })
	}
	q.After(2*time.Second, Cluster, func() { ran = append(ran, 3) })
	for q.Step() {
	}
	g.Expect(ran).To(gomega.Equal([]int{2, 1, 0, 3}), "the last of the open ones each time")
	g.Expect(last.Choices).To(gomega.Equal([]int{2, 1}), "a single event is no choice")
	g.Expect(NewQueue(Fixed{}).Calm()).To(gomega.BeTrue())
}

// lastOf takes the last alternative.
type lastOf struct{}

func (lastOf) Choose(_ string, n int) int { return n - 1 }

func TestAtMostSoManyEventsAreOpen(t *testing.T) {
	g := gomega.NewWithT(t)
	q := NewQueue(lastOf{})
	var ran []int
	for i := range 20 {
		q.After(0, Cluster, func() { ran = append(ran, i) })
	}
	q.Step()
	g.Expect(ran).To(gomega.Equal([]int{mostOpen - 1}))
}

func TestCauseIsRestored(t *testing.T) {
	g := gomega.NewWithT(t)
	q := NewQueue(Fixed{})
	var causes []int
	q.Cause = 7
	q.After(time.Second, Cluster, func() {
		causes = append(causes, q.Cause)
		q.Cause = 8 // something is recorded while the event runs
		q.After(0, Cluster, func() { causes = append(causes, q.Cause) })
	})
	q.Cause = 3
	q.After(2*time.Second, Cluster, func() { causes = append(causes, q.Cause) })
	q.Cause = 0
	for q.Step() {
		g.Expect(q.Cause).To(gomega.Equal(0), "between events")
	}
	g.Expect(causes).To(gomega.Equal([]int{7, 8, 3}))
}

func TestTimerStop(t *testing.T) {
	g := gomega.NewWithT(t)
	q := NewQueue(Fixed{})
	var own *Timer
	own = q.After(0, Cluster, func() {
		g.Expect(own.Stop()).To(gomega.BeFalse(), "an event that runs is no longer to come")
	})
	g.Expect(q.Step()).To(gomega.BeTrue())
	g.Expect((*Timer)(nil).Stop()).To(gomega.BeFalse())

	stopped := q.After(time.Second, Fault, func() { t.Error("a cancelled event ran") })
	g.Expect(stopped.Stop()).To(gomega.BeTrue())
	g.Expect(stopped.Stop()).To(gomega.BeFalse())
	g.Expect(q.PendingBefore(Controller)).To(gomega.BeFalse())
	g.Expect(q.Step()).To(gomega.BeFalse())
	g.Expect(q.Now()).To(gomega.BeZero(), "cancelled events do not move time")
}

func TestFarthestTime(t *testing.T) {
	g := gomega.NewWithT(t)
	q := NewQueue(Fixed{})
	q.AdvanceTo(time.Hour)
	q.After(math.MaxInt64, Cluster, func() {})
	at, _ := q.Next()
	g.Expect(at).To(gomega.Equal(time.Duration(math.MaxInt64)), "a wait beyond virtual time does not wrap around")
	q.At(time.Minute, Cluster, func() {})
	at, _ = q.Next()
	g.Expect(at).To(gomega.Equal(time.Hour), "a time that has passed means now")
}

func TestClassNames(t *testing.T) {
	g := gomega.NewWithT(t)
	g.Expect([]string{Fault.String(), User.String(), Cluster.String(), Watch.String(), Controller.String()}).
		To(gomega.Equal([]string{"fault", "user", "cluster", "watch", "controller"}))
}
