package rest

import (
	"bufio"
	"context"
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	. "github.com/onsi/gomega"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"

	"github.com/jobsim/jobsim/sim/apiserver"
	"github.com/jobsim/jobsim/sim/apiserver/typed"
)

// kubectl is the real program, talking to a door over loopback.
type kubectl struct {
	*cluster
	dir     string
	program string
	// watching is told of each watch that has been opened.
	watching chan struct{}
}

func newKubectl(t *testing.T) *kubectl {
	t.Helper()
	program, err := exec.LookPath("kubectl")
	if err != nil {
		t.Skip("SKIPPED: there is no kubectl on this machine, so nothing was checked with it")
	}
	k := &kubectl{cluster: newCluster(t), dir: t.TempDir(), program: program, watching: make(chan struct{}, 100)}
	server := httptest.NewServer(New(&watchedGate{k.gate, k.watching}))
	t.Cleanup(server.CloseClientConnections) // of watches, before the server waits for them
	t.Cleanup(func() { server.CloseClientConnections(); server.Close() })
	config := clientcmdapi.NewConfig()
	config.Clusters["sim"] = &clientcmdapi.Cluster{Server: server.URL}
	config.Contexts["sim"] = &clientcmdapi.Context{Cluster: "sim", Namespace: "default"}
	config.CurrentContext = "sim"
	k.Expect(clientcmd.WriteToFile(*config, filepath.Join(k.dir, "config"))).To(Succeed())
	return k
}

type watchedGate struct {
	*Direct
	watching chan<- struct{}
}

func (g *watchedGate) Request(ctx context.Context, call typed.Call, serve func(*apiserver.Caller) error) error {
	err := g.Direct.Request(ctx, call, serve)
	if call.Verb == "watch" {
		g.watching <- struct{}{}
	}
	return err
}

// command runs for at most as long as the test may.
func (k *kubectl) command(t *testing.T, args ...string) *exec.Cmd {
	common := []string{"--kubeconfig", filepath.Join(k.dir, "config"), "--cache-dir", filepath.Join(k.dir, "cache"), "--request-timeout=60s"}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute) // a hang ends as a failure that shows its output
	t.Cleanup(cancel)
	c := exec.CommandContext(ctx, k.program, append(common, args...)...)
	c.Env = []string{"HOME=" + k.dir, "KUBECACHEDIR=" + filepath.Join(k.dir, "cache")}
	return c
}

// run returns what kubectl prints, with a line feed before it so that expectations can begin on a line of their own.
func (k *kubectl) run(t *testing.T, args ...string) string {
	t.Helper()
	out, err := k.command(t, args...).CombinedOutput()
	k.Expect(err).NotTo(HaveOccurred(), "kubectl %v: %s", args, out)
	return "\n" + trimLines(string(out))
}

// fails returns what kubectl prints when it does not succeed.
func (k *kubectl) fails(t *testing.T, args ...string) string {
	t.Helper()
	out, err := k.command(t, args...).CombinedOutput()
	k.Expect(err).To(HaveOccurred(), "kubectl %v: %s", args, out)
	return "\n" + trimLines(string(out))
}

