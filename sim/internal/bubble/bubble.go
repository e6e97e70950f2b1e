// Package bubble makes testing/synctest bubbles outside of tests, and tells what the goroutines in them wait for.
package bubble

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
)

// Leak is the error of a bubble whose function has returned while goroutines in it still wait. They wait for ever.
type Leak struct {
	ID         uint64
	Goroutines []Goroutine
}

func (l *Leak) Error() string { return fmt.Sprintf("%d goroutines did not end", len(l.Goroutines)) }

// Run calls f in a new bubble, and returns when all goroutines of the bubble have ended or wait for ever: then the error
// is a *Leak. A panic of f, and of any goroutine in the bubble, ends the process, so f must recover its own.
//
// Package synctest makes bubbles for tests only, and asks for a testing.T. A zero one does: of it synctest.Test uses what
// a new testing.T inherits, and that it has not failed. This is not documented; TestRun tells if it stops being so. What
// does not work on it, Log, Error and panics, is kept away from it here.
func Run(f func(id uint64)) (err error) {
	var id uint64
	defer func() {
		switch r := recover().(type) {
		case nil:
		case error:
			if !strings.HasPrefix(r.Error(), "deadlock: ") {
				panic(r)
			}
			err = &Leak{ID: id, Goroutines: Goroutines(id)}
		default:
			panic(r)
		}
	}()
	synctest.Test(&testing.T{}, func(*testing.T) {
		id = ID()
		// On a goroutine of its own, since runtime.Goexit on this one would be a failure of the test.
		over := make(chan struct{})
		go func() {
			defer close(over)
			f(id)
		}()
		<-over
	})
	return nil
}
