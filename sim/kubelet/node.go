package kubelet

import (
	"slices"
	"strconv"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/jobsim/jobsim/sim/apiserver"
)

// node is a machine with its kubelet.
type node struct {
	cluster *Cluster
	name    string
	actor   string // who its kubelet is for the API server and in the trace
	kubelet API
	address string
	subnet  string // prefix of its pods' addresses
	sandbox int    // pod addresses given out

	stored *corev1.Node // nil when the API has no such node
	// capacity is how many pods that have not ended fit; zero means any number. Load is how many there are.
	capacity, load int

	workers []*podWorker
	sweep   int // length of workers at which those that are done are dropped

	cutOff      bool // its kubelet and the API server do not reach each other
	dead        bool // the machine is gone for good
	losses      int  // how often it has been cut off
	unreachable bool // the node lifecycle controller has noticed
}

// register adds a node and lets its kubelet create the object.
func (c *Cluster) register(o Node) {
	n := c.addNode(o.Name)
	n.capacity = o.Pods
	obj := &corev1.Node{
		ObjectMeta: metav1.ObjectMeta{Name: o.Name, Labels: map[string]string{
			corev1.LabelHostname: o.Name,
			corev1.LabelOSStable: "linux",
		}},
		Status: corev1.NodeStatus{
			Conditions: []corev1.NodeCondition{n.ready(nil)},
			Addresses: []corev1.NodeAddress{
				{Type: corev1.NodeInternalIP, Address: n.address},
				{Type: corev1.NodeHostName, Address: o.Name},
			},
		},
	}
	for k, v := range o.Labels {
		obj.Labels[k] = v
	}
	if o.Pods > 0 {
		room := corev1.ResourceList{corev1.ResourcePods: *resource.NewQuantity(int64(o.Pods), resource.DecimalSI)}
		obj.Status.Capacity, obj.Status.Allocatable = room, room
	}
	_, err := n.kubelet.Create(obj)
	must("creating node %s", o.Name, err)
	if n.stored != nil && nodeReady(n.stored) == nil { // a server that takes no status on creation
		n.postReady()
	}
}

func (c *Cluster) addNode(name string) *node {
	i := len(c.nodes)
	n := &node{
		cluster: c, name: name, actor: "kubelet/" + name, sweep: 64,
		address: "172.18." + strconv.Itoa(i>>8&255) + "." + strconv.Itoa(i&255+2),
		subnet:  "10." + strconv.Itoa(i&255) + ".",
	}
	n.kubelet = c.server.As(n.actor)
	c.nodes = append(c.nodes, n)
	c.byName[name] = n
	return n
}

// nodeChanged is told of every change of a Node. A node that somebody else creates gets a kubelet as well: a machine
// has joined.
func (c *Cluster) nodeChanged(change apiserver.Change) {
	outer := c.queue.Cause
	c.queue.Cause = change.Seq
	defer func() { c.queue.Cause = outer }()
	if change.New == nil {
		if n := c.byName[change.Old.GetName()]; n != nil {
			n.stored = nil
			c.gc.want(c.queue.Now())
		}
		return
	}
	stored := change.New.(*corev1.Node)
	n := c.byName[stored.Name]
	if n == nil || n.dead {
		n = c.addNode(stored.Name)
		n.capacity = roomOf(stored)
		if nodeReady(stored) == nil {
			c.soon(n.postReady)
		}
	}
	before := n.stored
	n.stored = stored
	c.scheduler.retry()
	if before == nil && len(stored.Spec.Taints) > 0 || before != nil && !slices.Equal(taintKeys(before), taintKeys(stored)) {
		c.soon(func() { c.taints.considerNode(n) })
		if n.outOfService() {
			c.gc.want(c.queue.Now())
		}
	}
}

// postReady writes that the node is ready.
func (n *node) postReady() {
	if n.stored == nil || n.cutOff {
		return
	}
	obj := *n.stored
	obj.Status.Conditions = withNodeCondition(obj.Status.Conditions, n.ready(nodeReady(n.stored)))
	_, err := n.kubelet.UpdateStatus(&obj)
	must("reporting that node %s is ready", n.name, err)
}

// ready is the condition of a node in good order.
func (n *node) ready(before *corev1.NodeCondition) corev1.NodeCondition {
	now := n.cluster.stamp()
	cond := corev1.NodeCondition{
		Type: corev1.NodeReady, Status: corev1.ConditionTrue, LastHeartbeatTime: now, LastTransitionTime: now,
		Reason: "KubeletReady", Message: "kubelet is posting ready status",
	}
	if before != nil && before.Status == cond.Status {
		cond.LastTransitionTime = before.LastTransitionTime
	}
	return cond
}

// nextPodIP gives out an address for a pod's sandbox.
func (n *node) nextPodIP() string {
	n.sandbox++
	i := n.sandbox + 1
	return n.subnet + strconv.Itoa(i>>8&255) + "." + strconv.Itoa(i&255)
}

// outOfService tells whether somebody has declared that the node, which is not ready, will not come back (EXT-7).
func (n *node) outOfService() bool {
	if n.stored == nil {
		return false
	}
	if ready := nodeReady(n.stored); ready != nil && ready.Status == corev1.ConditionTrue {
		return false
	}
	return slices.ContainsFunc(n.stored.Spec.Taints, func(t corev1.Taint) bool {
		return t.Key == corev1.TaintNodeOutOfService
	})
}

func nodeReady(n *corev1.Node) *corev1.NodeCondition {
	for i := range n.Status.Conditions {
		if n.Status.Conditions[i].Type == corev1.NodeReady {
			return &n.Status.Conditions[i]
		}
	}
	return nil
}

func withNodeCondition(conditions []corev1.NodeCondition, cond corev1.NodeCondition) []corev1.NodeCondition {
	conditions = slices.Clone(conditions)
	for i := range conditions {
		if conditions[i].Type == cond.Type {
			conditions[i] = cond
			return conditions
		}
	}
	return append(conditions, cond)
}

// roomOf is how many pods a node that somebody else created says it can run; zero when it does not say.
func roomOf(n *corev1.Node) int {
	room := n.Status.Allocatable[corev1.ResourcePods]
	return int(room.Value())
}

type taintKey struct {
	key, value string
	effect     corev1.TaintEffect
}

func taintKeys(n *corev1.Node) []taintKey {
	keys := make([]taintKey, len(n.Spec.Taints))
	for i, t := range n.Spec.Taints {
		keys[i] = taintKey{t.Key, t.Value, t.Effect}
	}
	return keys
}
