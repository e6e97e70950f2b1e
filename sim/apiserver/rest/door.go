package rest

import (
	"context"
	"fmt"
	"io"
	"net/http"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
)

// maxBody is how much a request may carry, as on the real server: 3 MiB.
const maxBody = 3 << 20

// Door serves the Kubernetes REST API.
type Door struct {
	gate  Gate
	cache encodings
}

// New returns a door. Requests for objects pass the gate; discovery is answered at once, since clients make it under
// locks.
func New(gate Gate) *Door { return &Door{gate: gate} }

var (
	_ http.Handler      = (*Door)(nil)
	_ http.RoundTripper = (*Door)(nil)
)

// ServeHTTP serves a request that has come over a connection.
func (d *Door) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	res, err := d.respond(r)
	if err != nil { // the client has gone
		return
	}
	for name, values := range res.header {
		w.Header()[name] = values
	}
	w.WriteHeader(res.code)
	if res.stream == nil {
		_, _ = w.Write(res.body)
		return
	}
	defer res.stream.Close()
	_ = http.NewResponseController(w).Flush()
	for {
		frame, err := res.stream.next()
		if err != nil {
			return
		}
		if _, err := w.Write(frame); err != nil {
			return
		}
		_ = http.NewResponseController(w).Flush()
	}
}

// RoundTrip serves a request of a client in this process.
func (d *Door) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		defer r.Body.Close()
	}
	res, err := d.respond(r)
	if err != nil {
		return nil, err
	}
	return res.asHTTP(r), nil
}

// respond serves a request. An error means that there is nobody to answer to: the context has ended.
func (d *Door) respond(r *http.Request) (res *response, err error) {
	accept := r.Header.Get("Accept")
	if res, ok := metaResponse(r, accept); ok {
		return res, nil
	}
	req, err := d.read(r)
	if err == nil {
		res, err = d.serve(r.Context(), req)
	}
	switch {
	case err == nil:
		return res, nil
	case isOver(r.Context(), err):
		return nil, err
	}
	return d.refusal(req, accept, err), nil
}

// isOver reports whether an error is the end of the client's interest rather than an answer.
func isOver(ctx context.Context, err error) bool {
	return ctx.Err() != nil && err == ctx.Err() || err == context.Canceled || err == context.DeadlineExceeded
}

// metaResponse answers requests that are about the API, not about objects.
func metaResponse(r *http.Request, accept string) (*response, bool) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		return nil, false
	}
	doc, contentType, ok := document(r.URL.Path, accept)
	if !ok {
		return nil, false
	}
	return documentResponse(doc, contentType), true
}

// serve does what a request asks for.
func (d *Door) serve(ctx context.Context, q *request) (*response, error) {
	switch q.call.Verb {
	case "get":
		return d.get(ctx, q)
	case "list":
		return d.list(ctx, q)
	case "watch":
		return d.watch(ctx, q)
	case "create":
		return d.create(ctx, q)
	case "update":
		return d.update(ctx, q)
	case "patch":
		return d.patch(ctx, q)
	case "delete":
		return d.delete(ctx, q)
	}
	return d.deleteCollection(ctx, q)
}

// readBody reads what a request carries, up to the limit.
func readBody(r *http.Request) ([]byte, error) {
	if r.Body == nil {
		return nil, nil
	}
	data, err := io.ReadAll(io.LimitReader(r.Body, maxBody+1))
	switch {
	case err != nil:
		return nil, apierrors.NewBadRequest(fmt.Sprintf("the body of the request could not be read: %v", err))
	case len(data) > maxBody:
		return nil, apierrors.NewRequestEntityTooLargeError(fmt.Sprintf("limit is %d", maxBody))
	}
	return data, nil
}
