// Package mutate makes small random changes to API objects, for the property tests of the packages beside it. It knows
// nothing of the objects: it walks to a random place and puts a value there that is known to upset some check.
//
//	job := validJob()
//	mutate.Object(t, job, 2)
package mutate

import (
	"reflect"

	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	"pgregory.net/rapid"
)

// Object makes count changes to what object points to. All choices come from t, so failures shrink.
func Object(t *rapid.T, object any, count int) {
	m := mutator{t}
	for range count {
		m.change(reflect.ValueOf(object).Elem())
	}
}

type mutator struct{ t *rapid.T }

// pick draws a number below n.
func (m mutator) pick(n int) int { return rapid.IntRange(0, n-1).Draw(m.t, "choice") }

// change walks from v to a place below it and changes that.
func (m mutator) change(v reflect.Value) {
	if m.scalar(v) {
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		m.changeStruct(v)
	case reflect.Pointer:
		switch {
		case v.IsNil():
			m.fill(v, 3)
		case m.pick(8) == 0:
			v.SetZero()
		default:
			m.change(v.Elem())
		}
	case reflect.Slice:
		m.changeSlice(v)
	case reflect.Map:
		m.changeMap(v)
	}
}

// changeStruct prefers fields that are set: most places of an object are empty, and most rules speak of the others.
func (m mutator) changeStruct(v reflect.Value) {
	var set, all []reflect.Value
	for i := range v.NumField() {
		name := v.Type().Field(i).Name
		if !v.Type().Field(i).IsExported() || name == "TypeMeta" || name == "ManagedFields" {
			continue // Neither is a matter of validation, and managed fields are JSON in disguise.
		}
		all = append(all, v.Field(i))
		if !v.Field(i).IsZero() {
			set = append(set, v.Field(i))
		}
	}
	fields := all
	if len(set) > 0 && m.pick(3) > 0 {
		fields = set
	}
	if len(fields) > 0 {
		m.change(fields[m.pick(len(fields))])
	}
}

func (m mutator) changeSlice(v reflect.Value) {
	n := v.Len()
	choice := m.pick(8)
	switch {
	case n == 0 || choice == 0:
		element := reflect.New(v.Type().Elem()).Elem()
		m.fill(element, 3)
		v.Set(reflect.Append(v.Slice3(0, n, n), element))
	case choice == 1:
		v.Set(v.Slice3(0, n-1, n-1))
	case choice == 2:
		v.Set(reflect.Append(v.Slice3(0, n, n), v.Index(m.pick(n))))
	default:
		m.change(v.Index(m.pick(n)))
	}
}

func (m mutator) changeMap(v reflect.Value) {
	changed := reflect.MakeMap(v.Type())
	for _, key := range v.MapKeys() {
		changed.SetMapIndex(key, v.MapIndex(key))
	}
	key := reflect.New(v.Type().Key()).Elem()
	m.fill(key, 1)
	element := reflect.New(v.Type().Elem()).Elem()
	m.fill(element, 1)
	changed.SetMapIndex(key, element)
	v.Set(changed)
}

// fill puts a small random value into v.
func (m mutator) fill(v reflect.Value, depth int) {
	if m.scalar(v) {
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		m.fill(v.Elem(), depth-1)
	case reflect.Struct:
		for i := range v.NumField() {
			if depth > 0 && v.Type().Field(i).IsExported() && m.pick(max(3, v.NumField()/2)) == 0 {
				m.fill(v.Field(i), depth-1)
			}
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1+m.pick(2), 2))
		for i := range v.Len() {
			m.fill(v.Index(i), depth-1)
		}
	case reflect.Map:
		m.changeMap(v)
	}
}

// scalar sets v if it is one value and has no parts worth walking into.
func (m mutator) scalar(v reflect.Value) bool {
	switch v.Interface().(type) {
	case resource.Quantity:
		v.Set(reflect.ValueOf(resource.MustParse(quantities()[m.pick(len(quantities()))])))
		return true
	case metav1.Time:
		v.Set(reflect.ValueOf(metav1.Unix(int64(100*m.pick(4)), int64(500*m.pick(2)))))
		return true
	case intstr.IntOrString:
		v.Set(reflect.ValueOf(intstr.Parse(words()[m.pick(len(words()))])))
		return true
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(words()[m.pick(len(words()))])
	case reflect.Bool:
		v.SetBool(m.pick(2) == 0)
	case reflect.Int32, reflect.Int64:
		v.SetInt(numbers()[m.pick(len(numbers()))])
	case reflect.Uint8:
		v.SetUint(uint64(m.pick(256)))
	default:
		return false
	}
	return true
}

func numbers() []int64 {
	return []int64{0, 1, 2, 3, -1, 5, 30, 255, 256, 600, 0o1777, 10_001, 100_001, 2147483647}
}

func quantities() []string {
	return []string{"0", "1", "2", "100m", "1Gi", "2Mi", "1500u", "-1"}
}

func words() []string {
	return []string{"", "a", "b", "main", "init", "vol", "A", "a/b", "a.io/b", "-bad", "x_y", "Always", "Never",
		"OnFailure", "In", "NotIn", "Exists", "Equal", "Lt", "NoExecute", "TCP", "True", "False", "Failed",
		"TerminatingOrFailed", "Indexed", "NonIndexed", "FailJob", "FailIndex", "Ignore", "0", "80", "0-1", "1,0",
		"img:latest", "img:1", "cpu", "memory", "hugepages-2Mi", "example.com/gpu", "None", "Default", "metadata.name",
		"metadata.labels['a']", "limits.cpu", "v1", "/p", "../x", "..x", "1.2.3.4", "::1", "job-name", "Complete",
		"Suspended", "Localhost", "RuntimeDefault", "Unconfined", "linux", "windows", "DoNotSchedule", "Honor",
		"Restart", "RestartAllContainers", "HTTP", "Bidirectional", "ReadWriteOnce", "kubernetes.io/hostname",
		"a-name-that-is-longer-than-the-sixty-three-characters-of-a-label", "beta.kubernetes.io/arch"}
}
