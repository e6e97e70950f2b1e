package kubelet

import (
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/jobsim/jobsim/sim/event"
)

// stage is how far a kubelet has come with a pod.
type stage uint8

const (
	admitted    stage = iota // known, nothing done yet
	preparing                // volumes, sandbox
	pulling                  // waits for an image that cannot be pulled
	active                   // containers are started, and restarted
	resetting                // all containers are being stopped, to be started anew
	cleared                  // all containers have been stopped, to be started anew
	terminating              // containers are being stopped; none is started any more
	finished                 // no container runs, and none ever will
	abandoned                // told to terminate and never heard of again (Script.Lost)
)

// podWorker is a kubelet's work on one pod: what is really there, whoever may know it. What the API is told is made from
// it by report.
type podWorker struct {
	cluster *Cluster
	node    *node
	pod     *pod
	// frozen is the pod as the kubelet saw it last, while its node is cut off.
	frozen *corev1.Pod
	stage  stage

	containers []container // init containers, then regular ones, each in the order of the spec
	single     [1]container
	inits      int
	startTime  metav1.Time
	podIP      string
	shown      shown
	started    bool // some container has been started
	pull       imagePull

	preparation *event.Timer
	evictAt     *event.Timer
	deadline    *event.Timer
	deadlineAt  time.Duration

	verdict *verdict
	killAt  time.Duration
	killer  *event.Timer
	// resettable is whether the pod has a rule that restarts all its containers.
	resettable bool
	hurry      bool // the grace period is over: sidecars wait for nobody
	// blocked is while the kubelet waits for containers to stop: it reports nothing until they have.
	blocked bool
	// released is whether the kubelet has told the API server to let the pod go.
	released bool

	awake   bool // an observation is on the queue
	writing bool // the change that is being told is the kubelet's own
	dirty   bool // something has changed that the API does not know
	unsure  bool // perhaps nothing has
	cause   int  // the trace entry of the latest thing that happened to a container
	looking func()
}

// shown are the small values that the pod's status points to. They are one block, and no two pods share them, because
// an implementation under test may write into the pods that it is given.
type shown struct {
	yes, no bool
	start   metav1.Time
	hostIPs [1]corev1.HostIP
	podIPs  [1]corev1.PodIP
}

// employ makes a node's kubelet look at a pod that is bound to it.
func (c *Cluster) employ(p *pod) {
	if p.worker == nil {
		p.worker = newPodWorker(c, p)
		p.node.keep(p.worker)
	}
	p.worker.wake()
}

func newPodWorker(c *Cluster, p *pod) *podWorker {
	spec := &p.stored.Spec
	w := &podWorker{cluster: c, node: p.node, pod: p, inits: len(spec.InitContainers)}
	w.looking = w.observe
	w.shown.yes = true
	w.shown.hostIPs[0].IP = p.node.address
	w.resettable = mayRestartAll(spec)
	if n := len(spec.InitContainers) + len(spec.Containers); n == 1 {
		w.containers = w.single[:0]
	} else {
		w.containers = make([]container, 0, n)
	}
	add := func(specs []corev1.Container, kindOf func(*corev1.Container) containerKind) {
		for i := range specs {
			runs, named := p.script.Containers[specs[i].Name]
			if !named {
				runs = p.script.Runs
			}
			w.containers = append(w.containers, container{spec: &specs[i], kind: kindOf(&specs[i]), runs: runs})
		}
	}
	add(spec.InitContainers, func(c *corev1.Container) containerKind {
		if isSidecar(c) {
			return sidecar
		}
		return plainInit
	})
	add(spec.Containers, func(*corev1.Container) containerKind { return regular })
	return w
}

// keep adds a worker to a node's list, which from time to time drops those that have nothing left to do.
func (n *node) keep(w *podWorker) {
	if len(n.workers) >= n.sweep {
		kept := n.workers[:0]
		for _, w := range n.workers {
			if w.stage != finished || w.dirty && !w.pod.gone {
				kept = append(kept, w)
			}
		}
		clear(n.workers[len(kept):])
		n.workers = kept
		n.sweep = 2*len(kept) + 64
	}
	n.workers = append(n.workers, w)
}

// seen is the pod as the kubelet knows it.
func (w *podWorker) seen() *corev1.Pod {
	if w.frozen != nil {
		return w.frozen
	}
	return w.pod.stored
}

// podUpdated is told of a change of the pod: the kubelet looks at it when it matters.
func (w *podWorker) podUpdated(old, stored *corev1.Pod) {
	switch {
	case w.writing || w.stage == finished:
	case old.DeletionTimestamp != stored.DeletionTimestamp,
		old.Status.Phase != stored.Status.Phase && terminal(stored.Status.Phase),
		old.Spec.ActiveDeadlineSeconds != stored.Spec.ActiveDeadlineSeconds:
		w.wake()
	}
}

func (w *podWorker) podRemoved() {
	if !w.writing && w.stage != finished {
		w.wake()
	}
}

// wake schedules an observation.
func (w *podWorker) wake() {
	if w.awake || w.node.cutOff {
		return
	}
	w.awake = true
	w.cluster.soon(w.looking)
}

// observe compares what the API says with what there is, and starts what follows from it.
func (w *podWorker) observe() {
	w.awake = false
	if w.node.cutOff || w.stage == abandoned && !w.pod.gone {
		return
	}
	p := w.pod.stored
	switch {
	case w.pod.gone: // by force, or by somebody who could not wait
		w.terminate(0)
	case p.DeletionTimestamp != nil:
		w.deleted()
	case terminal(p.Status.Phase) && w.stage != finished:
		w.verdict = &verdict{phase: p.Status.Phase, reason: p.Status.Reason, message: p.Status.Message, final: true}
		w.terminate(w.graceOf(p))
	case w.stage == admitted:
		w.admit()
	}
	w.armDeadline()
	w.sync()
}

// admit takes on a new pod.
func (w *podWorker) admit() {
	w.stage = preparing
	w.startTime = w.cluster.stamp()
	if wait := w.pod.script.Start; wait > 0 {
		w.dirty = true
		w.preparation = w.cluster.after(wait, func() {
			w.prepared()
			w.sync()
		})
		return
	}
	w.prepared()
}

// prepared is when the pod's sandbox exists and its first container can start, if there is an image for it.
func (w *podWorker) prepared() {
	w.podIP = w.node.nextPodIP()
	w.dirty = true
	w.tryPull()
}

// at is an instant as objects carry it (TIME-0).
func at(virtual time.Duration) metav1.Time {
	return metav1.NewTime(event.Epoch.Add(virtual.Truncate(time.Second)))
}
