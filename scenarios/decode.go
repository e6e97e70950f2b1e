package scenarios

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"
)

// nodeDecoder is a type that reads itself from a node.
type nodeDecoder interface {
	decodeNode(p *problems, n *yaml.Node, path string)
}

// where is embedded in every struct of the file format: it remembers where the struct stands in the file.
type where struct {
	problems *problems
	node     *yaml.Node
	path     string
}

// fail records a problem of a field, at its value if the file has the field.
func (w *where) fail(field, format string, args ...any) {
	n := find(w.node, field)
	if n == nil {
		n = w.node
	}
	w.problems.add(n, join(w.path, field), format, args...)
}

// failHere records a problem of the struct as a whole.
func (w *where) failHere(format string, args ...any) {
	w.problems.add(w.node, w.path, format, args...)
}

// has says whether the file has the field.
func (w *where) has(field string) bool { return find(w.node, field) != nil }

// line is where the struct begins.
func (w *where) line() int {
	if w.node == nil {
		return 0
	}
	return w.node.Line
}

// decoder reads nodes into Go values and tells of everything that does not fit, with its place.
type decoder struct {
	*problems
	// manifest means that the value is a Kubernetes object, for which null is the same as leaving a field out.
	manifest bool
}

// decode reads a node into a value that can be set.
func (d decoder) decode(n *yaml.Node, path string, v reflect.Value) {
	n = target(n)
	switch own := v.Addr().Interface().(type) {
	case nodeDecoder:
		own.decodeNode(d.problems, n, path)
		return
	case json.Unmarshaler:
		d.decodeJSON(n, path, own)
		return
	}
	if d.manifest && isNull(n) {
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		d.decode(n, path, v.Elem())
	case reflect.Struct:
		d.decodeStruct(n, path, v)
	case reflect.Slice:
		d.decodeSlice(n, path, v)
	case reflect.Map:
		d.decodeMap(n, path, v)
	default:
		d.decodeScalar(n, path, v)
	}
}

// decodeJSON reads a Kubernetes value that has a notation of its own, such as a quantity or a time.
func (d decoder) decodeJSON(n *yaml.Node, path string, own json.Unmarshaler) {
	if err := own.UnmarshalJSON(toJSON(d.problems, n, path)); err != nil {
		want := strings.ToLower(reflect.TypeOf(own).Elem().Name())
		switch want {
		case "quantity":
			want = "a quantity such as 500m or 64Mi"
		case "intorstring":
			want = "a number or a text"
		case "time", "microtime":
			want = "a time such as 2000-01-01T00:00:00Z"
		}
		d.add(n, path, "expected %s, found %s", want, describe(n))
	}
}

func (d decoder) decodeStruct(n *yaml.Node, path string, v reflect.Value) {
	if n.Kind != yaml.MappingNode {
		d.add(n, path, "expected a mapping, found %s", describe(n))
		return
	}
	fields := fieldsOf(v.Type())
	for _, e := range entries(d.problems, n, path) {
		index, ok := fields.index[e.name]
		if !ok {
			d.add(e.key, join(path, e.name), "expected a known field; %s", didYouMean(e.name, fields.names))
			continue
		}
		d.decode(e.value, join(path, e.name), v.FieldByIndex(index))
	}
	if own, ok := v.Addr().Interface().(interface {
		place(*problems, *yaml.Node, string)
	}); ok {
		own.place(d.problems, n, path)
	}
}

// place is promoted to the structs that embed where.
func (w *where) place(p *problems, n *yaml.Node, path string) {
	*w = where{problems: p, node: n, path: path}
}

func (d decoder) decodeSlice(n *yaml.Node, path string, v reflect.Value) {
	if n.Kind != yaml.SequenceNode {
		d.add(n, path, "expected a list, found %s", describe(n))
		return
	}
	v.Set(reflect.MakeSlice(v.Type(), len(n.Content), len(n.Content)))
	for i, one := range n.Content {
		d.decode(one, item(path, i), v.Index(i))
	}
}

func (d decoder) decodeMap(n *yaml.Node, path string, v reflect.Value) {
	if n.Kind != yaml.MappingNode {
		d.add(n, path, "expected a mapping, found %s", describe(n))
		return
	}
	list := entries(d.problems, n, path)
	v.Set(reflect.MakeMapWithSize(v.Type(), len(list)))
	for _, e := range list {
		value := reflect.New(v.Type().Elem()).Elem()
		d.decode(e.value, join(path, e.name), value)
		v.SetMapIndex(reflect.ValueOf(e.name).Convert(v.Type().Key()), value)
	}
}

func (d decoder) decodeScalar(n *yaml.Node, path string, v reflect.Value) {
	scalar := n.Kind == yaml.ScalarNode
	switch v.Kind() {
	case reflect.String:
		if scalar && tag(n) == tagString {
			v.SetString(n.Value)
			return
		}
		hint := ""
		if scalar && !isNull(n) {
			hint = "; put it in quotes if it is meant as text"
		}
		d.add(n, path, "expected text, found %s%s", describe(n), hint)
	case reflect.Bool:
		if scalar && tag(n) == tagBool {
			v.SetBool(boolOf(n))
			return
		}
		d.add(n, path, "expected true or false, found %s", describe(n))
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		var number float64
		if scalar && (tag(n) == tagInt || tag(n) == tagFloat) && n.Decode(&number) == nil {
			if d.setInt(n, number, v) {
				return
			}
		}
		d.add(n, path, "expected a whole number, found %s", describe(n))
	default:
		d.add(n, path, "expected a %s, found %s", v.Kind(), describe(n))
	}
}

// setInt sets a whole number; 3.0 is one. It fails if the number is not whole or too large.
func (d decoder) setInt(n *yaml.Node, number float64, v reflect.Value) bool {
	var whole int64
	if tag(n) == tagInt {
		if n.Decode(&whole) != nil {
			return false
		}
	} else if whole = int64(number); float64(whole) != number {
		return false
	}
	if v.OverflowInt(whole) {
		return false
	}
	v.SetInt(whole)
	return true
}

// fields are the fields of a struct by their names in a file.
type fields struct {
	names []string
	index map[string][]int
}

// fieldsOf reads the tags of a struct. Structs embedded without a name of their own lend it their fields, as in JSON.
// They are the same in every file, and read once.
func fieldsOf(t reflect.Type) fields {
	if known, ok := fieldsByType.Load(t); ok {
		return known.(fields)
	}
	f := fields{index: map[string][]int{}}
	f.add(t, nil)
	fieldsByType.Store(t, f)
	return f
}

var fieldsByType sync.Map

func (f *fields) add(t reflect.Type, outer []int) {
	for i := range t.NumField() {
		field := t.Field(i)
		name, _, _ := strings.Cut(field.Tag.Get("yaml"), ",")
		if name == "" {
			name, _, _ = strings.Cut(field.Tag.Get("json"), ",")
		}
		index := append(slices.Clone(outer), i)
		switch {
		case !field.IsExported() || name == "-":
		case name != "":
			f.names = append(f.names, name)
			f.index[name] = index
		case field.Anonymous && field.Type.Kind() == reflect.Struct:
			f.add(field.Type, index)
		}
	}
}
