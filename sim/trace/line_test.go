package trace

import (
	"testing"
	"time"

	"github.com/onsi/gomega"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
)

func TestLineOfCalls(t *testing.T) {
	conflict := apierrors.NewConflict(schema.GroupResource{Group: "batch", Resource: "jobs"}, "pi", nil).Status()
	pod := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: "pi-3-x", ResourceVersion: "17",
		Annotations: map[string]string{batchv1.JobCompletionIndexAnnotation: "3"}}, Spec: corev1.PodSpec{NodeName: "node-2"}}
	event := &corev1.Event{Reason: "BackOff", Message: "Back-off\nrestarting",
		InvolvedObject: corev1.ObjectReference{Kind: "Pod", Namespace: "default", Name: "pi-x"}}
	grace := int64(30)
	dying := pod.DeepCopy()
	dying.DeletionTimestamp, dying.DeletionGracePeriodSeconds = &metav1.Time{}, &grace
	call := func(verb, resource, sub, name string, obj Object) Entry {
		return Entry{Kind: Call, Actor: "controller", Verb: verb, Resource: resource, Subresource: sub, Namespace: "default",
			Name: name, Object: obj}
	}
	inOther := call("create", "pods", "", "p", nil)
	inOther.Namespace = "batch"
	refused := call("update", "jobs", "status", "pi", nil)
	refused.Status = &conflict
	nameless := call("create", "pods", "", "", nil)
	nameless.Status = &metav1.Status{}
	lost := call("patch", "pods", "", "pi-x", nil)
	lost.Lost = true
	warned := call("delete", "jobs", "", "pi", nil)
	warned.Text = "child pods are preserved"
	expectLines(t, map[string]Entry{
		"controller creates pod pi-3-x for index 3":                            call("create", "pods", "", "pi-3-x", pod),
		"controller creates pod batch/p":                                       inOther,
		"controller binds pod pi-3-x to node-2":                                call("create", "pods", "binding", "pi-3-x", pod),
		"controller binds pod x to n":                                          call("create", "pods", "binding", "x", &corev1.Binding{Target: corev1.ObjectReference{Name: "n"}}),
		"controller evicts pod x":                                              call("create", "pods", "eviction", "x", nil),
		"controller deletes pod pi-3-x (grace period 30s)":                     call("delete", "pods", "", "pi-3-x", dying),
		"controller deletes all pods":                                          call("deletecollection", "pods", "", "", nil),
		"controller reads job pi":                                              call("get", "jobs", "", "pi", nil),
		"controller lists pods":                                                call("list", "pods", "", "", nil),
		"controller watches pods":                                              call("watch", "pods", "", "", nil),
		"controller approves certificates c":                                   call("approve", "certificates", "", "c", nil),
		"controller calls a node":                                              call("", "nodes", "", "", nil),
		"controller records event BackOff about pod pi-x: Back-off restarting": call("create", "events", "", "e", event),
		"controller fails to create a pod: refused":                            nameless,
		"controller patches pod pi-x (the answer is lost)":                     lost,
		"controller deletes job pi [child pods are preserved]":                 warned,
		"controller fails to update status of job pi: 409 Conflict: " +
			`Operation cannot be fulfilled on jobs.batch "pi": <nil>`: refused,
	})
}

// expectLines checks the sentences of entries at 1m30s.
func expectLines(t *testing.T, lines map[string]Entry) {
	for want, e := range lines {
		e.At = 90 * time.Second
		gomega.NewWithT(t).Expect(e.Line()).To(gomega.Equal("1m30s  " + want))
	}
}

