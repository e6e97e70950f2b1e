package sim

// expectedPods is about how many pods a run will have, as far as the Jobs say. Room that is made at the start is neither
// copied nor collected again and again while a run grows; room that stays empty costs little.
func (s *Scenario) expectedPods() int {
	const most = 100_000
	pods := 0
	for _, job := range s.Jobs {
		switch {
		case job.Spec.Completions != nil:
			pods += max(0, min(int(*job.Spec.Completions), most))
		case job.Spec.Parallelism == nil:
			pods++ // DEF-3
		}
	}
	return min(pods, most)
}

// expectedEntries is about how many entries the trace of a run will have.
func (s *Scenario) expectedEntries() int {
	const some, perPod = 96, 16
	return some + perPod*s.expectedPods()
}
