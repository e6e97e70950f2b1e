package kubelet

import (
	"testing"
	"time"

	"github.com/onsi/gomega"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
)

// choices returns the exit codes that pods end with, as a sign of the scripts that they have taken.
func choices(w *world, pods ...func(*corev1.Pod)) []int32 {
	var codes []int32
	for i, change := range pods {
		name := string(rune('a' + i))
		w.create(name, change)
		w.run(time.Duration(i) * time.Second)
		codes = append(codes, w.pod(name).Status.ContainerStatuses[0].State.Terminated.ExitCode)
	}
	return codes
}

func exits(code int32, m Match) Script { return Script{Match: m, Runs: []Run{{Exit: code}}} }

func anyPod(*corev1.Pod) {}

func of(job string) func(*corev1.Pod) {
	return func(p *corev1.Pod) { p.OwnerReferences[0].Name = job }
}

func index(i string) func(*corev1.Pod) {
	return func(p *corev1.Pod) { p.Annotations = map[string]string{batchv1.JobCompletionIndexAnnotation: i} }
}

func TestScriptsAreTakenInOrderAndTheLastRepeats(t *testing.T) {
	g := gomega.NewWithT(t)
	w := newWorld(Options{Scripts: []Script{exits(1, Match{}), exits(2, Match{}), exits(3, Match{})}})
	g.Expect(choices(w, anyPod, anyPod, anyPod, anyPod, anyPod)).To(gomega.Equal([]int32{1, 2, 3, 3, 3}))
}

func TestScriptsMatch(t *testing.T) {
	g := gomega.NewWithT(t)
	one := 1
	w := newWorld(Options{Scripts: []Script{
		exits(7, Match{Job: "other"}), exits(8, Match{Index: &one}), exits(9, Match{Pod: 3}), exits(2, Match{}),
	}})
	g.Expect(choices(w, anyPod, index("0"), index("1"), of("other"), index("1"), anyPod)).To(gomega.Equal(
		// The third pod of "job" has index 1 too: the script of its index is its, and so it is of the next with that index.
		[]int32{2, 2, 8, 7, 8, 2}))
}

func TestScriptsOfAnIndex(t *testing.T) {
	g := gomega.NewWithT(t)
	one := 1
	w := newWorld(Options{Scripts: []Script{exits(5, Match{}), exits(8, Match{Index: &one}), exits(9, Match{Index: &one})}})
	g.Expect(choices(w, index("0"), index("1"), index("2"), index("1"), index("1"), index("0"))).To(gomega.Equal(
		[]int32{5, 8, 5, 9, 9, 5}), "index 1 has two tries of its own, of which the second repeats")
}

func TestNumberedPodTakesItsScript(t *testing.T) {
	g := gomega.NewWithT(t)
	w := newWorld(Options{Scripts: []Script{exits(9, Match{Pod: 2}), exits(1, Match{Job: "job"}), exits(5, Match{Job: "x"})}})
	g.Expect(choices(w, anyPod, anyPod, anyPod, of("y"))).To(gomega.Equal([]int32{1, 9, 1, 0}))
}
