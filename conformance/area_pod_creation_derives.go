package conformance

import (
	"reflect"

	"k8s.io/apimachinery/pkg/api/equality"
)

// derives reports whether b has all that is set in a. It is equality.Semantic.DeepDerivative without its memory of
// what has been compared, which API objects do not need, and which costs more than all the rest.
func derives(a, b reflect.Value) bool {
	switch a.Kind() {
	case reflect.String:
		return a.Len() == 0 || a.String() == b.String()
	case reflect.Bool:
		return a.Bool() == b.Bool()
	case reflect.Int, reflect.Int32, reflect.Int64:
		return a.Int() == b.Int()
	case reflect.Pointer:
		return a.IsNil() || a.Pointer() == b.Pointer() || !b.IsNil() && derives(a.Elem(), b.Elem())
	case reflect.Slice:
		return a.Len() == 0 || a.Len() <= b.Len() && (a.Pointer() == b.Pointer() || derivesEach(a, b))
	case reflect.Struct:
		if allExported(a.Type()) {
			return derivesFields(a, b)
		}
	case reflect.Map:
		if a.Len() == 0 {
			return true
		}
	}
	return equality.Semantic.DeepDerivative(a.Interface(), b.Interface()) // maps, quantities and times
}

func derivesEach(a, b reflect.Value) bool {
	for i := range a.Len() {
		if !derives(a.Index(i), b.Index(i)) {
			return false
		}
	}
	return true
}

func derivesFields(a, b reflect.Value) bool {
	for i := range a.NumField() {
		if !derives(a.Field(i), b.Field(i)) {
			return false
		}
	}
	return true
}

// allExported reports whether the fields of a struct are all there is to compare.
func allExported(t reflect.Type) bool {
	switch t.PkgPath() {
	case "k8s.io/api/core/v1", "k8s.io/apimachinery/pkg/util/intstr":
		return true
	}
	return false
}
