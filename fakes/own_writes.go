package fakes

import (
	"fmt"
	"strconv"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	"k8s.io/apimachinery/pkg/types"
)

// ownWrites remembers how far the caches must have come before a Job may be synced again (CTRL-4). Pod deletions are
// not among them: they have no resourceVersion of their own.
type ownWrites struct {
	job   uint64
	pod   uint64
	uid   types.UID // the pod that was written last
	since time.Time // when it was
}

func (w *ownWrites) wroteJob(resourceVersion string) {
	w.job = max(w.job, parseVersion(resourceVersion))
}

func (w *ownWrites) wrotePod(uid types.UID, resourceVersion string, now time.Time) {
	if version := parseVersion(resourceVersion); version > w.pod {
		w.pod, w.uid, w.since = version, uid, now
	}
}

// podGone is for the deletion event of a pod, after which no event will show what was written to it. Events come in
// order, so whatever was written before has been seen as well.
func (w *ownWrites) podGone(uid types.UID) {
	if w.uid == uid {
		w.pod = 0
	}
}

// visible returns nil once the caches show all of it: the Job as it was read, and pods up to the version pods. A pod
// that was written and vanished while the watch was broken is never seen, so it is not waited for longer than
// timeout.
func (w *ownWrites) visible(job *batchv1.Job, pods uint64, now time.Time, timeout time.Duration) error {
	if seen := parseVersion(job.ResourceVersion); seen < w.job {
		return fmt.Errorf("cached Job %s/%s is at resourceVersion %d: expected its own write %d",
			job.Namespace, job.Name, seen, w.job)
	}
	if pods < w.pod && now.Sub(w.since) <= timeout {
		return fmt.Errorf("cached pods are at resourceVersion %d: expected the write %d for Job %s/%s",
			pods, w.pod, job.Namespace, job.Name)
	}
	return nil
}

// parseVersion orders resource versions as the API server does; 0 is for those that cannot be ordered, which are never
// waited for.
func parseVersion(resourceVersion string) uint64 {
	version, err := strconv.ParseUint(resourceVersion, 10, 64)
	if err != nil {
		return 0
	}
	return version
}
