package rest

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	. "github.com/onsi/gomega"
	batchv1 "k8s.io/api/batch/v1"
	coordinationv1 "k8s.io/api/coordination/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/cli-runtime/pkg/printers"
	"k8s.io/utils/ptr"

	"github.com/jobsim/jobsim/sim/apiserver"
)

var tableNow = time.Date(2025, 1, 1, 1, 0, 0, 0, time.UTC)

func ago(d time.Duration) metav1.Time { return metav1.NewTime(tableNow.Add(-d)) }

func microAgo(d time.Duration) metav1.MicroTime { return metav1.NewMicroTime(tableNow.Add(-d)) }

func metaOf(name string, created time.Duration) metav1.ObjectMeta {
	return metav1.ObjectMeta{Name: name, Namespace: "default", CreationTimestamp: ago(created)}
}

func kindNamed(t *testing.T, name string) *kind {
	t.Helper()
	for _, k := range kinds {
		if k.gvk.Kind == name {
			return k
		}
	}
	t.Fatalf("no kind %s", name)
	return nil
}

// shown is what kubectl get prints, without spaces at the ends of lines.
func shown(t *testing.T, kind string, wide bool, objects ...apiserver.Object) string {
	t.Helper()
	table := tableOf(kindNamed(t, kind), objects, "7", tableNow, metav1.IncludeMetadata)
	var out strings.Builder
	err := printers.NewTablePrinter(printers.PrintOptions{Wide: wide}).PrintObj(table, &out)
	NewWithT(t).Expect(err).NotTo(HaveOccurred())
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	return "\n" + strings.Join(lines, "\n") + "\n"
}

func TestJobTable(t *testing.T) {
	job := func(name string, created time.Duration, completions *int32, status batchv1.JobStatus) *batchv1.Job {
		return &batchv1.Job{ObjectMeta: metaOf(name, created), Status: status, Spec: batchv1.JobSpec{
			Completions: completions, Parallelism: ptr.To[int32](3),
			Selector: &metav1.LabelSelector{MatchLabels: map[string]string{"job": name}},
			Template: corev1.PodTemplateSpec{Spec: corev1.PodSpec{Containers: []corev1.Container{
				{Name: "main", Image: "busybox"}, {Name: "log", Image: "tail:2"},
			}}},
		}}
	}
	is := func(types ...batchv1.JobConditionType) (conditions []batchv1.JobCondition) {
		for _, of := range types {
			conditions = append(conditions, batchv1.JobCondition{Type: of, Status: corev1.ConditionTrue})
		}
		return conditions
	}
	complete := job("complete", time.Hour, ptr.To[int32](3), batchv1.JobStatus{Succeeded: 3,
		Conditions: is(batchv1.JobSuccessCriteriaMet, batchv1.JobComplete),
		StartTime:  ptr.To(ago(time.Hour)), CompletionTime: ptr.To(ago(58 * time.Minute))})
	failed := job("failed", 50*time.Hour, ptr.To[int32](3), batchv1.JobStatus{Succeeded: 1, StartTime: ptr.To(ago(50 * time.Hour)),
		Conditions: is(batchv1.JobFailureTarget, batchv1.JobFailed)})
	failed.DeletionTimestamp = ptr.To(ago(time.Second)) // a result outlives the wish to delete
	deleted := job("deleted", time.Minute, ptr.To[int32](3), batchv1.JobStatus{Conditions: is(batchv1.JobSuspended)})
	deleted.DeletionTimestamp = ptr.To(ago(0))
	resumed := job("resumed", 5*time.Second, nil, batchv1.JobStatus{StartTime: ptr.To(ago(3 * time.Second)),
		Conditions: []batchv1.JobCondition{{Type: batchv1.JobSuspended, Status: corev1.ConditionFalse}}})
	resumed.Spec.Parallelism = ptr.To[int32](1)
	objects := []apiserver.Object{
		job("queue", 90*time.Second, nil, batchv1.JobStatus{StartTime: ptr.To(ago(89 * time.Second))}), complete, failed, deleted,
		job("waiting", time.Minute, ptr.To[int32](1), batchv1.JobStatus{Conditions: is(batchv1.JobSuspended)}),
		job("lost", time.Minute, ptr.To[int32](9), batchv1.JobStatus{Conditions: is(batchv1.JobFailureTarget)}),
		job("won", time.Minute, ptr.To[int32](9), batchv1.JobStatus{Succeeded: 2, Conditions: is(batchv1.JobSuccessCriteriaMet)}),
		resumed,
	}
	g := NewWithT(t)
	g.Expect(shown(t, "Job", false, objects...)).To(Equal(`
NAME       STATUS               COMPLETIONS   DURATION   AGE
queue      Running              0/1 of 3      89s        90s
complete   Complete             3/3           2m         60m
failed     Failed               1/3           2d2h       2d2h
deleted    Terminating          0/3                      60s
waiting    Suspended            0/1                      60s
lost       FailureTarget        0/9                      60s
won        SuccessCriteriaMet   2/9                      60s
resumed    Running              0/1           3s         5s
`))
	g.Expect(shown(t, "Job", true, complete)).To(Equal(`
NAME       STATUS     COMPLETIONS   DURATION   AGE   CONTAINERS   IMAGES           SELECTOR
complete   Complete   3/3           2m         60m   main,log     busybox,tail:2   job=complete
`))
}

