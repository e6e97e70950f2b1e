package conformance

import (
	"reflect"
	"slices"
	"testing"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/jobsim/jobsim/fakes"
	"github.com/jobsim/jobsim/sim"
	"github.com/jobsim/jobsim/sim/apiserver"
	"github.com/jobsim/jobsim/sim/kubelet"
	"github.com/jobsim/jobsim/sim/trace"
)

// builds changes the pods that are created.
func builds(change func(pod *corev1.Pod)) func(*fakes.Decisions) {
	return func(d *fakes.Decisions) {
		build := d.NewPod
		d.NewPod = func(d *fakes.Decisions, job *batchv1.Job) *corev1.Pod {
			pod := build(d, job)
			change(pod)
			return pod
		}
	}
}

// furnished is a template of which a pod can miss something.
func furnished(s *batchv1.JobSpec) {
	s.Template.Labels = map[string]string{"app": "work"}
	s.Template.Annotations = map[string]string{"example.com/note": "kept"}
	s.Template.Finalizers = []string{"example.com/hold"}
	s.Template.Spec.Containers[0].Args = []string{"--once"}
	s.Template.Spec.NodeSelector = map[string]string{"kubernetes.io/os": "linux"}
}

// forbids lets no pod be created, for the time given.
func forbids(duration time.Duration, causes ...metav1.StatusCause) sim.Fault {
	return sim.Fault{Error: &sim.CallError{
		Match: sim.CallMatch{Verb: "create", Resource: apiserver.Pods},
		Status: metav1.Status{Status: metav1.StatusFailure, Code: 403, Reason: metav1.StatusReasonForbidden,
			Message: "no", Details: &metav1.StatusDetails{Causes: causes}},
		For: duration,
	}}
}

// TestDerives compares it with what it stands for.
func TestDerives(t *testing.T) {
	base := neverJob().Spec.Template.Spec
	changes := []func(*corev1.PodSpec){
		func(*corev1.PodSpec) {},
		func(s *corev1.PodSpec) { s.NodeName = "node" },
		func(s *corev1.PodSpec) { s.HostNetwork = true },
		func(s *corev1.PodSpec) { s.TerminationGracePeriodSeconds = new(int64) },
		func(s *corev1.PodSpec) { s.NodeSelector = map[string]string{"zone": "a"} },
		func(s *corev1.PodSpec) { s.Containers = append(s.Containers[:1:1], corev1.Container{Name: "more"}) },
		func(s *corev1.PodSpec) {
			s.Containers = slices.Clone(s.Containers)
			s.Containers[0].Resources.Requests = corev1.ResourceList{corev1.ResourceCPU: resource.MustParse("1")}
		},
		func(s *corev1.PodSpec) {
			s.Containers = slices.Clone(s.Containers)
			s.Containers[0].Resources.Requests = corev1.ResourceList{corev1.ResourceCPU: resource.MustParse("1000m")}
		},
		func(s *corev1.PodSpec) {
			s.Containers = slices.Clone(s.Containers)
			s.Containers[0].Image = "other"
		},
	}
	different := 0
	for i, first := range changes {
		for k, second := range changes {
			a, b := base, base
			first(&a)
			second(&b)
			want := equality.Semantic.DeepDerivative(&a, &b)
			if got := derives(reflect.ValueOf(&a), reflect.ValueOf(&b)); got != want {
				t.Errorf("changes %d and %d: derives gives %v; expected %v", i, k, got, want)
			}
			if !want {
				different++
			}
		}
	}
	if different == 0 {
		t.Error("no pair differs")
	}
}

func TestPodCreationMutants(t *testing.T) {
	work := story(neverJob(furnished), []kubelet.Script{exits(seconds(5), 0)})
	work.Until = seconds(4)
	kills(t, [][]Requirement{podCreation[:len(podCreation)-len(podCreationUpstream)]}, []mutant{
		{
			requirement: "job/pod-creation/from-the-template", scenario: work,
			mistake: builds(func(pod *corev1.Pod) { delete(pod.Labels, "app") }), says: "differs from the template: its labels",
		},
		{
			requirement: "job/pod-creation/from-the-template", scenario: work,
			mistake: builds(func(pod *corev1.Pod) { pod.Annotations = nil }), says: "differs from the template: its annotations",
		},
		{
			requirement: "job/pod-creation/from-the-template", scenario: work,
			mistake: builds(func(pod *corev1.Pod) { pod.Finalizers = pod.Finalizers[1:] }), says: "differs from the template: its finalizers",
		},
		{
			requirement: "job/pod-creation/from-the-template", scenario: work,
			mistake: builds(func(pod *corev1.Pod) { pod.Spec.Containers[0].Args = nil }), says: "differs from the template: its containers",
		},
		{
			requirement: "job/pod-creation/from-the-template", scenario: work,
			mistake: builds(func(pod *corev1.Pod) { pod.Spec.NodeSelector = nil }), says: "differs from the template: its spec",
		},
		{
			requirement: "job/pod-creation/labels", scenario: work,
			mistake: builds(func(pod *corev1.Pod) { pod.Labels[batchv1.JobNameLabel] = "other" }),
			says:    `has the label batch.kubernetes.io/job-name with the value "other": expected "work"`,
		},
		{
			requirement: "job/pod-creation/owner", scenario: work,
			mistake: builds(func(pod *corev1.Pod) { pod.OwnerReferences[0].BlockOwnerDeletion = nil }),
			says:    "blockOwnerDeletion is not true",
		},
		{
			requirement: "job/pod-creation/owner", scenario: work,
			mistake: builds(func(pod *corev1.Pod) { pod.OwnerReferences[0].Controller = nil }),
			says:    "has 0 owner references with controller=true",
		},
		{
			requirement: "job/pod-creation/owner", scenario: work,
			mistake: builds(func(pod *corev1.Pod) { pod.OwnerReferences[0].Kind = "CronJob" }),
			says:    "is controlled by a CronJob of batch/v1",
		},
		{
			requirement: "job/pod-creation/owner", scenario: work,
			mistake: builds(func(pod *corev1.Pod) { pod.OwnerReferences[0].UID = "another" }),
			says:    "with UID another, and there is no such Job",
		},
		{
			requirement: "job/pod-creation/tracking-finalizer", scenario: story(neverJob(), []kubelet.Script{exits(seconds(5), 0)}),
			mistake: builds(func(pod *corev1.Pod) { pod.Finalizers = nil }),
			says:    "is created without a finalizer: expected batch.kubernetes.io/job-tracking",
		},
		{
			requirement: "job/pod-creation/tracking-finalizer", scenario: work,
			mistake: func(d *fakes.Decisions) { d.Finalizer = ourFinalizer },
			says:    "with the finalizer example.com/hold and example.com/job-tracking: expected batch.kubernetes.io/job-tracking, which is claimed",
		},
		{
			requirement: "job/pod-creation/tracking-finalizer", scenario: work,
			mistake: builds(func(pod *corev1.Pod) { pod.Finalizers = append(pod.Finalizers, batchv1.JobTrackingFinalizer) }),
			says:    "standing 2 times in its list: expected once",
		},
		{
			requirement: "job/pod-creation/no-other-finalizer", scenario: work,
			mistake: asIn("second-tracking-finalizer"),
			says:    "with the finalizer other.example.com/job-tracking, which is neither in the template nor the one that is claimed",
		},
		{
			requirement: "job/pod-creation/name", scenario: work,
			mistake: builds(func(pod *corev1.Pod) { pod.Name, pod.GenerateName = "work-0", "" }), says: `has generateName ""`,
		},
		{
			requirement: "job/pod-creation/name", scenario: work,
			mistake: builds(func(pod *corev1.Pod) { pod.Name = "work-0" }), says: `expected a name of "work-" and 5 characters`,
		},
	})
}

