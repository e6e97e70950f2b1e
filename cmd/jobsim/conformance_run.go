package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/jobsim/jobsim/conformance"
)

// conformance is the command: get ready to write, evaluate, write, show.
func (p *program) conformance(ctx context.Context, o *conformanceOptions) error {
	options, err := o.evaluation(p)
	if err != nil {
		return err
	}
	implementation, err := o.evaluated(p)
	if err != nil {
		return err
	}
	keep, err := o.openResults()
	if err != nil {
		return err
	}
	defer keep.discard()
	ctx, stop := p.untilInterrupted(ctx)
	defer stop()
	progress := newProgress(p.stderr)
	options = append(options, conformance.WithProgress(progress.show))
	report, err := conformance.Evaluate(ctx, implementation, options...)
	progress.clear()
	if err != nil {
		return badInput("%s", strings.TrimPrefix(err.Error(), "conformance: "))
	}
	if err := keep.write(report, o); err != nil {
		fmt.Fprintf(p.stderr, "jobsim: %v\n", err)
		return exitCode(exitHarness)
	}
	return p.showReport(report, o)
}

// showReport prints the report. The verdict ends a summary, whose readers are people; with the other formats it is a
// message, and only if something is wrong.
func (p *program) showReport(r *conformance.Report, o *conformanceOptions) error {
	code := r.Verdict.ExitCode()
	format, machine := map[string]conformance.Format{
		"json": conformance.FormatJSON, "yaml": conformance.FormatYAML, "md": conformance.FormatMarkdown,
		"junit": conformance.FormatJUnit,
	}[o.output.value]
	if !machine {
		s := &summary{report: r, width: width(), color: useColor(colorAuto, p.screen)}
		if _, err := p.stdout.Write(s.text()); err != nil {
			return exitCode(code)
		}
	} else if err := r.Write(p.stdout, format); err != nil && p.stdout.err == nil {
		panic(err) // not the reader's fault and not the user's
	}
	if code == exitHolds {
		return nil
	}
	if machine {
		fmt.Fprintf(p.stderr, "jobsim: %s is %s: %s\n", r.Implementation, r.Verdict, countsText(r.Counts))
	}
	return exitCode(code)
}

// untilInterrupted ends a context at the first Ctrl-C; the second one ends the program as usual.
func untilInterrupted(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)
	return ctx, stop
}

// results are the files that an evaluation is to leave behind.
type results struct {
	reports []*conformance.ReportFile
	save    string
}

// openResults finds out whether everything can be written, before anything is run.
func (o *conformanceOptions) openResults() (*results, error) {
	k := &results{save: o.save.value}
	if o.save.set {
		if err := writableDirectory(o.save.value); err != nil {
			return nil, badInput("--save %s: %v", o.save.value, err)
		}
	}
	for i, path := range o.reports {
		for _, before := range o.reports[:i] {
			if before == path {
				k.discard()
				return nil, badInput("--report %s: expected each file once", path)
			}
		}
		file, err := conformance.CreateReport(path)
		if err != nil {
			k.discard()
			return nil, badInput("--%v", err)
		}
		k.reports = append(k.reports, file)
	}
	return k, nil
}

func writableDirectory(path string) error {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return errors.New("expected an existing directory, found nothing of this name")
	case err != nil:
		return err
	case !info.IsDir():
		return errors.New("expected a directory, found a file")
	}
	probe, err := os.CreateTemp(path, ".jobsim-")
	if err != nil {
		return errors.New("expected a directory in which files can be written")
	}
	probe.Close()
	return os.Remove(probe.Name())
}

func (k *results) discard() {
	for _, f := range k.reports {
		f.Discard()
	}
}

func (k *results) write(r *conformance.Report, o *conformanceOptions) error {
	for _, f := range k.reports {
		if err := f.Write(r); err != nil {
			return err
		}
	}
	if k.save == "" {
		return nil
	}
	return o.saveCounterexamples(r)
}
