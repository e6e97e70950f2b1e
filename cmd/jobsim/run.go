package main

import (
	"strings"
	"time"

	"github.com/spf13/cobra"
	batchv1 "k8s.io/api/batch/v1"

	"github.com/jobsim/jobsim/scenarios"
	"github.com/jobsim/jobsim/sim"
)

const runHelp = `Run a scenario and show what happened. It is the name of a built-in scenario, a
scenario file, or a file of batch/v1 Job manifests in YAML or JSON; - reads
standard input. A name goes before a file: write ./pi for a file that is called
like a built-in scenario.

The pods of a bare manifest run for --pod-duration and succeed, or they follow
--script. A scenario says itself what its pods do.

` + scriptHelp + `

Without --seed a run is calm: nothing is late and nothing overtakes. With --seed
every choice that the scenario leaves open is drawn at random, the same ones for
the same seed. The line that begins with "replay:" repeats such a run choice by
choice.

` + exitCodes

const runExample = `  # A built-in scenario as a timeline
  jobsim run onfailure-exhausted

  # A Job of your own, whose pods need 2 s to start and fail after 5 s
  jobsim run job.yaml --script 'start 2s; run 5s exit 1'

  # Straight from kubectl, and what kubectl would show afterwards
  kubectl create job hello --image=busybox --dry-run=client -o yaml |
    jobsim run - -o get

  # When did which container exit, and how?
  jobsim run never-backoff -o trace |
    jq -r 'select(.verb == "exit") | [.at, .name, .code] | @tsv'

  # What becomes of a Job if the controller is there that it names?
  jobsim run managed-by-nobody --neighbour example.com/other

  # Random runs of a scenario until one goes wrong
  for i in $(seq 100); do
    jobsim run race.yaml --seed $i -o get > /dev/null || break
  done`

// defaultMaxEvents keeps the trace of a run that does not end within 3 GB: an event takes about 500 bytes.
const defaultMaxEvents = 5_000_000

// runOptions are what the flags of run say.
type runOptions struct {
	output, color      choice
	implementation     implementationFlag
	until, podDuration span
	seed               seed
	script, replay     given
	maxEvents          count
	neighbour          neighbourFlag
	// podDurationSet tells that --pod-duration was given.
	podDurationSet bool
}

func newRun(p *program) *cobra.Command {
	o := newRunOptions(p)
	command := &cobra.Command{
		Use:     "run FILE|NAME|-",
		Short:   "Run a scenario or a Job manifest and show what happened",
		Long:    runHelp,
		Example: runExample,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 || args[0] == "" {
				return usage("expected one file, one name of a built-in scenario, or -, found %d arguments: %q; "+
					"jobsim scenarios lists the names", len(args), args)
			}
			return nil
		},
		ValidArgsFunction: completeScenarios,
		RunE: func(command *cobra.Command, args []string) error {
			o.podDurationSet = command.Flags().Changed("pod-duration")
			return p.runScenario(args[0], o)
		},
	}
	o.addTo(command)
	return command
}

func newRunOptions(p *program) *runOptions {
	o := &runOptions{
		output:      choice{kind: "format", value: formats[0].name},
		color:       choice{kind: "when", value: colorAuto, words: []string{colorAuto, colorAlways, colorNever}},
		until:       span{positive: true},
		podDuration: span{value: 5 * time.Second, forever: true},
		script:      given{kind: "script"},
		replay:      given{kind: "token"},
		maxEvents:   count{value: defaultMaxEvents},

		implementation: implementationFlag{program: p},
	}
	for _, f := range formats {
		o.output.words, o.output.about = append(o.output.words, f.name), append(o.output.about, f.about)
	}
	return o
}

// addTo registers the flags.
func (o *runOptions) addTo(command *cobra.Command) {
	flags := command.Flags()
	flags.SortFlags = false
	o.output.flag(command, "output", "o", "what to show")
	flags.Var(&o.podDuration, "pod-duration", "how long the pods of a bare manifest run before they succeed")
	flags.Var(&o.script, "script", "what the pods of a bare manifest do, see above")
	flags.Var(&o.until, "until", "virtual time at which the run ends at the latest (default: as the scenario says, or a day)")
	flags.Var(&o.seed, "seed", "make a random run from this number, 0 to 2^64-1")
	flags.Var(&o.replay, "replay", "repeat an earlier run, choice by choice")
	flags.Var(&o.maxEvents, "max-events", "give the run up as inconclusive after so many events")
	o.implementation.flag(command, "the Job controller to run")
	o.neighbour.flag(command)
	o.color.flag(command, "color", "", "colours in the timeline (auto: on a terminal, unless NO_COLOR is set)")
	command.MarkFlagsMutuallyExclusive("script", "pod-duration")
	for _, name := range []string{"pod-duration", "script", "until", "seed", "replay", "max-events"} {
		if err := command.RegisterFlagCompletionFunc(name, cobra.NoFileCompletions); err != nil {
			panic(err) // the flags have just been added
		}
	}
}

// runScenario is the command: read, run, judge, show.
func (p *program) runScenario(ref string, o *runOptions) error {
	in, err := p.read(ref, o)
	if err != nil {
		return err
	}
	end := in.scenario.Until
	if o.until.value > 0 {
		in.scenario.Until = o.until.value
	}
	options, err := o.choices(in)
	if err != nil {
		return err
	}
	options = append(options, sim.WithLimits(sim.Limits{Events: o.maxEvents.value, Limits: p.limits}))
	if o.neighbour.set() {
		actor, err := o.neighbour.actor(batchv1.JobControllerName)
		if err != nil {
			return err
		}
		options = append(options, sim.WithNeighbour(actor, o.neighbour.implementation()))
	}
	result, err := sim.Run(in.scenario, p.implementation(o.implementation.value), options...)
	if err != nil {
		return badInput("%v", err)
	}
	cutShort := o.until.value > 0 && (end == 0 || o.until.value < end)
	s := &show{program: p, input: in, options: o, result: result, verdict: judge(result, cutShort)}
	if err := s.write(); err != nil && p.stdout.err == nil {
		panic(err) // not the reader's fault and not the user's
	}
	if s.verdict.code != exitHolds {
		return exitCode(s.verdict.code)
	}
	return nil
}

// completeScenarios completes the names of built-in scenarios; if none fits the shell completes files.
func completeScenarios(_ *cobra.Command, args []string, word string) ([]cobra.Completion, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	var names []cobra.Completion
	for _, name := range scenarios.Names() {
		if !strings.HasPrefix(name, word) {
			continue
		}
		title := ""
		if s, err := scenarios.Get(name); err == nil {
			title = s.Title
		}
		names = append(names, cobra.CompletionWithDesc(name, title))
	}
	return names, cobra.ShellCompDirectiveDefault
}
