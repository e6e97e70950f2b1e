package scenarios

import (
	"embed"

	"github.com/jobsim/jobsim/sim"
)

// The built-in scenarios, each in a file of its own.
//
//go:embed library/*.yaml
var library embed.FS

const extension = ".yaml"

// Names lists the built-in scenarios in the order in which they teach: from a pod that succeeds to a controller that
// crashes.
func Names() []string {
	return []string{
		// How a Job runs to completion.
		"pi", "sequential-completions", "parallel-completions", "parallelism-default", "parallelism-zero",
		"parallelism-change", "scale-down-order", "work-queue",
		// How pods and containers fail.
		"onfailure-recovers", "onfailure-exhausted", "oom-killed", "never-backoff", "backofflimit-zero", "backofflimit-raised",
		"success-resets-backoff",
		// How time runs out.
		"deadline-kills-pods", "draining-pods-count", "deadline-pending-pods", "deadline-of-a-pod",
		"deadline-and-backofflimit", "deadline-survives-crash",
		// What people and nodes do.
		"suspend-resume", "suspend-loses-success", "suspended-edit", "edit-refused", "pod-deleted", "replacement-waits", "pod-handed-over", "pod-released", "hand-over", "adopted-surplus", "status-notes",
		"node-lost", "node-deleted", "foreground-deletion", "recreated", "managed-by", "managed-by-nobody",
		// How the work is split into indexes.
		"indexed-workers", "indexed-shared-limit", "elastic-training", "elastic-shrink", "index-retries", "index-fails",
		"max-failed-indexes",
		// What some failures and some successes mean, and when a Job goes.
		"failjob-exit-code", "oom-is-no-disruption", "ignore-disruption", "endless-disruption", "rule-order",
		"failindex-spares-retries", "leader-succeeds", "leader-too-late", "quorum-with-stragglers",
		"ttl-cleans-up", "ttl-waits-for-draining", "ttl-raised-in-time", "ttl-for-everybody",
		// What goes wrong with the control plane.
		"api-errors", "quota-slow-start", "large-job", "stale-watch", "controller-crash-loop",
	}
}

// Get reads a built-in scenario. An unknown name is an error that tells the nearest one.
func Get(name string) (*sim.Scenario, error) {
	source := Source(name)
	if source == nil {
		return nil, Errors{{File: name, Message: "expected a built-in scenario; " + didYouMean(name, Names())}}
	}
	return Parse(name+extension, source)
}

// Source is the text of a built-in scenario, or nil if there is none of this name.
func Source(name string) []byte {
	data, err := library.ReadFile("library/" + name + extension)
	if err != nil {
		return nil
	}
	return data
}
