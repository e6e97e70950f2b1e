package fakes_test

import (
	"strings"
	"testing"
	"time"

	. "github.com/onsi/gomega"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/jobsim/jobsim/sim"
	"github.com/jobsim/jobsim/sim/apiserver"
	"github.com/jobsim/jobsim/sim/kubelet"
)

func exiting(code int32, after time.Duration) kubelet.Script {
	return kubelet.Script{Runs: []kubelet.Run{{For: after, Exit: code}}}
}

// onExit is a policy of one rule, for exit code 42.
func onExit(action batchv1.PodFailurePolicyAction) func(*batchv1.JobSpec) {
	return func(s *batchv1.JobSpec) {
		s.PodFailurePolicy = &batchv1.PodFailurePolicy{Rules: []batchv1.PodFailurePolicyRule{{
			Action: action, OnExitCodes: &batchv1.PodFailurePolicyOnExitCodesRequirement{
				Operator: batchv1.PodFailurePolicyOnExitCodesOpIn, Values: []int32{42},
			},
		}}}
	}
}

func onDisruption(action batchv1.PodFailurePolicyAction) func(*batchv1.JobSpec) {
	return func(s *batchv1.JobSpec) {
		s.PodFailurePolicy = &batchv1.PodFailurePolicy{Rules: []batchv1.PodFailurePolicyRule{{
			Action: action, OnPodConditions: []batchv1.PodFailurePolicyOnPodConditionsPattern{{Type: corev1.DisruptionTarget}},
		}}}
	}
}

func limit(n int32) func(*batchv1.JobSpec) { return func(s *batchv1.JobSpec) { s.BackoffLimit = &n } }

func both(edits ...func(*batchv1.JobSpec)) func(*batchv1.JobSpec) {
	return func(s *batchv1.JobSpec) {
		for _, edit := range edits {
			edit(s)
		}
	}
}

func TestSimulatedFailurePolicies(t *testing.T) {
	evicted := succeeding(time.Hour)
	evicted.EvictAfter = 3 * time.Second
	for name, c := range map[string]struct {
		job    *batchv1.Job
		pods   []kubelet.Script
		births []time.Duration
		story  string
	}{
		"FailJob": { // PFP-5
			job: aJob(onExit(batchv1.PodFailurePolicyActionFailJob)), pods: []kubelet.Script{exiting(42, 5*time.Second)},
			births: seconds(0), story: `succeeded 0 failed 1 completed "" Failed PodFailurePolicy`,
		},
		"FailJob kills the others": { // PFP-5, BL-7
			job:    aJob(both(sized(3, 3), onExit(batchv1.PodFailurePolicyActionFailJob))),
			pods:   []kubelet.Script{exiting(42, 5*time.Second), succeeding(time.Hour)},
			births: seconds(0, 0, 0), story: `succeeded 0 failed 3 completed "" Failed PodFailurePolicy`,
		},
		"FailJob before backoffLimit": { // SYNC-1
			job: aJob(both(limit(0), onExit(batchv1.PodFailurePolicyActionFailJob))), pods: []kubelet.Script{exiting(42, 5*time.Second)},
			births: seconds(0), story: `succeeded 0 failed 1 completed "" Failed PodFailurePolicy`,
		},
		"another code": { // PFP-2
			job:    aJob(both(limit(1), onExit(batchv1.PodFailurePolicyActionFailJob))),
			pods:   []kubelet.Script{exiting(41, 5*time.Second)},
			births: seconds(0, 15), story: `succeeded 0 failed 2 completed "" Failed BackoffLimitExceeded`,
		},
		"Ignore": { // PFP-6, BO-8
			job:    aJob(both(limit(0), onExit(batchv1.PodFailurePolicyActionIgnore))),
			pods:   []kubelet.Script{exiting(42, time.Second), exiting(42, time.Second), exiting(42, time.Second), succeeding(time.Second)},
			births: seconds(0, 11, 32, 73), story: `succeeded 1 failed 0 completed "" Complete CompletionsReached`,
		},
		"Count": {
			job: aJob(both(limit(0), onExit(batchv1.PodFailurePolicyActionCount))), pods: []kubelet.Script{exiting(42, time.Second)},
			births: seconds(0), story: `succeeded 0 failed 1 completed "" Failed BackoffLimitExceeded`,
		},
		"an evicted pod is ignored": { // PFP-4, EXT-8
			job: aJob(both(limit(0), onDisruption(batchv1.PodFailurePolicyActionIgnore))), pods: []kubelet.Script{evicted, succeeding(time.Second)},
			births: seconds(0, 13), story: `succeeded 1 failed 0 completed "" Complete CompletionsReached`,
		},
		"an evicted pod fails the Job": { // PFP-4
			job: aJob(onDisruption(batchv1.PodFailurePolicyActionFailJob)), pods: []kubelet.Script{evicted},
			births: seconds(0), story: `succeeded 0 failed 1 completed "" Failed PodFailurePolicy`,
		},
		"FailIndex": { // PFP-7
			job:    indexed(2, 2, both(perIndex(5), onExit(batchv1.PodFailurePolicyActionFailIndex))),
			pods:   scripts(of(0, exiting(42, time.Second)), of(1, exiting(1, time.Second), succeeding(time.Second))),
			births: seconds(0, 0, 11), story: `succeeded 1 failed 2 completed "1" failedIndexes "0" Failed FailedIndexes`,
		},
		"Ignore, by index": { // PFP-6, BPI-8
			job:    indexed(1, 1, both(perIndex(0), onExit(batchv1.PodFailurePolicyActionIgnore))),
			pods:   []kubelet.Script{exiting(42, time.Second), exiting(42, time.Second), succeeding(time.Second)},
			births: seconds(0, 11, 32), story: `succeeded 1 failed 0 completed "0" failedIndexes "" Complete CompletionsReached`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			res, status := run(t, &sim.Scenario{Jobs: []*batchv1.Job{c.job}, Pods: c.pods})
			g.Expect(births(res)).To(Equal(c.births))
			g.Expect(story(status)).To(Equal(c.story))
			for _, pod := range res.Pods {
				g.Expect(pod.Finalizers).To(BeEmpty(), "FIN-16")
			}
		})
	}
}

