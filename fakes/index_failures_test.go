package fakes

import (
	"math"
	"testing"
	"time"

	. "github.com/onsi/gomega"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
)

func TestIndexFails(t *testing.T) { // BPI-1, BPI-12, PFP-6, PFP-7
	failed := func(edits ...func(*corev1.Pod)) *corev1.Pod {
		return aPod("a", corev1.PodFailed, append(edits, exited("main", 3))...)
	}
	ignore := onCodes(batchv1.PodFailurePolicyActionIgnore, batchv1.PodFailurePolicyOnExitCodesOpIn, 3)
	failIndex := onCodes(batchv1.PodFailurePolicyActionFailIndex, batchv1.PodFailurePolicyOnExitCodesOpIn, 3)
	for _, c := range []struct {
		name string
		job  *batchv1.Job
		pod  *corev1.Pod
		want bool
	}{
		{"below the limit", newJob(indexedJob(2), perIndex(2)), failed(failures("1", "0")), false},
		{"at the limit", newJob(indexedJob(2), perIndex(2)), failed(failures("2", "0")), true},
		{"limit 0", newJob(indexedJob(2), perIndex(0)), failed(), true},
		{"running", newJob(indexedJob(2), perIndex(0)), aPod("a", corev1.PodRunning), false},
		{"succeeded", newJob(indexedJob(2), perIndex(0)), aPod("a", corev1.PodSucceeded), false},
		{"deleted", newJob(indexedJob(2), perIndex(0)), aPod("a", corev1.PodRunning, stopping), true},
		{"deleted under Failed", newJob(indexedJob(2), perIndex(0), replaceFailed), aPod("a", corev1.PodRunning, stopping), false},
		{"ignored failures before", newJob(indexedJob(2), perIndex(2)), failed(failures("0", "9")), false},
		{"ignored now", newJob(indexedJob(2), perIndex(0), withRules(ignore)), failed(), false},
		{"FailIndex", newJob(indexedJob(2), perIndex(5), withRules(failIndex)), failed(), true},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := Reference()
			NewWithT(t).Expect(indexFails(&d, c.job, c.pod)).To(Equal(c.want))
		})
	}
}

func TestFailuresAreHandedOn(t *testing.T) { // BPI-6, BPI-11, POD-8
	g := NewWithT(t)
	d := Reference()
	ignore := onCodes(batchv1.PodFailurePolicyActionIgnore, batchv1.PodFailurePolicyOnExitCodesOpIn, 3)
	job := newJob(indexedJob(2), perIndex(5), withRules(ignore))
	carried := func(failed *corev1.Pod) map[string]string {
		pod := newPod(&upstream, newJob())
		addFailures(&d, job, pod, failed)
		return pod.Annotations
	}
	const counted, ignored = "batch.kubernetes.io/job-index-failure-count", "batch.kubernetes.io/job-index-ignored-failure-count"
	g.Expect(carried(nil)).To(Equal(map[string]string{counted: "0"}))
	g.Expect(carried(aPod("a", corev1.PodFailed, exited("main", 1)))).To(Equal(map[string]string{counted: "1"}))
	g.Expect(carried(aPod("a", corev1.PodFailed, exited("main", 3), failures("2", "1")))).To(Equal(
		map[string]string{counted: "2", ignored: "2"}))
	for _, text := range []string{"", "x", "-1", "2147483648"} {
		g.Expect(indexFailures(aPod("a", corev1.PodFailed, failures(text, text)))).To(BeZero(), text)
	}
	most := aPod("a", corev1.PodFailed, exited("main", 1), failures("2147483647", "2147483647"))
	g.Expect(failuresAfter(&d, job, most).Counted).To(BeEquivalentTo(math.MaxInt32))
	g.Expect(indexBackoff(&d, most).Failures).To(BeEquivalentTo(math.MaxInt32))
}

func TestIndexBackoff(t *testing.T) { // BPI-8
	g := NewWithT(t)
	d := Reference()
	failed := aPod("a", corev1.PodFailed, ended(100), failures("2", "1"))
	g.Expect(backoffLeft(&d, indexBackoff(&d, failed), at(110))).To(Equal(70*time.Second), "80 s after the fourth failure")
}

func TestIsLaterFailure(t *testing.T) { // BPI-6
	g := NewWithT(t)
	d := Reference()
	pod := func(counted string, finished int) *corev1.Pod {
		return aPod("a", corev1.PodFailed, ended(finished), failures(counted, "0"))
	}
	g.Expect(isLaterFailure(&d, pod("1", 5), pod("0", 5))).To(BeTrue())
	g.Expect(isLaterFailure(&d, pod("0", 9), pod("0", 5))).To(BeTrue())
	g.Expect(isLaterFailure(&d, pod("0", 9), pod("1", 5))).To(BeFalse())
	g.Expect(isLaterFailure(&d, pod("1", 4), pod("0", 5))).To(BeFalse())
}

func TestFailedIndexesTest(t *testing.T) { // BPI-3, BPI-4, BPI-13, SYNC-1
	d := Reference()
	withMost := func(n int32) func(*batchv1.Job) { return func(j *batchv1.Job) { j.Spec.MaxFailedIndexes = &n } }
	for _, c := range []struct {
		name              string
		job               *batchv1.Job
		failed, completed []int32
		want              string
	}{
		{"none", newJob(indexedJob(3), perIndex(0), withMost(0)), nil, []int32{0, 1, 2}, ""},
		{"one, others to come", newJob(indexedJob(3), perIndex(0)), []int32{1}, []int32{0}, ""},
		{"one, the others done", newJob(indexedJob(3), perIndex(0)), []int32{1}, []int32{0, 2}, "FailedIndexes"},
		{"as many as may", newJob(indexedJob(3), perIndex(0), withMost(1)), []int32{1}, nil, ""},
		{"more than may", newJob(indexedJob(3), perIndex(0), withMost(1)), []int32{0, 1}, nil, "MaxFailedIndexesExceeded"},
		{"both", newJob(indexedJob(2), perIndex(0), withMost(1)), []int32{0, 1}, nil, "MaxFailedIndexesExceeded"},
	} {
		t.Run(c.name, func(t *testing.T) {
			g := NewWithT(t)
			v := failedIndexesTest(&d, Observation{Job: c.job, Indexes: &Indexes{
				Failed: indexesOf(c.failed), Completed: indexesOf(c.completed)}})
			if c.want == "" {
				g.Expect(v).To(BeNil())
				return
			}
			g.Expect(v.Success).To(BeFalse())
			g.Expect(v.Reason).To(Equal(c.want))
		})
	}
	NewWithT(t).Expect(failedIndexesTest(&d, Observation{Job: newJob()})).To(BeNil(), "NonIndexed")
}

func TestStaysUntilReplaced(t *testing.T) { // BPI-7, TRK-3
	g := NewWithT(t)
	d := Reference()
	failed := aPod("a", corev1.PodFailed)
	g.Expect(staysUntilReplaced(&d, newJob(), failed, nil)).To(BeTrue())
	g.Expect(staysUntilReplaced(&d, newJob(), failed, &Verdict{})).To(BeFalse(), "the Job is decided")
	g.Expect(staysUntilReplaced(&d, newJob(deleted), failed, nil)).To(BeFalse(), "the Job is being deleted")
	g.Expect(staysUntilReplaced(&d, newJob(), aPod("a", corev1.PodSucceeded), nil)).To(BeFalse())
}
