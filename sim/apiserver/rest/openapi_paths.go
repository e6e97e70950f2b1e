package rest

import (
	"reflect"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/kube-openapi/pkg/validation/spec"
)

// operation is what OpenAPI says about a verb.
type operation struct {
	// id begins the identifier of the operation, and action is the verb in the words of the real server's documents.
	id, action string
	// options have the parameters of the query.
	options []any
	// place finds the operation's place at a path.
	place func(*spec.PathItem) **spec.Operation
}

var operations = map[string]operation{
	"get":    {"read", "get", []any{metav1.GetOptions{}}, func(p *spec.PathItem) **spec.Operation { return &p.Get }},
	"list":   {"list", "list", []any{metav1.ListOptions{}}, func(p *spec.PathItem) **spec.Operation { return &p.Get }},
	"create": {"create", "post", []any{metav1.CreateOptions{}}, func(p *spec.PathItem) **spec.Operation { return &p.Post }},
	"update": {"replace", "put", []any{metav1.UpdateOptions{}}, func(p *spec.PathItem) **spec.Operation { return &p.Put }},
	"patch":  {"patch", "patch", []any{metav1.PatchOptions{}}, func(p *spec.PathItem) **spec.Operation { return &p.Patch }},
	"delete": {"delete", "delete", []any{metav1.DeleteOptions{}}, atDelete},
	"deletecollection": {
		"deleteCollection", "deletecollection", []any{metav1.DeleteOptions{}, metav1.ListOptions{}}, atDelete,
	},
}

func atDelete(p *spec.PathItem) **spec.Operation { return &p.Delete }

// The verbs at the paths of collections and of objects.
var (
	ofCollections = []string{"list", "create", "deletecollection"}
	ofObjects     = []string{"get", "update", "patch", "delete"}
)

// addPaths adds where objects of a kind are, and what can be done there.
func (s *schemas) addPaths(paths map[string]spec.PathItem, k *kind) {
	base := groupVersionPath(k.gvk.GroupVersion())
	collection, id := base+"/"+string(k.resource), operationID(k)
	if k.namespaced {
		paths[collection] = s.pathItem(collection, id+"ForAllNamespaces", k, subresource{gvk: k.gvk, verbs: []string{"list"}})
		collection, id = base+"/namespaces/{namespace}/"+string(k.resource), id+"InNamespace"
	}
	object := collection + "/{name}"
	paths[collection] = s.pathItem(collection, id, k, subresource{gvk: k.gvk, verbs: among(k.verbs(), ofCollections)})
	paths[object] = s.pathItem(object, id, k, subresource{gvk: k.gvk, verbs: among(k.verbs(), ofObjects)})
	for _, sub := range k.subresources() {
		paths[object+"/"+sub.name] = s.pathItem(object, id+upperFirst(sub.name), k, sub)
	}
}

func among(verbs, these []string) []string {
	return slices.DeleteFunc(slices.Clone(verbs), func(v string) bool { return !slices.Contains(these, v) })
}

// operationID is what the identifiers of a kind's operations have in common, such as BatchV1Job.
func operationID(k *kind) string {
	group, _, _ := strings.Cut(orElse(k.gvk.Group, "core"), ".")
	return upperFirst(group) + upperFirst(k.gvk.Version) + k.gvk.Kind
}

func upperFirst(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

// pathItem describes a path, which is a kind's own or that of a part of it.
func (s *schemas) pathItem(path, id string, k *kind, at subresource) spec.PathItem {
	var item spec.PathItem
	for _, name := range []string{"name", "namespace"} {
		if strings.Contains(path, "{"+name+"}") {
			p := parameter("path", name, "string", "")
			p.Required = true
			item.Parameters = append(item.Parameters, p)
		}
	}
	for _, verb := range at.verbs {
		*operations[verb].place(&item) = s.operation(verb, id, k, at)
	}
	return item
}

func (s *schemas) operation(verb, id string, k *kind, at subresource) *spec.Operation {
	o := operations[verb]
	op := &spec.Operation{OperationProps: spec.OperationProps{
		ID: o.id + id, Description: verb + " " + at.gvk.Kind,
		Consumes: []string{"*/*"}, Produces: []string{jsonType, "application/vnd.kubernetes.protobuf"},
	}}
	for _, options := range o.options {
		op.Parameters = append(op.Parameters, queryParameters(reflect.TypeOf(options))...)
	}
	body, answer := bodies(verb, k, at)
	if body != nil {
		p := parameter("body", "body", "", "")
		p.Schema = s.reference(reflect.TypeOf(body))
		op.Parameters = append(op.Parameters, p)
	}
	if verb == "patch" {
		op.Consumes = []string{"application/json-patch+json", "application/merge-patch+json",
			"application/strategic-merge-patch+json", "application/apply-patch+yaml"}
	}
	ok := spec.Response{ResponseProps: spec.ResponseProps{Description: "OK", Schema: s.reference(reflect.TypeOf(answer))}}
	op.Responses = &spec.Responses{ResponsesProps: spec.ResponsesProps{StatusCodeResponses: map[int]spec.Response{200: ok}}}
	op.AddExtension("x-kubernetes-action", o.action)
	op.AddExtension("x-kubernetes-group-version-kind", kindExtension(at.gvk))
	return op
}

// bodies are of the types that a request carries, if anything, and its answer.
func bodies(verb string, k *kind, at subresource) (body, answer any) {
	object := reflect.ValueOf(k.blank()).Elem().Interface()
	if at.gvk.Kind == "Binding" {
		object = corev1.Binding{}
	}
	switch verb {
	case "list":
		return nil, reflect.ValueOf(k.list()).Elem().Interface()
	case "create", "update":
		return object, object
	case "patch":
		return metav1.Patch{}, object
	case "delete", "deletecollection":
		return metav1.DeleteOptions{}, metav1.Status{}
	}
	return nil, object
}

// queryParameters are the simple fields of an options type. From fieldValidation kubectl sees that the server validates
// what it is sent.
func queryParameters(options reflect.Type) []spec.Parameter {
	docs := reflect.Zero(options).Interface().(explained).SwaggerDoc()
	var all []spec.Parameter
	for i := range options.NumField() {
		field := options.Field(i)
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		of := field.Type
		if of.Kind() == reflect.Pointer || of.Kind() == reflect.Slice {
			of = of.Elem()
		}
		if simple := simpleTypes[of.Kind()]; simple != "" && name != "" {
			all = append(all, parameter("query", name, simple, docs[name]))
		}
	}
	return all
}

var simpleTypes = map[reflect.Kind]string{reflect.String: "string", reflect.Bool: "boolean", reflect.Int64: "integer"}

func parameter(in, name, of, description string) spec.Parameter {
	return spec.Parameter{
		ParamProps:   spec.ParamProps{In: in, Name: name, Description: description},
		SimpleSchema: spec.SimpleSchema{Type: of},
	}
}
