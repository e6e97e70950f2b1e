package adapter_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	. "github.com/onsi/gomega"

	"github.com/jobsim/jobsim/sim"
	"github.com/jobsim/jobsim/sim/adapter"
	"github.com/jobsim/jobsim/sim/trace"
)

// lines lists what was logged, with its time.
func lines(res *sim.Result) (found []string) {
	for _, e := range res.Trace.Entries {
		if e.Kind == trace.Log {
			found = append(found, fmt.Sprint(e.At, " ", e.Text))
		}
	}
	return found
}

// Goroutines that wake at the same instant log in an order that chance does not decide, each its own lines in order.
func TestLogsOfManyGoroutines(t *testing.T) {
	g := NewWithT(t)
	s := story()
	s.Until = time.Minute
	for range 20 {
		res := inBubble(t, s, func(ctx context.Context, env *adapter.Env) error {
			for n := range 4 {
				go func() {
					time.Sleep(time.Second)
					env.Log.Info(fmt.Sprint(3-n, " begins"))
					env.Log.Info(fmt.Sprint(3-n, " at work"))
				}()
			}
			return until(ctx)
		})
		var want []string
		for n := range 4 {
			for _, what := range []string{"begins", "at work"} {
				want = append(want, fmt.Sprintf(`1s "level"=0 "msg"="%d %s"`, n, what))
			}
		}
		g.Expect(lines(res)).To(Equal(want))
	}
}

func TestLogsAreBounded(t *testing.T) {
	g := NewWithT(t)
	s := story()
	s.Until = time.Minute
	res := inBubble(t, s, func(ctx context.Context, env *adapter.Env) error {
		for range 2 {
			time.Sleep(time.Second)
			for range 10_500 {
				env.Log.Info("again")
			}
		}
		return until(ctx)
	})
	found := lines(res)
	g.Expect(found).To(HaveLen(20_000))
	g.Expect(found[9_999]).To(Equal("1s more lines at this instant are left out"))
	g.Expect(found[10_000]).To(Equal(`2s "level"=0 "msg"="again"`))
}

// What an instance says after a crash, nobody hears.
func TestLogsEndWithTheInstance(t *testing.T) {
	g := NewWithT(t)
	s := story()
	s.Until = time.Minute
	s.Faults = []sim.Fault{{When: sim.When{At: 3 * time.Second}, Crash: &sim.Crash{Down: time.Hour}}}
	res := inBubble(t, s, func(ctx context.Context, env *adapter.Env) error {
		env.Log.Info("up")
		<-ctx.Done()
		env.Log.Info("down")
		return nil
	})
	g.Expect(lines(res)).To(Equal([]string{`0s "level"=0 "msg"="up"`}))
}
