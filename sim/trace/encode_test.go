package trace

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/onsi/gomega"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"pgregory.net/rapid"
)

func encoded(t interface{ Fatalf(string, ...any) }, tr *Trace) string {
	var b bytes.Buffer
	if err := tr.Encode(&b); err != nil {
		t.Fatalf("Encode: %v", err)
	}
	return b.String()
}

func TestEncodeIsCanonical(t *testing.T) {
	g := gomega.NewWithT(t)
	pod := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: "p<1>"}}
	var tr Trace
	tr.Append(Entry{Kind: Call, Actor: "controller", Instance: 2, Verb: "create", Resource: "pods", Namespace: "default",
		Name: "p<1>", Object: pod})
	tr.Append(Entry{At: 91500 * time.Millisecond, Cause: 1, Kind: Container, Actor: "kubelet", Verb: "backoff",
		Name: "p<1>", Container: "main", Wait: 10 * time.Second})
	want := `{"seq":1,"at":"0s","kind":"call","actor":"controller","instance":2,"verb":"create","resource":"pods",` +
		`"namespace":"default","name":"p<1>","object":{"apiVersion":"v1","kind":"Pod","metadata":{"name":"p<1>",` +
		`"namespace":"default"},"spec":{"containers":null},"status":{}}}` + "\n" +
		`{"seq":2,"at":"1m31.5s","cause":1,"kind":"container","actor":"kubelet","verb":"backoff","name":"p<1>",` +
		`"container":"main","wait":"10s"}` + "\n"
	g.Expect(encoded(t, &tr)).To(gomega.Equal(want))
	g.Expect(tr.Hash()).To(gomega.HaveLen(64))

	// An object that says its kind itself is the same object.
	same := *pod
	same.TypeMeta = metav1.TypeMeta{APIVersion: "v1", Kind: "Pod"}
	tr.Entries[0].Object = &same
	g.Expect(encoded(t, &tr)).To(gomega.Equal(want))
	g.Expect(same.Kind).To(gomega.Equal("Pod"), "the shared object must not be changed")
}

func TestHashTellsTracesApart(t *testing.T) {
	g := gomega.NewWithT(t)
	a, b := crashLoop(), crashLoop()
	g.Expect(a.Hash()).To(gomega.Equal(b.Hash()))
	b.Entries[3].Lost = true
	g.Expect(a.Hash()).NotTo(gomega.Equal(b.Hash()))
	g.Expect((&Trace{}).Hash()).To(gomega.Equal("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"))
}

func TestRoundTrip(t *testing.T) {
	for name, s := range map[string]*story{"crash loop": crashLoop(), "node lost": nodeLost(), "many": many()} {
		t.Run(name, func(t *testing.T) {
			g := gomega.NewWithT(t)
			text := encoded(t, s.Trace)
			back, err := Decode(strings.NewReader(text))
			g.Expect(err).NotTo(gomega.HaveOccurred())
			g.Expect(encoded(t, back)).To(gomega.Equal(text))
			i, _, _ := FirstDifference(s.Trace, back)
			g.Expect(i).To(gomega.Equal(-1))
		})
	}
}

func TestDecodeGivesTypedObjects(t *testing.T) {
	g := gomega.NewWithT(t)
	custom := &unstructured.Unstructured{Object: map[string]any{"apiVersion": "example.com/v1", "kind": "Thing",
		"metadata": map[string]any{"name": "x"}}}
	var tr Trace
	job := &batchv1.Job{ObjectMeta: metav1.ObjectMeta{Name: "j"}}
	tr.Append(Entry{Kind: Call, Object: job})
	tr.Append(Entry{Kind: Call, Object: custom})
	tr.Append(Entry{Kind: Delivery, Object: job})
	back, err := Decode(strings.NewReader(encoded(t, &tr) + "\n"))
	g.Expect(err).NotTo(gomega.HaveOccurred())
	g.Expect(back.Entries[0].Object).To(gomega.Equal(job))
	g.Expect(back.Entries[1].Object).To(gomega.Equal(custom))
	g.Expect(back.Entries[2].Object).To(gomega.BeIdenticalTo(back.Entries[0].Object), "equal objects are shared")
}

