package main

import (
	"context"
	"fmt"
	"io"
	"runtime/debug"

	"github.com/jobsim/jobsim/fakes"
	"github.com/jobsim/jobsim/sim/adapter"
)

// program is one call of the command line, with everything that it may read from and write to.
type program struct {
	stdin  io.Reader
	stdout *output
	// screen is what stdout writes to, for asking whether that is a terminal.
	screen io.Writer
	stderr io.Writer
	// implementations are those that --implementation may name, the default first.
	implementations []adapter.Implementation
	// about says what they are, or what is wrong with them, by name.
	about map[string]string
	// claimsAll names the implementations that claim all optional features unless it is said otherwise.
	claimsAll map[string]bool
	// untilInterrupted ends the context when the user does not want to wait any longer.
	untilInterrupted func(context.Context) (context.Context, context.CancelFunc)
	// limits bound what an implementation may do; zero values are the defaults of sim.
	limits adapter.Limits
}

// Main runs the command line and returns its exit code. The arguments are those after the program's name. Output goes to
// stdout and messages go to stderr.
func Main(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	p := &program{
		stdin: stdin, stdout: &output{to: stdout}, screen: stdout, stderr: stderr,
		implementations:  []adapter.Implementation{fakes.ReferenceImplementation()},
		about:            map[string]string{},
		claimsAll:        map[string]bool{},
		untilInterrupted: untilInterrupted,
	}
	p.claimsAll[p.implementations[0].Name()] = true
	p.addExamples()
	p.addBroken()
	return p.run(args)
}

func (p *program) run(args []string) (code int) {
	defer func() {
		if r := recover(); r != nil {
			fmt.Fprintf(p.stderr, "jobsim: internal error: %v\n"+
				"This is a mistake in jobsim itself. Please report it with these lines:\n\n%s", r, debug.Stack())
			code = exitHarness
		}
	}()
	root := newRoot(p)
	root.SetArgs(args)
	command, err := root.ExecuteContextC(context.Background())
	if failed := p.stdout.failure(); failed != nil {
		fmt.Fprintf(p.stderr, "jobsim: the output could not be written: %v\n", failed)
		return exitHarness
	}
	return p.report(command, err)
}
