package main

import (
	"strings"
	"time"

	"github.com/spf13/cobra"
	batchv1 "k8s.io/api/batch/v1"

	"github.com/jobsim/jobsim/conformance"
)

const conformanceHelp = `Hold an implementation of the Job API against the requirements of the suite: run
it through the built-in scenarios and through random cases, with faults, and
say which requirements it keeps and which it breaks. What is broken is shown in
its smallest form, with a command that shows it again.

jobsim has the reference implementation, broken ones, which jobsim broken lists,
and two to learn from: a careless first-attempt, and the example that it became.
An implementation of your own is evaluated by conformance.Run in go test (go doc
github.com/jobsim/jobsim/conformance).

The core binds every implementation; what is optional is claimed by --features,
and jobsim features lists it. The reference claims all of it, and so do broken
implementations whose mistake is about a feature; the others claim nothing.

Requirements are selected with --focus: a part of an ID, a pattern such as
'job/conditions/*', a clause such as BL-1, or a group of them such as BL. jobsim
requirements lists them.

Ctrl-C stops the runs and shows what is known by then.

Exit codes:
  0  conformant
  1  not conformant
  2  bad usage or bad input
  3  inconclusive: no run gave an occasion to break some of the requirements, a
     limit was reached, it was stopped, or the implementation differs from
     itself from run to run
  4  jobsim itself has failed, or its output could not be written`

const conformanceExample = `  # Does the reference conform?
  jobsim conformance

  # What is an author told who begins?
  jobsim conformance --implementation first-attempt

  # What does a mistake look like? As a page for the browser:
  jobsim conformance --implementation broken:backoff-limit-off-by-one \
    --report report.html

  # Two optional features, as Kubernetes 1.31 has them
  jobsim conformance --features indexed,success-policy --kubernetes 1.31

  # An external controller, whose Jobs name it in spec.managedBy
  jobsim conformance --managed-by example.com/controller --checks 200

  # The same, with a finalizer of its own on its pods, beside the built-in one
  jobsim conformance --managed-by example.com/controller \
    --finalizer example.com/job-tracking \
    --neighbour kubernetes.io/job-controller

  # One requirement, with more random cases
  jobsim conformance --focus BL-1 --checks 20000

  # One case again, as the line "To see it again" says
  jobsim conformance --seed 1 --case 17

  # A scenario of your own, and reports for people and for CI
  jobsim conformance --scenario mine.yaml --report r.md --report r.xml

  # Which requirements are broken?
  jobsim conformance -o json |
    jq -r '.requirements[] | select(.violation) | .id'`

// The words of --profile.
const (
	profileCore          = "core"
	profileUpstreamExact = "upstream-exact"
)

// conformanceOptions are what the flags of conformance say.
type conformanceOptions struct {
	implementation  implementationFlag
	output, profile choice
	focus           given
	scenario        given
	replay          given
	checks          number
	seed            seed
	only            count
	kubernetes      minor
	features        featuresFlag
	managedBy       given
	finalizer       given
	neighbour       neighbourFlag
	reaction        span
	reports         []string
	save            given
}

func newConformance(p *program) *cobra.Command {
	o := newConformanceOptions(p)
	command := &cobra.Command{
		Use:     "conformance",
		Short:   "Tell which requirements of the Job API an implementation keeps",
		Long:    conformanceHelp,
		Example: conformanceExample,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return nil
			}
			if p.implementation(args[0]) != nil {
				return usage("expected no argument, found %q; did you mean --implementation %s?", args[0], args[0])
			}
			return usage("expected no argument, found %q", args)
		},
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(command *cobra.Command, _ []string) error {
			if mistake, ok := strings.CutPrefix(o.implementation.String(), brokenPrefix); ok {
				o.claimAsBroken(mistake, command.Flags().Changed("profile"))
			}
			return p.conformance(command.Context(), o)
		},
	}
	o.addTo(command)
	return command
}

func newConformanceOptions(p *program) *conformanceOptions {
	return &conformanceOptions{
		implementation: implementationFlag{program: p},
		output: choice{kind: "format", value: "summary", words: []string{"summary", "json", "yaml", "md", "junit"}, about: []string{
			"what was found, on one screen", "the report, for programs", "the same as YAML",
			"the report as a Markdown page", "the report as JUnit XML"}},
		profile: choice{kind: "name", value: profileCore, words: []string{profileCore, profileUpstreamExact}, about: []string{
			"what binds every implementation", "the timing and the order of kube-controller-manager as well"}},
		focus: given{kind: "pattern"}, scenario: given{kind: "file|name"}, replay: given{kind: "token"},
		save: given{kind: "directory"}, managedBy: given{kind: "name"}, finalizer: given{kind: "name"},
		checks:     number{value: conformance.DefaultChecks},
		kubernetes: minor{conformance.Latest},
		reaction:   span{value: conformance.DefaultBounds().Reaction, positive: true},
	}
}

