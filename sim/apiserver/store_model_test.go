package apiserver

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	apiequality "k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/watch"
	"pgregory.net/rapid"
)

// machine drives a server and its model.
type machine struct {
	c     *cluster
	model model
	// copies are deep copies of everything that was ever stored, taken when it was.
	copies map[Object]Object
	// views are what watches with different delays have been told.
	views []map[string]string
}

func newMachine(t *rapid.T) *machine {
	m := &machine{c: newCluster(nopTB{}, Options{}), model: model{version: 1, objects: map[Key]*modelled{}}, copies: map[Object]Object{}}
	m.c.WithT = gomega.NewWithT(t)
	for _, r := range []Resource{Jobs, Pods} {
		m.c.server.Subscribe(r, func(change Change) {
			for _, o := range []Object{change.Old, change.New} {
				if o != nil && m.copies[o] == nil {
					m.copies[o] = o.DeepCopyObject().(Object)
				}
			}
		})
		for lag := range 3 {
			m.follow(r, time.Duration(lag)*time.Millisecond)
		}
	}
	return m
}

// nopTB stands in where the test is known only later.
type nopTB struct{ testing.TB }

func (nopTB) Helper() {}

// follow keeps a view as a cache does.
func (m *machine) follow(r Resource, lag time.Duration) {
	view := map[string]string{}
	m.views = append(m.views, view)
	_, err := m.c.user.Watch(WatchOptions{Selection: Selection{Resource: r}, From: "1",
		Lag: func(Change) time.Duration { return lag }}, func(e WatchEvent) {
		name := e.Object.GetName()
		_, known := view[name]
		m.c.Expect(known).To(gomega.Equal(e.Type != watch.Added), "%s of %s", e.Type, name)
		if e.Type == watch.Deleted {
			delete(view, name)
		} else {
			view[name] = e.Object.GetResourceVersion()
		}
	})
	m.c.Expect(err).NotTo(gomega.HaveOccurred())
}

func drawKey(t *rapid.T) Key {
	return Key{
		Resource:  rapid.SampledFrom([]Resource{Jobs, Pods}).Draw(t, "resource"),
		Namespace: "default", Name: rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "name"),
	}
}

func (m *machine) create(t *rapid.T) {
	k := drawKey(t)
	finalizers := rapid.SampledFrom([][]string{nil, {"x.io/1"}, {"x.io/1", "x.io/2"}}).Draw(t, "finalizers")
	var obj Object = newJob(k.Name)
	if k.Resource == Pods {
		obj = newPod(k.Name)
	}
	obj.SetFinalizers(slices.Clone(finalizers))
	_, err := m.c.user.Create(obj)
	if m.model.objects[k] != nil {
		m.c.Expect(apierrors.IsAlreadyExists(err)).To(gomega.BeTrue())
		return
	}
	m.c.Expect(err).NotTo(gomega.HaveOccurred())
	o := &modelled{finalizers: slices.Clone(finalizers)}
	m.model.objects[k] = o
	m.model.bump(o)
}

// write updates a label through any of the ways there are, perhaps from a stale copy.
func (m *machine) write(t *rapid.T) {
	k := drawKey(t)
	old, o := m.c.server.store.get(k), m.model.objects[k]
	if o == nil {
		_, err := m.c.user.Update(newOf(k))
		m.c.Expect(apierrors.IsNotFound(err)).To(gomega.BeTrue())
		return
	}
	label := rapid.SampledFrom([]string{"x", "y"}).Draw(t, "label")
	stale := rapid.IntRange(0, 3).Draw(t, "stale") == 0
	changed := old.DeepCopyObject().(Object)
	changed.SetLabels(mergeStrings(changed.GetLabels(), map[string]*string{"l": &label}))
	if stale {
		changed.SetResourceVersion("1")
	}
	var err error
	switch rapid.IntRange(0, 2).Draw(t, "way") {
	case 0:
		_, err = m.c.user.Update(changed)
	case 1:
		_, err = m.c.user.UpdateStatus(changed)
	default:
		_, err = m.c.user.Patch(k, "", merge, fmt.Appendf(nil, `{"metadata":{"resourceVersion":%q,"labels":{"l":%q}}}`,
			changed.GetResourceVersion(), label))
	}
	if stale {
		m.c.Expect(apierrors.IsConflict(err)).To(gomega.BeTrue())
		return
	}
	m.c.Expect(err).NotTo(gomega.HaveOccurred())
	if o.label != label {
		o.label = label
		m.model.bump(o)
	}
}

func newOf(k Key) Object {
	if k.Resource == Jobs {
		return newJob(k.Name)
	}
	return newPod(k.Name)
}

func (m *machine) dropFinalizer(t *rapid.T) {
	k := drawKey(t)
	name := rapid.SampledFrom([]string{"x.io/1", "x.io/2"}).Draw(t, "finalizer")
	_, err := m.c.user.Patch(k, "", strategic, fmt.Appendf(nil, `{"metadata":{"$deleteFromPrimitiveList/finalizers":[%q]}}`, name))
	if m.model.objects[k] == nil {
		m.c.Expect(apierrors.IsNotFound(err)).To(gomega.BeTrue())
		return
	}
	m.c.Expect(err).NotTo(gomega.HaveOccurred())
	m.model.dropFinalizer(k, name)
}

