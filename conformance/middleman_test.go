package conformance

import (
	"context"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/jobsim/jobsim/fakes"
	"github.com/jobsim/jobsim/sim"
	"github.com/jobsim/jobsim/sim/adapter"
	"github.com/jobsim/jobsim/sim/apiserver"
)

// middleman stands between the reference and the API server, for mistakes that are none of a decision.
type middleman struct {
	client.Client
	// status changes what is written to status.
	status func(*batchv1.Job)
	// swallow hides errors of status writes, creations, patches and deletions.
	swallow bool
	// idlePatch and idleDelete pretend to have done it.
	idlePatch, idleDelete bool
	// twice repeats patches, and status writes that finish a Job.
	twice bool
}

// between makes an implementation of decisions whose client goes through m; of the reference itself if m is nil.
func (m *middleman) between(d fakes.Decisions) adapter.Implementation {
	if m == nil {
		return fakes.Implementation("mutant", d)
	}
	return adapter.Reconciler("mutant", func(env *adapter.Env) (reconcile.Reconciler, error) {
		changed, mine := *env, *m
		mine.Client = env.Client
		changed.Client = &mine
		return fakes.New(&changed, d)
	})
}

func (m *middleman) hide(err error) error {
	if m.swallow {
		return nil
	}
	return err
}

func (m *middleman) Create(ctx context.Context, obj client.Object, opts ...client.CreateOption) error {
	return m.hide(m.Client.Create(ctx, obj, opts...))
}

func (m *middleman) Patch(ctx context.Context, obj client.Object, patch client.Patch, opts ...client.PatchOption) error {
	if m.idlePatch {
		return nil
	}
	if m.twice {
		_ = m.Client.Patch(ctx, obj, patch, opts...)
	}
	return m.hide(m.Client.Patch(ctx, obj, patch, opts...))
}

func (m *middleman) Delete(ctx context.Context, obj client.Object, opts ...client.DeleteOption) error {
	if m.idleDelete {
		return nil
	}
	return m.hide(m.Client.Delete(ctx, obj, opts...))
}

func (m *middleman) Status() client.SubResourceWriter { return middlemanStatus{m.Client.Status(), m} }

type middlemanStatus struct {
	client.SubResourceWriter
	m *middleman
}

func (s middlemanStatus) Update(ctx context.Context, obj client.Object, opts ...client.SubResourceUpdateOption) error {
	job := obj.(*batchv1.Job)
	if s.m.status != nil {
		s.m.status(job)
	}
	err := s.SubResourceWriter.Update(ctx, job, opts...)
	if s.m.twice && isFinished(job) && err == nil {
		err = s.SubResourceWriter.Update(ctx, job, opts...)
	}
	return s.m.hide(err)
}

func failingAfter(at time.Duration, verb string, resource, subresource string, code int32, times int) sim.Fault {
	reasons := map[int32]metav1.StatusReason{
		403: metav1.StatusReasonForbidden, 409: metav1.StatusReasonConflict, 500: metav1.StatusReasonInternalError,
	}
	return sim.Fault{When: after(at), Error: &sim.CallError{
		Match:  sim.CallMatch{Verb: verb, Resource: apiserver.Resource(resource), Subresource: subresource},
		Status: metav1.Status{Code: code, Reason: reasons[code], Status: metav1.StatusFailure, Message: "injected"}, Times: times,
	}}
}

// silentPods holds back all events of pods.
func silentPods(at, span int) sim.Fault {
	return sim.Fault{When: after(seconds(at)), Watch: &sim.WatchFault{Resource: apiserver.Pods, Stall: true, For: seconds(span)}}
}
