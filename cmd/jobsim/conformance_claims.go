package main

import (
	"strings"

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
// it, with one mistake, and that may be one about timing or order, or one of an external controller.
func (o *conformanceOptions) claimAsBroken(mistake string, profiled bool) {
	if !profiled {
		o.profile.value = profileUpstreamExact
	}
	if b, known := fakes.GetBroken(mistake); known && b.ManagedBy != "" && !o.managedBy.set {
		o.managedBy.value, o.managedBy.set = b.ManagedBy, true
	}
}

// evaluated is what --implementation names. With --managed-by it has to be one that can be told its name.
func (o *conformanceOptions) evaluated(p *program) (adapter.Implementation, error) {
	name := o.implementation.value
	if !o.managedBy.set {
		return p.implementation(name), nil
	}
	if mistake, ok := strings.CutPrefix(name, brokenPrefix); ok {
		if b, known := fakes.GetBroken(mistake); known {
			return b.Implementation(fakes.ManagedBy(o.managedBy.value)), nil
		}
	}
	if reference := fakes.ReferenceImplementation(fakes.ManagedBy(o.managedBy.value)); reference.Name() == name {
		return reference, nil
	}
	return nil, badInput("--managed-by: expected the reference or a broken implementation; %s cannot be told that its name is %s",
		name, o.managedBy.value)
}
