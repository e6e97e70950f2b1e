package generate

import (
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/jobsim/jobsim/sim"
	"github.com/jobsim/jobsim/sim/kubelet"
)

// recipeShare is in how many of 100 cases of a kind things are made to collide that would rarely do so by themselves.
var recipeShare = map[Kind]int{Plain: 5, Edited: 25, Faulty: 20}

// collide makes two things happen together on which implementations founder: the Job and what its pods do are changed to
// lead there.
func (p *plan) collide(kind Kind) {
	job := p.s.Jobs[0]
	if kind == Plain {
		p.inOneBatch(job)
		return
	}
	job.Spec.Suspend = nil
	switch p.weighted("collides", 12, 22, 14, 10, 10, 10, 10, 12) {
	case 0:
		p.inOneBatch(job)
		p.action()
	case 1:
		p.draining(job)
	case 2:
		p.succeedsWhileDraining(job)
	case 3:
		p.terminatingRestarts(job)
	case 4:
		p.handOver(job)
	case 5:
		p.heldJob(job)
	case 6:
		p.recreatedInBackOff(job)
	case 7:
		p.limitMoves(job)
	}
}

func scripted(d time.Duration, exit int32) kubelet.Script {
	return kubelet.Script{Runs: []kubelet.Run{{For: d, Exit: exit}}}
}

// inOneBatch has a pod end in the second before the deadline, so that both are seen together (SYNC-1, SYNC-3).
func (p *plan) inOneBatch(job *batchv1.Job) {
	job.Spec.Template.Spec.RestartPolicy = corev1.RestartPolicyNever
	seconds := pick(p.draw, "deadline of the batch", int64(10), 5, 2)
	job.Spec.ActiveDeadlineSeconds = &seconds
	job.Spec.BackoffLimit = new(int32(p.below("limit of the batch", 2)))
	early := pick(p.draw, "before the deadline", 500*time.Millisecond, 0, 999*time.Millisecond, second)
	ends := time.Duration(seconds)*second - early
	p.s.Pods = []kubelet.Script{scripted(ends, int32(p.below("first exit", 2))), scripted(ends, int32(p.below("second exit", 2)))}
	p.keepContainers()
}

// keepContainers takes the containers away that the scripts of this file do not speak of.
func (p *plan) keepContainers() {
	spec := &p.s.Jobs[0].Spec.Template.Spec
	spec.InitContainers, spec.Containers = nil, spec.Containers[:1]
	p.containers = p.containers[:0]
	p.containers = append(p.containers, "main")
}

// slow is a pod that takes its time to stop, and the Job gives it that time.
func (p *plan) slow(run time.Duration) kubelet.Script {
	s := scripted(run, 0)
	s.Stop.After = pick(p.draw, "drains for", 20*second, 5*second, time.Minute, 2*time.Minute)
	if p.chance("drains well", 40) {
		s.Stop.Exit = new(int32(0))
	}
	p.patience(s.Stop.After)
	return s
}

// draining has a Job fail while other pods still stop; then users edit (SYNC-2, FIN-4, FIN-9, FIN-17).
func (p *plan) draining(job *batchv1.Job) {
	p.keepContainers()
	job.Spec.Template.Spec.RestartPolicy = corev1.RestartPolicyNever
	pods := int32(2 + p.below("pods that drain", 2))
	job.Spec.Completions, job.Spec.Parallelism, job.Spec.BackoffLimit = new(pods), new(pods), new(int32(0))
	job.Spec.ActiveDeadlineSeconds = nil
	p.s.Pods = []kubelet.Script{scripted(p.duration("fails after"), 1), p.slow(time.Hour)}
	when := sim.When{After: &sim.Trigger{Condition: batchv1.JobFailureTarget}}
	when.At = pick(p.draw, "into the draining", 0, second, 3*second, 500*time.Millisecond)
	switch p.weighted("while draining", 25, 20, 20, 15, 10, 10) {
	case 0:
		p.edit(when, "backoffLimit", 6)
	case 1:
		p.act(sim.Action{When: when, Scale: &sim.Scale{Parallelism: new(pods + 1)}})
	case 2:
		p.act(sim.Action{When: when, Suspend: new(true)})
	case 3:
		p.act(sim.Action{When: when, Pod: &sim.PodAction{Pod: 2, Delete: &sim.Delete{GraceSeconds: new(int64(1))}}})
	case 4:
		p.act(sim.Action{When: when, Delete: &sim.Delete{Propagation: metav1.DeletePropagationForeground}})
	case 5:
		p.edit(when, "podReplacementPolicy", batchv1.TerminatingOrFailed)
	}
}

// succeedsWhileDraining has a Job succeed with a replacement while the pod that was deleted still stops; then a limit is
// passed that does not count any more (ADS-8, FIN-11, TIME-6).
func (p *plan) succeedsWhileDraining(job *batchv1.Job) {
	p.keepContainers()
	job.Spec.Completions, job.Spec.Parallelism = new(int32(1)), nil
	job.Spec.PodReplacementPolicy, job.Spec.BackoffLimit = nil, new(int32(2))
	job.Spec.ActiveDeadlineSeconds = nil
	p.s.Pods = []kubelet.Script{p.slow(time.Hour), scripted(5*second, 0)}
	p.act(sim.Action{When: sim.When{At: pick(p.draw, "pod deleted at", 15*second, 5*second, 60*second)},
		Pod: &sim.PodAction{Pod: 1, Delete: &sim.Delete{}}})
	when := sim.When{After: &sim.Trigger{Condition: batchv1.JobSuccessCriteriaMet}, At: pick(p.draw, "then", 0, second)}
	switch p.below("limit passed", 4) {
	case 1:
		p.edit(when, "backoffLimit", 0)
	case 2:
		p.edit(when, "activeDeadlineSeconds", 1)
	case 3:
		p.act(sim.Action{When: when, Suspend: new(true)})
	}
}

