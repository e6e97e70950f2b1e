package apiserver

import (
	"fmt"
	"testing"
	"time"

	"github.com/onsi/gomega"
	batchv1 "k8s.io/api/batch/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/watch"
)

var allJobs = Selection{Resource: Jobs}

// label writes a label of a Job.
func (c *cluster) label(job *batchv1.Job, value string) *batchv1.Job {
	obj, err := c.user.Patch(KeyOf(job), "", merge, fmt.Appendf(nil, `{"metadata":{"labels":{"l":%q}}}`, value))
	c.Expect(err).NotTo(gomega.HaveOccurred())
	return obj.(*batchv1.Job)
}

func TestWatchFollowsChangesInOrder(t *testing.T) {
	c := newCluster(t, Options{})
	first := create(c, newJob("first"))
	log, _ := c.seen(WatchOptions{Selection: allJobs, From: first.ResourceVersion})
	second := create(c, newJob("second"))
	c.label(first, "x")
	create(c, newPod("unseen"))
	c.Expect(c.user.Delete(KeyOf(second), withPolicy(metav1.DeletePropagationBackground))).To(gomega.Succeed())
	c.Expect(*log).To(gomega.BeEmpty(), "a delivery is an event of its own")
	c.settle()
	c.Expect(*log).To(gomega.Equal([]string{"ADDED second@3", "MODIFIED first@4", "DELETED second@6"}))
}

func TestWatchTellsWhatCausedAnEvent(t *testing.T) {
	c := newCluster(t, Options{})
	var seqs, causes []int
	_, err := c.user.Watch(WatchOptions{Selection: allJobs, From: "1"}, func(e WatchEvent) {
		seqs, causes = append(seqs, e.Seq), append(causes, c.queue.Cause)
	})
	c.Expect(err).NotTo(gomega.HaveOccurred())
	c.label(create(c, newJob("pi")), "x")
	c.settle()
	c.Expect(seqs).To(gomega.Equal([]int{1, 2}))
	c.Expect(causes).To(gomega.Equal(seqs))
}

func TestWatchStarts(t *testing.T) {
	c := newCluster(t, Options{})
	b := create(c, newJob("b"))
	create(c, newJob("a"))
	c.label(b, "x")
	for name, test := range map[string]struct {
		options WatchOptions
		want    []string
	}{
		"from a version":                 {WatchOptions{Selection: allJobs, From: "2"}, []string{"ADDED a@3", "MODIFIED b@4"}},
		"from the newest":                {WatchOptions{Selection: allJobs, From: "4"}, []string{}},
		"from the beginning":             {WatchOptions{Selection: allJobs, From: "1"}, []string{"ADDED b@2", "ADDED a@3", "MODIFIED b@4"}},
		"from any version":               {WatchOptions{Selection: allJobs, From: "0"}, []string{"ADDED a@3", "ADDED b@4"}},
		"from nowhere":                   {WatchOptions{Selection: allJobs}, []string{"ADDED a@3", "ADDED b@4"}},
		"with initial events":            {WatchOptions{Selection: allJobs, From: "2", SendInitialEvents: true}, []string{"ADDED a@3", "ADDED b@4"}},
		"with bookmarks, but not asked":  {WatchOptions{Selection: allJobs, Bookmarks: true}, []string{"ADDED a@3", "ADDED b@4"}},
		"in a namespace without objects": {WatchOptions{Selection: Selection{Resource: Jobs, Namespace: "x"}}, []string{}},
		"with initial events and a bookmark": {WatchOptions{Selection: allJobs, SendInitialEvents: true, Bookmarks: true},
			[]string{"ADDED a@3", "ADDED b@4", "BOOKMARK @4"}},
	} {
		t.Run(name, func(t *testing.T) {
			log, w := c.seen(test.options)
			defer w.Stop()
			c.settle()
			gomega.NewWithT(t).Expect(*log).To(gomega.Equal(test.want))
		})
	}
	_, err := c.user.Watch(WatchOptions{Selection: allJobs, From: "x"}, nil)
	c.Expect(apierrors.IsBadRequest(err)).To(gomega.BeTrue())
	c.Expect(err).To(gomega.MatchError(gomega.ContainSubstring(`invalid resource version "x"`)))
}

