package fakes

import (
	"testing"

	. "github.com/onsi/gomega"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
)

const (
	opIn    = batchv1.PodFailurePolicyOnExitCodesOpIn
	opNotIn = batchv1.PodFailurePolicyOnExitCodesOpNotIn

	doCount     = batchv1.PodFailurePolicyActionCount
	doIgnore    = batchv1.PodFailurePolicyActionIgnore
	doFailJob   = batchv1.PodFailurePolicyActionFailJob
	doFailIndex = batchv1.PodFailurePolicyActionFailIndex
)

func TestMatchRule(t *testing.T) { // PFP-3, PFP-4, PFP-9
	failed := func(edits ...func(*corev1.Pod)) *corev1.Pod { return aPod("a", corev1.PodFailed, edits...) }
	only := func(name string) batchv1.PodFailurePolicyRule {
		rule := onCodes(doCount, opIn, 7)
		rule.OnExitCodes.ContainerName = &name
		return rule
	}
	last := failed()
	last.Status.ContainerStatuses = []corev1.ContainerStatus{{Name: "main", RestartCount: 1,
		LastTerminationState: exitedWith("main", 7).State}}
	for _, c := range []struct {
		name string
		rule batchv1.PodFailurePolicyRule
		pod  *corev1.Pod
		want *RuleMatch
	}{
		{"listed", onCodes(doCount, opIn, 1, 7), failed(exited("main", 7)), &RuleMatch{Container: "main", ExitCode: 7}},
		{"not listed", onCodes(doCount, opIn, 1), failed(exited("main", 7)), nil},
		{"one of two", onCodes(doCount, opIn, 7), failed(exited("a", 1), exited("b", 7)), &RuleMatch{Container: "b", ExitCode: 7}},
		{"NotIn", onCodes(doCount, opNotIn, 1), failed(exited("main", 7)), &RuleMatch{Container: "main", ExitCode: 7}},
		{"NotIn, listed", onCodes(doCount, opNotIn, 7), failed(exited("main", 7)), nil},
		{"NotIn, one of two is not listed", onCodes(doCount, opNotIn, 7), failed(exited("a", 7), exited("b", 1)),
			&RuleMatch{Container: "b", ExitCode: 1}},
		{"NotIn, exit 0", onCodes(doCount, opNotIn, 7), failed(exited("a", 0)), nil},
		{"running", onCodes(doCount, opNotIn, 1), failed(restarted(0)), nil},
		{"the run before", onCodes(doCount, opIn, 7), last, nil},
		{"that container", only("b"), failed(exited("a", 7), exited("b", 7)), &RuleMatch{Container: "b", ExitCode: 7}},
		{"another container", only("b"), failed(exited("a", 7)), nil},
		{"init container", onCodes(doCount, opIn, 7), failed(initContainer("init", false, exitedWith("init", 7))),
			&RuleMatch{Container: "init", ExitCode: 7}},
		{"regular containers first", onCodes(doCount, opIn, 7, 8),
			failed(exited("main", 8), initContainer("init", false, exitedWith("init", 7))),
			&RuleMatch{Container: "main", ExitCode: 8}},
		{"unknown operator", onCodes(doCount, "Near", 7), failed(exited("main", 7)), nil},
		{"condition", onDisruption(doCount), failed(podIs("Other", "True"), podIs(corev1.DisruptionTarget, "True")),
			&RuleMatch{Condition: corev1.DisruptionTarget}},
		{"condition False", onDisruption(doCount), failed(podIs(corev1.DisruptionTarget, "False")), nil},
		{"no condition", onDisruption(doCount), failed(), nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			g := NewWithT(t)
			match, ok := matchRule(&c.rule, c.pod)
			g.Expect(ok).To(Equal(c.want != nil))
			if ok {
				g.Expect(match).To(Equal(*c.want))
			}
		})
	}
}

