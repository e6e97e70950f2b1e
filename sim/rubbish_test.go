package sim_test

import (
	"context"
	"strings"
	"testing"

	. "github.com/onsi/gomega"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/jobsim/jobsim/sim"
	"github.com/jobsim/jobsim/sim/adapter"
)

func keyOf(o client.Object) client.ObjectKey { return client.ObjectKeyFromObject(o) }

// podOf is a pod as a Job's controller makes it.
func podOf(j *batchv1.Job) *corev1.Pod {
	return &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{
			GenerateName: j.Name + "-", Namespace: j.Namespace, Labels: j.Spec.Template.Labels,
			OwnerReferences: []metav1.OwnerReference{*metav1.NewControllerRef(j, batchv1.SchemeGroupVersion.WithKind("Job"))},
		},
		Spec: *j.Spec.Template.Spec.DeepCopy(),
	}
}

// TestRubbishIsRefused lets implementations write what the real API server would not take.
func TestRubbishIsRefused(t *testing.T) {
	status := func(change func(*batchv1.JobStatus)) func(context.Context, *adapter.Env, *batchv1.Job) error {
		return func(ctx context.Context, env *adapter.Env, j *batchv1.Job) error {
			change(&j.Status)
			return env.Client.Status().Update(ctx, j)
		}
	}
	yes := func(kind batchv1.JobConditionType) batchv1.JobCondition {
		return batchv1.JobCondition{Type: kind, Status: corev1.ConditionTrue}
	}
	for name, c := range map[string]struct {
		do   func(context.Context, *adapter.Env, *batchv1.Job) error
		code int32
	}{
		"STV-1 negative counter": {status(func(s *batchv1.JobStatus) { s.Failed = -1 }), 422},
		"STV-5 Complete at once": {status(func(s *batchv1.JobStatus) {
			s.Conditions = []batchv1.JobCondition{yes(batchv1.JobComplete)}
		}), 422},
		"STV-14 ready above active": {status(func(s *batchv1.JobStatus) { s.Ready = new(int32(2)) }), 422},
		"pod without containers": {func(ctx context.Context, env *adapter.Env, j *batchv1.Job) error {
			pod := podOf(j)
			pod.Spec.Containers = nil
			return env.Client.Create(ctx, pod)
		}, 422},
		"pod without a name": {func(ctx context.Context, env *adapter.Env, j *batchv1.Job) error {
			pod := podOf(j)
			pod.GenerateName = ""
			return env.Client.Create(ctx, pod)
		}, 422},
		"empty pod": {func(ctx context.Context, env *adapter.Env, _ *batchv1.Job) error {
			return env.Client.Create(ctx, &corev1.Pod{})
		}, 400},
		"broken patch": {func(ctx context.Context, env *adapter.Env, j *batchv1.Job) error {
			return env.Client.Patch(ctx, j, client.RawPatch(types.MergePatchType, []byte("{")))
		}, 400},
		"immutable field": {func(ctx context.Context, env *adapter.Env, j *batchv1.Job) error {
			j.Spec.Completions = new(int32(7))
			return env.Client.Update(ctx, j)
		}, 422},
		"stale version": {func(ctx context.Context, env *adapter.Env, j *batchv1.Job) error {
			j.ResourceVersion, j.Spec.Suspend = "1", new(true)
			return env.Client.Update(ctx, j)
		}, 409},
	} {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			var told error
			res := runWith(t, story(job("work")), onJob(func(ctx context.Context, env *adapter.Env, j *batchv1.Job) error {
				told = c.do(ctx, env, j)
				return nil
			}))
			g.Expect(res.Ending).To(Equal(sim.Quiet))
			g.Expect(told).To(HaveOccurred())
			g.Expect(refused(res, c.code)).To(Equal(1), "%v", told)
			g.Expect(res.Jobs[0].Status.Conditions).To(BeEmpty())
			g.Expect(res.Pods).To(BeEmpty())
		})
	}
}

// What no client could even send is an error for the caller, or at worst the implementation's own panic.
func TestRubbishThatIsNoObject(t *testing.T) {
	g := NewWithT(t)
	var errs []error
	res := runWith(t, story(job("work")), onJob(func(ctx context.Context, env *adapter.Env, _ *batchv1.Job) error {
		unknown := &unstructured.Unstructured{}
		unknown.SetAPIVersion("example.com/v1")
		unknown.SetKind("Thing")
		errs = append(errs,
			env.Client.Create(ctx, unknown),
			env.Client.Create(ctx, &corev1.Secret{}),
			env.Client.List(ctx, &corev1.SecretList{}),
			env.Client.Get(ctx, client.ObjectKey{}, &corev1.ConfigMap{}),
			env.Client.SubResource("scale").Update(ctx, &batchv1.Job{}),
		)
		return nil
	}))
	g.Expect(res.Ending).To(Equal(sim.Quiet))
	for i, err := range errs {
		g.Expect(err).To(HaveOccurred(), "call %d", i)
	}

	for name, obj := range map[string]client.Object{
		"no object": nil, "nil pod": (*corev1.Pod)(nil), "nil job": (*batchv1.Job)(nil),
	} {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			var told error
			res := runWith(t, story(job("work")), onJob(func(ctx context.Context, env *adapter.Env, _ *batchv1.Job) error {
				told = env.Client.Create(ctx, obj)
				return nil
			}))
			if res.Ending == sim.Panicked {
				g.Expect(strings.ToLower(res.Failure.Error())).To(ContainSubstring("nil"))
				return
			}
			g.Expect(told).To(HaveOccurred())
			g.Expect(res.Ending).To(Equal(sim.Quiet))
		})
	}
}
