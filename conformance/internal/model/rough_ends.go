package model

import (
	"slices"
	"time"

	batchv1 "k8s.io/api/batch/v1"
)

// killed is how many pods may count as failed beside those that count toward the limit: those that are active when the Job
// fails, and those that users have deleted and that have not ended (BL-7, FIN-17).
func (r *rough) killed() int { return r.parallelism.Most + r.taken + r.harmed }

// predict puts together the ends that there may be.
func (r *rough) predict(t *roughTally) (Prediction, gap) {
	all, early := r.naturalEnds(t), r.earlyEnds(t)
	all = append(all, early...)
	switch first := r.earliestEnd(t); {
	case r.soonest >= never: // no deadline
	case !r.unbounded && !r.interrupted && after(r.latest, 2*r.reaction) < first:
		all = nil // it comes before anything else can
		fallthrough
	case !r.inTime(t):
		early = append(early, r.byDeadline(t))
		all = append(all, r.byDeadline(t))
	}
	awake := !r.unbounded && !r.sleeps // its deadline ends it at last
	if r.sleeps || !awake && (t.hangs || r.idles) || r.lost && (len(early) > 0 || r.taken+r.harmed > 0) {
		all = append(all, r.noEnd(t))
	}
	if len(all) == 0 {
		return Prediction{}, "no end was found"
	}
	chain := &all[len(all)-1]
	for i := len(all) - 2; i >= 0; i-- {
		all[i].Or = chain
		chain = &all[i]
	}
	return *chain, ""
}

// mostFailures is how many pods may count as failed when the Job ends.
func (r *rough) mostFailures(t *roughTally) int { return min(t.failures, r.limit.Most) }

// mostPods is how many may be created: all but those that succeed, and those that are ignored, count, are active, or are taken.
func (r *rough) mostPods(t *roughTally) int {
	most := t.pods + r.parallelism.Most
	if t.stops || r.indexed {
		most += r.killed()
	}
	if t.stops && failures(r.spec).has(ignored) {
		most += mostPods
	}
	return most
}

// naturalEnds are those with which all work is done.
func (r *rough) naturalEnds(t *roughTally) []Prediction {
	var all []Prediction
	whole := Prediction{
		Earliest: t.soonest, Latest: never, Failed: Range{t.fewest, r.mostFailures(t)}, Pods: Range{t.shortest, t.pods},
		indexed: r.indexed, AllCounted: r.taken+r.harmed == 0 && !failures(r.spec).has(ignored),
	}
	if r.harmed > 0 || r.spec.PodFailurePolicy != nil { // a failure may be one that is ignored instead
		whole.Failed.Least = 0
	}
	var full []int
	if !r.queue() {
		full = indexesBelow(r.sizes.Most)
	}
	if t.completes && t.fewest <= r.limit.Most && !(r.spec.SuccessPolicy != nil && !r.resized && r.rulesMetBy(full)) {
		p := whole
		p.Condition, p.Reasons = batchv1.JobComplete, []string{batchv1.JobReasonCompletionsReached}
		p.Succeeded = r.sizes
		if r.queue() {
			p.Succeeded = Range{1, t.pods}
		}
		if r.indexed {
			p.Completed = IndexRange{indexesBelow(r.sizes.Least), full}
		}
		all = append(all, p)
	}
	if t.fails && len(t.failed.Surely) <= r.mostFailed.Most {
		p := whole
		p.Condition, p.Reasons = batchv1.JobFailed, []string{batchv1.JobReasonFailedIndexes}
		p.Earliest = 0
		p.Succeeded = Range{len(t.completed.Surely), len(t.completed.Perhaps)}
		p.Completed, p.FailedIndexes = t.completed, t.failed
		p.Failed.Least = min(1, p.Failed.Most)
		all = append(all, p)
	}
	return all
}

// early is an end that may come while pods are active.
func (r *rough) early(t *roughTally) Prediction {
	failed := Range{0, r.mostFailures(t) + r.killed()}
	p := Prediction{
		Latest: never, Succeeded: Range{0, min(len(t.completed.Perhaps), r.sizes.Most)}, Failed: failed,
		Pods: Range{0, r.mostPods(t)}, indexed: r.indexed,
		Completed: IndexRange{Perhaps: t.completed.Perhaps},
	}
	if r.spec.BackoffLimitPerIndex != nil {
		p.FailedIndexes.Perhaps = indexesBelow(r.sizes.Most)
	}
	if r.queue() {
		p.Succeeded.Most = p.Pods.Most
	} else if len(r.own) == 0 && r.spec.BackoffLimitPerIndex == nil { // any index may be one that has succeeded
		p.Completed.Perhaps = indexesBelow(r.sizes.Most)
		p.Succeeded.Most = r.sizes.Most
	}
	return p
}

