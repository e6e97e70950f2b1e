package apiserver

import (
	"slices"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/jobsim/jobsim/sim/trace"
)

// Delete removes an object, or starts its graceful deletion: it stays with a deletionTimestamp while a finalizer or a
// grace period holds it (EXT-10). Options may be nil.
func (c *Caller) Delete(k Key, options *metav1.DeleteOptions) error {
	if options == nil {
		options = &metav1.DeleteOptions{}
	}
	old := c.server.store.get(k)
	if old == nil {
		err := notFound(k)
		c.record("delete", "", k, nil, err)
		return err
	}
	if err := checkPreconditions(k, old, options.Preconditions); err != nil {
		c.record("delete", "", k, nil, err)
		return err
	}
	st := strategies[k.Resource]
	text := strings.Join(st.deleteWarnings(options), "; ")
	obj := st.copy(old)
	obj.SetFinalizers(propagationFinalizers(st, old, options))
	c.setDeletion(obj, st.grace(old, options))
	if released(obj) {
		seq := c.recordText("delete", "", k, old, nil, text)
		if !c.dryRun {
			c.remove(k, old, seq)
		}
		return nil
	}
	if sameDeletion(obj, old) {
		c.recordText("delete", "", k, old, nil, "no change")
		return nil
	}
	c.storeSuccessor("delete", "", k, old, obj, text)
	return nil
}

// setDeletion marks an object as being deleted. A second deletion may shorten the grace period, never lengthen it.
func (c *Caller) setDeletion(obj Object, grace int64) {
	now := c.server.now()
	if at := obj.GetDeletionTimestamp(); at != nil {
		before := int64(0)
		if p := obj.GetDeletionGracePeriodSeconds(); p != nil {
			before = *p
		}
		if grace >= before {
			return
		}
		asked := at.Add(-time.Duration(before) * time.Second)
		ends := metav1.NewTime(asked.Add(time.Duration(grace) * time.Second))
		obj.SetDeletionTimestamp(&ends)
		obj.SetDeletionGracePeriodSeconds(&grace)
		return
	}
	ends := metav1.NewTime(now.Add(time.Duration(grace) * time.Second))
	obj.SetDeletionTimestamp(&ends)
	obj.SetDeletionGracePeriodSeconds(&grace)
	if obj.GetGeneration() > 0 {
		obj.SetGeneration(obj.GetGeneration() + 1)
	}
}

func sameDeletion(a, b Object) bool {
	ga, gb := a.GetDeletionGracePeriodSeconds(), b.GetDeletionGracePeriodSeconds()
	return b.GetDeletionTimestamp() != nil && ga != nil && gb != nil && *ga == *gb &&
		slices.Equal(a.GetFinalizers(), b.GetFinalizers())
}

// propagationFinalizers are the finalizers that an object has once its deletion is asked for: the garbage collector's
// two are added and removed as the propagation policy says.
func propagationFinalizers(st *strategy, old Object, options *metav1.DeleteOptions) []string {
	orphan, foreground := propagation(st, old, options)
	var finalizers []string
	for _, f := range old.GetFinalizers() {
		if f != metav1.FinalizerOrphanDependents && f != metav1.FinalizerDeleteDependents {
			finalizers = append(finalizers, f)
		}
	}
	if orphan {
		finalizers = append(finalizers, metav1.FinalizerOrphanDependents)
	}
	if foreground {
		finalizers = append(finalizers, metav1.FinalizerDeleteDependents)
	}
	return finalizers
}

func propagation(st *strategy, old Object, options *metav1.DeleteOptions) (orphan, foreground bool) {
	switch {
	case options.OrphanDependents != nil:
		return *options.OrphanDependents, false
	case options.PropagationPolicy != nil:
		p := *options.PropagationPolicy
		return p == metav1.DeletePropagationOrphan, p == metav1.DeletePropagationForeground
	case slices.Contains(old.GetFinalizers(), metav1.FinalizerOrphanDependents):
		return true, false
	case slices.Contains(old.GetFinalizers(), metav1.FinalizerDeleteDependents):
		return false, true
	}
	return st.orphansByDefault, false
}

// remove takes an object out of the store.
func (c *Caller) remove(k Key, obj Object, seq int) {
	s := c.server
	outer := s.queue.Cause
	s.queue.Cause = seq
	seq = s.recorder.Record(trace.Entry{
		Kind: trace.Removed, Actor: c.actor, Instance: c.instance,
		Resource: string(k.Resource), Namespace: k.Namespace, Name: k.Name, Object: obj,
	})
	s.queue.Cause = outer
	last := strategies[k.Resource].copy(obj)
	last.SetResourceVersion(s.store.nextVersion()) // a DELETED event carries the version of the deletion
	s.store.apply(k, Change{Old: last, At: s.queue.Now(), Seq: seq})
}
