package scenarios

import (
	"slices"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/jobsim/jobsim/sim"
	"github.com/jobsim/jobsim/sim/apiserver"
)

// faultFields is an entry of faults. One of crash, error, watch, node and clock says what goes wrong.
type faultFields struct {
	where       `yaml:"-"`
	At          *duration      `yaml:"at,omitempty"`
	After       *triggerFields `yaml:"after,omitempty"`
	Crash       string         `yaml:"crash,omitempty"`
	Error       *errorCode     `yaml:"error,omitempty"`
	Watch       string         `yaml:"watch,omitempty"`
	Node        string         `yaml:"node,omitempty"`
	Clock       *step          `yaml:"clock,omitempty"`
	Down        duration       `yaml:"down,omitempty"`
	Call        int            `yaml:"call,omitempty"`
	Verb        string         `yaml:"verb,omitempty"`
	Resource    string         `yaml:"resource,omitempty"`
	Subresource string         `yaml:"subresource,omitempty"`
	Name        string         `yaml:"name,omitempty"`
	Reason      *string        `yaml:"reason,omitempty"`
	Message     *prose         `yaml:"message,omitempty"`
	Details     *statusDetails `yaml:"details,omitempty"`
	Effect      bool           `yaml:"effect,omitempty"`
	Skip        int            `yaml:"skip,omitempty"`
	Times       int            `yaml:"times,omitempty"`
	Delay       duration       `yaml:"delay,omitempty"`
	Stall       bool           `yaml:"stall,omitempty"`
	Break       bool           `yaml:"break,omitempty"`
	Lost        bool           `yaml:"lost,omitempty"`
	Deleted     bool           `yaml:"deleted,omitempty"`
	For         duration       `yaml:"for,omitempty"`
}

// implementation is what crash names: there is one thing that can crash.
const implementation = "controller"

// allResources is what watch names when every watch is meant.
const allResources = "all"

func faultKinds() []string { return []string{"crash", "error", "watch", "node", "clock"} }

// goesWith lists the fields that a kind of fault understands.
func goesWith(kind string) []string {
	match := []string{"verb", "resource", "subresource", "name"}
	switch kind {
	case "crash":
		return append([]string{"down", "call", "effect"}, match...)
	case "error":
		return append([]string{"reason", "message", "details", "effect", "skip", "times", "for"}, match...)
	case "watch":
		return []string{"delay", "stall", "break", "for"}
	case "node":
		return []string{"lost", "deleted", "for"}
	}
	return nil
}

func (f *faultFields) read() sim.Fault {
	fault := sim.Fault{When: readWhen(f.At, f.After), Line: f.line()}
	var found []string
	for _, kind := range faultKinds() {
		if f.has(kind) {
			found = append(found, kind)
		}
	}
	switch {
	case len(found) == 0:
		f.failHere("expected what goes wrong: %s", orList(faultKinds()))
		return fault
	case len(found) > 1:
		f.fail(found[1], "expected one thing to go wrong, found %s and %s", found[0], found[1])
		return fault
	}
	kind := found[0]
	for _, e := range entries(f.problems, f.node, f.path) {
		if e.name == "at" || e.name == "after" || e.name == kind || slices.Contains(goesWith(kind), e.name) {
			continue
		}
		f.problems.add(e.key, join(f.path, e.name), "expected a field that goes with %s: %s", kind,
			orList(append([]string{"at", "after"}, goesWith(kind)...)))
	}
	switch kind {
	case "crash":
		fault.Crash = f.readCrash()
	case "error":
		fault.Error = f.readError()
	case "watch":
		fault.Watch = f.readWatch()
	case "node":
		fault.Node = f.readNode()
	case "clock":
		change := time.Duration(*f.Clock)
		fault.Clock = &change
		if change == 0 {
			f.fail("clock", "expected how far the clock is moved, found %s", describe(find(f.node, "clock")))
		}
	}
	return fault
}

