package fakes_test

import (
	"testing"
	"time"

	"github.com/onsi/gomega"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/jobsim/jobsim/fakes"
	"github.com/jobsim/jobsim/sim"
	"github.com/jobsim/jobsim/sim/event"
	"github.com/jobsim/jobsim/sim/kubelet"
	"github.com/jobsim/jobsim/sim/trace"
)

// figures are what was measured on the unmodified upstream controller, v1.37.2, in virtual time, with pods that start
// two seconds after their creation.
type figures struct {
	spec     func(*batchv1.JobSpec)
	script   kubelet.Script
	created  []time.Duration // pods
	interim  time.Duration   // FailureTarget or SuccessCriteriaMet
	terminal time.Duration   // Failed or Complete
}

func seconds(values ...int) []time.Duration {
	var all []time.Duration
	for _, v := range values {
		all = append(all, time.Duration(v)*time.Second)
	}
	return all
}

func TestUpstreamFigures(t *testing.T) {
	n := func(v int32) *int32 { return &v }
	limit := int64(60)
	start := 2 * time.Second
	// Pods took 1 s to die in the measurement, in which the controller's timer went off before the pod's death at the same
	// instant. Here the cluster goes first, so death comes a little later.
	die := kubelet.Stop{After: 1100 * time.Millisecond}
	for name, f := range map[string]figures{
		"5 completions at 2, 30 s pods": {
			spec:    func(s *batchv1.JobSpec) { s.Completions, s.Parallelism = n(5), n(2) },
			script:  kubelet.Script{Start: start, Runs: []kubelet.Run{{For: 30 * time.Second}}},
			created: seconds(0, 0, 33, 33, 66), interim: 99 * time.Second, terminal: 99 * time.Second,
		},
		"backoffLimit 3, Never, failing after 5 s": {
			spec:    func(s *batchv1.JobSpec) { s.BackoffLimit = n(3) },
			script:  kubelet.Script{Start: start, Runs: []kubelet.Run{{For: 5 * time.Second, Exit: 1}}},
			created: seconds(0, 17, 44, 91), interim: 99 * time.Second, terminal: 99 * time.Second,
		},
		"activeDeadlineSeconds 60, pods take 1 s to die": {
			spec: func(s *batchv1.JobSpec) { s.ActiveDeadlineSeconds = &limit },
			script: kubelet.Script{Start: start, Runs: []kubelet.Run{{For: kubelet.Forever}},
				Stop: die},
			created: seconds(0), interim: 60 * time.Second, terminal: 62 * time.Second,
		},
		"OnFailure, backoffLimit 3": {
			spec: func(s *batchv1.JobSpec) {
				s.BackoffLimit = n(3)
				s.Template.Spec.RestartPolicy = corev1.RestartPolicyOnFailure
			},
			script: kubelet.Script{Start: start, Runs: []kubelet.Run{{For: 5 * time.Second, Exit: 1}},
				Stop: die},
			created: seconds(0), interim: 48 * time.Second, terminal: 50 * time.Second,
		},
	} {
		t.Run(name, func(t *testing.T) {
			g := gomega.NewWithT(t)
			job := &batchv1.Job{ObjectMeta: metav1.ObjectMeta{Name: "figures"}}
			job.Spec.Template.Spec = corev1.PodSpec{RestartPolicy: corev1.RestartPolicyNever,
				Containers: []corev1.Container{{Name: "main", Image: "busybox"}}}
			f.spec(&job.Spec)
			res, err := sim.Run(&sim.Scenario{Name: "figures", Jobs: []*batchv1.Job{job}, Pods: []kubelet.Script{f.script}},
				fakes.ReferenceImplementation())
			g.Expect(err).NotTo(gomega.HaveOccurred())
			var created []time.Duration
			for _, e := range res.Trace.Entries {
				if e.Kind == trace.Call && e.Verb == "create" && e.Resource == "pods" && e.Subresource == "" {
					created = append(created, e.At)
				}
			}
			g.Expect(created).To(gomega.Equal(f.created))
			var times []time.Duration
			for _, c := range res.Job("figures").Status.Conditions {
				times = append(times, c.LastTransitionTime.Sub(event.Epoch))
			}
			g.Expect(times).To(gomega.Equal([]time.Duration{f.interim, f.terminal}))
		})
	}
}