// terminatingRestarts has restarts of pods that stop, succeed or go on add up, or not (ONF-3, ONF-6, ONF-7).
func (p *plan) terminatingRestarts(job *batchv1.Job) {
	p.keepContainers()
	job.Spec.Template.Spec.RestartPolicy = corev1.RestartPolicyOnFailure
	job.Spec.Completions, job.Spec.Parallelism = new(int32(3)), new(int32(2))
	job.Spec.BackoffLimit = new(int32(2 + p.below("limit of restarts", 3)))
	job.Spec.PodReplacementPolicy, job.Spec.ActiveDeadlineSeconds = nil, nil
	crashing := kubelet.Script{Runs: []kubelet.Run{{For: second, Exit: 1}, {For: second, Exit: 1}, {For: time.Minute}}}
	crashing.Stop.Ignore = p.chance("ignores SIGTERM", 60)
	job.Spec.Template.Spec.TerminationGracePeriodSeconds = new(int64(120))
	later := crashing
	later.Runs = append([]kubelet.Run{{For: 20 * second, Exit: 1}}, later.Runs[1+p.below("restarts later", 2):]...)
	p.s.Pods = []kubelet.Script{crashing, later, scripted(10*second, 0)}
	when := sim.When{At: pick(p.draw, "deleted at", 14*second, 20*second, 5*second)}
	switch p.below("pod with restarts", 3) {
	case 0:
		p.act(sim.Action{When: when, Pod: &sim.PodAction{Pod: 1, Delete: &sim.Delete{}}})
	case 1:
		p.act(sim.Action{When: when, Scale: &sim.Scale{Parallelism: new(int32(1))}})
	case 2:
		p.act(sim.Action{When: when, Pod: &sim.PodAction{Pod: 1, Evict: true}})
	}
}

// handOver gives the pods of a Job to another one with the same selector (SEL-4, SEL-6, SEL-8, COMP-10, COMP-11).
func (p *plan) handOver(job *batchv1.Job) {
	selectManually(job)
	job.Finalizers = nil
	when := p.when("hand over")
	p.act(sim.Action{When: when, Delete: &sim.Delete{Propagation: metav1.DeletePropagationOrphan}})
	heir := job.DeepCopy()
	heir.Spec.Completions, heir.Spec.Parallelism = nil, nil
	p.size(&heir.Spec)
	heir.Spec.BackoffLimit = p.limit()
	if p.chance("heir suspended", 20) {
		heir.Spec.Suspend = new(true)
	}
	when.At += pick(p.draw, "inherits after", second, 0, 5*second, 30*second)
	p.act(sim.Action{When: when, Create: heir})
}

// heldJob has somebody's finalizer keep a Job that is being deleted, while its pods go on and end (SYNC-8, DEL-3).
func (p *plan) heldJob(job *batchv1.Job) {
	job.Finalizers = []string{holder}
	when := p.at("deleted")
	p.act(sim.Action{When: when, Delete: &sim.Delete{Propagation: pick(p.draw, "held",
		metav1.DeletePropagationBackground, metav1.DeletePropagationForeground, metav1.DeletePropagationOrphan)}})
	when.At += pick(p.draw, "held for", second, 0, 5*second, time.Minute)
	switch p.below("while held", 4) {
	case 1:
		p.act(sim.Action{When: when, Suspend: new(true)})
	case 2:
		p.act(sim.Action{When: when, Scale: &sim.Scale{Parallelism: new(p.newParallelism())}})
	case 3:
		p.act(sim.Action{When: when, Pod: &sim.PodAction{Pod: 1, Delete: &sim.Delete{}}})
	}
}

// recreatedInBackOff makes the same Job again while the first one waits to replace a pod (BO-10, DEL-5, ADS-4).
func (p *plan) recreatedInBackOff(job *batchv1.Job) {
	job.Finalizers = nil
	p.s.Pods[0] = scripted(p.duration("fails after"), 1)
	p.keepContainers()
	for i := range p.s.Pods {
		p.s.Pods[i].Containers = nil
	}
	if job.Spec.BackoffLimit != nil && *job.Spec.BackoffLimit == 0 {
		job.Spec.BackoffLimit = new(int32(3))
	}
	when := sim.When{After: &sim.Trigger{Pod: 1, Phase: corev1.PodFailed}}
	when.At = pick(p.draw, "into the back-off", 2*second, 0, second, 5*second)
	p.act(sim.Action{When: when, Delete: &sim.Delete{Propagation: metav1.DeletePropagationBackground}})
	when.At += pick(p.draw, "again after", 0, 500*time.Millisecond, 2*second)
	p.act(sim.Action{When: when, Create: job.DeepCopy()})
}

// limitMoves has pods fail up to the limit while the limit moves (BL-9).
func (p *plan) limitMoves(job *batchv1.Job) {
	p.keepContainers()
	job.Spec.Template.Spec.RestartPolicy = corev1.RestartPolicyNever
	old := 1 + p.below("old limit", 2)
	job.Spec.BackoffLimit, job.Spec.ActiveDeadlineSeconds = new(int32(old)), nil
	p.s.Pods = []kubelet.Script{scripted(p.duration("each fails after"), 1)}
	p.usual = 5 * second
	failed := int32(1 + p.below("failures before", old))
	when := sim.When{After: &sim.Trigger{Status: map[string]int32{"failed": failed}}}
	when.At = pick(p.draw, "moves after", 0, second, 2*second, 5*second)
	p.edit(when, "backoffLimit", pick(p.draw, "moves to", old+1, old+2, 0, old-1))
}
