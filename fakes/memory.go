package fakes

import (
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/types"
)

// memory is what the controller knows of one Job beyond what the API server stores. It belongs to a UID, so that a
// recreated Job of the same name starts afresh (BO-10, DEL-5), and is lost with the instance (BO-9, CTRL-6).
type memory struct {
	expected expectations
	backoff  Backoff
	writes   ownWrites
	// released are pods whose finalizer was removed and whose cached copy may still show it (TRK-10).
	released map[types.UID]struct{}
	// selector is parsed once: the field is immutable (MUT-2).
	selector labels.Selector
	// finished tells that the terminal condition was written, whatever the cache says (CTRL-3).
	finished bool
	// completed and failed are the index sets of the status as they were last read or written.
	completed, failed indexText
}

// remember returns the memory of a Job, which only a sync may start.
func (r *Reconciler) remember(uid types.UID) *memory {
	mem, ok := r.memories[uid]
	if !ok {
		mem = &memory{released: map[types.UID]struct{}{}}
		r.memories[uid] = mem
	}
	return mem
}

func (r *Reconciler) forget(uid types.UID) {
	delete(r.memories, uid)
}
