package conformance

import (
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/labels"

	"github.com/jobsim/jobsim/sim/trace"
)

// startUp is how long a program may take to begin once it lists: client-go looks every 100 ms whether its caches are
// filled. A reconcile function is called as soon as they are.
const startUp = 100 * time.Millisecond

// begun reports whether the present instance must have begun to act.
func (v *view) begun() bool {
	filled := func(w *watchState) bool { return w.open || w.relist > 0 }
	return filled(&v.jobsWatch) && filled(&v.podsWatch) && v.now >= v.begins
}

// noteList notes lists, and the watches that follow them. The caches of reconcile functions are the simulator's, which
// tells when it lists (RELIST); a program lists and watches by calls like any other. Its first list of a resource is what
// its cache shows from then on, together with what its watch delivers, and so is one that follows a refused watch; another
// one is if a watch follows it, for it may also be a look past the cache.
func (v *view) noteList(e *trace.Entry) {
	w := v.watch(e.Resource)
	if w == nil || e.Instance != v.instance {
		return
	}
	failed := e.Status != nil || e.Lost
	switch {
	case e.Verb == "watch" && failed:
		w.refused = true
	case failed:
	case e.Verb == "list":
		if !w.open {
			v.begins = v.now + startUp
			v.hindered = max(v.hindered, v.begins)
		}
		if w.listed, w.since = true, 0; !w.open || w.refused {
			w.pending = 0
			v.relisted(e.Resource, listed(e))
		}
	case e.Verb == "watch":
		if w.refused = false; !w.listed {
			return
		}
		if w.open && w.since == 0 {
			v.relisted(e.Resource, listed(e)) // otherwise what the list has shown is one of the versions that may be known
		}
		*w = watchState{open: true, pending: w.since, relist: w.relist}
	}
}

// listed tells which objects a list, or a watch from a list on, is of. Of one with field selectors nobody can tell by
// the labels: it shows nothing for sure.
func listed(e *trace.Entry) func(trace.Object) bool {
	selector := labels.Everything()
	if text := e.Text; text != "" {
		words, byLabels := strings.CutPrefix(text, "labels ")
		var err error
		if selector, err = labels.Parse(words); err != nil || !byLabels {
			selector = labels.Nothing()
		}
	}
	return func(obj trace.Object) bool {
		return (e.Namespace == "" || e.Namespace == obj.GetNamespace()) && selector.Matches(labels.Set(obj.GetLabels()))
	}
}

// anything is the list of a cache that knows no selectors.
func anything(trace.Object) bool { return true }
