package fakes

import (
	"cmp"
	"context"
	"slices"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/jobsim/jobsim/sim/adapter"
)

// Broken is an implementation that is wrong in one point.
type Broken struct {
	// Name is named after the mistake.
	Name string
	// Mistake says what it does wrong, in one sentence in the present tense.
	Mistake string
	// Family is the kind of mistake.
	Family Family
	// Clauses are the clauses of SEMANTICS that it breaks, the one it is meant for first. One that no program may make,
	// whatever it is for, has the ID of a requirement that cites no clause.
	Clauses []string
	// ManagedBy is the name of the external controller that makes the mistake; empty for the built-in one (MB-1).
	ManagedBy string
	// Beside is the name of another controller in the cluster, with whose Jobs it makes the mistake; empty if it takes none.
	Beside string
	// Bug is the public issue of the real bug that it re-creates, as "kubernetes/kubernetes#62382"; empty if none.
	Bug string
	// Break replaces one decision. What an instance must remember for it belongs into the instance, never into Break:
	// one run can have several instances.
	Break func(*Decisions)
}

// Family is a kind of mistake that programmers make.
type Family string

// The families, each in a file of its own.
const (
	OffByOne     Family = "off-by-one"
	EdgeValue    Family = "edge-value"
	Precedence   Family = "precedence"
	ClockBase    Family = "clock-base"
	Accounting   Family = "accounting"
	Tracking     Family = "tracking"
	Finalizers   Family = "finalizers"
	Counters     Family = "counters"
	Completion   Family = "completion"
	Restarts     Family = "restarts"
	Parallelism  Family = "parallelism"
	Victims      Family = "victims"
	BackOff      Family = "back-off"
	Memory       Family = "memory"
	StaleCache   Family = "stale-cache"
	LostWakeUp   Family = "lost-wake-up"
	Faults       Family = "faults"
	Cleanup      Family = "cleanup"
	Conditions   Family = "conditions"
	RefusedWrite Family = "refused-write"
	PodContent   Family = "pod-content"
	Ownership    Family = "ownership"
	Suspension   Family = "suspension"
	Replacement  Family = "replacement"
	Events       Family = "events"
	IndexWork    Family = "indexes"
	Elastic      Family = "elastic"
	IndexLimit   Family = "per-index"

	SuspendedEdits Family = "suspended-edits"
	Managers       Family = "managed-by"
	FailurePolicy  Family = "failure-policy"
	SuccessPolicy  Family = "success-policy"
	TTL            Family = "ttl"

	StaleCounters Family = "stale-counters"
	Combinations  Family = "combinations"
	AfterEdits    Family = "after-edits"
	LargeJobs     Family = "large-jobs"
	Programs      Family = "program"
)

// Implementation is the broken implementation as something that can be run.
func (b Broken) Implementation(options ...Option) adapter.Implementation {
	d := Reference()
	if b.ManagedBy != "" {
		ManagedBy(b.ManagedBy)(&d)
	}
	for _, option := range options {
		option(&d)
	}
	b.Break(&d)
	return Implementation("broken:"+b.Name, d)
}

// Neighbour is the other controller in the cluster that its mistake takes: the reference, which keeps pods with the
// finalizer of the built-in controller, as it may; nil if it takes none.
func (b Broken) Neighbour() adapter.Implementation {
	if b.Beside == "" {
		return nil
	}
	return ReferenceImplementation(ManagedBy(b.Beside))
}

// AllBroken lists the broken implementations by name.
func AllBroken() []Broken {
	var all []Broken
	for family, members := range brokenFamilies {
		for _, b := range members {
			b.Family = family
			all = append(all, b)
		}
	}
	slices.SortFunc(all, func(a, b Broken) int { return cmp.Compare(a.Name, b.Name) })
	return all
}

// GetBroken finds a broken implementation by its name.
func GetBroken(name string) (Broken, bool) {
	all := AllBroken()
	i := slices.IndexFunc(all, func(b Broken) bool { return b.Name == name })
	if i < 0 {
		return Broken{}, false
	}
	return all[i], true
}

var brokenFamilies = map[Family][]Broken{
	OffByOne:     brokenOffByOne,
	EdgeValue:    brokenEdgeValues,
	Precedence:   brokenPrecedence,
	ClockBase:    brokenClockBases,
	Accounting:   brokenAccounting,
	Tracking:     brokenTracking,
	Finalizers:   brokenFinalizers,
	Counters:     brokenCounters,
	Completion:   brokenCompletion,
	Restarts:     brokenRestarts,
	Parallelism:  brokenParallelism,
	Victims:      brokenVictims,
	BackOff:      brokenBackOff,
	Memory:       brokenMemory,
	StaleCache:   brokenStaleCache,
	LostWakeUp:   brokenLostWakeUps,
	Faults:       brokenFaults,
	Cleanup:      brokenCleanup,
	Conditions:   brokenConditions,
	RefusedWrite: brokenRefusedWrites,
	PodContent:   brokenPodContent,
	Ownership:    brokenOwnership,
	Suspension:   brokenSuspension,
	Replacement:  brokenReplacement,
	Events:       brokenEvents,
	IndexWork:    slices.Concat(brokenIndexed, brokenIndexSets),
	Elastic:      brokenElastic,
	IndexLimit:   brokenPerIndex,

	SuspendedEdits: brokenSuspendedEdits,
	Managers:       brokenManagers,
	FailurePolicy:  slices.Concat(brokenFailurePolicy, brokenRuleOrder),
	SuccessPolicy:  brokenSuccessPolicy,
	TTL:            brokenTTL,

	StaleCounters: brokenStaleCounters,
	Combinations:  brokenCombinations,
	AfterEdits:    brokenAfterEdits,
	LargeJobs:     brokenLargeJobs,
	Programs:      brokenPrograms,
}