func TestSimulatedFailJobMessage(t *testing.T) { // PFP-5, FIN-2
	g := NewWithT(t)
	res, status := run(t, &sim.Scenario{
		Jobs: []*batchv1.Job{aJob(onExit(batchv1.PodFailurePolicyActionFailJob))}, Pods: []kubelet.Script{exiting(42, time.Second)},
	})
	g.Expect(status.Conditions).To(HaveLen(2))
	for _, c := range status.Conditions {
		g.Expect(c.Message).To(Equal("Container main for pod default/" + res.Pods[0].Name +
			" failed with exit code 42 matching FailJob rule at index 0"))
	}
}

// A condition that a failed pod gets later counts too.
func TestSimulatedFailJobForAnAccountedPod(t *testing.T) { // PFP-11
	g := NewWithT(t)
	_, status := run(t, &sim.Scenario{
		Jobs: []*batchv1.Job{aJob(onDisruption(batchv1.PodFailurePolicyActionFailJob))},
		Pods: []kubelet.Script{exiting(1, time.Second), succeeding(time.Hour)},
		Actions: []sim.Action{{When: sim.When{At: 30 * time.Second}, Pod: &sim.PodAction{Pod: 1, Patch: &sim.Patch{
			Type: types.StrategicMergePatchType, Subresource: "status",
			Data: []byte(`{"status":{"conditions":[{"type":"DisruptionTarget","status":"True"}]}}`)}}}},
	})
	g.Expect(story(status)).To(Equal(`succeeded 0 failed 2 completed "" Failed PodFailurePolicy`))
}

// The verdict is stored before the pod may go.
func TestSimulatedFailJobCrashAtEveryCall(t *testing.T) { // PFP-8, CTRL-1
	for _, after := range []bool{false, true} {
		for call := 1; call < 20; call++ {
			_, status := run(t, &sim.Scenario{
				Jobs:   []*batchv1.Job{aJob(onExit(batchv1.PodFailurePolicyActionFailJob))},
				Pods:   []kubelet.Script{exiting(42, 5*time.Second)},
				Faults: []sim.Fault{{Crash: &sim.Crash{Call: call, After: after, Down: 3 * time.Second}}},
				Actions: []sim.Action{{
					When: sim.When{After: &sim.Trigger{Pod: 1, Phase: corev1.PodFailed}, At: time.Second + time.Millisecond},
					Pod:  &sim.PodAction{Pod: 1, Delete: &sim.Delete{}}}},
			})
			NewWithT(t).Expect(story(status)).To(Equal(`succeeded 0 failed 1 completed "" Failed PodFailurePolicy`),
				"call %d, after it: %v", call, after)
		}
	}
}

// onSuccess is a policy of one rule, for some indexes or a number of them.
func onSuccess(rule batchv1.SuccessPolicyRule) func(*batchv1.JobSpec) {
	return func(s *batchv1.JobSpec) {
		s.SuccessPolicy = &batchv1.SuccessPolicy{Rules: []batchv1.SuccessPolicyRule{rule}}
	}
}