func TestLineOfOtherKinds(t *testing.T) {
	pod := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{ResourceVersion: "17"}}
	expectLines(t, map[string]Entry{
		"pod p is gone": {Kind: Removed, Resource: "pods", Name: "p"},
		"controller sees pod p modified (resourceVersion 17)": {Kind: Delivery, Actor: "controller", Verb: "MODIFIED",
			Resource: "pods", Name: "p", Object: pod},
		"controller is not told of pod p, which its watch leaves out": {
			Kind: Delivery, Actor: "controller", Verb: "SKIPPED", Resource: "pods", Namespace: "default", Name: "p",
		},
		"controller is sent a bookmark of pods": {Kind: Delivery, Actor: "controller", Verb: "BOOKMARK", Resource: "pods"},
		"controller lists pods again":           {Kind: Delivery, Actor: "controller", Verb: "RELIST", Resource: "pods"},
		"controller sees pod p ERROR":           {Kind: Delivery, Actor: "controller", Verb: "ERROR", Resource: "pods", Name: "p"},
		"kubelet starts main of pod p (run 3)": {Kind: Container, Actor: "kubelet/node-1", Verb: "start", Name: "p",
			Container: "main", Number: 3},
		"main of pod p exits with 137, signal 9, OOMKilled (run 3)": {Kind: Container, Actor: "kubelet", Verb: "exit",
			Name: "p", Container: "main", Number: 3, Code: 137, Signal: 9, Reason: "OOMKilled"},
		"main of pod p exits with 0": {Kind: Container, Verb: "exit", Name: "p", Container: "main", Reason: "Completed"},
		"kubelet waits 1m20s before the next start of main of pod p": {Kind: Container, Actor: "kubelet", Verb: "backoff",
			Name: "p", Container: "main", Wait: 80 * time.Second},
		"kubelet cannot pull the image of main of pod p: no such image": {Kind: Container, Actor: "kubelet",
			Verb: "pull-failed", Name: "p", Container: "main", Text: "no such image"},
		"kubelet kills main of pod p":        {Kind: Container, Actor: "kubelet", Verb: "kill", Name: "p", Container: "main"},
		"kubelet pauses main of pod p":       {Kind: Container, Actor: "kubelet", Verb: "pauses", Name: "p", Container: "main"},
		"node node-1 is lost":                {Kind: Node, Verb: "lost", Name: "node-1"},
		"fault: the [31manswer never came":   {Kind: Fault, Text: "the\n\x1b[31manswer never came"},
		"controller (instance 2) starts":     {Kind: Instance, Actor: "controller", Instance: 2, Verb: "start"},
		"controller (instance 1) crashes":    {Kind: Instance, Actor: "controller", Instance: 1, Verb: "crash"},
		"controller (instance 1) stops":      {Kind: Instance, Actor: "controller", Instance: 1, Verb: "stop"},
		"controller (instance 1) panics: oh": {Kind: Instance, Actor: "controller", Instance: 1, Verb: "panic", Text: "oh"},
		"controller exits: code 1":           {Kind: Instance, Actor: "controller", Verb: "exit", Text: "code 1"},
		"controller is stuck":                {Kind: Instance, Actor: "controller", Verb: "stuck"},
		"controller sleeps":                  {Kind: Instance, Actor: "controller", Verb: "sleeps"},
		"controller syncs job pi":            {Kind: Instance, Actor: "controller", Verb: "sync", Namespace: "default", Name: "pi"},
		"somebody logs: hello":               {Kind: Log, Text: "hello"},
		"rumour heard: hello":                {Kind: "rumour", Verb: "heard", Text: "hello"},
	})
}

func TestLineTellsWhatAWriteChanged(t *testing.T) {
	g := gomega.NewWithT(t)
	s := crashLoop()
	lines := make([]string, 0, len(s.Entries))
	for i := range s.Entries {
		lines = append(lines, s.Line(i+1))
	}
	g.Expect(lines).To(gomega.ContainElements(
		"0s  user creates job crash-loop (completions 1, parallelism 1, backoffLimit 3, restartPolicy OnFailure)",
		"0s  controller updates status of job crash-loop: active 0 -> 1",
		"0s  kubelet reports pod crash-loop-x7k2p: Pending -> Running, ready",
		"20s  kubelet reports pod crash-loop-x7k2p: ready, main restartCount 1 -> 2",
		"46s  controller updates status of job crash-loop: active 1 -> 0, terminating 0 -> 1, "+
			"FailureTarget (BackoffLimitExceeded: Job has reached the specified backoff limit)",
		"46s  controller removes finalizer batch.kubernetes.io/job-tracking from pod crash-loop-x7k2p",
		"47s  pod crash-loop-x7k2p is gone",
	))
	g.Expect(s.Line(0)).To(gomega.BeEmpty())
	g.Expect(s.Line(len(s.Entries) + 1)).To(gomega.BeEmpty())
	last := s.Entries[len(s.Entries)-1]
	g.Expect(last.Line()).To(gomega.Equal("47s  controller updates status of job crash-loop: failed 0 -> 1, FailureTarget, "+
		"Failed (BackoffLimitExceeded: Job has reached the specified backoff limit)"),
		"without the trace a line tells of the object as it is")
}