// earlyEnds are those by limits and policies.
func (r *rough) earlyEnds(t *roughTally) []Prediction {
	var reasons []string
	p := r.early(t)
	p.Condition, p.Failed.Least, p.Pods.Least = batchv1.JobFailed, 1, 1
	trips := t.trips || r.mayTrip()
	if (t.failsJob || trips) && r.taken+r.harmed > 0 { // also a pod that counts no more can fail the Job (PFP-11, ONF-7)
		p.Failed.Least = 0
	}
	if t.failsJob {
		reasons = append(reasons, batchv1.JobReasonPodFailurePolicy)
	}
	if t.failures > r.limit.Least || trips {
		reasons = append(reasons, batchv1.JobReasonBackoffLimitExceeded)
		if len(reasons) == 1 && !trips {
			p.Failed.Least = r.limit.Least + 1 // BL-8
		}
	}
	if r.indexed && len(t.failed.Perhaps) > r.mostFailed.Least {
		reasons = append(reasons, batchv1.JobReasonMaxFailedIndexesExceeded)
		p.Failed.Least = min(1, p.Failed.Least)
	}
	var all []Prediction
	if p.Reasons = reasons; len(reasons) > 0 {
		all = append(all, p)
	}
	if r.rulesMetBy(t.completed.Perhaps) || r.spec.SuccessPolicy != nil && r.resized {
		p := r.early(t)
		p.Condition, p.Reasons = batchv1.JobComplete, []string{batchv1.JobReasonSuccessPolicy}
		if p.Pods.Least = 1; !r.resized { // the index that met it may be no more
			p.Succeeded.Least, p.met = 1, r.rulesMetBy
		}
		all = append(all, p)
	}
	return all
}

// mayTrip reports whether the restarts of pods that are there at once may add up to the limit (ONF-3).
func (r *rough) mayTrip() bool {
	if r.spec.Template.Spec.RestartPolicy != "OnFailure" || len(r.restarts) == 0 {
		return false
	}
	return slices.Max(r.restarts)*(r.parallelism.Most+r.taken+r.harmed) >= max(r.limit.Least, 1)
}

// byDeadline is the end by activeDeadlineSeconds (ADS-1, ADS-3).
func (r *rough) byDeadline(t *roughTally) Prediction {
	p := r.early(t)
	p.Condition, p.Reasons = batchv1.JobFailed, []string{batchv1.JobReasonDeadlineExceeded}
	p.Earliest = max(0, r.soonest-time.Second)
	if p.Pods.Most > r.limit.Least {
		p.Hindered = []string{batchv1.JobReasonBackoffLimitExceeded} // CTRL-8
	}
	if r.latest == 0 && !r.unbounded && !r.interrupted { // no pod is ever created (ADS-9)
		p.Succeeded, p.Failed, p.Pods, p.Completed.Perhaps = Range{}, Range{}, Range{}, nil
	}
	return p
}

// noEnd is that the Job never finishes: it rests, waits for a pod that never ends, or for one of which nobody hears.
func (r *rough) noEnd(t *roughTally) Prediction { return r.early(t) }

// earliestEnd is when something may end the Job at the earliest, other than its deadline.
func (r *rough) earliestEnd(t *roughTally) time.Duration {
	if r.sizes.Least == 0 || r.harmed > 0 || r.interrupted {
		return 0
	}
	first := never
	scripts := slices.Clone(r.shared)
	for _, own := range r.own {
		scripts = append(scripts, own...)
	}
	for i := range scripts {
		if first = min(first, scripts[i].restarts); scripts[i].ends != hangs.set() {
			first = min(first, scripts[i].least)
		}
	}
	return first
}

// inTime reports whether all is done before a deadline can come: as if one pod came after the other, each with the back-off
// of all failures before it (BO-1).
func (r *rough) inTime(t *roughTally) bool {
	if t.hangs || r.endless || r.interrupted || r.idles || r.nodes || r.resized {
		return false
	}
	n := r.mostPods(t)
	sum := time.Duration(n) * (r.slowest + 2*r.reaction)
	for failures := 1; failures < n; failures++ {
		sum += backoff(failures)
	}
	return sum < r.soonest-time.Second
}

// rulesMetBy reports whether a rule of the success policy may hold with these indexes completed.
func (r *rough) rulesMetBy(completed []int) bool {
	p := plan{spec: r.spec}
	return p.rulesMetBy(completed)
}
