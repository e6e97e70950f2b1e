package fakes

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"
)

// brokenIndexed are wrong about the indexes of an Indexed Job.
var brokenIndexed = []Broken{
	{
		Name:    "index-from-the-name",
		Mistake: "It takes the index of a pod from its name instead of its annotation.",
		Clauses: []string{"IDX-8"},
		Break:   func(d *Decisions) { d.IndexOf = indexInName },
	},
	{
		Name:    "active-index-reused",
		Mistake: "It starts a pod for the lowest index that is not done, although one is at work on it.",
		Clauses: []string{"IDX-6", "POD-13"},
		Break: func(d *Decisions) {
			d.TakenIndexes = func(job *batchv1.Job, x *Indexes) IndexSet { return x.Completed.Union(x.Failed) }
		},
	},
	{
		Name:    "completed-index-restarted",
		Mistake: "It starts pods for the lowest indexes that are idle, also for those that have succeeded.",
		Clauses: []string{"IDX-6", "POD-13"},
		Break: func(d *Decisions) {
			d.TakenIndexes = func(job *batchv1.Job, x *Indexes) IndexSet { return x.Failed.Union(x.Active) }
		},
	},
	{
		Name:    "terminating-index-reused",
		Mistake: "It gives the index of a terminating pod to a new one, under podReplacementPolicy Failed too.",
		Clauses: []string{"PRP-4", "IDX-6"},
		Break: func(d *Decisions) {
			d.TakenIndexes = func(job *batchv1.Job, x *Indexes) IndexSet {
				return x.Completed.Union(x.Failed).Union(x.Active)
			}
		},
	},
	{
		Name:    "succeeded-counts-pods",
		Mistake: "It counts the pods that have succeeded instead of the indexes.",
		Clauses: []string{"IDX-2", "STAT-4"},
		Bug:     "kubernetes/kubernetes#99865",
		Break: func(d *Decisions) {
			beforeWrite(d, func(s *jobSync) {
				if isIndexed(s.job) {
					n := len(slices.DeleteFunc(everyPod(context.Background(), s), func(pod *corev1.Pod) bool { return !isSucceeded(pod) }))
					s.job.Status.Succeeded = max(s.job.Status.Succeeded, int32(n))
				}
			})
		},
	},
	{
		Name:    "completes-by-pods",
		Mistake: "It completes the Job when as many pods as completions have succeeded, whatever their indexes.",
		Clauses: []string{"IDX-1", "IDX-2"},
		Break: func(d *Decisions) {
			afterStep(d, "observe", func(ctx context.Context, s *jobSync) {
				if isIndexed(s.job) {
					n := len(slices.DeleteFunc(everyPod(ctx, s), func(pod *corev1.Pod) bool { return !isSucceeded(pod) }))
					s.counts.Succeeded = max(s.counts.Succeeded, int32(n))
				}
			})
		},
	},
	{
		Name:    "two-indexes-as-a-range",
		Mistake: "It writes two indexes in a row as a range, 0-1 for 0,1.",
		Clauses: []string{"STAT-10"},
		Break: func(d *Decisions) {
			beforeWrite(d, func(s *jobSync) { s.job.Status.CompletedIndexes = rangesOfTwo(s.job.Status.CompletedIndexes) })
		},
	},
	{
		Name:    "hostname-without-the-index",
		Mistake: "It gives the pods of an Indexed Job no hostname of their own.",
		Clauses: []string{"POD-6"},
		Break:   afterIndex(func(_ *batchv1.Job, pod *corev1.Pod, _ int32) { pod.Spec.Hostname = "" }),
	},
	{
		Name:    "index-without-a-label",
		Mistake: "It tells pods their index by the annotation only.",
		Clauses: []string{"POD-6"},
		Break: afterIndex(func(_ *batchv1.Job, pod *corev1.Pod, _ int32) {
			delete(pod.Labels, batchv1.JobCompletionIndexAnnotation)
		}),
	},
	{
		Name:    "pod-name-without-the-index",
		Mistake: "It names the pods of an Indexed Job like those of any other.",
		Clauses: []string{"POD-6"},
		Break:   afterIndex(func(job *batchv1.Job, pod *corev1.Pod, _ int32) { pod.GenerateName = job.Name + "-" }),
	},
	{
		Name:    "init-containers-without-the-index",
		Mistake: "It tells the index to regular containers only.",
		Clauses: []string{"POD-7"},
		Break: afterIndex(func(job *batchv1.Job, pod *corev1.Pod, _ int32) {
			for i := range pod.Spec.InitContainers {
				pod.Spec.InitContainers[i].Env = job.Spec.Template.Spec.InitContainers[i].Env
			}
		}),
	},
	{
		Name:    "index-variable-overwritten",
		Mistake: "It overwrites a JOB_COMPLETION_INDEX that a container defines itself.",
		Clauses: []string{"POD-7"},
		Break: afterIndex(func(_ *batchv1.Job, pod *corev1.Pod, _ int32) {
			for i := range pod.Spec.Containers {
				c := &pod.Spec.Containers[i]
				c.Env = slices.DeleteFunc(slices.Clone(c.Env), func(v corev1.EnvVar) bool { return v.Name == indexVariable })
				addIndexVariable(pod.Spec.Containers[i : i+1])
			}
		}),
	},
	{
		Name:    "highest-index-first",
		Mistake: "It starts the highest indexes first.",
		Clauses: []string{"IDX-7"},
		Break: func(d *Decisions) {
			d.NextIndexes = func(taken IndexSet, n int, completions int32) []int32 {
				all := taken.Missing(int(completions), completions)
				return all[max(0, len(all)-n):]
			}
		},
	},
	{
		Name:    "duplicates-kept",
		Mistake: "It lets all pods of an index go on.",
		Clauses: []string{"IDX-4", "PAR-8"},
		Bug:     "kubernetes/kubernetes#99789",
		Break: func(d *Decisions) {
			d.Misplaced = func(d *Decisions, job *batchv1.Job, active []*corev1.Pod) (remove, keep []*corev1.Pod) {
				for _, pod := range active {
					if d.InRange(job, d.IndexOf(pod)) {
						keep = append(keep, pod)
					} else {
						remove = append(remove, pod)
					}
				}
				return remove, keep
			}
		},
	},
	{
		Name:    "most-advanced-duplicate-deleted",
		Mistake: "It keeps the pod of an index that has got least far, and deletes the others.",
		Clauses: []string{"IDX-4"},
		Break: func(d *Decisions) {
			d.KeptOfIndex = func(same []*corev1.Pod) types.UID { return same[0].UID }
		},
	},
	{
		Name:    "pods-without-an-index-kept",
		Mistake: "It takes a pod whose index it cannot read for one of index 0.",
		Clauses: []string{"IDX-5"},
		Break: func(d *Decisions) {
			d.IndexOf = func(pod *corev1.Pod) int32 { return max(0, indexOf(pod)) }
		},
	},
	{
		Name:    "index-in-label-only",
		Mistake: "It writes and reads the index of a pod as a label, and leaves out the annotation, which is older.",
		Clauses: []string{"POD-6"},
		Break: func(d *Decisions) {
			afterIndex(func(_ *batchv1.Job, pod *corev1.Pod, _ int32) {
				delete(pod.Annotations, batchv1.JobCompletionIndexAnnotation)
			})(d)
			d.IndexOf = func(pod *corev1.Pod) int32 {
				index, ok := parseIndex(pod.Labels[batchv1.JobCompletionIndexAnnotation])
				if !ok {
					return noIndex
				}
				return index
			}
		},
	},
	{
		Name:    "indexes-from-one",
		Mistake: "It numbers the indexes from 1 to completions.",
		Clauses: []string{"POD-6", "IDX-7"},
		Break: func(d *Decisions) {
			d.InRange = func(job *batchv1.Job, index int32) bool { return index > 0 && index <= completions(job) }
			d.NextIndexes = func(taken IndexSet, n int, completions int32) []int32 {
				return taken.Union(indexesOf([]int32{0})).Missing(n, completions+1)
			}
		},
	},
	{
		Name:    "pods-without-an-index-never-freed",
		Mistake: "It skips a pod whose index it cannot read whenever it accounts, so that the pod keeps its finalizer.",
		Clauses: []string{"IDX-5"},
		Break: func(d *Decisions) {
			uncounted(d, func(d *Decisions, job *batchv1.Job, pod *corev1.Pod) bool {
				return isIndexed(job) && d.IndexOf(pod) == noIndex
			})
		},
	},
	{
		Name:    "limit-for-each-index",
		Mistake: "It allows each index as many failures as backoffLimit says for all.",
		Clauses: []string{"IDX-3", "BL-1"},
		Break: func(d *Decisions) {
			d.FailuresExceeded = func(job *batchv1.Job, failed int32) bool {
				if isIndexed(job) {
					failed /= max(1, completions(job))
				}
				return failuresExceeded(job, failed)
			}
		},
	},
	{
		Name:    "failed-index-not-retried",
		Mistake: "It starts no further pod of an Indexed Job once one has failed.",
		Clauses: []string{"IDX-3"},
		Break: func(d *Decisions) {
			d.PodsMissing = func(job *batchv1.Job, wanted int32, c Counts) int32 {
				if isIndexed(job) && c.Failed > 0 {
					return 0
				}
				return podsMissing(job, wanted, c)
			}
		},
	},
	{
		Name:    "indexed-success-released-first",
		Mistake: "It takes the finalizer from a pod before it stores that its index has succeeded.",
		Clauses: []string{"TRK-2", "TRK-1"},
		Break: func(d *Decisions) {
			i := slices.IndexFunc(d.Steps, func(s Step) bool { return s.Name == "list" })
			d.Steps[i], d.Steps[i+1] = d.Steps[i+1], d.Steps[i]
		},
	},
}

