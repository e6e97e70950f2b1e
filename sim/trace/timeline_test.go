package trace

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/onsi/gomega"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"pgregory.net/rapid"
)

func timeline(t interface{ Fatalf(string, ...any) }, tr *Trace, o TimelineOptions) string {
	var b strings.Builder
	if err := tr.Timeline(&b, o); err != nil {
		t.Fatalf("Timeline: %v", err)
	}
	return b.String()
}

func TestTimelineOfACrashLoop(t *testing.T) {
	gomega.NewWithT(t).Expect("\n" + timeline(t, crashLoop().Trace, TimelineOptions{})).To(gomega.Equal(`
Job crash-loop: completions 1, parallelism 1, backoffLimit 3, restartPolicy
  OnFailure

              0s       5s       10s        20s      25s            45s 46s 47s
              ┴────────┴────────┴──────────┴────────┴──────────────┴───┴───┴
pod 1 x7k2p   █████████✗1███████✗1·· 10s ··█████████✗1···· 20s ····████▒▒▒▒✗143
active        1────────────────────────────────────────────────────────0
restarts               1───────────────────2───────────────────────3───────0
failed                                                                     1────
FailureTarget                                     BackoffLimitExceeded ◆────────
Failed                                                                     ◆────

█ running   · waits for the next start   ▒ terminating   ✗1 exits with 1
◆ condition   time is not to scale

 0s  user creates job crash-loop
46s  controller deletes pod 1 (grace period 30s)
     job crash-loop becomes FailureTarget (BackoffLimitExceeded: Job has reached
       the specified backoff limit)
47s  job crash-loop becomes Failed

Job crash-loop is Failed (BackoffLimitExceeded: Job has reached the specified
  backoff limit): succeeded 0, failed 1
1 pod, 4 container starts in 47s of virtual time
`))
}

// The waits of the Job controller lead to the pods that were created after them (BO-15).
func TestTimelineOfDoublingWaits(t *testing.T) {
	gomega.NewWithT(t).Expect(timeline(t, doubling().Trace, TimelineOptions{})).To(gomega.ContainSubstring(`
pod 1 pod01   ✗1
pod 2 pod02   ·10s··✗1
pod 3 pod03         ··20s··✗1
pod 4 pod04                ··40s···✗1
pod 5 pod05                        ··1m20s··✗1
pod 6 pod06                                 ·· 2m40s ··✗1
pod 7 pod07                                            ·· 5m20s ···✗1
`))
}

func TestTimelineGroupsPods(t *testing.T) {
	g := gomega.NewWithT(t)
	text := timeline(t, fiveByTwo().Trace, TimelineOptions{})
	g.Expect(text).To(gomega.MatchRegexp(`(?m)^pods 3-4 +█+✓$`))
	g.Expect(text).To(gomega.ContainSubstring("Job pi is Complete (CompletionsReached: Reached expected number of succeeded"))
	g.Expect(text).NotTo(gomega.ContainSubstring("waits"), "a replacement a second later is not a back-off")

	text = timeline(t, many().Trace, TimelineOptions{Lanes: 6})
	g.Expect(text).To(gomega.ContainSubstring("pod 158 w0307 "), "an example of each shape is shown")
	g.Expect(text).To(gomega.MatchRegexp(`… and 750 more pods: 750 succeeded`))
	g.Expect(text).To(gomega.ContainSubstring("1000 pods, 1001 container starts in 3m41s of virtual time"))
	g.Expect(strings.Count(text, "\n")).To(gomega.BeNumerically("<", 50))
}

