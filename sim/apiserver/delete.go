package apiserver

import (
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/validation"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/jobsim/jobsim/sim/trace"
)

// Delete removes an object, or starts its graceful deletion: it stays with a deletionTimestamp while a finalizer or a
// grace period holds it (EXT-10). Options may be nil.
func (c *Caller) Delete(k Key, options *metav1.DeleteOptions) error {
	if options == nil {
		options = &metav1.DeleteOptions{}
	}
	old := c.server.store.get(k)
	if err := c.checkDelete(k, old, options); err != nil {
		c.record("delete", "", k, nil, err)
		return err
	}
	st := strategyOf(k.Resource)
	if ns, ok := old.(*corev1.Namespace); ok && (ns.DeletionTimestamp == nil || len(ns.Spec.Finalizers) > 0) {
		c.terminate(k, ns, options)
		return nil
	}
	text := c.warned(st.deleteWarnings(options))
	obj := st.copy(old)
	graceful, pending := c.setGrace(st, obj, options)
	if pending {
		c.recordText("delete", "", k, old, nil, "no change")
		return nil
	}
	obj.SetFinalizers(propagationFinalizers(st, old, options))
	held := len(obj.GetFinalizers()) > 0
	if !graceful {
		if !held {
			c.removeAtOnce(k, old, text)
			return nil
		}
		c.markDeleted(obj)
	}
	if unchanged(obj, old) {
		c.recordText("delete", "", k, old, nil, "no change")
		return nil
	}
	seq := c.store("delete", "", k, old, obj, text)
	if released(obj) && !c.dryRun {
		// Watchers see a graceful deletion without grace in two steps: the mark, then the end.
		c.remove(k, obj, seq)
	}
	return nil
}

func (c *Caller) checkDelete(k Key, old Object, options *metav1.DeleteOptions) error {
	if old == nil {
		return notFound(k)
	}
	if err := checkDeleteOptions(options); err != nil {
		return err
	}
	if k.Resource == Namespaces {
		return checkNamespaceDelete(k, old, options.Preconditions)
	}
	return checkPreconditions(k, old, options.Preconditions)
}

func checkDeleteOptions(options *metav1.DeleteOptions) error {
	if errs := validation.ValidateDeleteOptions(options); len(errs) > 0 {
		return apierrors.NewInvalid(schema.GroupKind{Group: metav1.GroupName, Kind: "DeleteOptions"}, "", errs)
	}
	return nil
}

func (c *Caller) removeAtOnce(k Key, old Object, text string) {
	seq := c.recordText("delete", "", k, old, nil, text)
	if !c.dryRun {
		c.remove(k, old, seq)
	}
}

// setGrace starts the graceful deletion of an object, or shortens one that is under way: only an explicit wish does,
// and nothing lengthens it. Pending reports that the deletion goes on as it is; then not even the finalizers change.
func (c *Caller) setGrace(st *strategy, obj Object, options *metav1.DeleteOptions) (graceful, pending bool) {
	if st.grace == nil {
		return false, false
	}
	now := c.server.queue.Time()
	at := obj.GetDeletionTimestamp()
	if at == nil {
		grace := st.grace(obj, options)
		c.setDeletion(obj, now.Add(time.Duration(grace)*time.Second), grace)
		return true, false
	}
	before := obj.GetDeletionGracePeriodSeconds()
	if before == nil || *before == 0 {
		return false, false // only finalizers hold it
	}
	if options.GracePeriodSeconds == nil {
		return false, true
	}
	grace := *options.GracePeriodSeconds
	if grace < 0 {
		grace = 1
	}
	if grace >= *before {
		return false, true
	}
	end := at.Add(time.Duration(grace-*before) * time.Second)
	if end.Before(now) { // shortening never moves the end into the past
		end = now
		grace = min(grace, 1)
	}
	c.setDeletion(obj, end, grace)
	return true, false
}

// markDeleted marks an object that only finalizers hold.
func (c *Caller) markDeleted(obj Object) {
	if obj.GetDeletionTimestamp() == nil {
		c.setDeletion(obj, c.server.queue.Time(), 0)
	}
}

// setDeletion sets when an object is to be gone. The first time counts as a change of what is wanted.
func (c *Caller) setDeletion(obj Object, end time.Time, grace int64) {
	if obj.GetDeletionTimestamp() == nil && obj.GetGeneration() > 0 {
		obj.SetGeneration(obj.GetGeneration() + 1)
	}
	at := metav1.NewTime(end.Truncate(time.Second)) // TIME-0
	obj.SetDeletionTimestamp(&at)
	obj.SetDeletionGracePeriodSeconds(&grace)
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
	case st.uncollected:
		return false, false
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

// remove takes an object out of the store. What watchers are shown is the object as it was stored last.
func (c *Caller) remove(k Key, obj Object, seq int) {
	s := c.server
	outer := s.queue.Cause
	s.queue.Cause = seq
	seq = s.recorder.Record(trace.Entry{
		Kind: trace.Removed, Actor: c.actor, Instance: c.instance,
		Resource: string(k.Resource), Namespace: k.Namespace, Name: k.Name, Object: obj,
	})
	s.queue.Cause = outer
	last := strategyOf(k.Resource).copy(obj)
	last.SetResourceVersion(s.store.nextVersion()) // a DELETED event carries the version of the deletion
	s.store.apply(k, Change{Old: last, At: s.queue.Now(), Seq: seq, before: obj})
}
