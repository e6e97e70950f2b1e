package rest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	utilnet "k8s.io/apimachinery/pkg/util/net"
)

// response is the answer to a request: a body, or a stream of watch events.
type response struct {
	code   int
	header http.Header
	body   []byte
	stream *stream
}

// asHTTP is the response as a client in this process gets it.
func (r *response) asHTTP(req *http.Request) *http.Response {
	h := &http.Response{
		Status: fmt.Sprintf("%d %s", r.code, http.StatusText(r.code)), StatusCode: r.code,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: r.header, Request: req, ContentLength: -1,
	}
	if r.stream != nil {
		h.Body = r.stream
		return h
	}
	h.ContentLength = int64(len(r.body))
	h.Body = io.NopCloser(bytes.NewReader(r.body))
	return h
}

// answer makes the response to a request from an object.
func (d *Door) answer(q *request, code int, obj runtime.Object) (*response, error) {
	body, err := q.answer.encode(obj)
	if err != nil {
		return nil, apierrors.NewInternalError(err)
	}
	return q.respond(code, body), nil
}

func (q *request) respond(code int, body []byte) *response {
	r := &response{code: code, header: http.Header{"Content-Type": {q.answer.contentType()}}, body: body}
	for _, text := range q.warnings {
		if header, err := utilnet.NewWarningHeader(299, "", text); err == nil {
			r.header.Add("Warning", header)
		}
	}
	return r
}

// refusal is the response to a request that is refused. The request is nil or incomplete if it was not understood.
func (d *Door) refusal(q *request, accept string, err error) *response {
	status := statusOf(err)
	if q == nil {
		q = &request{}
	}
	q.answer, _ = negotiate(accept) // JSON for what is not acceptable
	q.answer.as = asStored
	body, encodeErr := q.answer.encode(status)
	if encodeErr != nil {
		panic(encodeErr) // plain data
	}
	r := q.respond(int(status.Code), body)
	if status.Details != nil && status.Details.RetryAfterSeconds > 0 {
		r.header.Set("Retry-After", strconv.Itoa(int(status.Details.RetryAfterSeconds)))
	}
	return r
}

// statusOf is the Status that a client is sent for an error.
func statusOf(err error) *metav1.Status {
	var known apierrors.APIStatus
	if !errors.As(err, &known) {
		known = apierrors.NewInternalError(err)
	}
	s := known.Status()
	s.TypeMeta = metav1.TypeMeta{APIVersion: "v1", Kind: "Status"}
	if s.Status == "" {
		s.Status = metav1.StatusFailure
	}
	if s.Code == 0 {
		s.Code = http.StatusInternalServerError
	}
	return &s
}

// documentResponse answers with something about the API.
func documentResponse(doc any, contentType string) *response {
	var body []byte
	switch d := doc.(type) {
	case []byte:
		body = d
	case string:
		body = []byte(d)
	default:
		data, err := json.Marshal(doc)
		if err != nil {
			panic(err) // plain data
		}
		body = data
	}
	return &response{code: http.StatusOK, header: http.Header{"Content-Type": {contentType}}, body: body}
}
