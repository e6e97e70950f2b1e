package kubelet

import (
	"strconv"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
)

// scripts deals out the scripts to pods in order of their creation.
type scripts struct {
	list  []Script
	taken []bool
	free  int // every script before this one is taken
	// numbers counts the pods of each Job.
	numbers map[types.NamespacedName]int
	none    Script
}

func newScripts(list []Script) scripts {
	return scripts{list: list, taken: make([]bool, len(list)), numbers: map[types.NamespacedName]int{}}
}

// choose returns the script of a new pod: the first that fits and is not taken, else the last that fits, else the zero
// script. A script for the pod's index goes before all that are for any index, taken or not: what an index does is then
// told by its own scripts alone, however often it is tried.
func (s *scripts) choose(p *corev1.Pod) *Script {
	who := s.identify(p)
	if script := s.pick(func(m *Match) bool { return m.Index != nil && m.fits(who) }); script != nil {
		return script
	}
	if script := s.pick(func(m *Match) bool { return m.fits(who) }); script != nil {
		return script
	}
	return &s.none
}

// pick takes the first script that is not taken of those that are eligible, or else returns the last of them; nil if there
// are none.
func (s *scripts) pick(eligible func(*Match) bool) *Script {
	for i := s.free; i < len(s.list); i++ {
		if s.taken[i] || !eligible(&s.list[i].Match) {
			continue
		}
		s.taken[i] = true
		for s.free < len(s.list) && s.taken[s.free] {
			s.free++
		}
		return &s.list[i]
	}
	for i := len(s.list) - 1; i >= 0; i-- {
		if eligible(&s.list[i].Match) {
			return &s.list[i]
		}
	}
	return nil
}

// identity is what a Match looks at.
type identity struct {
	job    string
	index  int // -1 for a pod without one
	number int
}

func (s *scripts) identify(p *corev1.Pod) identity {
	who := identity{index: -1}
	if owner := metav1.GetControllerOfNoCopy(p); owner != nil && owner.Kind == "Job" {
		who.job = owner.Name
	}
	key := types.NamespacedName{Namespace: p.Namespace, Name: who.job}
	s.numbers[key]++
	who.number = s.numbers[key]
	if annotation := p.Annotations[batchv1.JobCompletionIndexAnnotation]; annotation != "" {
		if index, err := strconv.Atoi(annotation); err == nil {
			who.index = index
		}
	}
	return who
}

func (m *Match) fits(who identity) bool {
	return (m.Job == "" || m.Job == who.job) &&
		(m.Index == nil || *m.Index == who.index) &&
		(m.Pod == 0 || m.Pod == who.number)
}
