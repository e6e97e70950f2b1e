package rest

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	. "github.com/onsi/gomega"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// call makes a request by hand. Headers are name, value pairs.
func (c *cluster) call(method, target, body string, headers ...string) *http.Response {
	r := httptest.NewRequest(method, "http://cluster.local"+target, strings.NewReader(body))
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	res, err := c.door.RoundTrip(r)
	c.Expect(err).NotTo(HaveOccurred())
	return res
}

// status reads an answer that is a Status.
func (c *cluster) status(res *http.Response) metav1.Status {
	var s metav1.Status
	data, err := io.ReadAll(res.Body)
	c.Expect(err).NotTo(HaveOccurred())
	c.Expect(json.Unmarshal(data, &s)).To(Succeed(), "%s", data)
	c.Expect(s.Kind).To(Equal("Status"))
	c.Expect(int(s.Code)).To(Equal(res.StatusCode))
	return s
}

const (
	jobsPath = "/apis/batch/v1/namespaces/default/jobs"
	podsPath = "/api/v1/namespaces/default/pods"
	goodJob  = `{"apiVersion":"batch/v1","kind":"Job","metadata":{"name":"x"},"spec":{"template":{"spec":` +
		`{"restartPolicy":"Never","containers":[{"name":"c","image":"i"}]}}}}`
)

