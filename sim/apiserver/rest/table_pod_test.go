package rest

import (
	"testing"
	"time"

	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"

	"github.com/jobsim/jobsim/sim/apiserver"
)

var (
	containerRuns = corev1.ContainerStatus{Ready: true, State: corev1.ContainerState{Running: &corev1.ContainerStateRunning{}}}
	isReady       = corev1.PodCondition{Type: corev1.PodReady, Status: corev1.ConditionTrue}
	isInitialized = corev1.PodCondition{Type: corev1.PodInitialized, Status: corev1.ConditionTrue}
)

func containerWaits(reason string, restarts int32, last *corev1.ContainerStateTerminated) corev1.ContainerStatus {
	return corev1.ContainerStatus{RestartCount: restarts, LastTerminationState: corev1.ContainerState{Terminated: last},
		State: corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: reason}}}
}

func containerEnded(reason string, exitCode, signal int32) corev1.ContainerStatus {
	return corev1.ContainerStatus{State: corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{
		Reason: reason, ExitCode: exitCode, Signal: signal, FinishedAt: ago(time.Minute)}}}
}

// testPod has as many containers as it has statuses of them.
func testPod(name string, status corev1.PodStatus) *corev1.Pod {
	return &corev1.Pod{ObjectMeta: metaOf(name, 10*time.Minute), Status: status, Spec: corev1.PodSpec{
		Containers:     make([]corev1.Container, max(1, len(status.ContainerStatuses))),
		InitContainers: make([]corev1.Container, len(status.InitContainerStatuses)),
	}}
}

func containers(phase corev1.PodPhase, statuses ...corev1.ContainerStatus) corev1.PodStatus {
	return corev1.PodStatus{Phase: phase, ContainerStatuses: statuses}
}

func TestPodTableOfContainers(t *testing.T) {
	gated := corev1.PodStatus{Phase: corev1.PodPending, Conditions: []corev1.PodCondition{
		{Type: corev1.PodScheduled, Status: corev1.ConditionFalse, Reason: corev1.PodReasonSchedulingGated}}}
	half := containers(corev1.PodRunning, containerEnded("Completed", 0, 0), containerRuns)
	half.Conditions = []corev1.PodCondition{isReady}
	last := &corev1.ContainerStateTerminated{FinishedAt: ago(3 * time.Minute)}
	earlier := &corev1.ContainerStateTerminated{FinishedAt: ago(5 * time.Minute)}
	NewWithT(t).Expect(shown(t, "Pod", false,
		testPod("new", corev1.PodStatus{Phase: corev1.PodPending}),
		testPod("gated", gated),
		testPod("creating", containers(corev1.PodPending, containerWaits("ContainerCreating", 0, nil))),
		testPod("running", containers(corev1.PodRunning, containerRuns)),
		testPod("crashing", containers(corev1.PodRunning, containerWaits("CrashLoopBackOff", 3, last), containerWaits("CrashLoopBackOff", 1, earlier))),
		testPod("forgotten", containers(corev1.PodRunning, containerWaits("CrashLoopBackOff", 3, nil))),
		testPod("completed", containers(corev1.PodSucceeded, containerEnded("Completed", 0, 0))),
		testPod("error", containers(corev1.PodFailed, containerEnded("Error", 1, 0))),
		testPod("error-2", containers(corev1.PodFailed, containerEnded("Completed", 0, 0), containerEnded("Error", 1, 0))),
		testPod("oom", containers(corev1.PodFailed, containerEnded("OOMKilled", 137, 0))),
		testPod("signal", containers(corev1.PodFailed, containerEnded("", 143, 15))),
		testPod("exit", containers(corev1.PodFailed, containerEnded("", 3, 0))),
		testPod("half", half),
		testPod("unready", containers(corev1.PodRunning, containerEnded("Completed", 0, 0), containerRuns)),
		testPod("evicted", corev1.PodStatus{Phase: corev1.PodFailed, Reason: "Evicted"}),
	)).To(Equal(`
NAME        READY   STATUS              RESTARTS     AGE
new         0/1     Pending             0            10m
gated       0/1     SchedulingGated     0            10m
creating    0/1     ContainerCreating   0            10m
running     1/1     Running             0            10m
crashing    0/2     CrashLoopBackOff    4 (3m ago)   10m
forgotten   0/1     CrashLoopBackOff    3            10m
completed   0/1     Completed           0            10m
error       0/1     Error               0            10m
error-2     0/2     Error               0            10m
oom         0/1     OOMKilled           0            10m
signal      0/1     Signal:15           0            10m
exit        0/1     ExitCode:3          0            10m
half        1/2     Running             0            10m
unready     1/2     NotReady            0            10m
evicted     0/1     Evicted             0            10m
`))
}

