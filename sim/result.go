package sim

import (
	"encoding/json"
	"fmt"
	"hash/fnv"
	"slices"
	"sort"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"

	"github.com/jobsim/jobsim/sim/apiserver"
	"github.com/jobsim/jobsim/sim/event"
	"github.com/jobsim/jobsim/sim/trace"
)

// Ending says why a run ended.
type Ending string

// The good endings, then those that say that something is wrong with the implementation.
const (
	// Finished: every Job has finished and the cluster has come to rest.
	Finished Ending = "finished"
	// Quiet: nothing is left that could happen.
	Quiet Ending = "quiet"
	// TimeIsUp: the scenario's end in virtual time was reached.
	TimeIsUp Ending = "time is up"

	// Panicked: the implementation panicked.
	Panicked Ending = "panic"
	// Stuck: the implementation did not come back.
	Stuck Ending = "stuck"
	// HotLoop: the implementation acted on and on without time passing.
	HotLoop Ending = "hot-loop"
	// StartFailed: the implementation could not be started.
	StartFailed Ending = "start"
	// Exited: the implementation would have ended its process, as klog.Fatal does.
	Exited Ending = "exit"
	// TooManyEvents: the limit of events was reached.
	TooManyEvents Ending = "too many events"
)

// Result is what came of a run.
type Result struct {
	Scenario       *Scenario
	Implementation string
	Trace          *trace.Trace
	Ending         Ending
	// Failure tells what went wrong with the implementation; nil after a good ending.
	Failure error
	// Leaked are the goroutines of a concurrent program that had not ended a minute of virtual time after their context:
	// what each was doing, and where. The trace is complete all the same, but the program would not shut down cleanly.
	Leaked []string
	// End is the virtual time at which the run ended: the scenario's end, or when the last thing happened.
	End time.Duration
	// Events is how many events made the run.
	Events int
	// Token replays the run's choices.
	Token event.Token

	// The objects that are in the store at the end, by namespace and name.
	Jobs       []*batchv1.Job
	Pods       []*corev1.Pod
	KubeEvents []*corev1.Event
}

func (r *run) result() (*Result, error) {
	if r.unruly != nil {
		return nil, r.unruly
	}
	res := &Result{
		Scenario: r.scenario, Implementation: r.impl.Name(), Trace: r.trace, Ending: r.ending, Failure: r.failure,
		Leaked: r.leaked,
		End:    r.queue.Now(), Events: r.queue.Steps(),
		Token: event.Token{Scenario: r.scenario.Fingerprint(), Seed: r.options.seed},
	}
	if n := len(r.trace.Entries); n > 0 && r.ending != TimeIsUp {
		res.End = r.trace.Entries[n-1].At
	} else {
		r.trace.End = res.End
	}
	if r.chooser != nil {
		res.Token.Choices = r.chooser.Choices
		if replay, ok := r.chooser.From.(*event.Replay); ok {
			if err := replay.Err(); err != nil {
				return nil, fmt.Errorf("replay: %w", err)
			}
		}
	}
	res.Jobs = stored[*batchv1.Job](r.server, apiserver.Jobs)
	res.Pods = stored[*corev1.Pod](r.server, apiserver.Pods)
	res.KubeEvents = stored[*corev1.Event](r.server, apiserver.Events)
	sort.SliceStable(res.KubeEvents, func(i, j int) bool {
		a, b := res.KubeEvents[i], res.KubeEvents[j]
		if !a.LastTimestamp.Equal(&b.LastTimestamp) {
			return a.LastTimestamp.Before(&b.LastTimestamp)
		}
		return len(a.ResourceVersion) < len(b.ResourceVersion) ||
			len(a.ResourceVersion) == len(b.ResourceVersion) && a.ResourceVersion < b.ResourceVersion
	})
	return res, nil
}

func stored[T any](s *apiserver.Server, r apiserver.Resource) []T {
	objects, _, err := s.As("result").List(apiserver.Selection{Resource: r})
	if err != nil {
		panic(err) // the resources are known
	}
	all := make([]T, len(objects))
	for i, obj := range objects {
		all[i] = obj.(T)
	}
	return all
}

// Time is the end of the run as a date in virtual time.
func (r *Result) Time() time.Time { return event.Epoch.Add(r.End) }

// Job returns a Job that is in the store at the end by its name; nil if it is not there.
func (r *Result) Job(name string) *batchv1.Job {
	for _, j := range r.Jobs {
		if j.Name == name {
			return j
		}
	}
	return nil
}

// Fingerprint identifies the scenario: what it consists of, not how it is described. It tells whether a replay token
// belongs to it.
func (s *Scenario) Fingerprint() uint32 {
	plain := *s
	plain.Name, plain.Title, plain.Story, plain.Expect = "", "", "", nil
	plain.Actions, plain.Faults = slices.Clone(s.Actions), slices.Clone(s.Faults)
	for i := range plain.Actions {
		plain.Actions[i].Line = 0
	}
	for i := range plain.Faults {
		plain.Faults[i].Line = 0
	}
	data, err := json.Marshal(plain)
	if err != nil {
		panic(err) // plain data
	}
	h := fnv.New32a()
	_, _ = h.Write(data)
	return h.Sum32()
}
