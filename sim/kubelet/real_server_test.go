package kubelet_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/jobsim/jobsim/sim/apiserver"
	"github.com/jobsim/jobsim/sim/event"
	"github.com/jobsim/jobsim/sim/kubelet"
	"github.com/jobsim/jobsim/sim/trace"
)

// recorder is a trace that fills in what the run knows.
type recorder struct {
	queue *event.Queue
	trace trace.Trace
}

func (r *recorder) Record(e trace.Entry) int {
	e.At, e.Cause = r.queue.Now(), r.queue.Cause
	return r.trace.Append(e)
}

type cluster struct {
	*kubelet.Cluster
	queue    *event.Queue
	recorder *recorder
	user     *apiserver.Caller
}

func newCluster(scripts ...kubelet.Script) *cluster {
	q := event.NewQueue(event.Fixed{})
	r := &recorder{queue: q}
	s := apiserver.New(q, r, apiserver.Options{})
	return &cluster{
		Cluster: kubelet.New(q, kubelet.Over(s), r, kubelet.Options{Scripts: scripts}),
		queue:   q, recorder: r, user: s.For("user", 0),
	}
}

func (c *cluster) run(until time.Duration) {
	for next, ok := c.queue.Next(); ok && next <= until; next, ok = c.queue.Next() {
		c.queue.Step()
	}
	c.queue.AdvanceTo(until)
}

func (c *cluster) create(g *gomega.WithT, name string, policy corev1.RestartPolicy) {
	_, err := c.user.Create(&corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: name},
		Spec: corev1.PodSpec{
			RestartPolicy: policy, Containers: []corev1.Container{{Name: "main", Image: "busybox"}},
		},
	})
	g.Expect(err).NotTo(gomega.HaveOccurred())
}

func (c *cluster) pod(name string) *corev1.Pod {
	obj, err := c.user.Get(apiserver.Key{Resource: apiserver.Pods, Namespace: "default", Name: name})
	if err != nil {
		return nil
	}
	return obj.(*corev1.Pod)
}

// calls are the accepted writes about a pod.
func (c *cluster) calls(pod string) []string {
	var list []string
	for _, e := range c.recorder.trace.Entries {
		if p, ok := e.Object.(*corev1.Pod); ok && e.OK() && e.Name == pod {
			list = append(list, fmt.Sprintf("%v %s %s%s %s", e.At, e.Actor, e.Verb, e.Subresource, p.Status.Phase))
		}
	}
	return list
}

func TestOverTheSimulatedServer(t *testing.T) {
	g := gomega.NewWithT(t)
	c := newCluster(kubelet.Script{Runs: []kubelet.Run{{For: 5 * time.Second, Exit: 1}, {For: time.Second}}})
	c.create(g, "a", corev1.RestartPolicyOnFailure)
	c.run(time.Minute)
	g.Expect(c.calls("a")).To(gomega.Equal([]string{
		"0s user create Pending",
		"0s scheduler createbinding Pending",
		"0s kubelet/node-1 updatestatus Running",
		"5s kubelet/node-1 updatestatus Running",
		"6s kubelet/node-1 updatestatus Succeeded",
	}))
	g.Expect(c.pod("a").Status.QOSClass).To(gomega.Equal(corev1.PodQOSBestEffort))
	for _, e := range c.recorder.trace.Entries {
		g.Expect(e.Status).To(gomega.BeNil(), "the server refused %s of %s by %s", e.Verb, e.Name, e.Actor)
	}
}

func TestNodeLossOverTheSimulatedServer(t *testing.T) { // EXT-5
	g := gomega.NewWithT(t)
	c := newCluster(kubelet.Script{Runs: []kubelet.Run{{For: kubelet.Forever}}})
	c.create(g, "a", corev1.RestartPolicyNever)
	c.run(time.Second)
	g.Expect(c.LoseNode("node-1")).To(gomega.Succeed())
	c.run(350 * time.Second)
	g.Expect(c.pod("a").DeletionTimestamp).To(gomega.BeNil())
	c.run(351 * time.Second)
	g.Expect(c.pod("a").DeletionTimestamp).NotTo(gomega.BeNil())
	c.run(time.Hour)
	g.Expect(c.ReturnNode("node-1")).To(gomega.Succeed())
	c.run(2 * time.Hour)
	g.Expect(c.pod("a")).To(gomega.BeNil())
	calls := c.calls("a")
	g.Expect(calls[len(calls)-2:]).To(gomega.Equal([]string{
		"1h0m0s kubelet/node-1 updatestatus Failed",
		"1h0m0s kubelet/node-1 delete Failed",
	}))
}

func TestDeletedNodeOverTheSimulatedServer(t *testing.T) { // EXT-7
	g := gomega.NewWithT(t)
	c := newCluster(kubelet.Script{Runs: []kubelet.Run{{For: kubelet.Forever}}}, kubelet.Script{Unschedulable: kubelet.Forever})
	c.create(g, "a", corev1.RestartPolicyNever)
	c.create(g, "b", corev1.RestartPolicyNever)
	c.run(25 * time.Second)
	g.Expect(c.DeleteNode("node-1")).To(gomega.Succeed())
	c.run(time.Hour)
	g.Expect(c.pod("a")).To(gomega.BeNil())
	g.Expect(c.calls("a")).To(gomega.ContainElement("1m20s pod-gc updatestatus Failed"))
	g.Expect(c.pod("b").Status.Phase).To(gomega.Equal(corev1.PodPending))
	g.Expect(c.user.Delete(apiserver.Key{Resource: apiserver.Pods, Namespace: "default", Name: "b"}, nil)).To(gomega.Succeed())
	g.Expect(c.pod("b")).To(gomega.BeNil())
}

func BenchmarkPodLifeOverTheSimulatedServer(b *testing.B) {
	g := gomega.NewWithT(b)
	c := newCluster(kubelet.Script{Runs: []kubelet.Run{{For: 10 * time.Second}}})
	b.ReportAllocs()
	for i := range b.N {
		c.create(g, fmt.Sprintf("p%d", i), corev1.RestartPolicyNever)
		for c.queue.Step() {
		}
	}
}
