package conformance

import (
	"strconv"
	"time"
)

func itoa(n int) string { return strconv.Itoa(n) }

// lacks is what is owed to a Job with too few pods; missing tells why that is remarkable. Failures may delay the
// creations: an implementation may wait as long as BO-1 allows when no success has come in between.
func lacks(missing func(j *jobState) (what string, ok bool)) owes {
	return func(x *examiner, j *jobState) (time.Duration, string, bool) {
		if !j.runs() || suspended(j.obj) || workQueue(j.obj) && j.succ() > 0 || j.vacancies() == 0 ||
			x.skewed() || // it waits by its own clock
			j.mayFail() || x.namespaceGoes {
			return 0, "", false
		}
		what, ok := missing(j)
		return max(j.specAt, j.createdPodAt, j.misses.over()), what, ok
	}
}

func targetMissed(j *jobState) (string, bool) {
	return j.say("Job ", j.obj.Name, " has ", itoa(j.active), " active pods and wants ", itoa(target(j.obj, j.succ()))), true
}

func raisedTargetMissed(j *jobState) (string, bool) {
	return j.say("parallelism of Job ", j.obj.Name, " was raised to ", itoa(parallel(j.obj)), ", and it has ", itoa(j.active),
		" active pods"), j.raisedUnmet
}

func terminatingHoldsPlace(j *jobState) (string, bool) {
	return j.say("Job ", j.obj.Name, " has ", itoa(j.active), " active and ", itoa(j.terminating), " terminating pods and wants ",
		itoa(target(j.obj, j.succ())), " active ones"), j.terminating > 0 && !replacesOnlyFailed(j.obj)
}
