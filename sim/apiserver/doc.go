// Package apiserver is the simulated Kubernetes API server: a store of immutable objects, with the defaulting,
// validation and admission of the real one, watches, and garbage collection.
//
// A write makes a new object and never changes an old one, so watchers, caches and the trace share pointers. What the
// real API server rejects is rejected here with the same status reason and code.
//
//	server := apiserver.New(queue, recorder, apiserver.Options{})
//	job, err := server.As("user").Create(job)
//
// The package is not a network server: doors (a typed client, the REST API) lead into it.
package apiserver
