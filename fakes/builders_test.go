package fakes

import (
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
)

var epoch = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

// at is a moment, in seconds after the epoch.
func at(seconds int) time.Time { return epoch.Add(time.Duration(seconds) * time.Second) }

func stamp(seconds int) metav1.Time { return metav1.NewTime(at(seconds)) }

// newJob is a Job as the API server stores it: one completion, one pod at a time, six failures.
func newJob(edits ...func(*batchv1.Job)) *batchv1.Job {
	generated := map[string]string{
		batchv1.ControllerUidLabel: "job-1", batchv1.JobNameLabel: "work", legacyUID: "job-1", legacyJob: "work",
	}
	job := &batchv1.Job{
		ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: "work", UID: "job-1", Generation: 1},
		Spec: batchv1.JobSpec{
			Completions: new(int32(1)), Parallelism: new(int32(1)), BackoffLimit: new(int32(6)),
			CompletionMode: new(batchv1.NonIndexedCompletion), Suspend: new(false),
			PodReplacementPolicy: new(batchv1.TerminatingOrFailed),
			Selector:             &metav1.LabelSelector{MatchLabels: map[string]string{batchv1.ControllerUidLabel: "job-1"}},
			Template: corev1.PodTemplateSpec{
				ObjectMeta: metav1.ObjectMeta{Labels: generated},
				Spec: corev1.PodSpec{
					RestartPolicy: corev1.RestartPolicyNever,
					Containers:    []corev1.Container{{Name: "main", Image: "busybox"}},
				},
			},
		},
	}
	for _, edit := range edits {
		edit(job)
	}
	return job
}

func withCompletions(n int32) func(*batchv1.Job) {
	return func(j *batchv1.Job) { j.Spec.Completions = &n }
}

func withParallelism(n int32) func(*batchv1.Job) {
	return func(j *batchv1.Job) { j.Spec.Parallelism = &n }
}

func withBackoffLimit(n int32) func(*batchv1.Job) {
	return func(j *batchv1.Job) { j.Spec.BackoffLimit = &n }
}

func withDeadline(seconds int64) func(*batchv1.Job) {
	return func(j *batchv1.Job) { j.Spec.ActiveDeadlineSeconds = &seconds }
}

func workQueue(j *batchv1.Job) { j.Spec.Completions = nil }

func suspended(j *batchv1.Job) { j.Spec.Suspend = new(true) }

func onFailure(j *batchv1.Job) { j.Spec.Template.Spec.RestartPolicy = corev1.RestartPolicyOnFailure }

func replaceFailed(j *batchv1.Job) { j.Spec.PodReplacementPolicy = new(batchv1.Failed) }

func deleted(j *batchv1.Job) { j.DeletionTimestamp = new(stamp(1)) }

func condition(kind batchv1.JobConditionType, status corev1.ConditionStatus) func(*batchv1.Job) {
	return func(j *batchv1.Job) {
		j.Status.Conditions = append(j.Status.Conditions, batchv1.JobCondition{
			Type: kind, Status: status, Reason: "Because", Message: "it is so",
		})
	}
}

// upstream decides as the reference does that keeps pods with upstream's finalizer.
var upstream = Reference()

func carriesFinalizer(pod *corev1.Pod) bool { return upstream.carriesFinalizer(pod) }

// aPod is a tracked pod of the Job newJob makes.
func aPod(uid string, phase corev1.PodPhase, edits ...func(*corev1.Pod)) *corev1.Pod {
	pod := newPod(&upstream, newJob())
	pod.Name, pod.UID, pod.Status.Phase = "work-"+uid, types.UID(uid), phase
	for _, edit := range edits {
		edit(pod)
	}
	return pod
}

func stopping(p *corev1.Pod) {
	p.DeletionTimestamp, p.DeletionGracePeriodSeconds = new(stamp(130)), new(int64(30))
}

func freed(p *corev1.Pod) { p.Finalizers = nil }

func orphaned(p *corev1.Pod) { p.OwnerReferences = nil }

func created(seconds int) func(*corev1.Pod) {
	return func(p *corev1.Pod) { p.CreationTimestamp = stamp(seconds) }
}

func ready(status corev1.ConditionStatus, since int) func(*corev1.Pod) {
	return func(p *corev1.Pod) {
		p.Status.Conditions = append(p.Status.Conditions, corev1.PodCondition{
			Type: corev1.PodReady, Status: status, LastTransitionTime: stamp(since),
		})
	}
}

