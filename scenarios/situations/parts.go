package situations

import (
	"encoding/json"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/jobsim/jobsim/sim"
	"github.com/jobsim/jobsim/sim/apiserver"
	"github.com/jobsim/jobsim/sim/kubelet"
)

// aJob is a Job "work" of one container, whose pods are not restarted in place.
func aJob(change func(*batchv1.JobSpec)) *batchv1.Job {
	j := &batchv1.Job{
		TypeMeta:   metav1.TypeMeta{APIVersion: "batch/v1", Kind: "Job"},
		ObjectMeta: metav1.ObjectMeta{Name: "work", Namespace: "default"},
		Spec: batchv1.JobSpec{Template: corev1.PodTemplateSpec{Spec: corev1.PodSpec{
			RestartPolicy: corev1.RestartPolicyNever,
			Containers:    []corev1.Container{{Name: "main", Image: "busybox"}},
		}}},
	}
	change(&j.Spec)
	return j
}

// sized sets completions and parallelism.
func sized(completions, parallelism int32) func(*batchv1.JobSpec) {
	return func(s *batchv1.JobSpec) { s.Completions, s.Parallelism = &completions, &parallelism }
}

func failing(after time.Duration) kubelet.Script {
	return kubelet.Script{Runs: []kubelet.Run{{For: after, Exit: 1}}}
}

func succeeding(after time.Duration) kubelet.Script {
	return kubelet.Script{Runs: []kubelet.Run{{For: after}}}
}

// specs makes one change of a spec of several.
func specs(changes ...func(*batchv1.JobSpec)) *batchv1.Job {
	return aJob(func(s *batchv1.JobSpec) {
		for _, change := range changes {
			change(s)
		}
	})
}

func plot(job *batchv1.Job, pods ...kubelet.Script) *sim.Scenario {
	return &sim.Scenario{Jobs: []*batchv1.Job{job}, Pods: pods}
}

func with(s *sim.Scenario, parts ...any) *sim.Scenario {
	for _, part := range parts {
		switch p := part.(type) {
		case sim.Action:
			s.Actions = append(s.Actions, p)
		case sim.Fault:
			s.Faults = append(s.Faults, p)
		case *batchv1.Job:
			s.Jobs = append(s.Jobs, p)
		case []kubelet.Node:
			s.Nodes = p
		case time.Duration:
			s.Until = p
		default:
			panic("unknown part")
		}
	}
	return s
}

// each collects the parts for the numbers from 1 to n.
func each(n int, parts func(int) []any) []any {
	var all []any
	for i := range n {
		all = append(all, parts(i+1)...)
	}
	return all
}

// limited, deadline, queue and so on are changes of a spec.
func limited(n int32) func(*batchv1.JobSpec) {
	return func(s *batchv1.JobSpec) { s.BackoffLimit = &n }
}

func deadline(seconds int64) func(*batchv1.JobSpec) {
	return func(s *batchv1.JobSpec) { s.ActiveDeadlineSeconds = &seconds }
}

func queue(parallelism int32) func(*batchv1.JobSpec) {
	return func(s *batchv1.JobSpec) { s.Parallelism = &parallelism }
}

func onFailure(s *batchv1.JobSpec) { s.Template.Spec.RestartPolicy = corev1.RestartPolicyOnFailure }

func suspended(s *batchv1.JobSpec) { s.Suspend = new(true) }

func replaceFailed(s *batchv1.JobSpec) { s.PodReplacementPolicy = new(batchv1.Failed) }

func grace(seconds int64) func(*batchv1.JobSpec) {
	return func(s *batchv1.JobSpec) { s.Template.Spec.TerminationGracePeriodSeconds = &seconds }
}

// manual gives the Job a selector of its own.
func manual(s *batchv1.JobSpec) {
	s.ManualSelector = new(true)
	s.Selector = &metav1.LabelSelector{MatchLabels: map[string]string{"app": "work"}}
	s.Template.Labels = map[string]string{"app": "work"}
}

func container(name string) func(*batchv1.JobSpec) {
	return func(s *batchv1.JobSpec) {
		s.Template.Spec.Containers = append(s.Template.Spec.Containers, corev1.Container{Name: name, Image: "busybox"})
	}
}

func initial(name string) func(*batchv1.JobSpec) {
	return func(s *batchv1.JobSpec) {
		s.Template.Spec.InitContainers = append(s.Template.Spec.InitContainers, corev1.Container{Name: name, Image: "busybox"})
	}
}

func sidecar(name string) func(*batchv1.JobSpec) {
	return func(s *batchv1.JobSpec) {
		s.Template.Spec.InitContainers = append(s.Template.Spec.InitContainers, corev1.Container{
			Name: name, Image: "busybox", RestartPolicy: new(corev1.ContainerRestartPolicyAlways),
		})
	}
}

// restartedByContainer has the container restarted in place although the pod is not.
func restartedByContainer(s *batchv1.JobSpec) {
	s.Template.Spec.Containers[0].RestartPolicy = new(corev1.ContainerRestartPolicyOnFailure)
}

// held keeps a Job that is deleted.
func held(job *batchv1.Job) *batchv1.Job {
	job.Finalizers = []string{"example.com/hold"}
	return job
}

// named gives a Job another name than "work".
func named(name string, job *batchv1.Job) *batchv1.Job {
	job.Name = name
	return job
}

