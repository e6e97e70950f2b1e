package trace

import (
	"fmt"
	"strings"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
)

// story writes a trace by hand, as the simulator would: every write stores a new version of the object.
type story struct {
	*Trace
	now     time.Duration
	cause   int
	job     *batchv1.Job
	pods    map[string]*corev1.Pod
	runs    map[string]int
	last    map[string]int // of each pod: the entry that its actors react to
	version int
}

func newStory() *story {
	return &story{Trace: &Trace{}, pods: map[string]*corev1.Pod{}, runs: map[string]int{}, last: map[string]int{}}
}

// at moves to a time; what happens next has no cause until something else happens.
func (s *story) at(d time.Duration) *story {
	s.now, s.cause = d, 0
	clear(s.last)
	return s
}

func (s *story) add(e Entry) int {
	e.At, e.Cause = s.now, s.cause
	return s.Append(e)
}

func (s *story) time() metav1.Time {
	return metav1.NewTime(time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC).Add(s.now.Truncate(time.Second)))
}

func (s *story) call(actor, verb, resource, subresource string, obj Object) int {
	instance := 0
	if actor == "controller" {
		instance = 1
	}
	return s.add(Entry{Kind: Call, Actor: actor, Instance: instance, Verb: verb, Resource: resource,
		Subresource: subresource, Namespace: obj.GetNamespace(), Name: obj.GetName(), Object: obj})
}

func (s *story) next(m *metav1.ObjectMeta) {
	s.version++
	m.ResourceVersion = fmt.Sprint(s.version)
}

func (s *story) createJob(name string, parallelism, completions, backoffLimit int32, policy corev1.RestartPolicy) {
	job := &batchv1.Job{ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: name, UID: types.UID("uid-" + name),
		CreationTimestamp: s.time(), Generation: 1}}
	job.Spec.Parallelism, job.Spec.Completions, job.Spec.BackoffLimit = &parallelism, &completions, &backoffLimit
	job.Spec.Template.Spec.RestartPolicy = policy
	job.Spec.Template.Spec.Containers = []corev1.Container{{Name: "main", Image: "busybox"}}
	s.next(&job.ObjectMeta)
	s.job = job
	s.cause = s.call("user", "create", "jobs", "", job)
}

// status writes the Job's status with the changes that f makes.
func (s *story) status(f func(*batchv1.JobStatus)) {
	job := s.job.DeepCopy()
	f(&job.Status)
	s.next(&job.ObjectMeta)
	s.job = job
	s.call("controller", "update", "jobs", "status", job)
}

func (s *story) edit(f func(*batchv1.JobSpec)) {
	job := s.job.DeepCopy()
	f(&job.Spec)
	s.next(&job.ObjectMeta)
	s.job = job
	s.cause = s.call("user", "patch", "jobs", "", job)
}

func (s *story) condition(kind batchv1.JobConditionType, reason, message string) {
	s.status(func(st *batchv1.JobStatus) {
		st.Conditions = append(st.Conditions, s.newCondition(kind, reason, message))
	})
}

func (s *story) newCondition(kind batchv1.JobConditionType, reason, message string) batchv1.JobCondition {
	return batchv1.JobCondition{Type: kind, Status: corev1.ConditionTrue, Reason: reason, Message: message,
		LastTransitionTime: s.time()}
}

func (s *story) createPod(suffix string) {
	yes := true
	pod := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: s.job.Name + "-" + suffix,
		GenerateName: s.job.Name + "-", UID: types.UID("uid-" + suffix), CreationTimestamp: s.time(),
		Finalizers: []string{batchv1.JobTrackingFinalizer},
		OwnerReferences: []metav1.OwnerReference{{APIVersion: "batch/v1", Kind: "Job", Name: s.job.Name, UID: s.job.UID,
			Controller: &yes, BlockOwnerDeletion: &yes}}},
		Spec:   s.job.Spec.Template.Spec,
		Status: corev1.PodStatus{Phase: corev1.PodPending}}
	if s.job.Spec.CompletionMode != nil && *s.job.Spec.CompletionMode == batchv1.IndexedCompletion {
		index, _, _ := strings.Cut(suffix, "-")
		pod.Annotations = map[string]string{batchv1.JobCompletionIndexAnnotation: index}
	}
	s.next(&pod.ObjectMeta)
	s.pods[suffix] = pod
	s.last[suffix] = s.call("controller", "create", "pods", "", pod)
}

