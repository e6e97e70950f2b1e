package kubelet

import (
	"fmt"

	"github.com/jobsim/jobsim/sim/apiserver"
	"github.com/jobsim/jobsim/sim/trace"
)

// LoseNode cuts a node off: its kubelet neither hears from the API server nor reports, while its containers go on. The
// node lifecycle controller notices 50 s later.
func (c *Cluster) LoseNode(name string) error {
	n, err := c.machine(name)
	if err != nil {
		return err
	}
	if n.cutOff {
		return fmt.Errorf("losing node %s: expected it to be connected, but it is lost already", name)
	}
	c.because(c.recordNode("lost", name), func() {
		n.cutOff = true
		n.losses++
		for _, w := range n.workers {
			w.frozen = w.pod.stored
		}
		c.lifecycle.watch(n)
	})
	return nil
}

// ReturnNode connects a lost node again: its kubelet reports what has happened meanwhile, and does what it was told
// meanwhile.
func (c *Cluster) ReturnNode(name string) error {
	n, err := c.machine(name)
	if err != nil {
		return err
	}
	if !n.cutOff {
		return fmt.Errorf("returning node %s: expected it to be lost, but it is connected", name)
	}
	c.because(c.recordNode("back", name), func() {
		n.cutOff = false
		if n.unreachable {
			n.unreachable = false
			c.soon(n.postReady)
			c.soon(c.lifecycle.settle)
		}
		for _, w := range n.workers {
			w.reconcile()
		}
		for _, p := range c.inOrder(func(p *pod) bool { return p.node == n && p.worker == nil }) {
			c.employ(p)
		}
	})
	return nil
}

// DeleteNode takes a machine away for good, together with its Node object and everything that ran on it. Its pods stay
// until the pod garbage collector finds them (EXT-7).
func (c *Cluster) DeleteNode(name string) error {
	n, err := c.machine(name)
	if err != nil {
		return err
	}
	c.because(c.recordNode("deleted", name), func() {
		n.cutOff, n.dead = true, true
		n.losses++
		for _, w := range n.workers {
			w.vanish()
		}
		n.workers = nil
		if n.stored != nil {
			must("deleting node %s", name,
				c.server.As("cloud-node-lifecycle").Delete(apiserver.Key{Resource: apiserver.Nodes, Name: name}, nil))
		}
	})
	return nil
}

// EvictPod makes the kubelet evict a pod because its node is short of memory (EXT-8).
func (c *Cluster) EvictPod(namespace, name string) error {
	p, err := c.find(namespace, name)
	if err != nil {
		return fmt.Errorf("evicting: %w", err)
	}
	if p == nil || p.worker == nil {
		return fmt.Errorf("evicting pod %s/%s: expected it to be on a node, but no kubelet knows it", namespace, name)
	}
	p.worker.evict()
	return nil
}

func (c *Cluster) machine(name string) (*node, error) {
	n := c.byName[name]
	if n == nil || n.dead {
		names := make([]string, 0, len(c.nodes))
		for _, n := range c.nodes {
			if !n.dead {
				names = append(names, n.name)
			}
		}
		return nil, fmt.Errorf("node %q: expected one of the nodes that there are: %q", name, names)
	}
	return n, nil
}

func (c *Cluster) recordNode(verb, name string) int {
	return c.recorder.Record(trace.Entry{Kind: trace.Node, Actor: "node", Verb: verb, Name: name})
}

// because runs something with a trace entry as its cause.
func (c *Cluster) because(seq int, run func()) {
	outer := c.queue.Cause
	c.queue.Cause = seq
	run()
	c.queue.Cause = outer
}
