package apiserver

import (
	"strings"

	batchv1 "k8s.io/api/batch/v1"
	apiequality "k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Update replaces an object and returns it as stored. A stale resourceVersion is a conflict, an empty one overwrites
// whatever there is; an object that does not exist is not created (API-2).
func (c *Caller) Update(obj Object) (Object, error) { return c.replace("update", "", obj) }

// UpdateStatus replaces the status of an object and leaves everything else as it is (DEF-12).
func (c *Caller) UpdateStatus(obj Object) (Object, error) { return c.replace("update", "status", obj) }

func (c *Caller) replace(verb, subresource string, obj Object) (Object, error) {
	k := KeyOf(obj)
	old := c.server.store.get(k)
	if err := c.checkReplace(k, subresource, old, obj); err != nil {
		c.record(verb, subresource, k, nil, err)
		return nil, err
	}
	return c.commit(verb, subresource, k, old, obj)
}

func (c *Caller) checkReplace(k Key, subresource string, old, obj Object) error {
	st := strategies[k.Resource]
	switch {
	case st == nil:
		return apierrors.NewBadRequest("this cluster serves jobs, pods, nodes and events only")
	case subresource == "status" && !st.status:
		return apierrors.NewGenericServerResponse(404, "update", k.groupResource(), k.Name,
			"the server could not find the requested resource", 0, true)
	case old == nil:
		return notFound(k)
	case obj.GetUID() != "" && obj.GetUID() != old.GetUID():
		return conflict(k, uidMismatch(obj.GetUID(), old.GetUID()))
	case obj.GetResourceVersion() != "" && obj.GetResourceVersion() != old.GetResourceVersion():
		return conflict(k, errModified)
	}
	return nil
}

// commit makes obj the successor of old, checks it and stores it. A write that changes nothing is accepted and leaves
// no change, as on the real server.
func (c *Caller) commit(verb, subresource string, k Key, old, obj Object) (Object, error) {
	st := strategies[k.Resource]
	keepServerFields(obj, old)
	var text string
	prepare, validate := st.prepareUpdate, st.validateUpdate
	if subresource == "status" {
		prepare, validate = st.prepareStatus, st.validateStatus
	}
	prepare(obj, old)
	if !c.trusted {
		if errs := validate(obj, old); len(errs) > 0 {
			err := invalid(k, errs)
			c.record(verb, subresource, k, nil, err)
			return nil, err
		}
		text = strings.Join(st.warnings(obj, old), "; ")
		if unchanged(obj, old) {
			c.recordText(verb, subresource, k, old, nil, "no change")
			return old, nil
		}
	}
	return c.storeSuccessor(verb, subresource, k, old, obj, text), nil
}

// storeSuccessor stores a checked successor, or removes the object when nothing holds it any longer.
func (c *Caller) storeSuccessor(verb, subresource string, k Key, old, obj Object, text string) Object {
	s := c.server
	obj.SetResourceVersion(s.store.nextVersion())
	seq := c.recordText(verb, subresource, k, obj, nil, text)
	if c.dryRun {
		return obj
	}
	if released(obj) {
		c.remove(k, obj, seq)
		return obj
	}
	s.store.apply(k, Change{Old: old, New: obj, At: s.queue.Now(), Seq: seq})
	return obj
}

// unchanged reports whether a write changes nothing. Most writes change something that is cheap to see.
func unchanged(obj, old Object) bool {
	if len(obj.GetFinalizers()) != len(old.GetFinalizers()) || len(obj.GetLabels()) != len(old.GetLabels()) ||
		len(obj.GetOwnerReferences()) != len(old.GetOwnerReferences()) {
		return false
	}
	if job, ok := obj.(*batchv1.Job); ok && !apiequality.Semantic.DeepEqual(&job.Status, &old.(*batchv1.Job).Status) {
		return false
	}
	return apiequality.Semantic.DeepEqual(obj, old)
}

// keepServerFields restores what no client may change: they are ignored in a request rather than refused.
func keepServerFields(obj, old Object) {
	obj.SetUID(old.GetUID())
	obj.SetResourceVersion(old.GetResourceVersion())
	obj.SetCreationTimestamp(old.GetCreationTimestamp())
	obj.SetDeletionTimestamp(old.GetDeletionTimestamp())
	obj.SetDeletionGracePeriodSeconds(old.GetDeletionGracePeriodSeconds())
	obj.SetGeneration(old.GetGeneration())
	obj.SetGenerateName(old.GetGenerateName())
	obj.SetManagedFields(old.GetManagedFields())
}

// released reports whether an object that is being deleted has nothing left to wait for: no finalizer, and no grace
// period that somebody still has to end.
func released(obj metav1.Object) bool {
	if obj.GetDeletionTimestamp() == nil || len(obj.GetFinalizers()) > 0 {
		return false
	}
	grace := obj.GetDeletionGracePeriodSeconds()
	return grace == nil || *grace == 0
}
