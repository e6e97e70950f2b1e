package kubelet

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/jobsim/jobsim/sim/apiserver"
	"github.com/jobsim/jobsim/sim/event"
	"github.com/jobsim/jobsim/sim/internal/slab"
)

// Options of a cluster. The zero value is a cluster of three nodes without limits whose pods succeed at once.
type Options struct {
	// Nodes that there are at the start. Nil means node-1, node-2 and node-3.
	Nodes []Node
	// Scripts are what pods do; see Script.Match for who takes which.
	Scripts []Script
	// CrashLoop is the back-off before a container is restarted. The zero value means 10 s to 300 s (KUB-1, KUB-6).
	CrashLoop BackOff
	// Events makes the scheduler and the kubelets create the normal Events of a pod's life too (Scheduled, Pulled,
	// Created, Started, Killing). Warnings are always created.
	Events bool
	// ExpectedPods is about how many pods will run, to make room for what is reported of them at once.
	ExpectedPods int
}

// Node describes a node.
type Node struct {
	Name string
	// Pods is how many pods that have not ended fit on the node; zero means any number.
	Pods int
	// Labels beside the name of the host and the operating system.
	Labels map[string]string
}

// BackOff is a wait that doubles from Initial up to Max.
type BackOff struct {
	Initial, Max time.Duration
}

// Cluster is the scheduler, the nodes and the controllers around them. It belongs to one goroutine at a time.
type Cluster struct {
	queue    *event.Queue
	server   Server
	recorder apiserver.Recorder
	options  Options
	scripts  scripts

	scheduler scheduler
	lifecycle nodeLifecycle
	taints    taintEviction
	gc        podGC

	nodes  []*node // in order of appearance
	byName map[string]*node
	pods   map[types.UID]*pod
	made   int // pods created so far
	events int // Events created so far

	versions slab.Slab[version]
}

// pod is what the cluster knows of one pod.
type pod struct {
	stored *corev1.Pod // as last stored, also after its removal
	gone   bool        // it has left the store
	order  int         // counts pods in order of creation, from 1
	born   time.Duration
	script *Script
	node   *node // where it is bound to; nil also when its node does not exist
	loads  bool  // counted in the load of its node
	gated  bool  // its scheduling gates have kept it from being scheduled
	worker *podWorker
	// taintWork is the eviction that a taint of its node has in store for it.
	taintWork *event.Timer
}

// New makes a cluster and creates its nodes in the API.
func New(queue *event.Queue, server Server, recorder apiserver.Recorder, o Options) *Cluster {
	if o.Nodes == nil {
		o.Nodes = []Node{{Name: "node-1"}, {Name: "node-2"}, {Name: "node-3"}}
	}
	o.CrashLoop = o.CrashLoop.orDefault()
	c := &Cluster{
		queue: queue, server: server, recorder: recorder, options: o,
		scripts: newScripts(o.Scripts),
		byName:  map[string]*node{},
		pods:    make(map[types.UID]*pod, o.ExpectedPods),
	}
	c.versions.Reserve(3 * o.ExpectedPods) // pending, running, and how it ended
	c.scheduler = scheduler{cluster: c, api: server.As("scheduler")}
	c.lifecycle = nodeLifecycle{cluster: c, api: server.As("node-lifecycle")}
	c.taints = taintEviction{cluster: c, api: server.As("taint-eviction-controller")}
	c.gc = podGC{cluster: c, api: server.As("pod-gc"), quarantine: map[string]time.Duration{}}
	server.Subscribe(apiserver.Nodes, c.nodeChanged)
	server.Subscribe(apiserver.Pods, c.podChanged)
	for _, n := range o.Nodes {
		c.register(n)
	}
	return c
}

// podChanged is told of every change of a pod, from inside the write: it takes notes and schedules, and writes nothing.
func (c *Cluster) podChanged(change apiserver.Change) {
	outer := c.queue.Cause
	c.queue.Cause = change.Seq
	switch {
	case change.New == nil:
		c.podRemoved(change.Old.(*corev1.Pod))
	case change.Old == nil:
		c.podCreated(change.New.(*corev1.Pod))
	default:
		c.podUpdated(change.Old.(*corev1.Pod), change.New.(*corev1.Pod))
	}
	c.queue.Cause = outer
}

