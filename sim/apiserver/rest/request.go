package rest

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/validation/path"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/jobsim/jobsim/sim/apiserver"
	"github.com/jobsim/jobsim/sim/apiserver/typed"
)

// request is an HTTP request for objects, understood.
type request struct {
	kind        *kind
	call        typed.Call
	query       url.Values
	contentType string
	body        []byte
	// answer is how the client wants to be answered.
	answer format
	// manager is who writes, for the ownership of fields.
	manager string
	// warnings are what the client is told besides the answer.
	warnings []string
}

func (q *request) key() apiserver.Key {
	return apiserver.Key{Resource: q.call.Resource, Namespace: q.call.Namespace, Name: q.call.Name}
}

// target is what the path of a request names.
type target struct {
	group, version                         string
	namespace, resource, name, subresource string
}

// parsePath takes /api/v1/… and /apis/GROUP/VERSION/… apart. It reports false for other paths.
func parsePath(p string) (t target, ok bool) {
	parts := strings.Split(strings.Trim(p, "/"), "/")
	switch {
	case len(parts) >= 3 && parts[0] == "api":
		t.version, parts = parts[1], parts[2:]
	case len(parts) >= 4 && parts[0] == "apis":
		t.group, t.version, parts = parts[1], parts[2], parts[3:]
	default:
		return t, false
	}
	// namespaces/NAME/RESOURCE/… names a resource in a namespace, unless it is a subresource of the namespace itself.
	if len(parts) >= 3 && parts[0] == "namespaces" && parts[2] != "status" && parts[2] != "finalize" {
		t.namespace, parts = parts[1], parts[2:]
	}
	t.resource = parts[0]
	if len(parts) > 1 {
		t.name = parts[1]
	}
	if len(parts) > 2 {
		t.subresource = strings.Join(parts[2:], "/")
	}
	return t, true
}

// notServed is the answer to a request for something that there is not.
func notServed() error {
	return apierrors.NewGenericServerResponse(http.StatusNotFound, "", schema.GroupResource{}, "",
		"the server could not find the requested resource", 0, true)
}

// read finds out what a request is about. The request that it returns with an error is as much as is known.
func (d *Door) read(r *http.Request) (*request, error) {
	t, ok := parsePath(r.URL.Path)
	if !ok {
		return nil, notServed()
	}
	k := kindFor(t.group, t.version, t.resource)
	if k == nil || t.namespace != "" && !k.namespaced {
		return nil, notServed()
	}
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, apierrors.NewBadRequest(fmt.Sprintf("the query of the request: %v", err))
	}
	q := &request{kind: k, query: query, contentType: r.Header.Get("Content-Type"), manager: managerOf(query, r.UserAgent())}
	q.call = typed.Call{Resource: k.resource, Subresource: t.subresource, Namespace: t.namespace, Name: t.name}
	if q.call.Verb, err = q.verb(r.Method); err != nil {
		return q, err
	}
	if err := q.checkPath(); err != nil {
		return q, err
	}
	if q.answer, err = negotiate(r.Header.Get("Accept")); err != nil {
		return q, err
	}
	if q.body, err = readBody(r); err != nil {
		return q, err
	}
	q.call.Body = append([]byte(r.URL.RawQuery), q.body...)
	return q, nil
}

// managerOf is the name under which the fields of a write are owned: the parameter, or the program's.
func managerOf(query url.Values, agent string) string {
	if m := query.Get("fieldManager"); m != "" {
		return m
	}
	name, _, _ := strings.Cut(agent, "/")
	return name
}

func (q *request) verb(method string) (string, error) {
	named := q.call.Name != ""
	switch {
	case method == http.MethodGet || method == http.MethodHead:
		switch watch := q.query.Get("watch"); {
		case watch == "true" || watch == "1":
			return "watch", nil
		case named:
			return "get", nil
		}
		return "list", nil
	case method == http.MethodPost && (!named || q.call.Subresource == "binding"):
		return "create", nil
	case method == http.MethodPut && named:
		return "update", nil
	case method == http.MethodPatch && named:
		return "patch", nil
	case method == http.MethodDelete && named:
		return "delete", nil
	case method == http.MethodDelete:
		return "deletecollection", nil
	}
	return "", apierrors.NewMethodNotSupported(q.kind.groupResource(), strings.ToLower(method))
}

// checkPath refuses subresources that there are not, and names that a path cannot have.
func (q *request) checkPath() error {
	sub := q.call.Subresource
	switch {
	case sub == "":
	case sub == "status" && q.kind.status:
		if q.call.Verb == "delete" {
			return apierrors.NewMethodNotSupported(q.kind.groupResource(), "delete")
		}
	case sub == "finalize" && q.kind.resource == apiserver.Namespaces && q.call.Verb == "update":
	case sub == "binding" && q.kind.resource == apiserver.Pods && q.call.Verb == "create":
	default:
		return notServed()
	}
	if q.kind.namespaced && q.call.Namespace == "" && (q.call.Name != "" || q.call.Verb == "create" || q.call.Verb == "deletecollection") {
		return notServed()
	}
	for _, segment := range []string{q.call.Name, q.call.Namespace} {
		if segment == "" {
			continue
		}
		if msgs := path.IsValidPathSegmentName(segment); len(msgs) > 0 {
			return apierrors.NewBadRequest(fmt.Sprintf("invalid resource name %q: %v", segment, msgs))
		}
	}
	return nil
}

// groupResource names the resource in errors.
func (k *kind) groupResource() schema.GroupResource {
	return schema.GroupResource{Group: k.gvk.Group, Resource: string(k.resource)}
}

// optionsScheme knows the types of query parameters.
var (
	optionsVersion = schema.GroupVersion{Version: "v1"}
	parameters     = newParameterCodec()
)

func newParameterCodec() runtime.ParameterCodec {
	s := runtime.NewScheme()
	metav1.AddToGroupVersion(s, optionsVersion)
	s.AddKnownTypes(optionsVersion, &metav1.TableOptions{})
	return runtime.NewParameterCodec(s)
}

// decodeOptions reads the query as options of one of metav1's types.
func (q *request) decodeOptions(into runtime.Object) error {
	if err := parameters.DecodeParameters(q.query, optionsVersion, into); err != nil {
		return apierrors.NewBadRequest(err.Error())
	}
	return nil
}
