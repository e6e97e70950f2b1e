package scenarios

import (
	"path/filepath"
	"strings"
	"time"

	"github.com/jobsim/jobsim/sim"
	"github.com/jobsim/jobsim/sim/kubelet"
)

// What a scenario file says at its top.
const (
	apiVersion = "jobsim/v1alpha1"
	kind       = "Scenario"
)

// defaultUntil is how long a run lasts that says nothing about it: see [sim.Scenario].
const defaultUntil = 24 * time.Hour

// scenarioFile is a scenario file. The order of the fields is the order in which they are written.
type scenarioFile struct {
	where      `yaml:"-"`
	APIVersion string         `yaml:"apiVersion"`
	Kind       string         `yaml:"kind"`
	Title      prose          `yaml:"title,omitempty"`
	Story      prose          `yaml:"story,omitempty"`
	Job        *manifest      `yaml:"job,omitempty"`
	Jobs       []manifest     `yaml:"jobs,omitempty"`
	Nodes      []nodeFields   `yaml:"nodes,omitempty"`
	Pods       []podFields    `yaml:"pods,omitempty"`
	Actions    []actionFields `yaml:"actions,omitempty"`
	Faults     []faultFields  `yaml:"faults,omitempty"`
	Expect     []expectFields `yaml:"expect,omitempty"`
	Until      duration       `yaml:"until,omitempty"`
	WatchDelay duration       `yaml:"watchDelay,omitempty"`
	Latency    duration       `yaml:"latency,omitempty"`
}

// nodeFields is an entry of nodes.
type nodeFields struct {
	where  `yaml:"-"`
	Name   string           `yaml:"name"`
	Pods   int              `yaml:"pods,omitempty"`
	Labels map[string]prose `yaml:"labels,omitempty"`
}

// scenario makes the scenario of a file that has the right shape.
func (f *scenarioFile) scenario(name string) *sim.Scenario {
	s := &sim.Scenario{
		Name:       name,
		Title:      string(f.Title),
		Story:      strings.TrimRight(string(f.Story), "\n"),
		Until:      time.Duration(f.Until),
		WatchDelay: time.Duration(f.WatchDelay),
		Latency:    time.Duration(f.Latency),
	}
	if f.Job != nil && f.has("jobs") {
		f.fail("jobs", "expected either job or jobs, found both")
	}
	if f.Job != nil {
		s.Jobs = append(s.Jobs, f.Job.job)
	}
	for i := range f.Jobs {
		s.Jobs = append(s.Jobs, f.Jobs[i].job)
	}
	for i := range f.Nodes {
		f.Nodes[i].read(s)
	}
	for i := range f.Pods {
		s.Pods = append(s.Pods, f.Pods[i].read())
	}
	for i := range f.Actions {
		s.Actions = append(s.Actions, f.Actions[i].read())
	}
	for i := range f.Faults {
		s.Faults = append(s.Faults, f.Faults[i].read())
	}
	for i := range f.Expect {
		s.Expect = append(s.Expect, f.Expect[i].read())
	}
	return s
}

func (n *nodeFields) read(s *sim.Scenario) {
	if n.Name == "" {
		n.fail("name", "expected the name of the node")
	}
	if n.Pods < 0 {
		n.fail("pods", "expected how many pods fit on the node, found %d", n.Pods)
	}
	for _, other := range s.Nodes {
		if other.Name == n.Name {
			n.fail("name", "expected each node once, found %s again", n.Name)
		}
	}
	s.Nodes = append(s.Nodes, kubelet.Node{Name: n.Name, Pods: n.Pods, Labels: plainText(n.Labels)})
}

func plainText(labels map[string]prose) map[string]string {
	if labels == nil {
		return nil
	}
	plain := make(map[string]string, len(labels))
	for key, value := range labels {
		plain[key] = string(value)
	}
	return plain
}

// nameOf makes the name of a scenario from that of its file.
func nameOf(file string) string {
	base := filepath.Base(file)
	return strings.TrimSuffix(base, filepath.Ext(base))
}
