package kubectl_test

import (
	"bytes"
	"errors"
	"testing"
	"time"

	"github.com/onsi/gomega"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/jobsim/jobsim/cmd/jobsim/internal/kubectl"
)

// A finished Job seen 15 s after its end: the times are virtual, the ages count from now.
func TestDescribeFinishedJob(t *testing.T) {
	g := gomega.NewWithT(t)
	out := &bytes.Buffer{}
	g.Expect(kubectl.Describe(out, retriedJob(), retriedJobEvents(), start.Add(80*time.Second))).To(gomega.Succeed())
	g.Expect(out.String()).To(gomega.Equal(describedBody + `Events:
  Type    Reason            Age   From            Message
  ----    ------            ----  ----            -------
  Normal  SuccessfulCreate  80s   job-controller  Created pod: pi-4hx7k
  Normal  SuccessfulCreate  60s   job-controller  Created pod: pi-zq5bn
  Normal  Completed         15s   job-controller  Job completed
`))
}

// Without events kubectl aligns the last line with the pod template above it.
func TestDescribeWithoutEvents(t *testing.T) {
	g := gomega.NewWithT(t)
	out := &bytes.Buffer{}
	g.Expect(kubectl.Describe(out, retriedJob(), nil, start.Add(80*time.Second))).To(gomega.Succeed())
	g.Expect(out.String()).To(gomega.Equal(describedBody + "Events:            <none>\n"))
}

const describedBody = `Name:                        pi
Namespace:                   default
Selector:                    batch.kubernetes.io/controller-uid=uid-1
Labels:                      batch.kubernetes.io/controller-uid=uid-1
                             batch.kubernetes.io/job-name=pi
                             controller-uid=uid-1
                             job-name=pi
Annotations:                 <none>
Parallelism:                 1
Completions:                 1
Completion Mode:             NonIndexed
Suspend:                     false
Backoff Limit:               6
TTL Seconds After Finished:  100
Start Time:                  Sat, 01 Jan 2000 00:00:00 +0000
Completed At:                Sat, 01 Jan 2000 00:01:05 +0000
Duration:                    65s
Active Deadline Seconds:     600s
Pods Statuses:               0 Active (0 Ready) / 1 Succeeded / 1 Failed
Pod Template:
  Labels:  batch.kubernetes.io/controller-uid=uid-1
           batch.kubernetes.io/job-name=pi
           controller-uid=uid-1
           job-name=pi
  Containers:
   main:
    Image:      perl:5.34
    Port:       <none>
    Host Port:  <none>
    Command:
      perl
      -Mbignum=bpi
      -wle
    Args:
      print bpi(2000)
    Environment:   <none>
    Mounts:        <none>
  Volumes:         <none>
  Node-Selectors:  <none>
  Tolerations:     <none>
`

// A running Job has neither a completion time nor a duration; an Indexed one lists its indexes; what nobody
// set is left out.
func TestDescribeRunningIndexedJob(t *testing.T) {
	g := gomega.NewWithT(t)
	job := &batchv1.Job{
		Spec: batchv1.JobSpec{
			Parallelism: new(int32(2)), Completions: new(int32(5)), CompletionMode: new(batchv1.IndexedCompletion),
			Selector: &metav1.LabelSelector{
				MatchLabels: map[string]string{"tier": "batch"},
				MatchExpressions: []metav1.LabelSelectorRequirement{
					{Key: "app", Operator: metav1.LabelSelectorOpIn, Values: []string{"render"}}},
			},
		},
		Status: batchv1.JobStatus{
			StartTime: atPtr(time.Minute), Active: 2, Ready: new(int32(1)), Succeeded: 3, CompletedIndexes: "0-1,4",
		},
	}
	job.Name, job.Namespace = "shards", "batch"
	job.Annotations = map[string]string{"team": "render"}

	out := &bytes.Buffer{}
	g.Expect(kubectl.Describe(out, job, nil, start.Add(time.Hour))).To(gomega.Succeed())
	g.Expect(out.String()).To(gomega.Equal(`Name:               shards
Namespace:          batch
Selector:           app in (render),tier=batch
Labels:             <none>
Annotations:        team: render
Parallelism:        2
Completions:        5
Completion Mode:    Indexed
Start Time:         Sat, 01 Jan 2000 00:01:00 +0000
Pods Statuses:      2 Active (1 Ready) / 3 Succeeded / 0 Failed
Completed Indexes:  0-1,4
Pod Template:
  Labels:  <none>
  Containers: <none>
  Volumes:         <none>
  Node-Selectors:  <none>
  Tolerations:     <none>
Events:            <none>
`))
}

// The zone of the machine that decoded an object must not show.
func TestDescribeIsInUTC(t *testing.T) {
	g := gomega.NewWithT(t)
	there := time.FixedZone("there", 5*60*60)
	job := retriedJob()
	job.Status.StartTime.Time = job.Status.StartTime.In(there)
	job.Status.CompletionTime.Time = job.Status.CompletionTime.In(there)

	out := &bytes.Buffer{}
	g.Expect(kubectl.Describe(out, job, nil, start.Add(80*time.Second).In(there))).To(gomega.Succeed())
	g.Expect(out.String()).To(gomega.HavePrefix(describedBody))
}

// kubectl's describer sorts tolerations and events where they lie; ours are shared with the trace.
func TestDescribeWritesToNoObject(t *testing.T) {
	g := gomega.NewWithT(t)
	job := retriedJob()
	job.Spec.Template.Spec.Tolerations = []corev1.Toleration{{Key: "spot"}, {Key: "arm"}}
	events := retriedJobEvents()
	events[0], events[2] = events[2], events[0]
	wantJob, wantLast := job.DeepCopy(), events[2].DeepCopy()

	out := &bytes.Buffer{}
	g.Expect(kubectl.Describe(out, job, events, start.Add(80*time.Second))).To(gomega.Succeed())
	g.Expect(out.String()).To(gomega.ContainSubstring("Tolerations:     arm\n                   spot\n"))
	g.Expect(job).To(gomega.Equal(wantJob))
	g.Expect(events[2]).To(gomega.Equal(wantLast))
}

func TestDescribeRefusesNil(t *testing.T) {
	err := kubectl.Describe(&bytes.Buffer{}, nil, nil, start)
	gomega.NewWithT(t).Expect(err).To(gomega.MatchError("describe job: expected a Job, got nil"))
}

// brokenPipe stands for a pager that the user has closed.
type brokenPipe struct{}

var errPipe = errors.New("broken pipe")

func (brokenPipe) Write([]byte) (int, error) { return 0, errPipe }

func TestWriteErrorsAreReported(t *testing.T) {
	g := gomega.NewWithT(t)
	g.Expect(kubectl.Describe(brokenPipe{}, retriedJob(), nil, start)).To(gomega.MatchError(errPipe))
	g.Expect(kubectl.Get(brokenPipe{}, []*batchv1.Job{retriedJob()}, nil, start)).To(gomega.MatchError(errPipe))
	g.Expect(kubectl.YAML(brokenPipe{}, retriedJob())).To(gomega.MatchError(errPipe))
}
