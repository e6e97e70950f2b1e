package differential

import (
	"reflect"

	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// mutate changes a random place of what object points to: it walks there by reflection and puts a value that upsets some
// check, or is near one that does. What is not a client's to write is left alone.
func mutate(s source, object any) { change(s, reflect.ValueOf(object).Elem()) }

func change(s source, v reflect.Value) {
	if scalar(s, v) {
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		changeStruct(s, v)
	case reflect.Pointer:
		switch {
		case v.IsNil():
			fill(s, v, 3)
		case s.chance(8):
			v.SetZero()
		default:
			change(s, v.Elem())
		}
	case reflect.Slice:
		changeSlice(s, v)
	case reflect.Map:
		changeMap(s, v)
	}
}

// changeStruct prefers fields that are set: most places of an object are empty, and most rules speak of the others.
func changeStruct(s source, v reflect.Value) {
	var set, all []reflect.Value
	for i := range v.NumField() {
		if ignored(v.Type().Field(i)) {
			continue
		}
		all = append(all, v.Field(i))
		if !v.Field(i).IsZero() {
			set = append(set, v.Field(i))
		}
	}
	if len(set) > 0 && !s.chance(3) {
		all = set
	}
	if len(all) > 0 {
		change(s, all[s.IntN(len(all))])
	}
}

// ignored are fields that a store settles, and the raw JSON of managed fields.
func ignored(f reflect.StructField) bool {
	switch f.Name {
	case "TypeMeta", "ManagedFields", "ResourceVersion", "UID", "Namespace", "SelfLink":
		return true
	}
	return !f.IsExported()
}

func changeSlice(s source, v reflect.Value) {
	n := v.Len()
	choice := s.IntN(8)
	switch {
	case n == 0 || choice == 0:
		element := reflect.New(v.Type().Elem()).Elem()
		fill(s, element, 3)
		v.Set(reflect.Append(v, element))
	case choice == 1:
		v.SetLen(n - 1)
	case choice == 2:
		v.Set(reflect.Append(v, v.Index(s.IntN(n))))
	case choice == 3:
		i, j := s.IntN(n), s.IntN(n)
		reflect.Swapper(v.Interface())(i, j)
	default:
		change(s, v.Index(s.IntN(n)))
	}
}

func changeMap(s source, v reflect.Value) {
	if v.IsNil() {
		v.Set(reflect.MakeMap(v.Type()))
	}
	if v.Len() > 0 && s.chance(3) {
		clear := v.MapKeys()[0] // maps of a case have one or two keys; which goes is settled below
		for _, key := range v.MapKeys() {
			if key.String() < clear.String() {
				clear = key
			}
		}
		v.SetMapIndex(clear, reflect.Value{})
		return
	}
	key, element := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
	fill(s, key, 1)
	fill(s, element, 1)
	v.SetMapIndex(key, element)
}

// fill puts a small random value into v.
func fill(s source, v reflect.Value, depth int) {
	if scalar(s, v) {
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(s, v.Elem(), depth-1)
	case reflect.Struct:
		for i := range v.NumField() {
			if depth > 0 && !ignored(v.Type().Field(i)) && s.chance(max(3, v.NumField()/2)) {
				fill(s, v.Field(i), depth-1)
			}
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1+s.IntN(2), 2))
		for i := range v.Len() {
			fill(s, v.Index(i), depth-1)
		}
	case reflect.Map:
		changeMap(s, v)
	}
}

// scalar sets v if it is one value and has no parts worth walking into.
func scalar(s source, v reflect.Value) bool {
	switch v.Interface().(type) {
	case resource.Quantity:
		v.Set(reflect.ValueOf(resource.MustParse(pick(s, quantities...))))
		return true
	case metav1.Time:
		v.Set(reflect.ValueOf(metav1.Unix(int64(100*s.IntN(4)), 0)))
		return true
	case intstr.IntOrString:
		v.Set(reflect.ValueOf(intstr.Parse(pick(s, words...))))
		return true
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(word(s, v.Type()))
	case reflect.Bool:
		v.SetBool(s.chance(2))
	case reflect.Int32:
		v.SetInt(int64(int32(pick(s, numbers...))))
	case reflect.Int64:
		v.SetInt(pick(s, numbers...))
	case reflect.Uint8:
		v.SetUint(uint64(s.IntN(256)))
	default:
		return false
	}
	return true
}