// afterIndex changes a new pod once it has its index.
func afterIndex(change func(job *batchv1.Job, pod *corev1.Pod, index int32)) func(*Decisions) {
	return func(d *Decisions) {
		d.AddIndex = func(job *batchv1.Job, pod *corev1.Pod, index int32) {
			addIndex(job, pod, index)
			change(job, pod, index)
		}
	}
}

// uncounted has some pods neither counted nor freed as long as nothing ends the Job.
func uncounted(d *Decisions, skipped func(*Decisions, *batchv1.Job, *corev1.Pod) bool) {
	count := d.CountAs
	d.CountAs = func(d *Decisions, job *batchv1.Job, pod *corev1.Pod, decided *Verdict) Tally {
		if skipped(d, job, pod) {
			return Uncounted
		}
		return count(d, job, pod, decided)
	}
}

// indexInName reads the number before the last part of a name.
func indexInName(pod *corev1.Pod) int32 {
	parts := strings.Split(pod.Name, "-")
	if len(parts) < 2 {
		return noIndex
	}
	index, ok := parseIndex(parts[len(parts)-2])
	if !ok {
		return noIndex
	}
	return index
}

// rangesOfTwo writes two indexes that follow each other as a range.
func rangesOfTwo(text string) string {
	parts := strings.Split(text, ",")
	for i := 0; i+1 < len(parts); i++ {
		a, errA := strconv.Atoi(parts[i])
		b, errB := strconv.Atoi(parts[i+1])
		if cmp.Or(errA, errB) == nil && b == a+1 {
			parts[i] += "-" + parts[i+1]
			parts = slices.Delete(parts, i+1, i+2)
		}
	}
	return strings.Join(parts, ",")
}
