package conformance

import (
	"strconv"
	"strings"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
)

// spans is a set of completion indexes as status.completedIndexes and success rules write it: "1,3-5" (STAT-10).
type spans []span

type span struct{ first, last int }

// parseSpans leaves out what does not make sense, and what is not below completions.
func parseSpans(text string, completions int) spans {
	var s spans
	for part := range strings.SplitSeq(text, ",") {
		from, to, isRange := strings.Cut(part, "-")
		first, err := strconv.Atoi(from)
		if err != nil {
			continue
		}
		last := first
		if isRange {
			if last, err = strconv.Atoi(to); err != nil {
				continue
			}
		}
		if last = min(last, completions-1); first <= last {
			s = append(s, span{first, last})
		}
	}
	return s
}

func (s spans) has(index int) bool {
	for _, r := range s {
		if r.first <= index && index <= r.last {
			return true
		}
	}
	return false
}

// count is how many there are, if no index is written twice.
func (s spans) count() int {
	n := 0
	for _, r := range s {
		n += r.last - r.first + 1
	}
	return n
}

// countIn is how many of them are in another set.
func (s spans) countIn(other spans) int {
	n := 0
	for _, a := range s {
		for _, b := range other {
			n += max(0, min(a.last, b.last)-max(a.first, b.first)+1)
		}
	}
	return n
}

// with adds one index.
func (s spans) with(index int) spans {
	if s.has(index) {
		return s
	}
	return append(s[:len(s):len(s)], span{index, index})
}

// ruleMet is SP-1 for one rule.
func ruleMet(rule *batchv1.SuccessPolicyRule, completions int, succeeded spans) bool {
	if rule.SucceededIndexes == nil {
		return rule.SucceededCount != nil && succeeded.count() >= int(*rule.SucceededCount)
	}
	asked := parseSpans(*rule.SucceededIndexes, completions)
	n := asked.countIn(succeeded)
	return n > 0 && n == asked.count() || rule.SucceededCount != nil && n >= int(*rule.SucceededCount)
}

// ruleMetBy returns the first rule that is met, or -1.
func ruleMetBy(job *batchv1.Job, succeeded spans) int {
	if job.Spec.SuccessPolicy == nil {
		return -1
	}
	for i := range job.Spec.SuccessPolicy.Rules {
		if ruleMet(&job.Spec.SuccessPolicy.Rules[i], completionsOf(job), succeeded) {
			return i
		}
	}
	return -1
}

func completionsOf(job *batchv1.Job) int { return int(valueOr(job.Spec.Completions, 0)) }

// indexIn is the completion index of a pod; false if it has none.
func indexIn(pod *corev1.Pod) (int, bool) {
	index, err := strconv.Atoi(pod.Annotations[batchv1.JobCompletionIndexAnnotation])
	return index, err == nil && index >= 0
}

// succeededIndexes are those that have succeeded in truth: in the status, or by a tracked pod that has.
func (j *jobState) succeededIndexes() spans {
	return j.indexesWith(j.obj, func(p *podState) bool {
		return p.job == j && p.tracked() && p.account == unlisted && isSucceeded(p.obj)
	})
}

// mostSucceededIndexes are those that the implementation may take for succeeded with a version of the Job.
func (j *jobState) mostSucceededIndexes(version *batchv1.Job) spans {
	return j.indexesWith(version, func(p *podState) bool { return p.perhapsThere(isSucceeded) && p.perhapsThere(p.carries) })
}

// leastSucceededIndexes are those that it must know to have succeeded.
func (j *jobState) leastSucceededIndexes(version *batchv1.Job) spans {
	return j.indexesWith(version, func(p *podState) bool {
		return p.job == j && p.surelyThere(isSucceeded) && p.surelyThere(p.carries)
	})
}

func (j *jobState) indexesWith(version *batchv1.Job, has func(*podState) bool) spans {
	completions := completionsOf(version)
	s := parseSpans(version.Status.CompletedIndexes, completions)
	for _, p := range j.pods {
		if index, ok := indexIn(p.obj); ok && index < completions && has(p) {
			s = s.with(index)
		}
	}
	return s
}

// perhapsSuccessRuleMet reports whether, for all that the implementation can know, its success policy is met.
func (j *jobState) perhapsSuccessRuleMet() bool {
	return j.obj.Spec.SuccessPolicy != nil && j.perhaps(func(version *batchv1.Job) bool {
		return ruleMetBy(version, j.mostSucceededIndexes(version)) >= 0
	})
}

// surelySuccessRuleMet reports whether it must see that it is met.
func (j *jobState) surelySuccessRuleMet() bool {
	return j.obj.Spec.SuccessPolicy != nil && j.surely(func(version *batchv1.Job) bool {
		return ruleMetBy(version, j.leastSucceededIndexes(version)) >= 0
	})
}
