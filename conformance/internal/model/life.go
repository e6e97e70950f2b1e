package model

import (
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/jobsim/jobsim/sim/kubelet"
)

const (
	// never is later than anything that can happen; sums of a few of them do not overflow.
	never = time.Duration(1 << 60)

	crashLoopInitial  = 10 * time.Second
	crashLoopMax      = 300 * time.Second
	crashLoopForgiven = 600 * time.Second
	pullInitial       = 10 * time.Second
	pullMax           = 300 * time.Second
	minimumGrace      = 2 * time.Second

	// mostRestarts is how many restarts of a container are looked at: more than any backoffLimit that is predicted for.
	mostRestarts = 128
)

// life is what happens to a pod that nobody disturbs. All times count from its creation.
type life struct {
	// restarts are when its containers are started again, in order.
	restarts []time.Duration
	// end is when it reaches its last phase, and ok whether that is Succeeded.
	end time.Duration
	ok  bool
	// stop is how long it may take to end when it is deleted, and mayStopWell whether it may be Succeeded then.
	stop        time.Duration
	mayStopWell bool
	// lost tells that nobody ever hears that it has ended when it is deleted.
	lost bool
}

// lifeOf plays a script; false if it has more in it than the model knows.
func lifeOf(spec *corev1.PodSpec, s *kubelet.Script) (life, bool) {
	l := life{lost: s.Lost, ok: true, mayStopWell: s.Stop.Ignore || s.Stop.Exit != nil && *s.Stop.Exit == 0}
	if s.Stop.Ignore || s.Stop.After > 0 {
		l.stop = max(minimumGrace, time.Duration(*orElse(spec.TerminationGracePeriodSeconds, 30))*time.Second)
	}
	begin := startOf(s)
	if begin >= never {
		l.end, l.ok = never, false
		return l, s.EvictAfter == 0
	}
	onFailure := spec.RestartPolicy == corev1.RestartPolicyOnFailure
	t := begin
	for i := range spec.InitContainers {
		c := &spec.InitContainers[i]
		if c.RestartPolicy != nil {
			return l, false
		}
		one := play(runsOf(s, c.Name), onFailure)
		l.add(one, t)
		if t += one.end; !one.ok || t >= never {
			return l, s.EvictAfter == 0
		}
	}
	for i := range spec.Containers {
		if spec.Containers[i].RestartPolicy != nil || len(spec.Containers[i].RestartPolicyRules) > 0 {
			return l, false
		}
		l.add(play(runsOf(s, spec.Containers[i].Name), onFailure), t)
	}
	if s.EvictAfter > 0 && s.Stop.After > 0 && len(l.restarts) > 0 {
		return l, false // it may be evicted while a container waits for its next run, and then there is nothing to stop
	}
	if s.EvictAfter > 0 {
		return l.evicted(s, begin+s.EvictAfter, len(spec.Containers)+len(spec.InitContainers))
	}
	return l, true
}

func orElse[T any](p *T, otherwise T) *T {
	if p == nil {
		return &otherwise
	}
	return p
}

func runsOf(s *kubelet.Script, container string) []kubelet.Run {
	if runs, ok := s.Containers[container]; ok {
		return runs
	}
	return s.Runs
}

// startOf is when the first container starts: after the scheduler, the preparations and the image.
func startOf(s *kubelet.Script) time.Duration {
	if s.Unschedulable == kubelet.Forever || s.PullFails == kubelet.Forever {
		return never
	}
	t := s.Unschedulable + s.Start
	wait := pullInitial
	for tried := time.Duration(0); tried < s.PullFails; wait = min(2*wait, pullMax) {
		tried += wait
		if tried >= s.PullFails {
			return t + tried
		}
	}
	return t
}

// add joins the life of a container that starts at a time.
func (l *life) add(one life, from time.Duration) {
	var merged []time.Duration
	i := 0
	for _, r := range one.restarts {
		for i < len(l.restarts) && l.restarts[i] <= from+r {
			merged = append(merged, l.restarts[i])
			i++
		}
		merged = append(merged, from+r)
	}
	l.restarts = append(merged, l.restarts[i:]...)
	l.end = max(l.end, from+one.end)
	l.ok = l.ok && one.ok
}

// play is the life of a single container: its runs, the last of which repeats, with the crash-loop back-off of KUB-1 to
// KUB-3 between them.
func play(runs []kubelet.Run, onFailure bool) life {
	if len(runs) == 0 {
		return life{ok: true}
	}
	var l life
	var wait, decided time.Duration
	for n := 0; ; n++ {
		run := runs[min(n, len(runs)-1)]
		if run.For == kubelet.Forever || n > mostRestarts {
			l.end = never
			return l
		}
		l.end += run.For
		if l.ok = run.Exit == 0 && run.Signal == 0 && !run.OOM; l.ok || !onFailure {
			return l
		}
		if forgiven := l.end-decided > crashLoopForgiven; wait == 0 || forgiven {
			wait = crashLoopInitial
		} else {
			l.end += wait
			wait = min(2*wait, crashLoopMax)
		}
		decided = l.end
		l.restarts = append(l.restarts, l.end)
	}
}

// evicted is the same life with an eviction in it (EXT-8), for a pod of one container.
func (l life) evicted(s *kubelet.Script, at time.Duration, containers int) (life, bool) {
	if at > l.end {
		return l, true
	}
	if at == l.end || containers > 1 || s.Stop.Ignore || l.lost {
		return l, false // which of the two comes first is open, or it is more than one would want to work out
	}
	for i, r := range l.restarts {
		if r == at {
			return l, false
		}
		if r > at {
			l.restarts = l.restarts[:i]
			break
		}
	}
	l.end, l.ok = at+min(s.Stop.After, minimumGrace), false
	if s.Stop.Exit != nil && *s.Stop.Exit == 0 {
		return l, false // Succeeded if a container was running, Failed if it was waiting to be restarted
	}
	return l, true
}