func onNode(p *corev1.Pod) { p.Spec.NodeName = "node-1" }

func restarted(times int32) func(*corev1.Pod) {
	return func(p *corev1.Pod) {
		p.Status.ContainerStatuses = append(p.Status.ContainerStatuses, corev1.ContainerStatus{RestartCount: times})
	}
}

func ended(seconds int) func(*corev1.Pod) {
	return func(p *corev1.Pod) {
		p.Status.ContainerStatuses = append(p.Status.ContainerStatuses, terminatedAt("main", seconds))
	}
}

func terminatedAt(name string, seconds int) corev1.ContainerStatus {
	return corev1.ContainerStatus{Name: name, State: corev1.ContainerState{
		Terminated: &corev1.ContainerStateTerminated{FinishedAt: stamp(seconds)},
	}}
}

// initContainer adds an init container, a sidecar if always is set, with a status.
func initContainer(name string, always bool, status corev1.ContainerStatus) func(*corev1.Pod) {
	return func(p *corev1.Pod) {
		c := corev1.Container{Name: name}
		if always {
			c.RestartPolicy = new(corev1.ContainerRestartPolicyAlways)
		}
		status.Name = name
		p.Spec.InitContainers = append(p.Spec.InitContainers, c)
		p.Status.InitContainerStatuses = append(p.Status.InitContainerStatuses, status)
	}
}

// indexedJob makes an Indexed Job of n indexes, all at once.
func indexedJob(n int32) func(*batchv1.Job) {
	return func(j *batchv1.Job) {
		j.Spec.CompletionMode = new(batchv1.IndexedCompletion)
		j.Spec.Completions, j.Spec.Parallelism = new(n), new(n)
	}
}

func perIndex(limit int32) func(*batchv1.Job) {
	return func(j *batchv1.Job) {
		j.Spec.BackoffLimitPerIndex, j.Spec.BackoffLimit = &limit, new(int32(1<<31-1))
	}
}

func withRules(rules ...batchv1.PodFailurePolicyRule) func(*batchv1.Job) {
	return func(j *batchv1.Job) {
		j.Spec.PodFailurePolicy = &batchv1.PodFailurePolicy{Rules: rules}
		j.Spec.PodReplacementPolicy = new(batchv1.Failed)
	}
}

// onCodes is a rule for exit codes of any container.
func onCodes(
	action batchv1.PodFailurePolicyAction, operator batchv1.PodFailurePolicyOnExitCodesOperator, codes ...int32,
) batchv1.PodFailurePolicyRule {
	return batchv1.PodFailurePolicyRule{Action: action, OnExitCodes: &batchv1.PodFailurePolicyOnExitCodesRequirement{
		Operator: operator, Values: codes,
	}}
}

// onDisruption is a rule for pods that the cluster itself ended.
func onDisruption(action batchv1.PodFailurePolicyAction) batchv1.PodFailurePolicyRule {
	return batchv1.PodFailurePolicyRule{Action: action, OnPodConditions: []batchv1.PodFailurePolicyOnPodConditionsPattern{
		{Type: corev1.DisruptionTarget, Status: corev1.ConditionTrue},
	}}
}

func annotated(key, value string) func(*corev1.Pod) {
	return func(p *corev1.Pod) { annotate(p, key, value) }
}

func withIndex(index string) func(*corev1.Pod) {
	return annotated(batchv1.JobCompletionIndexAnnotation, index)
}

func failures(counted, ignored string) func(*corev1.Pod) {
	return func(p *corev1.Pod) {
		annotate(p, batchv1.JobIndexFailureCountAnnotation, counted)
		annotate(p, batchv1.JobIndexIgnoredFailureCountAnnotation, ignored)
	}
}

// exited gives a pod a container that ended with a code.
func exited(name string, code int32) func(*corev1.Pod) {
	return func(p *corev1.Pod) {
		p.Status.ContainerStatuses = append(p.Status.ContainerStatuses, exitedWith(name, code))
	}
}

func exitedWith(name string, code int32) corev1.ContainerStatus {
	return corev1.ContainerStatus{Name: name, State: corev1.ContainerState{
		Terminated: &corev1.ContainerStateTerminated{ExitCode: code, FinishedAt: stamp(5)},
	}}
}

func podIs(kind corev1.PodConditionType, status corev1.ConditionStatus) func(*corev1.Pod) {
	return func(p *corev1.Pod) {
		p.Status.Conditions = append(p.Status.Conditions, corev1.PodCondition{Type: kind, Status: status})
	}
}