func TestSimulatedSuccessPolicies(t *testing.T) {
	leader := batchv1.SuccessPolicyRule{SucceededIndexes: new("0")}
	lingering := succeeding(time.Hour)
	lingering.Stop = kubelet.Stop{After: 10 * time.Second, Exit: new(int32(0))}
	for name, c := range map[string]struct {
		job     *batchv1.Job
		pods    []kubelet.Script
		actions []sim.Action
		end     int // of the Job, in seconds
		story   string
	}{
		"the leader is enough": { // SP-1, SP-2, SP-8
			job: indexed(3, 3, onSuccess(leader)), pods: scripts(of(0, succeeding(5*time.Second)), []kubelet.Script{lingering}),
			end: 17, story: `succeeded 1 failed 0 completed "0" Complete SuccessPolicy`,
		},
		"a number is enough": { // SP-1
			job:  indexed(3, 3, onSuccess(batchv1.SuccessPolicyRule{SucceededCount: new(int32(2))})),
			pods: scripts(of(0, succeeding(time.Hour)), []kubelet.Script{succeeding(5 * time.Second)}),
			end:  7, story: `succeeded 2 failed 0 completed "1,2" Complete SuccessPolicy`,
		},
		"all indexes and the rule": { // SP-6
			job: indexed(1, 1, onSuccess(leader)), pods: []kubelet.Script{succeeding(5 * time.Second)},
			end: 6, story: `succeeded 1 failed 0 completed "0" Complete SuccessPolicy`,
		},
		"all indexes, and no rule is met": { // SP-7
			job:  indexed(2, 1, onSuccess(batchv1.SuccessPolicyRule{SucceededIndexes: new("")})),
			pods: []kubelet.Script{succeeding(5 * time.Second)},
			end:  12, story: `succeeded 2 failed 0 completed "0,1" Complete CompletionsReached`,
		},
		"a failure at the same time": { // SP-3
			job:  indexed(2, 2, both(limit(0), onSuccess(leader))),
			pods: scripts(of(0, succeeding(5*time.Second)), of(1, failing(5*time.Second))),
			end:  6, story: `succeeded 1 failed 1 completed "0" Failed BackoffLimitExceeded`,
		},
		"a failed index at the same time": { // SP-3
			job:  indexed(2, 2, both(perIndex(0), onSuccess(leader))),
			pods: scripts(of(0, succeeding(5*time.Second)), of(1, failing(5*time.Second))),
			end:  6, story: `succeeded 1 failed 1 completed "0" failedIndexes "1" Failed FailedIndexes`,
		},
		"failures of those that linger": { // SP-4, ADS-8
			job: indexed(2, 2, both(limit(0), onSuccess(leader), func(s *batchv1.JobSpec) { s.ActiveDeadlineSeconds = new(int64(10)) })),
			pods: scripts(of(0, succeeding(5*time.Second)),
				of(1, kubelet.Script{Runs: []kubelet.Run{{For: time.Hour}}, Stop: kubelet.Stop{After: 20 * time.Second}})),
			end: 27, story: `succeeded 1 failed 0 completed "0" Complete SuccessPolicy`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			res, status := run(t, &sim.Scenario{Jobs: []*batchv1.Job{c.job}, Pods: c.pods, Actions: c.actions})
			g.Expect(story(status)).To(Equal(c.story))
			last := status.Conditions[len(status.Conditions)-1]
			if strings.Contains(c.story, "SuccessPolicy") {
				g.Expect(last.Message).To(Equal("Matched rules at index 0"))
			}
			g.Expect(last.LastTransitionTime.Unix() - res.Jobs[0].CreationTimestamp.Unix()).To(BeEquivalentTo(c.end))
		})
	}
}

// What lingers is deleted before the criteria are stored, and freed after that.
func TestSimulatedSuccessPolicyOrder(t *testing.T) { // FIN-6, SP-2
	g := NewWithT(t)
	res, _ := run(t, &sim.Scenario{
		Jobs: []*batchv1.Job{indexed(2, 2, onSuccess(batchv1.SuccessPolicyRule{SucceededIndexes: new("0")}))},
		Pods: scripts(of(0, succeeding(5*time.Second)), []kubelet.Script{succeeding(time.Hour)}),
	})
	var calls []string
	for _, e := range res.Trace.Entries {
		if e.At == 6*time.Second && e.Actor == "controller" && e.OK() && e.Resource != string(apiserver.Events) {
			calls = append(calls, e.Verb+" "+e.Resource)
		}
	}
	g.Expect(calls).To(Equal([]string{"delete pods", "update jobs", "patch pods", "patch pods"}))
}

// A policy that is met does not stop the timer of the deadline (ADS-4): the pods that have ended meanwhile are seen then,
// a little earlier than after a batch.
func TestSimulatedSuccessPolicyBeforeTheDeadline(t *testing.T) { // SYNC-1
	g := NewWithT(t)
	leader := onSuccess(batchv1.SuccessPolicyRule{SucceededIndexes: new("0")})
	res, status := run(t, &sim.Scenario{
		Jobs: []*batchv1.Job{indexed(2, 2, both(leader, func(s *batchv1.JobSpec) { s.ActiveDeadlineSeconds = new(int64(7)) }))},
		Pods: scripts(of(0, succeeding(5600*time.Millisecond)), of(1, succeeding(time.Hour))),
	})
	g.Expect(story(status)).To(Equal(`succeeded 1 failed 0 completed "0" Complete SuccessPolicy`))
	var written []time.Duration
	for _, e := range res.Trace.Entries {
		if e.Actor == "controller" && e.Stored() && e.Resource == string(apiserver.Jobs) {
			written = append(written, e.At)
		}
	}
	g.Expect(written[len(written)-1]).To(Equal(7 * time.Second))
}
