package inorder

import (
	"cmp"
	"slices"

	corev1 "k8s.io/api/core/v1"
	coreinformers "k8s.io/client-go/informers/core/v1"
	corelisters "k8s.io/client-go/listers/core/v1"
	"k8s.io/client-go/tools/cache"
)

// Pods is an informer whose indexer lists pods by namespace and name. With client-go's own, which of several equal pods
// a Job controller deletes, and the order of their UIDs in status, are left to chance.
func Pods(pods coreinformers.PodInformer) coreinformers.PodInformer { return orderedPods{pods} }

type orderedPods struct{ coreinformers.PodInformer }

func (o orderedPods) Informer() cache.SharedIndexInformer {
	return orderedInformer{o.PodInformer.Informer()}
}

func (o orderedPods) Lister() corelisters.PodLister {
	return corelisters.NewPodLister(o.Informer().GetIndexer())
}

type orderedInformer struct{ cache.SharedIndexInformer }

func (o orderedInformer) GetIndexer() cache.Indexer {
	return orderedIndexer{o.SharedIndexInformer.GetIndexer()}
}

type orderedIndexer struct{ cache.Indexer }

func (o orderedIndexer) List() []any { return sorted(o.Indexer.List()) }

func (o orderedIndexer) ByIndex(name, value string) ([]any, error) {
	found, err := o.Indexer.ByIndex(name, value)
	return sorted(found), err
}

func (o orderedIndexer) Index(name string, obj any) ([]any, error) {
	found, err := o.Indexer.Index(name, obj)
	return sorted(found), err
}

func sorted(pods []any) []any {
	slices.SortFunc(pods, func(a, b any) int {
		p, q := a.(*corev1.Pod), b.(*corev1.Pod)
		return cmp.Or(cmp.Compare(p.Namespace, q.Namespace), cmp.Compare(p.Name, q.Name))
	})
	return pods
}
