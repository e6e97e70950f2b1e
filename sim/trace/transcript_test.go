package trace

import (
	"strings"
	"testing"
	"time"

	"github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"pgregory.net/rapid"
)

func transcript(t interface{ Fatalf(string, ...any) }, tr *Trace) string {
	var b strings.Builder
	if err := tr.Transcript(&b); err != nil {
		t.Fatalf("Transcript: %v", err)
	}
	return b.String()
}

func TestTranscriptOfACrashLoop(t *testing.T) {
	gomega.NewWithT(t).Expect("\n" + transcript(t, crashLoop().Trace)).To(gomega.Equal(`
0s       user creates job crash-loop (completions 1, parallelism 1, backoffLimit 3, restartPolicy
             OnFailure)
           controller creates pod 1 (crash-loop-x7k2p)
             scheduler binds pod 1 to node-1
               kubelet starts main of pod 1 (run 1)
                 kubelet reports pod 1: Pending -> Running, ready
           controller updates status of job crash-loop: active 0 -> 1
5s       main of pod 1 exits with 1 (run 1)
           kubelet reports pod 1: not ready, main exited with 1
           kubelet starts main of pod 1 (run 2)
             kubelet reports pod 1: ready, main restartCount 0 -> 1
10s      main of pod 1 exits with 1 (run 2)
           kubelet reports pod 1: not ready, main exited with 1
           kubelet waits 10s before the next start of main of pod 1
20s      kubelet starts main of pod 1 (run 3)
           kubelet reports pod 1: ready, main restartCount 1 -> 2
25s      main of pod 1 exits with 1 (run 3)
           kubelet reports pod 1: not ready, main exited with 1
           kubelet waits 20s before the next start of main of pod 1
45s      kubelet starts main of pod 1 (run 4)
           kubelet reports pod 1: ready, main restartCount 2 -> 3
46s      controller deletes pod 1 (grace period 30s)
         controller updates status of job crash-loop: active 1 -> 0, terminating 0 -> 1,
             FailureTarget (BackoffLimitExceeded: Job has reached the specified backoff limit)
         controller removes finalizer batch.kubernetes.io/job-tracking from pod 1
47s      main of pod 1 exits with 143 (run 4)
           kubelet reports pod 1: Running -> Failed, not ready, main exited with 143
         pod 1 is gone
         controller updates status of job crash-loop: terminating 1 -> 0, failed 0 -> 1, Failed
             (BackoffLimitExceeded: Job has reached the specified backoff limit)
`))
}

// What several pods go through alike is told once, with the subtree below it.
func TestTranscriptMergesWhatIsAlike(t *testing.T) {
	g := gomega.NewWithT(t)
	text := transcript(t, fiveByTwo().Trace)
	g.Expect(text).To(gomega.HavePrefix(`0s       user creates job pi (completions 5, parallelism 2, backoffLimit 6, restartPolicy Never)
           controller creates pods 1-2 (pi-aaaaa, pi-bbbbb)
             scheduler binds pods 1-2 to node-1, node-2
               kubelet starts main of pods 1-2 (run 1)
                 kubelet reports pods 1-2: Pending -> Running, ready
           controller updates status of job pi: active 0 -> 2
8s       main of pod 2 exits with 3 (run 1)
`))
	g.Expect(transcript(t, many().Trace)).To(gomega.ContainSubstring(
		"controller creates pods 1-50 (wide-w0000, wide-w0001, wide-w0002, …)\n"))

	s := fiveByTwo()
	for _, pod := range []string{"aaaaa", "bbbbb"} {
		s.letGo(pod)
		s.deletePod("user", pod, 0)
		s.cause = 0
	}
	g.Expect(transcript(t, s.Trace)).To(gomega.HaveSuffix(`
         controller removes finalizer batch.kubernetes.io/job-tracking from pods 1-2
         user deletes pods 1-2 (grace period 0s)
`), "events that repeat in the same order")
	s.removed("aaaaa")
	s.removed("bbbbb")
	g.Expect(transcript(t, s.Trace)).To(gomega.HaveSuffix("pods 1-2 are gone\n"))
}

// An effect stands below its cause unless that would tell of one object's changes in the wrong order.
func TestTranscriptKeepsTheOrderOfEachObject(t *testing.T) {
	g := gomega.NewWithT(t)
	var tr Trace
	job := &unstructured.Unstructured{}
	write := func(cause int, actor, pod string) int {
		return tr.Append(Entry{Kind: Call, Cause: cause, Actor: actor, Verb: "pat", Resource: "pods", Name: pod, Object: job})
	}
	first := write(0, "a", "p")
	write(0, "b", "p")
	write(first, "c", "p") // happened after b: must not move above it
	write(first, "d", "q")
	g.Expect(transcript(t, &tr)).To(gomega.Equal(`0s       a pats pod p
           d pats pod q
         b pats pod p
         c pats pod p
`))
}

func TestTranscriptLeavesQuietThingsOut(t *testing.T) {
	g := gomega.NewWithT(t)
	var tr Trace
	node := &corev1.Node{}
	for _, e := range []Entry{
		{Kind: Delivery, Verb: "ADDED", Resource: "pods"},
		{Kind: Log, Text: "hello"},
		{Kind: Instance, Verb: "sync"},
		{Kind: Call, Verb: "get", Resource: "pods"},
		{Kind: Call, Verb: "create", Resource: "events"},
		{Kind: Call, Verb: "create", Resource: "nodes", Object: node},
	} {
		tr.Append(e)
	}
	g.Expect(transcript(t, &tr)).To(gomega.BeEmpty())
	tr.Append(Entry{At: 100 * time.Hour, Kind: Fault, Text: "something"})
	g.Expect(transcript(t, &tr)).To(gomega.Equal("100h     fault: something\n"))
}

func TestTranscriptOfSeveralJobs(t *testing.T) {
	g := gomega.NewWithT(t)
	s := newStory()
	s.createJob("a", 1, 1, 6, corev1.RestartPolicyNever)
	s.createPod("x")
	s.createJob("b", 1, 1, 6, corev1.RestartPolicyNever)
	s.createPod("y")
	s.createPod("z")
	text := transcript(t, s.Trace)
	g.Expect(text).To(gomega.ContainSubstring("controller creates pod 1 of a (a-x)\n"))
	g.Expect(text).To(gomega.ContainSubstring("controller creates pods 1-2 of b (b-y, b-z)\n"))
}

func TestTranscriptOfAnyTrace(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tr := anyTrace(t)
		text := transcript(t, tr)
		if again := transcript(t, tr); again != text {
			t.Fatalf("the same trace gave\n%s\nand\n%s", text, again)
		}
		told := 0
		for i := range tr.Entries {
			if tells(&tr.Entries[i]) {
				told++
			}
		}
		if (told == 0) != (text == "") {
			t.Fatalf("%d entries to tell of, told:\n%s", told, text)
		}
		for line := range strings.Lines(text) {
			if n := len([]rune(strings.TrimSuffix(line, "\n"))); n > transcriptWidth {
				t.Fatalf("%d columns: %s", n, line)
			}
			if strings.ContainsAny(strings.TrimSuffix(line, "\n"), "\x00\t\x1b\r") {
				t.Fatalf("control characters in %q", line)
			}
		}
	})
}
