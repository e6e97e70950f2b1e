package main

import (
	"errors"
	"fmt"
	"os"
	"slices"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/jobsim/jobsim/scenarios"
)

// explain adds to cobra's own messages what was probably meant.
func (p *program) explain(command *cobra.Command, err error) string {
	var flag *pflag.NotExistError
	if errors.As(err, &flag) && len(flag.GetSpecifiedName()) > 1 {
		var known []string
		command.Flags().VisitAll(func(f *pflag.Flag) { known = append(known, f.Name) })
		if near := nearest(flag.GetSpecifiedName(), known); near != "" {
			return fmt.Sprintf("%v; did you mean --%s?", err, near)
		}
	}
	var word string
	if _, mismatch := fmt.Sscanf(err.Error(), "unknown command %q", &word); mismatch == nil {
		if command.Name() == "help" {
			command = command.Root()
		}
		return unknownCommand(command, word)
	}
	return err.Error()
}

func unknownCommand(command *cobra.Command, word string) string {
	var known []string
	for _, c := range command.Commands() {
		if c.IsAvailableCommand() {
			known = append(known, c.Name())
		}
	}
	text := fmt.Sprintf("unknown command %q for %q", word, command.CommandPath())
	_, missing := os.Stat(word)
	switch near := nearest(word, known); {
	case !command.HasParent() && (missing == nil || slices.Contains(scenarios.Names(), word)):
		return fmt.Sprintf("%s; did you mean jobsim run %s?", text, word)
	case near != "":
		return fmt.Sprintf("%s; did you mean %s %s?", text, command.CommandPath(), near)
	}
	return text
}

// nearest is the known word that a mistyped one resembles, or nothing. cobra has the edit distance, for commands: so the
// words are made commands.
func nearest(word string, known []string) string {
	index := &cobra.Command{}
	for _, k := range known {
		index.AddCommand(&cobra.Command{Use: k, Run: func(*cobra.Command, []string) {}})
	}
	for index.SuggestionsMinimumDistance = 1; index.SuggestionsMinimumDistance <= 2; index.SuggestionsMinimumDistance++ {
		if found := index.SuggestionsFor(word); len(found) > 0 {
			return found[0]
		}
	}
	return ""
}
