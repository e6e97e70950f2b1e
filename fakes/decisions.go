package fakes

import (
	"context"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/tools/record"
	"k8s.io/client-go/util/workqueue"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
)

// Decisions are the rules of the Job API, one small function each. All but NewPod are pure, and none may keep or change
// what it is given: the pods are shared with the cache. Those that add to a new pod, and those that record something in a
// status, change that and nothing else. A broken implementation replaces one of them.
type Decisions struct {
	Limits Limits
	// Finalizer is what pods are kept with until they are counted (POD-4).
	Finalizer string

	// AddIndexes tells the cache by what pods will be looked up, before anything is read from it.
	AddIndexes func(*Decisions, client.FieldIndexer) error

	// WakeOnJob tells whether a change of a Job causes a sync, and after how long; old is nil for a new Job (SYNC-6,
	// PAR-4, CTRL-7).
	WakeOnJob func(l Limits, old, job *batchv1.Job, finished bool) (after time.Duration, wakes bool)
	// WakeOnPod does the same for the pods of a Job; old is nil for a new pod, pod for one that is gone (SYNC-6).
	WakeOnPod func(l Limits, old, pod *corev1.Pod) (after time.Duration, wakes bool)
	// Retry makes the queue's memory of failed syncs (POD-11).
	Retry func(Limits) workqueue.TypedRateLimiter[reconcile.Request]
	// Visible returns an error while the caches are behind the controller's own writes (CTRL-4).
	Visible func(w *ownWrites, job *batchv1.Job, pods uint64, now time.Time, timeout time.Duration) error

	// IsOwner tells whether a controller reference to a Job of that name means this very Job (DEL-5).
	IsOwner func(ref *metav1.OwnerReference, job types.UID) bool
	// IsOrphan tells whether a pod has no controller, so that it may be adopted or has to be freed (SEL-5, TRK-9).
	IsOrphan func(*corev1.Pod) bool
	// Sweeps tells whether the finalizer is taken from a pod that no Job will count (TRK-9, FIN-16).
	Sweeps func(why StrayReason, pod *corev1.Pod) bool
	// MayAdopt tells whether the Job may become the controller of an orphan that its selector matches (SEL-1, SEL-4).
	MayAdopt func(*batchv1.Job, *corev1.Pod) bool
	// Recheck looks whether the Job may still adopt anything (SEL-3).
	Recheck func(context.Context, *jobSync) error
	// AdoptPatch is the patch that makes the Job the controller of a pod (SEL-1).
	AdoptPatch func(d *Decisions, pod types.UID, owner metav1.OwnerReference) ([]byte, error)
	// FinalizerPatch is the patch that has a pod counted, or given up (TRK-3, TRK-11).
	FinalizerPatch func(d *Decisions, pod *corev1.Pod) []byte
	// Release lists the calls that let a pod go whose labels no longer match (SEL-2).
	Release []PodCall

	// IsTracked tells whether a pod still waits to be accounted; released tells that its finalizer was removed already
	// (TRK-7, TRK-10).
	IsTracked func(d *Decisions, pod *corev1.Pod, released bool) bool
	// IsActive tells whether a pod may still do work and is meant to (STAT-1).
	IsActive func(*corev1.Pod) bool
	// IsReady tells whether an active pod counts in status.ready (STAT-2).
	IsReady func(*corev1.Pod) bool
	// IsTerminating tells whether a pod was asked to stop and has not stopped (STAT-3).
	IsTerminating func(*corev1.Pod) bool
	// IsSucceeded tells whether a pod is a success (COMP-15).
	IsSucceeded func(*corev1.Pod) bool
	// IsFailed tells whether a pod is a failure under the replacement policy of its Job (BL-3, PRP-1, PRP-2).
	IsFailed func(*batchv1.Job, *corev1.Pod) bool
	// Restarts is what a pod adds to the sum that is compared with backoffLimit (ONF-3, ONF-7).
	Restarts func(*corev1.Pod) int32
	// FinishTime is when a pod ended, from which the back-off delay runs (BO-3).
	FinishTime func(*corev1.Pod) time.Time

	// IsForeign tells whether somebody else manages the Job (MB-1).
	IsForeign func(*batchv1.Job) bool
	// IsFinished tells whether the Job is over and must not be touched again (SYNC-7).
	IsFinished func(*batchv1.Job) bool
	// IsSuspended tells whether the Job wants no pods for now (SUS-2).
	IsSuspended func(*batchv1.Job) bool
	// StartTime is status.startTime as this sync should see it (TIME-1, TIME-2).
	StartTime func(job *batchv1.Job, suspended bool, now time.Time) time.Time
	// DeadlineLeft is how long the Job may still run; ok is false when no deadline is running (ADS-1, ADS-5).
	DeadlineLeft func(job *batchv1.Job, suspended bool, now time.Time) (left time.Duration, ok bool)
	// DeadlinePassed tells whether that time is used up (ADS-1).
	DeadlinePassed func(left time.Duration) bool
	// FailuresExceeded tells whether too many pods failed (BL-1).
	FailuresExceeded func(job *batchv1.Job, failed int32) bool
	// RestartsExceeded tells whether containers were restarted in place too often (ONF-3).
	RestartsExceeded func(job *batchv1.Job, restarts int32) bool
	// Completed tells whether the work is done (COMP-1, COMP-3).
	Completed func(*batchv1.Job, Counts) bool
	// Outcome lists the tests that decide a Job before its pods are managed; the first that answers wins (SYNC-1).
	Outcome []OutcomeTest

	// MayManage tells whether this sync may create or delete pods to reach the wanted number (SYNC-8, SYNC-9).
	MayManage func(job *batchv1.Job, expectationsMet bool) bool
	// PodsWanted is how many pods should be active while the Job is not suspended (PAR-1).
	PodsWanted func(*batchv1.Job, Counts) int32
	// PodsMissing is how many pods may be created to reach the wanted number (PAR-2, PRP-3).
	PodsMissing func(job *batchv1.Job, wanted int32, c Counts) int32
	// VictimOrder sorts the pods of which the first are deleted when there are too many (PAR-6).
	VictimOrder func(a, b *corev1.Pod) int
	// NewPod builds a pod from the template of the Job (POD-1 to POD-5).
	NewPod func(*Decisions, *batchv1.Job) *corev1.Pod
	// IndexOf is the completion index of a pod, or -1 (IDX-8).
	IndexOf func(*corev1.Pod) int32
	// InRange tells whether an Indexed Job has an index (IDX-5, EIJ-2).
	InRange func(job *batchv1.Job, index int32) bool
	// Misplaced separates the active pods of an Indexed Job that must go however many there are (PAR-8).
	Misplaced func(d *Decisions, job *batchv1.Job, active []*corev1.Pod) (remove, keep []*corev1.Pod)
	// KeptOfIndex is the pod that stays of those of one index, which come in the order of VictimOrder (IDX-4).
	KeptOfIndex func([]*corev1.Pod) types.UID
	// TakenIndexes are those that must not get a pod (IDX-6, POD-13, PRP-4).
	TakenIndexes func(*batchv1.Job, *Indexes) IndexSet
	// NextIndexes chooses up to n of the indexes that are not taken (IDX-7).
	NextIndexes func(taken IndexSet, n int, completions int32) []int32
	// AddIndex makes a new pod one for an index (POD-6, POD-7).
	AddIndex func(job *batchv1.Job, pod *corev1.Pod, index int32)

	// IndexFails tells whether the failure of a pod is the end of its index (BPI-1, PFP-7).
	IndexFails func(*Decisions, *batchv1.Job, *corev1.Pod) bool
	// IndexFailures is what the index of a pod had gone through before (BPI-11).
	IndexFailures func(*corev1.Pod) IndexFailures
	// FailuresAfter is that of the next pod of the index (BPI-6).
	FailuresAfter func(d *Decisions, job *batchv1.Job, failed *corev1.Pod) IndexFailures
	// AddFailures has a new pod carry the failures of its index; failed is nil for its first pod (POD-8).
	AddFailures func(d *Decisions, job *batchv1.Job, pod, failed *corev1.Pod)
	// IndexBackoff is what the next pod of an index has to wait for (BPI-8).
	IndexBackoff func(d *Decisions, failed *corev1.Pod) Backoff
	// IsLaterFailure tells which of several failed pods of an index is replaced (BPI-6).
	IsLaterFailure func(d *Decisions, pod, than *corev1.Pod) bool
	// StaysUntilReplaced tells whether the last failed pod of an index keeps its finalizer (BPI-7).
	StaysUntilReplaced func(d *Decisions, job *batchv1.Job, pod *corev1.Pod, decided *Verdict) bool
	// TooManyIndexesFailed and NoIndexLeft tell whether the Job fails by its indexes (BPI-3, BPI-4).
	TooManyIndexesFailed func(job *batchv1.Job, failed int32) bool
	NoIndexLeft          func(*batchv1.Job, *Indexes) bool

	// MatchRule tells whether a rule of a pod failure policy matches a failed pod, and by what (PFP-3, PFP-4).
	MatchRule func(*batchv1.PodFailurePolicyRule, *corev1.Pod) (RuleMatch, bool)
	// AskPolicy is the answer of the whole policy, if the Job has one (PFP-2).
	AskPolicy func(*Decisions, *batchv1.Job, *corev1.Pod) PolicyAnswer
	// IgnoresFailure tells whether a failed pod does not count (PFP-6).
	IgnoresFailure func(*Decisions, *batchv1.Job, *corev1.Pod) bool
	// SuccessRuleMet tells whether a rule of a success policy is met (SP-1).
	SuccessRuleMet func(rule *batchv1.SuccessPolicyRule, completions int32, completed IndexSet) bool

	// IgnoresCreateError tells whether a pod that could not be created is no reason to try again (POD-10).
	IgnoresCreateError func(error) bool
	// NextBatch is the size of the next batch of creations; previous is 0 before the first (POD-9).
	NextBatch func(l Limits, previous int) int
	// NextBackoff is the back-off record after the pods that finished since the last one (BO-2, BO-4).
	NextBackoff func(old Backoff, succeeded, failed []time.Time) Backoff
	// BackoffDelay is how long to wait after the n-th failure since the last success (BO-1).
	BackoffDelay func(l Limits, n int32) time.Duration
	// HeldBack is how many of the missing pods must wait until the delay is over (BO-6).
	HeldBack func(missing int32, b Backoff) int32
	// BackoffWake is how soon to look again when that much of the delay is left (BO-12).
	BackoffWake func(l Limits, left time.Duration) time.Duration

	// CountAs tells into which counter a tracked pod goes, given the decision of this sync if there is one (FIN-17).
	CountAs func(d *Decisions, job *batchv1.Job, pod *corev1.Pod, decided *Verdict) Tally
	// MayRelease tells whether the tracking finalizer of a pod may go (TRK-3).
	MayRelease func(job *batchv1.Job, tally Tally, decided *Verdict) bool
	// MayFinish tells whether nothing stands between a decided Job and its terminal condition (FIN-4).
	MayFinish func(status *batchv1.JobStatus, terminating int32) bool

	// RecordInterim stores a decision in the status before the finalizers go; it reports a change (FIN-2, FIN-3,
	// FIN-5).
	RecordInterim func(status *batchv1.JobStatus, v Verdict, now time.Time) bool
	// RecordTerminal makes the status of a decided Job that of a finished one (FIN-1, TIME-5).
	RecordTerminal func(job *batchv1.Job, v Verdict, now time.Time)
	// RecordSuspended and RecordResumed store that the controller acted on spec.suspend (SUS-1, SUS-5, TIME-3).
	RecordSuspended, RecordResumed func(status *batchv1.JobStatus, now time.Time) bool

	// Announce says with events how the Job ended (EV-2, EV-3).
	Announce func(events record.EventRecorder, job *batchv1.Job, v Verdict)
	// Expiry is when a finished Job is to be deleted (TTL-1, TTL-2).
	Expiry func(*batchv1.Job) (at time.Time, expires bool)
	// RemoveExpired deletes it, if it still is (TTL-3, TTL-4).
	RemoveExpired func(context.Context, *Reconciler, reconcile.Request) error

	// WriteStatus stores the status (CTRL-5).
	WriteStatus func(context.Context, *jobSync) error

	// Removal lists the calls that take a surplus pod away, in order (PAR-9).
	Removal []PodCall
	// Steps lists what a sync does, in order (SYNC-4).
	Steps []Step
}

