package conformance

import (
	"reflect"
	"slices"
	"strings"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
)

// podCreation is about what new pods are like, and how they are made (POD).
var podCreation = slices.Concat([]Requirement{
	{
		ID: "job/pod-creation/from-the-template", Clauses: []string{"POD-1"}, Level: Core, Strength: Must,
		Sentence: "A new pod must have the labels, annotations, finalizers and spec of the Job's template.",
		Observed: "At each accepted creation everything that the template of some version of the Job says, which the " +
			"implementation may have known, is found in the pod; more may be there.",
		Source: "API reference, JobSpec.template", Scenarios: []string{"pi", "parallel-completions"},
		check: func() any { return onNewPod(fromTemplate) },
	},
	{
		ID: "job/pod-creation/labels", Clauses: []string{"POD-2"}, Level: Core, Strength: Must,
		Sentence: "A new pod of a Job with a generated selector must carry the four labels with the Job's name and UID.",
		Observed: "At each accepted creation for a Job without manualSelector the pod has job-name, controller-uid and both with " +
			"the prefix batch.kubernetes.io/.",
		Source: "Kubernetes e2e tests of Jobs", Scenarios: []string{"pi"},
		check: func() any { return onNewPod(fourLabels) },
	},
	{
		ID: "job/pod-creation/owner", Clauses: []string{"POD-3"}, Level: Core, Strength: Must,
		Sentence: "A new pod must have the Job as its one controller, with blockOwnerDeletion.",
		Observed: "At each accepted creation there is one owner reference with controller=true: batch/v1, Job, its name and UID, " +
			"blockOwnerDeletion=true.",
		Source: "Kubernetes unit test TestControllerSyncJob", Scenarios: []string{"pi"},
		check: func() any { return &newPodOwner{} },
	},
	{
		ID: "job/pod-creation/tracking-finalizer", Clauses: []string{"POD-4"}, Level: Core, Strength: Must,
		Sentence: "A new pod must carry the tracking finalizer, once.",
		Observed: "At each accepted creation the finalizer that the implementation claims stands once in metadata.finalizers.",
		Source:   "KEP-2307", Scenarios: []string{"pi"},
		check: func() any { return onNewPod(trackedFromTheStart) },
	},
	{
		ID: "job/pod-creation/no-other-finalizer", Clauses: []string{"POD-4", "POD-1"}, Level: Core, Strength: Must,
		Sentence: "A new pod must carry no finalizer beside those of the template and the tracking finalizer, since nobody would take it away.",
		Observed: "At each accepted creation every finalizer is the one that the implementation claims, or stands in the template of some " +
			"version of the Job that the implementation may have known.",
		Source: "upstream code, GetPodFromTemplate and appendJobCompletionFinalizerIfNotFound", Scenarios: []string{"pi"},
		check: func() any { return onNewPod(noOtherFinalizer) },
	},
	{
		ID: "job/pod-creation/name", Clauses: []string{"POD-5"}, Level: Core, Strength: Must,
		Sentence: "The name of a new pod must be that of the Job and five characters that are drawn anew for each.",
		Observed: "At each accepted creation metadata.generateName is the name of the Job and a hyphen (or the name alone), and the " +
			"name is that, cut if it is too long, with five characters after it.",
		Source: "kube-controller-manager, getPodsPrefix", Scenarios: []string{"pi"},
		check: func() any { return onNewPod(generatedName) },
	},
}, podCreationUpstream)

// onNewPod looks at each pod that the implementation creates for a Job.
type onNewPod func(x *examiner, j *jobState, pod *corev1.Pod)

func (f onNewPod) pod(x *examiner, p *podState) {
	if p.created.entry == x.entry && x.byImplementation() && p.maker != nil {
		f(x, p.maker, p.obj)
	}
}

func fromTemplate(x *examiner, j *jobState, pod *corev1.Pod) {
	x.exercised()
	missing := ""
	if j.surely(func(version *batchv1.Job) bool {
		missing = notFrom(templateOf(version), pod)
		return missing != ""
	}) {
		x.violated("pod %s of Job %s differs from the template: %s", pod.Name, j.obj.Name, missing)
	}
}

