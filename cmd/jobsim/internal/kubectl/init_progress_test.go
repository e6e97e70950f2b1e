package kubectl_test

import (
	"testing"
	"time"

	"github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
)

// initializing gives a pending pod two init containers with these states; a missing one has not been reported.
func initializing(statuses ...corev1.ContainerStatus) func(*corev1.Pod) {
	return func(pod *corev1.Pod) {
		pod.Spec.InitContainers = []corev1.Container{{Name: "fetch"}, {Name: "unpack"}}
		for i := range statuses {
			statuses[i].Name = pod.Spec.InitContainers[i].Name
		}
		pod.Status = corev1.PodStatus{
			Phase:                 corev1.PodPending,
			Conditions:            []corev1.PodCondition{{Type: corev1.PodInitialized, Status: corev1.ConditionFalse}},
			InitContainerStatuses: statuses,
			ContainerStatuses:     []corev1.ContainerStatus{{Name: "main", State: waiting("PodInitializing")}},
		}
	}
}

func TestPodStatusWhileInitializing(t *testing.T) {
	done := corev1.ContainerStatus{State: terminated(0, "Completed", 0)}
	killed := corev1.ContainerStatus{State: terminated(137, "", 0)}
	killed.State.Terminated.Signal = 9
	for name, c := range map[string]struct {
		change func(*corev1.Pod)
		want   []string
	}{
		"first runs":  {initializing(corev1.ContainerStatus{State: running(0)}), []string{"0/1", "Init:0/2", "0"}},
		"second runs": {initializing(done, corev1.ContainerStatus{State: running(0)}), []string{"0/1", "Init:1/2", "0"}},
		"first waits for its turn": {
			initializing(corev1.ContainerStatus{State: waiting("PodInitializing")}), []string{"0/1", "Init:0/2", "0"}},
		"failed": {initializing(corev1.ContainerStatus{State: terminated(1, "Error", 0)}),
			[]string{"0/1", "Init:Error", "0"}},
		"failed without a reason": {initializing(corev1.ContainerStatus{State: terminated(2, "", 0)}),
			[]string{"0/1", "Init:ExitCode:2", "0"}},
		"killed": {initializing(killed), []string{"0/1", "Init:Signal:9", "0"}},
		"crash loop": {initializing(corev1.ContainerStatus{State: waiting("CrashLoopBackOff"), RestartCount: 2,
			LastTerminationState: terminated(1, "Error", 45*time.Second)}),
			[]string{"0/1", "Init:CrashLoopBackOff", "2 (15s ago)"}},
		"all done": {initializing(done, done), []string{"0/1", "PodInitializing", "0"}},
	} {
		t.Run(name, func(t *testing.T) {
			gomega.NewWithT(t).Expect(podRow(t, c.change)).To(gomega.Equal(c.want))
		})
	}
}

// withSidecar gives a running pod an init container that stays, and one before it that has ended. The restarts
// of the latter are no longer of interest once the pod is initialized.
func withSidecar(sidecar corev1.ContainerStatus) func(*corev1.Pod) {
	return func(pod *corev1.Pod) {
		always := corev1.ContainerRestartPolicyAlways
		pod.Spec.InitContainers = []corev1.Container{{Name: "fetch"}, {Name: "proxy", RestartPolicy: &always}}
		sidecar.Name = "proxy"
		pod.Status.InitContainerStatuses = []corev1.ContainerStatus{
			{Name: "fetch", RestartCount: 5, State: terminated(0, "Completed", 0)}, sidecar}
	}
}

func TestPodWithSidecar(t *testing.T) {
	g := gomega.NewWithT(t)
	g.Expect(podRow(t, withSidecar(corev1.ContainerStatus{
		Ready: true, Started: new(true), State: running(0), RestartCount: 1,
		LastTerminationState: terminated(1, "Error", 58*time.Second),
	}))).To(gomega.Equal([]string{"2/2", "Running", "1 (2s ago)"}))

	g.Expect(podRow(t, withSidecar(corev1.ContainerStatus{Started: new(true), State: running(0)}))).To(
		gomega.Equal([]string{"1/2", "Running", "0"}), "started, but not ready")

	// A restarting sidecar does not take an initialized pod back to Init, because the main container reports.
	g.Expect(podRow(t, func(pod *corev1.Pod) {
		withSidecar(corev1.ContainerStatus{State: waiting("CrashLoopBackOff"), RestartCount: 1})(pod)
		onlyContainer(terminated(0, "Completed", 0))(pod)
	})).To(gomega.Equal([]string{"0/2", "Completed", "1"}))
}
