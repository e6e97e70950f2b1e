package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/jobsim/jobsim/scenarios"
)

// The exit codes, the same for every command.
const (
	exitHolds        = 0 // every expectation holds
	exitFails        = 1 // one does not, or the implementation has failed
	exitUsage        = 2 // bad usage or bad input
	exitInconclusive = 3 // a limit was reached before it could be told
	exitHarness      = 4 // jobsim itself has failed
)

const exitCodes = `Exit codes:
  0  every expectation holds; a bare manifest has none, so that it is 0 even if
     its Job fails
  1  an expectation does not hold, or the implementation panicked, did not
     return, acted on and on without time passing, or could not be started
  2  bad usage or bad input
  3  inconclusive: --until or --max-events ended the run before it could be told
  4  jobsim itself has failed, or its output could not be written`

// exitCode is an error that has been explained already: only the code is left to say.
type exitCode int

func (c exitCode) Error() string { return fmt.Sprintf("exit code %d", int(c)) }

// usageError is a mistake in the arguments, which the help of the command may clear up.
type usageError struct{ text string }

func (e *usageError) Error() string { return e.text }

func usage(format string, args ...any) error { return &usageError{fmt.Sprintf(format, args...)} }

// inputError is a mistake in the arguments or in what they name, which says all there is to say.
type inputError struct{ text string }

func (e *inputError) Error() string { return e.text }

func badInput(format string, args ...any) error { return &inputError{fmt.Sprintf(format, args...)} }

// report tells what went wrong and returns the exit code. Errors of no known type come from cobra, about the arguments.
func (p *program) report(command *cobra.Command, err error) int {
	var code exitCode
	var files scenarios.Errors
	var input *inputError
	switch {
	case err == nil:
		return exitHolds
	case errors.As(err, &code):
		return int(code)
	case errors.As(err, &files):
		// File and line go first, where editors look for them.
		fmt.Fprintln(p.stderr, files)
	case errors.As(err, &input):
		fmt.Fprintf(p.stderr, "jobsim: %v\n", input)
	case p.stdout.err != nil:
		return exitHolds // the reader has left; nobody asks any more
	default:
		fmt.Fprintf(p.stderr, "jobsim: %v\nSee '%s --help'.\n", p.explain(command, err), command.CommandPath())
	}
	return exitUsage
}
