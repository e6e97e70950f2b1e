package main

import (
	"fmt"

	"github.com/spf13/cobra"
	batchv1 "k8s.io/api/batch/v1"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/jobsim/jobsim/fakes"
	"github.com/jobsim/jobsim/sim/adapter"
)

// neighbourFlag is a flag that takes the name of another controller in the cluster, as it stands in spec.managedBy.
type neighbourFlag struct{ value string }

func (f *neighbourFlag) String() string { return f.value }

// Type is what the help calls the value.
func (f *neighbourFlag) Type() string { return "name" }

// Set takes a name.
func (f *neighbourFlag) Set(name string) error {
	if errs := validation.IsDomainPrefixedPath(field.NewPath("name"), name); len(errs) > 0 {
		return fmt.Errorf("expected the name of a controller such as %s or example.com/controller", batchv1.JobControllerName)
	}
	f.value = name
	return nil
}

func (f *neighbourFlag) set() bool { return f.value != "" }

// flag registers it with a command.
func (f *neighbourFlag) flag(command *cobra.Command) {
	command.Flags().Var(f, "neighbour", "have another controller, which is the reference, look after the Jobs of this name beside it")
	complete := cobra.FixedCompletions([]cobra.Completion{batchv1.JobControllerName}, cobra.ShellCompDirectiveNoFileComp)
	if err := command.RegisterFlagCompletionFunc("neighbour", complete); err != nil {
		panic(err) // the flag has just been added
	}
}

// actor is how the trace calls the neighbour. It must be another one than who is run or evaluated.
func (f *neighbourFlag) actor(evaluated string) (string, error) {
	switch f.value {
	case evaluated:
		hint := ""
		if evaluated == batchv1.JobControllerName {
			hint = " (an external controller has another name, which --managed-by of jobsim conformance says)"
		}
		return "", badInput("--neighbour %s: expected another controller than the one that runs already under this name%s", f.value, hint)
	case batchv1.JobControllerName:
		return "kube-controller-manager", nil
	}
	return f.value, nil
}

// implementation is what the neighbour is. It keeps pods with the finalizer of the built-in controller, as it may.
func (f *neighbourFlag) implementation() adapter.Implementation {
	return fakes.ReferenceImplementation(fakes.ManagedBy(f.value))
}

// managerName is the name of the controller that is evaluated.
func (o *conformanceOptions) managerName() string {
	if o.managedBy.set {
		return o.managedBy.value
	}
	return batchv1.JobControllerName
}
