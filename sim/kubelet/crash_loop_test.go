package kubelet

import (
	"testing"
	"time"

	"github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"

	"github.com/jobsim/jobsim/sim/trace"
)

func runsOf(script ...Run) Options { return Options{Scripts: []Script{{Runs: script}}} }

func TestBackOffCountsFromTheEndOfTheRun(t *testing.T) { // KUB-2
	g := gomega.NewWithT(t)
	w := newWorld(runsOf(Run{For: 7 * time.Second, Exit: 1}))
	w.create("a", onFailure)
	w.run(100 * time.Second)
	g.Expect(w.moments("start", "a", "main")).To(gomega.Equal([]float64{0, 7, 24, 51, 98}))
}

func TestBackOffResets(t *testing.T) { // KUB-3
	long := func(d time.Duration) Options {
		return runsOf(Run{Exit: 1}, Run{Exit: 1}, Run{For: d, Exit: 1}, Run{Exit: 1})
	}
	t.Run("after a run of 601 s the next restart is immediate and the wait starts over", func(t *testing.T) {
		g := gomega.NewWithT(t)
		w := newWorld(long(601 * time.Second))
		w.create("a", onFailure)
		w.run(660 * time.Second)
		g.Expect(w.moments("start", "a", "main")).To(gomega.Equal([]float64{0, 0, 10, 611, 621, 641}))
	})
	t.Run("a run of exactly 600 s does not reset", func(t *testing.T) {
		g := gomega.NewWithT(t)
		w := newWorld(long(600 * time.Second))
		w.create("a", onFailure)
		w.run(660 * time.Second)
		g.Expect(w.moments("start", "a", "main")).To(gomega.Equal([]float64{0, 0, 10, 630}))
	})
	t.Run("a long first run has nothing to reset", func(t *testing.T) {
		g := gomega.NewWithT(t)
		w := newWorld(runsOf(Run{For: 700 * time.Second, Exit: 1}, Run{Exit: 1}))
		w.create("a", onFailure)
		w.run(720 * time.Second)
		g.Expect(w.moments("start", "a", "main")).To(gomega.Equal([]float64{0, 700, 710}))
	})
}

func TestBackOffIsConfigurable(t *testing.T) { // KUB-6
	g := gomega.NewWithT(t)
	o := runsOf(Run{Exit: 1})
	o.CrashLoop = BackOff{Max: 4 * time.Second}
	w := newWorld(o)
	w.create("a", onFailure)
	w.run(13 * time.Second)
	g.Expect(w.moments("start", "a", "main")).To(gomega.Equal([]float64{0, 0, 4, 8, 12}))
	o.CrashLoop = BackOff{Initial: time.Second, Max: 60 * time.Second}
	w = newWorld(o)
	w.create("a", onFailure)
	w.run(63 * time.Second)
	g.Expect(w.moments("start", "a", "main")).To(gomega.Equal([]float64{0, 0, 1, 3, 7, 15, 31, 63}))
}

func TestWaitingForARestart(t *testing.T) { // KUB-7, EV-7
	g := gomega.NewWithT(t)
	w := newWorld(runsOf(Run{For: time.Second, Exit: 2}, Run{For: time.Second, Exit: 3}))
	p := w.create("a", onFailure)
	w.run(5 * time.Second)
	status := w.pod("a").Status
	g.Expect(status.Phase).To(gomega.Equal(corev1.PodRunning))
	main := status.ContainerStatuses[0]
	g.Expect(main.State.Waiting.Reason).To(gomega.Equal("CrashLoopBackOff"))
	g.Expect(main.State.Waiting.Message).To(gomega.Equal(
		"back-off 10s restarting failed container=main pod=a_default(" + string(p.UID) + ")"))
	g.Expect(main.LastTerminationState.Terminated.ExitCode).To(gomega.Equal(int32(3)))
	g.Expect(w.condition("a", corev1.PodReady).Message).To(gomega.Equal("containers with unready status: [main]"))
	var events []*corev1.Event
	for _, e := range w.trace.Entries {
		if ev, ok := e.Object.(*corev1.Event); ok {
			events = append(events, ev)
		}
	}
	g.Expect(events).To(gomega.HaveLen(1))
	g.Expect(events[0].Reason).To(gomega.Equal("BackOff"))
	g.Expect(events[0].Message).To(gomega.Equal(
		"Back-off restarting failed container main in pod a_default(" + string(p.UID) + ")"))
	g.Expect(events[0].InvolvedObject.FieldPath).To(gomega.Equal("spec.containers{main}"))

	w.run(12 * time.Second) // in its third run
	main = w.pod("a").Status.ContainerStatuses[0]
	g.Expect(main.State.Running).NotTo(gomega.BeNil())
	g.Expect(main.RestartCount).To(gomega.Equal(int32(2)))
	g.Expect(main.LastTerminationState.Terminated.ExitCode).To(gomega.Equal(int32(3)))
}

