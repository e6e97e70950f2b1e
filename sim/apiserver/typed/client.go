package typed

import (
	"context"
	"errors"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/jobsim/jobsim/sim/apiserver"
)

// Client is a client.Client that writes to the server through a gate. Reads come from Reader: a Cache, or a Live reader.
type Client struct {
	client.Reader
	gate Gate
}

// NewClient returns a client. Every request that reaches the server passes the gate.
func NewClient(gate Gate, reader client.Reader) *Client { return &Client{Reader: reader, gate: gate} }

var _ client.Client = (*Client)(nil)

// request makes one write and copies the stored object into what the user passed.
func (c *Client) request(ctx context.Context, call Call, into client.Object,
	serve func(*apiserver.Caller) (apiserver.Object, error)) error {
	var stored apiserver.Object
	err := c.gate.Request(ctx, call, func(caller *apiserver.Caller) (err error) {
		stored, err = serve(caller)
		return err
	})
	if err != nil {
		return err
	}
	// As in controller-runtime's client, an answer has no apiVersion and kind, and those that the user has set stay
	// except on creation.
	kind := into.GetObjectKind().GroupVersionKind()
	if call.Subresource == "status" && copyStatus(into, stored) {
		// nothing else is new
	} else if err := copyInto(into, stored); err != nil {
		return err
	}
	if call.Verb != "create" && !kind.Empty() {
		into.GetObjectKind().SetGroupVersionKind(kind)
	}
	return nil
}

// Create creates an object.
func (c *Client) Create(ctx context.Context, obj client.Object, opts ...client.CreateOption) error {
	if _, ok := obj.(*metav1.PartialObjectMetadata); ok {
		return errors.New("cannot create using only metadata")
	}
	call, err := callFor("create", "", obj)
	if err != nil {
		return err
	}
	if call.Name == "" {
		call.Name = obj.GetGenerateName()
	}
	call.Body = obj
	options := (&client.CreateOptions{}).ApplyOptions(opts)
	if pod, ok := obj.(*corev1.Pod); ok {
		return c.createPod(ctx, call, pod, options.DryRun)
	}
	return c.request(ctx, call, obj, func(caller *apiserver.Caller) (apiserver.Object, error) {
		return dryRun(caller, options.DryRun).ManagedBy(options.FieldManager).Create(obj.DeepCopyObject().(apiserver.Object))
	})
}

// createPod is Create for the objects that are created by the thousand.
func (c *Client) createPod(ctx context.Context, call Call, pod *corev1.Pod, dry []string) error {
	before := *pod
	err := c.gate.Request(ctx, call, func(caller *apiserver.Caller) error {
		return dryRun(caller, dry).CreatePod(pod)
	})
	if err != nil {
		*pod = before // whatever became of the request, nothing of it has come back
		return err
	}
	pod.TypeMeta = metav1.TypeMeta{}
	return nil
}

// Update replaces an object.
func (c *Client) Update(ctx context.Context, obj client.Object, opts ...client.UpdateOption) error {
	options := (&client.UpdateOptions{}).ApplyOptions(opts)
	return c.update(ctx, "", obj, options)
}

func (c *Client) update(ctx context.Context, subresource string, obj client.Object, o *client.UpdateOptions) error {
	if _, ok := obj.(*metav1.PartialObjectMetadata); ok {
		return errors.New("cannot update using only metadata -- did you mean to patch?")
	}
	call, err := callFor("update", subresource, obj)
	if err != nil {
		return err
	}
	call.Body = obj
	return c.request(ctx, call, obj, func(caller *apiserver.Caller) (apiserver.Object, error) {
		caller = dryRun(caller, o.DryRun).ManagedBy(o.FieldManager)
		if subresource == "status" {
			return caller.UpdateStatus(copyForStatus(obj))
		}
		return caller.Update(obj.DeepCopyObject().(apiserver.Object))
	})
}

// Patch patches an object, by server-side apply too; a metav1.PartialObjectMetadata gets only metadata back.
func (c *Client) Patch(ctx context.Context, obj client.Object, patch client.Patch, opts ...client.PatchOption) error {
	options := (&client.PatchOptions{}).ApplyOptions(opts)
	return c.patch(ctx, "", obj, patch, options)
}

func (c *Client) patch(ctx context.Context, subresource string, obj client.Object, patch client.Patch, o *client.PatchOptions) error {
	call, err := callFor("patch", subresource, obj)
	if err != nil {
		return err
	}
	data, err := patch.Data(obj)
	if err != nil {
		return err
	}
	call.Body = data
	return c.request(ctx, call, obj, func(caller *apiserver.Caller) (apiserver.Object, error) {
		caller = dryRun(caller, o.DryRun).ManagedBy(o.FieldManager)
		if patch.Type() == types.ApplyPatchType {
			stored, _, err := caller.Apply(keyOf(call), subresource, o.FieldManager, o.Force != nil && *o.Force, data)
			return stored, err
		}
		return caller.Patch(keyOf(call), subresource, patch.Type(), data)
	})
}

