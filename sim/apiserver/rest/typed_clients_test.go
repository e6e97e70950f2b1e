package rest

import (
	"context"
	"fmt"
	"testing"
	"time"

	. "github.com/onsi/gomega"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	applybatchv1 "k8s.io/client-go/applyconfigurations/batch/v1"
	applycorev1 "k8s.io/client-go/applyconfigurations/core/v1"
	"k8s.io/client-go/kubernetes"
	restclient "k8s.io/client-go/rest"

	"github.com/jobsim/jobsim/sim/apiserver"
	"github.com/jobsim/jobsim/sim/event"
	"github.com/jobsim/jobsim/sim/trace"
)

// cluster is a server with a door, which serves at once.
type cluster struct {
	*WithT
	queue  *event.Queue
	server *apiserver.Server
	trace  trace.Trace
	gate   *Direct
	door   *Door
}

func newCluster(t *testing.T) *cluster { return newClusterFor(t) }

func newClusterFor(t testing.TB) *cluster {
	c := &cluster{WithT: NewWithT(t), queue: event.NewQueue(event.Fixed{})}
	c.server = apiserver.New(c.queue, c, apiserver.Options{})
	c.gate = NewDirect(c.queue, c.server)
	c.door = New(c.gate)
	return c
}

func (c *cluster) Record(e trace.Entry) int { return c.trace.Append(e) }

// client is client-go's typed client over the door, speaking a content type.
func (c *cluster) client(contentType string) *kubernetes.Clientset {
	config := &restclient.Config{Host: "http://cluster.local", Transport: c.door, QPS: -1}
	config.ContentType, config.AcceptContentTypes = contentType, contentType
	client, err := kubernetes.NewForConfig(config)
	c.Expect(err).NotTo(HaveOccurred())
	return client
}

func minimalJob(name string) *batchv1.Job {
	return &batchv1.Job{
		ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: "default"},
		Spec: batchv1.JobSpec{Template: corev1.PodTemplateSpec{Spec: corev1.PodSpec{
			RestartPolicy: corev1.RestartPolicyNever,
			Containers:    []corev1.Container{{Name: "main", Image: "busybox"}},
		}}},
	}
}

var wireFormats = []string{"application/json", "application/vnd.kubernetes.protobuf", ""}

func TestTypedClientsCreateReadUpdateAndDelete(t *testing.T) {
	for _, contentType := range wireFormats {
		t.Run(contentType, func(t *testing.T) {
			c, ctx := newCluster(t), t.Context()
			jobs := c.client(contentType).BatchV1().Jobs("default")
			job, err := jobs.Create(ctx, minimalJob("a"), metav1.CreateOptions{})
			c.Expect(err).NotTo(HaveOccurred())
			c.Expect(job.UID).NotTo(BeEmpty())
			c.Expect(*job.Spec.BackoffLimit).To(Equal(int32(6)))

			_, err = jobs.Create(ctx, minimalJob("a"), metav1.CreateOptions{})
			c.Expect(apierrors.IsAlreadyExists(err)).To(BeTrue(), "%v", err)

			job.Spec.Parallelism = new(int32(3))
			updated, err := jobs.Update(ctx, job, metav1.UpdateOptions{})
			c.Expect(err).NotTo(HaveOccurred())
			c.Expect(updated.Generation).To(Equal(int64(2)))
			_, err = jobs.Update(ctx, job, metav1.UpdateOptions{})
			c.Expect(apierrors.IsConflict(err)).To(BeTrue(), "%v", err)

			updated.Status.Active = 2
			updated, err = jobs.UpdateStatus(ctx, updated, metav1.UpdateOptions{})
			c.Expect(err).NotTo(HaveOccurred())
			c.Expect(updated.Status.Active).To(Equal(int32(2)))

			patched, err := jobs.Patch(ctx, "a", types.MergePatchType, []byte(`{"metadata":{"labels":{"x":"y"}}}`), metav1.PatchOptions{})
			c.Expect(err).NotTo(HaveOccurred())
			c.Expect(patched.Labels).To(HaveKeyWithValue("x", "y"))

			list, err := jobs.List(ctx, metav1.ListOptions{LabelSelector: "x=y"})
			c.Expect(err).NotTo(HaveOccurred())
			c.Expect(list.Items).To(HaveLen(1))
			c.Expect(list.Items[0].Status.Active).To(Equal(int32(2)))
			c.Expect(list.ResourceVersion).To(Equal(patched.ResourceVersion))

			c.Expect(jobs.Delete(ctx, "a", metav1.DeleteOptions{PropagationPolicy: new(metav1.DeletePropagationBackground)})).To(Succeed())
			_, err = jobs.Get(ctx, "a", metav1.GetOptions{})
			c.Expect(apierrors.IsNotFound(err)).To(BeTrue(), "%v", err)
		})
	}
}

