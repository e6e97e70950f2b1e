package conformance

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"

	batchv1 "k8s.io/api/batch/v1"
	apivalidation "k8s.io/apimachinery/pkg/api/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/jobsim/jobsim/scenarios/situations"
	"github.com/jobsim/jobsim/sim"
)

// checkFinalizer tells what is wrong with the finalizer of a claim. One without a domain belongs to Kubernetes itself, and
// the API server takes no others of that kind.
func (c *Claims) checkFinalizer() error {
	if c.Finalizer == "" {
		return fmt.Errorf("no finalizer: expected the one that keeps pods until they are counted")
	}
	var why []string
	for _, err := range apivalidation.ValidateFinalizerName(c.Finalizer, field.NewPath("finalizer")) {
		why = append(why, err.Detail)
	}
	if !strings.Contains(c.Finalizer, "/") {
		why = append(why, "there is no domain before a slash")
	}
	if len(why) > 0 {
		return fmt.Errorf("finalizer %q: expected a name with a domain such as example.com/job-tracking: %s",
			c.Finalizer, strings.Join(why, "; "))
	}
	return nil
}

// ownFinalizer is the one that it keeps pods with, or nothing if it is upstream's.
func (c *Claims) ownFinalizer() string {
	if c.Finalizer == batchv1.JobTrackingFinalizer {
		return ""
	}
	return c.Finalizer
}

// adapt returns a scenario as it is for who claims this.
func (c *Claims) adapt(s *sim.Scenario) *sim.Scenario {
	return TrackPods(ManageJobs(s, c.ManagedBy), c.Finalizer)
}

// TrackPods returns a scenario as it is for a controller that keeps its pods with that finalizer: users who take
// batch.kubernetes.io/job-tracking from a pod in it, or put it on one, do so with that one. Scenarios say upstream's where
// they mean the finalizer by which the controller counts. Where they mean that of somebody else, which they call
// other.example.com/job-tracking, upstream's takes its place. A scenario in which a user takes the finalizer already is taken
// for one that is so. The scenario that is given is not changed.
func TrackPods(s *sim.Scenario, finalizer string) *sim.Scenario {
	if finalizer == batchv1.JobTrackingFinalizer || slices.ContainsFunc(s.Actions, func(a sim.Action) bool {
		return a.Pod != nil && a.Pod.RemoveFinalizer == finalizer
	}) {
		return s
	}
	tracked := *s
	tracked.Jobs = make([]*batchv1.Job, len(s.Jobs))
	for i, job := range s.Jobs {
		tracked.Jobs[i] = trackJob(job)
	}
	tracked.Actions = slices.Clone(s.Actions)
	for i := range tracked.Actions {
		if job := tracked.Actions[i].Create; job != nil {
			tracked.Actions[i].Create = trackJob(job)
		}
		if pod := tracked.Actions[i].Pod; pod != nil {
			tracked.Actions[i].Pod = trackPod(pod, finalizer)
		}
	}
	return &tracked
}

func trackJob(job *batchv1.Job) *batchv1.Job {
	i := slices.Index(job.Spec.Template.Finalizers, situations.OtherFinalizer)
	if i >= 0 {
		job = job.DeepCopy()
		job.Spec.Template.Finalizers[i] = batchv1.JobTrackingFinalizer
	}
	return job
}

func trackPod(a *sim.PodAction, finalizer string) *sim.PodAction {
	changed := *a
	switch a.RemoveFinalizer {
	case batchv1.JobTrackingFinalizer:
		changed.RemoveFinalizer = finalizer
	case situations.OtherFinalizer:
		changed.RemoveFinalizer = batchv1.JobTrackingFinalizer
	}
	if a.Patch != nil {
		patch := *a.Patch
		patch.Data = bytes.ReplaceAll(patch.Data, []byte(strconv.Quote(batchv1.JobTrackingFinalizer)), []byte(strconv.Quote(finalizer)))
		changed.Patch = &patch
	}
	return &changed
}
