package sim_test

import (
	"testing"
	"time"

	. "github.com/onsi/gomega"

	batchv1 "k8s.io/api/batch/v1"

	"github.com/jobsim/jobsim/sim"
)

// TestNamespacesOfJobsExist lets Jobs live anywhere: the namespaces that the scenario names are there before it begins.
func TestNamespacesOfJobsExist(t *testing.T) {
	g := NewWithT(t)
	first, later, nowhere := job("first"), job("later"), job("nowhere")
	first.Namespace, later.Namespace, nowhere.Namespace = "team-a", "team-b", "No_Such"
	result, err := sim.Run(&sim.Scenario{
		Name: "namespaces", Jobs: []*batchv1.Job{first, nowhere},
		Actions: []sim.Action{{When: sim.When{At: time.Minute}, Create: later}},
	}, reference())
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(result.Jobs).To(HaveLen(2))
	for i, namespace := range []string{"team-a", "team-b"} {
		g.Expect(result.Jobs[i].Namespace).To(Equal(namespace))
		g.Expect(result.Jobs[i].Status.Succeeded).To(Equal(int32(1)), namespace)
	}
	refused := ""
	for _, e := range result.Trace.Entries {
		g.Expect(e.Resource).NotTo(Equal("namespaces"), "they are no part of what happens")
		if e.Status != nil && e.Name == "nowhere" {
			refused = e.Status.Message
		}
	}
	g.Expect(refused).To(Equal(`namespaces "No_Such" not found`))
}
