package adapter

import (
	"github.com/go-logr/logr"
	"github.com/go-logr/logr/funcr"

	"github.com/jobsim/jobsim/sim/trace"
)

// newLog returns a logger whose lines become trace entries. Verbose lines (V(1) and up) are left out.
func newLog(record func(trace.Entry)) logr.Logger {
	return funcr.New(func(prefix, args string) {
		if prefix != "" {
			args = prefix + " " + args
		}
		record(trace.Entry{Kind: trace.Log, Text: args})
	}, funcr.Options{})
}
