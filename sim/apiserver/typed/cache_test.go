package typed

import (
	"fmt"
	"testing"
	"time"

	"github.com/onsi/gomega"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/jobsim/jobsim/sim/apiserver"
)

func TestCacheKnowsWhatHasBeenDelivered(t *testing.T) {
	c := newCluster(t)
	c.lag = 2 * time.Second
	old := create(c, newPod("old"))
	c.Expect(c.cached.Get(background(), client.ObjectKeyFromObject(old), &corev1.Pod{})).To(gomega.Succeed(), "the first read lists")
	requests := len(c.calls)

	pod := create(c, newPod("p"))
	key := client.ObjectKeyFromObject(pod)
	var read corev1.Pod
	err := c.cached.Get(background(), key, &read)
	c.Expect(apierrors.IsNotFound(err)).To(gomega.BeTrue(), "its own write has not arrived")
	c.Expect(err).To(gomega.MatchError(`Pod "p" not found`), "controller-runtime's cache names the kind")
	c.pass(time.Second)
	c.Expect(apierrors.IsNotFound(c.cached.Get(background(), key, &read))).To(gomega.BeTrue())
	c.pass(time.Second)
	c.Expect(c.cached.Get(background(), key, &read)).To(gomega.Succeed())
	c.Expect(read.UID).To(gomega.Equal(pod.UID))
	c.Expect(read.TypeMeta).To(gomega.Equal(metav1.TypeMeta{APIVersion: "v1", Kind: "Pod"}), "a cache fills in the kind")

	c.Expect(c.live.Delete(background(), pod)).To(gomega.Succeed())
	c.Expect(c.cached.Get(background(), key, &read)).To(gomega.Succeed(), "it is gone, and nobody has told")
	c.pass(2 * time.Second)
	c.Expect(apierrors.IsNotFound(c.cached.Get(background(), key, &read))).To(gomega.BeTrue())
	c.Expect(c.calls[requests:]).To(gomega.HaveLen(2), "reads from the cache are no requests")
	c.Expect(c.cache.Informer(apiserver.Pods).LastSyncResourceVersion()).To(gomega.Equal("5"))
}

func TestCacheCopiesUnlessToldNotTo(t *testing.T) {
	c := newCluster(t)
	pod := newPod("p")
	pod.Labels = map[string]string{"a": "1"}
	create(c, pod)
	job := create(c, newJob("j"))
	create(c, newNode("n"))
	create(c, newEvent("e"))
	key := client.ObjectKeyFromObject(pod)
	var first, second, shared corev1.Pod
	c.Expect(c.cached.Get(background(), key, &first)).To(gomega.Succeed())
	first.Labels["a"] = "changed"
	c.Expect(c.cached.Get(background(), key, &second)).To(gomega.Succeed())
	c.Expect(second.Labels).To(gomega.Equal(map[string]string{"a": "1"}))

	c.Expect(c.cached.Get(background(), key, &shared, client.UnsafeDisableDeepCopy)).To(gomega.Succeed())
	c.Expect(&shared.Spec.Containers[0]).To(gomega.BeIdenticalTo(&c.cache.Open(apiserver.Pods).get(key).(*corev1.Pod).Spec.Containers[0]))
	c.Expect(shared.Kind).To(gomega.BeEmpty(), "as in controller-runtime")

	var pods, sharedPods corev1.PodList
	c.Expect(c.cached.List(background(), &pods)).To(gomega.Succeed())
	c.Expect(pods.Items[0].Kind).To(gomega.Equal("Pod"))
	pods.Items[0].Labels["a"] = "changed"
	c.Expect(c.cached.List(background(), &sharedPods, client.UnsafeDisableDeepCopy)).To(gomega.Succeed())
	c.Expect(sharedPods.Items[0].Labels).To(gomega.Equal(map[string]string{"a": "1"}))
	c.Expect(&sharedPods.Items[0].Spec.Containers[0]).To(gomega.BeIdenticalTo(&shared.Spec.Containers[0]))

	for name, obj := range map[string]client.Object{"j": &batchv1.Job{}, "n": &corev1.Node{}, "e": &corev1.Event{}} {
		key := client.ObjectKey{Namespace: "default", Name: name}
		c.Expect(c.cached.Get(background(), key, obj, client.UnsafeDisableDeepCopy)).To(gomega.Succeed())
		c.Expect(obj.GetName()).To(gomega.Equal(name))
	}
	only := metadataOf("batch/v1", "Job", "j")
	c.Expect(c.cached.Get(background(), client.ObjectKeyFromObject(only), only, client.UnsafeDisableDeepCopy)).To(gomega.Succeed())
	c.Expect(only.UID).To(gomega.Equal(job.UID))
}

