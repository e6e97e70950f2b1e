package event

import (
	"cmp"
	"fmt"
	"reflect"
	"sync"
	"time"
	"unsafe"

	"github.com/benbjohnson/clock"
)

// mockTimers looks into a clock.Mock, which offers no way to ask when its next timer is due, whose every step sleeps a
// real millisecond, and which starts the AfterFuncs of one instant on goroutines that race. The library's version is
// pinned in go.mod, and a test fails when its fields change.
type mockTimers struct {
	mu     *sync.Mutex
	now    *time.Time
	timers reflect.Value // the slice of timers, addressable and readable
}

func timersOf(m *clock.Mock) mockTimers {
	v := reflect.ValueOf(m).Elem()
	return mockTimers{
		mu:     (*sync.Mutex)(fieldOf(v, "mu", reflect.TypeFor[sync.Mutex]())),
		now:    (*time.Time)(fieldOf(v, "now", reflect.TypeFor[time.Time]())),
		timers: readable(v.FieldByName("timers")),
	}
}

// fieldOf returns where a private field is, after making sure that it is what it was when this was written.
func fieldOf(v reflect.Value, name string, want reflect.Type) unsafe.Pointer {
	f := v.FieldByName(name)
	if !f.IsValid() || f.Type() != want {
		panic(fmt.Sprintf("event: %s has no field %s of type %s: "+
			"this version of benbjohnson/clock is not the one in go.mod (v1.3.5)", v.Type(), name, want))
	}
	return f.Addr().UnsafePointer()
}

// readable lifts the read protection of a private field.
func readable(f reflect.Value) reflect.Value {
	return reflect.NewAt(f.Type(), f.Addr().UnsafePointer()).Elem()
}

func (m mockTimers) setNow(t time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	*m.now = t
}

// next is when the earliest timer is due.
func (m mockTimers) next() (earliest time.Time, ok bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for i := range m.timers.Len() {
		if at := *m.at(i).next; !ok || at.Before(earliest) {
			earliest, ok = at, true
		}
	}
	return earliest, ok
}

// alone runs code while the mock has no timers but those that the code makes: making a timer lets the mock fire
// whatever is due, on its own terms.
func (m mockTimers) alone(code func()) {
	others := reflect.New(m.timers.Type()).Elem()
	others.Set(m.timers)
	m.timers.SetZero()
	code()
	m.timers.Set(reflect.AppendSlice(others, m.timers))
}

// shift moves the instants at which timers are due, for a clock that is set while they wait.
func (m mockTimers) shift(d time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for i := range m.timers.Len() {
		t := m.at(i)
		*t.next = t.next.Add(d)
	}
}

// mockTimer is one timer or ticker of a mock.
type mockTimer struct {
	next *time.Time
	c    chan time.Time
	// stopped and fn belong to timers, period to tickers.
	stopped *bool
	fn      func()
	period  *time.Duration
}

func (m mockTimers) at(i int) mockTimer {
	v := m.timers.Index(i).Elem().Elem() // interface, then pointer
	t := mockTimer{
		next: (*time.Time)(fieldOf(v, "next", reflect.TypeFor[time.Time]())),
		c:    *(*chan time.Time)(fieldOf(v, "c", reflect.TypeFor[chan time.Time]())),
	}
	if v.FieldByName("d").IsValid() {
		t.period = (*time.Duration)(fieldOf(v, "d", reflect.TypeFor[time.Duration]()))
		return t
	}
	t.stopped = (*bool)(fieldOf(v, "stopped", reflect.TypeFor[bool]()))
	t.fn = *(*func())(fieldOf(v, "fn", reflect.TypeFor[func()]()))
	return t
}

// fire fires what is due by now: channels are filled, timers that are not tickers are forgotten, and the AfterFuncs are
// returned in no particular order.
func (m mockTimers) fire(now time.Time) []dueFunc {
	m.mu.Lock()
	defer m.mu.Unlock()
	var funcs []dueFunc
	kept := 0
	for i := range m.timers.Len() {
		t := m.at(i)
		if t.next.After(now) || t.period != nil {
			m.timers.Index(kept).Set(m.timers.Index(i))
			kept++
		}
		switch {
		case t.next.After(now):
		case t.period != nil:
			t.tick(now)
		case t.fn != nil:
			*t.stopped = true
			funcs = append(funcs, dueFunc{at: *t.next, run: t.fn})
		default:
			*t.stopped = true
			t.send(*t.next)
		}
	}
	for i := kept; i < m.timers.Len(); i++ {
		m.timers.Index(i).SetZero()
	}
	m.timers.SetLen(kept)
	return funcs
}

// dueFunc is an AfterFunc and when it was due.
type dueFunc struct {
	at  time.Time
	run func()
}

// send replaces a tick that nobody has read, as a real timer's Reset discards it; the mock would block on it for ever.
func (t mockTimer) send(at time.Time) {
	select {
	case <-t.c:
	default:
	}
	t.c <- at
}

// tick fills a ticker's channel for every period that has passed. As with a real ticker, an unread tick stays and
// those after it are dropped.
func (t mockTimer) tick(now time.Time) {
	if *t.period <= 0 {
		panic(fmt.Sprintf("event: Ticker.Reset was given a period of %v: expected a positive one", *t.period))
	}
	for !t.next.After(now) {
		select {
		case t.c <- *t.next:
		default:
		}
		missed := now.Sub(*t.next) / *t.period
		*t.next = t.next.Add(cmp.Or(missed, 1) * *t.period)
	}
}
