package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/jobsim/jobsim/conformance"
	"github.com/jobsim/jobsim/fakes"
)

const brokenHelp = `List implementations that are the reference except for one mistake, family by
family. The suite is tested with them. Those that re-create a bug of the real
controller name its issue.

With --matrix each of them is evaluated, at every level, and what catches it is
shown with the first run that shows the mistake, the number of that run, and the
time that it took. A * is before the requirements that the mistake is meant for.
The exit code is 1 if one of the implementations is caught by none of those.`

const brokenExample = `  # What can go wrong in a Job controller?
  jobsim broken

  # What does one of these mistakes look like in a run, and to the suite?
  jobsim run never-backoff --implementation broken:backoff-limit-off-by-one
  jobsim conformance --implementation broken:backoff-limit-off-by-one

  # Which requirements catch it, and how fast?
  jobsim broken --matrix backoff-limit-off-by-one`

// brokenOptions are what the flags of broken say.
type brokenOptions struct {
	output choice
	matrix bool
	checks number
}

func newBroken(p *program) *cobra.Command {
	o := &brokenOptions{
		output: choice{kind: "format", value: "text", words: []string{"text", "name", "json"}, about: []string{
			"name, clause and mistake", "names only, for scripts", "everything that is known of them, as a JSON list"}},
		checks: number{value: conformance.DefaultChecks},
	}
	command := &cobra.Command{
		Use:     "broken [NAME...]",
		Short:   "List the broken implementations that the suite must catch",
		Long:    brokenHelp,
		Example: brokenExample,
		ValidArgsFunction: func(_ *cobra.Command, _ []string, word string) ([]cobra.Completion, cobra.ShellCompDirective) {
			return completeBroken(word), cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(command *cobra.Command, args []string) error {
			list, err := brokenOf(args)
			if err != nil {
				return err
			}
			if o.matrix {
				return p.showMatrix(command.Context(), list, o)
			}
			if command.Flags().Changed("checks") {
				return badInput("--checks: expected --matrix with it: nothing is run otherwise")
			}
			return p.listBroken(list, o.output.value)
		},
	}
	flags := command.Flags()
	flags.SortFlags = false
	flags.BoolVar(&o.matrix, "matrix", false, "evaluate them, and show which requirements catch each")
	flags.Var(&o.checks, "checks", "with --matrix: how many random cases to run")
	if err := command.RegisterFlagCompletionFunc("checks", cobra.NoFileCompletions); err != nil {
		panic(err) // the flag has just been added
	}
	o.output.flag(command, "output", "o", "how to list them")
	return command
}

func completeBroken(word string) []cobra.Completion {
	var names []cobra.Completion
	for _, b := range fakes.AllBroken() {
		if strings.HasPrefix(b.Name, word) {
			names = append(names, cobra.CompletionWithDesc(b.Name, b.Mistake))
		}
	}
	return names
}

// brokenOf are the broken implementations of these names, or all of them, family by family.
func brokenOf(names []string) ([]fakes.Broken, error) {
	all := byFamily(fakes.AllBroken())
	if len(names) == 0 {
		return all, nil
	}
	var list []fakes.Broken
	for _, name := range names {
		b, known := fakes.GetBroken(strings.TrimPrefix(name, brokenPrefix))
		if !known {
			var words []string
			for _, b := range all {
				words = append(words, b.Name)
			}
			if near := nearest(name, words); near != "" {
				return nil, badInput("%s: expected the name of a broken implementation; did you mean %s?", name, near)
			}
			return nil, badInput("%s: expected the name of a broken implementation; jobsim broken lists them", name)
		}
		list = append(list, b)
	}
	return list, nil
}

// listedBroken is the shape of -o json.
type listedBroken struct {
	Name    string   `json:"name"`
	Family  string   `json:"family"`
	Mistake string   `json:"mistake"`
	Clauses []string `json:"clauses"`
	Bug     string   `json:"bug,omitempty"`
}

func (p *program) listBroken(all []fakes.Broken, output string) error {
	var b bytes.Buffer
	list := []listedBroken{}
	for _, broken := range all {
		list = append(list, listedBroken{broken.Name, string(broken.Family), broken.Mistake, broken.Clauses, broken.Bug})
	}
	if output == "json" {
		encoder := json.NewEncoder(&b)
		encoder.SetEscapeHTML(false)
		encoder.SetIndent("", "  ")
		if err := encoder.Encode(list); err != nil {
			return err
		}
	}
	family := ""
	for _, l := range list {
		switch {
		case output == "name":
			fmt.Fprintln(&b, l.Name)
			continue
		case output != "text":
			continue
		case l.Family != family:
			fmt.Fprintf(&b, "%s%s\n", strings.Repeat("\n", min(b.Len(), 1)), l.Family)
			family = l.Family
		}
		head := fmt.Sprintf("  %s  %s", l.Name, strings.Join(l.Clauses[:1], ""))
		if l.Bug != "" {
			head += "  " + l.Bug
		}
		fmt.Fprintf(&b, "%s\n%s\n", head, wrapped(l.Mistake, 4))
	}
	_, err := p.stdout.Write(b.Bytes())
	return err
}

// byFamily puts the members of a family together.
func byFamily(all []fakes.Broken) []fakes.Broken {
	sorted := slices.Clone(all)
	slices.SortStableFunc(sorted, func(a, b fakes.Broken) int { return cmp.Compare(a.Family, b.Family) })
	return sorted
}

// brokenBy are the broken implementations that are meant for the clause that the requirement is about, or
// for the requirement itself.
func brokenBy(r *conformance.Requirement) []string {
	var names []string
	for _, b := range fakes.AllBroken() {
		if len(r.Clauses) > 0 && slices.Contains(b.Clauses, r.Clauses[0]) || b.Clauses[0] == r.ID {
			names = append(names, b.Name)
		}
	}
	return names
}

// addBroken makes the broken implementations known to --implementation.
func (p *program) addBroken() {
	for _, b := range fakes.AllBroken() {
		i := b.Implementation()
		p.add(i, b.Mistake)
		p.claimsAll[i.Name()] = len(conformance.FeaturesAbout(b.Clauses...)) > 0
	}
}
