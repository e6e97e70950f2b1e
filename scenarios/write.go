package scenarios

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/jobsim/jobsim/sim"
	"github.com/jobsim/jobsim/sim/kubelet"
)

// Write makes the file of a scenario: what [Parse] would read it from. Fields that have their default are left out,
// the order is always the same, and Jobs are written without their status. Actions, faults and expectations are put
// in the order of their times. The name is not in the file: it is for whoever stores it to choose.
//
// It fails if the scenario says something that no file can say, such as an action that does nothing.
func Write(s *sim.Scenario) ([]byte, error) {
	file, err := fileOf(s)
	if err != nil {
		return nil, fmt.Errorf("scenario %s: %w", s.Name, err)
	}
	var root yaml.Node
	if err := root.Encode(file); err != nil {
		return nil, fmt.Errorf("scenario %s: %w", s.Name, err)
	}
	layOut(&root)
	var b bytes.Buffer
	encoder := yaml.NewEncoder(&b)
	encoder.SetIndent(2)
	encoder.CompactSeqIndent()
	if err := encoder.Encode(&root); err != nil {
		return nil, fmt.Errorf("scenario %s: %w", s.Name, err)
	}
	return b.Bytes(), nil
}

func fileOf(s *sim.Scenario) (*scenarioFile, error) {
	f := &scenarioFile{
		APIVersion: apiVersion, Kind: kind, Title: prose(s.Title), Story: prose(strings.TrimRight(s.Story, "\n")),
		Until: duration(s.Until), WatchDelay: duration(s.WatchDelay), Latency: duration(s.Latency),
	}
	for _, job := range s.Jobs {
		f.Jobs = append(f.Jobs, manifest{job: job})
	}
	if len(f.Jobs) == 1 {
		f.Job, f.Jobs = &f.Jobs[0], nil
	}
	for _, n := range s.Nodes {
		f.Nodes = append(f.Nodes, writeNode(n))
	}
	for i := range s.Pods {
		f.Pods = append(f.Pods, writePod(&s.Pods[i]))
	}
	ordered := *s
	ordered.Actions, ordered.Faults, ordered.Expect = slices.Clone(s.Actions), slices.Clone(s.Faults), slices.Clone(s.Expect)
	InOrder(&ordered)
	for i := range ordered.Actions {
		fields, err := writeAction(&ordered.Actions[i])
		if err != nil {
			return nil, fmt.Errorf("actions[%d]: %w", i, err)
		}
		f.Actions = append(f.Actions, fields)
	}
	for i := range ordered.Faults {
		fields, err := writeFault(&ordered.Faults[i])
		if err != nil {
			return nil, fmt.Errorf("faults[%d]: %w", i, err)
		}
		f.Faults = append(f.Faults, fields)
	}
	for i := range ordered.Expect {
		f.Expect = append(f.Expect, writeExpectation(&ordered.Expect[i]))
	}
	return f, nil
}

// InOrder puts the actions, the faults and the expectations of a scenario in the order of their times, as in a file.
// What has no time of its own keeps its place, and what has the same time its order. It makes no difference to a run.
func InOrder(s *sim.Scenario) {
	inOrder(s.Actions, func(a sim.Action) (time.Duration, bool) { return a.At, a.After == nil })
	inOrder(s.Faults, func(f sim.Fault) (time.Duration, bool) {
		return f.At, f.After == nil && (f.Crash == nil || f.Crash.Call == 0)
	})
	inOrder(s.Expect, func(e sim.Expectation) (time.Duration, bool) {
		if e.At == nil {
			return 0, false
		}
		return *e.At, true
	})
}

func writeNode(n kubelet.Node) nodeFields {
	f := nodeFields{Name: n.Name, Pods: n.Pods}
	for key, value := range n.Labels {
		if f.Labels == nil {
			f.Labels = map[string]prose{}
		}
		f.Labels[key] = prose(value)
	}
	return f
}

// inOrder sorts the entries that have a time of their own; the others keep their places. What happens at one time
// happens in the order of the list, and that stays as it is.
func inOrder[E any](list []E, at func(E) (time.Duration, bool)) {
	var places []int
	var timed []E
	for i, e := range list {
		if _, ok := at(e); ok {
			places = append(places, i)
			timed = append(timed, e)
		}
	}
	slices.SortStableFunc(timed, func(a, b E) int {
		x, _ := at(a)
		y, _ := at(b)
		return int(max(-1, min(1, x-y)))
	})
	for i, place := range places {
		list[place] = timed[i]
	}
}

// longestLine is how long a list entry may become before it is written on several lines.
const longestLine = 110

// layOut writes what is short on one line, as a person would. Manifests stay as they are.
func layOut(root *yaml.Node) {
	for i := 0; i+1 < len(root.Content); i += 2 {
		switch root.Content[i].Value {
		case "pods", "actions", "faults", "expect", "nodes":
			fold(root.Content[i+1])
		}
	}
}

// fold puts the entries of a list on one line each, as far as they fit.
func fold(n *yaml.Node) {
	for i, one := range n.Content {
		switch {
		case one.Kind == yaml.ScalarNode:
		case n.Kind == yaml.MappingNode && n.Content[i-1].Value == "create":
		case lineLength(one) <= longestLine:
			one.Style |= yaml.FlowStyle
		default:
			fold(one)
		}
	}
}

// lineLength is about how long a value is on one line; more than any line for text of several lines.
func lineLength(n *yaml.Node) int {
	if n.Kind == yaml.ScalarNode {
		if strings.ContainsRune(n.Value, '\n') {
			return longestLine + 1
		}
		return len(n.Value)
	}
	sum := 2
	for _, child := range n.Content {
		sum += lineLength(child) + 2
	}
	return sum
}