func TestTheBookmarkEndsTheInitialEvents(t *testing.T) {
	c := newCluster(t, Options{})
	var bookmark WatchEvent
	_, err := c.user.Watch(WatchOptions{Selection: allJobs, SendInitialEvents: true, Bookmarks: true}, func(e WatchEvent) { bookmark = e })
	c.Expect(err).NotTo(gomega.HaveOccurred())
	c.settle()
	c.Expect(bookmark.Type).To(gomega.Equal(watch.Bookmark))
	c.Expect(bookmark.Object.GetAnnotations()).To(gomega.HaveKeyWithValue("k8s.io/initial-events-end", "true"))
	c.Expect(bookmark.Version).To(gomega.Equal("1"))
}

// A client that has talked to another, newer server asks for what is to come.
func TestWatchFromAVersionAhead(t *testing.T) {
	c := newCluster(t, Options{})
	log, _ := c.seen(WatchOptions{Selection: allJobs, From: "3"})
	for _, name := range []string{"a", "b", "c"} {
		create(c, newJob(name))
	}
	c.settle()
	c.Expect(*log).To(gomega.Equal([]string{"ADDED c@4"}))
}

func TestWatchOfASelection(t *testing.T) {
	c := newCluster(t, Options{})
	l, _ := parsed(c, "l=in", "")
	log, _ := c.seen(WatchOptions{Selection: Selection{Resource: Jobs, Labels: l}, From: "1"})
	var last WatchEvent
	_, err := c.user.Watch(WatchOptions{Selection: Selection{Resource: Jobs, Labels: l}, From: "1"}, func(e WatchEvent) { last = e })
	c.Expect(err).NotTo(gomega.HaveOccurred())
	job := create(c, newJob("pi")) // 2: outside
	job = c.label(job, "in")       // 3: enters
	_, err = c.user.Patch(KeyOf(job), "", merge, []byte(`{"metadata":{"annotations":{"a":"b"}}}`))
	c.Expect(err).NotTo(gomega.HaveOccurred())
	inside := stored(c, job) // 4
	c.label(job, "out")      // 5: leaves
	c.settle()
	c.Expect(last.Object.GetLabels()).To(gomega.HaveKeyWithValue("l", "in"), "the last state that was in the selection")
	c.Expect(inside.ResourceVersion).To(gomega.Equal("4"), "which is a copy")
	c.label(job, "in") // 6: enters again
	c.Expect(c.user.Delete(KeyOf(job), withPolicy(metav1.DeletePropagationBackground))).To(gomega.Succeed())
	create(c, newJob("other"))
	c.settle()
	c.Expect(*log).To(gomega.Equal([]string{"ADDED pi@3", "MODIFIED pi@4", "DELETED pi@5", "ADDED pi@6", "DELETED pi@7"}))
}

func TestAWatchThatFallsBehindEnds(t *testing.T) {
	t.Run("when it starts", func(t *testing.T) {
		c := newCluster(t, Options{WatchWindow: 2})
		job := create(c, newJob("pi"))
		for i := range 4 {
			c.label(job, fmt.Sprint(i))
		}
		_, err := c.user.Watch(WatchOptions{Selection: allJobs, From: "2"}, nil)
		c.Expect(apierrors.IsResourceExpired(err)).To(gomega.BeTrue())
		c.Expect(err).To(gomega.MatchError("too old resource version: 2 (4)"))
		log, _ := c.seen(WatchOptions{Selection: allJobs, From: "4"})
		c.settle()
		c.Expect(*log).To(gomega.Equal([]string{"MODIFIED pi@5", "MODIFIED pi@6"}))
	})
	t.Run("while it is stalled", func(t *testing.T) {
		c := newCluster(t, Options{WatchWindow: 2})
		log, w := c.seen(WatchOptions{Selection: allJobs, From: "1"})
		job := create(c, newJob("pi"))
		w.Stall()
		for i := range 4 {
			c.label(job, fmt.Sprint(i))
		}
		c.settle()
		c.Expect(*log).To(gomega.BeEmpty())
		w.Resume()
		c.label(job, "more")
		c.settle()
		c.Expect(*log).To(gomega.Equal([]string{"ERROR"}), "it is the last event")
		w.Stop()
	})
}

