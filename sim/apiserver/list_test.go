package apiserver

import (
	"testing"

	"github.com/onsi/gomega"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/labels"
)

func (c *cluster) list(s Selection) []string {
	objects, _, err := c.user.List(s)
	c.Expect(err).NotTo(gomega.HaveOccurred())
	names := []string{}
	for _, o := range objects {
		names = append(names, o.GetNamespace()+"/"+o.GetName())
	}
	return names
}

func parsed(c *cluster, label, field string) (labels.Selector, fields.Selector) {
	l, err := labels.Parse(label)
	c.Expect(err).NotTo(gomega.HaveOccurred())
	f, err := fields.ParseSelector(field)
	c.Expect(err).NotTo(gomega.HaveOccurred())
	return l, f
}

func TestListSelectsAndSorts(t *testing.T) {
	c := newCluster(t, Options{})
	for _, n := range []string{"b", "a", "c"} {
		for _, namespace := range []string{"z", "default"} {
			pod := newPod(n)
			pod.Namespace = namespace
			pod.Labels = map[string]string{"name": n}
			create(c, pod)
		}
	}
	c.bind(stored(c, newPod("b")))
	for name, test := range map[string]struct {
		namespace, labels, fields string
		want                      []string
	}{
		"all, by namespace and name": {"", "", "", []string{"default/a", "default/b", "default/c", "z/a", "z/b", "z/c"}},
		"one namespace":              {"z", "", "", []string{"z/a", "z/b", "z/c"}},
		"labels":                     {"", "name in (a,c)", "", []string{"default/a", "default/c", "z/a", "z/c"}},
		"fields":                     {"", "", "metadata.name=a,metadata.namespace=z", []string{"z/a"}},
		"both":                       {"default", "name!=a", "spec.nodeName=node-1", []string{"default/b"}},
		"fields that differ":         {"default", "", "spec.nodeName!=node-1", []string{"default/a", "default/c"}},
		"none":                       {"default", "name=x", "", []string{}},
	} {
		t.Run(name, func(t *testing.T) {
			c.WithT = gomega.NewWithT(t)
			l, f := parsed(c, test.labels, test.fields)
			c.Expect(c.list(Selection{Resource: Pods, Namespace: test.namespace, Labels: l, Fields: f})).To(gomega.Equal(test.want))
		})
	}
	_, version, err := c.user.List(Selection{Resource: Jobs})
	c.Expect(err).NotTo(gomega.HaveOccurred())
	c.Expect(version).To(gomega.Equal("8"), "a list is of the whole store's version")
}

func TestAPI1FieldsOfJobs(t *testing.T) {
	c := newCluster(t, Options{})
	job := create(c, newJob("pi"))
	create(c, newJob("tau"))
	changed := job.DeepCopy()
	changed.Status = batchv1.JobStatus{
		Succeeded: 1, StartTime: ptr(c.server.now()), CompletionTime: ptr(c.server.now()),
		UncountedTerminatedPods: &batchv1.UncountedTerminatedPods{}, Ready: ptr(int32(0)), Terminating: ptr(int32(0)),
	}
	_, err := c.server.As("controller").UpdateStatus(changed)
	c.Expect(err).NotTo(gomega.HaveOccurred())
	_, done := parsed(c, "", "status.successful=1")
	c.Expect(c.list(Selection{Resource: Jobs, Fields: done})).To(gomega.Equal([]string{"default/pi"}))
	log, _ := c.seen(WatchOptions{Selection: Selection{Resource: Jobs, Fields: done}})
	c.settle()
	c.Expect(*log).To(gomega.Equal([]string{"ADDED pi@4"}))
}

func TestSelectorsThatAreRefused(t *testing.T) {
	c := newCluster(t, Options{})
	_, unknown := parsed(c, "", "status.succeeded=1")
	_, _, err := c.user.List(Selection{Resource: Jobs, Fields: unknown})
	c.Expect(apierrors.IsBadRequest(err)).To(gomega.BeTrue())
	c.Expect(err).To(gomega.MatchError(gomega.ContainSubstring("field label not supported: status.succeeded")))
	_, err = c.user.Watch(WatchOptions{Selection: Selection{Resource: Jobs, Fields: unknown}}, nil)
	c.Expect(apierrors.IsBadRequest(err)).To(gomega.BeTrue())
	_, _, err = c.user.List(Selection{Resource: "configmaps"})
	c.Expect(err).To(gomega.MatchError(gomega.ContainSubstring("jobs, pods, nodes, events, namespaces and leases only")))
}

func TestFieldsOfNodesAndEvents(t *testing.T) {
	c := newCluster(t, Options{})
	create(c, newNode("n"))
	_, f := parsed(c, "", "metadata.name=n,spec.unschedulable=false")
	c.Expect(c.list(Selection{Resource: Nodes, Fields: f})).To(gomega.Equal([]string{"/n"}))
	create(c, &corev1.Event{
		ObjectMeta:     metav1.ObjectMeta{Namespace: "default", Name: "e"},
		InvolvedObject: corev1.ObjectReference{Namespace: "default", Kind: "Job", Name: "pi"}, Reason: "Completed", Type: "Normal",
		ReportingController: "job-controller",
	})
	_, f = parsed(c, "", "involvedObject.kind=Job,involvedObject.name=pi,reason=Completed,type=Normal,source=job-controller,"+
		"reportingComponent=job-controller,involvedObject.apiVersion=,involvedObject.fieldPath=,involvedObject.resourceVersion=")
	c.Expect(c.list(Selection{Resource: Events, Fields: f})).To(gomega.Equal([]string{"default/e"}))
	for r, unknown := range map[Resource]string{Nodes: "metadata.namespace=x", Namespaces: "name=x", Leases: "spec.holderIdentity=x"} {
		_, f = parsed(c, "", unknown)
		_, _, err := c.user.List(Selection{Resource: r, Fields: f})
		c.Expect(err).To(gomega.MatchError(gomega.ContainSubstring("field label not supported: ")), string(r))
	}
}
