package kubectl_test

import (
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
)

// start is where virtual time starts, in a synctest bubble too.
var start = time.Date(2000, time.January, 1, 0, 0, 0, 0, time.UTC)

func at(d time.Duration) metav1.Time { return metav1.NewTime(start.Add(d)) }

func atPtr(d time.Duration) *metav1.Time { return new(at(d)) }

// retriedJob was created at the start, lost a pod at 10 s and completed at 65 s with a second one.
func retriedJob() *batchv1.Job {
	labels := map[string]string{
		batchv1.ControllerUidLabel: "uid-1",
		batchv1.JobNameLabel:       "pi",
		"controller-uid":           "uid-1",
		"job-name":                 "pi",
	}
	return &batchv1.Job{
		ObjectMeta: metav1.ObjectMeta{
			Name: "pi", Namespace: "default", UID: "uid-1", ResourceVersion: "19", Generation: 1,
			CreationTimestamp: at(0), Labels: labels,
			ManagedFields: []metav1.ManagedFieldsEntry{{Manager: "kube-controller-manager"}},
		},
		Spec: batchv1.JobSpec{
			Parallelism: new(int32(1)), Completions: new(int32(1)), BackoffLimit: new(int32(6)),
			CompletionMode: new(batchv1.NonIndexedCompletion), Suspend: new(false),
			ActiveDeadlineSeconds: new(int64(600)), TTLSecondsAfterFinished: new(int32(100)),
			Selector: &metav1.LabelSelector{MatchLabels: map[string]string{batchv1.ControllerUidLabel: "uid-1"}},
			Template: corev1.PodTemplateSpec{
				ObjectMeta: metav1.ObjectMeta{Labels: labels},
				Spec: corev1.PodSpec{
					RestartPolicy: corev1.RestartPolicyNever,
					Containers: []corev1.Container{{
						Name: "main", Image: "perl:5.34", Command: []string{"perl", "-Mbignum=bpi", "-wle"},
						Args: []string{"print bpi(2000)"},
					}},
				},
			},
		},
		Status: batchv1.JobStatus{
			StartTime: atPtr(0), CompletionTime: atPtr(65 * time.Second),
			Ready: new(int32(0)), Succeeded: 1, Failed: 1, Terminating: new(int32(0)),
			Conditions: []batchv1.JobCondition{
				{Type: batchv1.JobSuccessCriteriaMet, Status: corev1.ConditionTrue,
					Reason: batchv1.JobReasonCompletionsReached, Message: "Reached expected number of succeeded pods",
					LastProbeTime: at(65 * time.Second), LastTransitionTime: at(65 * time.Second)},
				{Type: batchv1.JobComplete, Status: corev1.ConditionTrue,
					Reason: batchv1.JobReasonCompletionsReached, Message: "Reached expected number of succeeded pods",
					LastProbeTime: at(65 * time.Second), LastTransitionTime: at(65 * time.Second)},
			},
		},
	}
}

// jobEvent is an event as the Job controller's recorder writes it.
func jobEvent(d time.Duration, reason, message string) *corev1.Event {
	return &corev1.Event{
		InvolvedObject: corev1.ObjectReference{Kind: "Job", Namespace: "default", Name: "pi", UID: "uid-1",
			APIVersion: "batch/v1"},
		Type: corev1.EventTypeNormal, Reason: reason, Message: message,
		Source:         corev1.EventSource{Component: "job-controller"},
		FirstTimestamp: at(d), LastTimestamp: at(d), Count: 1, ReportingController: "job-controller",
	}
}

func retriedJobEvents() []*corev1.Event {
	return []*corev1.Event{
		jobEvent(0, "SuccessfulCreate", "Created pod: pi-4hx7k"),
		jobEvent(20*time.Second, "SuccessfulCreate", "Created pod: pi-zq5bn"),
		jobEvent(65*time.Second, "Completed", "Job completed"),
	}
}

// runningPod has one container, which started a second after the pod was created.
func runningPod(name string, created time.Duration) *corev1.Pod {
	return &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{
			Name: name, Namespace: "default", UID: types.UID("uid-" + name), CreationTimestamp: at(created),
		},
		Spec: corev1.PodSpec{Containers: []corev1.Container{{Name: "main"}}},
		Status: corev1.PodStatus{
			Phase: corev1.PodRunning,
			Conditions: []corev1.PodCondition{
				{Type: corev1.PodInitialized, Status: corev1.ConditionTrue},
				{Type: corev1.PodReady, Status: corev1.ConditionTrue},
			},
			ContainerStatuses: []corev1.ContainerStatus{{
				Name: "main", Ready: true, State: running(created + time.Second),
			}},
		},
	}
}

func running(since time.Duration) corev1.ContainerState {
	return corev1.ContainerState{Running: &corev1.ContainerStateRunning{StartedAt: at(since)}}
}

func waiting(reason string) corev1.ContainerState {
	return corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: reason}}
}

func terminated(code int32, reason string, end time.Duration) corev1.ContainerState {
	return corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{
		ExitCode: code, Reason: reason, FinishedAt: at(end),
	}}
}
