package rest

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/kube-openapi/pkg/validation/spec"

	"github.com/jobsim/jobsim/sim/apiserver/typed"
)

// What the types of the Kubernetes API tell about themselves.
type (
	modelled  interface{ OpenAPIModelName() string }
	explained interface{ SwaggerDoc() map[string]string }
	// formatted types are not encoded as the structs that they are: times, quantities and the like.
	formatted interface {
		OpenAPISchemaType() []string
		OpenAPISchemaFormat() string
	}
)

// schemas collects the schemas of Go types and of all that they refer to. They say what the types' tags and methods
// do: names, types, descriptions, and how patches merge lists. Enumerations, defaults and lists that server-side apply
// merges are left out: the Go types have these in comments only.
type schemas struct {
	served []schema.GroupVersion
	found  spec.Definitions
}

// reference makes sure that a type has a schema, and refers to it.
func (s *schemas) reference(t reflect.Type) *spec.Schema {
	name := modelName(t)
	if _, ok := s.found[name]; !ok {
		s.found[name] = spec.Schema{} // types can refer to themselves
		s.found[name] = *s.define(t)
	}
	return spec.RefSchema("#/definitions/" + name)
}

func modelName(t reflect.Type) string {
	return reflect.Zero(t).Interface().(modelled).OpenAPIModelName()
}

func (s *schemas) define(t reflect.Type) *spec.Schema {
	defined := new(spec.Schema)
	value := reflect.Zero(t).Interface()
	if e, ok := value.(explained); ok {
		defined.Description = e.SwaggerDoc()[""]
	}
	if f, ok := value.(formatted); ok {
		defined.Type, defined.Format = f.OpenAPISchemaType(), f.OpenAPISchemaFormat()
		return defined
	}
	defined.Type = spec.StringOrArray{"object"}
	s.addProperties(defined, t)
	slices.Sort(defined.Required)
	if gvks := s.kindsOf(t); len(gvks) > 0 {
		defined.AddExtension("x-kubernetes-group-version-kind", gvks)
	}
	return defined
}

// kindsOf are the names under which a type is served, if it is a kind.
func (s *schemas) kindsOf(t reflect.Type) []any {
	object, ok := reflect.New(t).Interface().(runtime.Object)
	if !ok {
		return nil
	}
	gvks, _, err := typed.Scheme.ObjectKinds(object)
	if err != nil { // no kind
		return nil
	}
	slices.SortFunc(gvks, func(a, b schema.GroupVersionKind) int {
		return cmp.Or(cmp.Compare(a.Group, b.Group), cmp.Compare(a.Version, b.Version), cmp.Compare(a.Kind, b.Kind))
	})
	var names []any
	for _, gvk := range gvks {
		if slices.Contains(s.served, gvk.GroupVersion()) {
			names = append(names, kindExtension(gvk))
		}
	}
	return names
}

func kindExtension(gvk schema.GroupVersionKind) map[string]any {
	return map[string]any{"group": gvk.Group, "version": gvk.Version, "kind": gvk.Kind}
}

// addProperties adds the fields of a struct, those of embedded structs among them.
func (s *schemas) addProperties(to *spec.Schema, t reflect.Type) {
	docs := map[string]string{}
	if e, ok := reflect.Zero(t).Interface().(explained); ok {
		docs = e.SwaggerDoc()
	}
	for i := range t.NumField() {
		field := t.Field(i)
		name, options, _ := strings.Cut(field.Tag.Get("json"), ",")
		switch {
		case name == "-" || !field.IsExported():
			continue
		case name == "" && field.Anonymous:
			s.addProperties(to, field.Type)
			continue
		case name == "":
			panic(fmt.Sprintf("field %s of %s has no name in JSON", field.Name, t))
		}
		property := s.of(field.Type)
		property.Description = docs[name]
		for tag, extension := range mergeTags {
			if value := field.Tag.Get(tag); value != "" {
				property.AddExtension(extension, value)
			}
		}
		to.SetProperty(name, *property)
		required, ok := requiredOtherwise[modelName(t)+"."+name]
		if !ok {
			required = options == "" && field.Type.Kind() != reflect.Pointer
		}
		if required {
			to.AddRequired(name)
		}
	}
}

// mergeTags tell strategic merge patches what to do with lists and maps.
var mergeTags = map[string]string{
	"patchStrategy": "x-kubernetes-patch-strategy",
	"patchMergeKey": "x-kubernetes-patch-merge-key",
}

// of is the schema of a field's type.
func (s *schemas) of(t reflect.Type) *spec.Schema {
	switch t.Kind() {
	case reflect.Pointer:
		return s.of(t.Elem())
	case reflect.Struct:
		return s.reference(t)
	case reflect.Map:
		return spec.MapProperty(s.of(t.Elem()))
	case reflect.Slice:
		if t.Elem().Kind() == reflect.Uint8 {
			return spec.StrFmtProperty("byte")
		}
		return spec.ArrayProperty(s.of(t.Elem()))
	case reflect.String:
		return spec.StringProperty()
	case reflect.Bool:
		return spec.BooleanProperty()
	case reflect.Int32:
		return spec.Int32Property()
	case reflect.Int, reflect.Int64:
		return spec.Int64Property()
	case reflect.Float64:
		return spec.Float64Property()
	}
	panic(fmt.Sprintf("the API has no fields of type %s", t))
}
