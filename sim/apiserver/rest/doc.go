// Package rest is the Kubernetes REST API over the simulated API server: the door for clients that know nothing of
// jobsim, such as client-go, controller-runtime's manager, and kubectl.
//
// A [Door] is an http.Handler, for real sockets, and an http.RoundTripper, for clients in the same process: it serves
// a request on the client's goroutine, without sockets, pipes or goroutines of its own, so that it works in a
// testing/synctest bubble. Each request becomes a typed.Call that passes a [Gate], as those of the typed client do:
// faults, delays and crashes hit both alike, and the trace shows both alike.
//
// To follow a request: door.go finds out what it is about, request.go and codec.go read it, read.go, write.go, patch.go,
// delete.go and watch.go do what it asks, and response.go answers.
package rest
