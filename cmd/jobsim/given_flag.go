package main

import (
	"errors"
	"strconv"
)

// given is a flag that takes any text, and remembers that it was given: an empty script is a mistake, no script is none.
type given struct {
	value string
	set   bool
	kind  string
}

func (g *given) String() string { return g.value }

// Type is what the help calls the value.
func (g *given) Type() string { return g.kind }

// Set takes the text.
func (g *given) Set(text string) error {
	g.value, g.set = text, true
	return nil
}

// seed is a flag that takes a seed, which may be zero.
type seed struct {
	value uint64
	set   bool
}

func (s *seed) String() string {
	if !s.set {
		return ""
	}
	return strconv.FormatUint(s.value, 10)
}

// Type is what the help calls the value.
func (s *seed) Type() string { return "number" }

// Set reads the seed.
func (s *seed) Set(text string) error {
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		return errors.New("expected a whole number from 0 to 18446744073709551615")
	}
	s.value, s.set = n, true
	return nil
}

// count is a flag that takes how many there may be of something, at least one.
type count struct{ value int }

func (c *count) String() string { return strconv.Itoa(c.value) }

// Type is what the help calls the value.
func (c *count) Type() string { return "number" }

// Set reads the number.
func (c *count) Set(text string) error {
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		return errors.New("expected a whole number above zero")
	}
	c.value = n
	return nil
}

// number is a flag that takes how many there are of something, which may be none.
type number struct{ value int }

func (n *number) String() string { return strconv.Itoa(n.value) }

// Type is what the help calls the value.
func (n *number) Type() string { return "number" }

// Set reads the number.
func (n *number) Set(text string) error {
	value, err := strconv.Atoi(text)
	if err != nil || value < 0 {
		return errors.New("expected a whole number, zero or more")
	}
	n.value = value
	return nil
}
