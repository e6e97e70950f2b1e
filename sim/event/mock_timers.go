package event

import (
	"fmt"
	"reflect"
	"sync"
	"time"
	"unsafe"

	"github.com/benbjohnson/clock"
)

// mockTimers looks into a clock.Mock, which offers no way to ask when its next timer is due, and whose only way to
// move time without firing anything sleeps a real millisecond. The library's version is pinned in go.mod, and a test
// fails when its fields change.
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
		at := m.due(i)
		if !ok || at.Before(earliest) {
			earliest, ok = at, true
		}
	}
	return earliest, ok
}

func (m mockTimers) due(i int) time.Time {
	return m.timers.Index(i).Interface().(interface{ Next() time.Time }).Next()
}

// makeReady counts the AfterFuncs that are due, and empties the channels of due timers whose last tick nobody read:
// the mock would block on those for ever, while a real timer's Reset discards the old tick.
func (m mockTimers) makeReady(now time.Time) (afterFuncs int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for i := range m.timers.Len() {
		if m.due(i).After(now) {
			continue
		}
		t := m.timers.Index(i).Elem().Elem() // interface, then pointer
		if fn := t.FieldByName("fn"); fn.IsValid() && !fn.IsNil() {
			afterFuncs++
			continue
		}
		c := *(*chan time.Time)(fieldOf(t, "c", reflect.TypeFor[chan time.Time]()))
		select {
		case <-c:
		default:
		}
	}
	return afterFuncs
}