func trimLines(s string) string {
	lines := strings.Split(s, "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	return strings.Join(lines, "\n")
}

func (k *kubectl) file(name, content string) string {
	path := filepath.Join(k.dir, name)
	k.Expect(os.WriteFile(path, []byte(content), 0o600)).To(Succeed())
	return path
}

const piManifest = `
apiVersion: batch/v1
kind: Job
metadata:
  name: pi
spec:
  backoffLimit: %d
  template:
    spec:
      restartPolicy: Never
      containers:
      - name: pi
        image: perl:5
`

// finish makes a Job Complete, as a controller does.
func (k *kubectl) finish(t *testing.T, name string) {
	t.Helper()
	jobs := k.client("").BatchV1().Jobs("default")
	job, err := jobs.Get(t.Context(), name, metav1.GetOptions{})
	k.Expect(err).NotTo(HaveOccurred())
	start := metav1.NewTime(k.gate.Now())
	job.Status.StartTime = &start
	job, err = jobs.UpdateStatus(t.Context(), job, metav1.UpdateOptions{})
	k.Expect(err).NotTo(HaveOccurred())
	k.gate.Advance(75 * time.Second)
	end := metav1.NewTime(k.gate.Now())
	job.Status.CompletionTime, job.Status.Succeeded = &end, 1
	for _, of := range []batchv1.JobConditionType{batchv1.JobSuccessCriteriaMet, batchv1.JobComplete} {
		job.Status.Conditions = append(job.Status.Conditions, batchv1.JobCondition{
			Type: of, Status: corev1.ConditionTrue, LastTransitionTime: end, LastProbeTime: end})
	}
	_, err = jobs.UpdateStatus(t.Context(), job, metav1.UpdateOptions{})
	k.Expect(err).NotTo(HaveOccurred())
}

func TestKubectlFindsOutWhatIsServed(t *testing.T) {
	k := newKubectl(t)
	k.Expect(k.run(t, "version")).To(ContainSubstring("Server Version: v1.37.2+jobsim\n"))
	k.Expect(k.run(t, "api-resources")).To(Equal(`
NAME         SHORTNAMES   APIVERSION               NAMESPACED   KIND
events       ev           v1                       true         Event
namespaces   ns           v1                       false        Namespace
nodes        no           v1                       false        Node
pods         po           v1                       true         Pod
jobs                      batch/v1                 true         Job
leases                    coordination.k8s.io/v1   true         Lease
events       ev           events.k8s.io/v1         true         Event
`))
	k.Expect(k.run(t, "api-versions")).To(Equal("\nbatch/v1\ncoordination.k8s.io/v1\nevents.k8s.io/v1\nv1\n"))
	k.Expect(k.run(t, "explain", "job.spec.backoffLimit")).To(ContainSubstring("FIELD: backoffLimit <integer>\n"))
	k.Expect(k.run(t, "explain", "po", "--recursive")).To(ContainSubstring("      restartPolicy\t<string>\n"))
	k.Expect(k.fails(t, "get", "deployments")).To(ContainSubstring(`the server doesn't have a resource type "deployments"`))
}

func TestKubectlCreatesShowsAndDeletesJobs(t *testing.T) {
	k := newKubectl(t)
	manifest := k.file("pi.yaml", fmt.Sprintf(piManifest, 4))
	k.Expect(k.run(t, "create", "-f", manifest)).To(Equal("\njob.batch/pi created\n"))
	k.Expect(k.fails(t, "create", "-f", manifest)).To(ContainSubstring(`jobs.batch "pi" already exists`))
	k.gate.Advance(90 * time.Second)
	selector := "batch.kubernetes.io/controller-uid=" + strings.TrimSpace(k.run(t, "get", "job", "pi", "-o", "jsonpath={.metadata.uid}"))
	k.Expect(k.run(t, "get", "jobs", "-o", "wide")).To(Equal(`
NAME   STATUS    COMPLETIONS   DURATION   AGE   CONTAINERS   IMAGES   SELECTOR
pi     Running   0/1                      90s   pi           perl:5   ` + selector + "\n"))
	k.finish(t, "pi")
	k.Expect(k.run(t, "get", "all")).To(Equal(`
NAME           STATUS     COMPLETIONS   DURATION   AGE
job.batch/pi   Complete   1/1           75s        2m45s
`))
	k.Expect(k.run(t, "get", "job", "pi", "-o", "yaml")).To(ContainSubstring("\n  backoffLimit: 4\n"))
	described := k.run(t, "describe", "job", "pi")
	k.Expect(described).To(MatchRegexp(`\nPods Statuses: +0 Active (\(0 Ready\) )?/ 1 Succeeded / 0 Failed\n`))
	k.Expect(described).To(MatchRegexp(`\nDuration: +75s\n`))
	k.Expect(k.run(t, "delete", "job", "pi")).To(HavePrefix("\njob.batch \"pi\" deleted"))
	k.Expect(k.run(t, "get", "jobs")).To(Equal("\nNo resources found in default namespace.\n"))
}

func TestKubectlAppliesChanges(t *testing.T) {
	k := newKubectl(t)
	first, second := k.file("first.yaml", fmt.Sprintf(piManifest, 4)), k.file("second.yaml", fmt.Sprintf(piManifest, 7))
	k.Expect(k.run(t, "apply", "-f", first)).To(Equal("\njob.batch/pi created\n"))
	k.Expect(k.run(t, "apply", "-f", first)).To(Equal("\njob.batch/pi unchanged\n"))
	k.Expect(k.run(t, "apply", "-f", second)).To(Equal("\njob.batch/pi configured\n"))
	k.Expect(k.run(t, "get", "job", "pi", "-o", "jsonpath={.spec.backoffLimit}")).To(Equal("\n7"))
	k.Expect(k.run(t, "label", "job", "pi", "team=a")).To(Equal("\njob.batch/pi labeled\n"))
	k.Expect(k.run(t, "get", "jobs", "-l", "team=a", "-L", "team", "--no-headers")).To(MatchRegexp(`^\npi .* a\n$`))
}

func TestKubectlAppliesOnTheServer(t *testing.T) {
	k := newKubectl(t)
	first, second := k.file("first.yaml", fmt.Sprintf(piManifest, 4)), k.file("second.yaml", fmt.Sprintf(piManifest, 7))
	k.Expect(k.run(t, "apply", "--server-side", "-f", first)).To(Equal("\njob.batch/pi serverside-applied\n"))
	k.Expect(k.run(t, "get", "job", "pi", "-o", "jsonpath={.metadata.managedFields[*].manager}")).To(Equal("\nkubectl"))
	k.Expect(k.fails(t, "apply", "--server-side", "--field-manager=other", "-f", second)).To(
		ContainSubstring(`Apply failed with 1 conflict: conflict with "kubectl": .spec.backoffLimit`))
	k.Expect(k.run(t, "apply", "--server-side", "--field-manager=other", "--force-conflicts", "-f", second)).To(
		Equal("\njob.batch/pi serverside-applied\n"))
	k.Expect(k.run(t, "get", "job", "pi", "-o", "jsonpath={.spec.backoffLimit}")).To(Equal("\n7"))
}

func TestKubectlLeavesValidationToTheServer(t *testing.T) {
	k := newKubectl(t)
	misspelt := k.file("misspelt.yaml", strings.ReplaceAll(fmt.Sprintf(piManifest, 4), "backoffLimit", "backOffLimit"))
	k.Expect(k.fails(t, "create", "-f", misspelt)).To(ContainSubstring(`strict decoding error: unknown field "spec.backOffLimit"`))
	k.Expect(k.run(t, "create", "-f", misspelt, "--validate=warn")).To(Equal(`
Warning: unknown field "spec.backOffLimit"
job.batch/pi created
`))
	wrong := k.file("wrong.yaml", strings.ReplaceAll(fmt.Sprintf(piManifest, -1), "name: pi\n", "name: wrong\n"))
	k.Expect(k.fails(t, "apply", "-f", wrong)).To(ContainSubstring("spec.backoffLimit: Invalid value: -1: must be greater than or equal to 0"))
}

func TestKubectlShowsPodsNodesAndEvents(t *testing.T) {
	k := newKubectl(t)
	ctx, core := t.Context(), k.client("").CoreV1()
	pod, err := core.Pods("default").Create(ctx, &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "a"},
		Spec: corev1.PodSpec{NodeName: "n1", Containers: []corev1.Container{{Name: "main", Image: "busybox"}}}}, metav1.CreateOptions{})
	k.Expect(err).NotTo(HaveOccurred())
	ended := metav1.NewTime(k.gate.Now())
	k.gate.Advance(2 * time.Minute)
	crashed := containerWaits("CrashLoopBackOff", 2, &corev1.ContainerStateTerminated{ExitCode: 1, FinishedAt: ended})
	crashed.Name = "main"
	pod.Status = containers(corev1.PodRunning, crashed)
	_, err = core.Pods("default").UpdateStatus(ctx, pod, metav1.UpdateOptions{})
	k.Expect(err).NotTo(HaveOccurred())
	_, err = core.Nodes().Create(ctx, &corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: "n1"}}, metav1.CreateOptions{})
	k.Expect(err).NotTo(HaveOccurred())
	_, err = core.Events("default").Create(ctx, &corev1.Event{ObjectMeta: metav1.ObjectMeta{Name: "a.1"}, Reason: "BackOff", Type: "Warning",
		InvolvedObject: corev1.ObjectReference{Kind: "Pod", Name: "a", Namespace: "default", UID: pod.UID}, Message: "waits", FirstTimestamp: ended, Count: 3},
		metav1.CreateOptions{})
	k.Expect(err).NotTo(HaveOccurred())
	k.Expect(k.run(t, "get", "pods", "-o", "wide")).To(Equal(`
NAME   READY   STATUS             RESTARTS     AGE   IP       NODE   NOMINATED NODE   READINESS GATES
a      0/1     CrashLoopBackOff   2 (2m ago)   2m    <none>   n1     <none>           <none>
`))
	k.Expect(k.run(t, "get", "nodes")).To(MatchRegexp(`\nn1 +Unknown +<none> +0s`))
	k.Expect(k.run(t, "get", "events")).To(Equal(`
LAST SEEN   TYPE      REASON    OBJECT   MESSAGE
2m          Warning   BackOff   pod/a    waits
`))
	k.Expect(k.run(t, "describe", "pod", "a")).To(MatchRegexp(`Warning +BackOff .* waits\n`))
}

