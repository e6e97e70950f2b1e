package model

import (
	"slices"
	"strconv"
	"strings"
	"time"

	batchv1 "k8s.io/api/batch/v1"
)

// IndexRange is a set of indexes that is known only roughly: those that are surely in it, and those that may be.
type IndexRange struct{ Surely, Perhaps []int }

// Holds reports whether a set is in the range.
func (r IndexRange) Holds(set []int) bool {
	in := func(list []int) func(int) bool { return func(i int) bool { return slices.Contains(list, i) } }
	return !slices.ContainsFunc(r.Surely, func(i int) bool { return !in(set)(i) }) &&
		!slices.ContainsFunc(set, func(i int) bool { return !in(r.Perhaps)(i) })
}

// tally is what comes of all pods of a Job together, if nothing ends it before.
type tally struct {
	completed, failed  []int // indexes
	pods, failures     int
	hanging            int
	failsJob, exceeded bool
	// beside is how many more pods may succeed than are listed.
	beside int
	// shuffled tells that completed is how many indexes complete, and not which.
	shuffled bool
	// failedToo are indexes that fail with the failure that ends the Job.
	failedToo []int
}

// predict tells how a Job with indexes or policies ends.
func (p *plan) predict() (Prediction, bool) {
	if p.n == 0 || p.parallelism == 0 {
		return Prediction{}, false
	}
	var t tally
	ok := false
	if p.perIndex != nil || p.spec.SuccessPolicy != nil || len(p.indexScripts) > 0 {
		t, ok = p.tallyIndexes()
	} else {
		t, ok = p.tallyPods()
	}
	if !ok || t.hanging >= p.parallelism {
		return Prediction{}, false // whoever waits for a slot that is taken for ever never runs
	}
	if d := p.spec.ActiveDeadlineSeconds; d != nil && (t.hanging > 0 || time.Duration(*d)*time.Second <= p.latest(&t)) {
		return Prediction{}, false
	}
	whole := p.outcome(&t)
	if p.lost && whole.endsEarly() {
		return Prediction{}, false // a lost pod that is killed keeps its Job from finishing (FIN-10)
	}
	return whole, true
}

// endsEarly reports whether the Job may end while pods are active, which are killed then.
func (p *Prediction) endsEarly() bool {
	for ; p != nil; p = p.Or {
		if p.Condition != "" && !slices.Contains(p.Reasons, batchv1.JobReasonCompletionsReached) &&
			!slices.Contains(p.Reasons, batchv1.JobReasonFailedIndexes) {
			return true
		}
	}
	return false
}

// latest is when all pods have ended at the latest: as if one came after the other, each with the back-off of all failures
// before it (BO-1).
func (p *plan) latest(t *tally) time.Duration {
	sum := time.Duration(t.pods) * (p.slowest + 2*p.reaction)
	for failures := 1; failures < t.pods; failures++ {
		sum += backoff(failures)
	}
	return sum
}

// tallyIndexes adds up the fates of all indexes. Pods of indexes without scripts of their own share the others, so that
// nobody knows which gets which, unless all come to the same.
func (p *plan) tallyIndexes() (tally, bool) {
	var t tally
	shared, ok := p.endsOf(p.scripts)
	for i := 0; ok && i < p.n; i++ {
		ends, own := shared, p.indexScripts[i]
		if len(own) > 0 {
			ends, ok = p.endsOf(own)
		} else if p.n > 1 && len(slices.Compact(slices.Clone(shared))) > 1 {
			return t, false
		}
		var f fate
		if ok {
			f, ok = p.fateOf(ends)
		}
		t.pods, t.failures = t.pods+f.pods, t.failures+f.failures
		switch f.end {
		case succeeds:
			t.completed = append(t.completed, i)
		case failsIndex:
			t.failed = append(t.failed, i)
		case failsJob:
			t.failsJob = true
			if p.perIndex != nil && f.failures > int(*p.perIndex) {
				t.failedToo = append(t.failedToo, i)
			}
		case hangs:
			t.hanging++
		}
	}
	t.exceeded = t.failures > p.limit
	if t.exceeded && t.hanging < p.parallelism { // the others go on beside those that hang
		t.hanging = 0
	}
	return t, ok
}

// tallyPods follows the pods in the order in which they are created, where it makes no difference which index they are for:
// each that does not succeed is replaced (COMP-9, IDX-3).
func (p *plan) tallyPods() (tally, bool) {
	var t tally
	ends, ok := p.endsOf(p.scripts)
	for successes := 0; ok && successes < p.n; t.pods++ {
		switch ends[min(t.pods, len(ends)-1)] {
		case succeeds:
			t.completed = append(t.completed, successes)
			successes++
		case counts:
			t.failures++
		case failsJob:
			t.failures++
			t.failsJob = true
		case hangs:
			return t, false
		}
		if t.exceeded = t.failures > p.limit; t.exceeded || t.failsJob || t.pods > mostPods {
			break
		}
	}
	if t.exceeded || t.failsJob {
		p.overtaken(&t, ends)
	}
	return t, ok && t.pods <= mostPods
}

