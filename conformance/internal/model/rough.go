package model

import (
	"slices"
	"time"

	batchv1 "k8s.io/api/batch/v1"

	"github.com/jobsim/jobsim/sim"
	"github.com/jobsim/jobsim/sim/kubelet"
)

// A rough prediction is made where an exact one is not possible, because of what users do, or because features, restarts
// and deadlines meet: it says which ends there may be, and between which numbers each of them has its counters.

// rough is what is known of a Job for a rough prediction.
type rough struct {
	*meddling
	spec     *batchv1.JobSpec
	indexed  bool
	reaction time.Duration
	shared   []scripted
	own      map[int][]scripted
	restarts []int         // of the scripts whose containers are restarted
	slowest  time.Duration // how long a pod of any script can live
	lost     bool          // of some pod nobody hears any more once it is deleted
	endless  bool          // some pod never ends by itself
	// stopsWell tells that a pod may be Succeeded when it is stopped.
	stopsWell bool
	nodes     bool // pods may have to wait for room
}

// roughly predicts what may come of a Job.
func roughly(s *sim.Scenario, reaction time.Duration) (Prediction, gap) {
	m, why := newMeddling(s)
	if why != "" {
		return Prediction{}, why
	}
	spec := &s.Jobs[0].Spec
	r := &rough{
		meddling: m, spec: spec, reaction: reaction, own: map[int][]scripted{}, nodes: s.Nodes != nil,
		indexed: spec.CompletionMode != nil && *spec.CompletionMode == batchv1.IndexedCompletion,
	}
	if pod := &spec.Template.Spec; len(pod.SchedulingGates) > 0 || pod.NodeSelector != nil || pod.Affinity != nil || pod.NodeName != "" {
		return Prediction{}, "pods that fit some nodes only"
	}
	if why := r.deal(s.Pods); why != "" {
		return Prediction{}, why
	}
	if spec.Suspend != nil && *spec.Suspend && r.sleeps && !slices.ContainsFunc(s.Actions, resumes) && r.sizes.Least > 0 {
		return Prediction{}, "" // nothing ever happens (SUS-2)
	}
	t, why := r.tally()
	if why != "" {
		return Prediction{}, why
	}
	return r.predict(t)
}

// resumes reports whether an action may end a suspension.
func resumes(a sim.Action) (may bool) {
	eachField(a.Patch, func(field string, _ any) { may = may || field == "spec.suspend" })
	return may || a.Suspend != nil && !*a.Suspend
}

// deal works out what pods of each script come to.
func (r *rough) deal(scripts []kubelet.Script) gap {
	if len(scripts) == 0 {
		scripts = []kubelet.Script{{Runs: []kubelet.Run{{For: 5 * time.Second}}}}
	}
	for i := range scripts {
		m := scripts[i].Match
		index := m.Index
		if m.Index = nil; m != (kubelet.Match{}) {
			return "scripts of single pods"
		}
		one, why := r.scriptedEnds(&scripts[i])
		switch {
		case why != "":
			return why
		case index != nil:
			r.own[*index] = append(r.own[*index], one)
		default:
			r.shared = append(r.shared, one)
		}
	}
	if len(r.shared) == 0 {
		return "no script for some pods"
	}
	return ""
}

// roughTally is what may come of all pods together, if nothing ends the Job before.
type roughTally struct {
	// completes, fails: that all is done, and that all is done and some index has failed; and what keeps it from that.
	completes, fails, stops, hangs, failsJob, trips bool
	// failures and pods are the most, fewest and shortest the least with which all is done.
	failures, pods, fewest, shortest int
	// completed and failed are the indexes that are so at the end, if all is done.
	completed, failed IndexRange
	// soonest is how long it takes at least until all is done.
	soonest time.Duration
}

// disturbances are what may befall pods that users meddle with.
func (r *rough) disturbances() (stock int, of ends) {
	if r.taken > 0 { // a rule is asked also about pods that count no more (PFP-11)
		of |= vanishes.set() | failures(r.spec)&failsJob.set()
	}
	if r.harmed > 0 {
		of |= vanishes.set() | failures(r.spec)
		if r.stopsWell {
			of |= succeeds.set()
		}
	}
	return r.taken + r.harmed, of
}

// queue reports whether the Job is a work queue.
func (m *meddling) queue() bool { return m.sizes.Most >= noCompletions }

