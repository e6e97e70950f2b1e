package rest

import (
	"encoding/json"
	"strings"
	"testing"

	openapi_v3 "github.com/google/gnostic-models/openapiv3"
	. "github.com/onsi/gomega"
	"google.golang.org/protobuf/proto"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/cli-runtime/pkg/resource"
	explain "k8s.io/kubectl/pkg/explain/v2"
	"k8s.io/kubectl/pkg/util/openapi"
)

var jobResource = schema.GroupVersionResource{Group: "batch", Version: "v1", Resource: "jobs"}

func explanation(t *testing.T, gvr schema.GroupVersionResource, path ...string) string {
	t.Helper()
	var out strings.Builder
	err := explain.PrintModelDescription(path, &out, discoveryClient(t, false).OpenAPIV3(), gvr, false, 0, "plaintext")
	NewWithT(t).Expect(err).NotTo(HaveOccurred())
	return out.String()
}

func TestExplainAField(t *testing.T) {
	NewWithT(t).Expect(explanation(t, jobResource, "spec", "backoffLimit")).To(Equal(`GROUP:      batch
KIND:       Job
VERSION:    v1

FIELD: backoffLimit <integer>


DESCRIPTION:
    Specifies the number of retries before marking this job failed. Defaults to
    6, unless backoffLimitPerIndex (only Indexed Job) is specified. When
    backoffLimitPerIndex is specified, backoffLimit defaults to 2147483647.
    

`))
}

func TestExplainKnowsTheTypesOfFields(t *testing.T) {
	g := NewWithT(t)
	status := explanation(t, jobResource, "status")
	for _, line := range []string{
		"  active	<integer>\n", "  completedIndexes	<string>\n", "  conditions	<[]JobCondition>\n", "  startTime	<string>\n",
		"  uncountedTerminatedPods	<UncountedTerminatedPods>\n",
	} {
		g.Expect(status).To(ContainSubstring(line))
	}
	g.Expect(explanation(t, jobResource)).To(And(ContainSubstring("  apiVersion	<string>\n"), ContainSubstring("  metadata	<ObjectMeta>\n")))
	g.Expect(explanation(t, jobResource, "spec")).To(ContainSubstring("  template	<PodTemplateSpec> -required-\n"))
	g.Expect(explanation(t, jobResource, "spec", "podFailurePolicy", "rules", "onPodConditions")).To(And(
		ContainSubstring("  status	<string>\n"), ContainSubstring("  type	<string> -required-\n")))
	pods := schema.GroupVersionResource{Version: "v1", Resource: "pods"}
	container := explanation(t, pods, "spec", "containers")
	g.Expect(container).To(And(ContainSubstring("  name	<string> -required-\n"), ContainSubstring("  env	<[]EnvVar>\n")))
	g.Expect(explanation(t, pods, "spec", "containers", "resources")).To(ContainSubstring("  limits	<map[string]"))
	leases := schema.GroupVersionResource{Group: "coordination.k8s.io", Version: "v1", Resource: "leases"}
	g.Expect(explanation(t, leases, "spec")).To(ContainSubstring("  renewTime	<string>\n"))
}

// kubectl create and apply leave validation to a server that says it validates.
func TestEveryKindTakesFieldValidation(t *testing.T) {
	client := discoveryClient(t, false)
	verifier := resource.NewQueryParamVerifierV3(nil, client.OpenAPIV3(), resource.QueryParamFieldValidation)
	for _, k := range kinds {
		NewWithT(t).Expect(verifier.HasSupport(k.gvk)).To(Succeed(), k.gvk.Kind)
	}
}

// kubectl apply without server-side merges lists by what version 2 says, which it asks for in protobuf.
func TestVersion2SaysHowToMergeLists(t *testing.T) {
	g := NewWithT(t)
	document, err := discoveryClient(t, false).OpenAPISchema()
	g.Expect(err).NotTo(HaveOccurred())
	resources, err := openapi.NewOpenAPIData(document)
	g.Expect(err).NotTo(HaveOccurred())
	for _, k := range kinds {
		g.Expect(resources.LookupResource(k.gvk)).NotTo(BeNil(), k.gvk.Kind)
	}
	var decoded struct {
		Definitions map[string]struct {
			Properties map[string]map[string]any
		}
	}
	g.Expect(json.Unmarshal(v2JSON(), &decoded)).To(Succeed())
	containers := decoded.Definitions["io.k8s.api.core.v1.PodSpec"].Properties["containers"]
	g.Expect(containers).To(And(HaveKeyWithValue("x-kubernetes-patch-strategy", "merge"), HaveKeyWithValue("x-kubernetes-patch-merge-key", "name")))
	g.Expect(decoded.Definitions["io.k8s.api.core.v1.Container"].Properties["args"]).NotTo(HaveKey("x-kubernetes-patch-strategy"))
}

