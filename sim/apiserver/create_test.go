package apiserver

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/onsi/gomega"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

func TestCreateSetsWhatIsTheServers(t *testing.T) {
	t.Run("DEF-12 status is discarded and generation is 1", func(t *testing.T) {
		c := newCluster(t, Options{})
		job := newJob("pi")
		job.Status.Succeeded = 3
		job.Generation = 7
		job = create(c, job)
		c.Expect(job.Status).To(gomega.Equal(batchv1.JobStatus{}))
		c.Expect(job.Generation).To(gomega.Equal(int64(1)))
		pod := newPod("p")
		pod.Status.Phase = corev1.PodSucceeded
		c.Expect(create(c, pod).Status.Phase).To(gomega.Equal(corev1.PodPending))
	})
	t.Run("TIME-0 creationTimestamp is in whole seconds", func(t *testing.T) {
		c := newCluster(t, Options{})
		c.queue.AdvanceTo(1999 * time.Millisecond)
		c.Expect(create(c, newJob("pi")).CreationTimestamp.Time).To(gomega.Equal(at(1)))
	})
	t.Run("what a client claims about identity and deletion is ignored", func(t *testing.T) {
		c := newCluster(t, Options{})
		job := newJob("pi")
		job.UID = "mine"
		job.CreationTimestamp = metav1.NewTime(at(-5))
		job.DeletionTimestamp = ptr(metav1.NewTime(at(5)))
		job.DeletionGracePeriodSeconds = ptr(int64(5))
		job = create(c, job)
		c.Expect(string(job.UID)).To(gomega.MatchRegexp(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`))
		c.Expect(job.CreationTimestamp.Time).To(gomega.Equal(at(0)))
		c.Expect(job.DeletionTimestamp).To(gomega.BeNil())
		c.Expect(job.DeletionGracePeriodSeconds).To(gomega.BeNil())
	})
	t.Run("objects are stored without apiVersion and kind", func(t *testing.T) {
		c := newCluster(t, Options{})
		job := newJob("pi")
		job.TypeMeta = metav1.TypeMeta{APIVersion: "batch/v1", Kind: "Job"}
		c.Expect(create(c, job).TypeMeta).To(gomega.Equal(metav1.TypeMeta{}))
	})
	t.Run("a node has no namespace", func(t *testing.T) {
		c := newCluster(t, Options{})
		node := newNode("n")
		node.Namespace = "default"
		c.Expect(create(c, node).Namespace).To(gomega.BeEmpty())
		c.Expect(stored(c, newNode("n"))).NotTo(gomega.BeNil())
	})
}

func TestResourceVersionGrowsByOne(t *testing.T) {
	c := newCluster(t, Options{})
	_, version, err := c.user.List(Selection{Resource: Jobs})
	c.Expect(err).NotTo(gomega.HaveOccurred())
	c.Expect(version).To(gomega.Equal("1"), `an empty cluster has a version too: "0" means any`)
	c.Expect(create(c, newJob("a")).ResourceVersion).To(gomega.Equal("2"))
	c.Expect(create(c, newNode("n")).ResourceVersion).To(gomega.Equal("3"), "all resources share it")
	c.Expect(create(c, newPod("p")).ResourceVersion).To(gomega.Equal("4"))
	c.Expect(c.user.Delete(KeyOf(newNode("n")), nil)).To(gomega.Succeed())
	c.Expect(create(c, newJob("b")).ResourceVersion).To(gomega.Equal("6"), "a removal has one of its own")
}

func TestCreateRefuses(t *testing.T) {
	t.Run("a name that is taken", func(t *testing.T) {
		c := newCluster(t, Options{})
		create(c, newJob("pi"))
		_, err := c.user.Create(newJob("pi"))
		c.expectStatus(err, 409, metav1.StatusReasonAlreadyExists, `jobs.batch "pi" already exists`)
		c.Expect(apierrors.IsAlreadyExists(err)).To(gomega.BeTrue())
	})
	t.Run("a name that is taken by an object that is being deleted", func(t *testing.T) {
		c := newCluster(t, Options{})
		job := newJob("pi")
		job.Finalizers = []string{"example.com/hold"}
		create(c, job)
		c.Expect(c.user.Delete(KeyOf(job), nil)).To(gomega.Succeed())
		_, err := c.user.Create(newJob("pi"))
		c.expectStatus(err, 409, metav1.StatusReasonAlreadyExists, `object is being deleted: jobs.batch "pi" already exists`)
	})
	t.Run("what validation refuses, with causes", func(t *testing.T) {
		c := newCluster(t, Options{})
		job := newJob("Pi_")
		job.Spec.Parallelism = ptr(int32(-1))
		_, err := c.user.Create(job)
		c.expectStatus(err, 422, metav1.StatusReasonInvalid, `Job.batch "Pi_" is invalid`)
		c.Expect(causes(err)).To(gomega.ContainElements("metadata.name", "spec.parallelism"))
	})
	t.Run("an object without a name", func(t *testing.T) {
		c := newCluster(t, Options{})
		_, err := c.user.Create(newJob(""))
		c.expectStatus(err, 422, metav1.StatusReasonInvalid, "name or generateName is required")
	})
	t.Run("an object without a name that is wrong otherwise too", func(t *testing.T) {
		c := newCluster(t, Options{})
		job := newJob("")
		job.Spec.Parallelism = ptr(int32(-1))
		_, err := c.user.Create(job)
		c.Expect(causes(err)).To(gomega.ConsistOf("metadata.name", "spec.parallelism"))
	})
	t.Run("a name that is no label value, for the template's labels alone (DEF-9)", func(t *testing.T) {
		c := newCluster(t, Options{})
		_, err := c.user.Create(newJob("ä"))
		c.Expect(causes(err)).To(gomega.ConsistOf("metadata.name", "spec.template.labels"))
	})
	t.Run("an object without a namespace", func(t *testing.T) {
		c := newCluster(t, Options{})
		job := newJob("pi")
		job.Namespace = ""
		_, err := c.user.Create(job)
		c.expectStatus(err, 400, metav1.StatusReasonBadRequest, "an empty namespace may not be set during creation")
	})
	t.Run("an object that was read from the server", func(t *testing.T) {
		c := newCluster(t, Options{})
		job := newJob("pi")
		job.ResourceVersion = "7"
		_, err := c.user.Create(job)
		c.expectStatus(err, 500, metav1.StatusReasonUnknown, "resourceVersion should not be set on objects to be created")
	})
	t.Run("a kind that is not served", func(t *testing.T) {
		c := newCluster(t, Options{})
		_, err := c.user.Create(&corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: "x"}})
		c.expectStatus(err, 400, metav1.StatusReasonBadRequest, "jobs, pods, nodes, events, namespaces and leases only")
		_, err = c.user.Get(KeyOf(&corev1.ConfigMap{}))
		c.Expect(apierrors.IsNotFound(err)).To(gomega.BeTrue())
		_, err = c.user.Update(&corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: "x"}})
		c.expectStatus(err, 400, metav1.StatusReasonBadRequest, "jobs, pods, nodes, events, namespaces and leases only")
		c.Expect(apierrors.IsNotFound(c.user.Delete(Key{Resource: "configmaps", Name: "x"}, nil))).To(gomega.BeTrue())
	})
	t.Run("an event about another namespace", func(t *testing.T) {
		c := newCluster(t, Options{})
		_, err := c.user.Create(&corev1.Event{
			ObjectMeta:     metav1.ObjectMeta{Namespace: "default", Name: "e"},
			InvolvedObject: corev1.ObjectReference{Namespace: "other"},
		})
		c.expectStatus(err, 422, metav1.StatusReasonInvalid, "does not match event.namespace")
	})
}

// causes are the fields that a rejection names, each once.
func causes(err error) []string {
	var fields []string
	for _, cause := range err.(*apierrors.StatusError).ErrStatus.Details.Causes {
		if !slices.Contains(fields, cause.Field) {
			fields = append(fields, cause.Field)
		}
	}
	return fields
}

func TestPOD5GeneratedNames(t *testing.T) {
	t.Run("prefix and five characters", func(t *testing.T) {
		c := newCluster(t, Options{Seed: 1})
		names := map[string]bool{}
		for range 100 {
			pod := newPod("")
			pod.GenerateName = "pi-"
			name := create(c, pod).Name
			c.Expect(name).To(gomega.MatchRegexp(`^pi-[bcdfghjklmnpqrstvwxz2456789]{5}$`))
			names[name] = true
		}
		c.Expect(names).To(gomega.HaveLen(100))
	})
	t.Run("at most 63 characters", func(t *testing.T) {
		c := newCluster(t, Options{})
		pod := newPod("")
		pod.GenerateName = strings.Repeat("a", 80) + "-"
		c.Expect(create(c, pod).Name).To(gomega.HaveLen(63))
	})
	t.Run("a name wins over generateName", func(t *testing.T) {
		c := newCluster(t, Options{})
		pod := newPod("p")
		pod.GenerateName = "pi-"
		c.Expect(create(c, pod).Name).To(gomega.Equal("p"))
	})
	t.Run("the same in each run with one seed", func(t *testing.T) {
		c := newCluster(t, Options{Seed: 5})
		uid := create(c, newJob("a")).UID
		c.Expect(create(newCluster(t, Options{Seed: 5}), newJob("a")).UID).To(gomega.Equal(uid))
		c.Expect(create(newCluster(t, Options{Seed: 6}), newJob("a")).UID).NotTo(gomega.Equal(uid))
	})
	t.Run("eight are tried", func(t *testing.T) {
		c := newCluster(t, Options{})
		var names identity // what the server will come up with
		for range nameAttempts - 1 {
			create(c, newPod(names.name("pi-")))
		}
		pod := newPod("")
		pod.GenerateName = "pi-"
		c.server.identity = identity{}
		c.Expect(create(c, pod).Name).To(gomega.Equal(names.name("pi-")))
		pod = newPod("")
		pod.GenerateName = "pi-"
		c.server.identity = identity{}
		_, err := c.user.Create(pod)
		c.expectStatus(err, 409, metav1.StatusReasonAlreadyExists, "the server was not able to generate a unique name")
	})
}

func TestDryRun(t *testing.T) {
	c := newCluster(t, Options{})
	log, _ := c.seen(WatchOptions{Selection: Selection{Resource: Jobs}})
	dry := c.user.DryRun()
	made, err := dry.Create(newJob("pi"))
	c.Expect(err).NotTo(gomega.HaveOccurred())
	c.Expect(made.GetUID()).NotTo(gomega.BeEmpty())
	c.Expect(made.GetResourceVersion()).To(gomega.BeEmpty())
	c.Expect(c.recorder.last().DryRun).To(gomega.BeTrue())
	c.Expect(stored(c, newJob("pi"))).To(gomega.BeNil())

	job := create(c, newJob("pi"))
	_, err = dry.Create(newJob("pi"))
	c.Expect(apierrors.IsAlreadyExists(err)).To(gomega.BeTrue())
	changed := job.DeepCopy()
	changed.Spec.Suspend = ptr(true)
	updated, err := dry.Update(changed)
	c.Expect(err).NotTo(gomega.HaveOccurred())
	c.Expect(*updated.(*batchv1.Job).Spec.Suspend).To(gomega.BeTrue())
	c.Expect(updated.GetResourceVersion()).To(gomega.Equal(job.ResourceVersion))
	c.Expect(dry.Delete(KeyOf(job), &metav1.DeleteOptions{PropagationPolicy: ptr(metav1.DeletePropagationBackground)})).To(gomega.Succeed())
	c.Expect(dry.Delete(KeyOf(job), nil)).To(gomega.Succeed())
	c.Expect(stored(c, job)).To(gomega.BeIdenticalTo(job))
	c.settle()
	c.Expect(*log).To(gomega.Equal([]string{"ADDED pi@2"}))
}

func TestTrustedCallersAreNotValidated(t *testing.T) {
	c := newCluster(t, Options{})
	pod := newPod("p")
	pod.Spec.Containers = nil
	_, err := c.server.As("kubelet").Create(pod)
	c.Expect(err).NotTo(gomega.HaveOccurred())
	last := c.recorder.last()
	c.Expect(last.Actor).To(gomega.Equal("kubelet"))
	c.Expect(last.Verb).To(gomega.Equal("create"))
}

// CreatePod hands nothing over: the caller's pod and the stored one share no memory that either may change.
func TestCreatePodKeepsTheCallersPod(t *testing.T) {
	c := newCluster(t, Options{})
	labels := map[string]string{"app": "a"}
	pod := newPod("p")
	pod.Labels = labels
	c.Expect(c.user.CreatePod(pod)).To(gomega.Succeed())
	c.Expect(pod.UID).NotTo(gomega.BeEmpty())
	kept := stored(c, pod)
	c.Expect(kept).To(gomega.Equal(pod))
	pod.Labels["app"] = "b"
	pod.Spec.Containers[0].Image = "changed"
	c.Expect(stored(c, pod).Labels).To(gomega.Equal(map[string]string{"app": "a"}))
	c.Expect(stored(c, pod).Spec.Containers[0].Image).To(gomega.Equal("busybox"))
	c.Expect(c.user.CreatePod(newPod("p"))).To(gomega.MatchError(gomega.ContainSubstring("already exists")))
}

func TestCheckJob(t *testing.T) {
	g := gomega.NewWithT(t)
	job := newJob("pi")
	job.Namespace, job.Name, job.GenerateName = "", "", "pi-"
	before := job.DeepCopy()
	g.Expect(CheckJob(job)).To(gomega.BeEmpty())
	g.Expect(job).To(gomega.Equal(before), "it works on a copy")
	job.Spec.Template.Spec.Containers = nil
	g.Expect(CheckJob(job).ToAggregate()).To(gomega.MatchError(gomega.ContainSubstring("spec.template.spec.containers")))
}

func TestLostAnswersAndRefusalsAreInTheTrace(t *testing.T) {
	c := newCluster(t, Options{})
	controller := c.server.For("controller", 2)
	_, err := controller.Losing().Create(newJob("pi"))
	c.Expect(err).NotTo(gomega.HaveOccurred())
	last := c.recorder.last()
	c.Expect(last.Lost).To(gomega.BeTrue())
	c.Expect(last.Instance).To(gomega.Equal(2))
	refused := controller.Refuse("update", "status", KeyOf(newJob("pi")), apierrors.NewTooManyRequests("later", 1))
	c.expectStatus(refused, 429, metav1.StatusReasonTooManyRequests, "later")
	c.Expect(c.recorder.last().Subresource).To(gomega.Equal("status"))
	controller.RecordRead("get", KeyOf(newJob("pi")), nil)
	c.Expect(c.recorder.last().Verb).To(gomega.Equal("get"))
	c.Expect(statusOf(errPlain{}).Reason).To(gomega.Equal(metav1.StatusReasonInternalError))
}

type errPlain struct{}

func (errPlain) Error() string { return "plain" }

func TestKeys(t *testing.T) {
	g := gomega.NewWithT(t)
	g.Expect(KeyOf(newJob("a")).String()).To(gomega.Equal("jobs/default/a"))
	g.Expect(KeyOf(newNode("n")).String()).To(gomega.Equal("nodes/n"))
	g.Expect(KeyOf(&corev1.Event{}).Resource).To(gomega.Equal(Events))
}

// What watchers see of a change happens before the writer goes on, and is told apart by the entry of the write.
func TestSubscribersAreToldWithinTheWrite(t *testing.T) {
	c := newCluster(t, Options{})
	var changes []Change
	c.server.Subscribe(Jobs, func(change Change) { changes = append(changes, change) })
	c.queue.AdvanceTo(3 * time.Second)
	job := create(c, newJob("pi"))
	c.Expect(changes).To(gomega.HaveLen(1))
	c.Expect(changes[0]).To(gomega.Equal(Change{New: job, Version: 2, At: 3 * time.Second, Seq: c.recorder.last().Seq}))
	c.Expect(changes[0].Object()).To(gomega.BeIdenticalTo(job))
	c.Expect(c.user.Delete(KeyOf(job), &metav1.DeleteOptions{PropagationPolicy: ptr(metav1.DeletePropagationBackground)})).To(gomega.Succeed())
	c.Expect(changes).To(gomega.HaveLen(2))
	c.Expect(changes[1].New).To(gomega.BeNil())
	c.Expect(changes[1].Object().GetResourceVersion()).To(gomega.Equal("3"))
}
