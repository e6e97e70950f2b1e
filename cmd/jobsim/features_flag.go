package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/jobsim/jobsim/conformance"
)

// The words of --features that name no single feature.
const (
	allFeatures = "all"
	noFeatures  = "none"
)

// featuresFlag is a flag that takes optional features: their names with commas between them, all or none.
type featuresFlag struct {
	text string
	set  bool
	list []conformance.Feature
}

func (f *featuresFlag) String() string { return f.text }

// Type is what the help calls the value.
func (f *featuresFlag) Type() string { return "list" }

// Set takes the names. Which of them a minor has, and what they need, is for the suite to say.
func (f *featuresFlag) Set(text string) error {
	var list []conformance.Feature
	if text != allFeatures && text != noFeatures {
		for _, word := range strings.Split(text, ",") {
			if !slices.Contains(featureNames(), word) {
				return unknownFeature(word)
			}
			list = append(list, conformance.Feature(word))
		}
	}
	f.text, f.set, f.list = text, true, list
	return nil
}

func unknownFeature(word string) error {
	if near := nearest(word, append(featureNames(), allFeatures, noFeatures)); near != "" && word != "" {
		return fmt.Errorf("%q is no feature; did you mean %s?", word, near)
	}
	return fmt.Errorf("%q is no feature; expected all, none, or some of %s", word, strings.Join(featureNames(), ","))
}

func featureNames() []string {
	var names []string
	for _, i := range conformance.Features() {
		names = append(names, string(i.Feature))
	}
	return names
}

// selects tells whether a feature is one of those that the flag names.
func (f *featuresFlag) selects(feature conformance.Feature) bool {
	return f.text == allFeatures && feature != "" || slices.Contains(f.list, feature)
}

// option is the claim that the flag makes.
func (f *featuresFlag) option() conformance.Option {
	if f.text == allFeatures {
		return conformance.WithAllFeatures()
	}
	return conformance.WithFeatures(f.list...)
}

// complete completes the last name of the list.
func (f *featuresFlag) complete(_ *cobra.Command, _ []string, word string) ([]cobra.Completion, cobra.ShellCompDirective) {
	before, last := "", word
	if i := strings.LastIndex(word, ","); i >= 0 {
		before, last = word[:i+1], word[i+1:]
	}
	var words []cobra.Completion
	for _, i := range conformance.Features() {
		if strings.HasPrefix(string(i.Feature), last) && !slices.Contains(strings.Split(before, ","), string(i.Feature)) {
			words = append(words, cobra.CompletionWithDesc(before+string(i.Feature), i.Title))
		}
	}
	for _, w := range []string{allFeatures, noFeatures} {
		if before == "" && strings.HasPrefix(w, last) {
			words = append(words, w)
		}
	}
	return words, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
}
