package conformance

import "reflect"

// freshCheck keeps what a check was like before its first run, so that it can serve again.
type freshCheck struct {
	// now is the check, if it remembers anything, and fresh a copy made before it did.
	now, fresh reflect.Value
}

// keepFresh expects of a check that it remembers in its own fields, that these are no maps or slices while it is fresh,
// and that what its pointers lead to does not change; or that it is a map. See TestChecksCanServeAgain.
func keepFresh(check any) freshCheck {
	v := reflect.ValueOf(check)
	switch v.Kind() {
	case reflect.Map:
		return freshCheck{now: v}
	case reflect.Pointer:
		if v.Type().Elem().Size() > 0 {
			fresh := reflect.New(v.Type().Elem()).Elem()
			fresh.Set(v.Elem())
			return freshCheck{v.Elem(), fresh}
		}
	}
	return freshCheck{}
}

// restart makes the check forget the run that it has seen.
func (c *freshCheck) restart() {
	switch {
	case c.fresh.IsValid():
		c.now.Set(c.fresh)
	case c.now.IsValid():
		c.now.Clear()
	}
}

// arena hands out slices that live as long as a run.
type arena[T any] struct {
	memory []T
	used   int
}

// grow returns a slice of n elements that begins with old.
func (a *arena[T]) grow(old []T, n int) []T {
	if a.used+n > len(a.memory) {
		a.memory, a.used = make([]T, max(n, 2*len(a.memory), 64)), 0
	}
	grown := a.memory[a.used : a.used+n : a.used+n]
	a.used += n
	copy(grown, old)
	return grown
}

// free takes back what was handed out.
func (a *arena[T]) free() {
	clear(a.memory[:a.used])
	a.used = 0
}
