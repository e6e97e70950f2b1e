package scenarios

import (
	"fmt"
	"strings"
)

// Error is one thing that is wrong with a file.
type Error struct {
	// File is the name that the caller gave.
	File string
	// Line and Column count from 1. Line is 0 if there is no text to point at, as for a file that does not exist.
	Line, Column int
	// Field is the path of the field, such as pods[0].runs[1].for; empty for the document itself.
	Field string
	// Message says what was expected and what was found.
	Message string
}

func (e *Error) Error() string {
	var b strings.Builder
	if e.File != "" {
		b.WriteString(e.File + ":")
	}
	if e.Line > 0 {
		fmt.Fprintf(&b, "%d:%d:", e.Line, e.Column)
	}
	if b.Len() > 0 {
		b.WriteByte(' ')
	}
	if e.Field != "" {
		b.WriteString(e.Field + ": ")
	}
	b.WriteString(e.Message)
	return b.String()
}

// Errors is everything that was found wrong with a file, in the order of its lines as far as that is known, and at most
// ten entries. It is never empty.
type Errors []*Error

// Error has one line for each problem.
func (e Errors) Error() string {
	lines := make([]string, len(e))
	for i, one := range e {
		lines[i] = one.Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap lets errors.As find the first *Error.
func (e Errors) Unwrap() []error {
	list := make([]error, len(e))
	for i, one := range e {
		list[i] = one
	}
	return list
}
