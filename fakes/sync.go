package fakes

import (
	"context"
	"fmt"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
)

// Step is one phase of a sync. An error ends the sync.
type Step struct {
	Name string
	Do   func(context.Context, *jobSync) error
}

// syncSteps is SYNC-4. The last four are the three phases of TRK-1, whose order makes the accounting survive a crash
// between any two calls: a pod is listed, then freed, then counted.
func syncSteps() []Step {
	return []Step{
		{Name: "claim", Do: claim},
		{Name: "observe", Do: observe},
		{Name: "decide", Do: decide},
		{Name: "manage", Do: manage},
		{Name: "account", Do: account},
		{Name: "list", Do: list},
		{Name: "free", Do: free},
		{Name: "settle", Do: settle},
	}
}

// jobSync is one sync: all that one evaluation of a Job knows, filled in step by step.
type jobSync struct {
	r   *Reconciler
	d   *Decisions
	req reconcile.Request
	mem *memory

	// job is this sync's own copy; its status is what will be written.
	job *batchv1.Job
	// pods are the pods of the Job, own before adopted, each in the order of arrival in the cache.
	pods []ownedPod
	// expectationsMet tells whether the pods in the cache can be trusted to be all there are (SYNC-9).
	expectationsMet bool

	counts    Counts
	active    []*corev1.Pod
	indexes   *Indexes // nil unless the Job is Indexed
	suspended bool
	backoff   Backoff

	// verdict is the decision of this sync, or an earlier one, if it may be acted on; since is when it was found.
	verdict *Verdict
	since   time.Time
	// manageErr is the first failure to create or delete a pod. The accounting goes on regardless.
	manageErr error

	// listed are the UIDs in the uncounted lists of the status as it was read.
	listed map[types.UID]struct{}
	// held are the listed UIDs, old and new, whose pods still carry the finalizer.
	held map[types.UID]struct{}
	// release are the pods that this sync frees; capped tells that there are more of them than it may (TRK-4).
	release []*corev1.Pod
	capped  bool
	// dirty tells that the status must be written.
	dirty bool
}

// sync takes the Job one step further. The pods are those whose controller it is.
func (r *Reconciler) sync(
	ctx context.Context, req reconcile.Request, job *batchv1.Job, mem *memory, own []*corev1.Pod,
) error {
	s := &jobSync{r: r, d: &r.d, req: req, job: job, mem: mem, pods: make([]ownedPod, 0, len(own))}
	now := r.now()
	if s.expectationsMet = mem.expected.met(now, r.d.Limits.ExpectationsTimeout); !s.expectationsMet {
		// The event of a pod that came and went while the watch was broken never comes.
		r.wakeAt(req, mem.expected.since.Add(r.d.Limits.ExpectationsTimeout).Sub(now))
	}
	// What was released is settled here, before any call gives events a chance to change it.
	for _, pod := range own {
		_, released := mem.released[pod.UID]
		s.pods = append(s.pods, ownedPod{Pod: pod, tracked: r.d.IsTracked(&r.d, pod, released)})
	}
	for _, step := range r.d.Steps {
		if err := step.Do(ctx, s); err != nil {
			return fmt.Errorf("syncing Job %s, step %s: %w", req, step.Name, err)
		}
	}
	if s.manageErr != nil {
		return fmt.Errorf("managing pods of Job %s: %w", req, s.manageErr)
	}
	return nil
}

// decide looks for a verdict, and sets the timer for a deadline that has not come (ADS-4), also when one of the tests
// after it decides, as upstream does.
func decide(ctx context.Context, s *jobSync) error {
	s.since = s.r.now()
	pods, err := s.podsToJudge(ctx)
	if err != nil {
		return err
	}
	o := Observation{
		Job: s.job, Counts: s.counts, Indexes: s.indexes, Pods: pods, Suspended: s.suspended, Now: s.since,
	}
	asked := false // whether the deadline was
	for _, test := range s.d.Outcome {
		if s.verdict = test.Decide(s.d, o); s.verdict != nil {
			break
		}
		asked = asked || test.Name == deadlineTestName
	}
	if s.verdict != nil && !asked {
		return nil
	}
	if left, running := s.d.DeadlineLeft(s.job, s.suspended, s.since); running {
		s.r.wakeAt(s.req, left)
	}
	return nil
}

// writeStatus stores the status and takes over what the API server made of it.
func writeStatus(ctx context.Context, s *jobSync) error {
	if err := s.r.client.Status().Update(ctx, s.job); err != nil {
		return fmt.Errorf("writing the status of Job %s: %w", s.req, err)
	}
	s.mem.writes.wroteJob(s.job.ResourceVersion)
	s.dirty = false
	return nil
}
