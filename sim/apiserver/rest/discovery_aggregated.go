package rest

import (
	apidiscoveryv2 "k8s.io/api/apidiscovery/v2"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// aggregatedDiscovery describes groups, versions and resources in one document.
func aggregatedDiscovery(of func(schema.GroupVersion) bool) *apidiscoveryv2.APIGroupDiscoveryList {
	list := &apidiscoveryv2.APIGroupDiscoveryList{
		TypeMeta: metav1.TypeMeta{Kind: "APIGroupDiscoveryList", APIVersion: apidiscoveryv2.SchemeGroupVersion.String()},
	}
	for _, gv := range groupVersions() {
		if !of(gv) {
			continue
		}
		version := apidiscoveryv2.APIVersionDiscovery{
			Version: gv.Version, Freshness: apidiscoveryv2.DiscoveryFreshnessCurrent,
		}
		for _, k := range kinds {
			if k.gvk.GroupVersion() == gv {
				version.Resources = append(version.Resources, aggregatedResource(k))
			}
		}
		list.Items = append(list.Items, apidiscoveryv2.APIGroupDiscovery{
			ObjectMeta: metav1.ObjectMeta{Name: gv.Group}, Versions: []apidiscoveryv2.APIVersionDiscovery{version},
		})
	}
	return list
}

func aggregatedResource(k *kind) apidiscoveryv2.APIResourceDiscovery {
	resource := apidiscoveryv2.APIResourceDiscovery{
		Resource: string(k.resource), ResponseKind: responseKind(k.gvk), Scope: apidiscoveryv2.ScopeCluster,
		SingularResource: k.singular, Verbs: k.verbs(), ShortNames: k.short, Categories: k.categories,
	}
	if k.namespaced {
		resource.Scope = apidiscoveryv2.ScopeNamespace
	}
	for _, s := range k.subresources() {
		resource.Subresources = append(resource.Subresources, apidiscoveryv2.APISubresourceDiscovery{
			Subresource: s.name, ResponseKind: responseKind(s.gvk), Verbs: s.verbs,
		})
	}
	return resource
}

func responseKind(gvk schema.GroupVersionKind) *metav1.GroupVersionKind {
	return &metav1.GroupVersionKind{Group: gvk.Group, Version: gvk.Version, Kind: gvk.Kind}
}
