package differential

import (
	"fmt"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"

	"github.com/jobsim/jobsim/sim/apiserver"
)

// store puts a Job with its status into a simulated server, and returns it as the real server would have it in etcd. It
// returns nil when the Job is not accepted. Callers that are part of the cluster are trusted, so any status is stored.
func (s *simulated) store(job *batchv1.Job) (old *batchv1.Job, etcdForm []byte) {
	status := job.Status
	obj, err := s.server.For("user", 0).Create(job)
	if err != nil {
		return nil, nil
	}
	withStatus := obj.DeepCopyObject().(*batchv1.Job)
	withStatus.Status = status
	if obj, err = s.server.As("cluster").UpdateStatus(withStatus); err != nil {
		panic(err)
	}
	if len(job.Finalizers) > 0 && len(job.Annotations) > 0 { // as good a coin as any
		key := apiserver.KeyOf(obj)
		if err := s.server.As("cluster").Delete(key, nil); err != nil {
			panic(err)
		}
		if obj, err = s.server.As("cluster").Get(key); err != nil {
			return nil, nil
		}
	}
	old = obj.(*batchv1.Job)
	etcdForm, err = runtime.Encode(etcd(), old)
	if err != nil {
		panic(err)
	}
	return old, etcdForm
}

// successor is a copy of a stored Job for a client to edit and send back.
func successor(old *batchv1.Job) *batchv1.Job {
	job := old.DeepCopy()
	job.TypeMeta = metav1.TypeMeta{APIVersion: "batch/v1", Kind: "Job"}
	return job
}

// stamp is one of a few times.
func stamp(s source) *metav1.Time {
	return maybe(s, metav1.NewTime(birth.Add(10*time.Second)), metav1.NewTime(birth.Add(20*time.Second)))
}

// plausibleStatus is a status as Jobs have it, more or less: any of its fields may be at odds with another.
func plausibleStatus(s source) batchv1.JobStatus {
	status := batchv1.JobStatus{StartTime: stamp(s), Active: int32(s.IntN(3)), Succeeded: int32(s.IntN(4)),
		Failed: int32(s.IntN(3)), Ready: maybe[int32](s, 0, 1), Terminating: maybe[int32](s, 0, 0, 1)}
	if s.chance(2) {
		status.UncountedTerminatedPods = uncounted(s)
	}
	if s.chance(3) {
		status.CompletedIndexes = pick(s, "0", "0-2", "1")
	}
	if s.chance(3) {
		status.FailedIndexes = maybe(s, "", "1", "2")
	}
	if s.chance(3) {
		status.Conditions = history(s)
		status.CompletionTime = stamp(s)
	}
	return status
}

// history is a list of conditions that a Job can have.
func history(s source) []batchv1.JobCondition {
	var list []batchv1.JobCondition
	for _, kind := range pick(s, nil,
		[]batchv1.JobConditionType{batchv1.JobSuspended},
		[]batchv1.JobConditionType{batchv1.JobFailureTarget},
		[]batchv1.JobConditionType{batchv1.JobSuccessCriteriaMet},
		[]batchv1.JobConditionType{batchv1.JobFailureTarget, batchv1.JobFailed},
		[]batchv1.JobConditionType{batchv1.JobSuccessCriteriaMet, batchv1.JobComplete},
		[]batchv1.JobConditionType{batchv1.JobComplete}, []batchv1.JobConditionType{batchv1.JobFailed},
	) {
		list = append(list, batchv1.JobCondition{Type: kind, Status: corev1.ConditionTrue, LastProbeTime: birth,
			LastTransitionTime: birth})
	}
	return list
}

func uncounted(s source) *batchv1.UncountedTerminatedPods {
	lists := &batchv1.UncountedTerminatedPods{}
	for range s.IntN(3) {
		lists.Succeeded = append(lists.Succeeded, types.UID(fmt.Sprintf("pod-%d", s.IntN(4))))
	}
	for range s.IntN(3) {
		lists.Failed = append(lists.Failed, types.UID(pick(s, "pod-0", "pod-5", "pod-6", "pod-7", "")))
	}
	return lists
}

// mutateStatus changes one field of a status, most often by a little.
func mutateStatus(s source, status *batchv1.JobStatus) {
	around := func(n int32) int32 { return n + pick[int32](s, -1, -1, 0, 1, 2, -5) }
	switch s.IntN(11) {
	case 0:
		status.Active = around(status.Active)
	case 1:
		status.Succeeded = around(status.Succeeded)
	case 2:
		status.Failed = around(status.Failed)
	case 3:
		status.Ready = maybe(s, 0, around(status.Active))
	case 4:
		status.Terminating = maybe(s, 0, 1, around(0))
	case 5:
		status.StartTime = stamp(s)
	case 6:
		status.CompletionTime = stamp(s)
	case 7:
		status.UncountedTerminatedPods = pick(s, nil, uncounted(s))
	case 8:
		status.CompletedIndexes = pick(s, indexLists[:len(indexLists)-1]...)
	case 9:
		status.FailedIndexes = maybe(s, indexLists[:len(indexLists)-1]...)
	default:
		mutateConditions(s, status)
	}
}

func mutateConditions(s source, status *batchv1.JobStatus) {
	n := len(status.Conditions)
	switch {
	case n > 0 && s.chance(4):
		status.Conditions = status.Conditions[:n-1]
	case n > 0 && s.chance(3):
		status.Conditions[s.IntN(n)].Status = pick(s, corev1.ConditionTrue, corev1.ConditionFalse, corev1.ConditionUnknown, "")
	default:
		status.Conditions = append(status.Conditions, batchv1.JobCondition{
			Type: pick(s, batchv1.JobComplete, batchv1.JobFailed, batchv1.JobFailureTarget, batchv1.JobSuccessCriteriaMet,
				batchv1.JobSuspended, "a.io/other"),
			Status:        pick(s, corev1.ConditionTrue, corev1.ConditionTrue, corev1.ConditionFalse),
			LastProbeTime: birth, LastTransitionTime: birth,
		})
	}
}

// finish gives a status everything that a finished Job needs, so that writes of terminal conditions can be accepted.
func finish(s source, status *batchv1.JobStatus) {
	interim, terminal := batchv1.JobFailureTarget, batchv1.JobFailed
	if s.chance(2) {
		interim, terminal = batchv1.JobSuccessCriteriaMet, batchv1.JobComplete
		status.CompletionTime = new(metav1.NewTime(birth.Add(30 * time.Second)))
	}
	status.Active, status.Ready, status.Terminating = 0, new(int32(0)), new(int32(0))
	status.UncountedTerminatedPods = &batchv1.UncountedTerminatedPods{}
	if status.StartTime == nil {
		status.StartTime = new(metav1.NewTime(birth.Add(10 * time.Second)))
	}
	for _, kind := range []batchv1.JobConditionType{interim, terminal} {
		status.Conditions = append(status.Conditions, batchv1.JobCondition{Type: kind, Status: corev1.ConditionTrue,
			LastProbeTime: birth, LastTransitionTime: birth})
	}
}