// Delete deletes an object.
func (c *Client) Delete(ctx context.Context, obj client.Object, opts ...client.DeleteOption) error {
	call, err := callFor("delete", "", obj)
	if err != nil {
		return err
	}
	options := (&client.DeleteOptions{}).ApplyOptions(opts)
	return c.gate.Request(ctx, call, func(caller *apiserver.Caller) error {
		return dryRun(caller, options.DryRun).Delete(keyOf(call), options.AsDeleteOptions())
	})
}

// DeleteAllOf deletes all objects that match, in one request.
func (c *Client) DeleteAllOf(ctx context.Context, obj client.Object, opts ...client.DeleteAllOfOption) error {
	call, err := callFor("deletecollection", "", obj)
	if err != nil {
		return err
	}
	options := (&client.DeleteAllOfOptions{}).ApplyOptions(opts)
	call.Namespace, call.Name = options.Namespace, ""
	return c.gate.Request(ctx, call, func(caller *apiserver.Caller) error {
		_, err := dryRun(caller, options.DryRun).DeleteCollection(selectionOf(call.Resource, &options.ListOptions),
			options.AsDeleteOptions())
		return err
	})
}

// Scheme knows the kinds that the cluster serves.
func (c *Client) Scheme() *runtime.Scheme { return Scheme }

// RESTMapper knows the kinds that the cluster serves.
func (c *Client) RESTMapper() meta.RESTMapper { return Mapper }

// GroupVersionKindFor tells the kind of an object.
func (c *Client) GroupVersionKindFor(obj runtime.Object) (schema.GroupVersionKind, error) {
	return kindOf(obj)
}

// IsObjectNamespaced tells whether objects of a kind live in namespaces.
func (c *Client) IsObjectNamespaced(obj runtime.Object) (bool, error) {
	r, err := ResourceOf(obj)
	return r.Namespaced(), err
}

// Status writes the status subresource.
func (c *Client) Status() client.SubResourceWriter { return c.SubResource("status") }

// SubResource writes a subresource; "status" is the only one there is.
func (c *Client) SubResource(name string) client.SubResourceClient {
	return &subresource{client: c, name: name}
}

func callFor(verb, subresource string, obj runtime.Object) (Call, error) {
	r, err := ResourceOf(obj)
	if err != nil {
		return Call{}, err
	}
	call := Call{Verb: verb, Resource: r, Subresource: subresource}
	if m, ok := obj.(metav1.Object); ok {
		call.Namespace, call.Name = namespaceFor(r, m.GetNamespace()), m.GetName()
	}
	return call, nil
}

// namespaceFor leaves out a namespace that was given for what lives in none.
func namespaceFor(r apiserver.Resource, namespace string) string {
	if !r.Namespaced() {
		return ""
	}
	return namespace
}

func keyOf(c Call) apiserver.Key {
	return apiserver.Key{Resource: c.Resource, Namespace: c.Namespace, Name: c.Name}
}

func dryRun(caller *apiserver.Caller, dry []string) *apiserver.Caller {
	if len(dry) == 0 {
		return caller
	}
	return caller.DryRun()
}

// subresource writes one subresource of objects.
type subresource struct {
	client *Client
	name   string
}

func (s *subresource) check() error {
	if s.name != "status" {
		return fmt.Errorf("subresource %q is not served by this cluster; status is", s.name)
	}
	return nil
}

func (s *subresource) Get(context.Context, client.Object, client.Object, ...client.SubResourceGetOption) error {
	return fmt.Errorf("subresource %q cannot be read on its own in this cluster: get the object", s.name)
}

func (s *subresource) Create(context.Context, client.Object, client.Object, ...client.SubResourceCreateOption) error {
	return fmt.Errorf("subresource %q cannot be created in this cluster", s.name)
}

func (s *subresource) Update(ctx context.Context, obj client.Object, opts ...client.SubResourceUpdateOption) error {
	if err := s.check(); err != nil {
		return err
	}
	options := (&client.SubResourceUpdateOptions{}).ApplyOptions(opts)
	if options.SubResourceBody != nil {
		return fmt.Errorf("a body of its own is not supported for subresource %q", s.name)
	}
	return s.client.update(ctx, s.name, obj, &options.UpdateOptions)
}

func (s *subresource) Patch(ctx context.Context, obj client.Object, patch client.Patch, opts ...client.SubResourcePatchOption) error {
	if err := s.check(); err != nil {
		return err
	}
	options := (&client.SubResourcePatchOptions{}).ApplyOptions(opts)
	if options.SubResourceBody != nil {
		return fmt.Errorf("a body of its own is not supported for subresource %q", s.name)
	}
	return s.client.patch(ctx, s.name, obj, patch, &options.PatchOptions)
}