func (c *Cluster) podCreated(stored *corev1.Pod) {
	c.made++
	p := &pod{stored: stored, order: c.made, born: c.queue.Now(), script: c.scripts.choose(stored)}
	c.pods[stored.UID] = p
	if stored.Spec.NodeName != "" {
		c.assign(p)
		return
	}
	c.scheduler.add(p)
}

func (c *Cluster) podUpdated(old, stored *corev1.Pod) {
	p := c.pods[stored.UID]
	if p == nil {
		return
	}
	p.stored = stored
	switch {
	case stored.Spec.NodeName == "":
		c.scheduler.podUpdated(p)
		if c.gc.isStuck(p) {
			c.gc.want(c.queue.Now())
		}
		return
	case old.Spec.NodeName == "":
		c.assign(p)
		return
	}
	c.weigh(p)
	if p.worker != nil {
		p.worker.podUpdated(old, stored)
	}
	if old.DeletionTimestamp == nil && stored.DeletionTimestamp != nil && p.node != nil && p.node.outOfService() {
		c.gc.want(c.queue.Now())
	}
}

func (c *Cluster) podRemoved(last *corev1.Pod) {
	p := c.pods[last.UID]
	if p == nil {
		return
	}
	p.stored, p.gone = last, true
	delete(c.pods, last.UID)
	p.taintWork.Stop()
	c.weigh(p)
	if p.worker != nil {
		p.worker.podRemoved()
	}
}

// assign takes note that a pod is bound to a node.
func (c *Cluster) assign(p *pod) {
	p.node = c.byName[p.stored.Spec.NodeName]
	if p.node == nil || p.node.stored == nil {
		c.gc.want(c.queue.Now()) // EXT-7
	}
	if p.node == nil {
		return
	}
	c.weigh(p)
	c.taints.consider(p)
	if !p.node.cutOff {
		c.employ(p)
	}
}

// weigh keeps the load of a pod's node: the number of its pods that have not ended.
func (c *Cluster) weigh(p *pod) {
	loads := p.node != nil && !p.gone && !terminal(p.stored.Status.Phase)
	if loads == p.loads {
		return
	}
	p.loads = loads
	if loads {
		p.node.load++
		return
	}
	p.node.load--
	c.scheduler.retry()
}

// inOrder returns the pods that are in the store and for which keep holds, in order of creation.
func (c *Cluster) inOrder(keep func(*pod) bool) []*pod {
	var found []*pod
	for _, p := range c.pods {
		if keep(p) {
			found = append(found, p)
		}
	}
	slices.SortFunc(found, func(a, b *pod) int { return cmp.Compare(a.order, b.order) })
	return found
}

// find returns a pod of the store by its name.
func (c *Cluster) find(namespace, name string) (*pod, error) {
	obj, err := c.scheduler.api.Get(apiserver.Key{Resource: apiserver.Pods, Namespace: namespace, Name: name})
	if err != nil {
		return nil, fmt.Errorf("pod %s/%s: %w", namespace, name, err)
	}
	return c.pods[obj.GetUID()], nil
}

// soon schedules a reaction at this instant.
func (c *Cluster) soon(run func()) { c.queue.At(c.queue.Now(), event.Cluster, run) }

// after schedules something d from now; Forever means that it never comes, and gives no timer.
func (c *Cluster) after(d time.Duration, run func()) *event.Timer {
	if d == Forever {
		return nil
	}
	return c.queue.After(d, event.Cluster, run)
}

// stamp is the present as objects carry it: whole seconds (TIME-0).
func (c *Cluster) stamp() metav1.Time { return metav1.NewTime(c.queue.Time().Truncate(time.Second)) }

// must takes the outcome of a write by a part of the cluster. Such writes are not subject to faults, so only an object
// that has vanished is an answer; anything else is a mistake in the simulator, and going on would hide it. Doing is a
// format for what, which is put together only then.
func must(doing, what string, err error) bool {
	if err == nil {
		return true
	}
	if apierrors.IsNotFound(err) {
		return false
	}
	panic(fmt.Sprintf("kubelet: "+doing+": expected the API server to accept the write, got: %v", what, err))
}

func terminal(phase corev1.PodPhase) bool {
	return phase == corev1.PodSucceeded || phase == corev1.PodFailed
}
