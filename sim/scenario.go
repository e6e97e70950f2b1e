package sim

import (
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"

	"github.com/jobsim/jobsim/sim/kubelet"
)

// Scenario is everything that goes into a run beside the implementation and the choices: Jobs, what their pods do, what
// users do, what goes wrong, and what must come of it.
type Scenario struct {
	// Name identifies the scenario, as a file name does.
	Name string
	// Title says in one line what it shows; Story what a reader learns.
	Title, Story string

	// Jobs are created at the start, in this order, by a user.
	Jobs []*batchv1.Job
	// Nodes of the cluster; none means three nodes without limits.
	Nodes []kubelet.Node
	// Pods are the scripts that pods follow; none means that containers run for five seconds and exit 0.
	Pods    []kubelet.Script
	Actions []Action
	Faults  []Fault
	Expect  []Expectation

	// Until ends the run; zero means a day of virtual time. A run ends earlier when nothing is left to happen.
	Until time.Duration
	// WatchDelay is how late watch events reach the implementation.
	WatchDelay time.Duration
	// Latency is how long each API call of the implementation takes: half of it before the effect, half after.
	Latency time.Duration
}

// When says when an action or a fault happens: at a time, or when something has happened.
type When struct {
	// At is virtual time since the start of the run, or, with After, since that happened.
	At time.Duration
	// After is what must have happened first.
	After *Trigger
}

// Trigger is something that a run may reach. All fields that are set must hold at once; the first time counts.
type Trigger struct {
	// Job is the name of the Job that is meant; empty means the scenario's first.
	Job string
	// Condition is a condition of the Job that must be True.
	Condition batchv1.JobConditionType
	// Pod numbers the Job's pods from 1 in order of creation, and Phase is the phase that this pod must have reached; a
	// Pod without Phase must have been created.
	Pod   int
	Phase corev1.PodPhase
	// Status are counters of the Job that must be reached.
	Status map[string]int32
}

// Expectation is one thing that must be true of a run. What it says about, Condition, Status and so on, must all hold.
type Expectation struct {
	// Line is where the scenario file has it; 0 if it comes from elsewhere.
	Line int
	// Job is the name of the Job that is meant; empty means the scenario's first.
	Job string
	// At and Within are a window of virtual time: what is expected must be so at some instant from At to At+Within. If it
	// names a condition, an event or a deletion it must become so in that time; the rest may have been so before. After a
	// good ending things stay as they are. Without At it must be so at the end of the run.
	At     *time.Duration
	Within time.Duration
	// Never turns it round: it must not be so at any instant of the run.
	Never bool

	// Condition is a condition of the Job that is True, with this Reason if one is given.
	Condition batchv1.JobConditionType
	Reason    string
	// Status are counters of the Job by their field name: active, ready, terminating, succeeded, failed.
	Status map[string]int32
	// CompletedIndexes and FailedIndexes are those of an Indexed Job as its status has them, such as "0-2,5" (STAT-10).
	CompletedIndexes, FailedIndexes *string
	// Pods is how many pods of the Job have been created, Starts how many times their containers have been started, and
	// Restarts the sum of restarts.
	Pods, Starts, Restarts *int
	// Event is the reason of a Kubernetes Event about the Job.
	Event string
	// Deleted says that the Job does not exist any more.
	Deleted bool
}