// addTo registers the flags.
func (o *conformanceOptions) addTo(command *cobra.Command) {
	flags := command.Flags()
	flags.SortFlags = false
	o.implementation.flag(command, "what to evaluate")
	flags.Var(&o.focus, "focus", "only these requirements: a part of an ID, a pattern, or a clause")
	flags.Var(&o.checks, "checks", "how many random cases to run")
	flags.Var(&o.seed, "seed", "which random cases, 0 to 2^64-1 (default 1)")
	flags.Var(&o.only, "case", "run one random case only, by its number")
	flags.Var(&o.scenario, "scenario", "run one scenario only: a file or a built-in one")
	flags.Var(&o.replay, "replay", "with --scenario: that run of it, choice by choice")
	o.profile.flag(command, "profile", "", "what the implementation claims; broken ones claim upstream-exact, as the reference could")
	flags.Var(&o.kubernetes, "kubernetes", "whose semantics it claims to follow")
	flags.Var(&o.features, "features", "which optional features it claims: names with commas, all or none")
	flags.Var(&o.managedBy, "managed-by", "have all Jobs managed by this name, as an external controller's are")
	flags.Var(&o.finalizer, "finalizer", "the finalizer that it keeps pods with until they are counted (default "+batchv1.JobTrackingFinalizer+")")
	o.neighbour.flag(command)
	flags.Var(&o.reaction, "reaction", "virtual time that it may take to act on what it can know")
	flags.StringArrayVar(&o.reports, "report", nil, "write a report `file`, again for more: .json, .yaml, .xml (JUnit), .md or .html")
	flags.Var(&o.save, "save", "write each counter-example into this directory, as a scenario file")
	o.output.flag(command, "output", "o", "what to print")
	command.MarkFlagsMutuallyExclusive("case", "scenario")
	command.MarkFlagsMutuallyExclusive("case", "checks")
	command.MarkFlagsMutuallyExclusive("scenario", "checks")
	o.complete(command)
}

func (o *conformanceOptions) complete(command *cobra.Command) {
	completions := map[string]cobra.CompletionFunc{
		"focus": completeRequirements,
		"scenario": func(c *cobra.Command, _ []string, word string) ([]cobra.Completion, cobra.ShellCompDirective) {
			return completeScenarios(c, nil, word)
		},
		"report":   cobra.FixedCompletions([]cobra.Completion{"json", "yaml", "xml", "md", "html"}, cobra.ShellCompDirectiveFilterFileExt),
		"features": o.features.complete,
		"save":     cobra.FixedCompletions(nil, cobra.ShellCompDirectiveFilterDirs),
	}
	for _, name := range []string{"checks", "seed", "case", "replay", "kubernetes", "reaction", "managed-by", "finalizer"} {
		completions[name] = cobra.NoFileCompletions
	}
	for name, complete := range completions {
		if err := command.RegisterFlagCompletionFunc(name, complete); err != nil {
			panic(err) // the flags have just been added
		}
	}
}

// evaluation is what the flags ask of the suite.
func (o *conformanceOptions) evaluation(p *program) ([]conformance.Option, error) {
	switch {
	case o.focus.set && o.focus.value == "":
		return nil, badInput("--focus: expected a part of an ID such as backoff-limit, a pattern such as 'job/conditions/*', " +
			"or clauses such as BL-1 or all of BL")
	case o.replay.set && !o.scenario.set:
		return nil, badInput("--replay: expected --scenario with it: a token repeats a run of one scenario")
	}
	bounds := conformance.DefaultBounds()
	bounds.Reaction = o.reaction.value
	options := []conformance.Option{
		conformance.WithBounds(bounds), conformance.WithKubernetes(o.kubernetes.value), conformance.WithFocus(o.focus.value),
		conformance.WithReproduction(o.again), conformance.WithChecks(o.checks.value), conformance.WithCase(o.only.value),
	}
	options = append(options, o.claimed(p))
	if o.managedBy.set {
		options = append(options, conformance.WithManagedBy(o.managedBy.value))
	}
	if o.finalizer.set {
		options = append(options, conformance.WithFinalizer(o.finalizer.value))
	}
	if o.neighbour.set() {
		actor, err := o.neighbour.actor(o.managerName())
		if err != nil {
			return nil, err
		}
		options = append(options, conformance.WithNeighbour(actor, o.neighbour.implementation()))
	}
	if o.profile.value == profileUpstreamExact {
		options = append(options, conformance.WithUpstreamExact())
	}
	if o.seed.set {
		options = append(options, conformance.WithSeed(o.seed.value))
	}
	if o.scenario.set {
		only, err := o.onlyScenario(p)
		if err != nil {
			return nil, err
		}
		options = append(options, only)
	}
	return options, nil
}

// usualReaction is the reaction time that needs no flag.
func usualReaction() time.Duration { return conformance.DefaultBounds().Reaction }
