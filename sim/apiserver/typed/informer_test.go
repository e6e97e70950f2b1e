package typed

import (
	"fmt"
	"slices"
	"testing"

	"github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/watch"
	"pgregory.net/rapid"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/jobsim/jobsim/sim/apiserver"
)

// versioned is a pod at a version, with an indexed label.
func versioned(name, version, label string) *corev1.Pod {
	pod := newPod(name)
	pod.ResourceVersion = version
	pod.Labels = map[string]string{"l": label}
	return pod
}

func byLabel(obj client.Object) []string { return []string{obj.GetLabels()["l"]} }

// told is a log of what handlers are told: "a 1->2".
func told(i *Informer) *[]string {
	var log []string
	version := func(obj apiserver.Object) string {
		if obj == nil {
			return "none"
		}
		return obj.GetResourceVersion()
	}
	i.Handle(func(old, obj apiserver.Object, initial bool) {
		either := obj
		if obj == nil {
			either = old
		}
		entry := fmt.Sprintf("%s %s->%s", either.GetName(), version(old), version(obj))
		if initial {
			entry += " initial"
		}
		log = append(log, entry)
	})
	return &log
}

func TestReplaceTellsTheDifference(t *testing.T) {
	g := gomega.NewWithT(t)
	i := newInformer(apiserver.Pods)
	log := told(i)
	i.Replace([]apiserver.Object{versioned("a", "1", ""), versioned("b", "2", ""), versioned("c", "3", "")}, "3", true)
	g.Expect(*log).To(gomega.Equal([]string{"a none->1 initial", "b none->2 initial", "c none->3 initial"}))
	*log = nil
	i.Replace([]apiserver.Object{versioned("d", "7", ""), versioned("a", "1", ""), versioned("c", "6", "")}, "8", false)
	g.Expect(*log).To(gomega.Equal([]string{"b 2->none", "d none->7", "c 3->6"}),
		"what has gone comes first, as with client-go's queue; what is the same is not told")
	g.Expect(i.LastSyncResourceVersion()).To(gomega.Equal("8"))
}

func TestApply(t *testing.T) {
	g := gomega.NewWithT(t)
	i := newInformer(apiserver.Pods)
	g.Expect(i.addIndex("l", byLabel)).To(gomega.Succeed())
	log := told(i)
	apply := func(kind watch.EventType, pod *corev1.Pod) {
		i.Apply(apiserver.WatchEvent{Type: kind, Object: pod, Version: pod.ResourceVersion})
	}
	apply(watch.Added, versioned("a", "1", "x"))
	apply(watch.Modified, versioned("a", "2", "y"))
	apply(watch.Modified, versioned("b", "3", "x"))
	apply(watch.Deleted, versioned("unknown", "4", "x"))
	apply(watch.Deleted, versioned("a", "5", "z")) // the last state differs from the one that was delivered
	apply(watch.Bookmark, versioned("", "6", ""))
	g.Expect(*log).To(gomega.Equal([]string{"a none->1", "a 1->2", "b none->3", "a 5->none"}))
	g.Expect(i.LastSyncResourceVersion()).To(gomega.Equal("6"))
	for value, want := range map[string]int{"x": 1, "y": 0, "z": 0} {
		found, err := i.candidates(fields.OneTermEqualSelector("l", value))
		g.Expect(err).NotTo(gomega.HaveOccurred())
		g.Expect(found).To(gomega.HaveLen(want), "index value %s", value)
	}
}

// naiveBucket is the bucket as a list.
type naiveBucket []apiserver.Object

func (n *naiveBucket) put(obj apiserver.Object) {
	for i, o := range *n {
		if nameOf(o) == nameOf(obj) {
			(*n)[i] = obj
			return
		}
	}
	*n = append(*n, obj)
}

func (n *naiveBucket) drop(name types.NamespacedName) {
	*n = slices.DeleteFunc(*n, func(o apiserver.Object) bool { return nameOf(o) == name })
}

