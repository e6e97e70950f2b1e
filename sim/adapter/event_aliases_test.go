package adapter_test

import (
	"k8s.io/client-go/util/workqueue"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
)

// What handlers of watches are given.
type (
	createEvent = event.CreateEvent
	updateEvent = event.UpdateEvent
	deleteEvent = event.DeleteEvent
	requests    = workqueue.TypedRateLimitingInterface[reconcile.Request]
)
