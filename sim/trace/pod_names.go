package trace

import (
	"fmt"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// podNames numbers the pods of each Job in order of creation: "pod 1" says more than pi-x7k2p does.
type podNames struct {
	numbers map[objectID]podNumber
	several bool // there are pods of several Jobs
}

type podNumber struct {
	number int
	job    string
}

func (t *Trace) podNames() podNames {
	names := podNames{numbers: map[objectID]podNumber{}}
	counts := map[objectID]int{}
	for i := range t.Entries {
		e := &t.Entries[i]
		if e.Resource != "pods" || !e.stored() {
			continue
		}
		id := e.object()
		owner := metav1.GetControllerOfNoCopy(e.Object)
		if _, known := names.numbers[id]; known || owner == nil || owner.Kind != "Job" {
			continue
		}
		job := objectID{"jobs", e.Namespace, string(owner.UID) + owner.Name}
		counts[job]++
		names.numbers[id] = podNumber{number: counts[job], job: owner.Name}
	}
	names.several = len(counts) > 1
	return names
}

// short is "pod 3", or "pod 3 of pi" when there are pods of several Jobs; pods of no Job keep their names.
func (n podNames) short(namespace, name string) string {
	p, ok := n.numbers[objectID{"pods", namespace, name}]
	switch {
	case !ok:
		return "pod " + inNamespace(namespace, name)
	case n.several:
		return fmt.Sprintf("pod %d of %s", p.number, plain(p.job))
	}
	return fmt.Sprintf("pod %d", p.number)
}

// suffix is what generateName added, by which a pod is told from its siblings.
func suffix(pod *corev1.Pod) string {
	if s, ok := strings.CutPrefix(pod.Name, pod.GenerateName); ok && s != "" && pod.GenerateName != "" {
		return s
	}
	return pod.Name
}
