package conformance

import (
	"flag"
	"fmt"
	"runtime"
	"strings"
	"testing"

	batchv1 "k8s.io/api/batch/v1"
	"pgregory.net/rapid"

	"github.com/jobsim/jobsim/fakes"
)

// setRapid sets a flag of rapid for one test.
func setRapid(t *testing.T, name, value string) {
	t.Helper()
	f := flag.Lookup(name)
	before := f.Value.String()
	if err := f.Value.Set(value); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Value.Set(before) })
}

func TestPropertyHoldsOfTheReference(t *testing.T) {
	if flag.Lookup("rapid.seed").Value.String() == "0" {
		setRapid(t, "rapid.seed", "1") // the same cases every time, unless somebody asks for others
	}
	rapid.Check(t, Property(fakes.ReferenceImplementation()))
}

// FuzzReference lets Go's fuzzer choose the cases: go test -fuzz FuzzReference ./conformance
func FuzzReference(f *testing.F) {
	f.Add([]byte{})
	f.Fuzz(rapid.MakeFuzz(Property(fakes.ReferenceImplementation())))
}

// TestPropertyFailsAndShrinks has rapid find and shrink what a broken implementation does.
func TestPropertyFailsAndShrinks(t *testing.T) {
	d := fakes.Reference()
	d.FailuresExceeded = func(*batchv1.Job, int32) bool { return false }
	setRapid(t, "rapid.nofailfile", "true")
	setRapid(t, "rapid.seed", "1")
	probe := &probe{}
	done := make(chan struct{})
	go func() { // rapid ends the goroutine of a failed check
		defer close(done)
		rapid.Check(probe, Property(fakes.Implementation("endless", d), WithFocus("BL-1")))
	}()
	<-done
	text := strings.Join(probe.lines, "\n")
	for _, want := range []string{"job/backoff-limit/exceeding-fails-the-job", "The rule (MUST", "--replay "} {
		if !strings.Contains(text, want) {
			t.Fatalf("expected %q in what rapid reports:\n%s", want, text)
		}
	}
	text = text[strings.LastIndex(text, "apiVersion: jobsim/"):]
	for _, unwanted := range []string{"actions:", "faults:", "completions:", "activeDeadlineSeconds"} {
		if strings.Contains(text, unwanted) {
			t.Errorf("expected a small counter-example, without %s:\n%s", unwanted, text)
		}
	}
}

// probe takes what rapid would tell a test.
type probe struct {
	failed bool
	lines  []string
}

func (p *probe) Helper()         {}
func (p *probe) Name() string    { return "probe" }
func (p *probe) Log(args ...any) { p.lines = append(p.lines, fmt.Sprint(args...)) }
func (p *probe) Logf(format string, args ...any) {
	p.lines = append(p.lines, fmt.Sprintf(format, args...))
}
func (p *probe) Skip(args ...any)                  { p.SkipNow() }
func (p *probe) Skipf(format string, args ...any)  { p.SkipNow() }
func (p *probe) SkipNow()                          { runtime.Goexit() }
func (p *probe) Error(args ...any)                 { p.Log(args...); p.Fail() }
func (p *probe) Errorf(format string, args ...any) { p.Logf(format, args...); p.Fail() }
func (p *probe) Fatal(args ...any)                 { p.Log(args...); p.FailNow() }
func (p *probe) Fatalf(format string, args ...any) { p.Logf(format, args...); p.FailNow() }
func (p *probe) Fail()                             { p.failed = true }
func (p *probe) FailNow()                          { p.Fail(); runtime.Goexit() }
func (p *probe) Failed() bool                      { return p.failed }
