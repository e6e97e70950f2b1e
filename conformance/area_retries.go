package conformance

// retries is about restartPolicy Never: each attempt is a pod of its own (NEV).
var retries = []Requirement{
	{
		ID: "job/retries/ended-pods-stay", Clauses: []string{"NEV-3", "DEL-6"}, Level: Core, Strength: Must,
		Sentence: "An implementation must not delete pods that have ended, neither while the Job runs nor when it finishes.",
		Observed: "No accepted DELETE of a pod in phase Succeeded or Failed whose Job exists and is not being deleted.",
		Source:   "Kubernetes e2e tests of Jobs, which list failed pods of finished Jobs", Scenarios: []string{"never-backoff"},
		check: func() any { return onPod(endedPodsStay) },
	},
}

func endedPodsStay(x *examiner, p *podState) {
	if p.ended.come() && p.ended.entry == x.entry {
		x.exercised()
	}
	if p.deleted.entry != x.entry || !p.deleted.byImplementation() || !x.surely(p, terminal) {
		return
	}
	if j := p.maker; j != nil && !j.gone && j.obj.DeletionTimestamp == nil {
		x.violated("pod %s had ended as %s, and was deleted", p.obj.Name, p.obj.Status.Phase)
	}
}
