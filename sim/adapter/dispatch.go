package adapter

import (
	"context"

	"sigs.k8s.io/controller-runtime/pkg/client"
	ctrlevent "sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/handler"

	"github.com/jobsim/jobsim/sim/apiserver/typed"
)

// dispatch tells a handler of a change of the cache, as controller-runtime's event sources do.
func dispatch(ctx context.Context, h handler.EventHandler, q *requestQueue, old, obj typed.Object, initial bool) {
	if f, ok := h.(handler.Funcs); ok && obj != nil {
		// What Funcs does for a queue without priorities, less the reflection with which it finds that out.
		switch {
		case old == nil && f.CreateFunc != nil:
			f.CreateFunc(ctx, ctrlevent.TypedCreateEvent[client.Object]{Object: obj, IsInInitialList: initial}, q)
		case old != nil && f.UpdateFunc != nil:
			f.UpdateFunc(ctx, ctrlevent.TypedUpdateEvent[client.Object]{ObjectOld: old, ObjectNew: obj}, q)
		}
		return
	}
	switch {
	case old == nil:
		h.Create(ctx, ctrlevent.TypedCreateEvent[client.Object]{Object: obj, IsInInitialList: initial}, q)
	case obj == nil:
		h.Delete(ctx, ctrlevent.TypedDeleteEvent[client.Object]{Object: old}, q)
	default:
		h.Update(ctx, ctrlevent.TypedUpdateEvent[client.Object]{ObjectOld: old, ObjectNew: obj}, q)
	}
}
