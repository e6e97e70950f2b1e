package kubectl_test

import (
	"bytes"
	"testing"
	"time"

	"github.com/onsi/gomega"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/jobsim/jobsim/cmd/jobsim/internal/kubectl"
)

// Times are in UTC and whole seconds (TIME-0), managedFields are left out, kinds are filled in.
func TestYAML(t *testing.T) {
	g := gomega.NewWithT(t)
	job := crashLoopJob()
	job.CreationTimestamp = metav1.NewTime(start.In(time.FixedZone("there", 5*60*60)))
	job.ManagedFields = []metav1.ManagedFieldsEntry{{Manager: "kube-controller-manager"}}
	job.Status.Conditions = []batchv1.JobCondition{{
		Type: batchv1.JobFailed, Status: corev1.ConditionTrue, Reason: batchv1.JobReasonBackoffLimitExceeded,
		LastTransitionTime: at(31 * time.Second),
	}}
	event := jobEvent(0, "SuccessfulCreate", "Created pod: pi-4hx7k")
	event.EventTime = metav1.NewMicroTime(start.Add(1500 * time.Microsecond))
	before := job.DeepCopy()

	out := &bytes.Buffer{}
	g.Expect(kubectl.YAML(out, job, event)).To(gomega.Succeed())
	g.Expect(out.String()).To(gomega.Equal(`apiVersion: batch/v1
kind: Job
metadata:
  creationTimestamp: "2000-01-01T00:00:00Z"
  name: crash-loop
  namespace: default
spec:
  completions: 1
  parallelism: 1
  template:
    metadata: {}
    spec:
      containers: null
status:
  conditions:
  - lastProbeTime: null
    lastTransitionTime: "2000-01-01T00:00:31Z"
    reason: BackoffLimitExceeded
    status: "True"
    type: Failed
  startTime: "2000-01-01T00:00:00Z"
---
apiVersion: v1
count: 1
eventTime: "2000-01-01T00:00:00.001500Z"
firstTimestamp: "2000-01-01T00:00:00Z"
involvedObject:
  apiVersion: batch/v1
  kind: Job
  name: pi
  namespace: default
  uid: uid-1
kind: Event
lastTimestamp: "2000-01-01T00:00:00Z"
message: 'Created pod: pi-4hx7k'
metadata: {}
reason: SuccessfulCreate
reportingComponent: job-controller
reportingInstance: ""
source:
  component: job-controller
type: Normal
`))
	g.Expect(job).To(gomega.Equal(before), "the object is shared and must not be written to")
}

func TestYAMLRefusesWhatHasNoKind(t *testing.T) {
	g := gomega.NewWithT(t)
	out := &bytes.Buffer{}
	g.Expect(kubectl.YAML(out, retriedJob(), nil)).To(
		gomega.MatchError("yaml: object 2 of 2: expected an object, got nil"))
	g.Expect(kubectl.YAML(out, &unstructured.Unstructured{})).To(
		gomega.MatchError(gomega.HavePrefix("yaml: object 1 of 1, a *unstructured.Unstructured: ")))
	g.Expect(out.String()).To(gomega.BeEmpty(), "nothing is written if anything is refused")
	g.Expect(kubectl.YAML(out)).To(gomega.Succeed())
}
