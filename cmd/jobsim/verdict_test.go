package main

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/onsi/gomega"
	batchv1 "k8s.io/api/batch/v1"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/jobsim/jobsim/fakes"
	"github.com/jobsim/jobsim/sim/adapter"
)

func TestUnmetExpectationsHaveTheirPlace(t *testing.T) {
	t.Chdir(t.TempDir())
	g := gomega.NewWithT(t)
	file(t, "wrong.yaml", scenario("expect:\n- {condition: Complete}\n- {pods: 2}\n- {never: true, condition: Complete}\n"))
	// What was seen is for sim to say.
	const want = `2 of 3 expectations do not hold:
wrong\.yaml:17: expected Job tidy: 2 pods created, at the end; .*
wrong\.yaml:18: expected Job tidy: condition Complete, never; .*
`
	got := call(t, "", "run", "wrong.yaml")
	g.Expect(got.code).To(gomega.Equal(exitFails))
	g.Expect(got.stderr).To(gomega.BeEmpty())
	g.Expect(got.stdout).To(gomega.MatchRegexp("\n\n" + want + "$"))

	got = call(t, "", "run", "wrong.yaml", "-o", "get")
	g.Expect(got.code).To(gomega.Equal(exitFails))
	g.Expect(got.stderr).To(gomega.MatchRegexp("^" + want + "$"))
	g.Expect(got.stdout).To(gomega.HavePrefix("NAME "))

	got = call(t, "", "run", "wrong.yaml", "--seed", "3", "-o", "yaml")
	g.Expect(got.stderr).To(gomega.MatchRegexp(`\nreplay: jobsim run wrong.yaml --replay j1-\S+\n$`))
}

func TestUntilMayComeTooEarly(t *testing.T) {
	t.Chdir(t.TempDir())
	g := gomega.NewWithT(t)
	file(t, "later.yaml", scenario("expect:\n- {at: 5s, within: 5s, condition: Complete}\n- {status: {succeeded: 1}}\n"))
	got := call(t, "", "run", "later.yaml", "--until", "4s")
	g.Expect(got.code).To(gomega.Equal(exitInconclusive))
	g.Expect(got.stdout).To(gomega.MatchRegexp(`
inconclusive: --until 4s ended the run too early for 2 of 2 expectations:
later\.yaml:16: expected Job tidy: condition Complete, between 5s and 10s; .*
later\.yaml:17: expected Job tidy: succeeded=1, at the end; .*
$`))
	g.Expect(call(t, "", "run", "later.yaml", "--until", "1h").code).To(gomega.Equal(exitHolds))

	// What was due before the end has failed, however short the run.
	file(t, "due.yaml", scenario("expect:\n- {at: 1s, within: 2s, condition: Complete}\n"))
	g.Expect(call(t, "", "run", "due.yaml", "--until", "4s").code).To(gomega.Equal(exitFails))
	// The end that the scenario sets itself is no excuse.
	file(t, "own.yaml", scenario("expect:\n- {condition: Complete}\nuntil: 4s\n"))
	g.Expect(call(t, "", "run", "own.yaml").code).To(gomega.Equal(exitFails))
	g.Expect(call(t, "", "run", "own.yaml", "--until", "4s").code).To(gomega.Equal(exitFails))
	g.Expect(call(t, "", "run", "own.yaml", "--until", "3s").code).To(gomega.Equal(exitInconclusive))
}

// under runs the command line with another implementation.
func under(t *testing.T, limits adapter.Limits, factory adapter.Factory, args ...string) outcome {
	t.Helper()
	t.Setenv("COLUMNS", "")
	var stdout, stderr bytes.Buffer
	p := &program{
		stdin: strings.NewReader(job), stdout: &output{to: &stdout}, screen: &stdout, stderr: &stderr, limits: limits,
		implementations: []adapter.Implementation{fakes.ReferenceImplementation(), adapter.Reconciler("broken", factory)},
	}
	code := p.run(append([]string{"run", "-", "--implementation", "broken"}, args...))
	return outcome{stdout.String(), stderr.String(), code}
}

