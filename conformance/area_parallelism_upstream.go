package conformance

import (
	"cmp"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"

	"github.com/jobsim/jobsim/sim/trace"
)

// upstreamParallelism is how kube-controller-manager creates and deletes pods to reach the target.
var upstreamParallelism = []Requirement{
	{
		ID: "job/parallelism/raising-creates-at-once", Clauses: []string{"PAR-4"}, Level: UpstreamExact, Strength: Up,
		Sentence: "When parallelism is raised, the missing pods must be created at the instant at which the edit is seen.",
		Observed: "At the instant of the delivery, unless failures may delay it, a call fails, the cache is behind, the implementation " +
			"crashes, or a program has been started less than 100 ms before. Runs with slow calls are not judged.",
		Source: "kube-controller-manager, manageJob", Scenarios: []string{"parallelism-change"},
		check: func() any { return &raisedAtOnce{} },
	},
	{
		ID: "job/parallelism/victim-order", Clauses: []string{"PAR-6"}, Level: UpstreamExact, Strength: Up,
		Sentence: "Surplus pods must be chosen by node, phase, readiness, time of readiness, restarts and age, in this order.",
		Observed: "When a surplus pod is deleted, no pod that comes before it in this order, as the cache shows both, is left " +
			"active without an attempt to delete it.",
		Source: "kube-controller-manager, controller.ActivePods", Scenarios: []string{"parallelism-change"},
		check: func() any { return &victimChoice{before: upstreamBefore} },
	},
	{
		ID: "job/parallelism/deletion-cost-is-ignored", Clauses: []string{"PAR-7"}, Level: UpstreamExact, Strength: Up,
		Sentence: "The annotation controller.kubernetes.io/pod-deletion-cost must not change which pods are deleted.",
		Observed: "As for the order of victims, where one of the pods has the annotation.",
		Source:   "kube-controller-manager, controller.ActivePods",
		check:    func() any { return &victimChoice{before: upstreamBeforeDespiteCost} },
	},
	{
		ID: "job/parallelism/finalizer-before-delete", Clauses: []string{"PAR-9"}, Level: UpstreamExact, Strength: Up,
		Sentence: "A surplus pod must lose its tracking finalizer before it is deleted, and keep its own grace period.",
		Observed: "At each accepted deletion of a surplus pod the pod does not carry the finalizer, and its " +
			"deletionGracePeriodSeconds is its terminationGracePeriodSeconds.",
		Source: "kube-controller-manager, deleteJobPods", Scenarios: []string{"parallelism-change", "suspend-resume"},
		check: func() any { return &finalizerFirst{} },
	},
	{
		ID: "job/parallelism/pods-per-evaluation", Clauses: []string{"PAR-11"}, Level: UpstreamExact, Strength: Up,
		Sentence: "One evaluation must create at most 500 pods, and delete at most 500 surplus pods.",
		Observed: "The requests to create pods, and to delete surplus pods of a Job that is not suspended, within one evaluation.",
		Source:   "kube-controller-manager, MaxPodCreateDeletePerSync", Scenarios: []string{"large-job"},
		check: func() any { return &podsPerSync{} },
	},
	{
		ID: "job/parallelism/ends-are-not-bounded", Clauses: []string{"PAR-11", "SUS-3", "FIN-6"}, Level: UpstreamExact, Strength: Up,
		Sentence: "All active pods of a Job that is suspended, or has failed, must be deleted in one evaluation, however many they are.",
		Observed: "No evaluation deletes just 500 of them and leaves to a later one a pod that was there as well.",
		Source:   "kube-controller-manager, manageJob and deleteActivePods",
		check:    func() any { return &endsAtOnce{} },
	},
}

var uncheckedParallelism = []Unchecked{
	{"PAR-10", "a quirk: whether a pod that ends while it is taken away counts is never held against anybody"},
}

// raisedAtOnce looks for creations at the instant at which the implementation is told of a raised parallelism.
type raisedAtOnce struct{ due []raisedDue }

var lacksTarget = lacks(targetMissed)

// raisedDue is how many pods must be created at the instant of a delivery.
type raisedDue struct {
	job   *jobState
	entry *trace.Entry
	n     int
}

func (c *raisedAtOnce) delivery(x *examiner, e *trace.Entry) {
	job, ok := e.Object.(*batchv1.Job)
	if !ok || e.Instance != x.instance || e.Verb != "MODIFIED" || x.run.Scenario.Latency > 0 || x.behind() || x.orphaned > 0 ||
		!x.begun() || x.patient() {
		return
	}
	j := x.jobByUID[job.UID]
	if j == nil || j.before == nil || j.obj.ResourceVersion != job.ResourceVersion || parallel(j.before) >= parallel(job) {
		return
	}
	if j.anyPod(func(p *podState) bool { return p.job == j && p.active() && p.perhapsMisplaced(j) }) {
		return // the evaluation deletes pods, and so creates none (SYNC-5)
	}
	if since, _, owed := lacksTarget(x, j); owed && since <= x.now {
		x.exercised()
		c.due = append(c.due, raisedDue{j, e, min(mostPerSync, j.vacancies())})
	}
}

