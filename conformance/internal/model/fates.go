package model

// A fate is followed pod by pod, and where a pod may come to more than one thing, all of them are followed. What users
// disturb is a stock of disturbances, each of which may befall any pod.

// fates is what may come of an index, or of a Job without indexes, if nothing else ends the Job before.
type fates struct {
	// completes, fails, stops, hangs: that it is done, that the index fails, that it fails the Job, that it is never done.
	completes, fails, stops, hangs bool
	// failures and pods are, for each number of disturbances used, the most that there may be.
	failures, pods []int
	// fewest are the fewest failures with which it is done, and shortest the fewest pods.
	fewest, shortest int
	// failsJob and trips tell that a pod may fail the Job by a rule, or by its restarts.
	failsJob, trips bool
}

// step is how far a fate has come.
type step struct {
	pods, failures, used int
	done, stuck          int // pods that have succeeded, and that never end
	doomed               int // pods that fail the Job, if it has not ended before
	inRow                int // failures that the next pod of the index is told of (BPI-6)
}

// walk is the search for all fates of a number of completions.
type walk struct {
	r       *rough
	scripts []scripted // the last one repeats
	n       int        // how many must succeed
	atOnce  int        // how many may be active
	queue   bool       // a work queue, for which one success is enough (COMP-3)
	stock   int        // of disturbances, each of which has any of these ends:
	stocked ends
	seen    map[step]bool
	fates
}

// mostSteps bounds the search.
const mostSteps = 60_000

// run follows all fates; false if there are too many.
func (w *walk) run() bool {
	w.seen = map[step]bool{}
	w.failures, w.pods = make([]int, w.stock+1), make([]int, w.stock+1)
	w.fewest, w.shortest = noCompletions, noCompletions
	open := []step{{}}
	for len(open) > 0 {
		s := open[len(open)-1]
		open = open[:len(open)-1]
		if w.seen[s] {
			continue
		}
		if w.seen[s] = true; len(w.seen) > mostSteps || s.pods > 2*mostPods {
			return false
		}
		w.failures[s.used], w.pods[s.used] = max(w.failures[s.used], s.failures), max(w.pods[s.used], s.pods)
		over := w.over(s)
		if w.r.resized && s.done > 0 && s.used < w.stock { // the index goes and comes back (EIJ-3)
			again := s
			again.done, again.used = 0, s.used+1
			open = append(open, again)
		}
		if over {
			continue
		}
		natural := w.scripts[min(s.pods, len(w.scripts)-1)].ends
		natural.each(func(e end) { open = w.add(open, s, e) })
		if s.used < w.stock {
			s.used++
			w.stocked.each(func(e end) { open = w.add(open, s, e) })
		}
	}
	for used := 1; used <= w.stock; used++ { // who may use more may use less
		w.failures[used], w.pods[used] = max(w.failures[used], w.failures[used-1]), max(w.pods[used], w.pods[used-1])
	}
	return true
}

// over tells whether no pod is created any more, and notes why.
func (w *walk) over(s step) bool {
	limit := w.r.limit
	switch {
	case s.failures > limit.Most:
		w.stops = true
		for i := s.pods; i < s.pods+w.atOnce; i++ { // these may be there too, and end before
			beside := w.scripts[min(i, len(w.scripts)-1)].ends
			w.failsJob, w.trips = w.failsJob || beside.has(failsJob), w.trips || beside.has(trips)
		}
		return true
	case w.queue && s.done > 0: // nothing is created any more once that is known (COMP-4)
		if s.stuck+s.doomed == 0 {
			w.finish(s)
		}
		w.hangs = w.hangs || s.stuck > 0 && s.doomed == 0
		return s.done+s.stuck+s.doomed >= w.atOnce
	case w.queue:
		w.hangs = w.hangs || s.stuck >= w.atOnce
		return s.stuck+s.doomed >= w.atOnce
	case s.done >= w.n:
		w.finish(s)
		return true
	case s.stuck+s.doomed > 0 && (s.done+s.stuck+s.doomed >= w.n || s.stuck+s.doomed >= w.atOnce):
		w.hangs = w.hangs || s.doomed == 0
		return true
	}
	return false
}

func (w *walk) finish(s step) {
	w.completes = true
	w.fewest, w.shortest = min(w.fewest, s.failures), min(w.shortest, s.pods)
}

// add is what follows if the next pod comes to an end.
func (w *walk) add(open []step, s step, e end) []step {
	s.pods++
	switch e {
	case succeeds:
		s.done++
	case counts, failsIndex:
		s.failures++
		perIndex := w.r.spec.BackoffLimitPerIndex
		if perIndex == nil {
			break
		}
		if s.inRow++; e == failsIndex || s.inRow > int(*perIndex) {
			w.note(s)
			w.fails = true
			w.fewest, w.shortest = min(w.fewest, s.failures), min(w.shortest, s.pods)
			return open
		}
	case failsJob: // those that are created later may end before
		s.failures++
		s.doomed++
		w.failsJob, w.stops = true, true
	case trips:
		s.doomed++
		w.trips, w.stops = true, true
	case hangs:
		s.stuck++
	case vanishes: // and with it what it was told, perhaps
		again := s
		again.inRow = 0
		open = append(open, again)
	}
	return append(open, s)
}

func (w *walk) note(s step) {
	w.failures[s.used], w.pods[s.used] = max(w.failures[s.used], s.failures), max(w.pods[s.used], s.pods)
}

// together adds the most of several, among which the disturbances are shared out in the way that makes most.
func together(a, b []int) []int {
	sum := make([]int, len(a))
	for used := range a {
		for mine := range used + 1 {
			sum[used] = max(sum[used], a[mine]+b[used-mine])
		}
	}
	return sum
}