// doing is what a step does.
type doing = func(context.Context, *jobSync) error

// aroundStep replaces the step of that name by what change makes of it.
func aroundStep(d *Decisions, name string, change func(ctx context.Context, s *jobSync, step doing) error) {
	i := slices.IndexFunc(d.Steps, func(s Step) bool { return s.Name == name })
	step := d.Steps[i].Do
	d.Steps[i].Do = func(ctx context.Context, s *jobSync) error { return change(ctx, s, step) }
}

// beforeStep does something before the step.
func beforeStep(d *Decisions, name string, do func(context.Context, *jobSync)) {
	aroundStep(d, name, func(ctx context.Context, s *jobSync, step doing) error {
		do(ctx, s)
		return step(ctx, s)
	})
}

// afterStep does something once the step has gone well.
func afterStep(d *Decisions, name string, do func(context.Context, *jobSync)) {
	aroundStep(d, name, func(ctx context.Context, s *jobSync, step doing) error {
		if err := step(ctx, s); err != nil {
			return err
		}
		do(ctx, s)
		return nil
	})
}

// beforeWrite changes each status on its way to the API server.
func beforeWrite(d *Decisions, edit func(*jobSync)) {
	write := d.WriteStatus
	d.WriteStatus = func(ctx context.Context, s *jobSync) error {
		edit(s)
		return write(ctx, s)
	}
}

// unlessDone carries out a sync unless done says that nothing is left to do in it.
func unlessDone(d *Decisions, done func(context.Context, *jobSync) bool) {
	steps := d.Steps
	d.Steps = []Step{{Name: "unless", Do: func(ctx context.Context, s *jobSync) error {
		if done(ctx, s) {
			return nil
		}
		for _, step := range steps {
			if err := step.Do(ctx, s); err != nil {
				return err
			}
		}
		return nil
	}}}
}

// latch returns the value that this instance saw first for the Job.
func latch[T any](s *jobSync, what string, value T) T {
	key := string(s.job.UID) + "/" + what
	if first, ok := s.r.notes[key].(T); ok {
		return first
	}
	s.r.notes[key] = value
	return value
}

// everyPod lists the cached pods that the Job controls, also those that the reference is done with.
func everyPod(ctx context.Context, s *jobSync) []*corev1.Pod {
	return namespacePods(ctx, s, func(pod *corev1.Pod) bool {
		owner := jobOwner(pod)
		return owner != nil && owner.UID == s.job.UID
	})
}

// namespacePods lists the cached pods in the namespace of the Job that are as wanted.
func namespacePods(ctx context.Context, s *jobSync, wanted func(*corev1.Pod) bool) []*corev1.Pod {
	var list corev1.PodList
	if err := s.r.client.List(ctx, &list, client.InNamespace(s.job.Namespace)); err != nil {
		return nil
	}
	var pods []*corev1.Pod
	for i := range list.Items {
		if wanted(&list.Items[i]) {
			pods = append(pods, &list.Items[i])
		}
	}
	return pods
}

// unless skips the outcome test of that name when there is an excuse.
func unless(d *Decisions, name string, excuse func(*Decisions, Observation) bool) {
	test := d.Test(name).Decide
	d.Test(name).Decide = func(d *Decisions, o Observation) *Verdict {
		if excuse(d, o) {
			return nil
		}
		return test(d, o)
	}
}

// withoutTest drops the outcome test of that name.
func withoutTest(d *Decisions, name string) {
	d.Outcome = slices.DeleteFunc(d.Outcome, func(t OutcomeTest) bool { return t.Name == name })
}

// conditionTrue returns the entry of that type if it is True.
func conditionTrue(status *batchv1.JobStatus, kind batchv1.JobConditionType) *batchv1.JobCondition {
	for i := range status.Conditions {
		if c := &status.Conditions[i]; c.Type == kind && c.Status == corev1.ConditionTrue {
			return c
		}
	}
	return nil
}

// withoutCondition drops all entries of that type.
func withoutCondition(status *batchv1.JobStatus, kind batchv1.JobConditionType) {
	status.Conditions = slices.DeleteFunc(slices.Clone(status.Conditions), func(c batchv1.JobCondition) bool {
		return c.Type == kind
	})
}

// hasUID tells whether a list of UIDs names the pod.
func hasUID(uids []types.UID, pod *corev1.Pod) bool { return slices.Contains(uids, pod.UID) }

// copyTime returns a time of its own.
func copyTime(t metav1.Time) *metav1.Time { return &t }
