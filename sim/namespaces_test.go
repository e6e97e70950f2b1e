package sim_test

import (
	"fmt"
	"testing"
	"time"

	. "github.com/onsi/gomega"

	batchv1 "k8s.io/api/batch/v1"

	"github.com/jobsim/jobsim/sim"
	"github.com/jobsim/jobsim/sim/adapter"
	"github.com/jobsim/jobsim/sim/apiserver"
	"github.com/jobsim/jobsim/sim/event"
	"github.com/jobsim/jobsim/sim/kubelet"
	"github.com/jobsim/jobsim/sim/trace"
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

// interrupted is an implementation in whose cluster somebody does something at some time.
type interrupted struct {
	adapter.Implementation
	at time.Duration
	do func(*apiserver.Caller)
}

func (i interrupted) Start(w adapter.World) (adapter.Instance, error) {
	w.Queue().At(i.at, event.User, func() { i.do(w.Server().For("user", 0)) })
	return i.Implementation.Start(w)
}

// TestPOD10ANamespaceGoesAway deletes the namespace of a Job that still has pods to create.
func TestPOD10ANamespaceGoesAway(t *testing.T) {
	g := NewWithT(t)
	work := job("work", sized(6, 2))
	work.Namespace = "team"
	k := apiserver.Key{Resource: apiserver.Namespaces, Name: "team"}
	slow := succeeding(time.Minute)
	slow.Stop.After = 20 * time.Second
	result, err := sim.Run(&sim.Scenario{Name: "gone", Jobs: []*batchv1.Job{work}, Pods: []kubelet.Script{slow}},
		interrupted{reference(), 10 * time.Second, func(user *apiserver.Caller) { g.Expect(user.Delete(k, nil)).To(Succeed()) }})
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(result.Failure).To(BeNil())
	g.Expect(result.Jobs).To(BeEmpty())
	g.Expect(result.Pods).To(BeEmpty())
	var removed []string
	for _, e := range result.Trace.Entries {
		if e.Kind == trace.Removed {
			removed = append(removed, fmt.Sprint(e.Resource, " ", e.At))
		}
	}
	g.Expect(removed).To(ContainElement("jobs 10s"))
	g.Expect(removed[len(removed)-3:]).To(Equal([]string{"pods 30s", "pods 30s", "namespaces 30s"}),
		"the namespace goes when its pods have ended gracefully")
}