func TestCacheListKeepsTheOrderOfArrival(t *testing.T) {
	c := newCluster(t)
	var jobs batchv1.JobList
	c.Expect(c.cached.List(background(), &jobs)).To(gomega.Succeed())
	c.Expect(jobs.Items).To(gomega.BeEmpty())
	for _, name := range []string{"c", "a", "b"} {
		job := newJob(name)
		job.Labels = map[string]string{"vowel": fmt.Sprint(name == "a")}
		create(c, job)
	}
	other := newJob("d")
	other.Namespace = "other"
	create(c, other)
	c.pass(0)
	list := func(options ...client.ListOption) []string {
		c.Expect(c.cached.List(background(), &jobs, options...)).To(gomega.Succeed())
		return names(jobs.Items)
	}
	c.Expect(list()).To(gomega.Equal([]string{"c", "a", "b", "d"}))
	c.Expect(jobs.ResourceVersion).To(gomega.BeEmpty(), "a cache is of no one version")
	c.Expect(jobs.Continue).To(gomega.Equal("continue-not-supported"))
	c.Expect(list(client.InNamespace("default"))).To(gomega.Equal([]string{"c", "a", "b"}))
	c.Expect(list(client.MatchingLabels{"vowel": "false"})).To(gomega.Equal([]string{"c", "b"}))
	c.Expect(list(client.Limit(2))).To(gomega.Equal([]string{"c", "a"}))
	c.Expect(list(client.MatchingLabels{"vowel": "false"}, client.Limit(5))).To(gomega.Equal([]string{"c", "b"}))
	c.Expect(c.cached.List(background(), &jobs, client.Continue("x"))).To(gomega.MatchError(gomega.ContainSubstring("continue list option")))
	create(c, newNode("n"))
	var nodes corev1.NodeList
	c.Expect(c.cached.List(background(), &nodes, client.InNamespace("ignored"))).To(gomega.Succeed())
	c.Expect(nodes.Items).To(gomega.HaveLen(1))
	var node corev1.Node
	c.Expect(c.cached.Get(background(), client.ObjectKey{Namespace: "ignored", Name: "n"}, &node)).To(gomega.Succeed())
}

// The items of an earlier list may be in use when the list is used again.
func TestListDoesNotWriteIntoOldItems(t *testing.T) {
	c := newCluster(t)
	pod := create(c, newPod("a"))
	var pods corev1.PodList
	c.Expect(c.cached.List(background(), &pods)).To(gomega.Succeed())
	kept := &pods.Items[0]
	c.Expect(c.live.Delete(background(), pod)).To(gomega.Succeed())
	create(c, newPod("b"))
	c.pass(0)
	c.Expect(c.cached.List(background(), &pods)).To(gomega.Succeed())
	c.Expect(names(pods.Items)).To(gomega.Equal([]string{"b"}))
	c.Expect(kept.Name).To(gomega.Equal("a"))
}

