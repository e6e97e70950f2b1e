package kubectl_test

import (
	"bytes"
	"testing"
	"time"

	"github.com/onsi/gomega"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/jobsim/jobsim/cmd/jobsim/internal/kubectl"
)

func get(t *testing.T, jobs []*batchv1.Job, pods []*corev1.Pod, now time.Duration) string {
	t.Helper()
	out := &bytes.Buffer{}
	gomega.NewWithT(t).Expect(kubectl.Get(out, jobs, pods, start.Add(now))).To(gomega.Succeed())
	return out.String()
}

// crashLoopJob has just started; its container will exit 1 again and again.
func crashLoopJob() *batchv1.Job {
	job := &batchv1.Job{ObjectMeta: metav1.ObjectMeta{
		Name: "crash-loop", Namespace: "default", CreationTimestamp: at(0)}}
	job.Spec.Completions, job.Spec.Parallelism = new(int32(1)), new(int32(1))
	job.Status.StartTime = atPtr(0)
	return job
}

func TestGetJobsAndPods(t *testing.T) {
	crashing := runningPod("crash-loop-8x2vq", 0)
	crashing.Status.ContainerStatuses[0] = corev1.ContainerStatus{
		Name: "main", RestartCount: 3, State: waiting("CrashLoopBackOff"),
		LastTerminationState: terminated(1, "Error", 55*time.Second),
	}
	failed := runningPod("pi-4hx7k", 0)
	failed.Status.Phase = corev1.PodFailed
	failed.Status.ContainerStatuses[0] = corev1.ContainerStatus{
		Name: "main", State: terminated(1, "Error", 10*time.Second)}
	done := runningPod("pi-zq5bn", 20*time.Second)
	done.Status.Phase = corev1.PodSucceeded
	done.Status.ContainerStatuses[0] = corev1.ContainerStatus{
		Name: "main", State: terminated(0, "Completed", 64*time.Second)}

	// Given in the order of creation, shown in the order of the API server's list.
	jobs := []*batchv1.Job{retriedJob(), crashLoopJob()}
	pods := []*corev1.Pod{failed, done, crashing}
	gomega.NewWithT(t).Expect(get(t, jobs, pods, 65*time.Second)).To(gomega.Equal(
		`NAME                   STATUS     COMPLETIONS   DURATION   AGE
job.batch/crash-loop   Running    0/1           65s        65s
job.batch/pi           Complete   1/1           65s        65s

NAME                   READY   STATUS             RESTARTS      AGE
pod/crash-loop-8x2vq   0/1     CrashLoopBackOff   3 (10s ago)   65s
pod/pi-4hx7k           0/1     Error              0             65s
pod/pi-zq5bn           0/1     Completed          0             45s
`))
	gomega.NewWithT(t).Expect(jobs[0].Name).To(gomega.Equal("pi"), "the caller's slice is not sorted")
}

// A kind without objects has no header, and names keep their kind because two kinds were asked for.
func TestGetOneKindOnly(t *testing.T) {
	g := gomega.NewWithT(t)
	suspended := crashLoopJob()
	suspended.Status.StartTime = nil
	suspended.Status.Conditions = []batchv1.JobCondition{{Type: batchv1.JobSuspended, Status: corev1.ConditionTrue}}
	g.Expect(get(t, []*batchv1.Job{suspended}, nil, 3*time.Hour)).To(gomega.Equal(
		`NAME                   STATUS      COMPLETIONS   DURATION   AGE
job.batch/crash-loop   Suspended   0/1                      3h
`))
	g.Expect(get(t, nil, []*corev1.Pod{runningPod("orphan", 0)}, 200*time.Second)).To(gomega.Equal(
		`NAME         READY   STATUS    RESTARTS   AGE
pod/orphan   1/1     Running   0          3m20s
`))
	g.Expect(get(t, nil, nil, 0)).To(gomega.BeEmpty())
}

func TestGetSeveralNamespaces(t *testing.T) {
	other := crashLoopJob()
	other.Namespace = "batch"
	gomega.NewWithT(t).Expect(
		get(t, []*batchv1.Job{crashLoopJob(), other}, []*corev1.Pod{runningPod("pi-4hx7k", 0)}, time.Second),
	).To(gomega.Equal(
		`NAMESPACE   NAME                   STATUS    COMPLETIONS   DURATION   AGE
batch       job.batch/crash-loop   Running   0/1           1s         1s
default     job.batch/crash-loop   Running   0/1           1s         1s

NAMESPACE   NAME           READY   STATUS    RESTARTS   AGE
default     pod/pi-4hx7k   1/1     Running   0          1s
`))
}

// Two calls with the same arguments give the same bytes, whatever the wall clock did between them.
func TestGetIsAFunctionOfItsArguments(t *testing.T) {
	jobs, pods := []*batchv1.Job{retriedJob(), crashLoopJob()}, []*corev1.Pod{runningPod("pi-4hx7k", 0)}
	first := get(t, jobs, pods, 90*time.Second)
	gomega.NewWithT(t).Expect(get(t, jobs, pods, 90*time.Second)).To(gomega.Equal(first))
	gomega.NewWithT(t).Expect(get(t, jobs, pods, 91*time.Second)).NotTo(gomega.Equal(first))
}
