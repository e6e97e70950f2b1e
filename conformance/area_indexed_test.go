package conformance

import (
	"testing"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"

	"github.com/jobsim/jobsim/fakes"
	"github.com/jobsim/jobsim/scenarios"
	"github.com/jobsim/jobsim/scenarios/situations"
	"github.com/jobsim/jobsim/sim"
)

// broken is a mutant that is one of the broken implementations, in a situation.
func broken(t *testing.T, requirement, name, situation, says string) mutant {
	t.Helper()
	b, ok := fakes.GetBroken(name)
	if !ok {
		t.Fatalf("there is no broken implementation %s", name)
	}
	return made(t, requirement, b.Break, situation, says)
}

// built is a broken implementation in a built-in scenario.
func built(t *testing.T, requirement, name, scenario, says string) mutant {
	t.Helper()
	b, ok := fakes.GetBroken(name)
	if !ok {
		t.Fatalf("there is no broken implementation %s", name)
	}
	s, err := scenarios.Get(scenario)
	if err != nil {
		t.Fatal(err)
	}
	return mutant{requirement: requirement, mistake: b.Break, scenario: s, says: says}
}

// made is a mutant with a mistake of its own, in a situation.
func made(t *testing.T, requirement string, mistake func(*fakes.Decisions), situation, says string) mutant {
	t.Helper()
	s, ok := situations.Get(situation)
	if !ok {
		t.Fatalf("there is no situation %s", situation)
	}
	own := *s
	own.Faults = append([]sim.Fault(nil), s.Faults...)
	return mutant{requirement: requirement, mistake: mistake, scenario: &own, says: says}
}

// unplacedPodsStay never lets a pod go that does not count.
func unplacedPodsStay(d *fakes.Decisions) {
	count := d.CountAs
	d.CountAs = func(d *fakes.Decisions, job *batchv1.Job, pod *corev1.Pod, decided *fakes.Verdict) fakes.Tally {
		if tally := count(d, job, pod, decided); tally != fakes.Ignored {
			return tally
		}
		return fakes.Uncounted
	}
}

// successUnstored never stores which indexes have succeeded.
func successUnstored(d *fakes.Decisions) {
	d.IsSucceeded = func(*corev1.Pod) bool { return false }
}

