package conformance

import (
	"strconv"
	"strings"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
)

// indexedPods is what pods of Indexed Jobs are like (POD-6, POD-7).
var indexedPods = []Requirement{
	{
		ID: "job/indexed/pods-know-their-index", Clauses: []string{"POD-6"}, Level: Extended, Strength: Must, Feature: Indexed,
		Sentence: "A new pod of an Indexed Job must carry its index as the annotation batch.kubernetes.io/job-completion-index.",
		Observed: "At each accepted creation the annotation is a number below the completions that the implementation may know of.",
		Source:   "Kubernetes e2e tests of Indexed Jobs", Scenarios: []string{"indexed-workers"},
		check: func() any { return onNewPod(carriesIndex) },
	},
	{
		ID: "job/indexed/label", Clauses: []string{"POD-6"}, Level: Extended, Strength: Must, Feature: Indexed, Since: 28,
		Sentence: "A new pod of an Indexed Job must carry its index as a label, too.",
		Observed: "At each accepted creation the label batch.kubernetes.io/job-completion-index is as the annotation.",
		Source:   "KEP-4017", Scenarios: []string{"indexed-workers"}, check: func() any { return onNewPod(carriesIndexLabel) },
	},
	{
		ID: "job/indexed/name-and-hostname", Clauses: []string{"POD-6"}, Level: Extended, Strength: Must, Feature: Indexed, Since: 22,
		Sentence: "The name of a new pod must begin with that of the Job and its index, and its hostname must be just that.",
		Observed: "At each accepted creation generateName is <job>-<index>-, where the name of the Job may be cut so that all of it is no " +
			"longer than 58 characters, and spec.hostname is <job>-<index>.",
		Source: "Kubernetes conformance test \"should create pods for an Indexed job with completion indexes and specified hostname\"", Scenarios: []string{"indexed-workers"},
		check: func() any { return onNewPod(indexedName) },
	},
	{
		ID: "job/indexed/environment", Clauses: []string{"POD-7"}, Level: Extended, Strength: Must, Feature: Indexed,
		Sentence: "Each container and init container must be told its index in JOB_COMPLETION_INDEX, unless it defines that variable itself.",
		Observed: "At each accepted creation each container of the template that has no such variable gets it from the annotation or the " +
			"label by the downward API, and each that has one keeps it.",
		Source: "Kubernetes unit test TestAddCompletionIndexEnvVar", Scenarios: []string{"indexed-workers"}, check: func() any { return onNewPod(toldIndex) },
	},
}

// indexVariable is how containers learn their index.
const indexVariable = "JOB_COMPLETION_INDEX"

func carriesIndex(x *examiner, j *jobState, pod *corev1.Pod) {
	if !indexed(j.obj) {
		return
	}
	x.exercised()
	switch index := indexOf(pod); {
	case index == noIndex:
		x.violated("pod %s of Job %s has the index %q: expected a number in its annotation", pod.Name, j.obj.Name,
			pod.Annotations[batchv1.JobCompletionIndexAnnotation])
	case index >= j.mostCompletions():
		x.violated("pod %s is created for index %d of Job %s, which has completions %d", pod.Name, index, j.obj.Name, j.mostCompletions())
	}
}

func carriesIndexLabel(x *examiner, j *jobState, pod *corev1.Pod) {
	if !indexed(j.obj) {
		return
	}
	const key = batchv1.JobCompletionIndexAnnotation
	if x.exercised(); pod.Labels[key] != pod.Annotations[key] {
		x.violated("pod %s of Job %s has the label %s with the value %q, and the annotation %q", pod.Name, j.obj.Name, key,
			pod.Labels[key], pod.Annotations[key])
	}
}

func indexedName(x *examiner, j *jobState, pod *corev1.Pod) {
	index := indexOf(pod)
	if !indexed(j.obj) || index == noIndex {
		return
	}
	x.exercised()
	number := strconv.Itoa(index)
	suffix := "-" + number + "-"
	prefix := j.obj.Name[:min(len(j.obj.Name), longestName-randomCharacters-len(suffix))] + suffix
	if rest, ok := strings.CutPrefix(pod.Name, prefix); pod.GenerateName != prefix || !ok || len(rest) != randomCharacters {
		x.violated("pod %s for index %d of Job %s has generateName %q: expected %q, and %d characters after it in the name",
			pod.Name, index, j.obj.Name, pod.GenerateName, prefix, randomCharacters)
		return
	}
	if hostname := j.obj.Name + "-" + number; pod.Spec.Hostname != hostname {
		x.violated("pod %s for index %d of Job %s has the hostname %q: expected %q", pod.Name, index, j.obj.Name, pod.Spec.Hostname, hostname)
	}
}

func toldIndex(x *examiner, j *jobState, pod *corev1.Pod) {
	if !indexed(j.obj) {
		return
	}
	x.exercised()
	for _, list := range [][2][]corev1.Container{
		{j.obj.Spec.Template.Spec.InitContainers, pod.Spec.InitContainers}, {j.obj.Spec.Template.Spec.Containers, pod.Spec.Containers},
	} {
		for i := range min(len(list[0]), len(list[1])) {
			own, got := variable(&list[0][i], indexVariable), variable(&list[1][i], indexVariable)
			name := list[1][i].Name
			switch {
			case got == nil:
				x.violated("container %s of pod %s is not told its index: %s is missing", name, pod.Name, indexVariable)
			case own != nil && own.ValueFrom == nil && (got.Value != own.Value || got.ValueFrom != nil):
				x.violated("container %s of pod %s defines %s itself, and it is overwritten", name, pod.Name, indexVariable)
			case own == nil && !fromIndex(got):
				x.violated("container %s of pod %s gets %s neither from the annotation nor from the label", name, pod.Name, indexVariable)
			}
		}
	}
}

// variable returns the last definition of a variable, which is the one that counts; nil if there is none.
func variable(c *corev1.Container, name string) *corev1.EnvVar {
	for i := len(c.Env) - 1; i >= 0; i-- {
		if c.Env[i].Name == name {
			return &c.Env[i]
		}
	}
	return nil
}

// fromIndex reports whether a variable gets its value from the index of the pod.
func fromIndex(v *corev1.EnvVar) bool {
	if v.ValueFrom == nil || v.ValueFrom.FieldRef == nil {
		return false
	}
	path := v.ValueFrom.FieldRef.FieldPath
	return path == "metadata.labels['"+batchv1.JobCompletionIndexAnnotation+"']" ||
		path == "metadata.annotations['"+batchv1.JobCompletionIndexAnnotation+"']"
}
