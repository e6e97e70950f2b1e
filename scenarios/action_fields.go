package scenarios

import (
	"slices"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/jobsim/jobsim/sim"
)

// actionFields is an entry of actions: what a user does to a Job, or, if pod says which, to one of its pods.
type actionFields struct {
	where           `yaml:"-"`
	At              *duration      `yaml:"at,omitempty"`
	After           *triggerFields `yaml:"after,omitempty"`
	Job             string         `yaml:"job,omitempty"`
	Pod             int            `yaml:"pod,omitempty"`
	Create          *manifest      `yaml:"create,omitempty"`
	Scale           *scaleFields   `yaml:"scale,omitempty"`
	Suspend         bool           `yaml:"suspend,omitempty"`
	Resume          bool           `yaml:"resume,omitempty"`
	Edit            *patchBody     `yaml:"edit,omitempty"`
	Type            string         `yaml:"type,omitempty"`
	Subresource     string         `yaml:"subresource,omitempty"`
	Delete          *deleteFields  `yaml:"delete,omitempty"`
	RemoveLabel     string         `yaml:"removeLabel,omitempty"`
	RemoveFinalizer string         `yaml:"removeFinalizer,omitempty"`
	Evict           bool           `yaml:"evict,omitempty"`
}

// scaleFields is the new size of a Job.
type scaleFields struct {
	where       `yaml:"-"`
	Parallelism *int32 `yaml:"parallelism,omitempty"`
	Completions *int32 `yaml:"completions,omitempty"`
}

// deleteFields says how something is deleted.
type deleteFields struct {
	where        `yaml:"-"`
	Propagation  string `yaml:"propagation,omitempty"`
	GraceSeconds *int64 `yaml:"graceSeconds,omitempty"`
}

// Who may be the object of which action.
func jobActions() []string { return []string{"create", "scale", "suspend", "resume", "edit", "delete"} }
func podActions() []string {
	return []string{"edit", "delete", "removeLabel", "removeFinalizer", "evict"}
}

func (f *actionFields) read() sim.Action {
	if f.At == nil && f.After == nil {
		f.failHere("expected when it happens: at, after or both")
	}
	a := sim.Action{When: readWhen(f.At, f.After), Line: f.line(), Job: f.Job}
	f.checkVerb()
	if f.Edit == nil {
		for _, name := range []string{"type", "subresource"} {
			if f.has(name) {
				f.fail(name, "expected edit beside %s", name)
			}
		}
	}
	if f.has("pod") {
		a.Pod = f.readPod()
		return a
	}
	a.Patch = f.readEdit(true)
	a.Delete = f.Delete.read()
	if f.Create != nil {
		a.Create = f.Create.job
		if f.has("job") {
			f.fail("job", "expected no job beside create: the manifest has the name")
		}
	}
	if f.Scale != nil {
		a.Scale = f.Scale.read()
	}
	for _, name := range []string{"suspend", "resume"} {
		if f.has(name) && !map[string]bool{"suspend": f.Suspend, "resume": f.Resume}[name] {
			f.fail(name, "expected true, found false")
		}
	}
	if f.Suspend || f.Resume {
		suspend := f.Suspend
		a.Suspend = &suspend
	}
	return a
}

// checkVerb wants exactly one thing to be done, one that can be done to a Job or a pod.
func (f *actionFields) checkVerb() {
	object, allowed := "a Job", jobActions()
	if f.has("pod") {
		object, allowed = "a pod", podActions()
	}
	var found []string
	for _, name := range slices.Concat(jobActions(), podActions()[2:]) {
		if f.has(name) {
			found = append(found, name)
		}
	}
	switch {
	case len(found) == 0:
		f.failHere("expected what is done to %s: %s", object, orList(allowed))
	case len(found) > 1:
		f.fail(found[1], "expected one thing to be done, found %s and %s", found[0], found[1])
	case !slices.Contains(allowed, found[0]):
		f.fail(found[0], "expected what can be done to %s: %s", object, orList(allowed))
	}
}

func (f *actionFields) readPod() *sim.PodAction {
	if f.Pod < 1 {
		f.fail("pod", "expected the number of a pod, from 1, found %d", f.Pod)
	}
	if f.has("evict") && !f.Evict {
		f.fail("evict", "expected true, found false")
	}
	for _, name := range []string{"removeLabel", "removeFinalizer"} {
		if f.has(name) && f.RemoveLabel+f.RemoveFinalizer == "" {
			f.fail(name, "expected a name, found nothing")
		}
	}
	return &sim.PodAction{
		Pod: f.Pod, Delete: f.Delete.read(), Patch: f.readEdit(false),
		RemoveLabel: f.RemoveLabel, RemoveFinalizer: f.RemoveFinalizer, Evict: f.Evict,
	}
}

func (f *scaleFields) read() *sim.Scale {
	if f.Parallelism == nil && f.Completions == nil {
		f.failHere("expected parallelism, completions or both")
	}
	return &sim.Scale{Parallelism: f.Parallelism, Completions: f.Completions}
}

func (f *deleteFields) read() *sim.Delete {
	if f == nil {
		return nil
	}
	if f.has("propagation") {
		oneOf(&f.where, "propagation", f.Propagation, []string{
			string(metav1.DeletePropagationBackground), string(metav1.DeletePropagationForeground),
			string(metav1.DeletePropagationOrphan),
		})
	}
	if f.GraceSeconds != nil && *f.GraceSeconds < 0 {
		f.fail("graceSeconds", "expected seconds, found %d", *f.GraceSeconds)
	}
	return &sim.Delete{Propagation: metav1.DeletionPropagation(f.Propagation), GraceSeconds: f.GraceSeconds}
}