// mostStock is how many disturbances are looked at.
const mostStock = 24

func (r *rough) tally() (*roughTally, gap) {
	byIndex := r.spec.BackoffLimitPerIndex != nil || r.spec.SuccessPolicy != nil || len(r.own) > 0 || r.resized
	if byIndex && r.queue() {
		return nil, "a work queue of indexes"
	}
	if !byIndex || r.sizes.Most == 0 {
		return r.tallyPods()
	}
	return r.tallyIndexes()
}

// tallyPods follows the pods in the order in which they are created.
func (r *rough) tallyPods() (*roughTally, gap) {
	w := &walk{r: r, scripts: r.shared, n: r.sizes.Most, atOnce: max(1, r.parallelism.Most), queue: r.queue()}
	w.stock, w.stocked = r.disturbances()
	if w.stock > mostStock || !w.run() {
		return nil, "too much may happen"
	}
	t := &roughTally{
		completes: w.completes, stops: w.stops, hangs: w.hangs, failsJob: w.failsJob, trips: w.trips,
		failures: w.failures[w.stock], pods: w.pods[w.stock], fewest: w.fewest, shortest: w.shortest,
	}
	if !w.queue {
		all := indexesBelow(w.n)
		t.completed = IndexRange{all, all}
	}
	t.soonest = r.leastOfSuccess(r.shared)
	if !w.queue {
		t.soonest *= time.Duration((w.n + w.atOnce - 1) / w.atOnce)
	}
	return t, ""
}

// leastOfSuccess is how long it takes at least until a pod of these scripts succeeds.
func (r *rough) leastOfSuccess(scripts []scripted) time.Duration {
	least := never
	for i := range scripts {
		if scripts[i].ends.has(succeeds) {
			least = min(least, scripts[i].least)
		}
	}
	if least >= never || r.harmed > 0 && r.stopsWell {
		return 0
	}
	return least
}

func indexesBelow(n int) []int {
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	return all
}

// tallyIndexes follows the pods of each index. Of the scripts that indexes share all but the last come once: nobody knows
// which index gets one, as with a disturbance.
func (r *rough) tallyIndexes() (*roughTally, gap) {
	stock, stocked := r.disturbances()
	sharing := 0
	for i := range r.sizes.Most {
		if len(r.own[i]) == 0 {
			sharing++
		}
	}
	shared := r.shared
	if last := len(shared) - 1; sharing > 1 && last > 0 {
		for _, one := range shared[:last] {
			stocked |= one.ends
		}
		stock, shared = stock+last, shared[last:]
	}
	if stock > mostStock {
		return nil, "too much may happen"
	}
	t := &roughTally{completes: true}
	failures, pods := make([]int, stock+1), make([]int, stock+1)
	doneAnyway := true
	for i := range r.sizes.Most {
		scripts, all := r.own[i], r.own[i]
		if len(scripts) == 0 {
			scripts, all = shared, r.shared
		}
		w := &walk{r: r, scripts: scripts, n: 1, atOnce: 1, stock: stock, stocked: stocked}
		if !w.run() {
			return nil, "too much may happen"
		}
		failures, pods = together(failures, w.failures), together(pods, w.pods)
		t.stops, t.hangs = t.stops || w.stops, t.hangs || w.hangs
		t.failsJob, t.trips = t.failsJob || w.failsJob, t.trips || w.trips
		needed := i < r.sizes.Least
		if needed {
			t.soonest = max(t.soonest, r.leastOfSuccess(all))
			t.completes = t.completes && w.completes
			doneAnyway = doneAnyway && (w.completes || w.fails)
			t.fewest, t.shortest = t.fewest+w.fewest, t.shortest+w.shortest
		}
		if w.completes {
			t.completed.Perhaps = append(t.completed.Perhaps, i)
		}
		if w.fails {
			t.failed.Perhaps = append(t.failed.Perhaps, i)
		}
		sure := needed && !w.hangs && !w.stops
		if sure && !w.fails {
			t.completed.Surely = append(t.completed.Surely, i)
		}
		if sure && !w.completes {
			t.failed.Surely = append(t.failed.Surely, i)
		}
	}
	if r.sizes.Least == 0 {
		t.soonest = 0
	}
	t.fails = doneAnyway && len(t.failed.Perhaps) > 0
	t.failures, t.pods = failures[stock], pods[stock]
	return t, ""
}