func TestTimelineOfNodeAndController(t *testing.T) {
	g := gomega.NewWithT(t)
	text := timeline(t, nodeLost().Trace, TimelineOptions{})
	g.Expect(text).To(gomega.MatchRegexp(`(?m)^controller +✗ +━+$`))
	g.Expect(text).To(gomega.MatchRegexp(`(?m)^node-1 +\?+ lost \?+$`))
	g.Expect(text).To(gomega.MatchRegexp(`(?m)^pod 1 first +█+\?+$`))
	g.Expect(text).To(gomega.MatchRegexp(`(?m)^pod 2 second +█+✓$`))
	g.Expect(text).To(gomega.ContainSubstring("45s  controller (instance 1) crashes: by the scenario\n"))
	g.Expect(text).To(gomega.ContainSubstring("6m20s  taint-eviction-controller deletes pod 1 (grace period 30s)\n"))

	s := nodeLost()
	s.at(500 * second).add(Entry{Kind: Node, Verb: "back", Name: "node-1"})
	s.at(510 * second).add(Entry{Kind: Node, Verb: "deleted", Name: "node-1"})
	g.Expect(timeline(t, s.Trace, TimelineOptions{})).To(gomega.MatchRegexp(`(?m)^node-1 +\?+ lost \?+back +deleted$`))
}

func TestTimelineOfNothing(t *testing.T) {
	g := gomega.NewWithT(t)
	g.Expect(timeline(t, &Trace{}, TimelineOptions{})).To(gomega.Equal("Nothing happened.\n"))
	g.Expect(crashLoop().Timeline(broken{}, TimelineOptions{})).To(gomega.MatchError("disk full"))
}

// A pod that ends without any container's doing says why among the moments.
func TestTimelineOfEvictionAndSuspension(t *testing.T) {
	g := gomega.NewWithT(t)
	s := newStory()
	s.createJob("j", 1, 1, 6, corev1.RestartPolicyNever)
	s.createPod("a")
	s.at(2*second).writePod("a", "scheduler", "update", "status", func(p *corev1.Pod) {
		p.Status.Conditions = []corev1.PodCondition{{Type: corev1.PodScheduled, Status: "False", Reason: "Unschedulable"}}
	})
	s.at(5*second).container("a", "pull-failed", Entry{Text: "no such image"})
	s.container("a", "pull-failed", Entry{Text: "no such image"})
	s.at(9*second).writePod("a", "kubelet", "update", "status", func(p *corev1.Pod) {
		p.Status.Phase, p.Status.Reason = corev1.PodFailed, "Evicted"
	})
	s.at(10 * second).edit(func(spec *batchv1.JobSpec) { spec.Suspend = new(true) })
	s.at(11*second).condition(batchv1.JobSuspended, "JobSuspended", "Job suspended")
	s.at(20 * second).status(func(st *batchv1.JobStatus) { st.Conditions[0].Status = "False" })
	refused := s.at(30 * second).add(Entry{Kind: Call, Actor: "controller", Verb: "create", Resource: "pods",
		Status: &metav1.Status{Reason: metav1.StatusReasonForbidden, Code: 403}})
	s.add(s.Entries[refused-1])
	s.at(40 * second).add(Entry{Kind: Removed, Resource: "jobs", Namespace: "default", Name: "j", Object: s.job})
	text := timeline(t, s.Trace, TimelineOptions{})
	for _, want := range []string{
		" 2s  scheduler updates status of pod 1: not scheduled (Unschedulable)\n",
		" 5s  kubelet cannot pull the image of main of pod 1: no such image\n 9s",
		" 9s  kubelet reports pod 1: Pending -> Failed (Evicted)\n",
		"10s  user patches job j: suspend unset -> true\n",
		"11s  job j becomes Suspended (JobSuspended: Job suspended)\n",
		"20s  job j is no longer Suspended (JobSuspended: Job suspended)\n",
		"30s  controller is refused 2 times: create pods\n",
		"40s  job j is gone\n",
		"Job j has not finished: succeeded 0, failed 0\n",
	} {
		g.Expect(text).To(gomega.ContainSubstring(want))
	}
	g.Expect(text).To(gomega.MatchRegexp(`(?m)^pod 1 a +░+✗$`))
	g.Expect(text).To(gomega.MatchRegexp(`(?m)^Suspended +.*◆─+◇$`))
}

func TestTimelineLeavesMomentsOut(t *testing.T) {
	g := gomega.NewWithT(t)
	var tr Trace
	for i := range 100 {
		tr.Append(Entry{At: time.Duration(i) * second, Kind: Fault, Text: "again"})
	}
	text := timeline(t, &tr, TimelineOptions{Moments: 4})
	g.Expect(text).To(gomega.HaveSuffix("\n   0s  fault: again\n   1s  fault: again\n       … 96 more\n" +
		"1m38s  fault: again\n1m39s  fault: again\n\n0 pods, 0 container starts in 1m39s of virtual time\n"))
}

