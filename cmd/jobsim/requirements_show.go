package main

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/jobsim/jobsim/conformance"
)

func newShowRequirement(p *program) *cobra.Command {
	return &cobra.Command{
		Use:   "show ID|CLAUSE",
		Short: "Show what a requirement says and where it comes from",
		Long: "Show all that is known of a requirement, or of those that check a clause of\n" +
			"SEMANTICS.md: what it says, where that comes from, how it is seen, which\n" +
			"built-in scenarios show it, and which broken implementations break it.",
		Example: "  jobsim requirements show job/conditions/terminal-is-final\n\n" +
			"  # The requirements that check a clause\n  jobsim requirements show BL-1",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usage("expected one ID or one clause, found %d arguments; jobsim requirements lists them", len(args))
			}
			return nil
		},
		ValidArgsFunction: func(c *cobra.Command, args []string, word string) ([]cobra.Completion, cobra.ShellCompDirective) {
			if len(args) > 0 {
				return nil, cobra.ShellCompDirectiveNoFileComp
			}
			return completeRequirements(c, args, word)
		},
		RunE: func(_ *cobra.Command, args []string) error { return p.showRequirements(args[0]) },
	}
}

// completeRequirements completes IDs.
func completeRequirements(_ *cobra.Command, _ []string, word string) ([]cobra.Completion, cobra.ShellCompDirective) {
	var ids []cobra.Completion
	for _, r := range conformance.Requirements() {
		if strings.HasPrefix(r.ID, word) {
			ids = append(ids, cobra.CompletionWithDesc(r.ID, r.Sentence))
		}
	}
	return ids, cobra.ShellCompDirectiveNoFileComp
}

// requirementsOf are those that a word names: one by its ID, or all that check a clause, those first that are about it.
func requirementsOf(word string) []*conformance.Requirement {
	if r := conformance.Lookup(word); r != nil {
		return []*conformance.Requirement{r}
	}
	var first, others []*conformance.Requirement
	for _, r := range conformance.Requirements() {
		switch slices.Index(r.Clauses, strings.ToUpper(word)) {
		case -1:
		case 0:
			first = append(first, r)
		default:
			others = append(others, r)
		}
	}
	return append(first, others...)
}

func (p *program) showRequirements(word string) error {
	list := requirementsOf(word)
	if len(list) == 0 {
		return unknownRequirement(word)
	}
	var b bytes.Buffer
	for i, r := range list {
		if i > 0 {
			b.WriteByte('\n')
		}
		describeRequirement(&b, r)
	}
	_, err := p.stdout.Write(b.Bytes())
	return err
}

// unknownRequirement says why there is nothing to show.
func unknownRequirement(word string) error {
	for _, u := range conformance.UncheckedClauses() {
		if u.Clause == strings.ToUpper(word) {
			return badInput("no requirement checks %s: %s", u.Clause, u.Reason)
		}
	}
	const what = "expected the ID of a requirement, as jobsim requirements lists them, or a clause such as BL-1"
	if word == "" {
		return badInput("found nothing: %s", what)
	}
	var ids, clauses, parts []string
	for _, r := range conformance.Requirements() {
		ids = append(ids, r.ID)
		clauses = append(clauses, r.Clauses...)
		if strings.Contains(r.ID, word) {
			parts = append(parts, r.ID)
		}
	}
	near := nearest(word, ids)
	if near == "" {
		near = nearest(strings.ToUpper(word), clauses)
	}
	if near == "" && len(parts) > 0 {
		near = parts[0]
	}
	if near != "" {
		return badInput("%s: expected the ID of a requirement or a clause; did you mean %s?", word, near)
	}
	return badInput("%s: %s", word, what)
}

func describeRequirement(b *bytes.Buffer, r *conformance.Requirement) {
	level := string(r.Level)
	if r.Feature != "" {
		level += ", feature " + string(r.Feature)
	}
	fmt.Fprintf(b, "%s\n\n%s\n\n", r.ID, wrapped(r.Sentence, 2))
	field := func(name, text string) {
		if text != "" {
			fmt.Fprintf(b, "%-12s%s\n", name, strings.TrimLeft(wrapped(text, 12), " "))
		}
	}
	field("Strength", string(r.Strength))
	field("Level", level)
	switch {
	case r.External:
		field("Binds", "those who say a name of their own: --managed-by")
	case r.Beside:
		field("Binds", "those beside whom another controller works: --neighbour")
	}
	field("Since", sinceText(r))
	field("Clauses", strings.Join(r.Clauses, ", "))
	field("Source", r.Source)
	field("Observed", r.Observed)
	if r.Bound == conformance.ReactionBound {
		field("Time bound", fmt.Sprintf("the reaction time, %v unless it is said otherwise", usualReaction()))
	}
	field("Scenarios", strings.Join(r.Scenarios, ", "))
	field("Broken by", strings.Join(brokenBy(r), ", "))
}