func TestEventTable(t *testing.T) {
	about := corev1.ObjectReference{Kind: "Job", Name: "pi", FieldPath: "spec"}
	old := &corev1.Event{ObjectMeta: metaOf("pi.1", time.Hour), InvolvedObject: about, Type: "Normal", Reason: "SuccessfulCreate",
		Message: "Created pod: pi-x\n", Source: corev1.EventSource{Component: "job-controller", Host: "n1"},
		FirstTimestamp: ago(time.Hour), LastTimestamp: ago(time.Minute), Count: 4}
	fresh := &corev1.Event{ObjectMeta: metaOf("pi.2", time.Hour), InvolvedObject: corev1.ObjectReference{Kind: "Pod"}, Type: "Warning",
		Reason: "Failed", EventTime: microAgo(30 * time.Second), ReportingController: "kubelet", ReportingInstance: "n2"}
	series := &corev1.Event{ObjectMeta: metaOf("pi.3", time.Hour), InvolvedObject: about, Type: "Warning", Reason: "BackOff",
		EventTime: microAgo(time.Minute), Series: &corev1.EventSeries{Count: 9, LastObservedTime: microAgo(2 * time.Second)}}
	undated := &corev1.Event{ObjectMeta: metaOf("pi.4", 0), InvolvedObject: about}
	g := NewWithT(t)
	g.Expect(shown(t, "Event", false, old, fresh, series, undated)).To(Equal(`
LAST SEEN   TYPE      REASON             OBJECT   MESSAGE
60s         Normal    SuccessfulCreate   job/pi   Created pod: pi-x
30s         Warning   Failed             pod
2s          Warning   BackOff            job/pi
<unknown>                                job/pi
`))
	g.Expect(shown(t, "Event", true, old, fresh, series)).To(Equal(`
LAST SEEN   TYPE      REASON             OBJECT   SUBOBJECT   SOURCE               MESSAGE             FIRST SEEN   COUNT   NAME
60s         Normal    SuccessfulCreate   job/pi   spec        job-controller, n1   Created pod: pi-x   60m          4       pi.1
30s         Warning   Failed             pod                  kubelet, n2                              30s          1       pi.2
2s          Warning   BackOff            job/pi   spec                                                 60s          9       pi.3
`))
}

