package apiserver

import (
	"slices"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/jobsim/jobsim/sim/event"
)

// namespaced are the resources that the namespace controller empties a namespace of, in this order. The real one takes
// them in no particular order.
var namespaced = []Resource{Pods, Jobs, Leases, Events}

// namespaceController empties namespaces that are being deleted and then lets them go. It is simpler than the real one:
// it looks again whenever something in the namespace has gone, instead of after an estimate of how long that takes, and
// it writes no conditions.
type namespaceController struct {
	server *Server
	caller *Caller
	// emptying are the namespaces that wait for their content to go; looking marks those that will be looked at.
	emptying, looking map[string]bool
}

// StartNamespaceController makes the server empty and remove the namespaces that are deleted.
func (s *Server) StartNamespaceController() {
	nc := &namespaceController{
		server: s, caller: s.As("namespace-controller"),
		emptying: map[string]bool{}, looking: map[string]bool{},
	}
	s.Subscribe(Namespaces, nc.namespaceChanged)
	for _, r := range namespaced {
		s.Subscribe(r, nc.contentChanged)
	}
}

func (nc *namespaceController) namespaceChanged(c Change) {
	ns, ok := c.New.(*corev1.Namespace)
	switch {
	case !ok:
		delete(nc.emptying, c.Old.GetName())
	case ns.DeletionTimestamp != nil && slices.Contains(ns.Spec.Finalizers, corev1.FinalizerKubernetes):
		nc.emptying[ns.Name] = true
		nc.look(c, ns.Name)
	}
}

func (nc *namespaceController) contentChanged(c Change) {
	if c.New == nil && nc.emptying[c.Old.GetNamespace()] {
		nc.look(c, c.Old.GetNamespace())
	}
}

// look looks at a namespace at this instant, once for all that goes at one instant.
func (nc *namespaceController) look(c Change, name string) {
	if nc.looking[name] {
		return
	}
	nc.looking[name] = true
	q := nc.server.queue
	outer := q.Cause
	q.Cause = c.Seq
	q.After(0, event.Cluster, func() {
		delete(nc.looking, name)
		nc.empty(name)
	})
	q.Cause = outer
}

// empty deletes what is in a namespace. When there is nothing left, it takes the finalizer off.
func (nc *namespaceController) empty(name string) {
	k := Key{Resource: Namespaces, Name: name}
	ns, ok := nc.server.store.get(k).(*corev1.Namespace)
	if !ok || !nc.emptying[name] {
		return
	}
	background := metav1.DeletePropagationBackground
	left := 0
	for _, r := range namespaced {
		for _, obj := range nc.server.store.of(r).sorted(name) {
			if obj.GetDeletionTimestamp() == nil {
				// The object was there a moment ago, and nobody else has had a turn since.
				_ = nc.caller.Delete(KeyOf(obj), &metav1.DeleteOptions{PropagationPolicy: &background})
			}
		}
		left += len(nc.server.store.of(r).sorted(name))
	}
	if left > 0 {
		return
	}
	delete(nc.emptying, name)
	changed := *ns
	changed.Spec.Finalizers = slices.DeleteFunc(slices.Clone(ns.Spec.Finalizers), func(f corev1.FinalizerName) bool {
		return f == corev1.FinalizerKubernetes
	})
	_, _ = nc.caller.Finalize(&changed)
}