func TestBadRequestsAreRefusedWithAStatus(t *testing.T) {
	big := `{"x":"` + strings.Repeat("x", maxBody) + `"}`
	for what, test := range map[string]struct {
		method, target, body string
		headers              []string
		code                 int
		reason               metav1.StatusReason
		message              string
	}{
		"no resource":        {"GET", "/apis/batch/v2", "", nil, 404, "NotFound", ""},
		"unknown group":      {"GET", "/apis/apps/v1/namespaces/default/deployments", "", nil, 404, "NotFound", "could not find the requested resource"},
		"unknown version":    {"GET", "/apis/batch/v1beta1/jobs", "", nil, 404, "NotFound", ""},
		"unknown path":       {"POST", "/nowhere", "", nil, 404, "NotFound", ""},
		"node in namespace":  {"GET", "/api/v1/namespaces/default/nodes", "", nil, 404, "NotFound", ""},
		"unknown sub":        {"PUT", jobsPath + "/x/scale", "{}", nil, 404, "NotFound", ""},
		"no namespace":       {"POST", "/apis/batch/v1/jobs", goodJob, nil, 404, "NotFound", ""},
		"missing object":     {"GET", jobsPath + "/x", "", nil, 404, "NotFound", `jobs.batch "x" not found`},
		"method":             {"POST", jobsPath + "/x", goodJob, nil, 405, "MethodNotAllowed", "post"},
		"delete of status":   {"DELETE", jobsPath + "/x/status", "", nil, 405, "MethodNotAllowed", "delete"},
		"accept":             {"GET", jobsPath, "", []string{"Accept", "text/html"}, 406, "NotAcceptable", "application/json"},
		"content type":       {"POST", jobsPath, goodJob, []string{"Content-Type", "text/plain"}, 415, "UnsupportedMediaType", "accepted media types"},
		"too large":          {"POST", jobsPath, big, nil, 413, "RequestEntityTooLarge", "limit is 3145728"},
		"no body":            {"POST", jobsPath, "", nil, 400, "BadRequest", "expected a Job"},
		"no JSON":            {"POST", jobsPath, "}{", nil, 400, "BadRequest", "must be of type Job"},
		"no protobuf":        {"POST", jobsPath, "}{", []string{"Content-Type", "application/vnd.kubernetes.protobuf"}, 400, "BadRequest", ""},
		"other kind":         {"POST", jobsPath, `{"apiVersion":"v1","kind":"Pod"}`, nil, 400, "BadRequest", ""},
		"other version":      {"POST", jobsPath, strings.Replace(goodJob, "batch/v1", "batch/v7", 1), nil, 400, "BadRequest", ""},
		"wrong type":         {"POST", jobsPath, `{"spec":{"completions":"many"}}`, nil, 400, "BadRequest", "completions"},
		"other namespace":    {"POST", jobsPath, `{"metadata":{"namespace":"b"}}`, nil, 400, "BadRequest", "does not match the namespace"},
		"other name":         {"PUT", jobsPath + "/y", goodJob, nil, 400, "BadRequest", "does not match the name"},
		"nameless update":    {"PUT", jobsPath + "/y", `{}`, nil, 400, "BadRequest", "name must be provided"},
		"invalid":            {"POST", jobsPath, `{"metadata":{"name":"x"}}`, nil, 422, "Invalid", "spec.template.spec.containers"},
		"unknown field":      {"POST", jobsPath + "?fieldValidation=Strict", strings.Replace(goodJob, `"spec"`, `"speck":1,"spec"`, 1), nil, 400, "BadRequest", `unknown field "speck"`},
		"field validation":   {"POST", jobsPath + "?fieldValidation=Maybe", goodJob, nil, 422, "Invalid", "fieldValidation"},
		"dry run":            {"POST", jobsPath + "?dryRun=Some", goodJob, nil, 422, "Invalid", "dryRun"},
		"label selector":     {"GET", jobsPath + "?labelSelector=a%3D%3D%3D", "", nil, 400, "BadRequest", ""},
		"field selector":     {"GET", jobsPath + "?fieldSelector=spec.nothing%3D1", "", nil, 400, "BadRequest", "field label not supported"},
		"query":              {"GET", jobsPath + "?limit=x", "", nil, 400, "BadRequest", ""},
		"escape":             {"GET", jobsPath + "?a=%zz", "", nil, 400, "BadRequest", "query"},
		"initial events":     {"GET", jobsPath + "?watch=1&sendInitialEvents=true", "", nil, 422, "Invalid", "sendInitialEvents"},
		"watch from nowhere": {"GET", jobsPath + "?watch=1&resourceVersion=x", "", nil, 400, "BadRequest", ""},
		"patch type":         {"PATCH", jobsPath + "/x", `{}`, nil, 415, "UnsupportedMediaType", "merge-patch"},
		"delete options":     {"DELETE", jobsPath + "/x", `{"kind":"Pod","apiVersion":"v1"}`, nil, 400, "BadRequest", "DeleteOptions"},
		"propagation":        {"DELETE", jobsPath + "/x?propagationPolicy=Sideways", "", nil, 422, "Invalid", "propagationPolicy"},
		"binding":            {"POST", podsPath + "/x/binding", `{"target":{"kind":"Pod"}}`, nil, 400, "BadRequest", "expected Node"},
		"name of a path":     {"GET", jobsPath + "/..", "", nil, 400, "BadRequest", "invalid resource name"},
	} {
		t.Run(what, func(t *testing.T) {
			c := newCluster(t)
			s := c.status(c.call(test.method, test.target, test.body, test.headers...))
			c.Expect(s.Code).To(Equal(int32(test.code)), "%+v", s)
			c.Expect(s.Reason).To(Equal(test.reason))
			c.Expect(s.Message).To(ContainSubstring(test.message))
			c.Expect(s.Status).To(Equal(metav1.StatusFailure))
		})
	}
}

func TestPatchesThatDoNotApply(t *testing.T) {
	c := newCluster(t)
	c.Expect(c.call("POST", jobsPath, goodJob).StatusCode).To(Equal(201))
	for _, test := range []struct {
		contentType, patch string
		code               int
	}{
		{"application/json-patch+json", `[{"op":"replace","path":"/spec/nothing/there","value":1}]`, 422},
		{"application/json-patch+json", `{"op":"replace"}`, 400},
		{"application/merge-patch+json", `{"spec":{"completions":"many"}}`, 422},
		{"application/merge-patch+json", `[`, 400},
		{"application/strategic-merge-patch+json", `{"spec":{"template":{"spec":{"containers":[{"image":"nameless"}]}}}}`, 400},
		{"application/merge-patch+json", `{"metadata":{"resourceVersion":"1000000"}}`, 409},
	} {
		s := c.status(c.call("PATCH", jobsPath+"/x", test.patch, "Content-Type", test.contentType))
		c.Expect(s.Code).To(Equal(int32(test.code)), "%s: %+v", test.patch, s)
	}
}

