package scenarios

import (
	"encoding/json"
	"reflect"
	"testing"

	"github.com/onsi/gomega"
	batchv1 "k8s.io/api/batch/v1"
	"sigs.k8s.io/yaml"
)

// TestYAMLMeansWhatKubectlSays compares with the library that kubectl reads manifests with.
func TestYAMLMeansWhatKubectlSays(t *testing.T) {
	for _, text := range []string{
		"a: yes", "a: 'yes'", "a: !!str yes", "a: on", "a: n", "a: Off", "a: NO", "a: true", "a: False", "a: TRUE",
		"a: 12", "a: 0x1F", "a: 0o17", "a: 017", "a: 0b11", "a: 1_000", "a: -7", "a: +7", "a: 1.5", "a: 1e3", "a: 1.0", "a: .5",
		"a: 9223372036854775807", "a: 18446744073709551615", "a: 123456789012345678901234567890",
		"a: null", "a: ~", "a:", "a: ''", "a: 2001-01-01", "a: 2001-01-01T00:00:00Z", "a: 12:30:45", "a: 1.2.3", "a: 10%", "a: <<",
		"yes: b", "12: b", "true: b", "0x10: b", "a: |\n  x\n  y\n", "a: >\n  x\n  y\n", "a: \"\\u00e9\\n\"", "a: [1, {b: c}]",
		"a: &x {b: c}\nd: *x", "a: &x {b: c, e: f}\nd: {<<: *x, e: g}", "a: &x {b: c}\nd: {e: f, <<: [*x, {h: i}]}",
		"a: <b>&c", "- a\n- b", "{\"a\": [true, null, 1.25]}",
	} {
		t.Run(text, func(t *testing.T) {
			g := gomega.NewWithT(t)
			want, err := yaml.YAMLToJSON([]byte(text))
			g.Expect(err).NotTo(gomega.HaveOccurred())
			p := &problems{file: "x"}
			documents := parse(p, []byte(text))
			g.Expect(p.err()).NotTo(gomega.HaveOccurred())
			got := toJSON(p, documents[0], "")
			g.Expect(p.err()).NotTo(gomega.HaveOccurred())
			g.Expect(got).To(gomega.MatchJSON(want))
		})
	}
}

// TestEveryFieldOfAJobIsKnown compares our reading of the Go types, which serves to explain errors, with that of the
// JSON library, which decides what is an error.
func TestEveryFieldOfAJobIsKnown(t *testing.T) {
	seen := map[reflect.Type]bool{}
	var walk func(reflect.Type)
	walk = func(typ reflect.Type) {
		for typ.Kind() == reflect.Pointer || typ.Kind() == reflect.Slice || typ.Kind() == reflect.Map {
			typ = typ.Elem()
		}
		if typ.Kind() != reflect.Struct || seen[typ] || reflect.PointerTo(typ).Implements(reflect.TypeFor[json.Unmarshaler]()) {
			return
		}
		seen[typ] = true
		f := fieldsOf(typ)
		for _, name := range f.names {
			field := typ.FieldByIndex(f.index[name])
			text := []byte(`{"` + name + `": null}`)
			if err := yaml.UnmarshalStrict(text, reflect.New(typ).Interface()); err != nil {
				t.Errorf("%v: field %s is not known to JSON: %v", typ, name, err)
			}
			walk(field.Type)
		}
	}
	walk(reflect.TypeFor[batchv1.Job]())
	if len(seen) < 50 {
		t.Errorf("expected to see the many structs of a Job, found %d", len(seen))
	}
}