func TestIndexedMutants(t *testing.T) {
	kills(t, [][]Requirement{indexedJobs}, []mutant{
		broken(t, "job/indexed/success-needs-every-index", "completes-by-pods", "IDX-2.1", "succeeds with completions 3"),
		broken(t, "job/indexed/completed-indexes-are-real", "index-from-the-name", "IDX-8.1", "index 0 of Job work enters completedIndexes, and no pod"),
		broken(t, "job/indexed/index-is-the-annotation", "index-from-the-name", "IDX-8.1", "with that index in its annotation"),
		made(t, "job/indexed/successes-are-stored", successUnstored, "IDX-1.1", "has succeeded, and completedIndexes is"),
		broken(t, "job/indexed/succeeded-counts-indexes", "succeeded-counts-pods", "IDX-2.1", "status.succeeded of Job work is"),
		broken(t, "job/indexed/completed-indexes-format", "two-indexes-as-a-range", "IDX-1.1", `is "0-1": expected "0,1"`),
		broken(t, "job/indexed/failures-share-one-limit", "limit-for-each-index", "IDX-3.1", "have failed than backoffLimit"),
		broken(t, "job/indexed/failed-index-is-retried", "failed-index-not-retried", "IDX-3.2", "that wait for a pod have failed, and none gets another"),
		broken(t, "job/indexed/successes-are-in-no-list", "indexed-success-released-first", "IDX-1.1", "loses its finalizer before the index is stored"),
		made(t, "job/indexed/pods-know-their-index", func(d *fakes.Decisions) {
			add := d.AddIndex
			d.AddIndex = func(job *batchv1.Job, pod *corev1.Pod, index int32) {
				add(job, pod, index)
				delete(pod.Annotations, batchv1.JobCompletionIndexAnnotation)
			}
		}, "IDX-1.1", `has the index "": expected a number`),
		broken(t, "job/indexed/label", "index-without-a-label", "IDX-1.1", `with the value "", and the annotation "0"`),
		broken(t, "job/indexed/name-and-hostname", "pod-name-without-the-index", "IDX-1.1", `has generateName "work-": expected "work-0-"`),
		broken(t, "job/indexed/name-and-hostname", "hostname-without-the-index", "IDX-1.1", `has the hostname "": expected "work-0"`),
		broken(t, "job/indexed/environment", "init-containers-without-the-index", "POD-6.1", "container prepare"),
		broken(t, "job/indexed/environment", "index-variable-overwritten", "POD-6.1", "defines JOB_COMPLETION_INDEX itself, and it is overwritten"),
		broken(t, "job/indexed/completed-index-stays-done", "completed-index-restarted", "IDX-1.1", "is created for index 0"),
		broken(t, "job/indexed/one-pod-per-index", "active-index-reused", "IDX-1.1", "is active"),
		broken(t, "job/indexed/terminating-pod-keeps-its-index", "terminating-index-reused", "PRP-4.1", "has not ended"),
		broken(t, "job/indexed/lowest-first", "highest-index-first", "IDX-1.1", "and index 0 has had none"),
		broken(t, "job/indexed/duplicates-go", "duplicates-kept", "IDX-4.3", "are both active for index 0"),
		broken(t, "job/indexed/most-advanced-duplicate-stays", "most-advanced-duplicate-deleted", "IDX-4.2", "was left"),
		broken(t, "job/indexed/pods-without-an-index-go", "pods-without-an-index-kept", "IDX-5.1", "has no place in Job work"),
		broken(t, "job/indexed/pods-without-an-index-do-not-count", "pods-without-an-index-kept", "IDX-5.2", "is listed as if it counted"),
		made(t, "job/indexed/pods-without-an-index-are-released", unplacedPodsStay, "IDX-5.2", "has ended, has no place in Job work, and carries the finalizer"),
		broken(t, "job/indexed/misplaced-pods-do-not-count", "removed-index-counts-failed", "IDX-4.1", "and it is counted as failed"),
	})
}

func TestElasticIndexedMutants(t *testing.T) {
	kills(t, [][]Requirement{elasticIndexed}, []mutant{
		broken(t, "job/elastic-indexed/growing-adds-indexes", "completions-latched", "EIJ-1.1", "has grown to completions 5"),
		broken(t, "job/elastic-indexed/shrinking-deletes-pods", "removed-index-runs-on", "EIJ-2.1", "has no place in Job work with completions 2"),
		broken(t, "job/elastic-indexed/removed-pods-do-not-count", "removed-index-counts-failed", "EIJ-2.1", "has completions 2, and it counts as failed"),
		broken(t, "job/elastic-indexed/completed-indexes-shrink", "completions-latched", "EIJ-2.2", `completedIndexes is "2"`),
		broken(t, "job/elastic-indexed/completed-indexes-shrink", "succeeded-kept-when-shrunk", "EIJ-2.2", `completedIndexes is "", and succeeded is 1`),
		broken(t, "job/elastic-indexed/returning-index-runs-again", "removed-index-remembered", "EIJ-3.1", "is completed again without a new success"),
		broken(t, "job/elastic-indexed/nothing-left-completes", "shrunk-to-nothing-waits", "EIJ-4.1", "and it does not succeed"),
		broken(t, "job/elastic-indexed/earlier-failures-count", "removed-failures-forgiven", "EIJ-5.1", "have failed than backoffLimit"),
		broken(t, "job/elastic-indexed/complete-waits-for-removed-pods", "shrunk-complete-at-once", "EIJ-6.1", "has not stopped"),
		broken(t, "job/elastic-indexed/failures-beyond-do-not-count", "removed-index-counts-failed", "EIJ-2.1", "is listed as if it counted"),
		made(t, "job/elastic-indexed/failures-beyond-are-released", unplacedPodsStay, "EIJ-7.1", "carries the finalizer"),
	})
}

// message changes what is said of a failure.
func message(d *fakes.Decisions) {
	record := d.RecordInterim
	d.RecordInterim = func(status *batchv1.JobStatus, v fakes.Verdict, now time.Time) bool {
		v.Message = "it has failed"
		return record(status, v, now)
	}
}

