package apiserver

import (
	"slices"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/jobsim/jobsim/sim/event"
)

// garbageCollector deletes pods whose owners are gone, and carries out foreground and orphan deletion of Jobs (DEL-2).
// It sees every change at once and acts in an event of its own at the same instant.
type garbageCollector struct {
	server *Server
	caller *Caller
	// dependents are the pods that name an owner's UID, in order of creation. Entries may be out of date or there twice,
	// and are checked when used.
	dependents map[types.UID][]dependent
	// jobs are the UIDs of the Jobs that exist.
	jobs map[types.UID]bool
	// waiting are the Jobs in foreground deletion that wait for pods to go; looking marks those that will be looked at.
	waiting map[types.UID]Key
	looking map[types.UID]bool
}

// dependent is a pod that named an owner. Its name may have gone to another pod since.
type dependent struct {
	key Key
	uid types.UID
}

// StartGarbageCollector makes the server collect garbage.
func (s *Server) StartGarbageCollector() {
	gc := &garbageCollector{
		server:     s,
		caller:     s.As("garbage-collector"),
		dependents: map[types.UID][]dependent{},
		jobs:       map[types.UID]bool{},
		waiting:    map[types.UID]Key{},
		looking:    map[types.UID]bool{},
	}
	s.Subscribe(Pods, gc.podChanged)
	s.Subscribe(Jobs, gc.jobChanged)
	for _, r := range []Resource{Pods, Nodes, Namespaces, Leases} {
		s.Subscribe(r, gc.childlessChanged)
	}
}

// after runs work at this instant, caused by a change.
func (gc *garbageCollector) after(c Change, work func()) {
	q := gc.server.queue
	outer := q.Cause
	q.Cause = c.Seq
	q.After(0, event.Cluster, work)
	q.Cause = outer
}

func (gc *garbageCollector) podChanged(c Change) {
	if c.New == nil {
		gc.lookAgain(c)
		return
	}
	for _, owner := range c.New.GetOwnerReferences() {
		if c.Old != nil && slices.ContainsFunc(c.Old.GetOwnerReferences(), func(o metav1.OwnerReference) bool {
			return o.UID == owner.UID
		}) {
			continue
		}
		gc.dependents[owner.UID] = append(gc.dependents[owner.UID], dependent{KeyOf(c.New), c.New.GetUID()})
		if collects(owner) && !gc.jobs[owner.UID] {
			gc.after(c, func() { gc.collect(owner.UID) })
		}
	}
	if c.Old != nil && len(c.Old.GetOwnerReferences()) > len(c.New.GetOwnerReferences()) {
		gc.lookAgain(c)
	}
}

// lookAgain looks at the owners that may have waited for a pod, once for all pods that go at one instant.
func (gc *garbageCollector) lookAgain(c Change) {
	for _, owner := range c.Old.GetOwnerReferences() {
		k, waits := gc.waiting[owner.UID]
		if !waits || gc.looking[owner.UID] {
			continue
		}
		gc.looking[owner.UID] = true
		gc.after(c, func() {
			delete(gc.looking, owner.UID)
			if _, waits := gc.waiting[owner.UID]; waits {
				gc.foreground(k, owner.UID)
			}
		})
	}
}

// collects reports whether this collector knows the kind of an owner; others are left alone.
func collects(o metav1.OwnerReference) bool { return o.Kind == "Job" && o.APIVersion == "batch/v1" }

func (gc *garbageCollector) jobChanged(c Change) {
	if c.New == nil {
		uid := c.Old.GetUID()
		delete(gc.jobs, uid)
		delete(gc.waiting, uid)
		gc.after(c, func() { gc.collect(uid) })
		return
	}
	job := c.New
	gc.jobs[job.GetUID()] = true
	if job.GetDeletionTimestamp() == nil {
		return
	}
	if slices.Contains(job.GetFinalizers(), metav1.FinalizerOrphanDependents) {
		gc.after(c, func() { gc.orphan(KeyOf(job), job.GetUID()) })
	}
	if slices.Contains(job.GetFinalizers(), metav1.FinalizerDeleteDependents) {
		if _, waits := gc.waiting[job.GetUID()]; waits {
			return
		}
		gc.waiting[job.GetUID()] = KeyOf(job)
		gc.after(c, func() { gc.foreground(KeyOf(job), job.GetUID()) })
	}
}