func TestAskPolicy(t *testing.T) { // PFP-2, PFP-6, PFP-9, PFP-12
	g := NewWithT(t)
	d := Reference()
	pod := aPod("a", corev1.PodFailed, exited("main", 7))
	ask := func(rules ...batchv1.PodFailurePolicyRule) PolicyAnswer {
		return askPolicy(&d, newJob(withRules(rules...)), pod)
	}
	g.Expect(ask(onCodes(doCount, opIn, 1), onCodes(doIgnore, opIn, 7), onCodes(doFailJob, opIn, 7))).To(Equal(
		PolicyAnswer{Action: doIgnore, Rule: 1, Match: RuleMatch{Container: "main", ExitCode: 7}}))
	g.Expect(ask(onCodes("Explode", opIn, 7), onCodes(doFailIndex, opIn, 7)).Action).To(Equal(doFailIndex))
	g.Expect(ask()).To(BeZero())
	g.Expect(askPolicy(&d, newJob(), pod)).To(BeZero())
	g.Expect(ignoresFailure(&d, newJob(withRules(onCodes(doIgnore, opIn, 7))), pod)).To(BeTrue())
	g.Expect(ignoresFailure(&d, newJob(withRules(onCodes(doCount, opIn, 7))), pod)).To(BeFalse())
}

func TestFailJobTest(t *testing.T) { // PFP-1, PFP-5, PFP-11
	g := NewWithT(t)
	d := Reference()
	message := func(rule batchv1.PodFailurePolicyRule, pods ...*corev1.Pod) string {
		v := failJobTest(&d, Observation{Job: newJob(withRules(onCodes(doIgnore, opIn, 99), rule)), Pods: pods})
		if v == nil {
			return ""
		}
		g.Expect(v.Reason).To(Equal("PodFailurePolicy"))
		g.Expect(v.Success).To(BeFalse())
		return v.Message
	}
	g.Expect(message(onCodes(doFailJob, opIn, 7), aPod("a", corev1.PodRunning, exited("main", 7)),
		aPod("b", corev1.PodFailed, exited("main", 7), freed))).To(Equal(
		"Container main for pod default/work-b failed with exit code 7 matching FailJob rule at index 1"))
	g.Expect(message(onDisruption(doFailJob), aPod("a", corev1.PodFailed, podIs(corev1.DisruptionTarget, "True")))).To(Equal(
		"Pod default/work-a has condition DisruptionTarget matching FailJob rule at index 1"))
	g.Expect(message(onDisruption(doFailJob), aPod("a", corev1.PodRunning, stopping, podIs(corev1.DisruptionTarget, "True")))).To(
		BeEmpty(), "terminating pods are not judged")
	g.Expect(message(onCodes(doCount, opIn, 7), aPod("a", corev1.PodFailed, exited("main", 7)))).To(BeEmpty())
}

func TestIgnoredPodsGoUncounted(t *testing.T) { // PFP-6, PFP-10
	g := NewWithT(t)
	d := Reference()
	job := newJob(withRules(onCodes(doIgnore, opIn, 7), onDisruption(doIgnore)))
	failure := &Verdict{}
	g.Expect(countAs(&d, job, aPod("a", corev1.PodFailed, exited("main", 7)), nil)).To(Equal(Ignored))
	g.Expect(mayRelease(job, Ignored, nil)).To(BeTrue())
	g.Expect(countAs(&d, job, aPod("a", corev1.PodFailed, exited("main", 8)), nil)).To(Equal(Failed))
	g.Expect(countAs(&d, job, aPod("a", corev1.PodRunning, podIs(corev1.DisruptionTarget, "True")), failure)).To(Equal(Ignored))
	g.Expect(countAs(&d, job, aPod("a", corev1.PodRunning), failure)).To(Equal(Failed))
	g.Expect(countAs(&d, job, aPod("a", corev1.PodRunning, podIs(corev1.DisruptionTarget, "True")), nil)).To(Equal(Uncounted))
	indexed := newJob(indexedJob(2))
	g.Expect(countAs(&d, indexed, aPod("a", corev1.PodSucceeded, withIndex("2")), nil)).To(Equal(Ignored), "EIJ-7")
	g.Expect(countAs(&d, indexed, aPod("a", corev1.PodFailed), nil)).To(Equal(Ignored), "IDX-5")
	g.Expect(countAs(&d, indexed, aPod("a", corev1.PodSucceeded, withIndex("1")), nil)).To(Equal(Succeeded))
}
