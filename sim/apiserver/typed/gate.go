package typed

import (
	"context"
	"encoding/json"

	"github.com/jobsim/jobsim/sim/apiserver"
)

// Call is one API request before it is made.
type Call struct {
	// Verb is create, get, list, update, patch, delete, deletecollection or watch.
	Verb        string
	Resource    apiserver.Resource
	Subresource string
	Namespace   string
	// Name is the generateName prefix for creations without a name, and empty for lists.
	Name string
	// Body is what the request carries: bytes, or an object of which the JSON is meant. It orders requests that are
	// otherwise equal.
	Body any
}

// Content is the body as bytes. What cannot be encoded is refused when the request is served.
func (c *Call) Content() []byte {
	switch body := c.Body.(type) {
	case nil:
		return nil
	case []byte:
		return body
	}
	data, _ := json.Marshal(c.Body)
	return data
}

// Gate stands between a client and the server: it decides when a request is served, and whether it is.
type Gate interface {
	// Request serves one request by calling serve with the caller to make it as, at most once, and returns what the
	// client is told: the error that serve returned, or another.
	Request(ctx context.Context, call Call, serve func(*apiserver.Caller) error) error
}
