package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"
	"sigs.k8s.io/yaml"

	"github.com/jobsim/jobsim/conformance"
)

const featuresExample = `  # What is there beside the core, and since when?
  jobsim features

  # What of it does Kubernetes 1.31 have?
  jobsim features --kubernetes 1.31

  # Which fields of the Job ask for it, and which clauses are about it?
  jobsim features -o wide

  # As tables, with what the report of an evaluation says of each
  jobsim conformance --report r.json
  jobsim features -o markdown --report r.json

  # What must an implementation do that claims one?
  jobsim requirements --features success-policy`

// featuresOptions are what the flags of features say.
type featuresOptions struct {
	output     choice
	kubernetes minor
	report     given
}

func newFeatures(p *program) *cobra.Command {
	o := &featuresOptions{
		output: choice{kind: "format", value: "table", words: []string{"table", "wide", "name", "json", "yaml", "markdown"}, about: []string{
			"a feature on a line", "with fields, clauses and history", "names only, for scripts",
			"everything that is known of them, as a JSON list", "the same as YAML",
			"tables with what the suite has about each, and about parts of the core"}},
		kubernetes: minor{conformance.Latest}, report: given{kind: "file"},
	}
	command := &cobra.Command{
		Use:   "features",
		Short: "List the optional features of the Job API",
		Long: "List the optional features of the Job API, which an implementation may claim:\n" +
			"how far a Kubernetes version has them, and how many requirements each has. What\n" +
			"the version does not have is listed as absent, and cannot be claimed.\n\n" +
			"jobsim conformance --features holds an implementation to them.",
		Example: featuresExample,
		Args: func(_ *cobra.Command, args []string) error {
			switch {
			case len(args) == 0:
				return nil
			case slices.Contains(featureNames(), args[0]):
				return usage("expected no argument, found %q; did you mean jobsim requirements --features %s?", args[0], args[0])
			}
			return usage("expected no argument, found %q", args)
		},
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE:              func(*cobra.Command, []string) error { return p.listFeatures(o) },
	}
	command.Flags().SortFlags = false
	command.Flags().Var(&o.kubernetes, "kubernetes", "whose features")
	if err := command.RegisterFlagCompletionFunc("kubernetes", cobra.NoFileCompletions); err != nil {
		panic(err) // the flag has just been added
	}
	command.Flags().Var(&o.report, "report", "with -o markdown: a JSON report, and what it says of each")
	if err := command.RegisterFlagCompletionFunc("report", cobra.FixedCompletions([]cobra.Completion{"json"},
		cobra.ShellCompDirectiveFilterFileExt)); err != nil {
		panic(err) // the flag has just been added
	}
	o.output.flag(command, "output", "o", "how to list them")
	return command
}

// listedFeature is a feature in a list, and the shape of -o json and -o yaml.
type listedFeature struct {
	Name  string `json:"name"`
	Title string `json:"title"`
	Field string `json:"field"`
	// Stage is that in the version that was asked for: alpha, beta, GA or absent. Since is the first version that has it.
	Stage   string   `json:"stage"`
	Since   string   `json:"since"`
	Alpha   string   `json:"alpha,omitempty"`
	Beta    string   `json:"beta,omitempty"`
	GA      string   `json:"ga,omitempty"`
	Needs   []string `json:"needs,omitempty"`
	Clauses []string `json:"clauses"`
	// Requirements is how many requirements of it hold in that version.
	Requirements int `json:"requirements"`
}

const absent = "absent"

func describeFeature(i conformance.FeatureInfo, in conformance.Minor) listedFeature {
	l := listedFeature{
		Name: string(i.Feature), Title: i.Title, Field: i.Field, Stage: string(i.Stage(in)), Since: minorText(i.Since()),
		Alpha: minorText(i.Alpha), Beta: minorText(i.Beta), GA: minorText(i.GA), Clauses: i.Clauses,
	}
	if l.Stage == "" {
		l.Stage = absent
	}
	for _, f := range i.Needs {
		l.Needs = append(l.Needs, string(f))
	}
	for _, r := range i.Requirements() {
		if l.Stage != absent && r.Since <= in {
			l.Requirements++
		}
	}
	return l
}

// minorText is a minor as people write it, or nothing.
func minorText(m conformance.Minor) string {
	if m == 0 {
		return ""
	}
	return fmt.Sprintf("1.%d", m)
}

func (p *program) listFeatures(o *featuresOptions) error {
	if _, err := conformance.Select(conformance.WithKubernetes(o.kubernetes.value)); err != nil {
		return badInput("--kubernetes: %s", strings.TrimPrefix(err.Error(), "conformance: "))
	}
	report, err := o.readReport()
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if o.output.value == "markdown" {
		err = featuresAsMarkdown(&b, o.kubernetes.value, report)
	} else {
		var list []listedFeature
		for _, i := range conformance.Features() {
			list = append(list, describeFeature(i, o.kubernetes.value))
		}
		err = writeFeatures(&b, list, o.output.value)
	}
	if err != nil {
		return err
	}
	_, err = p.stdout.Write(b.Bytes())
	return err
}

func (o *featuresOptions) readReport() (*conformance.Report, error) {
	switch {
	case !o.report.set:
		return nil, nil
	case o.output.value != "markdown":
		return nil, badInput("--report: expected -o markdown with it: the other formats do not show verdicts")
	}
	return readReport(o.report.value)
}

func writeFeatures(b *bytes.Buffer, list []listedFeature, format string) error {
	switch format {
	case "json":
		encoder := json.NewEncoder(b)
		encoder.SetEscapeHTML(false)
		encoder.SetIndent("", "  ")
		return encoder.Encode(list)
	case "yaml":
		data, err := yaml.Marshal(list)
		b.Write(data)
		return err
	case "name":
		for _, l := range list {
			fmt.Fprintln(b, l.Name)
		}
		return nil
	}
	table := tabwriter.NewWriter(b, 0, 8, 2, ' ', 0)
	head, row := "NAME\tSTAGE\tSINCE\tREQUIREMENTS\t", func(l listedFeature) string {
		return fmt.Sprintf("%s\t%s\t%s\t%d\t", l.Name, l.Stage, l.Since, l.Requirements)
	}
	if format == "wide" {
		fmt.Fprintln(table, head+"ALPHA\tBETA\tGA\tNEEDS\tCLAUSES\tFIELD\tTITLE")
	} else {
		fmt.Fprintln(table, strings.TrimSuffix(head, "\t"))
	}
	for _, l := range list {
		if format == "wide" {
			fmt.Fprintf(table, "%s%s\t%s\t%s\t%s\t%s\t%s\t%s\n", row(l), dash(l.Alpha), dash(l.Beta), dash(l.GA),
				dash(strings.Join(l.Needs, ",")), strings.Join(l.Clauses, ","), l.Field, l.Title)
		} else {
			fmt.Fprintln(table, strings.TrimSuffix(row(l), "\t"))
		}
	}
	return table.Flush()
}

func dash(text string) string {
	if text == "" {
		return "-"
	}
	return text
}
