package fakes

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
)

// brokenVictims choose the wrong pods when there are too many.
var brokenVictims = []Broken{
	{
		Name:    "victims-most-advanced-first",
		Mistake: "It deletes the pods first that have got farthest.",
		Clauses: []string{"PAR-6"},
		Break: func(d *Decisions) {
			d.VictimOrder = func(a, b *corev1.Pod) int { return victimOrder(b, a) }
		},
	},
	{
		Name:    "victims-at-random",
		Mistake: "It deletes whichever pod has the first name.",
		Clauses: []string{"PAR-6"},
		Bug:     "ray-project/kuberay#715",
		Break: func(d *Decisions) {
			d.VictimOrder = func(a, b *corev1.Pod) int { return strings.Compare(a.Name, b.Name) }
		},
	},
	{
		Name:    "victims-oldest-first",
		Mistake: "It deletes the oldest of pods that have got equally far.",
		Clauses: []string{"PAR-6"},
		Break: func(d *Decisions) {
			d.VictimOrder = func(a, b *corev1.Pod) int {
				alikeA, alikeB := *a, *b
				alikeA.CreationTimestamp, alikeB.CreationTimestamp = b.CreationTimestamp, a.CreationTimestamp
				return victimOrder(&alikeA, &alikeB)
			}
		},
	},
	{
		Name:    "victims-ready-first",
		Mistake: "It deletes ready pods before those that are not ready yet.",
		Clauses: []string{"PAR-6"},
		Break: func(d *Decisions) {
			d.VictimOrder = func(a, b *corev1.Pod) int {
				if order := falseFirst(isReady(b), isReady(a)); order != 0 && phaseRank(a) == phaseRank(b) {
					return order
				}
				return victimOrder(a, b)
			}
		},
	},
	{
		Name:    "victims-longest-ready-first",
		Mistake: "It deletes the pod first that has been ready for the longest time.",
		Clauses: []string{"PAR-6"},
		Break: func(d *Decisions) {
			d.VictimOrder = func(a, b *corev1.Pod) int {
				if isReady(a) && isReady(b) {
					return latestFirst(readySince(b), readySince(a))
				}
				return victimOrder(a, b)
			}
		},
	},
	{
		Name:    "victims-running-before-pending",
		Mistake: "It deletes Running pods before Pending ones.",
		Clauses: []string{"PAR-6"},
		Break: func(d *Decisions) {
			d.VictimOrder = func(a, b *corev1.Pod) int {
				return cmp.Or(cmp.Compare(phaseRank(b), phaseRank(a)), victimOrder(a, b))
			}
		},
	},
	{
		Name:    "victims-fewest-restarts-first",
		Mistake: "It deletes pods with few restarts before those with many.",
		Clauses: []string{"PAR-6"},
		Break: func(d *Decisions) {
			d.VictimOrder = func(a, b *corev1.Pod) int {
				if phaseRank(a) != phaseRank(b) || isReady(a) != isReady(b) {
					return victimOrder(a, b)
				}
				return cmp.Or(cmp.Compare(containerRestarts(a), containerRestarts(b)), victimOrder(a, b))
			}
		},
	},
	{
		Name:    "victims-ignore-sidecar-restarts",
		Mistake: "It does not look at the restarts of sidecars when it chooses the pods to delete.",
		Clauses: []string{"PAR-6"},
		Bug:     "kubernetes/kubernetes#124952",
		Break: func(d *Decisions) {
			d.VictimOrder = func(a, b *corev1.Pod) int {
				plainA, plainB := *a, *b
				plainA.Status.InitContainerStatuses, plainB.Status.InitContainerStatuses = nil, nil
				return victimOrder(&plainA, &plainB)
			}
		},
	},
	{
		Name:    "victims-by-deletion-cost",
		Mistake: "It deletes the pods first whose deletion cost annotation is lowest.",
		Clauses: []string{"PAR-7"},
		Break: func(d *Decisions) {
			cost := func(pod *corev1.Pod) int {
				n, _ := strconv.Atoi(pod.Annotations[corev1.PodDeletionCost])
				return n
			}
			d.VictimOrder = func(a, b *corev1.Pod) int { return cmp.Or(cmp.Compare(cost(a), cost(b)), victimOrder(a, b)) }
		},
	},
	{
		Name:    "adopted-surplus-kept",
		Mistake: "It never deletes pods that it has adopted.",
		Clauses: []string{"SEL-8"},
		Break: func(d *Decisions) {
			adopted := func(pod *corev1.Pod) string { return "adopted/" + string(pod.UID) }
			aroundStep(d, "claim", func(ctx context.Context, s *jobSync, step doing) error {
				own := len(s.pods)
				err := step(ctx, s)
				for i := own; i < len(s.pods); i++ {
					latch(s, adopted(s.pods[i].Pod), true)
				}
				return err
			})
			afterStep(d, "observe", func(_ context.Context, s *jobSync) {
				s.active = slices.DeleteFunc(s.active, func(pod *corev1.Pod) bool {
					_, ok := s.r.notes[string(s.job.UID)+"/"+adopted(pod)]
					return ok
				})
			})
		},
	},
}