func TestJobChanges(t *testing.T) {
	g := gomega.NewWithT(t)
	start, later := metav1.NewTime(time.Unix(5, 0)), metav1.NewTime(time.Unix(9, 0))
	old, new := &batchv1.Job{}, &batchv1.Job{}
	yes, five, ten := true, int32(5), int64(10)
	new.Spec = batchv1.JobSpec{Suspend: &yes, Parallelism: &five, ActiveDeadlineSeconds: &ten, MaxFailedIndexes: &five}
	new.Spec.Template.Labels = map[string]string{"a": "b"}
	g.Expect(jobSpecChanges(&old.Spec, &new.Spec)).To(gomega.Equal([]string{"parallelism unset -> 5",
		"maxFailedIndexes unset -> 5", "activeDeadlineSeconds unset -> 10", "suspend unset -> true", "the pod template"}))

	one := "1"
	new.Status = batchv1.JobStatus{StartTime: &start, CompletionTime: &later, CompletedIndexes: "0,2", FailedIndexes: &one,
		UncountedTerminatedPods: &batchv1.UncountedTerminatedPods{Failed: []types.UID{"u"}}}
	g.Expect(jobStatusChanges(&old.Status, &new.Status)).To(gomega.Equal([]string{"uncounted 0 -> 1",
		`completedIndexes "" -> "0,2"`, `failedIndexes "" -> "1"`, "startTime set", "completionTime set"}))
	moved := batchv1.JobStatus{StartTime: &later}
	g.Expect(jobStatusChanges(&batchv1.JobStatus{StartTime: &start}, &moved)).To(gomega.Equal([]string{"startTime set anew"}))
	g.Expect(jobStatusChanges(&moved, &old.Status)).To(gomega.Equal([]string{"startTime cleared"}))
}

func TestConditionChanges(t *testing.T) {
	g := gomega.NewWithT(t)
	condition := func(kind batchv1.JobConditionType, status corev1.ConditionStatus, reason string) batchv1.JobCondition {
		return batchv1.JobCondition{Type: kind, Status: status, Reason: reason}
	}
	target := condition(batchv1.JobFailureTarget, "True", "DeadlineExceeded")
	failed := condition(batchv1.JobFailed, "True", "DeadlineExceeded")
	g.Expect(conditionChanges(nil, []batchv1.JobCondition{target, failed})).To(
		gomega.Equal([]string{"FailureTarget", "Failed (DeadlineExceeded)"}), "the reason is told once (FIN-2)")
	g.Expect(conditionChanges([]batchv1.JobCondition{target}, []batchv1.JobCondition{target, target})).To(
		gomega.Equal([]string{"FailureTarget (DeadlineExceeded)"}), "a second entry is news (FIN-14)")
	suspended := condition(batchv1.JobSuspended, "False", "JobResumed")
	g.Expect(conditionChanges([]batchv1.JobCondition{failed}, []batchv1.JobCondition{suspended})).To(
		gomega.Equal([]string{"Suspended=False (JobResumed)", "condition Failed removed"}))
}

func TestPodChanges(t *testing.T) {
	g := gomega.NewWithT(t)
	old := &corev1.PodStatus{Phase: corev1.PodPending, Conditions: []corev1.PodCondition{
		{Type: corev1.PodScheduled, Status: "True"}, {Type: corev1.PodReady, Status: "True"}}}
	new := &corev1.PodStatus{Phase: corev1.PodFailed, Reason: "Evicted", StartTime: &metav1.Time{}, Conditions: []corev1.PodCondition{
		{Type: corev1.PodScheduled, Status: "False", Reason: "Unschedulable", Message: "0/3 nodes"},
		{Type: corev1.PodReady, Status: "False"},
		{Type: corev1.DisruptionTarget, Status: "True", Reason: "EvictionByEvictionAPI"},
		{Type: corev1.ContainersReady, Status: "False"},
		{Type: "example.com/gate", Status: "True"}}}
	g.Expect(podStatusChanges(old, new)).To(gomega.Equal([]string{"Pending -> Failed (Evicted)", "startTime set",
		"not scheduled (Unschedulable: 0/3 nodes)", "not ready", "DisruptionTarget (EvictionByEvictionAPI)",
		"example.com/gate=True"}))
	g.Expect(podStatusChanges(&corev1.PodStatus{}, &corev1.PodStatus{Reason: "NodeLost"})).To(gomega.Equal([]string{"(NodeLost)"}))

	waits := []corev1.ContainerStatus{{Name: "main", State: corev1.ContainerState{
		Waiting: &corev1.ContainerStateWaiting{Reason: "ImagePullBackOff"}}}}
	creating := []corev1.ContainerStatus{{Name: "main", State: corev1.ContainerState{
		Waiting: &corev1.ContainerStateWaiting{Reason: "ContainerCreating"}}}}
	killed := []corev1.ContainerStatus{{Name: "main", State: corev1.ContainerState{
		Terminated: &corev1.ContainerStateTerminated{ExitCode: 137, Reason: "OOMKilled", Message: "out"}}}}
	g.Expect(containerChanges(nil, creating)).To(gomega.BeEmpty())
	g.Expect(containerChanges(creating, waits)).To(gomega.Equal([]string{"main waits: ImagePullBackOff"}))
	g.Expect(containerChanges(waits, killed)).To(gomega.Equal([]string{"main exited with 137 (OOMKilled: out)"}))
}

