package trace

import (
	"fmt"
	"strings"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
)

// summary prints one sentence for each Job: what it has come to, in numbers.
func (p *printer) summary(h *history) {
	p.print("")
	for _, j := range h.jobs {
		text, bold := j.summary()
		p.paragraph(text, 2, bold)
	}
	p.paragraph(h.totals(), 2, 0)
}

func (h *history) totals() string {
	return fmt.Sprintf("%s, %s in %s of virtual time", plural(h.pods(), "pod"), plural(h.starts, "container start"), clock(h.end))
}

func (h *history) pods() int {
	n := 0
	for _, j := range h.jobs {
		n += len(j.pods)
	}
	return n
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// summary says how the Job ended, and how many of its first characters are the point.
func (j *jobHistory) summary() (text string, bold int) {
	if j.job == nil {
		s, f, o := outcome(j.pods)
		return fmt.Sprintf("Pods without a Job: %d succeeded, %d failed, %d did not end", s, f, o), 0
	}
	text = "Job " + j.name + " has not finished"
	why := ""
	if c := decisive(j.job.Status.Conditions); c != nil {
		why = because(c.Reason, c.Message)
		if c.Type == batchv1.JobComplete || c.Type == batchv1.JobFailed {
			text = "Job " + j.name + " is " + string(c.Type)
		} else {
			text += ", is " + string(c.Type)
		}
	}
	st := &j.job.Status
	numbers := []string{fmt.Sprintf("succeeded %d", st.Succeeded), fmt.Sprintf("failed %d", st.Failed)}
	if st.Active != 0 {
		numbers = append([]string{fmt.Sprintf("active %d", st.Active)}, numbers...)
	}
	if n := or0(st.Terminating); n != 0 {
		numbers = append(numbers, fmt.Sprintf("terminating %d", n))
	}
	if st.CompletedIndexes != "" {
		numbers = append(numbers, "completedIndexes "+plain(st.CompletedIndexes))
	}
	if s := deref0(st.FailedIndexes); s != "" {
		numbers = append(numbers, "failedIndexes "+plain(s))
	}
	return text + why + ": " + strings.Join(numbers, ", "), len([]rune(text))
}

// decisive is the condition that says most about where a Job is.
func decisive(conditions []batchv1.JobCondition) *batchv1.JobCondition {
	for _, kind := range []batchv1.JobConditionType{batchv1.JobComplete, batchv1.JobFailed, batchv1.JobSuccessCriteriaMet,
		batchv1.JobFailureTarget, batchv1.JobSuspended} {
		for i := range conditions {
			if c := &conditions[i]; c.Type == kind && c.Status == corev1.ConditionTrue {
				return c
			}
		}
	}
	return nil
}