func TestUnknownFieldsAreWarnedOf(t *testing.T) {
	c := newCluster(t)
	body := strings.Replace(goodJob, `"spec"`, `"speck":1,"spec"`, 1)
	res := c.call("POST", jobsPath, body)
	c.Expect(res.StatusCode).To(Equal(201))
	c.Expect(res.Header.Values("Warning")).To(Equal([]string{`299 - "unknown field \"speck\""`}))

	res = c.call("POST", jobsPath+"?fieldValidation=Ignore", strings.Replace(body, `"x"`, `"y"`, 1))
	c.Expect(res.StatusCode).To(Equal(201))
	c.Expect(res.Header.Values("Warning")).To(BeEmpty())

	res = c.call("DELETE", jobsPath+"/x", "") // orphans its pods unless told otherwise
	c.Expect(res.Header.Values("Warning")).To(HaveLen(1))
	c.Expect(res.Header.Get("Warning")).To(ContainSubstring("propagationPolicy"))
}

func TestRefusalsSpeakTheClientsFormat(t *testing.T) {
	c := newCluster(t)
	res := c.call("GET", jobsPath+"/x", "", "Accept", "application/vnd.kubernetes.protobuf")
	c.Expect(res.Header.Get("Content-Type")).To(Equal("application/vnd.kubernetes.protobuf"))
	data, err := io.ReadAll(res.Body)
	c.Expect(err).NotTo(HaveOccurred())
	c.Expect(bytes.HasPrefix(data, []byte("k8s\x00"))).To(BeTrue())

	res = c.call("GET", jobsPath+"/x", "", "Accept", "application/yaml")
	data, err = io.ReadAll(res.Body)
	c.Expect(err).NotTo(HaveOccurred())
	c.Expect(string(data)).To(ContainSubstring("reason: NotFound\n"))
}

// FuzzRequest makes any request: the door answers each one, and never with an error of its own.
func FuzzRequest(f *testing.F) {
	f.Add("POST", jobsPath, "", "application/json", "", []byte(goodJob))
	f.Add("PATCH", jobsPath+"/seed", "dryRun=All", "application/merge-patch+json", "*/*", []byte(`{"spec":{"parallelism":2}}`))
	f.Add("PATCH", jobsPath+"/seed/status", "", "application/json-patch+json", "application/yaml", []byte(`[{"op":"add","path":"/status/active","value":1}]`))
	f.Add("GET", podsPath, "watch=true&allowWatchBookmarks=true&resourceVersion=0", "", "application/json;as=Table;g=meta.k8s.io;v=v1", []byte{})
	f.Add("GET", podsPath, "limit=1&labelSelector=a%3Db&includeObject=Object", "", "application/vnd.kubernetes.protobuf;q=0.5,*/*;q=0.1", []byte{})
	f.Add("DELETE", jobsPath, "propagationPolicy=Foreground", "", "", []byte(`{"kind":"DeleteOptions","apiVersion":"v1","gracePeriodSeconds":-1}`))
	f.Add("POST", podsPath+"/p/binding", "", "application/vnd.kubernetes.protobuf", "", []byte("k8s\x00\n\x00"))
	f.Add("GET", "/apis", "", "", "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList", []byte{})
	f.Fuzz(func(t *testing.T, method, path, query, contentType, accept string, body []byte) {
		c := newCluster(t)
		c.call("POST", jobsPath, strings.Replace(goodJob, `"x"`, `"seed"`, 1))
		r := httptest.NewRequest("GET", "http://cluster.local/", bytes.NewReader(body))
		r.Method, r.URL.Path, r.URL.RawQuery = method, path, query
		r.Header.Set("Content-Type", contentType)
		r.Header.Set("Accept", accept)
		res, err := c.door.RoundTrip(r)
		c.Expect(err).NotTo(HaveOccurred())
		c.Expect(res.StatusCode).To(BeElementOf(200, 201, 400, 404, 405, 406, 409, 410, 413, 415, 422, 504), "%s", path)
		c.Expect(res.Body.Close()).To(Succeed())
	})
}
