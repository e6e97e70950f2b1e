package kubectl_test

import (
	"testing"
	"time"

	"github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
)

// podRow changes a running pod and gives READY, STATUS and RESTARTS of it at one minute.
func podRow(t *testing.T, change func(*corev1.Pod)) []string {
	t.Helper()
	pod := runningPod("pi-4hx7k", 0)
	change(pod)
	row := cells(t, get(t, nil, []*corev1.Pod{pod}, time.Minute))
	return row[:len(row)-1]
}

// onlyContainer replaces the state of the pod's only container, which is then not ready.
func onlyContainer(state corev1.ContainerState) func(*corev1.Pod) {
	return func(pod *corev1.Pod) {
		pod.Status.ContainerStatuses = []corev1.ContainerStatus{{Name: "main", State: state}}
	}
}

func TestPodStatusOfOneContainer(t *testing.T) {
	exitWithoutReason := terminated(3, "", 0)
	killed := terminated(137, "", 0)
	killed.Terminated.Signal = 9
	for name, c := range map[string]struct {
		change func(*corev1.Pod)
		want   []string
	}{
		"running":         {func(*corev1.Pod) {}, []string{"1/1", "Running", "0"}},
		"running unready": {onlyContainer(running(0)), []string{"0/1", "Running", "0"}},
		"creating":        {onlyContainer(waiting("ContainerCreating")), []string{"0/1", "ContainerCreating", "0"}},
		"image":           {onlyContainer(waiting("ErrImagePull")), []string{"0/1", "ErrImagePull", "0"}},
		"image back-off":  {onlyContainer(waiting("ImagePullBackOff")), []string{"0/1", "ImagePullBackOff", "0"}},
		"completed":       {onlyContainer(terminated(0, "Completed", 0)), []string{"0/1", "Completed", "0"}},
		"failed":          {onlyContainer(terminated(1, "Error", 0)), []string{"0/1", "Error", "0"}},
		"out of memory":   {onlyContainer(terminated(137, "OOMKilled", 0)), []string{"0/1", "OOMKilled", "0"}},
		"no reason":       {onlyContainer(exitWithoutReason), []string{"0/1", "ExitCode:3", "0"}},
		"signal":          {onlyContainer(killed), []string{"0/1", "Signal:9", "0"}},
		"unscheduled": {func(pod *corev1.Pod) {
			pod.Status = corev1.PodStatus{Phase: corev1.PodPending, Conditions: []corev1.PodCondition{
				{Type: corev1.PodScheduled, Status: corev1.ConditionFalse, Reason: corev1.PodReasonUnschedulable}}}
		}, []string{"0/1", "Pending", "0"}},
		"gated": {func(pod *corev1.Pod) {
			pod.Status = corev1.PodStatus{Phase: corev1.PodPending, Conditions: []corev1.PodCondition{
				{Type: corev1.PodScheduled, Status: corev1.ConditionFalse, Reason: corev1.PodReasonSchedulingGated}}}
		}, []string{"0/1", "SchedulingGated", "0"}},
		"evicted": {func(pod *corev1.Pod) {
			pod.Status = corev1.PodStatus{Phase: corev1.PodFailed, Reason: "Evicted"}
		}, []string{"0/1", "Evicted", "0"}},
		"terminating": {func(pod *corev1.Pod) { pod.DeletionTimestamp = atPtr(0) },
			[]string{"1/1", "Terminating", "0"}},
		"terminating, but failed": {func(pod *corev1.Pod) {
			onlyContainer(terminated(143, "Error", 0))(pod)
			pod.DeletionTimestamp, pod.Status.Phase = atPtr(0), corev1.PodFailed
		}, []string{"0/1", "Error", "0"}},
		"node lost": {func(pod *corev1.Pod) {
			pod.DeletionTimestamp, pod.Status.Reason = atPtr(0), "NodeLost"
		}, []string{"1/1", "Unknown", "0"}},
	} {
		t.Run(name, func(t *testing.T) {
			gomega.NewWithT(t).Expect(podRow(t, c.change)).To(gomega.Equal(c.want))
		})
	}
}

// Restarts are summed; the time is that of the latest end, and is left out where none is on record.
func TestPodRestarts(t *testing.T) {
	g := gomega.NewWithT(t)
	g.Expect(podRow(t, func(pod *corev1.Pod) {
		pod.Status.ContainerStatuses = []corev1.ContainerStatus{
			{Name: "main", Ready: true, State: running(0), RestartCount: 2,
				LastTerminationState: terminated(1, "Error", 50*time.Second)},
			{Name: "log", Ready: true, State: running(0), RestartCount: 1,
				LastTerminationState: terminated(1, "Error", 20*time.Second)},
		}
		pod.Spec.Containers = append(pod.Spec.Containers, corev1.Container{Name: "log"})
	})).To(gomega.Equal([]string{"2/2", "Running", "3 (10s ago)"}))
	g.Expect(podRow(t, func(pod *corev1.Pod) { pod.Status.ContainerStatuses[0].RestartCount = 4 })).To(
		gomega.Equal([]string{"1/1", "Running", "4"}))
}

// The first container has the word unless it is Completed and another one knows better.
func TestPodStatusOfTwoContainers(t *testing.T) {
	done := corev1.ContainerStatus{Name: "main", State: terminated(0, "Completed", 0)}
	for name, c := range map[string]struct {
		second corev1.ContainerStatus
		ready  corev1.ConditionStatus
		want   []string
	}{
		"both done": {corev1.ContainerStatus{State: terminated(0, "Completed", 0)}, corev1.ConditionFalse,
			[]string{"0/2", "Completed", "0"}},
		"one failed": {corev1.ContainerStatus{State: terminated(1, "Error", 0)}, corev1.ConditionFalse,
			[]string{"0/2", "Error", "0"}},
		"one runs, pod not ready": {corev1.ContainerStatus{Ready: true, State: running(0)}, corev1.ConditionFalse,
			[]string{"1/2", "NotReady", "0"}},
		"one runs, pod ready": {corev1.ContainerStatus{Ready: true, State: running(0)}, corev1.ConditionTrue,
			[]string{"1/2", "Running", "0"}},
	} {
		t.Run(name, func(t *testing.T) {
			gomega.NewWithT(t).Expect(podRow(t, func(pod *corev1.Pod) {
				pod.Spec.Containers = append(pod.Spec.Containers, corev1.Container{Name: "second"})
				pod.Status.ContainerStatuses = []corev1.ContainerStatus{done, c.second}
				pod.Status.Conditions[1].Status = c.ready
			})).To(gomega.Equal(c.want))
		})
	}
}
