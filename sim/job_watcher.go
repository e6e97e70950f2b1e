package sim

import (
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/jobsim/jobsim/sim/apiserver"
	"github.com/jobsim/jobsim/sim/event"
)

// jobWatcher keeps what actions, triggers and the end of the run need to know of Jobs and their pods.
type jobWatcher struct {
	queue      *event.Queue
	unfinished map[types.UID]bool
	finishedAt time.Duration
	created    int
	// pods are the pods of each Job, by its name, in order of creation, whether they still exist or not.
	pods map[string][]*corev1.Pod
	at   map[types.UID]*place
}

type place struct {
	job    string
	number int
}

func watchJobs(s *apiserver.Server, q *event.Queue) *jobWatcher {
	w := &jobWatcher{
		queue: q, unfinished: map[types.UID]bool{}, pods: map[string][]*corev1.Pod{}, at: map[types.UID]*place{},
	}
	s.Subscribe(apiserver.Jobs, w.jobChanged)
	s.Subscribe(apiserver.Pods, w.podChanged)
	return w
}

func (w *jobWatcher) jobChanged(c apiserver.Change) {
	job := c.Object().(*batchv1.Job)
	if c.Old == nil {
		w.created++
	}
	if c.New != nil && !finished(job) {
		w.unfinished[job.UID] = true
		return
	}
	if w.unfinished[job.UID] {
		delete(w.unfinished, job.UID)
		w.finishedAt = max(w.finishedAt, w.queue.Now()) // another Job may have time to live still
	}
	if ttl := job.Spec.TTLSecondsAfterFinished; ttl != nil && c.New != nil && job.DeletionTimestamp == nil {
		// The story of such a Job ends with its deletion (TTL-1).
		w.finishedAt = max(w.finishedAt, w.queue.Now()+time.Duration(*ttl)*time.Second)
	}
}

// podChanged notes the newest version of a pod under its number.
func (w *jobWatcher) podChanged(c apiserver.Change) {
	pod := c.Object().(*corev1.Pod)
	p := w.at[pod.UID]
	if p == nil {
		owner := metav1.GetControllerOfNoCopy(pod)
		if owner == nil || owner.Kind != "Job" {
			return
		}
		p = &place{job: owner.Name, number: len(w.pods[owner.Name])}
		w.at[pod.UID] = p
		w.pods[owner.Name] = append(w.pods[owner.Name], pod)
		return
	}
	w.pods[p.job][p.number] = pod
}

// pod returns the number-th pod of a Job, from 1, as last seen; nil if there has been none.
func (w *jobWatcher) pod(job string, number int) *corev1.Pod {
	if number < 1 || number > len(w.pods[job]) {
		return nil
	}
	return w.pods[job][number-1]
}

// allFinished reports whether every Job that was created has finished or is gone, and since when.
func (w *jobWatcher) allFinished() (time.Duration, bool) {
	return w.finishedAt, w.created > 0 && len(w.unfinished) == 0
}

func finished(job *batchv1.Job) bool {
	for _, c := range job.Status.Conditions {
		if (c.Type == batchv1.JobComplete || c.Type == batchv1.JobFailed) && c.Status == corev1.ConditionTrue {
			return true
		}
	}
	return false
}
