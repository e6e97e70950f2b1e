package rest

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// Discovery in the form that every server has: a document for the groups and one for each group's version.

func coreVersions() *metav1.APIVersions {
	versions := &metav1.APIVersions{
		TypeMeta: metav1.TypeMeta{Kind: "APIVersions"}, ServerAddressByClientCIDRs: []metav1.ServerAddressByClientCIDR{},
	}
	for _, gv := range groupVersions() {
		if gv.Group == "" {
			versions.Versions = append(versions.Versions, gv.Version)
		}
	}
	return versions
}

func groupList() *metav1.APIGroupList {
	list := &metav1.APIGroupList{TypeMeta: metav1.TypeMeta{Kind: "APIGroupList", APIVersion: "v1"}}
	for _, gv := range groupVersions() {
		if gv.Group != "" {
			list.Groups = append(list.Groups, groupOf(gv))
		}
	}
	return list
}

// groupOf describes a group. Each of those served has one version.
func groupOf(gv schema.GroupVersion) metav1.APIGroup {
	only := metav1.GroupVersionForDiscovery{GroupVersion: gv.String(), Version: gv.Version}
	return metav1.APIGroup{
		Name: gv.Group, Versions: []metav1.GroupVersionForDiscovery{only}, PreferredVersion: only,
	}
}

func resourceList(gv schema.GroupVersion) *metav1.APIResourceList {
	list := &metav1.APIResourceList{
		TypeMeta: metav1.TypeMeta{Kind: "APIResourceList", APIVersion: "v1"}, GroupVersion: gv.String(),
	}
	for _, k := range kinds {
		if k.gvk.GroupVersion() != gv {
			continue
		}
		list.APIResources = append(list.APIResources, metav1.APIResource{
			Name: string(k.resource), SingularName: k.singular, Namespaced: k.namespaced, Kind: k.gvk.Kind,
			Verbs: k.verbs(), ShortNames: k.short, Categories: k.categories,
		})
		for _, s := range k.subresources() {
			list.APIResources = append(list.APIResources, metav1.APIResource{
				Name: string(k.resource) + "/" + s.name, Namespaced: k.namespaced, Kind: s.gvk.Kind, Verbs: s.verbs,
			})
		}
	}
	return list
}
