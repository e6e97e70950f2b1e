package apiserver

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"slices"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/jobsim/jobsim/sim/apiserver/internal/core"
)

// systemNamespaces exist in every cluster.
var systemNamespaces = []string{"default", "kube-node-lease", "kube-public", "kube-system"}

// firstVersion is the resourceVersion of an empty cluster, which its initial namespaces carry.
const firstVersion = 1

// addInitialNamespaces puts the namespaces into the store that were there before the run: no write made them, so they
// are no changes, and they take nothing from the sequences of UIDs and resourceVersions.
func (s *Server) addInitialNamespaces(more []string) {
	for _, name := range append(slices.Clone(systemNamespaces), more...) {
		ns := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{
			Name: name, UID: initialUID(name), ResourceVersion: fmt.Sprint(firstVersion), CreationTimestamp: s.now(),
		}}
		core.DefaultNamespace(ns)
		core.PrepareNamespaceForCreate(ns)
		s.store.namespaces.objects[types.NamespacedName{Name: name}] = ns
	}
}

// initialUID is the UID of a namespace of that name in every run: version 8, the one for schemes of one's own.
func initialUID(name string) types.UID {
	hash := fnv.New128a()
	hash.Write([]byte(name))
	raw := hash.Sum(nil)
	tail := binary.BigEndian.Uint64(raw[8:])
	return types.UID(fmt.Sprintf("%08x-%04x-8%03x-%04x-%012x", binary.BigEndian.Uint32(raw), binary.BigEndian.Uint16(raw[4:]),
		binary.BigEndian.Uint16(raw[6:])&0xfff, tail>>48&0x3fff|0x8000, tail&0xffffffffffff))
}

// checkNamespace is what admission says about an object to be created: its namespace must exist and must not be going
// away.
func (s *Server) checkNamespace(k Key, obj Object) error {
	ns, ok := s.store.namespaces.objects[types.NamespacedName{Name: k.Namespace}].(*corev1.Namespace)
	switch {
	case !ok:
		return notFound(Key{Resource: Namespaces, Name: k.Namespace})
	case ns.Status.Phase != corev1.NamespaceTerminating:
		return nil
	}
	err := apierrors.NewForbidden(k.groupResource(), cmp.Or(k.Name, obj.GetGenerateName(), "Unknown"),
		fmt.Errorf("unable to create new content in namespace %s because it is being terminated", k.Namespace))
	err.ErrStatus.Details.Causes = append(err.ErrStatus.Details.Causes, metav1.StatusCause{
		Type:    corev1.NamespaceTerminatingCause,
		Message: fmt.Sprintf("namespace %s is being terminated", k.Namespace),
		Field:   "metadata.namespace",
	})
	return err
}

// checkNamespaceDelete tells why a namespace is not deleted. The namespaces that Kubernetes itself needs stay.
func checkNamespaceDelete(k Key, old Object, p *metav1.Preconditions) error {
	switch {
	case p != nil && p.UID != nil && *p.UID != old.GetUID():
		return conflict(k, fmt.Errorf("Precondition failed: UID in precondition: %v, UID in object meta: %v",
			*p.UID, old.GetUID()))
	case p != nil && p.ResourceVersion != nil && *p.ResourceVersion != old.GetResourceVersion():
		return conflict(k, fmt.Errorf("Precondition failed: ResourceVersion in precondition: %v, ResourceVersion in object meta: %v",
			*p.ResourceVersion, old.GetResourceVersion()))
	case k.Name == "default" || k.Name == "kube-system" || k.Name == "kube-public":
		return apierrors.NewForbidden(k.groupResource(), k.Name, fmt.Errorf("this namespace may not be deleted"))
	}
	return nil
}

// terminate begins the deletion of a namespace: it takes no new objects, and goes when the namespace controller has
// emptied it and nothing holds it. Further deletions change nothing until then.
func (c *Caller) terminate(k Key, old *corev1.Namespace, options *metav1.DeleteOptions) {
	if old.DeletionTimestamp != nil {
		c.recordText("delete", "", k, old, nil, "no change")
		return
	}
	ns := *old
	now := c.server.now()
	ns.DeletionTimestamp = &now
	ns.Status.Phase = corev1.NamespaceTerminating
	ns.Finalizers = propagationFinalizers(ofNamespaces, old, options)
	c.store("delete", "", k, old, &ns, "")
}
