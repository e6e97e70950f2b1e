// Command jobsim runs Kubernetes Jobs in a simulated cluster, in virtual time, and shows what happened.
//
//	jobsim run never-backoff                      # a built-in scenario, as a timeline
//	jobsim run job.yaml --script 'run 5s exit 1'  # your own Job, whose pods always fail
//	jobsim scenarios                              # what is built in
//
// The command only reads input, calls the packages sim and scenarios, and prints. What is right or wrong about a Job
// is not decided here.
package main

import "os"

func main() {
	os.Exit(Main(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}