// overtaken widens the tally of a Job that fails: while the pod that fails it takes its time, later ones run, and may do so
// in its place. They do not complete it, since that takes the place of this pod too.
func (p *plan) overtaken(t *tally, ends []end) {
	countable := 0
	for _, e := range ends {
		if e == counts || e == failsJob {
			countable++
		}
	}
	if last := ends[len(ends)-1]; last == counts || last == failsJob {
		countable += mostPods
	}
	t.failsJob = slices.Contains(ends, failsJob)
	t.exceeded = countable > p.limit
	t.failures = min(countable, p.limit+1) // and those that run beside it
	t.pods = mostPods
	t.beside = p.n - 1 - len(t.completed)
	t.shuffled = true
}

// outcome is what may come of the Job: the first of the ends that its pods lead to.
func (p *plan) outcome(t *tally) Prediction {
	var failed []string
	if t.failsJob {
		failed = append(failed, batchv1.JobReasonPodFailurePolicy)
	}
	if t.exceeded {
		failed = append(failed, batchv1.JobReasonBackoffLimitExceeded)
	}
	if p.mostFailed != nil && len(t.failed) > int(*p.mostFailed) {
		failed = append(failed, batchv1.JobReasonMaxFailedIndexesExceeded)
	}
	whole := Prediction{
		Latest: never, Succeeded: Range{len(t.completed), len(t.completed)}, Failed: Range{t.failures, t.failures},
		Pods: Range{t.pods, t.pods}, indexed: p.indexed, Completed: IndexRange{t.completed, t.completed}, FailedIndexes: IndexRange{t.failed, t.failed},
	}
	early := whole // an end that may come before all pods have ended; those that run then may be counted
	early.Condition, early.Reasons = batchv1.JobFailed, failed
	early.Succeeded.Most += t.beside
	early.Succeeded.Least, early.Failed.Least, early.Pods.Least = 0, min(1, t.failures), 1
	early.Failed.Most, early.Pods.Most = t.failures+p.parallelism, max(t.pods, p.parallelism)
	if t.beside > 0 || t.shuffled {
		early.Completed.Perhaps = nil
		for i := range p.n {
			early.Completed.Perhaps = append(early.Completed.Perhaps, i)
		}
	}
	early.FailedIndexes.Perhaps = slices.Concat(t.failed, t.failedToo)
	early.Completed.Surely, early.FailedIndexes.Surely = nil, nil
	if t.exceeded {
		early.Failed.Least, early.Hindered = p.limit+1, nil
	}
	if t.failsJob || len(failed) > 1 {
		early.Failed.Least = 1
	}
	met := p.rulesMetBy(t.completed)
	switch {
	case len(failed) > 0 && met:
		other := p.bySuccessPolicy(early)
		early.Or = &other
		return early
	case len(failed) > 0:
		return early
	case met && len(t.failed) == 0 && t.hanging == 0:
		return p.bySuccessPolicy(early)
	case met:
		other := p.bySuccessPolicy(early)
		whole.Or = &other
	}
	switch {
	case t.hanging > 0 && met:
		return p.bySuccessPolicy(early)
	case t.hanging > 0: // it never ends
	case len(t.failed) > 0: // BPI-3
		whole.Condition, whole.Reasons = batchv1.JobFailed, []string{batchv1.JobReasonFailedIndexes}
	default:
		whole.Condition, whole.Reasons = batchv1.JobComplete, []string{batchv1.JobReasonCompletionsReached}
	}
	return whole
}

// bySuccessPolicy is the end by a rule of the success policy (SP-1, SP-2, SP-6).
func (p *plan) bySuccessPolicy(early Prediction) Prediction {
	early.Condition, early.Reasons, early.Or = batchv1.JobComplete, []string{batchv1.JobReasonSuccessPolicy}, nil
	early.Failed.Least, early.Succeeded.Least = 0, 1
	early.met = p.rulesMetBy
	return early
}

// rulesMetBy reports whether a rule of the success policy holds with these indexes completed.
func (p *plan) rulesMetBy(completed []int) bool {
	if p.spec.SuccessPolicy == nil || len(completed) == 0 {
		return false
	}
	return slices.ContainsFunc(p.spec.SuccessPolicy.Rules, func(r batchv1.SuccessPolicyRule) bool {
		of := completed
		if r.SucceededIndexes != nil {
			listed := Indexes(*r.SucceededIndexes)
			if len(listed) == 0 { // SP-5
				return false
			}
			of = slices.DeleteFunc(slices.Clone(completed), func(i int) bool { return !slices.Contains(listed, i) })
			if r.SucceededCount == nil {
				return len(of) == len(listed)
			}
		}
		return len(of) >= int(*r.SucceededCount)
	})
}

// Indexes reads a list of indexes as Kubernetes writes it, such as 0-2,5. What is not one is skipped.
func Indexes(list string) []int {
	var all []int
	for _, part := range strings.Split(list, ",") {
		first, last, ranged := strings.Cut(part, "-")
		from, err := strconv.Atoi(first)
		to := from
		if ranged && err == nil {
			to, err = strconv.Atoi(last)
		}
		if err != nil {
			continue
		}
		for i := from; i <= to && len(all) < 1<<16; i++ {
			all = append(all, i)
		}
	}
	return all
}
