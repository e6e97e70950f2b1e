package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

// choice is a flag that takes one of a few words.
type choice struct {
	// kind is what the help calls the value, and value the word that holds if none is given.
	kind, value string
	words       []string
	// about describes each word, for shells that show it; it may be shorter than words.
	about []string
}

func (c *choice) String() string { return c.value }

// Type is what the help calls the value.
func (c *choice) Type() string { return c.kind }

// Set takes a word.
func (c *choice) Set(word string) error {
	if !slices.Contains(c.words, word) {
		return fmt.Errorf("expected %s", c.list())
	}
	c.value = word
	return nil
}

// list is the words as a person would list them.
func (c *choice) list() string {
	last := len(c.words) - 1
	if last == 0 {
		return c.words[0]
	}
	return strings.Join(c.words[:last], ", ") + " or " + c.words[last]
}

// flag registers the choice with a command, and completes its words. The usage is followed by them.
func (c *choice) flag(command *cobra.Command, name, short, usage string) {
	command.Flags().VarP(c, name, short, usage+": "+c.list())
	var words []cobra.Completion
	for i, word := range c.words {
		if i < len(c.about) {
			word = cobra.CompletionWithDesc(word, c.about[i])
		}
		words = append(words, word)
	}
	err := command.RegisterFlagCompletionFunc(name, cobra.FixedCompletions(words, cobra.ShellCompDirectiveNoFileComp))
	if err != nil {
		panic(err) // the flag has just been added
	}
}