func present(objects []apiserver.Object) []apiserver.Object {
	return slices.DeleteFunc(slices.Clone(objects), func(o apiserver.Object) bool { return o == nil })
}

func TestBucketIsAList(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b, naive := newBucket(), naiveBucket{}
		other := newBucket()
		name := func(t *rapid.T) string { return fmt.Sprint("p", rapid.IntRange(0, 99).Draw(t, "name")) }
		t.Repeat(map[string]func(*rapid.T){
			"put": func(t *rapid.T) {
				for range rapid.IntRange(1, 20).Draw(t, "count") { // many, so that gaps are closed
					obj := newPod(name(t))
					b.put(nameOf(obj), obj)
					naive.put(obj)
				}
			},
			"drop": func(t *rapid.T) {
				for range rapid.IntRange(1, 40).Draw(t, "count") {
					key := nameOf(newPod(name(t)))
					b.drop(key)
					naive.drop(key)
				}
			},
			"other": func(t *rapid.T) { obj := newPod(name(t)); other.put(nameOf(obj), obj) },
			"": func(t *rapid.T) {
				got := present(b.list())
				if !slices.Equal(got, naive) || b.live != len(naive) {
					t.Fatalf("%d objects, live %d; expected %d", len(got), b.live, len(naive))
				}
				if gaps := len(b.list()) - b.live; gaps > 32 && gaps > b.live+1 {
					t.Fatalf("%d gaps among %d objects", gaps, b.live)
				}
				for _, o := range naive {
					if b.get(nameOf(o)) != o {
						t.Fatalf("%s is not found", o.GetName())
					}
				}
				want := slices.DeleteFunc(slices.Clone(naive), func(o apiserver.Object) bool { return other.get(nameOf(o)) == nil })
				if common := other.common(b.list()); !slices.Equal(common, want) {
					t.Fatalf("%d in common, expected %d", len(common), len(want))
				}
			},
		})
	})
}

// An index finds what going through all objects finds, in the same order up to changes of the indexed value.
func TestIndexEqualsAScan(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		i := newInformer(apiserver.Pods)
		if err := i.addIndex("l", func(obj client.Object) []string {
			if l := obj.GetLabels()["l"]; l != "both" {
				return []string{l}
			}
			return []string{"x", "y", "x"}
		}); err != nil {
			t.Fatal(err)
		}
		version := 0
		draw := func(t *rapid.T) *corev1.Pod {
			version++
			name := rapid.SampledFrom([]string{"a", "b", "c", "d"}).Draw(t, "name")
			return versioned(name, fmt.Sprint(version), rapid.SampledFrom([]string{"x", "y", "both"}).Draw(t, "label"))
		}
		t.Repeat(map[string]func(*rapid.T){
			"change": func(t *rapid.T) {
				kind := rapid.SampledFrom([]watch.EventType{watch.Added, watch.Modified, watch.Deleted}).Draw(t, "kind")
				i.Apply(apiserver.WatchEvent{Type: kind, Object: draw(t)})
			},
			"relist": func(t *rapid.T) {
				list := naiveBucket{}
				for range rapid.IntRange(0, 4).Draw(t, "count") {
					list.put(draw(t))
				}
				i.Replace(list, "", false)
			},
			"": func(t *rapid.T) {
				for _, value := range []string{"x", "y"} {
					found, err := i.candidates(fields.OneTermEqualSelector("l", value))
					if err != nil {
						t.Fatal(err)
					}
					want := map[string]bool{}
					for _, o := range present(i.all.list()) {
						if l := o.GetLabels()["l"]; l == value || l == "both" {
							want[o.GetName()] = true
						}
					}
					got := present(found)
					for _, o := range got {
						if !want[o.GetName()] || i.get(nameOf(o)) != o {
							t.Fatalf("the index has %s at %s for %s", o.GetName(), o.GetResourceVersion(), value)
						}
					}
					if len(got) != len(want) {
						t.Fatalf("the index has %d objects for %s, expected %d", len(got), value, len(want))
					}
				}
			},
		})
	})
}
