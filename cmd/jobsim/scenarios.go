package main

import (
	"encoding/json"
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/jobsim/jobsim/scenarios"
)

const scenariosExample = `  # What is there to learn?
  jobsim scenarios

  # Run them all
  for name in $(jobsim scenarios -o name); do
    jobsim run $name -o get > /dev/null || echo $name
  done

  # Start a scenario of your own from a built-in one
  jobsim scenarios show node-lost > my-scenario.yaml`

func newScenarios(p *program) *cobra.Command {
	output := &choice{kind: "format", value: "table", words: []string{"table", "name", "json"},
		about: []string{"name and title, one scenario on a line", "names only, for scripts", "names and titles as a JSON list"}}
	command := &cobra.Command{
		Use:   "scenarios",
		Short: "List the built-in scenarios, or show one",
		Long: "List the built-in scenarios with one line each, in the order in which they\n" +
			"teach: from a pod that succeeds to a controller that crashes.",
		Example: scenariosExample,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return nil
			}
			if scenarios.Source(args[0]) != nil {
				return usage("expected no argument, found %q; did you mean jobsim scenarios show %s?", args[0], args[0])
			}
			return usage("expected show NAME or no argument, found %q", args[0])
		},
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE:              func(*cobra.Command, []string) error { return p.listScenarios(output.value) },
	}
	output.flag(command, "output", "o", "how to list them")
	command.AddCommand(newShow(p))
	return command
}

// listed is a built-in scenario in the list, and the shape of -o json.
type listed struct {
	Name  string `json:"name"`
	Title string `json:"title"`
}

func (p *program) listScenarios(output string) error {
	var list []listed
	for _, name := range scenarios.Names() {
		s, err := scenarios.Get(name)
		if err != nil {
			return err
		}
		list = append(list, listed{Name: name, Title: s.Title})
	}
	if output == "json" {
		encoder := json.NewEncoder(p.stdout)
		encoder.SetEscapeHTML(false)
		encoder.SetIndent("", "  ")
		return encoder.Encode(list)
	}
	table := tabwriter.NewWriter(p.stdout, 0, 8, 2, ' ', 0)
	for _, s := range list {
		if output == "name" {
			fmt.Fprintln(table, s.Name)
			continue
		}
		fmt.Fprintf(table, "%s\t%s\n", s.Name, s.Title)
	}
	return table.Flush()
}

func newShow(p *program) *cobra.Command {
	return &cobra.Command{
		Use:   "show NAME",
		Short: "Print the file of a built-in scenario",
		Long:  "Print the file of a built-in scenario as it is: with its story, its Job, and\nwhat is expected.",
		Example: "  jobsim scenarios show never-backoff\n\n" +
			"  jobsim scenarios show never-backoff > mine.yaml\n  jobsim run mine.yaml",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usage("expected the name of one scenario, found %d arguments; jobsim scenarios lists them", len(args))
			}
			return nil
		},
		ValidArgsFunction: func(c *cobra.Command, args []string, word string) ([]cobra.Completion, cobra.ShellCompDirective) {
			names, _ := completeScenarios(c, args, word)
			return names, cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(_ *cobra.Command, args []string) error {
			if _, err := scenarios.Get(args[0]); err != nil {
				return err
			}
			_, err := p.stdout.Write(scenarios.Source(args[0]))
			return err
		},
	}
}
