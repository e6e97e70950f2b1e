package fakes

import (
	"context"
	"testing"
	"time"

	. "github.com/onsi/gomega"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/event"
)

// due tells when the next sync is, in seconds from now; -1 if there is none.
func (w *world) due() int {
	if _, at, ok := w.queue.next(); ok {
		return int(at.Sub(w.now) / time.Second)
	}
	return -1
}

func TestTriggerDelays(t *testing.T) { // SYNC-6, ADS-10
	g := NewWithT(t)
	w := newWorld(t, Reference(), newJob(withParallelism(1)))
	g.Expect(w.due()).To(Equal(0), "creation")
	w.run(0)
	g.Expect(w.due()).To(Equal(1), "own status write")
	w.run(5)
	g.Expect(w.due()).To(Equal(-1))
	w.setPod("work-1", onNode)
	g.Expect(w.due()).To(Equal(1), "pod update")
	w.run(8)
	w.setJob(func(j *batchv1.Job) { j.Labels = map[string]string{"a": "b"} })
	g.Expect(w.due()).To(Equal(1), "change that is not of the spec")
	w.run(10)
	w.setJob(withDeadline(30))
	g.Expect(w.due()).To(Equal(0), "spec change")
	w.run(15)
	g.Expect(w.due()).To(Equal(15), "deadline")
	w.setJob(withDeadline(12))
	w.run(15)
	g.Expect(w.job().Status.Conditions[0].Reason).To(Equal("DeadlineExceeded"), "ADS-10: lowered")
}

func TestRaisedDeadline(t *testing.T) { // ADS-10
	g := NewWithT(t)
	w := newWorld(t, Reference(), newJob(withDeadline(10)))
	w.run(9)
	w.setJob(withDeadline(20))
	w.run(19)
	g.Expect(w.job().Status.Conditions).To(BeEmpty())
	w.run(20)
	g.Expect(w.job().Status.Conditions).NotTo(BeEmpty())
}

func TestDeadlineEditedDuringAnOutage(t *testing.T) { // ADS-10
	g := NewWithT(t)
	w := newWorld(t, Reference(), newJob())
	w.run(5)
	w.held = true
	w.setPod("work-1", onNode)
	w.held = false
	w.r.memories["job-1"].writes.wrotePod("x", "9999", w.now) // nothing can be synced for the next five minutes
	w.setJob(withDeadline(400))
	w.flush()
	w.run(399)
	g.Expect(isFinished(w.job())).To(BeFalse())
	w.run(400)
	g.Expect(w.job().Status.Conditions).NotTo(BeEmpty())
}

func TestRecreationSeenAsAnUpdate(t *testing.T) { // DEL-5
	g := NewWithT(t)
	w := newWorld(t, Reference(), newJob())
	w.run(5)
	g.Expect(w.r.memories).To(HaveLen(1))
	w.r.jobUpdated(w.job(), newJob(func(j *batchv1.Job) { j.UID = "job-2" }), w.queue)
	g.Expect(w.r.memories).To(BeEmpty())
	g.Expect(w.due()).To(Equal(0))
}

func TestResyncIsNoEvent(t *testing.T) {
	w := newWorld(t, Reference(), newJob())
	w.run(5)
	pod := w.pod("work-1")
	w.hooks[1].Handler.Update(context.Background(), event.UpdateEvent{ObjectOld: pod, ObjectNew: pod}, w.queue)
	NewWithT(t).Expect(w.due()).To(Equal(-1))
}

func TestPodsOfNobodyConcern(t *testing.T) { // SEL-5
	g := NewWithT(t)
	w := newWorld(t, Reference(), newJob(withParallelism(0)))
	w.run(5)
	alien := func(p *corev1.Pod) { p.OwnerReferences[0].Kind = "ReplicaSet" }
	pod := w.addPod(aPod("a", corev1.PodRunning, alien))
	w.setPod(pod.Name, onNode)
	w.setPod(pod.Name, stopping)
	w.end(pod.Name, corev1.PodFailed)
	w.setPod(pod.Name, freed)
	w.addPod(aPod("b", corev1.PodRunning)) // of a Job that this instance has not synced
	w.setPod("work-b", func(p *corev1.Pod) { p.OwnerReferences[0].UID = "elsewhere" })
	g.Expect(w.due()).To(Equal(1))
	w.dropPod(0, w.pods[0])
	g.Expect(w.due()).To(Equal(1))
}

func TestReadyPodsInTheStatus(t *testing.T) { // STAT-2, STAT-12
	g := NewWithT(t)
	w := newWorld(t, Reference(), newJob(withCompletions(2), withParallelism(2)))
	w.run(5)
	g.Expect(*w.job().Status.Ready).To(BeZero())
	w.setPod("work-1", ready(corev1.ConditionTrue, 5))
	w.run(6)
	g.Expect(*w.job().Status.Ready).To(BeEquivalentTo(1))
	w.setJob(suspended)
	w.run(6)
	g.Expect(*w.job().Status.Ready).To(BeZero())
	g.Expect(w.job().Status.Active).To(BeZero())
	g.Expect(*w.job().Status.Terminating).To(BeEquivalentTo(2))
}

