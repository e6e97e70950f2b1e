package fakes

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/benbjohnson/clock"
	"github.com/go-logr/logr"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/tools/record"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/jobsim/jobsim/sim/adapter"
)

// Reconciler is one instance of a Job controller. It is driven by one goroutine at a time, but its event handlers may
// run while one of its API calls is under way.
type Reconciler struct {
	client client.Client
	live   client.Reader
	clock  clock.Clock
	events record.EventRecorder
	log    logr.Logger

	d        Decisions
	memories map[types.UID]*memory
	// job is the Job of the sync that is under way, livePods and orphanPods are its lists; their memory
	// serves the next one.
	job                  batchv1.Job
	livePods, orphanPods listing
	accounted            listing
	// podVersion is the highest resourceVersion that pod events have shown.
	podVersion uint64
	// notes are what a broken implementation remembers beyond that.
	notes map[string]any
	// timers are when Jobs must be synced even if nothing happens and even if the last sync failed (ADS-4).
	timers map[reconcile.Request]time.Time
}

var (
	_ reconcile.Reconciler = (*Reconciler)(nil)
	_ adapter.Configured   = (*Reconciler)(nil)
)

// NewReference makes an instance of the reference implementation. It fails only if env refuses the indexes it needs.
func NewReference(env *adapter.Env) (*Reconciler, error) {
	return New(env, Reference())
}

// New makes an instance that decides as it is told, for implementations that are wrong in one point.
func New(env *adapter.Env, d Decisions) (*Reconciler, error) {
	if err := d.AddIndexes(&d, env.Fields); err != nil {
		return nil, err
	}
	return &Reconciler{
		client:   env.Client,
		live:     env.APIReader,
		clock:    env.Clock,
		events:   env.Events,
		log:      env.Log,
		d:        d,
		memories: map[types.UID]*memory{},
		notes:    map[string]any{},
		timers:   map[reconcile.Request]time.Time{},
	}, nil
}

// Reconcile syncs one Job, or frees one orphan pod. An error means that it should be tried again after the delay that
// RateLimiter tells.
func (r *Reconciler) Reconcile(ctx context.Context, req reconcile.Request) (reconcile.Result, error) {
	if pod, ok := orphanOf(req); ok {
		return reconcile.Result{}, r.freeOrphan(ctx, pod)
	}
	before, timed := r.timers[req]
	delete(r.timers, req) // whatever must be waited for still, this sync finds out again
	if err := r.reconcileJob(ctx, req); err != nil {
		if timed && before.After(r.now()) { // unless it failed before that
			r.wakeAt(req, before.Sub(r.now()))
		}
		return reconcile.Result{}, err
	}
	at, ok := r.timers[req]
	if !ok {
		return reconcile.Result{}, nil
	}
	// A timer that went off while the sync was waiting for the API server still needs a positive delay to be heard.
	return reconcile.Result{RequeueAfter: max(at.Sub(r.now()), 1)}, nil
}

func (r *Reconciler) reconcileJob(ctx context.Context, req reconcile.Request) error {
	job := &r.job
	*job = batchv1.Job{}
	// Shared with the cache, like the pods. What a sync changes is the status, of which it gets a copy.
	err := r.client.Get(ctx, req.NamespacedName, job, client.UnsafeDisableDeepCopy)
	job.Status = *job.Status.DeepCopy()
	if err != nil && !apierrors.IsNotFound(err) {
		return fmt.Errorf("reading Job %s: %w", req, err)
	}
	found := err == nil
	now := r.now()
	pods, err := r.podsByJobName(ctx, req.NamespacedName)
	if err != nil {
		return err
	}
	own, strays := r.splitByOwner(pods, job.UID)
	if !found || r.d.IsForeign(job) || r.d.IsFinished(job) {
		delete(r.timers, req)
	}
	if err := r.freeStrays(ctx, req.NamespacedName, strays); err != nil || !found {
		return err
	}
	if r.d.IsForeign(job) {
		return r.expire(ctx, req, job)
	}
	if len(strays) > 0 {
		// Pods may have arrived in the cache during these calls. Whether all expected ones have is asked next, so the
		// pods must not be older than the answer (CTRL-2).
		if pods, err = r.podsByJobName(ctx, req.NamespacedName); err != nil {
			return err
		}
		own, _ = r.splitByOwner(pods, job.UID)
	}
	if r.d.IsFinished(job) {
		r.forget(job.UID)
		return errors.Join(r.freeAll(ctx, jobFinished, own), r.expire(ctx, req, job))
	}
	mem := r.remember(job.UID)
	if err := r.d.Visible(&mem.writes, job, r.podVersion, now, r.d.Limits.ExpectationsTimeout); err != nil {
		return err
	}
	if mem.finished || r.refuse(job) {
		return nil
	}
	return r.sync(ctx, req, job, mem, own)
}

// splitByOwner separates the pods of the Job with that UID from those of its predecessors of the same name (DEL-5).
func (r *Reconciler) splitByOwner(pods []corev1.Pod, uid types.UID) (own, strays []*corev1.Pod) {
	own = make([]*corev1.Pod, 0, len(pods))
	for i := range pods {
		switch pod := &pods[i]; {
		case r.d.IsOwner(jobOwner(pod), uid):
			own = append(own, pod)
		case r.d.carriesFinalizer(pod):
			strays = append(strays, pod)
		}
	}
	return own, strays
}

// isOwner is DEL-5: a name says nothing, since it may have been given again.
func isOwner(ref *metav1.OwnerReference, job types.UID) bool {
	return ref.UID == job
}

func (r *Reconciler) now() time.Time {
	return r.clock.Now()
}

// wakeAt asks for a sync after the delay; of several the earliest counts.
func (r *Reconciler) wakeAt(req reconcile.Request, delay time.Duration) {
	at := r.now().Add(delay)
	if old, ok := r.timers[req]; !ok || at.Before(old) {
		r.timers[req] = at
	}
}
