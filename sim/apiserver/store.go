package apiserver

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/types"
)

// store keeps the current version of every object and the history that watches read. All resources share one
// resourceVersion, which grows by one with each change, as in a cluster with one etcd.
type store struct {
	version uint64
	window  int // changes kept for each resource

	jobs, pods, nodes, events, namespaces, leases collection
}

// of returns the objects of a resource; nil for one that is not served.
func (s *store) of(r Resource) *collection {
	switch r {
	case Jobs:
		return &s.jobs
	case Pods:
		return &s.pods
	case Nodes:
		return &s.nodes
	case Events:
		return &s.events
	case Namespaces:
		return &s.namespaces
	case Leases:
		return &s.leases
	}
	return nil
}

// collection is the objects of one resource.
type collection struct {
	objects map[types.NamespacedName]Object
	log     []Change
	// dropped is how many changes have left the front of the log; compacted is the newest resourceVersion among them.
	dropped   int
	compacted uint64
	notices   []func(Change)
	watches   []*Watch
}

// Change is one stored change of an object.
type Change struct {
	// Old is nil for a creation, New for a removal from the store. Both are shared and must not be changed.
	Old, New Object
	// Version is the resourceVersion of the change.
	Version uint64
	// At is the virtual time of the change.
	At time.Duration
	// Seq is the trace entry of the write.
	Seq int
	// before is what Old was before a removal gave it the resourceVersion of the removal; nil for all other changes.
	before Object
}

// Object is the object as of this change: as last stored, when it was removed.
func (c Change) Object() Object {
	if c.New != nil {
		return c.New
	}
	return c.Old
}

func newStore(window, pods int) store {
	// A list of an empty cluster has a resourceVersion too: "0" would mean any to a watch that starts there.
	return store{
		version: 1, window: window,
		jobs: newCollection(0), pods: newCollection(pods), nodes: newCollection(0), events: newCollection(pods),
		namespaces: newCollection(0), leases: newCollection(0),
	}
}

func newCollection(expected int) collection {
	return collection{objects: make(map[types.NamespacedName]Object, expected)}
}

func nameOf(k Key) types.NamespacedName {
	return types.NamespacedName{Namespace: k.Namespace, Name: k.Name}
}

func (s *store) get(k Key) Object {
	c := s.of(k.Resource)
	if c == nil {
		return nil
	}
	return c.objects[nameOf(k)]
}

// nextVersion is the resourceVersion that the next change will have, as objects carry it.
func (s *store) nextVersion() string { return strconv.FormatUint(s.version+1, 10) }

// apply stores a change, keeps it in the log and tells everybody.
func (s *store) apply(k Key, change Change) {
	s.version++
	change.Version = s.version
	c := s.of(k.Resource)
	if change.New != nil {
		c.objects[nameOf(k)] = change.New
	} else {
		delete(c.objects, nameOf(k))
	}
	if len(c.log) == cap(c.log) { // append would grow by a quarter, and copy a long log many times over
		c.log = slices.Grow(c.log, max(16, len(c.log)))
	}
	c.log = append(c.log, change)
	if len(c.log) > 2*s.window {
		c.compact(len(c.log) - s.window)
	}
	for _, notice := range c.notices {
		notice(change)
	}
	for _, w := range c.watches {
		w.wake()
	}
}

// compact forgets the oldest n changes: watches that have not read them must list again.
func (c *collection) compact(n int) {
	c.compacted = c.log[n-1].Version
	c.dropped += n
	c.log = append([]Change(nil), c.log[n:]...)
}

// at returns the objects as of a resourceVersion that is not compacted: it takes back what has changed since.
func (c *collection) at(version uint64) map[types.NamespacedName]Object {
	objects := maps.Clone(c.objects)
	for i := len(c.log) - 1; i >= 0 && c.log[i].Version > version; i-- {
		change := &c.log[i]
		name := types.NamespacedName{Namespace: change.Object().GetNamespace(), Name: change.Object().GetName()}
		switch {
		case change.Old == nil:
			delete(objects, name)
		case change.before != nil:
			objects[name] = change.before
		default:
			objects[name] = change.Old
		}
	}
	return objects
}

// sorted returns the objects of a namespace (of all, if empty) in the order in which etcd lists them.
func (c *collection) sorted(namespace string) []Object { return sorted(c.objects, namespace) }

func sorted(all map[types.NamespacedName]Object, namespace string) []Object {
	type named struct {
		name   types.NamespacedName
		object Object
	}
	found := make([]named, 0, len(all))
	for n, obj := range all {
		if namespace == "" || n.Namespace == namespace {
			found = append(found, named{n, obj})
		}
	}
	slices.SortFunc(found, func(a, b named) int { return compareNames(a.name, b.name) })
	objects := make([]Object, len(found))
	for i, f := range found {
		objects[i] = f.object
	}
	return objects
}

// compareNames orders objects as etcd orders their keys, in which a slash stands between namespace and name: those of
// namespace "a-b" come before those of "a".
func compareNames(a, b types.NamespacedName) int {
	if a.Namespace == b.Namespace {
		return strings.Compare(a.Name, b.Name)
	}
	return strings.Compare(a.Namespace+"/", b.Namespace+"/")
}

// parseVersion reads a resourceVersion that a client has sent.
func parseVersion(s string) (uint64, error) {
	v, err := strconv.ParseUint(s, 10, 64)
	if err != nil {
		return 0, fmt.Errorf("invalid resource version %q: expected a whole number as in metadata.resourceVersion", s)
	}
	return v, nil
}
