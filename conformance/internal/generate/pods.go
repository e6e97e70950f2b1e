package generate

import (
	"slices"
	"time"

	batchv1 "k8s.io/api/batch/v1"

	"github.com/jobsim/jobsim/sim/kubelet"
)

const second = time.Second

// pods draws what pods do. The last script is the one that is repeated.
func (p *plan) pods(job *batchv1.Job) {
	p.usual = p.duration("usual duration")
	n := 1 + p.weighted("scripts", 30, 25, 20, 15, 10)
	everFailing := p.weighted("always", 70, 22, 8) // all sorts, all fail, all succeed
	for range n {
		p.s.Pods = append(p.s.Pods, p.script(job, everFailing))
	}
	if everFailing == 0 && p.chance("last succeeds", 60) {
		p.s.Pods = append(p.s.Pods, kubelet.Script{Runs: []kubelet.Run{{For: p.usual}}})
	}
}

// script draws what one pod does.
func (p *plan) script(job *batchv1.Job, always int) kubelet.Script {
	s := kubelet.Script{Runs: p.runs("main", always)}
	if p.chance("start latency", 15) {
		s.Start = pick(p.draw, "start", second, 500*time.Millisecond, 5*second, 30*second)
	}
	if p.chance("readiness", 12) {
		s.Ready = pick(p.draw, "ready", second, 500*time.Millisecond, 5*second, 10*second, kubelet.Forever)
	}
	if p.chance("trouble before the start", 8) {
		p.trouble(&s)
	}
	p.stop(&s)
	if p.chance("eviction", 4) {
		s.EvictAfter = pick(p.draw, "evictAfter", second, 5*second, lasting(p.usual)+second, 10*second)
	}
	s.Lost = p.chance("lost", 1)
	if len(p.containers) > 1 && p.chance("single containers", 60) {
		other := p.containers[0]
		if other == "main" {
			other = p.containers[1]
		}
		s.Containers = map[string][]kubelet.Run{other: p.otherRuns(other)}
	}
	return s
}

// otherRuns are the runs of a container beside the main one. A sidecar goes on until it is stopped, if all is well.
func (p *plan) otherRuns(name string) []kubelet.Run {
	switch {
	case name == "sidecar" && p.chance("sidecar ends", 30):
		return []kubelet.Run{{For: p.duration("sidecar run"), Exit: 1}, {For: kubelet.Forever}}
	case name == "sidecar":
		return []kubelet.Run{{For: kubelet.Forever}}
	case p.chance(name+" fails", 35):
		return []kubelet.Run{{For: p.duration(name + " run"), Exit: 1}, {For: second}}
	}
	return []kubelet.Run{{For: pick(p.draw, name+" run", second, 0, 5*second)}}
}

func (p *plan) runs(name string, always int) []kubelet.Run {
	n := 1
	if p.s.Jobs[0].Spec.Template.Spec.RestartPolicy == "OnFailure" {
		n += p.weighted("runs", 40, 35, 15, 10)
	}
	var runs []kubelet.Run
	for range n {
		runs = append(runs, p.run(name, always))
	}
	return runs
}

func (p *plan) run(name string, always int) kubelet.Run {
	run := kubelet.Run{For: p.usual}
	if p.chance("other duration", 40) {
		run.For = p.duration(name + " run")
	}
	ending := 0
	switch always {
	case 0:
		ending = p.weighted("ending", 55, 33, 4, 4, 4)
	case 1:
		ending = 1 + p.weighted("ending", 80, 8, 6, 6)
	}
	switch ending {
	case 1:
		run.Exit = 1
	case 2:
		run.Exit = pick(p.draw, "exit code", int32(2), 3, 42, 137, 143, 255)
	case 3:
		run.OOM = true
	case 4:
		run.Signal = pick(p.draw, "signal", int32(9), 11, 6)
	}
	return run
}

// duration draws how long something takes: the figures are those near which implementations and kubelets change their
// mind.
func (p *plan) duration(label string) time.Duration {
	switch p.weighted(label, 62, 22, 10, 5, 1) {
	case 1:
		return pick(p.draw, label, 0, 100*time.Millisecond, 500*time.Millisecond, 999*time.Millisecond)
	case 2:
		return pick(p.draw, label, 15*second, 20*second, 30*second, time.Minute)
	case 3:
		return pick(p.draw, label, 5*time.Minute, 600*second, 601*second)
	case 4:
		return pick(p.draw, label, time.Hour, kubelet.Forever)
	}
	return pick(p.draw, label, 5*second, second, second, 2*second, 3*second, 5*second, 5*second, 9*second, 10*second,
		10*second, 11*second, 4500*time.Millisecond, 9500*time.Millisecond)
}

// trouble is what keeps a pod from starting.
func (p *plan) trouble(s *kubelet.Script) {
	wait := pick(p.draw, "wait", second, 5*second, 10*second, time.Minute, kubelet.Forever)
	if p.chance("image", 50) {
		s.PullFails = wait
	} else {
		s.Unschedulable = wait
	}
}

// stop draws what containers do on SIGTERM.
func (p *plan) stop(s *kubelet.Script) {
	switch p.weighted("stop", 66, 16, 8, 6, 4) {
	case 1:
		s.Stop.After = pick(p.draw, "stop after", second, 5*second, 500*time.Millisecond, 20*second, time.Minute, 2*time.Minute)
		if p.chance("grace for it", 50) {
			p.patience(s.Stop.After)
		}
	case 2:
		s.Stop.Exit = new(int32(0))
		s.Stop.After = pick(p.draw, "stop after", 0, second, 5*second, 20*second)
	case 3:
		s.Stop.Ignore = true
	case 4:
		s.Stop.Exit = new(int32(1))
	}
}

// patience gives the pods of the first Job the time that they take to stop.
func (p *plan) patience(stop time.Duration) {
	spec := &p.s.Jobs[0].Spec.Template.Spec
	needed := int64(stop/second) + 1
	if grace := spec.TerminationGracePeriodSeconds; needed > 30 && (grace == nil || *grace < needed) {
		spec.TerminationGracePeriodSeconds = &needed
	}
}

// note takes down when things may happen by themselves: the first pods' ends, what follows them at once, after a batch
// or after the first back-off, and the ends of the second wave.
func (p *plan) note(job *batchv1.Job) {
	p.moments = []time.Duration{0, second, 5 * second}
	wave := min(len(p.s.Pods), max(1, int(parallelism(job))))
	for _, s := range p.s.Pods[:wave] {
		begin := lasting(s.Unschedulable) + s.Start + lasting(s.PullFails)
		for i, r := range s.Runs {
			begin += lasting(r.For)
			p.addMoment(begin)
			if i > 0 {
				begin += 10 * second
			}
		}
		first := begin
		p.addMoment(first + second)
		p.addMoment(first + 10*second)
		p.addMoment(first + 10*second + lasting(p.usual))
	}
}

func (p *plan) addMoment(t time.Duration) {
	if t < time.Hour && t >= 0 && !slices.Contains(p.moments, t) {
		p.moments = append(p.moments, t)
	}
}

// lasting is a duration, or nothing if it has no end.
func lasting(d time.Duration) time.Duration {
	if d == kubelet.Forever {
		return 0
	}
	return d
}

// nodes draws a small cluster now and then, in which pods wait for room.
func (p *plan) nodes() {
	if p.chance("small cluster", 4) {
		p.s.Nodes = []kubelet.Node{{Name: "node-1", Pods: 1 + p.below("room", 2)}, {Name: "node-2", Pods: 1}}
	}
}