func (f *faultFields) readCrash() *sim.Crash {
	if f.Crash != implementation {
		f.fail("crash", "expected %s, found %q", implementation, f.Crash)
	}
	byCall := f.has("call")
	switch {
	case byCall && f.Call < 1:
		f.fail("call", "expected the number of an API call, from 1, found %d", f.Call)
	case byCall && (f.has("at") || f.has("after")):
		f.fail("call", "expected either call or when it happens, found both")
	case !byCall && !f.has("at") && !f.has("after"):
		f.failHere("expected when it happens: at, after or call")
	}
	if !byCall {
		for _, name := range []string{"effect", "verb", "resource", "subresource", "name"} {
			if f.has(name) {
				f.fail(name, "expected call beside %s", name)
			}
		}
	}
	return &sim.Crash{Down: time.Duration(f.Down), Call: f.Call, Match: f.readMatch(), After: f.Effect}
}

func (f *faultFields) readMatch() sim.CallMatch {
	if f.has("verb") {
		oneOf(&f.where, "verb", f.Verb, []string{
			"create", "get", "list", "update", "patch", "delete", "deletecollection", "watch",
		})
	}
	f.checkResource("resource", f.Resource)
	return sim.CallMatch{
		Verb: f.Verb, Resource: apiserver.Resource(f.Resource), Subresource: f.Subresource, Name: f.Name,
	}
}

func (f *faultFields) checkResource(field, found string, more ...string) {
	if f.has(field) {
		oneOf(&f.where, field, found, append([]string{
			string(apiserver.Jobs), string(apiserver.Pods), string(apiserver.Nodes), string(apiserver.Events),
			string(apiserver.Namespaces), string(apiserver.Leases),
		}, more...))
	}
}

func (f *faultFields) readError() *sim.CallError {
	if f.Skip < 0 {
		f.fail("skip", "expected a number of calls, found %d", f.Skip)
	}
	if f.Times < 0 {
		f.fail("times", "expected a number of calls, found %d", f.Times)
	}
	e := &sim.CallError{
		Match: f.readMatch(), Effect: f.Effect, Times: f.Times, Skip: f.Skip, For: time.Duration(f.For),
	}
	e.Status = callStatus(*f.Error, e.Match)
	if f.Reason != nil {
		e.Status.Reason = metav1.StatusReason(*f.Reason)
	}
	if f.Message != nil {
		e.Status.Message = string(*f.Message)
	}
	if f.Details != nil {
		e.Status.Details = f.Details.value
	}
	return e
}

func (f *faultFields) readWatch() *sim.WatchFault {
	f.checkResource("watch", f.Watch, allResources)
	ways := given(map[string]bool{"delay": f.Delay > 0, "stall": f.Stall, "break": f.Break})
	switch {
	case len(ways) == 0:
		f.failHere("expected what happens to the watch: delay, stall or break")
	case len(ways) > 1:
		f.fail(ways[1], "expected one thing to happen to the watch, found %s and %s", ways[0], ways[1])
	case f.Break && f.has("for"):
		f.fail("for", "expected no for beside break: the watch is made anew at once")
	}
	w := &sim.WatchFault{
		Resource: apiserver.Resource(f.Watch), Delay: time.Duration(f.Delay), Stall: f.Stall, Break: f.Break,
		For: time.Duration(f.For),
	}
	if f.Watch == allResources {
		w.Resource = ""
	}
	return w
}

func (f *faultFields) readNode() *sim.NodeFault {
	switch {
	case f.Lost == f.Deleted:
		f.failHere("expected what happens to the node: either lost or deleted")
	case f.Deleted && f.has("for"):
		f.fail("for", "expected no for beside deleted: the node does not come back")
	}
	return &sim.NodeFault{Name: f.Node, Lost: f.Lost, For: time.Duration(f.For), Deleted: f.Deleted}
}

// orList is a list as one says it.
func orList(names []string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:len(names)-1], ", ") + " or " + names[len(names)-1]
}
