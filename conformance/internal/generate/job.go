package generate

import (
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// holder is a finalizer of somebody else that a template may have.
const holder = "example.com/hold"

// job draws the first Job of a scenario, all but its deadline.
func (p *plan) job(name string, kind Kind) *batchv1.Job {
	job := newJob(name)
	p.size(&job.Spec)
	if p.chance("restartPolicy OnFailure", 35) {
		job.Spec.Template.Spec.RestartPolicy = corev1.RestartPolicyOnFailure
	}
	job.Spec.BackoffLimit = p.limit()
	switch p.weighted("podReplacementPolicy", 55, 35, 10) {
	case 1:
		job.Spec.PodReplacementPolicy = new(batchv1.Failed)
	case 2:
		job.Spec.PodReplacementPolicy = new(batchv1.TerminatingOrFailed)
	}
	suspendedShare := 2
	if kind != Plain {
		suspendedShare = 7
	}
	if p.chance("suspended", suspendedShare) {
		job.Spec.Suspend = new(true)
	}
	p.grace(&job.Spec.Template.Spec)
	p.moreContainers(&job.Spec.Template.Spec)
	p.decorate(job)
	for _, list := range [][]corev1.Container{job.Spec.Template.Spec.InitContainers, job.Spec.Template.Spec.Containers} {
		for i := range list {
			p.containers = append(p.containers, list[i].Name)
		}
	}
	return job
}

func newJob(name string) *batchv1.Job {
	return &batchv1.Job{
		TypeMeta:   metav1.TypeMeta{APIVersion: "batch/v1", Kind: "Job"},
		ObjectMeta: metav1.ObjectMeta{Name: name},
		Spec: batchv1.JobSpec{Template: corev1.PodTemplateSpec{Spec: corev1.PodSpec{
			RestartPolicy: corev1.RestartPolicyNever,
			Containers:    []corev1.Container{{Name: "main", Image: "busybox"}},
		}}},
	}
}

// smallJob is a Job beside or after the first: its size is all that is its own.
func (p *plan) smallJob(name string) *batchv1.Job {
	job := newJob(name)
	p.size(&job.Spec)
	job.Spec.BackoffLimit = p.limit()
	first := &p.s.Jobs[0].Spec.Template.Spec
	job.Spec.Template.Spec = *first.DeepCopy() // scripts name its containers
	p.askToo(job)
	return job
}

// size draws completions and parallelism: neither, the first, both, or the second alone, which is a work queue.
func (p *plan) size(spec *batchv1.JobSpec) {
	shape := p.weighted("size", 15, 10, 52, 23)
	if shape == 1 || shape == 2 {
		n := pick(p.draw, "completions", 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 5, 5, 0)
		if p.chance("many", 3) {
			n = 10 + p.below("many completions", 11)
			spec.Parallelism = new(int32(1 + p.below("many at once", 20)))
		}
		spec.Completions = new(int32(n))
	}
	if shape >= 2 && spec.Parallelism == nil {
		n := pick(p.draw, "parallelism", 1, 1, 1, 1, 2, 2, 2, 2, 2, 3, 3, 3, 4, 5, 0)
		if spec.Completions != nil && p.chance("parallelism near completions", 30) {
			n = max(0, int(*spec.Completions)+p.below("off by", 4)-1)
		}
		spec.Parallelism = new(int32(n))
	}
}

// limit draws backoffLimit.
func (p *plan) limit() *int32 {
	if p.chance("backoffLimit set", 75) {
		return new(int32(pick(p.draw, "backoffLimit", 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 4, 5, 6, 100)))
	}
	return nil
}

// grace draws terminationGracePeriodSeconds.
func (p *plan) grace(spec *corev1.PodSpec) {
	if p.chance("terminationGracePeriodSeconds set", 25) {
		spec.TerminationGracePeriodSeconds = new(pick(p.draw, "terminationGracePeriodSeconds", int64(0), 1, 2, 5, 10, 60))
	}
}

// moreContainers draws init containers, sidecars and further containers.
func (p *plan) moreContainers(spec *corev1.PodSpec) {
	switch p.weighted("containers", 86, 5, 5, 4) {
	case 1:
		spec.Containers = append(spec.Containers, corev1.Container{Name: "helper", Image: "busybox"})
	case 2:
		spec.InitContainers = []corev1.Container{{Name: "init", Image: "busybox"}}
	case 3:
		spec.InitContainers = []corev1.Container{{
			Name: "sidecar", Image: "busybox", RestartPolicy: new(corev1.ContainerRestartPolicyAlways),
		}}
	}
}

// decorate draws what should make no difference, or should be found again in the pods.
func (p *plan) decorate(job *batchv1.Job) {
	template := &job.Spec.Template
	if p.chance("template labels", 10) {
		template.Labels = map[string]string{"app": "batch"}
	}
	if p.chance("template annotations", 8) {
		template.Annotations = map[string]string{"example.com/note": "kept"}
	}
	if p.chance("template finalizers", 4) {
		template.Finalizers = []string{holder}
	}
	if p.chance("Job labels", 6) {
		job.Labels = map[string]string{"team": "a"}
	}
	if p.chance("Job finalizer", 3) {
		job.Finalizers = []string{holder}
	}
	if p.chance("pod deadline", 3) {
		template.Spec.ActiveDeadlineSeconds = new(pick(p.draw, "pod deadline", int64(5), 1, 10, 60))
	}
	if p.chance("manualSelector", 3) {
		selectManually(job)
	}
}

// selectManually gives a Job a selector that another Job can have too.
func selectManually(job *batchv1.Job) {
	job.Spec.ManualSelector = new(true)
	job.Spec.Selector = &metav1.LabelSelector{MatchLabels: map[string]string{"run": job.Name}}
	template := &job.Spec.Template
	if template.Labels == nil {
		template.Labels = map[string]string{}
	}
	template.Labels["run"] = job.Name
}

// deadline draws activeDeadlineSeconds, which likes to come when something else happens.
func (p *plan) deadline(job *batchv1.Job) {
	endless := p.endless()
	if !endless && !p.chance("deadline", 40) {
		return
	}
	seconds := int64(pick(p.draw, "activeDeadlineSeconds", 1, 5, 10, 30, 60, 600))
	switch p.weighted("deadline meets", 25, 70, 5) {
	case 1:
		meets := p.moments[1+p.below("meets", len(p.moments)-1)]
		seconds = max(0, int64((meets+second-1)/second)+int64(pick(p.draw, "deadline off by", 0, 0, 1, -1)))
	case 2:
		seconds = 0
	}
	job.Spec.ActiveDeadlineSeconds = &seconds
}

func suspended(job *batchv1.Job) bool { return job.Spec.Suspend != nil && *job.Spec.Suspend }

func parallelism(job *batchv1.Job) int32 {
	if job.Spec.Parallelism == nil {
		return 1
	}
	return *job.Spec.Parallelism
}
