package fakes

import (
	"strings"
	"testing"

	. "github.com/onsi/gomega"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
)

func TestIndexOf(t *testing.T) { // IDX-8
	g := NewWithT(t)
	for text, want := range map[string]int32{
		"0": 0, "17": 17, "2147483646": 2147483646, "": -1, "-1": -1, "x": -1, "1.5": -1, "99999999999": -1,
	} {
		g.Expect(indexOf(aPod("a", corev1.PodRunning, withIndex(text)))).To(Equal(want), text)
	}
	labelled := aPod("a", corev1.PodRunning)
	labelled.Name, labelled.Labels[batchv1.JobCompletionIndexAnnotation] = "work-3-abcde", "3"
	g.Expect(indexOf(labelled)).To(Equal(noIndex))
	g.Expect(inRange(newJob(indexedJob(3)), 2)).To(BeTrue())
	g.Expect(inRange(newJob(indexedJob(3)), 3)).To(BeFalse(), "EIJ-2")
	g.Expect(inRange(newJob(indexedJob(3)), noIndex)).To(BeFalse(), "IDX-5")
}

func TestMisplaced(t *testing.T) { // PAR-8, IDX-4, IDX-5, EIJ-2
	g := NewWithT(t)
	d := Reference()
	pod := func(uid, index string, edits ...func(*corev1.Pod)) *corev1.Pod {
		return aPod(uid, corev1.PodRunning, append(edits, withIndex(index))...)
	}
	active := []*corev1.Pod{
		pod("late", "1", onNode, created(9)), pod("only", "0"), pod("unreadable", "one"), pod("early", "1", onNode, created(5)),
		pod("outside", "3"), pod("homeless", "1"),
	}
	remove, keep := misplaced(&d, newJob(indexedJob(3)), active)
	names := func(pods []*corev1.Pod) (all []string) {
		for _, p := range pods {
			all = append(all, string(p.UID))
		}
		return all
	}
	g.Expect(names(remove)).To(ConsistOf("unreadable", "outside", "homeless", "late"))
	g.Expect(names(keep)).To(Equal([]string{"only", "early"}))
	g.Expect(names(active)[0]).To(Equal("late"), "the list is the sync's own and stays as it is")
}

func TestTakenIndexes(t *testing.T) { // IDX-6, PRP-4
	g := NewWithT(t)
	x := &Indexes{
		Completed: indexesOf([]int32{0}), Failed: indexesOf([]int32{2}), Active: indexesOf([]int32{3}),
		Terminating: indexesOf([]int32{1, 5}),
	}
	g.Expect(takenIndexes(newJob(), x).String()).To(Equal("0,2,3"))
	g.Expect(takenIndexes(newJob(replaceFailed), x).String()).To(Equal("0-3,5"))
	g.Expect(nextIndexes(takenIndexes(newJob(), x), 2, 9)).To(Equal([]int32{1, 4}), "IDX-7")
}

func TestAddIndex(t *testing.T) { // POD-6, POD-7
	g := NewWithT(t)
	job := newJob(indexedJob(20))
	own := corev1.EnvVar{Name: indexVariable, Value: "mine"}
	job.Spec.Template.Spec.Hostname = "other"
	job.Spec.Template.Spec.InitContainers = []corev1.Container{{Name: "init"}}
	job.Spec.Template.Spec.Containers = []corev1.Container{{Name: "main"}, {Name: "own", Env: []corev1.EnvVar{own}}}
	template := job.Spec.Template.DeepCopy()
	pod := newPod(&upstream, job)
	addIndex(job, pod, 12)
	g.Expect(pod.Annotations).To(HaveKeyWithValue("batch.kubernetes.io/job-completion-index", "12"))
	g.Expect(pod.Labels).To(HaveKeyWithValue("batch.kubernetes.io/job-completion-index", "12"))
	g.Expect(pod.Labels).To(HaveKey(batchv1.JobNameLabel))
	g.Expect(pod.GenerateName).To(Equal("work-12-"))
	g.Expect(pod.Spec.Hostname).To(Equal("work-12"))
	downward := []corev1.EnvVar{{Name: "JOB_COMPLETION_INDEX", ValueFrom: &corev1.EnvVarSource{
		FieldRef: &corev1.ObjectFieldSelector{FieldPath: "metadata.labels['batch.kubernetes.io/job-completion-index']"}}}}
	g.Expect(pod.Spec.InitContainers[0].Env).To(Equal(downward))
	g.Expect(pod.Spec.Containers[0].Env).To(Equal(downward))
	g.Expect(pod.Spec.Containers[1].Env).To(Equal([]corev1.EnvVar{own}))
	g.Expect(&job.Spec.Template).To(Equal(template), "the Job is the cache's")

	job.Name = strings.Repeat("n", 60)
	addIndex(job, pod, 7)
	g.Expect(pod.GenerateName).To(Equal(strings.Repeat("n", 55)+"-7-"), "58 characters, with the index whole")
}

func TestSlots(t *testing.T) { // BPI-8, BPI-9
	g := NewWithT(t)
	w := newWorld(t, Reference())
	job := newJob(indexedJob(4), perIndex(5))
	failedAt := func(uid string, seconds int, counted string) *corev1.Pod {
		return aPod(uid, corev1.PodFailed, ended(seconds), failures(counted, "0"))
	}
	s := &jobSync{r: w.r, d: &w.r.d, job: job, indexes: &Indexes{awaiting: map[int32]*corev1.Pod{
		0: failedAt("a", 0, "0"), 1: failedAt("b", 0, "1"),
	}}}
	w.now = at(5)
	g.Expect(s.slots(2)).To(BeEmpty(), "they keep their slots, though 2 and 3 could run")
	g.Expect(w.r.timers[s.req]).To(Equal(at(10)), "when the first of them may run")
	g.Expect(s.slots(3)).To(Equal([]int32{2}))
	w.now = at(10)
	g.Expect(s.slots(2)).To(Equal([]int32{0}))
	w.now = at(20)
	g.Expect(s.slots(2)).To(Equal([]int32{0, 1}))
}

func TestLowIndexesAreAccountedFirst(t *testing.T) { // TRK-2, TRK-4
	g := NewWithT(t)
	d := Reference()
	d.Limits.Uncounted = 2
	done := func(uid, index string) ownedPod {
		return ownedPod{Pod: aPod(uid, corev1.PodSucceeded, withIndex(index)), tracked: true, index: indexOf(
			aPod(uid, corev1.PodSucceeded, withIndex(index)))}
	}
	s := &jobSync{d: &d, job: newJob(indexedJob(5)), mem: &memory{}, pods: []ownedPod{done("c", "3"), done("a", "0"), done("b", "2")},
		indexes: &Indexes{Completed: indexesOf([]int32{0, 2, 3})}}
	g.Expect(account(t.Context(), s)).To(Succeed())
	g.Expect([]string{string(s.release[0].UID), string(s.release[1].UID)}).To(Equal([]string{"a", "b"}))
	g.Expect(s.capped).To(BeTrue())
	g.Expect(s.job.Status.CompletedIndexes).To(Equal("0,2,3"))
	g.Expect(s.job.Status.Succeeded).To(BeEquivalentTo(3))
}