func TestKubectlWaitsForACondition(t *testing.T) {
	k := newKubectl(t)
	k.run(t, "create", "-f", k.file("pi.yaml", fmt.Sprintf(piManifest, 4)))
	var out strings.Builder
	wait := k.command(t, "wait", "--for=condition=complete", "job/pi", "--timeout=60s")
	wait.Stdout, wait.Stderr = &out, &out
	k.Expect(wait.Start()).To(Succeed())
	<-k.watching
	k.finish(t, "pi")
	k.Expect(wait.Wait()).To(Succeed(), out.String())
	k.Expect(out.String()).To(Equal("job.batch/pi condition met\n"))
}

func TestKubectlWatches(t *testing.T) {
	k := newKubectl(t)
	k.run(t, "create", "-f", k.file("pi.yaml", fmt.Sprintf(piManifest, 4)))
	watch := k.command(t, "get", "jobs", "-w")
	out, err := watch.StdoutPipe()
	k.Expect(err).NotTo(HaveOccurred())
	k.Expect(watch.Start()).To(Succeed())
	defer func() { _ = watch.Process.Kill(); _ = watch.Wait() }()
	<-k.watching
	k.finish(t, "pi")
	var lines []string
	for in := bufio.NewScanner(out); len(lines) < 4 && in.Scan(); {
		lines = append(lines, strings.Join(strings.Fields(in.Text()), " "))
	}
	k.Expect(lines).To(Equal([]string{
		"NAME STATUS COMPLETIONS DURATION AGE", "pi Running 0/1 0s", "pi Running 0/1 0s 0s", "pi Complete 1/1 75s 75s",
	}))
}
