package fakes

import (
	"maps"
	"strconv"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
)

const (
	// indexVariable is how the containers of a pod learn their index (POD-7).
	indexVariable = "JOB_COMPLETION_INDEX"
	// longestPrefix leaves room for the five random characters that make a name of a prefix (POD-6).
	longestPrefix = 63 - 5
)

// slots chooses the indexes of up to n new pods. Indexes that have to wait for the back-off of their own keep their slot
// all the same (BPI-9); if all of them have to, the next sync is due when the first of them may run.
func (s *jobSync) slots(n int) []int32 {
	chosen := s.d.NextIndexes(s.d.TakenIndexes(s.job, s.indexes), n, completions(s.job))
	if !failsPerIndex(s.job) {
		return chosen
	}
	var due []int32
	var shortest time.Duration
	for _, index := range chosen {
		left := time.Duration(0)
		if last := s.indexes.awaiting[index]; last != nil {
			left = backoffLeft(s.d, s.d.IndexBackoff(s.d, last), s.r.now())
		}
		if left == 0 {
			due = append(due, index)
		} else if shortest == 0 || left < shortest {
			shortest = left
		}
	}
	if len(due) == 0 && shortest > 0 {
		s.r.wakeAt(s.req, s.d.BackoffWake(s.d.Limits, shortest))
	}
	return due
}

// takenIndexes is IDX-6 and POD-13, and PRP-4 for pods that keep their place until they have stopped.
func takenIndexes(job *batchv1.Job, x *Indexes) IndexSet {
	taken := x.Completed.Union(x.Failed).Union(x.Active)
	if replacesOnlyFailed(job) {
		taken = taken.Union(x.Terminating)
	}
	return taken
}

// nextIndexes is IDX-7: the lowest go first.
func nextIndexes(taken IndexSet, n int, completions int32) []int32 {
	return taken.Missing(n, completions)
}

// indexedPod builds the pod for an index.
func (s *jobSync) indexedPod(index int32) *corev1.Pod {
	pod := s.d.NewPod(s.d, s.job)
	s.d.AddIndex(s.job, pod, index)
	if failsPerIndex(s.job) {
		s.d.AddFailures(s.d, s.job, pod, s.indexes.awaiting[index])
	}
	return pod
}

// addIndex is POD-6 and POD-7: the pod knows its index, and so do its containers.
func addIndex(job *batchv1.Job, pod *corev1.Pod, index int32) {
	number := strconv.Itoa(int(index))
	annotate(pod, batchv1.JobCompletionIndexAnnotation, number)
	pod.Labels = maps.Clone(pod.Labels)
	if pod.Labels == nil {
		pod.Labels = map[string]string{}
	}
	pod.Labels[batchv1.JobCompletionIndexAnnotation] = number
	suffix := "-" + number + "-"
	pod.GenerateName = job.Name[:min(len(job.Name), longestPrefix-len(suffix))] + suffix
	pod.Spec.Hostname = job.Name + "-" + number
	addIndexVariable(pod.Spec.InitContainers)
	addIndexVariable(pod.Spec.Containers)
}

// addIndexVariable leaves alone what a container defines itself.
func addIndexVariable(containers []corev1.Container) {
	for i := range containers {
		if !definesVariable(&containers[i], indexVariable) {
			containers[i].Env = append(containers[i].Env, corev1.EnvVar{
				Name: indexVariable,
				ValueFrom: &corev1.EnvVarSource{FieldRef: &corev1.ObjectFieldSelector{
					FieldPath: "metadata.labels['" + batchv1.JobCompletionIndexAnnotation + "']",
				}},
			})
		}
	}
}

func definesVariable(c *corev1.Container, name string) bool {
	for i := range c.Env {
		if c.Env[i].Name == name {
			return true
		}
	}
	return false
}

func annotate(pod *corev1.Pod, key, value string) {
	if pod.Annotations == nil {
		pod.Annotations = map[string]string{}
	}
	pod.Annotations[key] = value
}
