// Package fakes holds the Job controllers that jobsim tests itself with: one reference implementation, which must
// satisfy every requirement, and broken ones, each of which must be caught.
//
// The reference is a controller-runtime reconcile.Reconciler:
//
//	r, err := fakes.NewReference(env) // env is the adapter.Env of one instance
//	watches := r.Watches()            // what its manager must watch, and how events become requests
//	limiter := r.RateLimiter()        // how soon a failed sync is tried again
//
// Everything it decides is a small function in [Decisions]; everything it does is one of the named steps listed
// there. A broken implementation is the reference with one of them replaced. The order of effects and their timing
// follow the upstream controller of Kubernetes 1.37.2, as written down in conformance/SEMANTICS.md, whose clause IDs
// the comments cite.
//
// It deletes finished Jobs with a ttlSecondsAfterFinished too, for which upstream has a controller of its own (ttl.go).
//
// It is not the oracle: the requirements are. It does all that a Job can ask for, but for workload-aware scheduling
// (WAS), which is alpha. A Job with a completion mode that nobody knows is refused with an event.
package fakes