func TestBackoffPerIndexMutants(t *testing.T) {
	const area = "job/backoff-limit-per-index/"
	kills(t, [][]Requirement{backoffPerIndex}, []mutant{
		broken(t, area+"limit-fails-the-index", "index-limit-one-too-many", "BPI-1.1", "with backoffLimitPerIndex 1, and its index has not"),
		broken(t, area+"not-before-the-limit", "index-limit-off-by-one", "BPI-1.1", "enters failedIndexes, and no pod of it has failed after 1 others"),
		broken(t, area+"not-before-the-limit", "removed-failed-index-remembered", "EIJ-1.2", "had been removed and is failed again"),
		broken(t, area+"deleted-pods-count", "deleted-pod-spares-its-index", "BPI-12.1", "and its index has not"),
		broken(t, area+"failed-index-stays-failed", "failed-index-restarted", "BPI-1.1", "is created for index 1 of Job work, and failedIndexes is"),
		broken(t, area+"other-indexes-go-on", "failed-index-fails-the-job", "BPI-1.1", "fails with MaxFailedIndexesExceeded"),
		broken(t, area+"other-indexes-go-on", "max-failed-indexes-off-by-one", "BPI-4.1", "fails with MaxFailedIndexesExceeded"),
		built(t, area+"no-pod-beyond-the-maximum", "max-failed-indexes-by-stored-ones", "max-failed-indexes", "of which 3 indexes have failed with maxFailedIndexes 2"),
		broken(t, area+"failure-count", "ignored-failures-use-up-the-index", "BPI-6.2", "has the failure count 1: expected no more than 0"),
		broken(t, area+"all-ended-fails-the-job", "failed-indexes-never-end", "BPI-1.1", "1 of them have failed, and it does not fail"),
		broken(t, area+"failed-index-is-no-success", "failed-indexes-complete-the-job", "BPI-1.1", "succeeds, and 1 of its indexes have failed"),
		broken(t, area+"max-failed-indexes", "max-failed-indexes-ignored", "BPI-4.1", "maxFailedIndexes is 1, and it does not fail"),
		broken(t, area+"max-failed-indexes-edits-apply", "max-failed-indexes-latched", "BPI-13.1", "maxFailedIndexes is 1, and it does not fail"),
		broken(t, area+"killed-indexes-are-not-failed", "killed-indexes-failed", "BPI-4.1", "its pod was deleted because the Job fails"),
		broken(t, area+"global-limit-applies", "global-limit-ignored-per-index", "BPI-5.1", "have failed than backoffLimit"),
		broken(t, area+"failed-indexes-are-there", "failed-indexes-left-out", "BPI-1.1", "its status has no failedIndexes"),
		broken(t, area+"failed-indexes-format", "failed-indexes-as-ranges-of-two", "BPI-1.2", `is "0-1": expected "0,1"`),
		broken(t, area+"failure-count", "failure-count-missing-at-first", "BPI-1.1", `has the failure count "": expected a number`),
		broken(t, area+"failure-count-goes-on", "failure-count-stands-still", "BPI-1.1", "has the failure count 0"),
		broken(t, area+"failure-count-survives-restarts", "failure-count-in-memory", "BPI-6.1", "has failed before it with the failure count"),
		broken(t, area+"unreadable-count-is-zero", "unreadable-count-is-one", "BPI-11.1", "expected 1"),
		broken(t, area+"failed-pod-stays-until-replaced", "failed-pod-released-at-once", "BPI-1.1", "before it has a successor"),
		broken(t, area+"delay", "index-delay-never-grows", "BPI-1.3", "so there is a delay of 20s"),
		broken(t, area+"delay-is-its-own", "index-delay-too-long", "BPI-1.1", "one whose delay is over gets none"),
		made(t, area+"message-failed-indexes", message, "BPI-1.1", "the message of FailedIndexes is"),
		made(t, area+"message-max-failed-indexes", message, "BPI-4.1", "the message of MaxFailedIndexesExceeded is"),
	})
}
