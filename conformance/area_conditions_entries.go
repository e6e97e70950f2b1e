package conformance

import (
	"time"

	batchv1 "k8s.io/api/batch/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// conditionEntries are requirements on how the entries of the list are kept.
var conditionEntries = []Requirement{
	{
		ID: "job/conditions/one-entry-of-a-type", Clauses: []string{"FIN-13", "SUS-5"}, Level: Core, Strength: Must,
		Sentence: "A Job must have one entry at most of each of the types Suspended, Complete and Failed.",
		Observed: "Entries are counted in every version that an implementation stores.",
		Source:   "upstream test TestSingleJobFailedCondition", Scenarios: []string{"suspend-resume"},
		check: func() any { return onJob(oneEntryOfAType) },
	},
	{
		ID: "job/conditions/times-stay-with-the-content", Clauses: []string{"FIN-13"}, Level: Core, Strength: Must,
		Sentence: "The lastTransitionTime and lastProbeTime of a condition must not move while its status, reason and message stay as " +
			"they are.",
		Observed: "Entries of type Suspended, Complete, Failed in consecutive versions that say the same have the same times.",
		Source:   "upstream code, ensureJobConditionStatus", Scenarios: []string{"suspend-resume"},
		check: func() any { return onJob(timesStay) },
	},
	{
		ID: "job/conditions/times-move-with-the-content", Clauses: []string{"FIN-13"}, Level: Core, Strength: Must,
		Sentence: "The lastTransitionTime and lastProbeTime of a condition must both be set when its status, reason or message changes.",
		Observed: "An entry of type Suspended, Complete or Failed that is new or says something else has times that are not " +
			"those of what it said before, and not zero.",
		Source: "upstream code, ensureJobConditionStatus", Scenarios: []string{"suspend-resume"},
		check: func() any { return onJob(timesMove) },
	},
	{
		ID: "job/conditions/finish-time-is-the-end", Clauses: []string{"FIN-15", "TTL-5"}, Level: Core, Strength: Must, Since: 31,
		Sentence: "The lastTransitionTime of the terminal condition must be the time at which the Job finished, after its last pod ended.",
		Observed: "In the version in which Complete=True or Failed=True appears that time is not before the second in which the " +
			"last pod of the Job ended.",
		Source: "API reference, JobSpec.ttlSecondsAfterFinished, which counts from it", Scenarios: []string{"deadline-kills-pods"},
		check: func() any { return onJob(finishTimeIsTheEnd) },
	},
	{
		ID: "job/conditions/false-decides-nothing", Clauses: []string{"FIN-12"}, Level: UpstreamExact, Strength: Up, Since: 31,
		Sentence: "A FailureTarget or SuccessCriteriaMet entry that is not True must have no effect.",
		Observed: "After somebody adds such an entry, with a reason that no controller uses, no condition with that reason " +
			"becomes True, and no active pod is deleted for no other reason.",
		Source: "upstream test TestTrackJobStatusAndRemoveFinalizers", Scenarios: []string{"status-notes"},
		check: func() any { return falseDecidesNothing{} },
	},
}

var singleConditions = []batchv1.JobConditionType{batchv1.JobSuspended, batchv1.JobComplete, batchv1.JobFailed}

func oneEntryOfAType(x *examiner, j *jobState) {
	if j.gone || !x.byImplementation() {
		return
	}
	for _, kind := range singleConditions {
		n := 0
		for i := range j.obj.Status.Conditions {
			if j.obj.Status.Conditions[i].Type == kind {
				n++
			}
		}
		if n > 0 {
			if x.exercised(); n != 1 {
				x.violated("Job %s has %d entries of type %s", j.obj.Name, n, kind)
			}
		}
	}
}

// saysTheSame reports whether two entries differ in their times at most.
func saysTheSame(a, b *batchv1.JobCondition) bool {
	return a.Status == b.Status && a.Reason == b.Reason && a.Message == b.Message
}

func timesStay(x *examiner, j *jobState) {
	if j.gone || !x.byImplementation() || j.before == nil {
		return
	}
	for _, kind := range singleConditions {
		now, before := condition(j.obj, kind), condition(j.before, kind)
		if now == nil || before == nil || !saysTheSame(now, before) {
			continue
		}
		x.exercised()
		if !now.LastTransitionTime.Equal(&before.LastTransitionTime) || !now.LastProbeTime.Equal(&before.LastProbeTime) {
			x.violated("condition %s of Job %s says what it said before, and its times have moved from %s and %s to %s and %s",
				kind, j.obj.Name, describeStamp(&before.LastTransitionTime), describeStamp(&before.LastProbeTime),
				describeStamp(&now.LastTransitionTime), describeStamp(&now.LastProbeTime))
		}
	}
}

func timesMove(x *examiner, j *jobState) {
	if j.gone || !x.byImplementation() || x.skewed() {
		return
	}
	for _, kind := range singleConditions {
		now := condition(j.obj, kind)
		if now == nil {
			continue
		}
		var before *batchv1.JobCondition
		if j.before != nil {
			before = condition(j.before, kind)
		}
		if before != nil && saysTheSame(now, before) {
			continue
		}
		x.exercised()
		for _, of := range []struct {
			name string
			time func(*batchv1.JobCondition) *metav1.Time
		}{
			{"lastTransitionTime", func(c *batchv1.JobCondition) *metav1.Time { return &c.LastTransitionTime }},
			{"lastProbeTime", func(c *batchv1.JobCondition) *metav1.Time { return &c.LastProbeTime }},
		} {
			switch at := of.time(now); {
			case at.IsZero():
				x.violated("condition %s of Job %s has no %s", kind, j.obj.Name, of.name)
			case before != nil && at.Equal(of.time(before)) && x.now-sinceEpoch(*at) > 2*time.Second+x.slowness():
				x.violated("condition %s of Job %s has changed from %s (%s) to %s (%s), and its %s is %s still", kind, j.obj.Name,
					before.Status, before.Reason, now.Status, now.Reason, of.name, describeStamp(at))
			}
		}
	}
}

func finishTimeIsTheEnd(x *examiner, j *jobState) {
	if !becameFinished(x, j) || x.skewed() {
		return
	}
	c := terminalCondition(j.obj)
	end := lastAlive(j).Truncate(time.Second)
	if x.exercised(); sinceEpoch(c.LastTransitionTime) < end {
		x.violated("Job %s is %s since %s, and its last pod ended at %v only",
			j.obj.Name, c.Type, describeStamp(&c.LastTransitionTime), lastAlive(j))
	}
}

// reservedReasons are those with which Jobs end (SEMANTICS.md, table B).
var reservedReasons = map[string]bool{
	batchv1.JobReasonBackoffLimitExceeded: true, batchv1.JobReasonDeadlineExceeded: true,
	batchv1.JobReasonPodFailurePolicy: true, batchv1.JobReasonMaxFailedIndexesExceeded: true,
	batchv1.JobReasonFailedIndexes: true, batchv1.JobReasonCompletionsReached: true, batchv1.JobReasonSuccessPolicy: true,
}

// decisive are the conditions that decide or end a Job.
var decisive = map[batchv1.JobConditionType]bool{
	batchv1.JobFailureTarget: true, batchv1.JobFailed: true, batchv1.JobSuccessCriteriaMet: true, batchv1.JobComplete: true,
}

// falseDecidesNothing looks at what follows from entries that are not True.
type falseDecidesNothing struct{}

// denied returns an entry of a type that is not True and that no controller has written; nil if there is none.
func denied(job *batchv1.Job, kind batchv1.JobConditionType) *batchv1.JobCondition {
	entry := condition(job, kind)
	if entry == nil || isTrue(job, kind) || entry.Reason == "" || reservedReasons[entry.Reason] {
		return nil
	}
	return entry
}

func (falseDecidesNothing) pod(x *examiner, p *podState) {
	j := p.job
	if j == nil || p.deleted.entry != x.entry || !p.deleted.byImplementation() || p.seen == nil || terminal(p.obj) {
		return
	}
	for _, kind := range []batchv1.JobConditionType{batchv1.JobFailureTarget, batchv1.JobSuccessCriteriaMet} {
		if denied(j.obj, kind) != nil && !j.mayDelete() && !p.perhapsMisplaced(j) {
			x.violated("active pod %s is deleted, and there is no reason but that Job %s has an entry %s, which is not True",
				p.obj.Name, j.obj.Name, kind)
		}
	}
}

func (falseDecidesNothing) job(x *examiner, j *jobState) {
	if j.gone || j.before == nil {
		return
	}
	for _, kind := range []batchv1.JobConditionType{batchv1.JobFailureTarget, batchv1.JobSuccessCriteriaMet} {
		denied := denied(j.before, kind)
		if denied == nil || j.wasDecided() {
			continue
		}
		x.exercised()
		for i := range j.obj.Status.Conditions {
			c := &j.obj.Status.Conditions[i]
			if x.byImplementation() && decisive[c.Type] && c.Status == "True" && c.Reason == denied.Reason {
				x.violated("Job %s is %s with reason %s, which it has from an entry %s=%s", j.obj.Name, c.Type, c.Reason, kind,
					denied.Status)
			}
		}
	}
}

// describeStamp is a stored time as people read it in a run: since its start.
func describeStamp(t *metav1.Time) string {
	if t == nil || t.IsZero() {
		return "none"
	}
	return sinceEpoch(*t).String()
}