func (m *machine) delete(t *rapid.T) {
	k := drawKey(t)
	grace := rapid.SampledFrom([]int64{-1, 0, 10, 40}).Draw(t, "grace")
	options := withPolicy(metav1.DeletePropagationBackground)
	if grace >= 0 {
		options.GracePeriodSeconds = &grace
	}
	err := m.c.user.Delete(k, options)
	if m.model.objects[k] == nil {
		m.c.Expect(apierrors.IsNotFound(err)).To(gomega.BeTrue())
		return
	}
	m.c.Expect(err).NotTo(gomega.HaveOccurred())
	m.model.delete(k, grace)
}

func (m *machine) bind(t *rapid.T) {
	k := drawKey(t)
	k.Resource = Pods
	err := m.c.server.As("scheduler").Bind(k.Namespace, k.Name, "n")
	switch o := m.model.objects[k]; {
	case o == nil:
		m.c.Expect(apierrors.IsNotFound(err)).To(gomega.BeTrue())
	case o.deleting || o.node:
		m.c.Expect(apierrors.IsConflict(err)).To(gomega.BeTrue())
	default:
		m.c.Expect(err).NotTo(gomega.HaveOccurred())
		o.node = true
		m.model.bump(o)
	}
}

// refused writes leave nothing behind.
func (m *machine) refused(t *rapid.T) {
	k := drawKey(t)
	if m.model.objects[k] == nil {
		return
	}
	for _, patch := range []string{`{"metadata":{"labels":{"-":""}}}`, `{"metadata":{"uid":"x"}}`, `{"spec":{"template":7,"containers":7}}`} {
		_, err := m.c.user.Patch(k, "", merge, []byte(patch))
		m.c.Expect(apierrors.IsInvalid(err)).To(gomega.BeTrue(), "%s: %v", patch, err)
	}
}

func (m *machine) pass(t *rapid.T) {
	for range rapid.IntRange(1, 5).Draw(t, "events") {
		m.c.queue.Step()
	}
}

func (m *machine) check(*rapid.T) {
	m.c.Expect(m.c.server.store.version).To(gomega.Equal(m.model.version))
	for _, r := range []Resource{Jobs, Pods} {
		objects, _, err := m.c.user.List(Selection{Resource: r})
		m.c.Expect(err).NotTo(gomega.HaveOccurred())
		var modelled int
		for k := range m.model.objects {
			if k.Resource == r {
				modelled++
			}
		}
		m.c.Expect(objects).To(gomega.HaveLen(modelled))
		for _, obj := range objects {
			m.compare(obj, m.model.objects[KeyOf(obj)])
		}
	}
}

func (m *machine) compare(obj Object, o *modelled) {
	m.c.Expect(o).NotTo(gomega.BeNil(), "%s is stored", KeyOf(obj))
	m.c.Expect(obj.GetResourceVersion()).To(gomega.Equal(fmt.Sprint(o.version)))
	m.c.Expect(obj.GetLabels()["l"]).To(gomega.Equal(o.label))
	m.c.Expect(slices.Equal(obj.GetFinalizers(), o.finalizers)).To(gomega.BeTrue())
	m.c.Expect(obj.GetDeletionTimestamp() != nil).To(gomega.Equal(o.deleting))
	if o.deleting {
		m.c.Expect(*obj.GetDeletionGracePeriodSeconds()).To(gomega.Equal(o.grace))
	}
	if pod, ok := obj.(*corev1.Pod); ok {
		m.c.Expect(pod.Spec.NodeName != "").To(gomega.Equal(o.node))
	}
}

// The server against a naive model, over random sequences of requests. At the end every watch has told the truth, and
// no object that was ever stored has changed since.
func TestServerIsAMapAndACounter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := newMachine(t)
		t.Repeat(map[string]func(*rapid.T){
			"create": m.create, "write": m.write, "dropFinalizer": m.dropFinalizer, "delete": m.delete,
			"bind": m.bind, "refused": m.refused, "pass": m.pass, "": m.check,
		})
		for m.c.queue.Step() {
		}
		for i, view := range m.views {
			want := map[string]string{}
			for k, o := range m.model.objects {
				if (k.Resource == Pods) == (i >= len(m.views)/2) {
					want[k.Name] = fmt.Sprint(o.version)
				}
			}
			m.c.Expect(view).To(gomega.Equal(want), "the view of watch %d", i)
		}
		for obj, copied := range m.copies {
			if !apiequality.Semantic.DeepEqual(obj, copied) {
				t.Fatalf("%s at %s has changed after it was stored:\n%+v\n%+v", KeyOf(obj), copied.GetResourceVersion(), copied, obj)
			}
		}
	})
}
