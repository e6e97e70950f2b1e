package apiserver

import (
	"testing"
	"time"

	"github.com/onsi/gomega"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

func suspended(job *batchv1.Job) *batchv1.Job {
	changed := job.DeepCopy()
	changed.Spec.Suspend = ptr(true)
	return changed
}

func TestAPI2Updates(t *testing.T) {
	t.Run("an object that does not exist is not created", func(t *testing.T) {
		c := newCluster(t, Options{})
		_, err := c.user.Update(newJob("pi"))
		c.expectStatus(err, 404, metav1.StatusReasonNotFound, `jobs.batch "pi" not found`)
		gone := newJob("pi")
		gone.UID, gone.ResourceVersion = "1", "1"
		_, err = c.user.Update(gone)
		c.Expect(apierrors.IsNotFound(err)).To(gomega.BeTrue(), "also when it once existed")
		_, err = c.user.UpdateStatus(newJob("pi"))
		c.expectStatus(err, 404, metav1.StatusReasonNotFound, `jobs.batch "pi" not found`)
	})
	t.Run("a stale resourceVersion is a conflict", func(t *testing.T) {
		c := newCluster(t, Options{})
		job := create(c, newJob("pi"))
		_, err := c.user.Update(suspended(job))
		c.Expect(err).NotTo(gomega.HaveOccurred())
		_, err = c.user.Update(suspended(job))
		c.expectStatus(err, 409, metav1.StatusReasonConflict, `Operation cannot be fulfilled on jobs.batch "pi": `+
			"the object has been modified; please apply your changes to the latest version and try again")
		_, err = c.user.UpdateStatus(suspended(job))
		c.Expect(apierrors.IsConflict(err)).To(gomega.BeTrue())
	})
	t.Run("an update without a resourceVersion is unconditional", func(t *testing.T) {
		for _, version := range []string{"", "0"} {
			c := newCluster(t, Options{})
			job := create(c, newJob("pi"))
			_, err := c.user.Update(suspended(job))
			c.Expect(err).NotTo(gomega.HaveOccurred())
			again := job.DeepCopy()
			again.ResourceVersion = version
			updated, err := c.user.Update(again)
			c.Expect(err).NotTo(gomega.HaveOccurred())
			c.Expect(*updated.(*batchv1.Job).Spec.Suspend).To(gomega.BeFalse())
		}
	})
	t.Run("an object of the same name and another UID is a conflict", func(t *testing.T) {
		c := newCluster(t, Options{})
		job := create(c, newJob("pi")).DeepCopy()
		have := job.UID
		job.UID = "other"
		_, err := c.user.Update(job)
		c.expectStatus(err, 409, metav1.StatusReasonConflict, "StorageError: invalid object, Code: 4, Key: /registry/jobs/default/pi, "+
			"ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: other, UID in object meta: "+string(have))
		node := create(c, newNode("n")).DeepCopy()
		node.UID = "other"
		_, err = c.user.Update(node)
		c.expectStatus(err, 409, metav1.StatusReasonConflict, "Key: /registry/minions/n,")
	})
	t.Run("an invalid one is refused with causes", func(t *testing.T) {
		c := newCluster(t, Options{})
		job := create(c, newJob("pi")).DeepCopy()
		job.Spec.Completions = ptr(int32(-1))
		_, err := c.user.Update(job)
		c.expectStatus(err, 422, metav1.StatusReasonInvalid, "spec.completions")
	})
}

func TestMUT4Generation(t *testing.T) {
	c := newCluster(t, Options{})
	job := create(c, newJob("pi"))
	changed := job.DeepCopy()
	changed.Labels = map[string]string{"a": "b"}
	changed.Generation = 9
	obj, err := c.user.Update(changed)
	c.Expect(err).NotTo(gomega.HaveOccurred())
	c.Expect(obj.GetGeneration()).To(gomega.Equal(int64(1)), "a label is no change of what is wanted")
	obj, err = c.user.Update(suspended(obj.(*batchv1.Job)))
	c.Expect(err).NotTo(gomega.HaveOccurred())
	c.Expect(obj.GetGeneration()).To(gomega.Equal(int64(2)))
	status := obj.(*batchv1.Job).DeepCopy()
	status.Status.Conditions = []batchv1.JobCondition{{Type: batchv1.JobSuspended, Status: corev1.ConditionTrue}}
	obj, err = c.user.UpdateStatus(status)
	c.Expect(err).NotTo(gomega.HaveOccurred())
	c.Expect(obj.GetGeneration()).To(gomega.Equal(int64(2)))
}

func TestDEF12SpecAndStatusAreWrittenApart(t *testing.T) {
	c := newCluster(t, Options{})
	job := create(c, newJob("pi"))
	both := suspended(job)
	both.Status.Active = 4
	obj, err := c.user.Update(both)
	c.Expect(err).NotTo(gomega.HaveOccurred())
	c.Expect(obj.(*batchv1.Job).Status.Active).To(gomega.BeZero())
	c.Expect(*obj.(*batchv1.Job).Spec.Suspend).To(gomega.BeTrue())

	both = obj.(*batchv1.Job).DeepCopy()
	both.Spec.Suspend = ptr(false)
	both.Status.Active = 4
	both.Labels = map[string]string{"a": "b"}
	obj, err = c.user.UpdateStatus(both)
	c.Expect(err).NotTo(gomega.HaveOccurred())
	c.Expect(obj.(*batchv1.Job).Status.Active).To(gomega.Equal(int32(4)))
	c.Expect(*obj.(*batchv1.Job).Spec.Suspend).To(gomega.BeTrue())
	c.Expect(obj.GetLabels()).To(gomega.HaveKeyWithValue("a", "b"), "metadata changes with the status")
	c.Expect(c.recorder.last().Subresource).To(gomega.Equal("status"))
}

func TestNodesAndEvents(t *testing.T) {
	c := newCluster(t, Options{})
	node := create(c, newNode("n")).DeepCopy()
	node.Spec.Unschedulable = true
	node.Status.NodeInfo.KernelVersion = "6"
	obj, err := c.user.Update(node)
	c.Expect(err).NotTo(gomega.HaveOccurred())
	c.Expect(obj.(*corev1.Node).Spec.Unschedulable).To(gomega.BeTrue())
	c.Expect(obj.(*corev1.Node).Status.NodeInfo.KernelVersion).To(gomega.BeEmpty())
	node = obj.(*corev1.Node).DeepCopy()
	node.Spec.Unschedulable = false
	node.Status.NodeInfo.KernelVersion = "6"
	obj, err = c.user.UpdateStatus(node)
	c.Expect(err).NotTo(gomega.HaveOccurred())
	c.Expect(obj.(*corev1.Node).Spec.Unschedulable).To(gomega.BeTrue())
	c.Expect(obj.(*corev1.Node).Status.NodeInfo.KernelVersion).To(gomega.Equal("6"))

	e := create(c, &corev1.Event{
		ObjectMeta:     metav1.ObjectMeta{Namespace: "default", Name: "e"},
		InvolvedObject: corev1.ObjectReference{Namespace: "default"},
	}).DeepCopy()
	e.Count = 2
	_, err = c.user.Update(e)
	c.Expect(err).NotTo(gomega.HaveOccurred())
	e.ResourceVersion = ""
	_, err = c.user.UpdateStatus(e)
	c.expectStatus(err, 404, metav1.StatusReasonNotFound, "the server could not find the requested resource")
}

func TestTimesOfEvents(t *testing.T) {
	c := newCluster(t, Options{})
	fine := at(1).Add(1234567 * time.Nanosecond)
	e := create(c, &corev1.Event{
		ObjectMeta:     metav1.ObjectMeta{Namespace: "default", Name: "e"},
		FirstTimestamp: metav1.NewTime(fine), EventTime: metav1.NewMicroTime(fine),
		ReportingController: "tester", ReportingInstance: "tester-0", Action: "Testing", Reason: "Tested",
		Series: &corev1.EventSeries{LastObservedTime: metav1.NewMicroTime(fine)},
	})
	c.Expect(e.FirstTimestamp.Time).To(gomega.Equal(at(1)))
	c.Expect(e.LastTimestamp.IsZero()).To(gomega.BeTrue())
	c.Expect(e.EventTime.Time).To(gomega.Equal(at(1).Add(1234 * time.Microsecond)))
	c.Expect(e.Series.LastObservedTime.Time).To(gomega.Equal(at(1).Add(1234 * time.Microsecond)))
}

func TestWritesThatChangeNothing(t *testing.T) {
	c := newCluster(t, Options{})
	job := create(c, newJob("pi"))
	log, _ := c.seen(WatchOptions{Selection: Selection{Resource: Jobs}, From: job.ResourceVersion})
	same := job.DeepCopy()
	same.TypeMeta = metav1.TypeMeta{APIVersion: "batch/v1", Kind: "Job"}
	same.Spec.Template.Spec.NodeSelector = map[string]string{} // means the same as none
	for _, write := range []func() (Object, error){
		func() (Object, error) { return c.user.Update(same.DeepCopy()) },
		func() (Object, error) { return c.user.UpdateStatus(same.DeepCopy()) },
		func() (Object, error) {
			return c.user.Patch(KeyOf(job), "", "application/merge-patch+json", []byte(`{"spec":{"suspend":false}}`))
		},
	} {
		obj, err := write()
		c.Expect(err).NotTo(gomega.HaveOccurred())
		c.Expect(obj).To(gomega.BeIdenticalTo(job))
		c.Expect(c.recorder.last().Text).To(gomega.Equal("no change"))
	}
	c.settle()
	c.Expect(*log).To(gomega.BeEmpty())
	c.Expect(create(c, newJob("next")).ResourceVersion).To(gomega.Equal("3"))
}

func TestWhatAnUpdateCannotChange(t *testing.T) {
	c := newCluster(t, Options{})
	c.queue.AdvanceTo(5 * time.Second)
	job := create(c, newJob("pi"))
	t.Run("is ignored", func(t *testing.T) {
		changed := job.DeepCopy()
		changed.UID = ""
		changed.CreationTimestamp = metav1.Time{}
		changed.Labels = map[string]string{"a": "b"}
		obj, err := c.user.Update(changed)
		c.Expect(err).NotTo(gomega.HaveOccurred())
		c.Expect(obj.GetUID()).To(gomega.Equal(job.UID))
		c.Expect(obj.GetCreationTimestamp().Time).To(gomega.Equal(at(5)))
		job = obj.(*batchv1.Job)
	})
	t.Run("is refused", func(t *testing.T) {
		changed := job.DeepCopy()
		changed.DeletionTimestamp = ptr(metav1.NewTime(at(9)))
		_, err := c.user.Update(changed)
		c.expectStatus(err, 422, metav1.StatusReasonInvalid, "metadata.deletionTimestamp")
		changed = job.DeepCopy()
		changed.DeletionGracePeriodSeconds = ptr(int64(3))
		_, err = c.user.Update(changed)
		c.expectStatus(err, 422, metav1.StatusReasonInvalid, "metadata.deletionGracePeriodSeconds")
		changed = job.DeepCopy()
		changed.Finalizers = []string{metav1.FinalizerOrphanDependents, metav1.FinalizerDeleteDependents}
		_, err = c.user.Update(changed)
		c.expectStatus(err, 422, metav1.StatusReasonInvalid, "cannot be both set")
		changed.Finalizers, changed.GenerateName = nil, "a/b"
		_, err = c.user.Update(changed)
		c.expectStatus(err, 422, metav1.StatusReasonInvalid, "metadata.generateName")
	})
	t.Run("a deletion that has begun goes on, and takes no new finalizers", func(t *testing.T) {
		held := newJob("held")
		held.Finalizers = []string{"example.com/hold"}
		create(c, held)
		c.Expect(c.user.Delete(KeyOf(held), nil)).To(gomega.Succeed())
		changed := stored(c, held).DeepCopy()
		changed.DeletionTimestamp, changed.DeletionGracePeriodSeconds = nil, nil
		changed.Labels = map[string]string{"a": "b"}
		obj, err := c.user.Update(changed)
		c.Expect(err).NotTo(gomega.HaveOccurred())
		c.Expect(obj.GetDeletionTimestamp().Time).To(gomega.Equal(at(5)))
		changed = obj.(*batchv1.Job).DeepCopy()
		changed.Finalizers = append(changed.Finalizers, "example.com/more")
		_, err = c.user.Update(changed)
		c.expectStatus(err, 422, metav1.StatusReasonInvalid, "no new finalizers can be added if the object is being deleted")
	})
}