func TestDecodeNamesTheLine(t *testing.T) {
	ok := `{"seq":1,"at":"5s","kind":"log"}` + "\n"
	for _, c := range []struct{ name, text, want string }{
		{"not JSON", ok + "hello", "line 2: expected the JSON of one entry"},
		{"unknown field", `{"seq":1,"at":"0s","kind":"log","colour":"red"}`, `unknown field "colour"`},
		{"two on a line", `{"seq":1,"at":"0s","kind":"log"} {}`, "found more behind it"},
		{"seq", ok + ok, "line 2: seq: expected 2, the number of the entry, found 1"},
		{"cause", `{"seq":1,"cause":1,"at":"0s","kind":"log"}`, "cause: expected an earlier entry than 1"},
		{"kind", `{"seq":1,"at":"0s","kind":"rumour"}`, `kind: expected one of [call removed`},
		{"at", `{"seq":1,"at":"noon","kind":"log"}`, `at: expected a duration since the start such as 1m31s, found "noon"`},
		{"time goes back", ok + `{"seq":2,"at":"4s","kind":"log"}`, "line 2: at: expected no time before 5s"},
		{"wait", `{"seq":1,"at":"0s","kind":"container","wait":"a while"}`, "wait: expected a duration"},
		{"object", `{"seq":1,"at":"0s","kind":"call","object":{"kind":"Pod"}}`, "object: expected a Kubernetes object"},
		{"list", `{"seq":1,"at":"0s","kind":"call","object":{"apiVersion":"v1","kind":"PodList"}}`, "got a PodList"},
		{"long line", ok + strings.Repeat(" ", longestLine+1), "line 2: expected at most"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Decode(strings.NewReader(c.text))
			gomega.NewWithT(t).Expect(err).To(gomega.MatchError(gomega.ContainSubstring(c.want)))
		})
	}
}

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, errors.New("disk full") }
func (broken) Read([]byte) (int, error)  { return 0, errors.New("cable cut") }

func TestErrorsOfReaderAndWriter(t *testing.T) {
	g := gomega.NewWithT(t)
	g.Expect(crashLoop().Encode(broken{})).To(gomega.MatchError("disk full"))
	_, err := Decode(broken{})
	g.Expect(err).To(gomega.MatchError(gomega.ContainSubstring("after line 0: cable cut")))
}

func TestObjectsWithoutJSON(t *testing.T) {
	g := gomega.NewWithT(t)
	var tr Trace
	tr.Append(Entry{Kind: Call, Resource: "things", Name: "x",
		Object: &unstructured.Unstructured{Object: map[string]any{"f": func() {}}}})
	g.Expect(tr.Encode(&bytes.Buffer{})).To(gomega.MatchError(gomega.ContainSubstring("trace entry 1: object things /x")))
	g.Expect(tr.Hash()).NotTo(gomega.Equal((&Trace{}).Hash()))
	i, _, _ := FirstDifference(&tr, &Trace{Entries: []Entry{{Seq: 1, Kind: Call}}})
	g.Expect(i).To(gomega.Equal(0))
}

func TestFirstDifference(t *testing.T) {
	g := gomega.NewWithT(t)
	a, b := crashLoop(), crashLoop()
	i, _, _ := FirstDifference(a.Trace, b.Trace)
	g.Expect(i).To(gomega.Equal(-1))

	b.Entries[6].Name = "another"
	i, ea, eb := FirstDifference(a.Trace, b.Trace)
	g.Expect(i).To(gomega.Equal(6))
	g.Expect(ea).To(gomega.BeIdenticalTo(&a.Entries[6]))
	g.Expect(eb.Name).To(gomega.Equal("another"))

	shorter := &Trace{Entries: a.Entries[:4]}
	i, ea, eb = FirstDifference(shorter, a.Trace)
	g.Expect(i).To(gomega.Equal(4))
	g.Expect(ea).To(gomega.BeNil())
	g.Expect(eb.Seq).To(gomega.Equal(5))
}

