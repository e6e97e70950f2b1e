package fakes

import (
	batchv1 "k8s.io/api/batch/v1"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/jobsim/jobsim/sim/adapter"
)

// ReferenceImplementation is the reference as something that can be run: sim.Run(scenario, fakes.ReferenceImplementation()).
func ReferenceImplementation(options ...Option) adapter.Implementation {
	d := Reference()
	for _, option := range options {
		option(&d)
	}
	return Implementation("reference", d)
}

// Option changes a set of decisions to other ones that are right as well.
type Option func(*Decisions)

// ManagedBy has it look after the Jobs whose spec.managedBy is this name, and no others (MB-1). The default is
// kubernetes.io/job-controller, whose Jobs need not name it.
func ManagedBy(name string) Option {
	return func(d *Decisions) {
		d.IsForeign = func(job *batchv1.Job) bool { return manager(job) != name }
	}
}

// Finalizer has it keep pods with a finalizer of that name until they are counted (POD-4). The default is
// batch.kubernetes.io/job-tracking, which belongs to the built-in controller.
func Finalizer(name string) Option {
	return func(d *Decisions) { d.Finalizer = name }
}

// Implementation makes a runnable implementation of a set of decisions.
func Implementation(name string, d Decisions) adapter.Implementation {
	return adapter.Reconciler(name, func(env *adapter.Env) (reconcile.Reconciler, error) { return New(env, d) })
}
