package scenarios

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"go.yaml.in/yaml/v3"

	"github.com/jobsim/jobsim/sim"
	"github.com/jobsim/jobsim/sim/apiserver"
)

// errorCode is an HTTP status code. A time-out has a word of its own.
type errorCode int

const (
	timeoutWord = "timeout"
	timeoutCode = http.StatusGatewayTimeout
)

func (c *errorCode) decodeNode(p *problems, n *yaml.Node, path string) {
	if n.Kind == yaml.ScalarNode && n.Value == timeoutWord {
		*c = timeoutCode
		return
	}
	code, err := strconv.Atoi(n.Value)
	if n.Kind != yaml.ScalarNode || err != nil || code < 400 || code > 599 {
		p.add(n, path, "expected an HTTP status such as 403, 409, 429 or 500, or %s, found %s", timeoutWord, describe(n))
		return
	}
	*c = errorCode(code)
}

// MarshalYAML writes a time-out as a word.
func (c errorCode) MarshalYAML() (any, error) {
	if c == timeoutCode {
		return timeoutWord, nil
	}
	return int(c), nil
}

// statusDetails are the details of a metav1.Status.
type statusDetails struct{ value *metav1.StatusDetails }

func (s *statusDetails) decodeNode(p *problems, n *yaml.Node, path string) {
	if isNull(n) {
		return
	}
	s.value = &metav1.StatusDetails{}
	decodeObject(p, n, path, s.value)
}

// MarshalYAML writes null for a status without details.
func (s *statusDetails) MarshalYAML() (any, error) { return yamlOf(s.value) }

// CallStatus is what the API server answers a call with that fails with this HTTP status: what an error in a file that
// says no more than the code stands for.
func CallStatus(code int, match sim.CallMatch) metav1.Status {
	return callStatus(errorCode(code), match)
}

// callStatus is what the API server answers with this code. The constructors of apimachinery make it, so that an
// implementation finds every detail that it may look at.
func callStatus(code errorCode, match sim.CallMatch) metav1.Status {
	resource := schema.GroupResource{Resource: string(match.Resource)}
	if match.Resource == apiserver.Jobs {
		resource.Group = "batch"
	}
	name := match.Name
	if strings.ContainsAny(name, `*?[\`) {
		name = ""
	}
	switch code {
	case http.StatusForbidden:
		return apierrors.NewForbidden(resource, name, errors.New("exceeded quota")).ErrStatus
	case http.StatusNotFound:
		return apierrors.NewNotFound(resource, name).ErrStatus
	case http.StatusConflict:
		return apierrors.NewConflict(resource, name, errors.New("the object has been modified; "+
			"please apply your changes to the latest version and try again")).ErrStatus
	case http.StatusTooManyRequests:
		return apierrors.NewTooManyRequests("the server has received too many requests and asks for patience", 1).ErrStatus
	case http.StatusInternalServerError:
		return apierrors.NewInternalError(errors.New("injected by the scenario")).ErrStatus
	case http.StatusServiceUnavailable:
		return apierrors.NewServiceUnavailable("the server is currently unable to handle the request").ErrStatus
	case timeoutCode:
		return apierrors.NewTimeoutError("the request did not complete within the time allowed", 0).ErrStatus
	}
	return apierrors.NewGenericServerResponse(int(code), match.Verb, resource, name,
		fmt.Sprintf("injected by the scenario: HTTP status %d", int(code)), 0, false).ErrStatus
}