// Reference returns the decisions of the reference implementation.
func Reference() Decisions {
	d := Decisions{
		Limits:    UpstreamLimits(),
		Finalizer: batchv1.JobTrackingFinalizer,

		AddIndexes: (*Decisions).addIndexes,

		WakeOnJob: wakeOnJob,
		WakeOnPod: wakeOnPod,
		Retry:     retry,
		Visible:   (*ownWrites).visible,

		IsOwner:    isOwner,
		IsOrphan:   isOrphan,
		Sweeps:     sweeps,
		MayAdopt:   mayAdopt,
		Recheck:    recheck,
		AdoptPatch: adoptPatch,

		FinalizerPatch: finalizerPatch,
		Release:        releaseCalls(),

		IsForeign:        isForeign,
		IsFinished:       isFinished,
		IsSuspended:      isSuspended,
		StartTime:        startTime,
		DeadlineLeft:     deadlineLeft,
		DeadlinePassed:   deadlinePassed,
		FailuresExceeded: failuresExceeded,
		RestartsExceeded: restartsExceeded,
		Completed:        completed,
		Outcome:          outcomeTests(),

		MayManage:          mayManage,
		PodsWanted:         podsWanted,
		PodsMissing:        podsMissing,
		VictimOrder:        victimOrder,
		NewPod:             newPod,
		NextBatch:          nextBatch,
		IgnoresCreateError: namespaceTerminating,
		NextBackoff:        nextBackoff,
		BackoffDelay:       backoffDelay,
		HeldBack:           heldBack,
		BackoffWake:        backoffWake,

		CountAs:         countAs,
		MayRelease:      mayRelease,
		MayFinish:       mayFinish,
		RecordInterim:   recordInterim,
		RecordTerminal:  recordTerminal,
		RecordSuspended: recordSuspended,
		RecordResumed:   recordResumed,

		Announce:    announce,
		WriteStatus: writeStatus,

		Expiry:        expiry,
		RemoveExpired: removeExpired,

		Removal: removalCalls(),
		Steps:   syncSteps(),
	}
	d.decidePods()
	d.decideIndexes()
	d.decidePolicies()
	return d
}

