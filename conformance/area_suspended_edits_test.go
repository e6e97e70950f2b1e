package conformance

import (
	"testing"

	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"

	"github.com/jobsim/jobsim/scenarios/situations"
	"github.com/jobsim/jobsim/sim"
)

// aSituation is a copy of a situation, to be changed.
func aSituation(t *testing.T, name string) *sim.Scenario {
	t.Helper()
	s, ok := situations.Get(name)
	if !ok {
		t.Fatalf("there is no situation %s", name)
	}
	its := *s
	return &its
}

func TestSuspendedEditsMutants(t *testing.T) {
	kills(t, [][]Requirement{suspendedEdits}, []mutant{
		{
			requirement: "job/suspended-edits/pods-have-the-edit", scenario: aSituation(t, "MSD-4.1"),
			mistake: asIn("suspended-template-kept"), says: "the template of Job work was edited, and pod work-6ffdv differs from it: its labels",
		},
		{
			requirement: "job/suspended-edits/pods-have-the-edit", scenario: aSituation(t, "MSD-4.2"),
			mistake: asIn("template-latched"), says: "differs from it: its labels",
		},
		{
			requirement: "job/suspended-edits/pods-have-the-edit", scenario: aSituation(t, "MSD-4.1"),
			mistake: asIn("edited-labels-dropped"), says: "differs from it: its labels",
		},
		{
			requirement: "job/suspended-edits/pods-have-nothing-else", scenario: aSituation(t, "MSD-4.1"),
			mistake: asIn("edited-template-merged"), says: "still has the node selector example.com/pool",
		},
		{
			requirement: "job/suspended-edits/edit-with-resume", scenario: aSituation(t, "MSD-3.1"),
			mistake: asIn("edit-with-resume-missed"), says: "differs from it: its labels",
		},
		{
			requirement: "job/suspended-edits/resources", scenario: aSituation(t, "MSD-2.1"),
			mistake: asIn("edited-resources-dropped"), says: "has other resources than container main of it",
		},
		{
			requirement: "job/suspended-edits/edits-start-nothing", scenario: aSituation(t, "MSD-4.1"),
			mistake: asIn("suspended-job-starts-when-edited"), says: "is created while the Job is suspended",
		},
		{
			requirement: "job/suspended-edits/becomes-editable", scenario: aSituation(t, "MSD-1.1"),
			mistake: asIn("suspended-active-kept"), says: "its template cannot be edited: status.active is 2",
		},
		{
			requirement: "job/suspended-edits/not-editable-with-pods", scenario: aSituation(t, "MSD-1.1"),
			mistake: asIn("suspended-before-pods-stop"), says: "shows Suspended=True and no active pods",
		},
	})
}

// TestKeepsWhatWent looks at each part of a template that an edit can take out.
func TestKeepsWhatWent(t *testing.T) {
	g := NewWithT(t)
	g.Expect(keptKey("label", map[string]string{"b": "", "a": "", "c": ""}, map[string]string{"c": ""}, map[string]string{"a": "1", "b": "", "c": ""})).
		To(Equal("label a"))
	g.Expect(keptKey("label", map[string]string{"a": ""}, nil, nil)).To(BeEmpty())
	job := neverJob()
	old := job.Spec.Template.DeepCopy()
	old.Spec.Tolerations = []corev1.Toleration{{Key: "spot"}}
	old.Spec.SchedulingGates = []corev1.PodSchedulingGate{{Name: "queue"}}
	pod := &corev1.Pod{Spec: *old.Spec.DeepCopy()}
	before := []*corev1.PodTemplateSpec{old}
	g.Expect(keepsWhatWent(job, before, pod)).To(Equal("still has the toleration of spot"))
	pod.Spec.Tolerations = nil
	g.Expect(keepsWhatWent(job, before, pod)).To(Equal("still has the scheduling gate queue"))
	pod.Spec.SchedulingGates = nil
	g.Expect(keepsWhatWent(job, before, pod)).To(BeEmpty())
}