func TestMetadataAndNodeChanges(t *testing.T) {
	g := gomega.NewWithT(t)
	yes, thirty, one := true, int64(30), int64(1)
	ref := metav1.OwnerReference{Kind: "Job", Name: "pi", Controller: &yes}
	old := &metav1.ObjectMeta{Finalizers: []string{"a", "b"}, Labels: map[string]string{"x": "1", "y": "2"},
		Annotations: map[string]string{"gone": ""}, OwnerReferences: []metav1.OwnerReference{ref}}
	new := &metav1.ObjectMeta{Finalizers: []string{"b", "c"}, Labels: map[string]string{"x": "2", "y": "2", "z": "3"},
		DeletionTimestamp: &metav1.Time{}, DeletionGracePeriodSeconds: &thirty}
	g.Expect(metaChanges(old, new)).To(gomega.Equal([]string{"marked for deletion (grace period 30s)", "finalizer c added",
		"finalizer a removed", "controlled by job pi -> nobody", "label x=2", "label z=3", "annotation gone removed"}))
	sooner := new.DeepCopy()
	sooner.DeletionGracePeriodSeconds = &one
	g.Expect(metaChanges(new, sooner)).To(gomega.Equal([]string{"grace period 30s -> 1s"}))

	before := &corev1.Node{Spec: corev1.NodeSpec{Taints: []corev1.Taint{{Key: "old", Effect: "NoSchedule"}}}}
	after := &corev1.Node{Spec: corev1.NodeSpec{Unschedulable: true, Taints: []corev1.Taint{{Key: "new", Effect: "NoExecute"}}},
		Status: corev1.NodeStatus{Conditions: []corev1.NodeCondition{{Type: "Ready", Status: "Unknown", Reason: "Lost"}}}}
	g.Expect(nodeChanges(before, after)).To(gomega.Equal([]string{"Ready=Unknown (Lost)", "taint new:NoExecute",
		"taint old:NoSchedule removed", "unschedulable false -> true"}))
}

func TestOutlineOfAJob(t *testing.T) {
	g := gomega.NewWithT(t)
	five, ten, yes, indexed, by := int32(5), int64(10), true, batchv1.IndexedCompletion, "example.com/x"
	g.Expect(jobOutline(&batchv1.Job{Spec: batchv1.JobSpec{Completions: &five, BackoffLimit: &five,
		BackoffLimitPerIndex: &five, MaxFailedIndexes: &five, ActiveDeadlineSeconds: &ten, TTLSecondsAfterFinished: &five,
		CompletionMode: &indexed, PodFailurePolicy: &batchv1.PodFailurePolicy{}, SuccessPolicy: &batchv1.SuccessPolicy{},
		Suspend: &yes, ManagedBy: &by}})).To(gomega.Equal("completions 5, backoffLimitPerIndex 5, maxFailedIndexes 5, " +
		"activeDeadlineSeconds 10, ttlSecondsAfterFinished 5, Indexed, podFailurePolicy, successPolicy, suspended, " +
		"managedBy example.com/x"))
}

func TestClock(t *testing.T) {
	g := gomega.NewWithT(t)
	for want, d := range map[string]time.Duration{"0s": 0, "1m31s": 91 * time.Second, "10m": 10 * time.Minute,
		"1h": time.Hour, "1h10m": 70 * time.Minute, "1h0m5s": time.Hour + 5*time.Second, "20s": 20 * time.Second} {
		g.Expect(clock(d)).To(gomega.Equal(want))
	}
}
