package main

import (
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"
)

const rootHelp = `jobsim runs Kubernetes Jobs in a simulated cluster: an API server, a scheduler
and kubelets whose pods do what a script says. Time is virtual, so that hours
take milliseconds, and every run can be repeated exactly.

` + exitCodes

const rootExample = `  # What happens when a pod fails again and again?
  jobsim run never-backoff

  # What would kubectl say of my own Job if all of its pods failed?
  jobsim run job.yaml --script 'run 5s exit 1' -o describe

  # Which scenarios are built in, and what does one look like?
  jobsim scenarios
  jobsim scenarios show node-lost

  # Which parts of the Job API are optional?
  jobsim features

  # Does an implementation keep the promises of the Job API?
  jobsim conformance
  jobsim conformance --implementation broken:backoff-limit-off-by-one`

// newRoot builds the command tree.
func newRoot(p *program) *cobra.Command {
	info, _ := debug.ReadBuildInfo()
	root := &cobra.Command{
		Use:     "jobsim",
		Short:   "Run Kubernetes Jobs in a simulated cluster, in virtual time",
		Long:    rootHelp,
		Example: rootExample,
		Version: version(info),
		// What went wrong is said once, by report, without the whole help.
		SilenceErrors:      true,
		SilenceUsage:       true,
		DisableSuggestions: true,
	}
	root.SetVersionTemplate("jobsim {{.Version}}\n")
	root.SetIn(p.stdin)
	root.SetOut(p.stdout)
	root.SetErr(p.stderr)
	root.SetUsageTemplate(strings.ReplaceAll(root.UsageTemplate(), ".FlagUsages ", ".FlagUsagesWrapped 80 "))
	root.AddCommand(newRun(p), newScenarios(p), newConformance(p), newFeatures(p), newRequirements(p), newBroken(p))
	refuseUnknownWords(root)
	return root
}

// refuseUnknownWords makes mistakes of what cobra answers with its help and exit code 0: help for a command that does not
// exist, and completion for an unknown shell.
func refuseUnknownWords(root *cobra.Command) {
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd()
	for _, c := range root.Commands() {
		switch c.Name() {
		case "help":
			c.Args = func(_ *cobra.Command, args []string) error {
				_, _, err := root.Find(args)
				return err
			}
		case "completion":
			c.RunE = func(c *cobra.Command, _ []string) error { return c.Help() }
		}
	}
}
