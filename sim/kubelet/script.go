package kubelet

import "time"

// Forever is a duration that never ends within a run.
const Forever = time.Duration(1<<63 - 1)

// Script is what one pod does, from the scheduler to its last container. The zero script is a pod that is scheduled at
// once, starts at once, and whose containers exit 0 at once.
type Script struct {
	// Match restricts the script to some pods; the zero Match fits all. Each pod, in order of creation, takes the first
	// script that fits and has not been taken; a pod for which none is left repeats the last that fits. A pod of an index
	// for which there are scripts of its own takes none but these.
	Match Match

	// Unschedulable is how long the scheduler finds no node for the pod; Forever means that it never does.
	Unschedulable time.Duration
	// Start is the time from binding to the first start of a container: volumes, sandbox, image.
	Start time.Duration
	// PullFails is how long the image cannot be pulled (ErrImagePull, then ImagePullBackOff); Forever means always.
	PullFails time.Duration
	// Ready is the time from the start of a regular container until it is ready. Forever means that it never is.
	Ready time.Duration

	// Runs are the runs of each container that Containers does not name; the last repeats. No runs means one that exits
	// 0 at once.
	Runs []Run
	// Containers are the runs of single containers by name: regular, init and sidecar.
	Containers map[string][]Run

	// Stop is what a container does when it is told to terminate. The zero Stop exits at once with 143, as a process
	// that has no handler for SIGTERM does.
	Stop Stop
	// EvictAfter is when the kubelet evicts the pod, counted from the first container's start; zero means never.
	EvictAfter time.Duration
	// Lost is a pod that the kubelet never reports about again once it is told to terminate: it stays as it is, with its
	// deletionTimestamp, until somebody else gives up on it.
	Lost bool
}

// Match selects pods. Fields left empty select all.
type Match struct {
	// Job is the name of the Job that controls the pod.
	Job string
	// Index is the completion index.
	Index *int
	// Pod numbers the Job's pods from 1 in order of creation.
	Pod int
}

// Run is one run of a container.
type Run struct {
	// For is how long it runs; Forever means until it is killed.
	For time.Duration
	// Exit is its exit code.
	Exit int32
	// Signal ends it by a signal: its exit code is then 128 + Signal.
	Signal int32
	// OOM ends it for exceeding its memory limit: exit code 137, reason OOMKilled.
	OOM bool
	// Message is what it wrote to its termination message path.
	Message string
}

// Stop is a container's reaction to SIGTERM.
type Stop struct {
	// After is how long it goes on; at the end of the grace period it is killed, with exit code 137.
	After time.Duration
	// Exit is its exit code; nil means 143.
	Exit *int32
	// Ignore means that it goes on as its run says until the grace period is over, or its run ends before.
	Ignore bool
}
