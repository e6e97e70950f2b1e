package kubectl

import (
	"bytes"
	"cmp"
	"io"
	"slices"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/cli-runtime/pkg/printers"

	"github.com/jobsim/jobsim/sim/apiserver"
	"github.com/jobsim/jobsim/sim/apiserver/rest"
)

// Get writes what `kubectl get jobs,pods` prints at the virtual time now: a table of Jobs, an empty line and a
// table of pods, each in the order of the API server's list (namespace, then name). A kind without objects has
// no table; if there are none at all nothing is written, since kubectl's "No resources found" goes to standard
// error. Objects from more than one namespace are shown as with --all-namespaces.
func Get(w io.Writer, jobs []*batchv1.Job, pods []*corev1.Pod, now time.Time) error {
	jobs, pods = inListOrder(jobs), inListOrder(pods)
	withNamespace := len(namespaces(jobs, pods)) > 1

	out := &bytes.Buffer{}
	for _, view := range []struct {
		kind  schema.GroupKind
		table *metav1.Table
	}{
		{schema.GroupKind{Group: batchv1.GroupName, Kind: "Job"}, rest.Table(apiserver.Jobs, objects(jobs), now)},
		{schema.GroupKind{Group: corev1.GroupName, Kind: "Pod"}, rest.Table(apiserver.Pods, objects(pods), now)},
	} {
		if len(view.table.Rows) == 0 {
			continue
		}
		if out.Len() > 0 {
			out.WriteByte('\n')
		}
		// Two kinds were asked for, so kubectl puts the kind before each name even if only one was found.
		options := printers.PrintOptions{WithKind: true, Kind: view.kind, WithNamespace: withNamespace}
		if err := printers.NewTablePrinter(options).PrintObj(view.table, out); err != nil {
			return err
		}
	}
	_, err := w.Write(out.Bytes())
	return err
}

// inListOrder is a sorted copy: the API server lists objects by the keys under which they are stored.
func inListOrder[T metav1.Object](objects []T) []T {
	return slices.SortedStableFunc(slices.Values(objects), func(a, b T) int {
		return cmp.Or(cmp.Compare(a.GetNamespace(), b.GetNamespace()), cmp.Compare(a.GetName(), b.GetName()))
	})
}

func namespaces(jobs []*batchv1.Job, pods []*corev1.Pod) []string {
	var seen []string
	for _, job := range jobs {
		seen = append(seen, job.Namespace)
	}
	for _, pod := range pods {
		seen = append(seen, pod.Namespace)
	}
	slices.Sort(seen)
	return slices.Compact(seen)
}

func objects[T apiserver.Object](of []T) []apiserver.Object {
	all := make([]apiserver.Object, len(of))
	for i, obj := range of {
		all[i] = obj
	}
	return all
}