func doing(reconciler reconcile.Func) adapter.Factory {
	return func(*adapter.Env) (reconcile.Reconciler, error) { return reconciler, nil }
}

func TestImplementationThatPanics(t *testing.T) {
	g := gomega.NewWithT(t)
	factory := doing(func(context.Context, reconcile.Request) (reconcile.Result, error) { panic("oh no") })
	got := under(t, adapter.Limits{}, factory)
	g.Expect(got.code).To(gomega.Equal(exitFails))
	g.Expect(got.stderr).To(gomega.BeEmpty())
	g.Expect(got.stdout).To(gomega.HavePrefix("Job tidy: completions 1"), "the timeline up to there")
	g.Expect(got.stdout).To(gomega.ContainSubstring("\nimplementation broken failed at 0s (panic): "))
	g.Expect(got.stdout).To(gomega.ContainSubstring("oh no"))

	got = under(t, adapter.Limits{}, factory, "-o", "trace", "--seed", "5")
	g.Expect(got.code).To(gomega.Equal(exitFails))
	g.Expect(got.stdout).To(gomega.ContainSubstring(`"verb":"panic"`))
	g.Expect(got.stderr).To(gomega.HavePrefix("implementation broken failed at "))
	g.Expect(got.stderr).To(gomega.MatchRegexp(`\nreplay: jobsim run - --implementation broken --replay j1-\S+\n$`))
}

func TestImplementationThatDoesNotReturn(t *testing.T) {
	g := gomega.NewWithT(t)
	release := make(chan struct{})
	defer close(release)
	got := under(t, adapter.Limits{Stuck: 50 * time.Millisecond},
		doing(func(context.Context, reconcile.Request) (reconcile.Result, error) {
			<-release
			return reconcile.Result{}, nil
		}))
	g.Expect(got.code).To(gomega.Equal(exitFails))
	g.Expect(got.stdout).To(gomega.ContainSubstring("\nimplementation broken failed at 0s (stuck): "))
}

func TestImplementationThatGoesRoundAtOneInstant(t *testing.T) {
	g := gomega.NewWithT(t)
	got := under(t, adapter.Limits{}, func(env *adapter.Env) (reconcile.Reconciler, error) {
		return reconcile.Func(func(ctx context.Context, _ reconcile.Request) (reconcile.Result, error) {
			for {
				if err := env.APIReader.List(ctx, &batchv1.JobList{}); err != nil {
					return reconcile.Result{}, err
				}
			}
		}), nil
	})
	g.Expect(got.code).To(gomega.Equal(exitFails))
	g.Expect(got.stdout).To(gomega.ContainSubstring("\nimplementation broken failed at 0s (hot-loop): "))
	g.Expect(got.stdout).To(gomega.HavePrefix("Job tidy: completions 1"), "the timeline up to there")
}

func TestImplementationThatDoesNotStart(t *testing.T) {
	g := gomega.NewWithT(t)
	got := under(t, adapter.Limits{}, func(*adapter.Env) (reconcile.Reconciler, error) { return nil, errors.New("no licence") })
	g.Expect(got.code).To(gomega.Equal(exitFails))
	g.Expect(got.stdout).To(gomega.ContainSubstring("\nimplementation broken failed at 0s (start): "))
	g.Expect(got.stdout).To(gomega.ContainSubstring("no licence"))
}

func TestLimitOfEventsIsInconclusive(t *testing.T) {
	g := gomega.NewWithT(t)
	got := under(t, adapter.Limits{}, doing(func(context.Context, reconcile.Request) (reconcile.Result, error) {
		return reconcile.Result{RequeueAfter: time.Nanosecond}, nil
	}), "--max-events", "500", "--seed", "0")
	g.Expect(got.code).To(gomega.Equal(exitInconclusive))
	g.Expect(got.stdout).To(gomega.MatchRegexp(`\ninconclusive at \S+ \(too many events\): 500 events, and the run goes on`))
	g.Expect(got.stdout).To(gomega.ContainSubstring(
		"\nreplay: jobsim run - --max-events 500 --implementation broken --replay j1-"))
}