func TestNodeTable(t *testing.T) {
	ready := func(status corev1.ConditionStatus) []corev1.NodeCondition {
		return []corev1.NodeCondition{{Type: corev1.NodeReady, Status: status}}
	}
	master := &corev1.Node{ObjectMeta: metaOf("m", time.Hour), Status: corev1.NodeStatus{Conditions: ready("True"),
		Addresses: []corev1.NodeAddress{{Type: corev1.NodeHostName, Address: "h"}, {Type: corev1.NodeInternalIP, Address: "10.0.0.1"}},
		NodeInfo: corev1.NodeSystemInfo{KubeletVersion: "v1.37.2", KernelVersion: "6.1", Architecture: "arm64", OSImage: "Linux",
			ContainerRuntimeVersion: "containerd://2"}}}
	master.Labels = map[string]string{"node-role.kubernetes.io/b": "", "kubernetes.io/role": "a", "node-role.kubernetes.io/": "", "node-role.kubernetes.io/a": ""}
	cordoned := &corev1.Node{ObjectMeta: metaOf("c", time.Hour), Spec: corev1.NodeSpec{Unschedulable: true},
		Status: corev1.NodeStatus{Conditions: ready("Unknown")}}
	bare := &corev1.Node{ObjectMeta: metaOf("n", time.Hour)}
	NewWithT(t).Expect(shown(t, "Node", true, master, cordoned, bare)).To(Equal(`
NAME   STATUS                        ROLES    AGE   VERSION   INTERNAL-IP   EXTERNAL-IP   OS-IMAGE    KERNEL-VERSION   CONTAINER-RUNTIME
m      Ready                         a,b      60m   v1.37.2   10.0.0.1      <none>        Linux       6.1 (arm64)      containerd://2
c      NotReady,SchedulingDisabled   <none>   60m             <none>        <none>        <unknown>   <unknown>        <unknown>
n      Unknown                       <none>   60m             <none>        <none>        <unknown>   <unknown>        <unknown>
`))
}

func TestNamespaceAndLeaseTables(t *testing.T) {
	g := NewWithT(t)
	ns := &corev1.Namespace{ObjectMeta: metaOf("default", time.Hour), Status: corev1.NamespaceStatus{Phase: corev1.NamespaceActive}}
	g.Expect(shown(t, "Namespace", false, ns)).To(Equal("\nNAME      STATUS   AGE\ndefault   Active   60m\n"))
	held := &coordinationv1.Lease{ObjectMeta: metaOf("held", time.Minute), Spec: coordinationv1.LeaseSpec{HolderIdentity: ptr.To("a_1")}}
	free := &coordinationv1.Lease{ObjectMeta: metaOf("free", time.Minute)}
	g.Expect(shown(t, "Lease", false, held, free)).To(Equal("\nNAME   HOLDER   AGE\nheld   a_1      60s\nfree            60s\n"))
}

func TestRowsCarryWhatWasAskedFor(t *testing.T) {
	job := &batchv1.Job{ObjectMeta: metaOf("pi", time.Hour), Spec: batchv1.JobSpec{BackoffLimit: ptr.To[int32](6)}}
	object := func(include metav1.IncludeObjectPolicy) string {
		table := tableOf(kindNamed(t, "Job"), []apiserver.Object{job}, "7", tableNow, include)
		encoded, err := json.Marshal(table.Rows[0].Object)
		NewWithT(t).Expect(err).NotTo(HaveOccurred())
		return string(encoded)
	}
	g := NewWithT(t)
	partial := `{"kind":"PartialObjectMetadata","apiVersion":"meta.k8s.io/v1","metadata":{"name":"pi","namespace":"default","creationTimestamp":"2025-01-01T00:00:00Z"}}`
	g.Expect(object(metav1.IncludeMetadata)).To(MatchJSON(partial))
	g.Expect(object("")).To(MatchJSON(partial))
	g.Expect(object(metav1.IncludeNone)).To(Equal("null"))
	g.Expect(object(metav1.IncludeObject)).To(And(HavePrefix(`{"kind":"Job","apiVersion":"batch/v1",`), ContainSubstring(`"backoffLimit":6`)))
	g.Expect(job.Kind).To(BeEmpty(), "the stored object is shared")
}

func TestEveryKindHasATable(t *testing.T) {
	for _, k := range kinds {
		g := NewWithT(t)
		table := tableOf(k, []apiserver.Object{k.stored(k.blank())}, "7", tableNow, "")
		g.Expect(table.ResourceVersion).To(Equal("7"))
		g.Expect(table.Rows[0].Cells).To(HaveLen(len(table.ColumnDefinitions)), k.gvk.Kind)
		for _, c := range table.ColumnDefinitions {
			g.Expect(c.Description).NotTo(BeEmpty(), "%s %s", k.gvk.Kind, c.Name)
		}
		g.Expect(json.Marshal(tableOf(k, nil, "7", tableNow, "").Rows)).To(BeEquivalentTo("[]"))
	}
}
