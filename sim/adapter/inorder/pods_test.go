package inorder

import (
	"fmt"
	"testing"
	"time"

	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes/fake"
	"k8s.io/client-go/tools/cache"
)

func TestPodsAreListedInOrder(t *testing.T) {
	g := NewWithT(t)
	pods := Pods(informers.NewSharedInformerFactory(fake.NewClientset(), time.Hour).Core().V1().Pods())
	indexer := pods.Informer().GetIndexer()
	g.Expect(indexer.AddIndexers(cache.Indexers{"node": func(obj any) ([]string, error) {
		return []string{obj.(*corev1.Pod).Spec.NodeName}, nil
	}})).To(Succeed())
	var all, ofA []string
	for _, namespace := range []string{"a", "b"} {
		for i := range 40 {
			pod := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: fmt.Sprintf("p%02d", (i*7)%40)}}
			pod.Spec.NodeName = "n1"
			g.Expect(indexer.Add(pod)).To(Succeed())
			all = append(all, fmt.Sprintf("%s/p%02d", namespace, i))
		}
		if namespace == "a" {
			ofA = all
		}
	}

	g.Expect(names(indexer.List())).To(Equal(all))
	byNode, err := indexer.ByIndex("node", "n1")
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(names(byNode)).To(Equal(all))
	like, err := indexer.Index(cache.NamespaceIndex, &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: "a"}})
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(names(like)).To(Equal(ofA))
	listed, err := pods.Lister().Pods("a").List(labels.Everything())
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(names(listed)).To(Equal(ofA))
	everywhere, err := pods.Lister().List(labels.Everything())
	g.Expect(err).NotTo(HaveOccurred())
	g.Expect(names(everywhere)).To(Equal(all))
}

func names[P any](pods []P) []string {
	var names []string
	for _, p := range pods {
		pod := any(p).(*corev1.Pod)
		names = append(names, pod.Namespace+"/"+pod.Name)
	}
	return names
}
