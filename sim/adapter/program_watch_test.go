package adapter_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	. "github.com/onsi/gomega"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/watch"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/jobsim/jobsim/sim"
	"github.com/jobsim/jobsim/sim/adapter"
	"github.com/jobsim/jobsim/sim/event"
)

// note describes a watch event with its virtual time.
func note(env *adapter.Env, e watch.Event) string {
	s := fmt.Sprint(env.Clock.Since(event.Epoch), " ", e.Type)
	if o, ok := e.Object.(client.Object); ok && e.Type != watch.Bookmark {
		s += " " + o.GetName()
	}
	return s
}

func TestProgramsWatch(t *testing.T) {
	g := NewWithT(t)
	var seen []string
	s := story()
	s.Until = time.Minute
	s.Jobs = append(s.Jobs, job("other"))
	s.Jobs[1].Labels = map[string]string{"app": "x"}
	s.Actions = []sim.Action{{When: sim.When{At: 5 * time.Second}, Job: "other", Delete: &sim.Delete{Propagation: "Background"}}}
	res := inBubble(t, s, func(ctx context.Context, env *adapter.Env) error {
		time.Sleep(time.Second)
		w, err := env.Watcher.Watch(ctx, &batchv1.JobList{}, client.MatchingLabels{"app": "x"}, client.InNamespace("default"),
			&client.ListOptions{Raw: &metav1.ListOptions{SendInitialEvents: new(true), AllowWatchBookmarks: true}})
		if err != nil {
			return err
		}
		go func() {
			for e := range w.ResultChan() {
				seen = append(seen, note(env, e))
				if e.Type == watch.Deleted {
					w.Stop()
				}
			}
			seen = append(seen, "closed")
		}()
		return until(ctx)
	})
	g.Expect(res.Failure).NotTo(HaveOccurred())
	g.Expect(seen).To(Equal([]string{"1s ADDED other", "1s BOOKMARK", "5s DELETED other", "closed"}))
	g.Expect(calls(res)).To(Equal([]string{"1s watch jobs"}))
}

func TestProgramsWatchFromAVersion(t *testing.T) {
	g := NewWithT(t)
	var seen []string
	res := inBubble(t, story(), func(ctx context.Context, env *adapter.Env) error {
		time.Sleep(time.Second)
		list := &batchv1.JobList{}
		if err := env.APIReader.List(ctx, list); err != nil {
			return err
		}
		_, err := env.Watcher.Watch(ctx, list, &client.ListOptions{Raw: &metav1.ListOptions{ResourceVersion: "abc"}})
		seen = append(seen, fmt.Sprint(err != nil))
		_, err = env.Watcher.Watch(ctx, &corev1.SecretList{})
		seen = append(seen, fmt.Sprint(err != nil))
		w, err := env.Watcher.Watch(ctx, list, &client.ListOptions{Raw: &metav1.ListOptions{ResourceVersion: list.ResourceVersion}})
		if err != nil {
			return err
		}
		if err := env.Client.Create(ctx, job("new")); err != nil {
			return err
		}
		seen = append(seen, note(env, <-w.ResultChan()))
		return until(ctx)
	})
	g.Expect(res.Failure).NotTo(HaveOccurred())
	g.Expect(seen).To(Equal([]string{"true", "true", "1s ADDED new"}))
}

func TestEveryWatchOfAProgramBreaks(t *testing.T) {
	g := NewWithT(t)
	var closed []string
	s := story()
	s.Until = time.Minute
	s.Faults = []sim.Fault{{When: sim.When{At: 5 * time.Second}, Watch: &sim.WatchFault{Resource: "jobs", Break: true}}}
	inBubble(t, s, func(ctx context.Context, env *adapter.Env) error {
		for name, list := range map[string]client.ObjectList{"jobs": &batchv1.JobList{}, "jobs too": &batchv1.JobList{}, "pods": &corev1.PodList{}} {
			w, err := env.Watcher.Watch(ctx, list)
			if err != nil {
				return err
			}
			go func() {
				for range w.ResultChan() {
				}
				closed = append(closed, fmt.Sprint(env.Clock.Since(event.Epoch), " ", name))
			}()
		}
		return until(ctx)
	})
	slices.Sort(closed)
	g.Expect(closed).To(Equal([]string{"1m0s pods", "5s jobs", "5s jobs too"}))
}

func TestSlowWatchersAreCutOff(t *testing.T) {
	g := NewWithT(t)
	read := 0
	s := story()
	s.Until = 10 * time.Minute
	for n := range 150 {
		s.Actions = append(s.Actions, sim.Action{When: sim.When{At: time.Second + time.Duration(n)}, Suspend: new(n%2 == 0)})
	}
	res := inBubble(t, s, func(ctx context.Context, env *adapter.Env) error {
		w, err := env.Watcher.Watch(ctx, &batchv1.JobList{})
		if err != nil {
			return err
		}
		time.Sleep(time.Minute)
		for range w.ResultChan() {
			read++
		}
		return until(ctx)
	})
	g.Expect(res.Failure).NotTo(HaveOccurred())
	g.Expect(read).To(Equal(100))
}

func TestProgramsMayChangeWhatTheyAreGiven(t *testing.T) {
	g := NewWithT(t)
	s := story()
	s.Until = time.Minute
	res := inBubble(t, s, func(ctx context.Context, env *adapter.Env) error {
		w, err := env.Watcher.Watch(ctx, &batchv1.JobList{})
		if err != nil {
			return err
		}
		(<-w.ResultChan()).Object.(*batchv1.Job).Name = "changed"
		return until(ctx)
	})
	g.Expect(res.Jobs[0].Name).To(Equal("work"))
}