func TestFreeingAnOrphanAgain(t *testing.T) { // TRK-9, SEL-7
	g := NewWithT(t)
	w := newWorld(t, Reference())
	w.addPod(aPod("a", corev1.PodRunning, orphaned))
	w.fault = failOn("free")
	w.run(0)
	g.Expect(w.queue.err).To(HaveOccurred())
	w.fault = nil
	w.held = true
	w.setPod("work-a", onNode)
	w.run(1)
	g.Expect(w.queue.err).To(HaveOccurred(), "the cached copy is old: somebody may be adopting the pod")
	w.flush()
	w.run(10)
	g.Expect(w.names(carriesFinalizer)).To(BeEmpty())
	g.Expect(w.takeCalls()).To(HaveLen(3))

	gone := aPod("gone", corev1.PodRunning, orphaned)
	w.queue.Add(orphanRequest(gone))
	w.cached.pods = append(w.cached.pods, aPod("adopted", corev1.PodRunning))
	w.queue.Add(orphanRequest(w.cached.pods[1]))
	w.run(11)
	g.Expect(w.takeCalls()).To(BeEmpty())
}

func TestClaimErrorsEndTheSync(t *testing.T) { // SEL-1, SEL-2, SEL-3
	for _, c := range []struct{ fault, pod string }{{"release", "owned"}, {"adopt", "orphan"}, {"get", "orphan"}} {
		t.Run(c.fault, func(t *testing.T) {
			g := NewWithT(t)
			w := newWorld(t, Reference(), newJob())
			w.run(5)
			w.takeCalls()
			if c.pod == "owned" {
				w.setPod("work-1", func(p *corev1.Pod) { p.Labels = nil })
			} else {
				w.addPod(aPod("a", corev1.PodRunning, freed, orphaned))
			}
			w.fault = failOn(c.fault)
			w.run(6)
			g.Expect(w.queue.err).To(MatchError(ContainSubstring("injected")))
			w.fault = func(call string) error {
				if call[0:3] == c.fault[0:3] {
					w.fault = nil
					return notFound("objects", "x")
				}
				return nil
			}
			w.run(7)
			g.Expect(w.queue.err != nil).To(Equal(c.fault == "get"), "a pod that is gone is no error, a Job that is gone is")
		})
	}
}

func TestAdoptionNeedsTheSameJob(t *testing.T) { // SEL-3
	g := NewWithT(t)
	w := newWorld(t, Reference(), newJob())
	w.addPod(aPod("a", corev1.PodRunning, freed, orphaned))
	w.jobs[0] = newJob(func(j *batchv1.Job) { j.UID = "job-2" })
	w.run(0)
	g.Expect(w.queue.err).To(MatchError(ContainSubstring("expected UID job-1, got job-2")))
}

func TestIndexes(t *testing.T) {
	g := NewWithT(t)
	g.Expect(upstream.liveKeys(aPod("a", corev1.PodRunning))).To(Equal([]string{"work"}))
	g.Expect(upstream.liveKeys(aPod("a", corev1.PodSucceeded))).To(Equal([]string{"work"}))
	g.Expect(upstream.liveKeys(aPod("a", corev1.PodSucceeded, freed))).To(BeEmpty())
	g.Expect(upstream.liveKeys(aPod("a", corev1.PodSucceeded, freed, func(p *corev1.Pod) { delete(p.Labels, legacyJob) }))).
		To(Equal([]string{"work"}))
	g.Expect(upstream.liveKeys(aPod("a", corev1.PodRunning, orphaned))).To(BeEmpty())
	g.Expect(orphanKeys(aPod("a", corev1.PodRunning))).To(BeEmpty())
	g.Expect(orphanKeys(aPod("a", corev1.PodRunning, orphaned))).To(Equal([]string{"any", "job-1"}))
	g.Expect(orphanKey(newJob())).To(Equal("job-1"))
	g.Expect(orphanKey(newJob(func(j *batchv1.Job) { j.Spec.Selector = nil }))).To(Equal("any"))
}

func TestIndexErrors(t *testing.T) {
	for _, field := range []string{liveIndex, orphanIndex} {
		err := upstream.addIndexes(refusing(field))
		NewWithT(t).Expect(err).To(MatchError(errInjected))
	}
}

type refusing string

func (r refusing) IndexField(_ context.Context, _ client.Object, field string, _ client.IndexerFunc) error {
	if field == string(r) {
		return errInjected
	}
	return nil
}

func TestRetryDelays(t *testing.T) { // POD-11
	g := NewWithT(t)
	w := newWorld(t, Reference(), newJob())
	limiter, req := w.r.RateLimiter(), requestFor(w.job())
	for _, want := range []int{1, 2, 4, 8, 16, 32, 60, 60} {
		g.Expect(limiter.When(req)).To(Equal(time.Duration(want) * time.Second))
	}
	limiter.Forget(req)
	g.Expect(limiter.When(req)).To(Equal(time.Second))
}

func TestOwnWritesOfAPodThatIsGone(t *testing.T) { // CTRL-4
	g := NewWithT(t)
	var writes ownWrites
	writes.wrotePod("a", "7", at(0))
	writes.wrotePod("b", "not a number", at(0))
	g.Expect(writes.visible(newJob(), 6, at(1), time.Minute)).To(MatchError(ContainSubstring("expected the write 7")))
	g.Expect(writes.visible(newJob(), 7, at(1), time.Minute)).To(Succeed())
	g.Expect(writes.visible(newJob(), 6, at(61), time.Minute)).To(Succeed())
	writes.podGone("a")
	g.Expect(writes.visible(newJob(), 6, at(1), time.Minute)).To(Succeed())
}
