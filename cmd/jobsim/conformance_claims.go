package main

import (
	"strings"

	batchv1 "k8s.io/api/batch/v1"

	"github.com/jobsim/jobsim/conformance"
	"github.com/jobsim/jobsim/fakes"
	"github.com/jobsim/jobsim/sim/adapter"
)

// claimed is what --features says, or what the implementation claims of itself.
func (o *conformanceOptions) claimed(p *program) conformance.Option {
	switch {
	case o.features.set:
		return o.features.option()
	case p.claimsAll[o.implementation.value]:
		return conformance.WithAllFeatures()
	}
	return conformance.WithFeatures()
}

// claimAsBroken is what broken implementations claim unless it is said otherwise. Each is the reference, which keeps all of
// it, with one mistake, and that may be one about timing or order, or one of an external controller,
// or one that takes another controller in the cluster.
func (o *conformanceOptions) claimAsBroken(mistake string, profiled bool) {
	if !profiled {
		o.profile.value = profileUpstreamExact
	}
	if b, known := fakes.GetBroken(mistake); known && b.ManagedBy != "" && !o.managedBy.set {
		o.managedBy.value, o.managedBy.set = b.ManagedBy, true
	}
	if b, known := fakes.GetBroken(mistake); known && b.Beside != "" && !o.neighbour.set() {
		o.neighbour.value = b.Beside
	}
}

// evaluated is what --implementation names. With --managed-by and --finalizer it has to be one that can be told these names.
func (o *conformanceOptions) evaluated(p *program) (adapter.Implementation, error) {
	name := o.implementation.value
	var told []fakes.Option
	flag, what := "", ""
	if o.managedBy.set {
		told = append(told, fakes.ManagedBy(o.managedBy.value))
		flag, what = "--managed-by", "its name is "+o.managedBy.value
	}
	if o.finalizer.set && o.finalizer.value != batchv1.JobTrackingFinalizer {
		told = append(told, fakes.Finalizer(o.finalizer.value))
		if flag == "" {
			flag, what = "--finalizer", "its finalizer is "+o.finalizer.value
		}
	}
	if len(told) == 0 {
		return p.implementation(name), nil
	}
	if mistake, ok := strings.CutPrefix(name, brokenPrefix); ok {
		if b, known := fakes.GetBroken(mistake); known {
			return b.Implementation(told...), nil
		}
	}
	if reference := fakes.ReferenceImplementation(told...); reference.Name() == name {
		return reference, nil
	}
	return nil, badInput("%s: expected the reference or a broken implementation; %s cannot be told that %s", flag, name, what)
}