// anyTrace draws entries with all kinds of fields. Objects repeat, as they do in real traces.
func anyTrace(t *rapid.T) *Trace {
	gone := apierrors.NewNotFound(schema.GroupResource{Resource: "pods"}, "p").Status()
	stories := []func() *story{crashLoop, doubling, fiveByTwo, nodeLost}
	source := stories[rapid.IntRange(0, len(stories)-1).Draw(t, "story")]().Entries
	word := rapid.SampledFrom([]string{"", "pods", "jobs", "a\tb", "snow ☃", "<x>", "\u2028", "status"})
	var tr Trace
	var at time.Duration
	for i := range rapid.IntRange(0, 30).Draw(t, "entries") {
		e := source[rapid.IntRange(0, len(source)-1).Draw(t, "like")]
		at += time.Duration(rapid.Int64Range(0, int64(5*time.Minute)).Draw(t, "gap"))
		e.At, e.Cause = at, rapid.IntRange(0, i).Draw(t, "cause")
		if rapid.IntRange(0, 3).Draw(t, "odd") == 0 {
			e.Kind = rapid.SampledFrom(kinds()).Draw(t, "kind")
			e.Verb, e.Text, e.Name = word.Draw(t, "verb"), word.Draw(t, "text"), word.Draw(t, "name")
			e.Lost = rapid.Bool().Draw(t, "lost")
			e.Wait = time.Duration(rapid.Int64Range(0, 1e12).Draw(t, "wait"))
			e.Code = rapid.IntRange(-1, 255).Draw(t, "code")
			if rapid.Bool().Draw(t, "refused") {
				e.Status, e.Object = &gone, nil
			}
		}
		tr.Append(e)
	}
	return &tr
}

func TestRoundTripOfAnyTrace(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tr := anyTrace(t)
		text := encoded(t, tr)
		back, err := Decode(strings.NewReader(text))
		if err != nil {
			t.Fatalf("Decode: %v", err)
		}
		if got := encoded(t, back); got != text {
			t.Fatalf("came back as\n%s\nwas\n%s", got, text)
		}
		for i := range tr.Entries {
			want, got := tr.Entries[i], back.Entries[i]
			want.Object, got.Object, want.Status, got.Status = nil, nil, nil, nil
			if want != got {
				t.Fatalf("entry %d came back as %+v, was %+v", i, got, want)
			}
		}
	})
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(encoded(f, &Trace{Entries: crashLoop().Entries[:3]})))
	f.Add([]byte(`{"seq":1,"at":"0s","kind":"call","object":{"apiVersion":"example.com/v1","kind":"Thing","metadata":{}}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		tr, err := Decode(bytes.NewReader(data))
		if err != nil {
			return
		}
		back, err := Decode(strings.NewReader(encoded(t, tr)))
		if err != nil {
			t.Fatalf("what Encode wrote cannot be read: %v", err)
		}
		if i, _, _ := FirstDifference(tr, back); i >= 0 {
			t.Fatalf("entry %d is not the same after another round", i)
		}
	})
}

func BenchmarkEncode(b *testing.B) {
	tr := many().Trace
	for b.Loop() {
		tr.Hash()
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(tr.Entries)), "ns/entry")
}

// Of two goroutines that say something at one instant either may be first.
func TestWordsAtOneInstantHaveNoOrder(t *testing.T) {
	g := gomega.NewWithT(t)
	say := func(at time.Duration, words ...string) *Trace {
		var told Trace
		for _, text := range words {
			told.Append(Entry{Kind: Log, At: at, Actor: "controller", Instance: 1, Text: text})
		}
		return &told
	}
	index, _, _ := FirstDifference(say(time.Second, "a", "b"), say(time.Second, "b", "a"))
	g.Expect(index).To(gomega.Equal(-1))
	index, _, _ = FirstDifference(say(time.Second, "a", "b"), say(time.Minute, "a", "b"))
	g.Expect(index).To(gomega.Equal(0))
	index, _, _ = FirstDifference(say(time.Second, "a", "b"), say(time.Second, "a"))
	g.Expect(index).To(gomega.Equal(1))
}