func TestPodTableOfInitContainers(t *testing.T) {
	initializing := func(statuses ...corev1.ContainerStatus) corev1.PodStatus {
		return corev1.PodStatus{Phase: corev1.PodPending, InitContainerStatuses: statuses,
			ContainerStatuses: []corev1.ContainerStatus{containerWaits("PodInitializing", 0, nil)}}
	}
	done := containerEnded("Completed", 0, 0)
	done.RestartCount = 2
	done.LastTerminationState.Terminated = &corev1.ContainerStateTerminated{FinishedAt: ago(time.Minute)}
	again := initializing(containerRuns)
	again.Conditions = []corev1.PodCondition{isInitialized}
	again.ContainerStatuses = []corev1.ContainerStatus{containerRuns}
	sidecar := containerRuns
	sidecar.Name, sidecar.Started, sidecar.RestartCount = "proxy", ptr.To(true), 1
	sidecar.LastTerminationState.Terminated = &corev1.ContainerStateTerminated{FinishedAt: ago(2 * time.Minute)}
	withSidecar := testPod("sidecar", corev1.PodStatus{Phase: corev1.PodRunning, InitContainerStatuses: []corev1.ContainerStatus{done, sidecar},
		ContainerStatuses: []corev1.ContainerStatus{containerRuns}})
	withSidecar.Spec.InitContainers[1] = corev1.Container{Name: "proxy", RestartPolicy: ptr.To(corev1.ContainerRestartPolicyAlways)}
	NewWithT(t).Expect(shown(t, "Pod", false,
		testPod("second", initializing(done, containerRuns)),
		testPod("first", initializing(containerWaits("PodInitializing", 0, nil), containerWaits("PodInitializing", 0, nil))),
		testPod("crashing", initializing(done, containerWaits("CrashLoopBackOff", 1, nil))),
		testPod("error", initializing(containerEnded("Error", 1, 0))),
		testPod("exit", initializing(containerEnded("", 1, 0))),
		testPod("signal", initializing(containerEnded("", 137, 9))),
		testPod("after", initializing(done)),
		testPod("again", again),
		withSidecar,
	)).To(Equal(`
NAME       READY   STATUS                  RESTARTS      AGE
second     0/1     Init:1/2                2 (60s ago)   10m
first      0/1     Init:0/2                0             10m
crashing   0/1     Init:CrashLoopBackOff   3 (60s ago)   10m
error      0/1     Init:Error              0             10m
exit       0/1     Init:ExitCode:1         0             10m
signal     0/1     Init:Signal:9           0             10m
after      0/1     PodInitializing         0             10m
again      1/1     Init:0/1                0             10m
sidecar    2/2     Running                 1 (2m ago)    10m
`))
}

func TestPodTableOfDeletedPods(t *testing.T) {
	deleted := func(name string, status corev1.PodStatus) apiserver.Object {
		pod := testPod(name, status)
		pod.DeletionTimestamp = ptr.To(ago(0))
		return pod
	}
	lost := containers(corev1.PodRunning, containerRuns)
	lost.Reason = "NodeLost"
	NewWithT(t).Expect(shown(t, "Pod", false,
		deleted("running", containers(corev1.PodRunning, containerRuns)),
		deleted("completed", containers(corev1.PodSucceeded, containerEnded("Completed", 0, 0))),
		deleted("failed", containers(corev1.PodFailed, containerEnded("Error", 1, 0))),
		deleted("lost", lost),
	)).To(Equal(`
NAME        READY   STATUS        RESTARTS   AGE
running     1/1     Terminating   0          10m
completed   0/1     Completed     0          10m
failed      0/1     Error         0          10m
lost        1/1     Unknown       0          10m
`))
}

func TestWidePodTable(t *testing.T) {
	placed := testPod("placed", containers(corev1.PodRunning, containerRuns))
	placed.Spec.NodeName, placed.Status.NominatedNodeName, placed.Status.PodIP = "n1", "n2", "10.0.0.7"
	placed.Spec.ReadinessGates = []corev1.PodReadinessGate{{ConditionType: "a"}, {ConditionType: "b"}}
	placed.Status.Conditions = []corev1.PodCondition{{Type: "a", Status: "True"}, {Type: "b", Status: "False"}}
	listed := testPod("listed", containers(corev1.PodRunning, containerRuns))
	listed.Status.PodIPs = []corev1.PodIP{{IP: "10.0.0.8"}, {IP: "fd00::8"}}
	NewWithT(t).Expect(shown(t, "Pod", true, placed, listed, testPod("new", corev1.PodStatus{Phase: corev1.PodPending}))).To(Equal(`
NAME     READY   STATUS    RESTARTS   AGE   IP         NODE     NOMINATED NODE   READINESS GATES
placed   1/1     Running   0          10m   10.0.0.7   n1       n2               1/2
listed   1/1     Running   0          10m   10.0.0.8   <none>   <none>           <none>
new      0/1     Pending   0          10m   <none>     <none>   <none>           <none>
`))
}

func TestRowsOfFinishedPodsSayThatTheyAre(t *testing.T) {
	rows := tableOf(kindNamed(t, "Pod"), []apiserver.Object{
		testPod("running", containers(corev1.PodRunning)),
		testPod("succeeded", containers(corev1.PodSucceeded)),
		testPod("failed", containers(corev1.PodFailed)),
	}, "7", tableNow, "").Rows
	g := NewWithT(t)
	g.Expect(rows[0].Conditions).To(BeEmpty())
	g.Expect(rows[1].Conditions).To(ConsistOf(HaveField("Reason", "Succeeded")))
	g.Expect(rows[2].Conditions).To(ConsistOf(And(HaveField("Reason", "Failed"), HaveField("Type", metav1.RowCompleted))))
}