// endless pods run until they are told to stop; lingering ones ignore that for as long as they are let.
func endless() kubelet.Script { return succeeding(kubelet.Forever) }

func lingering(after, stop time.Duration) kubelet.Script {
	return kubelet.Script{Runs: []kubelet.Run{{For: after}}, Stop: kubelet.Stop{After: stop}}
}

func crashing(restarts int, after time.Duration) kubelet.Script {
	var runs []kubelet.Run
	for range restarts {
		runs = append(runs, kubelet.Run{For: time.Second, Exit: 1})
	}
	return kubelet.Script{Runs: append(runs, kubelet.Run{For: after})}
}

func at(d time.Duration) sim.When { return sim.When{At: d} }

// once is when something has happened.
func once(t sim.Trigger) sim.When { return sim.When{After: &t} }

func podIs(n int, phase corev1.PodPhase) sim.When { return once(sim.Trigger{Pod: n, Phase: phase}) }

func condition(c batchv1.JobConditionType) sim.When { return once(sim.Trigger{Condition: c}) }

func later(d time.Duration, w sim.When) sim.When {
	w.At += d
	return w
}

func scale(w sim.When, n int32) sim.Action {
	return sim.Action{When: w, Scale: &sim.Scale{Parallelism: &n}}
}

func suspend(w sim.When, to bool) sim.Action { return sim.Action{When: w, Suspend: &to} }

func deleteJob(w sim.When, how metav1.DeletionPropagation) sim.Action {
	return sim.Action{When: w, Delete: &sim.Delete{Propagation: how}}
}

// deleteOther deletes the second Job of a scenario.
func deleteOther(after time.Duration, how metav1.DeletionPropagation) sim.Action {
	return sim.Action{When: at(after), Job: "other", Delete: &sim.Delete{Propagation: how}}
}

func create(w sim.When, job *batchv1.Job) sim.Action { return sim.Action{When: w, Create: job} }

func patchSpec(w sim.When, spec map[string]any) sim.Action {
	return patchJob(w, "", map[string]any{"spec": spec})
}

func patchJob(w sim.When, subresource string, patch map[string]any) sim.Action {
	return sim.Action{When: w, Patch: mergePatch(subresource, patch)}
}

func onPod(w sim.When, n int, do sim.PodAction) sim.Action {
	do.Pod = n
	return sim.Action{When: w, Pod: &do}
}

func deletePod(w sim.When, n int) sim.Action {
	return onPod(w, n, sim.PodAction{Delete: &sim.Delete{}})
}

func patchPod(w sim.When, n int, subresource string, patch map[string]any) sim.Action {
	return onPod(w, n, sim.PodAction{Patch: mergePatch(subresource, patch)})
}

func mergePatch(subresource string, patch map[string]any) *sim.Patch {
	data, err := json.Marshal(patch)
	if err != nil {
		panic(err)
	}
	return &sim.Patch{Type: types.MergePatchType, Data: data, Subresource: subresource}
}

// The calls of a controller that faults are about.
var (
	podCreates   = sim.CallMatch{Verb: "create", Resource: apiserver.Pods}
	podPatches   = sim.CallMatch{Verb: "patch", Resource: apiserver.Pods}
	podDeletes   = sim.CallMatch{Verb: "delete", Resource: apiserver.Pods}
	statusWrites = sim.CallMatch{Verb: "update", Resource: apiserver.Jobs, Subresource: "status"}
)

func refuse(w sim.When, m sim.CallMatch, code int32, reason metav1.StatusReason, times int) sim.Fault {
	return sim.Fault{When: w, Error: &sim.CallError{Match: m, Times: times, Status: metav1.Status{
		Status: metav1.StatusFailure, Code: code, Reason: reason, Message: "injected",
	}}}
}

func serverError(w sim.When, m sim.CallMatch, times int) sim.Fault {
	return refuse(w, m, 500, metav1.StatusReasonInternalError, times)
}

// refuseFor has all such calls fail for a while.
func refuseFor(w sim.When, d time.Duration, m sim.CallMatch) sim.Fault {
	f := serverError(w, m, 0)
	f.Error.For = d
	return f
}

func conflict(w sim.When, times int) sim.Fault {
	return refuse(w, statusWrites, 409, metav1.StatusReasonConflict, times)
}

func crash(w sim.When, down time.Duration) sim.Fault {
	return sim.Fault{When: w, Crash: &sim.Crash{Down: down}}
}

// crashBefore and crashAfter end the instance at the n-th such call.
func crashBefore(m sim.CallMatch, n int, down time.Duration) sim.Fault {
	return sim.Fault{Crash: &sim.Crash{Call: n, Match: m, Down: down}}
}

func crashAfter(m sim.CallMatch, n int, down time.Duration) sim.Fault {
	return sim.Fault{Crash: &sim.Crash{Call: n, Match: m, After: true, Down: down}}
}

func stall(w sim.When, r apiserver.Resource, d time.Duration) sim.Fault {
	return sim.Fault{When: w, Watch: &sim.WatchFault{Resource: r, Stall: true, For: d}}
}

func delay(w sim.When, r apiserver.Resource, by, d time.Duration) sim.Fault {
	return sim.Fault{When: w, Watch: &sim.WatchFault{Resource: r, Delay: by, For: d}}
}
