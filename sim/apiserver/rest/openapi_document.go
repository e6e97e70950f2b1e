package rest

import (
	"reflect"
	"slices"

	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/kube-openapi/pkg/openapiconv"
	"k8s.io/kube-openapi/pkg/spec3"
	"k8s.io/kube-openapi/pkg/validation/spec"
)

// swagger describes some groups and versions in version 2 of OpenAPI: the types, and the operations on them.
func swagger(of ...schema.GroupVersion) *spec.Swagger {
	s := &schemas{served: of, found: spec.Definitions{}}
	paths := map[string]spec.PathItem{}
	for _, k := range kinds {
		if slices.Contains(of, k.gvk.GroupVersion()) {
			s.addPaths(paths, k)
		}
	}
	return &spec.Swagger{SwaggerProps: spec.SwaggerProps{
		Swagger:     "2.0",
		Info:        &spec.Info{InfoProps: spec.InfoProps{Title: "Kubernetes", Version: serverVersion}},
		Paths:       &spec.Paths{Paths: paths},
		Definitions: s.found,
	}}
}

// either is a value of one type or another, which version 2 cannot say.
type either interface{ OpenAPIV3OneOfTypes() []string }

// openAPI3 describes a group and version in version 3 of OpenAPI.
func openAPI3(gv schema.GroupVersion) *spec3.OpenAPI {
	document := openapiconv.ConvertV2ToV3(swagger(gv))
	for _, value := range []either{intstr.IntOrString{}, resource.Quantity{}} {
		s := document.Components.Schemas[modelName(reflect.TypeOf(value))]
		if s == nil {
			continue
		}
		s.Type = nil
		for _, one := range value.OpenAPIV3OneOfTypes() {
			s.OneOf = append(s.OneOf, spec.Schema{SchemaProps: spec.SchemaProps{Type: spec.StringOrArray{one}}})
		}
	}
	return document
}
