package apiserver

import (
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	apiequality "k8s.io/apimachinery/pkg/api/equality"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Update replaces an object and returns it as stored. A stale resourceVersion is a conflict, an empty one overwrites
// whatever there is, except that a Lease must have one; an object that does not exist is not created (API-2), except
// Leases and Events.
func (c *Caller) Update(obj Object) (Object, error) { return c.replace("update", "", obj) }

// UpdateStatus replaces the status of an object and leaves its spec as it is (DEF-12). Labels, annotations and
// finalizers do change, as on the real server; of a pod, all but the owner references.
func (c *Caller) UpdateStatus(obj Object) (Object, error) { return c.replace("update", "status", obj) }

// Finalize replaces the finalizers in a namespace's spec: the namespaces/finalize request, by which a namespace
// controller lets an emptied namespace go.
func (c *Caller) Finalize(ns *corev1.Namespace) (Object, error) {
	return c.replace("update", "finalize", ns)
}

func (c *Caller) replace(verb, subresource string, obj Object) (Object, error) {
	k := KeyOf(obj)
	old := c.server.store.get(k)
	if st := strategyOf(k.Resource); old == nil && subresource == "" && st != nil && st.createOnUpdate {
		return c.createByUpdate(k, obj)
	}
	err := c.checkReplace(k, subresource, old, obj)
	if err == nil && obj.GetUID() != "" && obj.GetUID() != old.GetUID() {
		err = uidMismatch(k, obj.GetUID(), old.GetUID())
	}
	if err != nil {
		c.record(verb, subresource, k, nil, err)
		return nil, err
	}
	return c.commit(verb, subresource, k, old, obj)
}

// createByUpdate creates an object by an update. Its resourceVersion is not looked at, its UID is a precondition.
func (c *Caller) createByUpdate(k Key, obj Object) (Object, error) {
	if uid := obj.GetUID(); uid != "" {
		return nil, c.Refuse("update", "", k, uidMismatch(k, uid, ""))
	}
	obj.SetResourceVersion("")
	return c.Create(obj)
}

func (c *Caller) checkReplace(k Key, subresource string, old, obj Object) error {
	st := strategyOf(k.Resource)
	switch {
	case st == nil:
		return errUnserved()
	case !st.serves(subresource):
		return unservedSubresource("update", k)
	case old == nil:
		return notFound(k)
	}
	return checkReplaced(k, old, obj)
}

// checkReplaced tells why obj cannot become the successor of old, by what it says about its resourceVersion.
func checkReplaced(k Key, old, obj Object) error {
	switch {
	case strategyOf(k.Resource).versioned && (obj.GetResourceVersion() == "" || obj.GetResourceVersion() == "0"):
		return unversioned(k)
	case obj.GetResourceVersion() != "" && obj.GetResourceVersion() != "0" && obj.GetResourceVersion() != old.GetResourceVersion():
		return conflict(k, errModified)
	}
	return nil
}

// commit makes obj the successor of old, checks it and stores it. A write that changes nothing is accepted and leaves
// no change, as on the real server.
func (c *Caller) commit(verb, subresource string, k Key, old, obj Object) (Object, error) {
	st := strategyOf(k.Resource)
	forgetKind(obj)
	keepServerFields(obj, old)
	if len(old.GetManagedFields()) == 0 && !c.applying {
		obj.SetManagedFields(nil) // see track
	}
	var text string
	prepare, validate := st.rules(subresource)
	prepare(obj, old)
	if c.applying {
		c.server.stamp(old, obj)
	} else {
		c.track(k, subresource, old, obj)
	}
	if !c.trusted {
		if errs := append(validate(obj, old), c.checked(obj, old)...); len(errs) > 0 {
			err := invalid(k, errs)
			c.record(verb, subresource, k, nil, err)
			return nil, err
		}
		text = c.warned(st.warnings(obj, old))
		if unchanged(obj, old) {
			c.recordText(verb, subresource, k, old, nil, "no change")
			return old, nil
		}
	}
	return c.storeSuccessor(verb, subresource, k, old, obj, text), nil
}

// storeSuccessor stores a checked successor. If nothing holds the object any longer, it removes it instead, and what
// watchers see go is the object as it was: the successor is never stored, and only the writer is shown it.
func (c *Caller) storeSuccessor(verb, subresource string, k Key, old, obj Object, text string) Object {
	if released(obj) {
		obj.SetResourceVersion(old.GetResourceVersion())
		seq := c.recordText(verb, subresource, k, obj, nil, text)
		if !c.dryRun {
			c.remove(k, old, seq)
		}
		return obj
	}
	c.store(verb, subresource, k, old, obj, text)
	return obj
}

// store stores a successor and returns the trace entry of the write. A dry run leaves the resourceVersion as it is.
func (c *Caller) store(verb, subresource string, k Key, old, obj Object, text string) int {
	s := c.server
	obj.SetResourceVersion(old.GetResourceVersion())
	if !c.dryRun {
		obj.SetResourceVersion(s.store.nextVersion())
	}
	seq := c.recordText(verb, subresource, k, obj, nil, text)
	if !c.dryRun {
		s.store.apply(k, Change{Old: old, New: obj, At: s.queue.Now(), Seq: seq})
	}
	return seq
}

// unchanged reports whether a write changes nothing. Most writes change something that is cheap to see.
func unchanged(obj, old Object) bool {
	if len(obj.GetFinalizers()) != len(old.GetFinalizers()) || len(obj.GetLabels()) != len(old.GetLabels()) ||
		len(obj.GetOwnerReferences()) != len(old.GetOwnerReferences()) {
		return false
	}
	if job, ok := obj.(*batchv1.Job); ok && jobStatusDiffers(&job.Status, &old.(*batchv1.Job).Status) {
		return false
	}
	return apiequality.Semantic.DeepEqual(obj, old)
}

// jobStatusDiffers reports whether a difference is cheap to see.
func jobStatusDiffers(a, b *batchv1.JobStatus) bool {
	switch {
	case a.Active != b.Active || a.Succeeded != b.Succeeded || a.Failed != b.Failed ||
		len(a.Conditions) != len(b.Conditions) || (a.StartTime == nil) != (b.StartTime == nil):
		return true
	case counterDiffers(a.Ready, b.Ready) || counterDiffers(a.Terminating, b.Terminating):
		return true
	}
	u, v := a.UncountedTerminatedPods, b.UncountedTerminatedPods
	return u != nil && v != nil && (len(u.Succeeded) != len(v.Succeeded) || len(u.Failed) != len(v.Failed))
}

func counterDiffers(a, b *int32) bool {
	return (a == nil) != (b == nil) || a != nil && *a != *b
}

// keepServerFields restores what a request may leave out or have wrong without being refused. Another UID, a deletion
// that has not been asked for and another grace period stay, for validation to refuse.
func keepServerFields(obj, old Object) {
	if obj.GetUID() == "" {
		obj.SetUID(old.GetUID())
	}
	obj.SetResourceVersion(old.GetResourceVersion())
	obj.SetCreationTimestamp(old.GetCreationTimestamp())
	if at := old.GetDeletionTimestamp(); at != nil {
		obj.SetDeletionTimestamp(at)
	}
	if obj.GetDeletionGracePeriodSeconds() == nil {
		obj.SetDeletionGracePeriodSeconds(old.GetDeletionGracePeriodSeconds())
	}
	obj.SetGeneration(old.GetGeneration())
}

// released reports whether an object that is being deleted has nothing left to wait for: no finalizer (of a namespace,
// none in its spec either), and no grace period that somebody still has to end.
func released(obj metav1.Object) bool {
	if obj.GetDeletionTimestamp() == nil || len(obj.GetFinalizers()) > 0 {
		return false
	}
	if ns, ok := obj.(*corev1.Namespace); ok && len(ns.Spec.Finalizers) > 0 {
		return false
	}
	grace := obj.GetDeletionGracePeriodSeconds()
	return grace == nil || *grace == 0
}
