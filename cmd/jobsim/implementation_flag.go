package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/jobsim/jobsim/sim/adapter"
)

// brokenPrefix is before the name of a broken implementation.
const brokenPrefix = "broken:"

// implementationFlag is a flag that takes the name of an implementation.
type implementationFlag struct {
	program *program
	value   string
}

func (f *implementationFlag) String() string { return f.value }

// Type is what the help calls the value.
func (f *implementationFlag) Type() string { return "name" }

// Set takes a name.
func (f *implementationFlag) Set(name string) error {
	if f.program.implementation(name) != nil {
		f.value = name
		return nil
	}
	var known, whole []string
	for _, i := range f.program.implementations {
		known = append(known, i.Name())
		if !strings.HasPrefix(i.Name(), brokenPrefix) {
			whole = append(whole, i.Name())
		}
	}
	if near := nearest(name, known); near != "" {
		return fmt.Errorf("expected a name that there is; did you mean %s?", near)
	}
	if near := nearest(brokenPrefix+name, known); near != "" {
		return fmt.Errorf("expected a name that there is; did you mean %s?", near)
	}
	return fmt.Errorf("expected %s, or broken:NAME as jobsim broken lists them", strings.Join(whole, ", "))
}

// flag registers the choice of an implementation with a command. The reference is the default.
func (f *implementationFlag) flag(command *cobra.Command, usage string) {
	const name = "implementation"
	f.value = f.program.implementations[0].Name()
	command.Flags().Var(f, name, usage+": reference, first-attempt, example or broken:NAME")
	complete := func(_ *cobra.Command, _ []string, word string) ([]cobra.Completion, cobra.ShellCompDirective) {
		var names []cobra.Completion
		for _, i := range f.program.implementations {
			if strings.HasPrefix(i.Name(), word) {
				names = append(names, cobra.CompletionWithDesc(i.Name(), f.program.about[i.Name()]))
			}
		}
		return names, cobra.ShellCompDirectiveNoFileComp
	}
	if err := command.RegisterFlagCompletionFunc(name, complete); err != nil {
		panic(err) // the flag has just been added
	}
}

// implementation is the one of that name, or nil.
func (p *program) implementation(name string) adapter.Implementation {
	for _, i := range p.implementations {
		if i.Name() == name {
			return i
		}
	}
	return nil
}