func TestSchemasOfTypesWithEncodingsOfTheirOwn(t *testing.T) {
	core := openAPI3(schema.GroupVersion{Version: "v1"}).Components.Schemas
	for name, want := range map[string]string{
		"io.k8s.apimachinery.pkg.apis.meta.v1.Time":       `{"type":"string","format":"date-time"}`,
		"io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime":  `{"type":"string","format":"date-time"}`,
		"io.k8s.apimachinery.pkg.api.resource.Quantity":   `{"oneOf":[{"type":"string"},{"type":"number"}]}`,
		"io.k8s.apimachinery.pkg.util.intstr.IntOrString": `{"format":"int-or-string","oneOf":[{"type":"integer"},{"type":"string"}]}`,
	} {
		NewWithT(t).Expect(json.Marshal(core[name])).To(MatchJSON(want), name)
	}
	fields := core["io.k8s.apimachinery.pkg.apis.meta.v1.FieldsV1"]
	NewWithT(t).Expect(fields).To(And(HaveField("Type", ConsistOf("object")), HaveField("Properties", BeEmpty())))
}

func TestDescriptionsAreTheSameEachTime(t *testing.T) {
	g := NewWithT(t)
	g.Expect(mustMarshal(swagger(groupVersions()...))).To(Equal(v2JSON()))
	for _, gv := range groupVersions() {
		g.Expect(mustMarshal(openAPI3(gv))).To(Equal(describedV3()[v3Path(gv)].json()))
	}
}

func TestAcceptHeaderChoosesTheFormOfADescription(t *testing.T) {
	const path = "/openapi/v3/apis/batch/v1"
	const old, current = "application/com.github.proto-openapi.spec.v3@v1.0+protobuf", "application/com.github.proto-openapi.spec.v3.v1.0+protobuf"
	for accept, want := range map[string]string{
		"": jsonType, "*/*": jsonType, "application/json": jsonType, "text/plain": jsonType,
		old: current, current: current, "application/json;q=0.5, " + old: current,
	} {
		g := NewWithT(t)
		doc, contentType, ok := document(path, accept)
		g.Expect(ok).To(BeTrue())
		g.Expect(contentType).To(Equal(want), accept)
		if want == jsonType {
			g.Expect(json.Valid(doc.([]byte))).To(BeTrue())
			continue
		}
		parsed := &openapi_v3.Document{}
		g.Expect(proto.Unmarshal(doc.([]byte), parsed)).To(Succeed())
		g.Expect(parsed.Paths.Path).NotTo(BeEmpty())
	}
}

func TestOperationsHaveDifferentIdentifiers(t *testing.T) {
	g := NewWithT(t)
	seen := map[string]string{}
	for path, item := range swagger(groupVersions()...).Paths.Paths {
		for _, o := range operations {
			if op := *o.place(&item); op != nil && op.Extensions["x-kubernetes-action"] == o.action {
				g.Expect(seen).NotTo(HaveKey(op.ID), path)
				seen[op.ID] = path
			}
		}
	}
	g.Expect(seen).To(HaveKeyWithValue("readBatchV1JobInNamespaceStatus", "/apis/batch/v1/namespaces/{namespace}/jobs/{name}/status"))
	g.Expect(seen).To(HaveKeyWithValue("createCoreV1PodInNamespaceBinding", "/api/v1/namespaces/{namespace}/pods/{name}/binding"))
	g.Expect(seen).NotTo(HaveKey("deleteCollectionCoreV1Namespace"))
}

func TestEveryFieldRequiredOtherwiseExists(t *testing.T) {
	definitions := swagger(groupVersions()...).Definitions
	for field := range requiredOtherwise {
		dot := strings.LastIndex(field, ".")
		NewWithT(t).Expect(definitions[field[:dot]].Properties).To(HaveKey(field[dot+1:]))
	}
}