// childlessChanged lets go what is deleted in foreground, or with its dependents to be orphaned, and has none: only
// Jobs have.
func (gc *garbageCollector) childlessChanged(c Change) {
	if c.New == nil || c.New.GetDeletionTimestamp() == nil {
		return
	}
	for _, f := range c.New.GetFinalizers() {
		if f == metav1.FinalizerDeleteDependents || f == metav1.FinalizerOrphanDependents {
			gc.after(c, func() { gc.letGo(KeyOf(c.New), c.New.GetUID(), f) })
		}
	}
}

// pods returns the pods that name an owner, in order of creation.
func (gc *garbageCollector) pods(owner types.UID) []*corev1.Pod {
	var pods []*corev1.Pod
	seen := map[types.UID]bool{}
	kept := gc.dependents[owner][:0]
	for _, d := range gc.dependents[owner] {
		pod, ok := gc.server.store.get(d.key).(*corev1.Pod)
		if ok && pod.UID == d.uid && !seen[d.uid] && owns(owner, pod) {
			seen[d.uid] = true
			pods = append(pods, pod)
			kept = append(kept, d)
		}
	}
	if gc.dependents[owner] = kept; len(kept) == 0 {
		delete(gc.dependents, owner)
	}
	return pods
}

func owns(owner types.UID, pod *corev1.Pod) bool {
	return slices.ContainsFunc(pod.OwnerReferences, func(o metav1.OwnerReference) bool { return o.UID == owner })
}

// collect deals with the pods of an owner that is gone.
func (gc *garbageCollector) collect(owner types.UID) {
	for _, pod := range gc.pods(owner) {
		gc.settle(pod)
	}
}

// settle deletes a pod whose owners are gone or wait for it to go. A pod that has another owner only loses the
// references to those.
func (gc *garbageCollector) settle(pod *corev1.Pod) {
	if pod.DeletionTimestamp != nil {
		return
	}
	kept := slices.DeleteFunc(slices.Clone(pod.OwnerReferences), func(o metav1.OwnerReference) bool {
		_, waits := gc.waiting[o.UID]
		return collects(o) && (waits || !gc.jobs[o.UID])
	})
	if len(kept) > 0 {
		gc.setOwners(pod, kept)
	} else {
		gc.delete(pod)
	}
}

// orphan takes the reference to an owner off its pods, then lets the owner go.
func (gc *garbageCollector) orphan(k Key, owner types.UID) {
	for _, pod := range gc.pods(owner) {
		gc.setOwners(pod, slices.DeleteFunc(slices.Clone(pod.OwnerReferences), func(o metav1.OwnerReference) bool {
			return o.UID == owner
		}))
	}
	gc.letGo(k, owner, metav1.FinalizerOrphanDependents)
}

// foreground deletes an owner's pods; the owner goes when none that blocks it is left.
func (gc *garbageCollector) foreground(k Key, owner types.UID) {
	for _, pod := range gc.pods(owner) {
		gc.settle(pod)
	}
	for _, pod := range gc.pods(owner) {
		for _, o := range pod.OwnerReferences {
			if o.UID == owner && o.BlockOwnerDeletion != nil && *o.BlockOwnerDeletion {
				return
			}
		}
	}
	gc.letGo(k, owner, metav1.FinalizerDeleteDependents)
}

func (gc *garbageCollector) delete(pod *corev1.Pod) {
	policy := metav1.DeletePropagationBackground
	// The pod was there a moment ago, and nobody else has had a turn since.
	_ = gc.caller.Delete(KeyOf(pod), &metav1.DeleteOptions{
		Preconditions: &metav1.Preconditions{UID: &pod.UID}, PropagationPolicy: &policy,
	})
}

func (gc *garbageCollector) setOwners(pod *corev1.Pod, owners []metav1.OwnerReference) {
	changed := *pod
	changed.OwnerReferences = owners
	gc.caller.commitTrusted("patch", KeyOf(pod), pod, &changed)
}

// letGo takes a finalizer off an object, if it is still the same object.
func (gc *garbageCollector) letGo(k Key, uid types.UID, finalizer string) {
	obj := gc.server.store.get(k)
	if obj == nil || obj.GetUID() != uid || !slices.Contains(obj.GetFinalizers(), finalizer) {
		return
	}
	changed := strategyOf(k.Resource).copy(obj)
	changed.SetFinalizers(without(obj.GetFinalizers(), []string{finalizer}))
	gc.caller.commitTrusted("patch", k, obj, changed)
}

// commitTrusted stores a change that the cluster itself makes to an object.
func (c *Caller) commitTrusted(verb string, k Key, old, obj Object) {
	c.track(k, "", old, obj)
	c.storeSuccessor(verb, "", k, old, obj, "")
}
