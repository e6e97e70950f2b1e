package apiserver

import (
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// DeleteCollection deletes the selected objects one after another, in the order of a list, and returns them as they were
// before. It ends at the first that is refused; those before it are deleted all the same. Options may be nil.
// Namespaces are not deleted in numbers, as on the real server.
func (c *Caller) DeleteCollection(sel Selection, options *metav1.DeleteOptions) ([]Object, error) {
	k := Key{Resource: sel.Resource, Namespace: sel.Namespace}
	if options == nil {
		options = &metav1.DeleteOptions{}
	}
	err := checkDeleteOptions(options)
	if sel.Resource == Namespaces {
		err = apierrors.NewMethodNotSupported(k.groupResource(), "deletecollection")
	}
	if err != nil {
		return nil, c.Refuse("deletecollection", "", k, err)
	}
	objects, _, err := c.List(sel)
	if err != nil {
		return nil, c.Refuse("deletecollection", "", k, err)
	}
	for _, obj := range objects {
		if err := c.Delete(KeyOf(obj), options); err != nil && !apierrors.IsNotFound(err) {
			return nil, err
		}
	}
	return objects, nil
}
