package scenarios

import (
	"maps"
	"slices"
	"time"

	"github.com/jobsim/jobsim/sim/kubelet"
)

// podFields is an entry of pods: what a pod does.
type podFields struct {
	where         `yaml:"-"`
	Match         *matchFields           `yaml:"match,omitempty"`
	Unschedulable endless                `yaml:"unschedulable,omitempty"`
	Start         duration               `yaml:"start,omitempty"`
	PullFails     endless                `yaml:"pullFails,omitempty"`
	Ready         endless                `yaml:"ready,omitempty"`
	Runs          []runFields            `yaml:"runs,omitempty"`
	Containers    map[string][]runFields `yaml:"containers,omitempty"`
	Stop          *stopFields            `yaml:"stop,omitempty"`
	EvictAfter    duration               `yaml:"evictAfter,omitempty"`
	Lost          bool                   `yaml:"lost,omitempty"`
}

// matchFields says which pods an entry is for.
type matchFields struct {
	where `yaml:"-"`
	Job   string `yaml:"job,omitempty"`
	Index *int   `yaml:"index,omitempty"`
	Pod   int    `yaml:"pod,omitempty"`
}

// runFields is one run of a container.
type runFields struct {
	where   `yaml:"-"`
	For     endless `yaml:"for,omitempty"`
	Exit    int32   `yaml:"exit,omitempty"`
	Signal  int32   `yaml:"signal,omitempty"`
	OOM     bool    `yaml:"oom,omitempty"`
	Message prose   `yaml:"message,omitempty"`
}

// stopFields is what a container does on SIGTERM.
type stopFields struct {
	where  `yaml:"-"`
	After  duration `yaml:"after,omitempty"`
	Exit   *int32   `yaml:"exit,omitempty"`
	Ignore bool     `yaml:"ignore,omitempty"`
}

func (f *podFields) read() kubelet.Script {
	s := kubelet.Script{
		Unschedulable: time.Duration(f.Unschedulable),
		Start:         time.Duration(f.Start),
		PullFails:     time.Duration(f.PullFails),
		Ready:         time.Duration(f.Ready),
		Runs:          readRuns(f.Runs),
		EvictAfter:    time.Duration(f.EvictAfter),
		Lost:          f.Lost,
	}
	if f.Match != nil {
		s.Match = f.Match.read()
	}
	if f.Stop != nil {
		s.Stop = f.Stop.read()
	}
	for _, name := range slices.Sorted(maps.Keys(f.Containers)) {
		if s.Containers == nil {
			s.Containers = map[string][]kubelet.Run{}
		}
		s.Containers[name] = readRuns(f.Containers[name])
	}
	return s
}

func (f *matchFields) read() kubelet.Match {
	if f.Index != nil && *f.Index < 0 {
		f.fail("index", "expected a completion index from 0, found %d", *f.Index)
	}
	if f.has("pod") && f.Pod < 1 {
		f.fail("pod", "expected the number of a pod, from 1, found %d", f.Pod)
	}
	return kubelet.Match{Job: f.Job, Index: f.Index, Pod: f.Pod}
}

func readRuns(list []runFields) []kubelet.Run {
	var runs []kubelet.Run
	for i := range list {
		runs = append(runs, list[i].read())
	}
	return runs
}

func (f *runFields) read() kubelet.Run {
	checkExit(&f.where, f.Exit)
	if f.has("signal") && (f.Signal < 1 || f.Signal > 64) {
		f.fail("signal", "expected the number of a signal, from 1 to 64, found %d", f.Signal)
	}
	if several := given(map[string]bool{"exit": f.has("exit"), "signal": f.has("signal"), "oom": f.OOM}); len(several) > 1 {
		f.fail(several[1], "expected one way to end, found %s and %s", several[0], several[1])
	}
	return kubelet.Run{
		For: time.Duration(f.For), Exit: f.Exit, Signal: f.Signal, OOM: f.OOM, Message: string(f.Message),
	}
}

func (f *stopFields) read() kubelet.Stop {
	if f.Exit != nil {
		checkExit(&f.where, *f.Exit)
	}
	if f.Ignore && (f.has("after") || f.has("exit")) {
		f.fail("ignore", "expected either ignore or what happens on SIGTERM, found both")
	}
	return kubelet.Stop{After: time.Duration(f.After), Exit: f.Exit, Ignore: f.Ignore}
}

func checkExit(w *where, code int32) {
	if code < 0 || code > 255 {
		w.fail("exit", "expected an exit code from 0 to 255, found %d", code)
	}
}

// given lists the names that are set, in alphabetical order.
func given(set map[string]bool) []string {
	var names []string
	for _, name := range slices.Sorted(maps.Keys(set)) {
		if set[name] {
			names = append(names, name)
		}
	}
	return names
}