func (c *raisedAtOnce) tick(x *examiner, _ time.Duration) {
	for _, due := range c.due {
		created := 0
		for _, p := range due.job.pods {
			if p.created.byImplementation() && p.created.entry.Seq > due.entry.Seq {
				created++
			}
		}
		if missing := due.job.vacancies(); missing == 0 { // it was lowered again before anybody saw that it was raised
			continue
		}
		if created < due.n && due.job.runs() && !x.wasRefusedSince(due.entry.At) && !x.down && due.entry.Instance == x.instance {
			x.violatedBy([]*trace.Entry{due.entry},
				"parallelism of Job %s is raised to %d, and at that instant %d of %d missing pods are created",
				due.job.obj.Name, parallel(due.job.obj), created, due.n)
		}
	}
	c.due = c.due[:0]
}

// upstreamBefore compares two pods as the cache shows them, if that is what the implementation must have seen.
func upstreamBefore(x *examiner, first, second *podState) (must, exercised bool) {
	if first.seen == nil || second.seen == nil || !first.settled() || !second.settled() {
		return false, false
	}
	order := compareVictims(first.seen, second.seen, x.claims.Kubernetes)
	return order < 0, order != 0
}

func upstreamBeforeDespiteCost(x *examiner, first, second *podState) (must, exercised bool) {
	if first.seen == nil || second.seen == nil ||
		first.seen.Annotations[corev1.PodDeletionCost] == "" && second.seen.Annotations[corev1.PodDeletionCost] == "" {
		return false, false
	}
	return upstreamBefore(x, first, second)
}

// compareVictims is PAR-6: negative if a is deleted before b, and zero if that is open. Restarts of
// sidecars are looked at since 1.32.
func compareVictims(a, b *corev1.Pod, kubernetes Minor) int {
	if order := cmp.Compare(advance(a), advance(b)); order != 0 {
		return order
	}
	if ready(a) && ready(b) {
		if order := latestFirst(readySince(a), readySince(b)); order != 0 {
			return order
		}
	}
	regularA, sidecarA := mostRestarts(a)
	regularB, sidecarB := mostRestarts(b)
	if kubernetes < 32 {
		sidecarA, sidecarB = 0, 0
	}
	return cmp.Or(cmp.Compare(regularB, regularA), cmp.Compare(sidecarB, sidecarA),
		latestFirst(a.CreationTimestamp.Time, b.CreationTimestamp.Time))
}

func latestFirst(a, b time.Time) int {
	if a.IsZero() != b.IsZero() {
		if a.IsZero() {
			return -1
		}
		return 1
	}
	return b.Compare(a)
}

func readySince(pod *corev1.Pod) time.Time {
	for i := range pod.Status.Conditions {
		if c := &pod.Status.Conditions[i]; c.Type == corev1.PodReady {
			return c.LastTransitionTime.Time
		}
	}
	return time.Time{}
}

// mostRestarts are those of the container that was restarted most, among the regular ones and among the sidecars.
func mostRestarts(pod *corev1.Pod) (regular, sidecar int32) {
	for i := range pod.Status.ContainerStatuses {
		regular = max(regular, pod.Status.ContainerStatuses[i].RestartCount)
	}
	for i := range pod.Spec.InitContainers {
		c := &pod.Spec.InitContainers[i]
		if c.RestartPolicy == nil || *c.RestartPolicy != corev1.ContainerRestartPolicyAlways {
			continue
		}
		for k := range pod.Status.InitContainerStatuses {
			if s := &pod.Status.InitContainerStatuses[k]; s.Name == c.Name {
				sidecar = max(sidecar, s.RestartCount)
			}
		}
	}
	return regular, sidecar
}

// finalizerFirst checks how surplus pods are taken away (PAR-9).
type finalizerFirst struct {
	refused string // the pod whose finalizer could not be removed in this evaluation
	in      evaluation
}

func (c *finalizerFirst) call(x *examiner, e *trace.Entry) {
	if !x.evaluates() || e.Resource != podsResource {
		return
	}
	switch {
	case e.Verb == "patch" && !e.OK() && statusReason(e) != "NotFound":
		c.refused, c.in = e.Name, x.evaluation
	case deletes(e) && e.Name == c.refused && c.in == x.evaluation:
		p := x.pod(e.Namespace, e.Name)
		if p != nil && p.job != nil && p.job.runs() && !p.job.perhaps(isDecided) && !p.job.mayFail() {
			x.violated("the finalizer of pod %s could not be removed, and then it is deleted all the same", e.Name)
		}
	}
}

func (c *finalizerFirst) pod(x *examiner, p *podState) {
	if x.victim(p) == noVictim {
		return
	}
	if x.exercised(); p.carries(p.obj) && p.surelyThere(p.carries) {
		x.violated("surplus pod %s is deleted while it carries the finalizer %s", p.obj.Name, p.finalizer)
		return
	}
	got, own := p.obj.DeletionGracePeriodSeconds, p.obj.Spec.TerminationGracePeriodSeconds
	if !p.gone && got != nil && own != nil && *got != *own && p.obj.Spec.NodeName != "" {
		x.violated("surplus pod %s is deleted with a grace period of %d s, and its own is %d s", p.obj.Name, *got, *own)
	}
}
