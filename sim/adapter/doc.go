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
package adapter
