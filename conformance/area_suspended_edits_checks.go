package conformance

import (
	"slices"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
)

// editedTemplates looks at new pods of Jobs whose template was edited.
type editedTemplates struct {
	// withResume restricts it to Jobs that were resumed by the very update that edited them last.
	withResume bool
	// judge says what is wrong with a pod if this version of the Job is what the implementation knew; empty if nothing.
	// before are the templates that the Job had earlier.
	judge func(version *batchv1.Job, before []*corev1.PodTemplateSpec, pod *corev1.Pod) string
	jobs  perJob[templates]
}

// templates are what is remembered of a Job: the templates that it had before, and whether the last edit resumed it.
type templates struct {
	before  []*corev1.PodTemplateSpec
	resumed bool
}

func (c *editedTemplates) job(_ *examiner, j *jobState) {
	if j.gone || j.before == nil || j.before.Generation == j.obj.Generation ||
		equality.Semantic.DeepEqual(&j.before.Spec.Template, &j.obj.Spec.Template) {
		return
	}
	known := c.jobs.of(j)
	known.before = append(known.before, &j.before.Spec.Template)
	known.resumed = suspended(j.before) && !suspended(j.obj)
}

func (c *editedTemplates) pod(x *examiner, p *podState) {
	j := p.maker
	if p.created.entry != x.entry || !x.byImplementation() || j == nil {
		return
	}
	known := c.jobs.of(j)
	if len(known.before) == 0 || c.withResume && !known.resumed {
		return
	}
	x.exercised()
	wrong := ""
	if j.surely(func(version *batchv1.Job) bool {
		wrong = c.judge(version, known.before, p.obj)
		return wrong != ""
	}) {
		x.violated("the template of Job %s was edited, and pod %s %s", j.obj.Name, p.obj.Name, wrong)
	}
}

func lacksEdit(version *batchv1.Job, _ []*corev1.PodTemplateSpec, pod *corev1.Pod) string {
	if missing := notFrom(templateOf(version), pod); missing != "" {
		return "differs from it: " + missing
	}
	return ""
}

// keepsWhatWent finds what only an earlier template says.
func keepsWhatWent(version *batchv1.Job, before []*corev1.PodTemplateSpec, pod *corev1.Pod) string {
	now := &version.Spec.Template
	for _, old := range before {
		for _, kept := range []string{
			keptKey("label", old.Labels, now.Labels, pod.Labels),
			keptKey("annotation", old.Annotations, now.Annotations, pod.Annotations),
			keptKey("node selector", old.Spec.NodeSelector, now.Spec.NodeSelector, pod.Spec.NodeSelector),
			keptToleration(old.Spec.Tolerations, now.Spec.Tolerations, pod.Spec.Tolerations),
			keptGate(old.Spec.SchedulingGates, now.Spec.SchedulingGates, pod.Spec.SchedulingGates),
		} {
			if kept != "" {
				return "still has the " + kept
			}
		}
	}
	return ""
}

// keptKey is the first key, in order, that a pod has of what was removed.
func keptKey(what string, old, now, pod map[string]string) string {
	var kept []string
	for key := range old {
		_, is := now[key]
		if _, has := pod[key]; has && !is {
			kept = append(kept, key)
		}
	}
	if len(kept) == 0 {
		return ""
	}
	return what + " " + slices.Min(kept)
}

func keptToleration(old, now, pod []corev1.Toleration) string {
	for i := range old {
		same := func(t corev1.Toleration) bool { return equality.Semantic.DeepEqual(t, old[i]) }
		if slices.ContainsFunc(pod, same) && !slices.ContainsFunc(now, same) {
			return "toleration of " + old[i].Key
		}
	}
	return ""
}

func keptGate(old, now, pod []corev1.PodSchedulingGate) string {
	for _, gate := range old {
		if slices.Contains(pod, gate) && !slices.Contains(now, gate) {
			return "scheduling gate " + gate.Name
		}
	}
	return ""
}

func otherResources(version *batchv1.Job, _ []*corev1.PodTemplateSpec, pod *corev1.Pod) string {
	spec := &version.Spec.Template.Spec
	for _, lists := range [][2][]corev1.Container{{spec.InitContainers, pod.Spec.InitContainers}, {spec.Containers, pod.Spec.Containers}} {
		for i := range lists[0] {
			want := &lists[0][i]
			if i >= len(lists[1]) || !equality.Semantic.DeepEqual(want.Resources, lists[1][i].Resources) {
				return "has other resources than container " + want.Name + " of it"
			}
		}
	}
	return ""
}

func startsThoughSuspended(version *batchv1.Job, _ []*corev1.PodTemplateSpec, _ *corev1.Pod) string {
	if suspended(version) {
		return "is created while the Job is suspended"
	}
	return ""
}

func notEditable(_ *examiner, j *jobState) (since time.Duration, what string, owed bool) {
	if !j.runs() || !suspended(j.obj) || j.active > 0 {
		return 0, "", false
	}
	status := &j.obj.Status
	if status.Active == 0 && (status.StartTime == nil || suspendedIs(j.obj, corev1.ConditionTrue)) {
		return 0, "", false
	}
	return j.specAt, j.say("Job ", j.obj.Name, " is suspended and has no active pod, and its template cannot be edited: status.active is ",
		itoa(int(status.Active)), ", startTime is set: ", yesOrNo(status.StartTime != nil), ", Suspended is True: ",
		yesOrNo(suspendedIs(j.obj, corev1.ConditionTrue))), true
}

func yesOrNo(is bool) string {
	if is {
		return "yes"
	}
	return "no"
}

func editableWithPods(x *examiner, j *jobState) {
	if j.gone || j.before == nil || !x.byImplementation() || !suspended(j.obj) || j.decided() || j.finished() ||
		!suspendedIs(j.obj, corev1.ConditionTrue) || j.obj.Status.Active > 0 {
		return
	}
	x.exercised()
	for _, p := range j.pods {
		if p.job == j && p.surelyThere(isActive) {
			x.violated("Job %s shows Suspended=True and no active pods, so that its template can be edited, and pod %s is active",
				j.obj.Name, p.obj.Name)
			return
		}
	}
}