// templateOf is what the pods of a Job must have. The hostname of an Indexed Job's is not the template's (POD-6).
func templateOf(job *batchv1.Job) *corev1.PodTemplateSpec {
	template := &job.Spec.Template
	if indexed(job) && template.Spec.Hostname != "" {
		without := *template
		without.Spec.Hostname = ""
		return &without
	}
	return template
}

// notFrom tells what of a template a pod does not have.
func notFrom(template *corev1.PodTemplateSpec, pod *corev1.Pod) string {
	switch {
	case !within(template.Labels, pod.Labels):
		return "its labels"
	case !within(template.Annotations, pod.Annotations):
		return "its annotations"
	case slices.ContainsFunc(template.Finalizers, func(f string) bool { return !slices.Contains(pod.Finalizers, f) }):
		return "its finalizers"
	case derives(reflect.ValueOf(&template.Spec), reflect.ValueOf(&pod.Spec)):
		return ""
	case !derives(reflect.ValueOf(template.Spec.Containers), reflect.ValueOf(pod.Spec.Containers)):
		return "its containers"
	}
	return "its spec"
}

// within reports whether all entries of a are in b; an empty value stands for any.
func within(a, b map[string]string) bool {
	for key, value := range a {
		if got, ok := b[key]; !ok || value != "" && got != value {
			return false
		}
	}
	return true
}

func fourLabels(x *examiner, j *jobState, pod *corev1.Pod) {
	if valueOr(j.obj.Spec.ManualSelector, false) {
		return
	}
	x.exercised()
	uid := string(j.obj.UID)
	for _, l := range [...]struct{ key, value string }{
		{"job-name", j.obj.Name}, {batchv1.JobNameLabel, j.obj.Name},
		{"controller-uid", uid}, {batchv1.ControllerUidLabel, uid},
	} {
		if got := pod.Labels[l.key]; got != l.value {
			x.violated("pod %s of Job %s has the label %s with the value %q: expected %q", pod.Name, j.obj.Name, l.key, got, l.value)
			return
		}
	}
}

// newPodOwner checks POD-3. Of a pod without a controller nobody knows whose it is, so its creation is looked at, not
// what the view made of it.
type newPodOwner struct{}

func (newPodOwner) pod(x *examiner, p *podState) {
	if p.created.entry != x.entry || !x.byImplementation() {
		return
	}
	x.exercised()
	var found []string
	for i := range p.obj.OwnerReferences {
		ref := &p.obj.OwnerReferences[i]
		if !valueOr(ref.Controller, false) {
			continue
		}
		found = append(found, ref.Name)
		j := x.jobByUID[ref.UID]
		switch {
		case j == nil || ref.Name != j.obj.Name:
			x.violated("pod %s is controlled by %s with UID %s, and there is no such Job", p.obj.Name, ref.Name, ref.UID)
		case ref.APIVersion != "batch/v1" || ref.Kind != "Job":
			x.violated("pod %s is controlled by a %s of %s: expected a Job of batch/v1", p.obj.Name, ref.Kind, ref.APIVersion)
		case !valueOr(ref.BlockOwnerDeletion, false):
			x.violated("pod %s does not block the deletion of its Job %s: blockOwnerDeletion is not true", p.obj.Name, ref.Name)
		}
	}
	if len(found) != 1 {
		x.violated("pod %s has %d owner references with controller=true: expected its Job alone", p.obj.Name, len(found))
	}
}

// random is how many characters the API server adds to generateName, and longest how long a name becomes by that.
const (
	randomCharacters = 5
	longestName      = 63
)

func generatedName(x *examiner, j *jobState, pod *corev1.Pod) {
	if indexed(j.obj) {
		return // another name (POD-6)
	}
	x.exercised()
	if pod.GenerateName != j.obj.Name+"-" && pod.GenerateName != j.obj.Name {
		x.violated("pod %s of Job %s has generateName %q: expected %q", pod.Name, j.obj.Name, pod.GenerateName, j.obj.Name+"-")
		return
	}
	prefix := pod.GenerateName[:min(len(pod.GenerateName), longestName-randomCharacters)]
	if rest, ok := strings.CutPrefix(pod.Name, prefix); !ok || len(rest) != randomCharacters {
		x.violated("pod %s of Job %s: expected a name of %q and %d characters", pod.Name, j.obj.Name, prefix, randomCharacters)
	}
}
