// Command jobsim runs Kubernetes Jobs in a simulated cluster, in virtual time, and shows what happened.
//
//	jobsim run never-backoff                      # a built-in scenario, as a timeline
//	jobsim run job.yaml --script 'run 5s exit 1'  # your own Job, whose pods always fail
//	jobsim scenarios                              # what is built in
//
// The command only reads input, calls the packages sim and scenarios, and prints. What is right or wrong about a Job
// is not decided here.
package main

import (
	"os"
	"runtime/debug"
)

// A run mostly allocates what its trace keeps, so that collecting often finds little. The limit keeps large traces from
// paying for that in memory. Both can be set from outside, as for any Go program.
const (
	gcPercent   = 400
	memoryLimit = 4 << 30
)

func main() {
	if os.Getenv("GOGC") == "" && os.Getenv("GOMEMLIMIT") == "" {
		debug.SetGCPercent(gcPercent)
		debug.SetMemoryLimit(memoryLimit)
	}
	os.Exit(Main(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}