func TestIndexes(t *testing.T) {
	c := newCluster(t)
	byLabel := func(obj client.Object) []string {
		if v, ok := obj.GetLabels()["l"]; ok {
			return []string{v}
		}
		return nil
	}
	c.Expect(c.cache.IndexField(background(), &corev1.Pod{}, "label", byLabel)).To(gomega.Succeed())
	c.Expect(c.cache.IndexField(background(), &corev1.Pod{}, "name", func(obj client.Object) []string {
		return []string{obj.GetName()}
	})).To(gomega.Succeed())
	c.Expect(c.cache.IndexField(background(), &corev1.Pod{}, "label", byLabel)).
		To(gomega.MatchError(gomega.ContainSubstring(`indexer conflict: field "label" of pods`)))

	pods := map[string]*corev1.Pod{}
	for i, label := range []string{"x", "y", "x"} {
		pod := newPod(fmt.Sprint("p", i))
		pod.Labels = map[string]string{"l": label}
		pods[pod.Name] = create(c, pod)
	}
	list := func(selector client.MatchingFields, more ...client.ListOption) []string {
		var found corev1.PodList
		c.Expect(c.cached.List(background(), &found, append(more, selector)...)).To(gomega.Succeed())
		return names(found.Items)
	}
	c.Expect(list(client.MatchingFields{"label": "x"})).To(gomega.Equal([]string{"p0", "p2"}))
	c.Expect(list(client.MatchingFields{"label": "z"})).To(gomega.BeEmpty())
	c.Expect(list(client.MatchingFields{"label": "x", "name": "p2"})).To(gomega.Equal([]string{"p2"}))
	c.Expect(list(client.MatchingFields{"label": "y", "name": "p2"})).To(gomega.BeEmpty())
	c.Expect(list(client.MatchingFields{"label": "x"}, client.InNamespace("other"))).To(gomega.BeEmpty())

	moved := pods["p0"]
	moved.Labels["l"] = "y"
	c.Expect(c.live.Update(background(), moved)).To(gomega.Succeed())
	c.pass(0)
	c.Expect(list(client.MatchingFields{"label": "x"})).To(gomega.Equal([]string{"p2"}))
	c.Expect(list(client.MatchingFields{"label": "y"})).To(gomega.Equal([]string{"p1", "p0"}))
	delete(moved.Labels, "l")
	c.Expect(c.live.Update(background(), moved)).To(gomega.Succeed())
	c.Expect(c.live.Delete(background(), pods["p1"])).To(gomega.Succeed())
	c.pass(0)
	c.Expect(list(client.MatchingFields{"label": "y"})).To(gomega.BeEmpty())

	var found corev1.PodList
	for selector, message := range map[string]string{
		"what=x":       "index with name field:what does not exist",
		"label=x,no=1": "index with name field:no does not exist",
		"label!=x":     "non-exact field matches are not supported by the cache",
		"":             "non-exact field matches are not supported by the cache",
	} {
		s, err := fields.ParseSelector(selector)
		c.Expect(err).NotTo(gomega.HaveOccurred())
		err = c.cached.List(background(), &found, client.MatchingFieldsSelector{Selector: s})
		c.Expect(err).To(gomega.MatchError(gomega.ContainSubstring(message)), selector)
	}
	c.Expect(c.cache.IndexField(background(), &corev1.Pod{}, "late", byLabel)).
		To(gomega.MatchError(gomega.ContainSubstring("indexes must be added before the informer has started")))
}

// TestListReusesMemoryOnlyWhenTold: items that somebody may still point to are never overwritten.
func TestListReusesMemoryOnlyWhenTold(t *testing.T) {
	g := gomega.NewWithT(t)
	objects := []apiserver.Object{
		&corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "one"}}, &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "two"}},
	}
	list := &corev1.PodList{}
	g.Expect(fillList(list, objects, shareInto)).To(gomega.Succeed())
	kept := &list.Items[0]
	g.Expect(fillList(list, objects[1:], shareInto)).To(gomega.Succeed())
	g.Expect(kept.Name).To(gomega.Equal("one"))

	kept = &list.Items[0]
	list.Items = list.Items[:0]
	g.Expect(fillList(list, objects[:1], shareInto)).To(gomega.Succeed())
	g.Expect(kept).To(gomega.BeIdenticalTo(&list.Items[0]))
	g.Expect(kept.Name).To(gomega.Equal("one"))
}
