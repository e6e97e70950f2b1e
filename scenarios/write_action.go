package scenarios

import (
	"errors"
	"time"

	"github.com/jobsim/jobsim/sim"
)

func writeWhen(w sim.When, always bool) (*duration, *triggerFields) {
	var at *duration
	if w.At != 0 || always && w.After == nil {
		at = durationField(w.At)
	}
	if w.After == nil {
		return at, nil
	}
	return at, &triggerFields{
		Job: w.After.Job, Condition: string(w.After.Condition), Pod: w.After.Pod, Phase: string(w.After.Phase),
		Status: w.After.Status,
	}
}

func durationField(d time.Duration) *duration {
	f := duration(d)
	return &f
}

func writeAction(a *sim.Action) (actionFields, error) {
	f := actionFields{Job: a.Job}
	f.At, f.After = writeWhen(a.When, true)
	switch {
	case a.Create != nil:
		f.Job, f.Create = "", &manifest{job: a.Create}
	case a.Scale != nil:
		f.Scale = &scaleFields{Parallelism: a.Scale.Parallelism, Completions: a.Scale.Completions}
	case a.Suspend != nil:
		f.Suspend, f.Resume = *a.Suspend, !*a.Suspend
	case a.Patch != nil:
		f.writeEdit(a.Patch)
	case a.Delete != nil:
		f.Delete = writeDelete(a.Delete)
	case a.Pod != nil:
		return f, f.writePodAction(a.Pod)
	default:
		return f, errors.New("expected something that is done, found an empty action")
	}
	return f, nil
}

func (f *actionFields) writePodAction(a *sim.PodAction) error {
	f.Pod = a.Pod
	switch {
	case a.Delete != nil:
		f.Delete = writeDelete(a.Delete)
	case a.Patch != nil:
		f.writeEdit(a.Patch)
	case a.RemoveLabel != "":
		f.RemoveLabel = a.RemoveLabel
	case a.RemoveFinalizer != "":
		f.RemoveFinalizer = a.RemoveFinalizer
	case a.Evict:
		f.Evict = true
	default:
		return errors.New("expected something that is done to the pod, found an empty action")
	}
	return nil
}

func (f *actionFields) writeEdit(p *sim.Patch) {
	f.Edit, f.Type, f.Subresource = &patchBody{json: p.Data}, patchName(p), p.Subresource
}

func writeDelete(d *sim.Delete) *deleteFields {
	return &deleteFields{Propagation: string(d.Propagation), GraceSeconds: d.GraceSeconds}
}
