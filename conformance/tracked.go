package conformance

import (
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

// plain undoes adapt, so that a counter-example is a scenario like any other: jobsim run shows it with the reference, and who
// claims the same gets the same of it again.
func (c *Claims) plain(s *sim.Scenario) *sim.Scenario {
	if own := c.ownFinalizer(); own != "" {
		s = renameFinalizers(s, map[string]string{
			own: batchv1.JobTrackingFinalizer, batchv1.JobTrackingFinalizer: situations.OtherFinalizer,
		})
	}
	if own := c.otherName(); own != "" {
		s = withJobs(s, func(job *batchv1.Job) *batchv1.Job {
			job = job.DeepCopy()
			switch valueOr(job.Spec.ManagedBy, "") {
			case own:
				job.Spec.ManagedBy = nil
			case "":
				job.Spec.ManagedBy = new(otherManager)
			}
			return job
		})
	}
	return s
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
	return renameFinalizers(s, map[string]string{
		batchv1.JobTrackingFinalizer: finalizer, situations.OtherFinalizer: batchv1.JobTrackingFinalizer,
	})
}

// renameFinalizers gives finalizers of pods other names, all at once.
func renameFinalizers(s *sim.Scenario, names map[string]string) *sim.Scenario {
	renamed := withJobs(s, func(job *batchv1.Job) *batchv1.Job {
		job = job.DeepCopy()
		for i, f := range job.Spec.Template.Finalizers {
			if name, ok := names[f]; ok {
				job.Spec.Template.Finalizers[i] = name
			}
		}
		return job
	})
	var words []string
	for from, to := range names {
		words = append(words, strconv.Quote(from), strconv.Quote(to))
	}
	inPatches := strings.NewReplacer(words...)
	for i := range renamed.Actions {
		if renamed.Actions[i].Pod == nil {
			continue
		}
		pod := *renamed.Actions[i].Pod
		if name, ok := names[pod.RemoveFinalizer]; ok {
			pod.RemoveFinalizer = name
		}
		if pod.Patch != nil {
			patch := *pod.Patch
			patch.Data = []byte(inPatches.Replace(string(patch.Data)))
			pod.Patch = &patch
		}
		renamed.Actions[i].Pod = &pod
	}
	return renamed
}
