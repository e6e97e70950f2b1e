package fakes

import (
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/jobsim/jobsim/sim/adapter"
)

// ReferenceImplementation is the reference as something that can be run: sim.Run(scenario, fakes.ReferenceImplementation()).
func ReferenceImplementation() adapter.Implementation {
	return Implementation("reference", Reference())
}

// Implementation makes a runnable implementation of a set of decisions.
func Implementation(name string, d Decisions) adapter.Implementation {
	return adapter.Reconciler(name, func(env *adapter.Env) (reconcile.Reconciler, error) { return New(env, d) })
}
