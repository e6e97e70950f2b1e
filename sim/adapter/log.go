package adapter

import (
	"sync"

	"github.com/go-logr/logr"
	"github.com/go-logr/logr/funcr"

	"github.com/jobsim/jobsim/sim/trace"
)

// newLog returns a logger that writes into the trace. Verbose lines (V(1) and up) are left out.
func newLog(w World) logr.Logger {
	var mu sync.Mutex // a concurrent program may log from several goroutines
	return funcr.New(func(prefix, args string) {
		mu.Lock()
		defer mu.Unlock()
		if prefix != "" {
			args = prefix + " " + args
		}
		w.Record(trace.Entry{Kind: trace.Log, Text: args})
	}, funcr.Options{})
}