func TestWatchesDeliverEvents(t *testing.T) {
	for _, contentType := range wireFormats {
		t.Run(contentType, func(t *testing.T) {
			c := newCluster(t)
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			jobs := c.client(contentType).BatchV1().Jobs("default")
			_, err := jobs.Create(ctx, minimalJob("before"), metav1.CreateOptions{})
			c.Expect(err).NotTo(HaveOccurred())
			w, err := jobs.Watch(ctx, metav1.ListOptions{
				SendInitialEvents: new(true), AllowWatchBookmarks: true, ResourceVersionMatch: metav1.ResourceVersionMatchNotOlderThan,
			})
			c.Expect(err).NotTo(HaveOccurred())
			_, err = jobs.Create(ctx, minimalJob("after"), metav1.CreateOptions{})
			c.Expect(err).NotTo(HaveOccurred())
			var seen []string
			for range 3 {
				e := <-w.ResultChan()
				job := e.Object.(*batchv1.Job)
				seen = append(seen, string(e.Type)+" "+job.Name+job.Annotations[metav1.InitialEventsAnnotationKey])
			}
			c.Expect(seen).To(Equal([]string{"ADDED before", "BOOKMARK true", "ADDED after"}))
			w.Stop()
		})
	}
}

func TestListsInPages(t *testing.T) {
	for _, contentType := range wireFormats {
		c, ctx := newCluster(t), t.Context()
		jobs := c.client(contentType).BatchV1().Jobs("default")
		for i := range 5 {
			_, err := jobs.Create(ctx, minimalJob(fmt.Sprint("j", i)), metav1.CreateOptions{})
			c.Expect(err).NotTo(HaveOccurred())
		}
		page, err := jobs.List(ctx, metav1.ListOptions{Limit: 2})
		c.Expect(err).NotTo(HaveOccurred())
		c.Expect(page.Items).To(HaveLen(2))
		c.Expect(*page.RemainingItemCount).To(Equal(int64(3)))
		_, err = jobs.Create(ctx, minimalJob("j9"), metav1.CreateOptions{})
		c.Expect(err).NotTo(HaveOccurred())
		rest, err := jobs.List(ctx, metav1.ListOptions{Limit: 9, Continue: page.Continue})
		c.Expect(err).NotTo(HaveOccurred())
		c.Expect(rest.Items).To(HaveLen(3), "later pages are of the version of the first")
		c.Expect(rest.ResourceVersion).To(Equal(page.ResourceVersion))
		// Clients would wait and try again, as they are told to.
		res := c.call("GET", jobsPath+"?resourceVersion=999999", "")
		c.Expect(res.StatusCode).To(Equal(504))
		c.Expect(res.Header.Get("Retry-After")).To(Equal("1"))
	}
}

func TestServerSideApply(t *testing.T) {
	for _, contentType := range wireFormats {
		c, ctx := newCluster(t), t.Context()
		jobs := c.client(contentType).BatchV1().Jobs("default")
		template := applycorev1.PodTemplateSpec().WithSpec(applycorev1.PodSpec().WithRestartPolicy(corev1.RestartPolicyNever).
			WithContainers(applycorev1.Container().WithName("c").WithImage("i")))
		want := applybatchv1.Job("a", "default").WithSpec(applybatchv1.JobSpec().WithParallelism(2).WithTemplate(template))
		job, err := jobs.Apply(ctx, want, metav1.ApplyOptions{FieldManager: "one"})
		c.Expect(err).NotTo(HaveOccurred())
		c.Expect(*job.Spec.Parallelism).To(Equal(int32(2)))
		c.Expect(job.ManagedFields).NotTo(BeEmpty())

		other := applybatchv1.Job("a", "default").WithSpec(applybatchv1.JobSpec().WithParallelism(3))
		_, err = jobs.Apply(ctx, other, metav1.ApplyOptions{FieldManager: "two"})
		c.Expect(apierrors.IsConflict(err)).To(BeTrue(), "%v", err)
		c.Expect(apierrors.HasStatusCause(err, metav1.CauseTypeFieldManagerConflict)).To(BeTrue())
		job, err = jobs.Apply(ctx, other, metav1.ApplyOptions{FieldManager: "two", Force: true})
		c.Expect(err).NotTo(HaveOccurred())
		c.Expect(*job.Spec.Parallelism).To(Equal(int32(3)))
	}
}