// complainsOfCreation makes the first status write after a refused creation an event about it.
func complainsOfCreation(t *trace.Trace) {
	for i := range t.Entries {
		e := &t.Entries[i]
		if isImplementation(e) && writesStatus(e) {
			e.Resource, e.Subresource, e.Verb = "events", "", "create"
			e.Object = &corev1.Event{Reason: "FailedCreate"}
			return
		}
	}
}

// givesUpAfterOne makes reads of all creations but the first.
func givesUpAfterOne(t *trace.Trace) {
	first := true
	for i := range t.Entries {
		if e := &t.Entries[i]; isImplementation(e) && creates(e) {
			if !first {
				e.Verb, e.Status = "get", nil
			}
			first = false
		}
	}
}

// failsWith adds an error at the end of each evaluation: it takes the place of the entry after its status write.
func failsWith(text string) func(*trace.Trace) {
	return func(t *trace.Trace) {
		for i := range t.Entries {
			if e := &t.Entries[i]; isImplementation(e) && writesStatus(e) {
				*e = trace.Entry{Seq: e.Seq, Cause: e.Cause, At: e.At, Kind: trace.Instance, Verb: "error", Instance: 1, Text: text}
				return
			}
		}
	}
}

func TestUpstreamPodCreationMutants(t *testing.T) {
	ends := []kubelet.Script{exits(seconds(5), 0)}
	going := func() *sim.Scenario {
		return until(seconds(20), withFaults(story(neverJob(withSize(4, 4)), ends),
			forbids(0, metav1.StatusCause{Type: corev1.NamespaceTerminatingCause})))
	}
	kills(t, [][]Requirement{podCreationUpstream}, []mutant{
		{
			requirement: "job/pod-creation/slow-start", scenario: withFaults(story(neverJob(withSize(8, 8)), ends), forbids(seconds(10))),
			mistake: func(d *fakes.Decisions) { d.NextBatch = func(fakes.Limits, int) int { return 100 } },
			says:    "creation 2 of one evaluation comes although an earlier one has failed: expected no more than 1",
		},
		{
			requirement: "job/pod-creation/terminating-namespace", scenario: going(),
			rewrite: complainsOfCreation, says: "there is an event FailedCreate because a namespace is terminating",
		},
		{
			requirement: "job/pod-creation/terminating-namespace", scenario: going(),
			rewrite: givesUpAfterOne, says: "1 creations are tried of 4 pods that are missing",
		},
		{
			requirement: "job/pod-creation/terminating-namespace", scenario: going(),
			rewrite: failsWith("namespace gone"), says: "returns an error because a namespace is terminating: namespace gone",
		},
		{
			requirement: "job/pod-creation/retry-delay", scenario: withFaults(story(neverJob(), ends), forbids(seconds(40))),
			mistake: func(d *fakes.Decisions) { d.Limits.RetryBase = 100 * time.Millisecond },
			says:    "is evaluated again at 100ms after error 1 in a row: expected that at 1s",
		},
		{
			requirement: "job/pod-creation/retry-delay", scenario: withFaults(story(neverJob(), ends), forbids(seconds(40))),
			mistake: func(d *fakes.Decisions) { d.Limits.RetryBase = 10 * time.Second },
			says:    "is not evaluated again by",
		},
		{
			requirement: "job/pod-creation/active-includes-new-pods", scenario: story(neverJob(withSize(3, 3)), ends),
			rewrite: rewriteJobs(0, func(job *batchv1.Job) { job.Status.Active = 0 }), says: "is written with active=0 right after 3 pods",
		},
	})
}
