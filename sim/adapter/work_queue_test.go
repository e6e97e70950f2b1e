package adapter

import (
	"fmt"
	"slices"
	"testing"
	"time"

	. "github.com/onsi/gomega"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/util/workqueue"
	"pgregory.net/rapid"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/jobsim/jobsim/sim/event"
)

func request(name string) reconcile.Request {
	return reconcile.Request{NamespacedName: types.NamespacedName{Namespace: "default", Name: name}}
}

func limiter() workqueue.TypedRateLimiter[reconcile.Request] {
	return workqueue.NewTypedItemExponentialFailureRateLimiter[reconcile.Request](time.Second, time.Minute)
}

// TestWorkQueueIsClientGos compares with client-go's own queue: what waits, in which order, and what comes again.
func TestWorkQueueIsClientGos(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ours := newWorkQueue(event.NewQueue(event.Fixed{}), limiter(), func() {})
		theirs := workqueue.NewTyped[reconcile.Request]()
		defer theirs.ShutDown()
		var taken []reconcile.Request
		for range rapid.IntRange(1, 40).Draw(t, "steps") {
			switch rapid.SampledFrom([]string{"add", "get", "done"}).Draw(t, "step") {
			case "add":
				r := request(rapid.SampledFrom([]string{"a", "b", "c", "d"}).Draw(t, "key"))
				ours.Add(r)
				theirs.Add(r)
			case "get":
				if theirs.Len() == 0 { // theirs would wait
					if _, none := ours.Get(); !none {
						t.Fatal("expected nothing to be there")
					}
					continue
				}
				want, _ := theirs.Get()
				if r, none := ours.Get(); none || r != want {
					t.Fatalf("expected %v, got %v, %v", want, r, none)
				}
				taken = append(taken, want)
			case "done":
				if len(taken) > 0 {
					i := rapid.IntRange(0, len(taken)-1).Draw(t, "which")
					ours.Done(taken[i])
					theirs.Done(taken[i])
					taken = slices.Delete(taken, i, i+1)
				}
			}
			if ours.Len() != theirs.Len() {
				t.Fatalf("expected %d to wait, got %d", theirs.Len(), ours.Len())
			}
		}
	})
}

// wish is a delayed request in a naive model of the queue.
type wish struct {
	at  time.Duration
	key string
}

// TestWorkQueueDelays compares with a model that knows only: of several delays for a key the earliest wins.
func TestWorkQueueDelays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		q := event.NewQueue(event.Fixed{})
		w := newWorkQueue(q, limiter(), func() {})
		var wishes []wish
		var came, want []string
		for range rapid.IntRange(1, 40).Draw(t, "steps") {
			if rapid.Bool().Draw(t, "add") {
				key := rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "key")
				d := time.Duration(rapid.IntRange(-1, 6).Draw(t, "seconds")) * time.Second
				w.AddAfter(request(key), d)
				if d <= 0 { // at once; what was asked for later stays asked for
					want = append(want, fmt.Sprint(key, " at ", q.Now()))
				} else {
					wishes = wished(wishes, wish{q.Now() + d, key})
				}
			} else if next, pending := q.Next(); pending {
				for at := next; pending && at == next; at, pending = q.Next() {
					q.Step()
				}
			}
			var due []wish
			due, wishes = split(wishes, q.Now())
			for _, x := range due {
				want = append(want, fmt.Sprint(x.key, " at ", q.Now()))
			}
			for w.Len() > 0 {
				r, _ := w.Get()
				w.Done(r)
				came = append(came, fmt.Sprint(r.Name, " at ", q.Now()))
			}
			slices.Sort(want)
			slices.Sort(came)
			if !slices.Equal(came, want) {
				t.Fatalf("expected %v, got %v", want, came)
			}
		}
	})
}

func wished(wishes []wish, x wish) []wish {
	for i, other := range wishes {
		if other.key == x.key {
			wishes[i].at = min(other.at, x.at)
			return wishes
		}
	}
	return append(wishes, x)
}

func split(wishes []wish, now time.Duration) (due, later []wish) {
	for _, x := range wishes {
		if x.at <= now {
			due = append(due, x)
		} else {
			later = append(later, x)
		}
	}
	return due, later
}

func TestWorkQueueRateLimits(t *testing.T) {
	g := NewWithT(t)
	q := event.NewQueue(event.Fixed{})
	turns := 0
	w := newWorkQueue(q, limiter(), func() { turns++ })
	next := func() time.Duration {
		w.AddRateLimited(request("a"))
		at, _ := q.Next()
		q.Step()
		w.Get()
		w.Done(request("a"))
		return at
	}
	g.Expect([]time.Duration{next(), next(), next()}).To(Equal([]time.Duration{time.Second, 3 * time.Second, 7 * time.Second}))
	g.Expect(w.NumRequeues(request("a"))).To(Equal(3))
	w.Forget(request("a"))
	g.Expect(w.NumRequeues(request("a"))).To(BeZero())
	g.Expect(next()).To(Equal(8 * time.Second))
	g.Expect(turns).To(Equal(4))
}

func TestWorkQueueKeepsTheCause(t *testing.T) {
	g := NewWithT(t)
	q := event.NewQueue(event.Fixed{})
	w := newWorkQueue(q, limiter(), func() {})
	q.Cause = 7
	w.Add(request("a"))
	q.Cause = 8
	w.Add(request("a")) // there already
	w.AddAfter(request("b"), time.Second)
	q.Cause = 0
	_, cause, _ := w.next()
	g.Expect(cause).To(Equal(7))
	q.Step()
	_, cause, _ = w.next()
	g.Expect(cause).To(Equal(8))
	q.Cause = 9
	w.Add(request("a")) // while it is processed
	w.Done(request("a"))
	_, cause, _ = w.next()
	g.Expect(cause).To(Equal(9))
}

func TestWorkQueueShutsDown(t *testing.T) {
	g := NewWithT(t)
	q := event.NewQueue(event.Fixed{})
	w := newWorkQueue(q, limiter(), func() {})
	w.Add(request("a"))
	w.Get()
	w.Add(request("a"))
	w.Add(request("b"))
	w.AddAfter(request("c"), time.Second)
	g.Expect(w.ShuttingDown()).To(BeFalse())
	w.ShutDownWithDrain()
	g.Expect(w.ShuttingDown()).To(BeTrue())
	w.Add(request("d"))
	w.AddAfter(request("d"), time.Second)
	w.Done(request("a"))
	_, pending := q.Next()
	g.Expect(pending).To(BeFalse())
	_, none := w.Get()
	g.Expect(none).To(BeTrue())
}