func TestCausesOfContainerEntries(t *testing.T) {
	g := gomega.NewWithT(t)
	w := newWorld(runsOf(Run{For: time.Second, Exit: 1}))
	w.create("a", onFailure)
	w.run(12 * time.Second)
	var last trace.Entry
	for _, e := range w.trace.Entries {
		if e.Kind == trace.Call && e.Verb == "update" && e.Resource == "pods" {
			last = e
		}
	}
	var chain []string
	for _, e := range w.trace.Causes(last.Seq) {
		chain = append(chain, string(e.Kind)+" "+e.Verb)
	}
	g.Expect(chain).To(gomega.Equal([]string{
		"call update", "container start", "container backoff", "container exit", "container start", "container exit",
		"container start", "call create", "call create",
	}))
}

func TestRestartPolicies(t *testing.T) { // KUB-9, NEV-1, ONF-1
	always, never := corev1.ContainerRestartPolicyAlways, corev1.ContainerRestartPolicyNever
	failing := corev1.ContainerRestartPolicyOnFailure
	on := func(op corev1.ContainerRestartRuleOnExitCodesOperator, codes ...int32) []corev1.ContainerRestartRule {
		return []corev1.ContainerRestartRule{{Action: corev1.ContainerRestartRuleActionRestart,
			ExitCodes: &corev1.ContainerRestartRuleOnExitCodes{Operator: op, Values: codes}}}
	}
	for _, c := range []struct {
		name string
		pod  corev1.RestartPolicy
		own  *corev1.ContainerRestartPolicy
		rule []corev1.ContainerRestartRule
		code int32
		want bool
	}{
		{"Never, failure", corev1.RestartPolicyNever, nil, nil, 1, false},
		{"OnFailure, failure", corev1.RestartPolicyOnFailure, nil, nil, 1, true},
		{"OnFailure, success", corev1.RestartPolicyOnFailure, nil, nil, 0, false},
		{"Always, success", corev1.RestartPolicyAlways, nil, nil, 0, true},
		{"the container's policy wins", corev1.RestartPolicyNever, &failing, nil, 1, true},
		{"the container's policy wins, Never", corev1.RestartPolicyOnFailure, &never, nil, 1, false},
		{"a container that always restarts", corev1.RestartPolicyNever, &always, nil, 0, true},
		{"a rule that matches", corev1.RestartPolicyNever, &never, on("In", 42), 42, true},
		{"a rule that does not match", corev1.RestartPolicyNever, &never, on("In", 42), 41, false},
		{"NotIn matches", corev1.RestartPolicyNever, &never, on("NotIn", 42), 41, true},
		{"NotIn does not match", corev1.RestartPolicyNever, &never, on("NotIn", 42), 42, false},
		{"a rule without exit codes", corev1.RestartPolicyNever, &never,
			[]corev1.ContainerRestartRule{{Action: corev1.ContainerRestartRuleActionRestart}}, 1, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := restartable(&corev1.PodSpec{RestartPolicy: c.pod},
				&corev1.Container{RestartPolicy: c.own, RestartPolicyRules: c.rule}, c.code)
			if got != c.want {
				t.Errorf("restart after exit code %d: expected %v, got %v", c.code, c.want, got)
			}
		})
	}
}

func TestRuleRestartsInsideNeverPod(t *testing.T) { // KUB-9
	g := gomega.NewWithT(t)
	w := newWorld(runsOf(Run{For: time.Second, Exit: 42}, Run{For: time.Second, Exit: 42}, Run{For: time.Second, Exit: 7}))
	w.create("a", func(p *corev1.Pod) {
		never := corev1.ContainerRestartPolicyNever
		p.Spec.Containers[0].RestartPolicy = &never
		p.Spec.Containers[0].RestartPolicyRules = []corev1.ContainerRestartRule{{
			Action: corev1.ContainerRestartRuleActionRestart,
			ExitCodes: &corev1.ContainerRestartRuleOnExitCodes{
				Operator: corev1.ContainerRestartRuleOnExitCodesOpIn, Values: []int32{42},
			},
		}}
	})
	w.run(time.Minute)
	g.Expect(w.moments("start", "a", "main")).To(gomega.Equal([]float64{0, 1, 12}))
	g.Expect(w.pod("a").Status.Phase).To(gomega.Equal(corev1.PodFailed))
	g.Expect(w.pod("a").Status.ContainerStatuses[0].RestartCount).To(gomega.Equal(int32(2)))
}

func TestExits(t *testing.T) {
	for _, c := range []struct {
		name   string
		run    Run
		code   int32
		reason string
	}{
		{"success", Run{}, 0, "Completed"},
		{"failure", Run{Exit: 9}, 9, "Error"},
		{"signal", Run{Signal: 11}, 139, "Error"},
		{"out of memory", Run{OOM: true}, 137, "OOMKilled"},
	} {
		t.Run(c.name, func(t *testing.T) {
			g := gomega.NewWithT(t)
			w := newWorld(runsOf(c.run))
			w.create("a")
			w.run(0)
			end := w.pod("a").Status.ContainerStatuses[0].State.Terminated
			g.Expect(end.ExitCode).To(gomega.Equal(c.code))
			g.Expect(end.Reason).To(gomega.Equal(c.reason))
		})
	}
}
