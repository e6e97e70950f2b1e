package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/jobsim/jobsim/conformance"
)

const requirementsExample = `  # What must a Job controller do when pods fail?
  jobsim requirements --area backoff-limit

  # What exactly does one of them say, and where does it come from?
  jobsim requirements show job/backoff-limit/exceeding-fails-the-job

  # Which requirements check a clause of SEMANTICS.md?
  jobsim requirements show BL-1

  # What must be done by those who claim an optional feature?
  jobsim requirements --features indexed,success-policy

  # For a script
  jobsim requirements --level core -o name`

// requirementsOptions are what the flags of requirements say.
type requirementsOptions struct {
	output      choice
	area, level given
	features    featuresFlag
}

func newRequirements(p *program) *cobra.Command {
	o := &requirementsOptions{
		output: choice{kind: "format", value: "text", words: []string{"text", "name", "wide", "json"}, about: []string{
			"ID, level and sentence", "IDs only, for scripts", "a table with one requirement on a line",
			"everything that is known of them, as a JSON list"}},
		area: given{kind: "area"}, level: given{kind: "level"},
	}
	command := &cobra.Command{
		Use:   "requirements",
		Short: "List the requirements of the conformance suite, or show one",
		Long: "List what the conformance suite asks of an implementation, one sentence each,\n" +
			"area by area. Filters can be combined.",
		Example: requirementsExample,
		Args: func(_ *cobra.Command, args []string) error {
			switch {
			case len(args) == 0:
				return nil
			case len(requirementsOf(args[0])) > 0:
				return usage("expected no argument, found %q; did you mean jobsim requirements show %s?", args[0], args[0])
			}
			return usage("expected show ID or no argument, found %q", args[0])
		},
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE:              func(*cobra.Command, []string) error { return p.listRequirements(o) },
	}
	flags := command.Flags()
	flags.SortFlags = false
	flags.Var(&o.area, "area", "only this area, such as backoff-limit")
	flags.Var(&o.level, "level", "only this level: core, extended or upstream-exact")
	flags.Var(&o.features, "features", "only these optional features: names with commas, all or none")
	for name, of := range filters(o) {
		words := known(conformance.Requirements(), of.word)
		err := command.RegisterFlagCompletionFunc(name, cobra.FixedCompletions(words, cobra.ShellCompDirectiveNoFileComp))
		if err != nil {
			panic(err) // the flags have just been added
		}
	}
	if err := command.RegisterFlagCompletionFunc("features", o.features.complete); err != nil {
		panic(err) // the flag has just been added
	}
	o.output.flag(command, "output", "o", "how to list them")
	command.AddCommand(newShowRequirement(p))
	return command
}

// filter is a flag that selects requirements by one of their words.
type filter struct {
	flag *given
	word func(*conformance.Requirement) string
}

func filters(o *requirementsOptions) map[string]filter {
	return map[string]filter{
		"area":  {&o.area, (*conformance.Requirement).Area},
		"level": {&o.level, func(r *conformance.Requirement) string { return string(r.Level) }},
	}
}

// known lists the words that requirements have, each once.
func known(of []*conformance.Requirement, word func(*conformance.Requirement) string) []string {
	var words []string
	for _, r := range of {
		if w := word(r); w != "" && !slices.Contains(words, w) {
			words = append(words, w)
		}
	}
	return words
}

// selected is what the filters leave. Nothing is an error that says what there is.
func (o *requirementsOptions) selected() ([]*conformance.Requirement, error) {
	left := conformance.Requirements()
	if o.features.set {
		left = slices.DeleteFunc(left, func(r *conformance.Requirement) bool {
			if o.features.text == noFeatures {
				return r.Feature != ""
			}
			return !o.features.selects(r.Feature)
		})
		if len(left) == 0 {
			return nil, badInput("--features %s selects no requirement: none is about them yet", o.features.text)
		}
	}
	for _, name := range []string{"area", "level"} {
		f := filters(o)[name]
		if !f.flag.set {
			continue
		}
		words := known(left, f.word)
		left = slices.DeleteFunc(slices.Clone(left), func(r *conformance.Requirement) bool { return f.word(r) != f.flag.value })
		if len(left) == 0 {
			return nil, badInput("--%s %s selects no requirement; %s", name, f.flag.value, expected(f.flag.value, words))
		}
	}
	return left, nil
}

// expected says what could have been meant.
func expected(word string, words []string) string {
	if near := nearest(word, words); near != "" {
		return "did you mean " + near + "?"
	}
	if len(words) == 0 {
		return "there are none of that kind"
	}
	return "expected one of " + strings.Join(words, ", ")
}

func (p *program) listRequirements(o *requirementsOptions) error {
	list, err := o.selected()
	if err != nil {
		return err
	}
	switch o.output.value {
	case "json":
		return p.requirementsAsJSON(list)
	case "wide":
		table := tabwriter.NewWriter(p.stdout, 0, 8, 2, ' ', 0)
		fmt.Fprintln(table, "ID\tLEVEL\tFEATURE\tSTRENGTH\tSINCE\tCLAUSES\tSENTENCE")
		for _, r := range list {
			fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", r.ID, r.Level, dash(string(r.Feature)), r.Strength, sinceText(r),
				strings.Join(r.Clauses, ","), r.Sentence)
		}
		return table.Flush()
	}
	for _, r := range list {
		text := r.ID
		if o.output.value == "text" {
			text = fmt.Sprintf("%s  %s\n%s", r.ID, r.Level, wrapped(r.Sentence, 2))
		}
		if _, err := fmt.Fprintln(p.stdout, text); err != nil {
			return nil // told by whoever looks at stdout
		}
	}
	return nil
}

// listedRequirement is the shape of -o json.
type listedRequirement struct {
	ID        string   `json:"id"`
	Level     string   `json:"level"`
	Strength  string   `json:"strength"`
	Feature   string   `json:"feature,omitempty"`
	Sentence  string   `json:"sentence"`
	Observed  string   `json:"observed"`
	Source    string   `json:"source"`
	Clauses   []string `json:"clauses,omitempty"`
	Since     string   `json:"since,omitempty"`
	Bound     string   `json:"bound,omitempty"`
	Scenarios []string `json:"scenarios,omitempty"`
}

func (p *program) requirementsAsJSON(requirements []*conformance.Requirement) error {
	var list []listedRequirement
	for _, r := range requirements {
		since := ""
		if r.Since > 0 {
			since = sinceText(r)
		}
		list = append(list, listedRequirement{
			ID: r.ID, Level: string(r.Level), Strength: string(r.Strength), Feature: string(r.Feature), Sentence: r.Sentence,
			Observed: r.Observed, Source: r.Source, Clauses: r.Clauses, Since: since, Bound: string(r.Bound), Scenarios: r.Scenarios,
		})
	}
	encoder := json.NewEncoder(p.stdout)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(list)
}

func sinceText(r *conformance.Requirement) string {
	if r.Since == 0 {
		return "always"
	}
	return fmt.Sprintf("1.%d", r.Since)
}

// wrapped fits text into the width of the screen, each line indented.
func wrapped(text string, indent int) string {
	margin := strings.Repeat(" ", indent)
	var lines []string
	line := ""
	for _, word := range strings.Fields(text) {
		switch {
		case line == "":
			line = word
		case indent+len([]rune(line))+1+len([]rune(word)) > width():
			lines = append(lines, margin+line)
			line = word
		default:
			line += " " + word
		}
	}
	return strings.Join(append(lines, margin+line), "\n")
}
