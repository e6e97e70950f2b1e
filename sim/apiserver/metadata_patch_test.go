package apiserver

import (
	"encoding/json"
	"testing"

	"github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	apiequality "k8s.io/apimachinery/pkg/api/equality"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"pgregory.net/rapid"
)

// drawMetadataPatch draws patches of metadata as clients write them, and some that only look so.
func drawMetadataPatch(t *rapid.T) []byte {
	name := rapid.SampledFrom([]string{"a", "b", "c", "example.com/hold", `q"uote`, "$patch", "ü"})
	value := rapid.OneOf(rapid.Just[any](nil), rapid.Map(rapid.SampledFrom([]string{"", "1", "null", "replace", "ü"}), asAny))
	list := rapid.Map(rapid.SliceOfN(name, 0, 3), func(l []string) any { return l })
	entries := rapid.Map(rapid.MapOfN(name, value, 0, 3), func(m map[string]any) any { return m })
	fields := map[string]*rapid.Generator[any]{
		"labels":                              rapid.OneOf(rapid.Just[any](nil), entries),
		"annotations":                         entries,
		"uid":                                 rapid.Map(rapid.SampledFrom([]string{"", "u1", "other"}), asAny),
		"resourceVersion":                     rapid.Map(rapid.SampledFrom([]string{"", "7", "8"}), asAny),
		"$deleteFromPrimitiveList/finalizers": rapid.OneOf(list, list, rapid.Just[any](nil)),
		"Labels":                              rapid.Just[any](map[string]any{"a": "x"}),
		"finalizers":                          list,
	}
	names := rapid.SampledFrom([]string{"labels", "annotations", "uid", "resourceVersion",
		"$deleteFromPrimitiveList/finalizers", "$deleteFromPrimitiveList/finalizers", "Labels", "finalizers"})
	metadata := map[string]any{}
	for _, field := range rapid.SliceOfNDistinct(names, 0, 3, rapid.ID[string]).Draw(t, "fields") {
		metadata[field] = fields[field].Draw(t, field)
	}
	patch := map[string]any{"metadata": metadata}
	if rapid.IntRange(0, 9).Draw(t, "more") == 0 {
		patch["spec"] = map[string]any{}
	}
	marshal := json.Marshal
	if rapid.Bool().Draw(t, "indent") {
		marshal = func(v any) ([]byte, error) { return json.MarshalIndent(v, " ", "\t") }
	}
	data, err := marshal(patch)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func asAny(s string) any { return s }

// Patches of metadata take a short cut. It must end where the long way ends.
func TestMetadataPatchesEqualTheLongWay(t *testing.T) {
	st := strategyOf(Pods)
	var short, long int
	rapid.Check(t, func(t *rapid.T) {
		old := newPod("p")
		old.ObjectMeta = metav1.ObjectMeta{
			Namespace: "default", Name: "p", UID: "u1", ResourceVersion: "7",
			Labels:      rapid.SampledFrom([]map[string]string{nil, {"a": "0"}, {"a": "0", "b": "1"}}).Draw(t, "labels"),
			Annotations: rapid.SampledFrom([]map[string]string{nil, {"a": "0"}}).Draw(t, "annotations"),
			Finalizers:  rapid.SampledFrom([][]string{nil, {"a"}, {"a", "example.com/hold", "b"}}).Draw(t, "finalizers"),
		}
		before := old.DeepCopy()
		kind := rapid.SampledFrom([]types.PatchType{merge, strategic, jsonPatch}).Draw(t, "kind")
		data := drawMetadataPatch(t)
		got, ok := patchMetadata(st, old, kind, data)
		if !apiequality.Semantic.DeepEqual(old, before) {
			t.Fatalf("%s was written into the old object", data)
		}
		if !ok {
			long++
			return
		}
		short++
		want, err := patchAny(st, old, kind, data)
		if err != nil {
			t.Fatalf("%s %s took the short cut; the long way ends with %v", kind, data, err)
		}
		evenConditions(got, want, old)
		if !apiequality.Semantic.DeepEqual(got, want) {
			t.Fatalf("%s %s\n  short cut %+v\n  long way  %+v", kind, data, got.(*corev1.Pod).ObjectMeta, want.(*corev1.Pod).ObjectMeta)
		}
	})
	if short < long/20 {
		t.Errorf("%d patches took the short cut, %d did not: hardly anything was tested", short, long)
	}
}

// evenConditions evens out the one difference that means nothing: the long way shows an empty uid or
// resourceVersion of the patch, the short cut leaves the old one, and both are no condition.
func evenConditions(got, want, old Object) {
	for _, o := range []Object{got, want} {
		if o.GetUID() == "" {
			o.SetUID(old.GetUID())
		}
		if o.GetResourceVersion() == "" {
			o.SetResourceVersion(old.GetResourceVersion())
		}
	}
}

// The hand-written parser agrees with the JSON decoder wherever it accepts.
func TestFinalizerPatchesAreParsedAsJSON(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		data := drawMetadataPatch(t)
		if i := rapid.IntRange(-len(data), len(data)-1).Draw(t, "damage"); i >= 0 {
			data[i] = rapid.SampledFrom([]byte(`{}[]",:x\ `)).Draw(t, "byte")
		}
		got, ok := parseFinalizerPatch(data)
		if !ok {
			return
		}
		var want metadataPatch
		if err := json.Unmarshal(data, &want); err != nil {
			t.Fatalf("%s was accepted; as JSON it is %v", data, err)
		}
		gomega.NewWithT(t).Expect(got).To(gomega.Equal(want), "%s", data)
	})
}

func TestFinalizerPatchesThatAreParsed(t *testing.T) {
	for patch, accepted := range map[string]bool{
		`{"metadata":{"uid":"6f","$deleteFromPrimitiveList/finalizers":["batch.kubernetes.io/job-tracking"]}}`: true,
		` { "metadata" : { "$deleteFromPrimitiveList/finalizers" : [ "a" , "b" ] , "uid" : "6f" } } `:          true,
		`{"metadata":{"resourceVersion":"7","uid":"6f"}}`:                                                      true,
		`{"metadata":{"resourceVersion":7}}`:                                                                   false,
		`{"metadata":{"uid":"6\u0066"}}`:                                                                       false,
		`{"metadata":{"uid":"é"}}`:                                                                             false,
		`{"metadata":{"labels":{}}}`:                                                                           false,
		`{"metadata":{"uid":"6f"}}x`:                                                                           false,
		`{"metadata":{"uid":"6f"},"spec":{}}`:                                                                  false,
		`{"metadata":{"$deleteFromPrimitiveList/finalizers":["a",]}}`:                                          false,
		`{"metadata":{"$deleteFromPrimitiveList/finalizers":["a" "b"]}}`:                                       false,
		`{"metadata":{"$deleteFromPrimitiveList/finalizers":"a"}}`:                                             false,
		`{"metadata":{"uid"`:                                                                                   false,
		`{"metadata":{"uid`:                                                                                    false,
		`{"spec":{}}`:                                                                                          false,
		``:                                                                                                     false,
	} {
		_, ok := parseFinalizerPatch([]byte(patch))
		gomega.NewWithT(t).Expect(ok).To(gomega.Equal(accepted), patch)
	}
}
