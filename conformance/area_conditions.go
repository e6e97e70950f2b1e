package conformance

import batchv1 "k8s.io/api/batch/v1"

// conditions is about how a Job ends: interim conditions, terminal ones, and what must be so by then (FIN).
var conditions = []Requirement{
	{
		ID: "job/conditions/terminal-is-final", Clauses: []string{"FIN-1", "SYNC-2"}, Level: Core, Strength: Must,
		Sentence: "Complete=True and Failed=True must exclude each other and, once there, must never change back.",
		Observed: "Every stored version of a Job is compared with the one before.",
		Source:   "API reference, JobStatus.conditions", Scenarios: []string{"pi", "backofflimit-zero"},
		check: func() any { return onJob(terminalIsFinal) },
	},
}

func terminalIsFinal(x *examiner, j *jobState) {
	if j.gone || !j.finished() && !j.wasFinished() {
		return
	}
	x.exercised()
	complete, failed := isTrue(j.obj, batchv1.JobComplete), isTrue(j.obj, batchv1.JobFailed)
	switch {
	case complete && failed:
		x.violated("Job %s is Complete and Failed at once", j.obj.Name)
	case j.before == nil:
	case isTrue(j.before, batchv1.JobComplete) && !complete:
		x.violated("Job %s was Complete, and is not any more", j.obj.Name)
	case isTrue(j.before, batchv1.JobFailed) && !failed:
		x.violated("Job %s was Failed, and is not any more", j.obj.Name)
	}
}