func TestTimelineOfSeveralJobs(t *testing.T) {
	g := gomega.NewWithT(t)
	s := newStory()
	s.createJob("a", 1, 1, 6, corev1.RestartPolicyNever)
	s.createPod("x")
	s.createJob("b", 1, 1, 6, corev1.RestartPolicyNever)
	s.createPod("y")
	s.at(5 * second).start("y")
	s.exit("y", 0, corev1.PodSucceeded)
	lonely := &corev1.Pod{}
	lonely.Name = "lonely"
	s.at(9*second).call("user", "create", "pods", "", lonely)
	text := timeline(t, s.Trace, TimelineOptions{})
	g.Expect(text).To(gomega.MatchRegexp(`(?s)Job a\npod 1 x .*Job b\npod 1 y .*Pods without a Job\npod 1 lonely`))
	g.Expect(text).To(gomega.ContainSubstring("Pods without a Job: 0 succeeded, 0 failed, 1 did not end\n"))
}

// A recording of a cluster has no Container entries: runs, exits and waits come from the pods' status.
func TestTimelineFromStatusAlone(t *testing.T) {
	g := gomega.NewWithT(t)
	s := newStory()
	s.createJob("j", 1, 1, 3, corev1.RestartPolicyOnFailure)
	s.createPod("a")
	status := func(at int, restarts int32, state, last corev1.ContainerState) {
		s.at(time.Duration(at)*second).writePod("a", "kubelet", "update", "status", func(p *corev1.Pod) {
			p.Status.Phase = corev1.PodRunning
			if state.Terminated != nil {
				p.Status.Phase = corev1.PodSucceeded
			}
			p.Status.ContainerStatuses = []corev1.ContainerStatus{{Name: "main", RestartCount: restarts, State: state,
				LastTerminationState: last}}
		})
	}
	runs := corev1.ContainerState{Running: &corev1.ContainerStateRunning{}}
	failed := corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{ExitCode: 7, Reason: "Error"}}
	done := corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{Reason: "Completed"}}
	waits := corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: "CrashLoopBackOff"}}
	status(2, 0, runs, corev1.ContainerState{})
	status(7, 1, runs, failed)
	status(12, 1, waits, failed)
	status(22, 2, runs, failed)
	status(29, 2, done, failed)
	text := timeline(t, s.Trace, TimelineOptions{})
	g.Expect(text).To(gomega.MatchRegexp(`(?m)^pod 1 a +░+█+✗7█+✗7·+█+✓$`))
	g.Expect(text).To(gomega.ContainSubstring("1 pod, 3 container starts in 29s of virtual time"))
}

func TestColourOnlyColours(t *testing.T) {
	g := gomega.NewWithT(t)
	ansi := regexp.MustCompile("\x1b\\[[0-9;]*m")
	for _, s := range []*story{crashLoop(), doubling(), nodeLost(), many()} {
		colour := timeline(t, s.Trace, TimelineOptions{Color: true})
		g.Expect(colour).To(gomega.ContainSubstring("\x1b["))
		g.Expect(ansi.ReplaceAllString(colour, "")).To(gomega.Equal(timeline(t, s.Trace, TimelineOptions{})))
	}
}

func TestTimelineOfAnyTrace(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tr := anyTrace(t)
		o := TimelineOptions{Width: rapid.IntRange(40, 160).Draw(t, "width"), Lanes: rapid.IntRange(1, 20).Draw(t, "lanes")}
		text := timeline(t, tr, o)
		if again := timeline(t, tr, o); again != text {
			t.Fatalf("the same trace gave\n%s\nand\n%s", text, again)
		}
		for line := range strings.Lines(text) {
			line = strings.TrimSuffix(line, "\n")
			if n := len([]rune(line)); n > o.Width {
				t.Fatalf("%d columns, not %d: %s", n, o.Width, line)
			}
			if strings.HasSuffix(line, " ") || strings.ContainsAny(line, "\t\x1b\x00") {
				t.Fatalf("blanks at the end or control characters: %q", line)
			}
		}
	})
}