func TestStalledAndStoppedWatches(t *testing.T) {
	c := newCluster(t, Options{})
	log, w := c.seen(WatchOptions{Selection: allJobs, From: "1"})
	create(c, newJob("a"))
	w.Stall()
	create(c, newJob("b"))
	c.settle()
	c.Expect(*log).To(gomega.BeEmpty())
	c.queue.AdvanceTo(time.Minute)
	w.Resume()
	c.settle()
	c.Expect(*log).To(gomega.Equal([]string{"ADDED a@2", "ADDED b@3"}))
	create(c, newJob("c"))
	w.Stop()
	w.Stop()
	w.Resume()
	create(c, newJob("d"))
	c.settle()
	c.Expect(*log).To(gomega.HaveLen(2), "what was due when it stopped is not delivered")
	c.Expect(c.server.store.of(Jobs).watches).To(gomega.BeEmpty())
}

func TestAWatchMayBeStoppedByWhatItDelivers(t *testing.T) {
	c := newCluster(t, Options{})
	var seen int
	var w *Watch
	w, err := c.user.Watch(WatchOptions{Selection: allJobs, From: "1"}, func(WatchEvent) {
		seen++
		w.Stop()
	})
	c.Expect(err).NotTo(gomega.HaveOccurred())
	create(c, newJob("a"))
	create(c, newJob("b"))
	c.settle()
	c.Expect(seen).To(gomega.Equal(1))
}

func TestLagKeepsTheOrder(t *testing.T) {
	c := newCluster(t, Options{})
	lags := map[string]time.Duration{"a": 5 * time.Second, "b": time.Second, "c": 7 * time.Second}
	var log []string
	_, err := c.user.Watch(WatchOptions{Selection: allJobs, From: "1", Lag: func(change Change) time.Duration {
		return lags[change.Object().GetName()]
	}}, func(e WatchEvent) { log = append(log, fmt.Sprintf("%s at %v", e.Object.GetName(), c.queue.Now())) })
	c.Expect(err).NotTo(gomega.HaveOccurred())
	for _, name := range []string{"a", "b", "c"} {
		create(c, newJob(name))
	}
	for c.queue.Step() {
	}
	c.Expect(log).To(gomega.Equal([]string{"a at 5s", "b at 5s", "c at 7s"}), "a late event delays those behind it")
}

// A watch tells its opener of the changes that its selection leaves out when their events would be due.
func TestSkippedChangesAreToldOf(t *testing.T) {
	c := newCluster(t, Options{})
	var seen []string
	_, err := c.user.Watch(WatchOptions{
		Selection: Selection{Resource: Pods, Labels: labels.SelectorFromSet(labels.Set{"a": "b"})},
		Lag:       func(Change) time.Duration { return time.Second },
		Skipped:   func(change Change) { seen = append(seen, fmt.Sprint(c.queue.Now(), " ", change.Object().GetName())) },
	}, func(e WatchEvent) { t.Errorf("unexpected event %v of %s", e.Type, e.Object.GetName()) })
	c.Expect(err).NotTo(gomega.HaveOccurred())
	create(c, newPod("p"))
	c.settle()
	c.Expect(seen).To(gomega.BeEmpty())
	c.queue.Step()
	c.Expect(seen).To(gomega.Equal([]string{"1s p"}))
}
