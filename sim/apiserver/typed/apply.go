package typed

import (
	"context"
	"encoding/json"
	"fmt"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/jobsim/jobsim/sim/apiserver"
)

// Apply is server-side apply of an apply configuration, which then becomes what was stored. A field owner is required.
func (c *Client) Apply(ctx context.Context, config runtime.ApplyConfiguration, opts ...client.ApplyOption) error {
	return c.apply(ctx, "", config, config, (&client.ApplyOptions{}).ApplyOptions(opts))
}

// Apply is server-side apply of a subresource.
func (s *subresource) Apply(ctx context.Context, config runtime.ApplyConfiguration, opts ...client.SubResourceApplyOption) error {
	if err := s.check(); err != nil {
		return err
	}
	options := (&client.SubResourceApplyOptions{}).ApplyOpts(opts)
	body := config
	if options.SubResourceBody != nil {
		body = options.SubResourceBody
	}
	return s.client.apply(ctx, s.name, config, body, &options.ApplyOptions)
}

// apply makes one request: config says which object is meant, body what is wanted of it.
func (c *Client) apply(ctx context.Context, subresource string, config, body runtime.ApplyConfiguration,
	options *client.ApplyOptions) error {
	call, err := callForApply(subresource, config)
	if err != nil {
		return err
	}
	data, err := json.Marshal(body)
	if err != nil {
		return fmt.Errorf("failed to create apply request: %w", err)
	}
	call.Body = data
	var stored apiserver.Object
	err = c.gate.Request(ctx, call, func(caller *apiserver.Caller) (err error) {
		force := options.Force != nil && *options.Force
		stored, _, err = dryRun(caller, options.DryRun).Apply(keyOf(call), subresource, options.FieldManager, force, data)
		return err
	})
	if err != nil {
		return err
	}
	answer := stored.DeepCopyObject()
	answer.GetObjectKind().SetGroupVersionKind(kindFor(call.Resource))
	if data, err = json.Marshal(answer); err != nil {
		return err
	}
	return json.Unmarshal(data, config)
}

// callForApply finds out from a configuration's JSON what it is of: configurations have no metadata in Go.
func callForApply(subresource string, config runtime.ApplyConfiguration) (Call, error) {
	data, err := json.Marshal(config)
	if err != nil {
		return Call{}, fmt.Errorf("failed to create apply request: %w", err)
	}
	named := &metav1.PartialObjectMetadata{}
	if err := json.Unmarshal(data, named); err != nil {
		return Call{}, fmt.Errorf("%T: expected an apply configuration with apiVersion, kind and metadata: %w", config, err)
	}
	return callFor("patch", subresource, named)
}
