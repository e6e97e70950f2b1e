package fakes

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/strategicpatch"
	"k8s.io/client-go/tools/record"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// fakeClient reads from the cache of the world and writes to its store.
type fakeClient struct {
	client.Client
	w *world
}

func notFound(resource, name string) error {
	return apierrors.NewNotFound(schema.GroupResource{Resource: resource}, name)
}

func (c *fakeClient) IndexField(_ context.Context, _ client.Object, field string, extract client.IndexerFunc) error {
	c.w.indexes[field] = extract
	return nil
}

func (c *fakeClient) Get(_ context.Context, key client.ObjectKey, into client.Object, _ ...client.GetOption) error {
	switch into := into.(type) {
	case *batchv1.Job:
		for _, job := range c.w.cached.jobs {
			if job.Name == key.Name {
				job.DeepCopyInto(into)
				return nil
			}
		}
	case *corev1.Pod:
		for _, pod := range c.w.cached.pods {
			if pod.Name == key.Name {
				pod.DeepCopyInto(into)
				return nil
			}
		}
	}
	return notFound("objects", key.Name)
}

func (c *fakeClient) List(_ context.Context, list client.ObjectList, opts ...client.ListOption) error {
	options := (&client.ListOptions{}).ApplyOptions(opts)
	if jobs, ok := list.(*batchv1.JobList); ok {
		for _, job := range c.w.cached.jobs {
			jobs.Items = append(jobs.Items, *job)
		}
		return nil
	}
	req := options.FieldSelector.Requirements()[0]
	pods := list.(*corev1.PodList)
	for _, pod := range c.w.cached.pods {
		if slices.Contains(c.w.indexes[req.Field](pod), req.Value) {
			pods.Items = append(pods.Items, *pod)
		}
	}
	return nil
}

func (c *fakeClient) Create(_ context.Context, o client.Object, _ ...client.CreateOption) error {
	pod := o.(*corev1.Pod)
	return c.w.call("create "+pod.GenerateName, func() error {
		c.w.created++
		pod.Name = pod.GenerateName + strconv.Itoa(c.w.created)
		pod.UID = types.UID("uid-" + pod.Name)
		pod.Status.Phase = corev1.PodPending
		*pod = *c.w.addPod(pod).DeepCopy()
		return nil
	})
}

func (c *fakeClient) Delete(_ context.Context, o client.Object, _ ...client.DeleteOption) error {
	return c.w.call("delete "+o.GetName(), func() error {
		if !slices.ContainsFunc(c.w.pods, func(p *corev1.Pod) bool { return p.Name == o.GetName() }) {
			return notFound("pods", o.GetName())
		}
		c.w.setPod(o.GetName(), func(p *corev1.Pod) {
			p.DeletionTimestamp = new(metav1.NewTime(c.w.now.Add(30 * time.Second)))
			p.DeletionGracePeriodSeconds = new(int64(30))
		})
		return nil
	})
}

func (c *fakeClient) Patch(_ context.Context, o client.Object, patch client.Patch, _ ...client.PatchOption) error {
	data, err := patch.Data(o)
	if err != nil {
		return err
	}
	verb := "free "
	switch {
	case strings.Contains(string(data), `"$patch":"delete"`):
		verb = "release "
	case strings.Contains(string(data), "ownerReferences"):
		verb = "adopt "
	}
	return c.w.call(verb+o.GetName(), func() error {
		if !slices.ContainsFunc(c.w.pods, func(p *corev1.Pod) bool { return p.Name == o.GetName() }) {
			return notFound("pods", o.GetName())
		}
		if version := patchedVersion(data); version != "" && version != c.w.pod(o.GetName()).ResourceVersion {
			return apierrors.NewConflict(schema.GroupResource{Resource: "pods"}, o.GetName(), errInjected)
		}
		fresh := c.w.setPod(o.GetName(), func(p *corev1.Pod) { applyPatch(c.w.t, p, data) })
		o.(*metav1.PartialObjectMetadata).ObjectMeta = *fresh.ObjectMeta.DeepCopy()
		return nil
	})
}

func patchedVersion(data []byte) string {
	var patch metav1.PartialObjectMetadata
	_ = json.Unmarshal(data, &patch)
	return patch.ResourceVersion
}

func applyPatch(t testing.TB, pod *corev1.Pod, data []byte) {
	before, err := json.Marshal(pod)
	if err != nil {
		t.Fatal(err)
	}
	merged, err := strategicpatch.StrategicMergePatch(before, data, corev1.Pod{})
	if err != nil {
		t.Fatal(err)
	}
	*pod = corev1.Pod{}
	if err := json.Unmarshal(merged, pod); err != nil {
		t.Fatal(err)
	}
}

func (c *fakeClient) Status() client.SubResourceWriter { return &statusWriter{w: c.w} }

type statusWriter struct {
	client.SubResourceWriter
	w *world
}

func (s *statusWriter) Update(_ context.Context, o client.Object, _ ...client.SubResourceUpdateOption) error {
	job := o.(*batchv1.Job)
	return s.w.call("status "+describe(&job.Status), func() error {
		if len(s.w.jobs) == 0 || s.w.job().UID != job.UID {
			return notFound("jobs", job.Name)
		}
		if s.w.job().ResourceVersion != job.ResourceVersion {
			return apierrors.NewConflict(schema.GroupResource{Group: "batch", Resource: "jobs"}, job.Name, errInjected)
		}
		next := s.w.job().DeepCopy()
		next.Status = *job.Status.DeepCopy()
		*job = *s.w.putJob(next).DeepCopy()
		return nil
	})
}

// describe puts a status into a few words.
func describe(s *batchv1.JobStatus) string {
	u := s.UncountedTerminatedPods
	if u == nil {
		u = &batchv1.UncountedTerminatedPods{}
	}
	text := fmt.Sprintf("active=%d succeeded=%d+%d failed=%d+%d",
		s.Active, s.Succeeded, len(u.Succeeded), s.Failed, len(u.Failed))
	if s.Terminating != nil && *s.Terminating > 0 {
		text += fmt.Sprintf(" terminating=%d", *s.Terminating)
	}
	for _, c := range s.Conditions {
		text += fmt.Sprintf(" %s=%s", c.Type, c.Status)
	}
	return text
}

type liveReader struct {
	client.Reader
	w *world
}

func (l *liveReader) Get(_ context.Context, key client.ObjectKey, into client.Object, _ ...client.GetOption) error {
	return l.w.call("get "+key.Name, func() error {
		for _, job := range l.w.jobs {
			if job.Name == key.Name {
				job.DeepCopyInto(into.(*batchv1.Job))
				return nil
			}
		}
		return notFound("jobs", key.Name)
	})
}

type recorder struct {
	record.EventRecorder
	w *world
}

func (r *recorder) Event(_ runtime.Object, kind, reason, message string) {
	r.w.events = append(r.w.events, kind+" "+reason+" "+message)
}