// decidePods is what a pod is taken for.
func (d *Decisions) decidePods() {
	d.IsTracked = isTracked
	d.IsActive = isActive
	d.IsReady = isReady
	d.IsTerminating = isTerminating
	d.IsSucceeded = isSucceeded
	d.IsFailed = isFailed
	d.Restarts = restarts
	d.FinishTime = finishTime
}

// decideIndexes is what Indexed Jobs need.
func (d *Decisions) decideIndexes() {
	d.IndexOf = indexOf
	d.InRange = inRange
	d.Misplaced = misplaced
	d.KeptOfIndex = keptOfIndex
	d.TakenIndexes = takenIndexes
	d.NextIndexes = nextIndexes
	d.AddIndex = addIndex
	d.IndexFails = indexFails
	d.IndexFailures = indexFailures
	d.FailuresAfter = failuresAfter
	d.AddFailures = addFailures
	d.IndexBackoff = indexBackoff
	d.IsLaterFailure = isLaterFailure
	d.StaysUntilReplaced = staysUntilReplaced
	d.TooManyIndexesFailed = tooManyIndexesFailed
	d.NoIndexLeft = noIndexLeft
}

// decidePolicies is what failure and success policies need.
func (d *Decisions) decidePolicies() {
	d.MatchRule = matchRule
	d.AskPolicy = askPolicy
	d.IgnoresFailure = ignoresFailure
	d.SuccessRuleMet = successRuleMet
}
