// Package adapter is the boundary between the simulated cluster and an implementation under test: the Kubernetes API
// and a clock, nothing else. Time and turns belong to the simulator.
//
// An unmodified controller-runtime reconciler becomes an implementation like this:
//
//	impl := adapter.Reconciler("mine", func(env *adapter.Env) (reconcile.Reconciler, error) {
//		return &MyReconciler{Client: env.Client, Clock: env.Clock}, nil
//	})
//
// A program with goroutines and caches of its own, on client-go or a manager of controller-runtime, is driven by
// Concurrent. It is given a rest.Config and needs no change either.
//
// # What makes a run differ from itself
//
// An implementation can only be judged if it does the same again in the same circumstances. What stands in the way:
//
//   - The wall clock. A reconcile function takes the time from Env.Clock; a program may use package time, which is virtual
//     where it runs.
//   - Global random numbers. Env.Seed is there instead; Concurrent says what becomes of client-go's.
//   - The order of a map: of one's own, or of a cache of client-go that is listed (package inorder mends that for pods), or
//     that tells a new handler of the Jobs that are there already.
//   - Goroutines inside Reconcile. Their API calls are served in order of arrival, which is chance. Run the controller in its
//     manager instead, by Concurrent, which waits until all goroutines wait and serves their requests in an order of its own.
package adapter
