package sim

import (
	"encoding/json"
	"fmt"

	batchv1 "k8s.io/api/batch/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/jobsim/jobsim/sim/apiserver"
	"github.com/jobsim/jobsim/sim/event"
	"github.com/jobsim/jobsim/sim/trace"
)

// scheduleActions puts the scenario's actions on the queue, or makes them wait for what must happen first.
func (r *run) scheduleActions() {
	for i := range r.scenario.Actions {
		a := &r.scenario.Actions[i]
		r.when(a.When, event.User, func() { r.act(a) })
	}
}

// user is who carries out actions.
func (r *run) user() *apiserver.Caller { return r.server.For("user", 0) }

// create creates a Job as a user does. A Job that the server rejects is in the trace as a refused call.
func (r *run) create(job *batchv1.Job) {
	_, _ = r.user().Create(inNamespace(job.DeepCopy()))
}

func inNamespace(job *batchv1.Job) *batchv1.Job {
	if job.Namespace == "" {
		job.Namespace = metav1.NamespaceDefault
	}
	return job
}

// act carries out an action. What the server refuses is in the trace; so is an action on something that is not there.
func (r *run) act(a *Action) {
	if a.Create != nil {
		r.create(a.Create)
		return
	}
	k := r.jobKey(a.Job)
	switch {
	case a.Scale != nil:
		r.merge(k, map[string]any{"spec": scaleOf(a.Scale)})
	case a.Suspend != nil:
		r.merge(k, map[string]any{"spec": map[string]any{"suspend": *a.Suspend}})
	case a.Patch != nil:
		_, _ = r.user().Patch(k, a.Patch.Subresource, a.Patch.Type, a.Patch.Data)
	case a.Delete != nil:
		_ = r.user().Delete(k, a.Delete.options())
	case a.Pod != nil:
		r.actOnPod(k.Name, a.Pod)
	}
}

func scaleOf(s *Scale) map[string]any {
	spec := map[string]any{}
	if s.Parallelism != nil {
		spec["parallelism"] = *s.Parallelism
	}
	if s.Completions != nil {
		spec["completions"] = *s.Completions
	}
	return spec
}

func (r *run) merge(k apiserver.Key, patch map[string]any) {
	data, err := json.Marshal(patch)
	if err != nil {
		panic(err) // made of maps, numbers and strings
	}
	_, _ = r.user().Patch(k, "", types.MergePatchType, data)
}

func (d *Delete) options() *metav1.DeleteOptions {
	o := &metav1.DeleteOptions{GracePeriodSeconds: d.GraceSeconds}
	if d.Propagation != "" {
		o.PropagationPolicy = &d.Propagation
	}
	return o
}

// jobKey is the key of a Job of the scenario by its name; empty means the first.
func (r *run) jobKey(name string) apiserver.Key {
	job := r.scenario.job(name)
	if job == nil {
		return apiserver.Key{Resource: apiserver.Jobs, Namespace: metav1.NamespaceDefault, Name: name}
	}
	namespace := job.Namespace
	if namespace == "" {
		namespace = metav1.NamespaceDefault
	}
	return apiserver.Key{Resource: apiserver.Jobs, Namespace: namespace, Name: job.Name}
}

func (r *run) actOnPod(job string, a *PodAction) {
	pod := r.jobs.pod(job, a.Pod)
	if pod == nil {
		r.Record(trace.Entry{Kind: trace.Fault, Actor: "user", Text: fmt.Sprintf(
			"nothing to act on: Job %s has had %d pods, the action is on pod %d", job, len(r.jobs.pods[job]), a.Pod)})
		return
	}
	k := apiserver.KeyOf(pod)
	switch {
	case a.Delete != nil:
		_ = r.user().Delete(k, a.Delete.options())
	case a.Patch != nil:
		_, _ = r.user().Patch(k, a.Patch.Subresource, a.Patch.Type, a.Patch.Data)
	case a.RemoveLabel != "":
		r.merge(k, map[string]any{"metadata": map[string]any{"labels": map[string]any{a.RemoveLabel: nil}}})
	case a.RemoveFinalizer != "":
		data, _ := json.Marshal(map[string]any{"metadata": map[string]any{
			"$deleteFromPrimitiveList/finalizers": []string{a.RemoveFinalizer}}})
		_, _ = r.user().Patch(k, "", types.StrategicMergePatchType, data)
	case a.Evict:
		if err := r.cluster.EvictPod(pod.Namespace, pod.Name); err != nil {
			r.Record(trace.Entry{Kind: trace.Fault, Actor: "user", Text: err.Error()})
		}
	}
}