func (s *story) writePod(suffix, actor, verb, subresource string, f func(*corev1.Pod)) int {
	if actor == "kubelet" {
		defer func(outer int) { s.cause = outer }(s.cause)
		s.cause = s.last[suffix]
	}
	pod := s.pods[suffix].DeepCopy()
	f(pod)
	s.next(&pod.ObjectMeta)
	s.pods[suffix] = pod
	return s.call(actor, verb, "pods", subresource, pod)
}

func (s *story) bind(suffix, node string) {
	s.because(suffix, func() int {
		return s.writePod(suffix, "scheduler", "create", "binding", func(p *corev1.Pod) { p.Spec.NodeName = node })
	})
}

// because does something that the last thing about a pod caused.
func (s *story) because(suffix string, do func() int) {
	outer := s.cause
	s.cause = s.last[suffix]
	s.last[suffix] = do()
	s.cause = outer
}

func (s *story) container(suffix, verb string, e Entry) int {
	e.Kind, e.Actor, e.Verb, e.Namespace, e.Container = Container, "kubelet", verb, "default", "main"
	e.Name = s.pods[suffix].Name
	seq := 0
	s.because(suffix, func() int { seq = s.add(e); return seq })
	return seq
}

func (s *story) start(suffix string) {
	s.runs[suffix]++
	n := s.runs[suffix]
	s.container(suffix, "start", Entry{Number: n})
	s.writePod(suffix, "kubelet", "update", "status", func(p *corev1.Pod) {
		p.Status.Phase = corev1.PodRunning
		p.Status.ContainerStatuses = []corev1.ContainerStatus{{Name: "main", RestartCount: int32(n - 1), Ready: true,
			State: corev1.ContainerState{Running: &corev1.ContainerStateRunning{StartedAt: s.time()}}}}
		p.Status.Conditions = []corev1.PodCondition{{Type: corev1.PodReady, Status: corev1.ConditionTrue}}
	})
}

func (s *story) exit(suffix string, code int, phase corev1.PodPhase) {
	reason := "Error"
	if code == 0 {
		reason = "Completed"
	}
	s.container(suffix, "exit", Entry{Number: s.runs[suffix], Code: code, Reason: reason})
	s.writePod(suffix, "kubelet", "update", "status", func(p *corev1.Pod) {
		p.Status.Phase = phase
		p.Status.ContainerStatuses = []corev1.ContainerStatus{{Name: "main", RestartCount: int32(s.runs[suffix] - 1),
			State: corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{ExitCode: int32(code), Reason: reason}}}}
		p.Status.Conditions = []corev1.PodCondition{{Type: corev1.PodReady, Status: corev1.ConditionFalse}}
	})
}

func (s *story) backoff(suffix string, wait time.Duration) {
	s.container(suffix, "backoff", Entry{Wait: wait, Text: fmt.Sprintf("back-off %v restarting failed container", wait)})
}

// letGo removes the tracking finalizer.
func (s *story) letGo(suffix string) {
	s.writePod(suffix, "controller", "patch", "", func(p *corev1.Pod) { p.Finalizers = nil })
}

func (s *story) deletePod(actor, suffix string, grace int64) {
	s.last[suffix] = s.writePod(suffix, actor, "delete", "", func(p *corev1.Pod) {
		ends := metav1.NewTime(s.time().Add(time.Duration(grace) * time.Second))
		p.DeletionTimestamp, p.DeletionGracePeriodSeconds = &ends, &grace
	})
}

func (s *story) removed(suffix string) {
	s.add(Entry{Kind: Removed, Actor: "kubelet", Resource: "pods", Namespace: "default", Name: s.pods[suffix].Name,
		Object: s.pods[suffix]})
}

const limitReached = "Job has reached the specified backoff limit"

// finish writes the two conditions and the counters of an end.
func (s *story) counts(active, succeeded, failed int32) {
	s.status(func(st *batchv1.JobStatus) { st.Active, st.Succeeded, st.Failed = active, succeeded, failed })
}
