package kubectl_test

import (
	"strings"
	"testing"
	"time"

	"github.com/onsi/gomega"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// cells are the columns of the only row after NAME. Three spaces part them, so that "3 (10s ago)" is one.
func cells(t *testing.T, table string) []string {
	t.Helper()
	lines := strings.Split(table, "\n")
	if len(lines) != 3 || lines[2] != "" {
		t.Fatalf("expected a header and one row, saw\n%s", table)
	}
	var parts []string
	for part := range strings.SplitSeq(lines[1], "   ") {
		if part = strings.TrimSpace(part); part != "" {
			parts = append(parts, part)
		}
	}
	return parts[1:]
}

func TestJobStatus(t *testing.T) {
	for _, c := range []struct {
		conditions string // true ones, and false ones after a "!"
		deleted    bool
		want       string
	}{
		{"", false, "Running"},
		{"Complete", false, "Complete"},
		{"SuccessCriteriaMet Complete", true, "Complete"},
		{"FailureTarget Failed", false, "Failed"},
		{"Failed", true, "Failed"},
		{"Suspended FailureTarget", true, "Terminating"},
		{"FailureTarget Suspended", false, "Suspended"},
		{"!Suspended", false, "Running"},
		{"!Suspended FailureTarget", false, "FailureTarget"},
		{"SuccessCriteriaMet", false, "SuccessCriteriaMet"},
	} {
		t.Run(c.conditions, func(t *testing.T) {
			job := crashLoopJob()
			for _, word := range strings.Fields(c.conditions) {
				name, negated := strings.CutPrefix(word, "!")
				condition := batchv1.JobCondition{Type: batchv1.JobConditionType(name), Status: corev1.ConditionTrue}
				if negated {
					condition.Status = corev1.ConditionFalse
				}
				job.Status.Conditions = append(job.Status.Conditions, condition)
			}
			if c.deleted {
				job.DeletionTimestamp = atPtr(time.Second)
			}
			row := cells(t, get(t, []*batchv1.Job{job}, nil, time.Second))
			gomega.NewWithT(t).Expect(row[0]).To(gomega.Equal(c.want))
		})
	}
}

// A work-queue Job needs one success, from however many workers.
func TestJobCompletions(t *testing.T) {
	for _, c := range []struct {
		completions, parallelism *int32
		want                     string
	}{
		{new(int32(5)), new(int32(2)), "2/5"},
		{nil, new(int32(3)), "2/1 of 3"},
		{nil, new(int32(1)), "2/1"},
		{nil, nil, "2/1"},
	} {
		job := crashLoopJob()
		job.Spec.Completions, job.Spec.Parallelism, job.Status.Succeeded = c.completions, c.parallelism, 2
		row := cells(t, get(t, []*batchv1.Job{job}, nil, time.Second))
		gomega.NewWithT(t).Expect(row[1]).To(gomega.Equal(c.want))
	}
}

// A failed Job has no completionTime, so kubectl lets its duration grow.
func TestJobDurationOfFailedJobGrows(t *testing.T) {
	g := gomega.NewWithT(t)
	job := crashLoopJob()
	job.Status.Conditions = []batchv1.JobCondition{{Type: batchv1.JobFailed, Status: corev1.ConditionTrue}}
	g.Expect(cells(t, get(t, []*batchv1.Job{job}, nil, time.Minute))).To(
		gomega.Equal([]string{"Failed", "0/1", "60s", "60s"}))
	g.Expect(cells(t, get(t, []*batchv1.Job{job}, nil, 9*24*time.Hour))).To(
		gomega.Equal([]string{"Failed", "0/1", "9d", "9d"}))

	job.CreationTimestamp = metav1.Time{}
	job.Status.StartTime = atPtr(time.Hour)
	g.Expect(cells(t, get(t, []*batchv1.Job{job}, nil, time.Minute))).To(
		gomega.Equal([]string{"Failed", "0/1", "<invalid>", "<unknown>"}), "never created, started in the future")
}
