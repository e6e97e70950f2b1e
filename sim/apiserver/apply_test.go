package apiserver

import (
	"strings"
	"testing"
	"time"

	"github.com/onsi/gomega"
	batchv1 "k8s.io/api/batch/v1"
	coordinationv1 "k8s.io/api/coordination/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// apply applies a configuration that must be accepted.
func (c *cluster) apply(k Key, subresource, manager string, force bool, config string) (Object, bool) {
	obj, created, err := c.user.Apply(k, subresource, manager, force, []byte(config))
	c.Expect(err).NotTo(gomega.HaveOccurred())
	return obj, created
}

// owners are who owns something of an object: "Apply a, Update b/status".
func owners(obj Object) string {
	var found []string
	for _, e := range obj.GetManagedFields() {
		name := string(e.Operation) + " " + e.Manager
		if e.Subresource != "" {
			name += "/" + e.Subresource
		}
		found = append(found, name)
	}
	return strings.Join(found, ", ")
}

var piKey = Key{Resource: Jobs, Namespace: "default", Name: "pi"}

const piConfig = `
apiVersion: batch/v1
kind: Job
metadata:
  name: pi
  labels: {team: a}
spec:
  parallelism: 2
  completions: 5
  template:
    spec:
      restartPolicy: Never
      containers:
      - name: main
        image: busybox
`

func TestApplyCreates(t *testing.T) {
	c := newCluster(t, Options{})
	c.queue.AdvanceTo(1500 * time.Millisecond)
	obj, created := c.apply(piKey, "", "a", false, piConfig)
	c.Expect(created).To(gomega.BeTrue())
	job := obj.(*batchv1.Job)
	c.Expect(job.Namespace).To(gomega.Equal("default"))
	c.Expect(*job.Spec.BackoffLimit).To(gomega.Equal(int32(6)), "defaulted as any Job")
	c.Expect(job.Kind).To(gomega.BeEmpty())
	c.Expect(owners(job)).To(gomega.Equal("Apply a"))
	entry := job.ManagedFields[0]
	c.Expect(entry.Time.Time).To(gomega.Equal(at(1)), "virtual time, in whole seconds")
	c.Expect(entry.APIVersion + " " + entry.FieldsType).To(gomega.Equal("batch/v1 FieldsV1"))
	c.Expect(string(entry.FieldsV1.Raw)).To(gomega.And(
		gomega.ContainSubstring(`"f:parallelism":{}`), gomega.Not(gomega.ContainSubstring("backoffLimit"))))
	c.Expect(c.recorder.last().Verb).To(gomega.Equal("create"))
	c.Expect(stored(c, job)).To(gomega.Equal(job))

	c.queue.AdvanceTo(10 * time.Second)
	again, created := c.apply(piKey, "", "a", false, piConfig)
	c.Expect(created).To(gomega.BeFalse())
	c.Expect(again).To(gomega.BeIdenticalTo(obj), "the same once more changes nothing, not even the time")
	c.Expect(c.recorder.last().Text).To(gomega.Equal("no change"))
}

func TestApplyTakesAwayWhatIsNotWantedAnyMore(t *testing.T) {
	c := newCluster(t, Options{})
	c.apply(piKey, "", "a", false, piConfig)
	obj, _ := c.apply(piKey, "", "a", false, strings.Replace(piConfig, "labels: {team: a}", "annotations: {x: z}", 1))
	c.Expect(obj.GetLabels()).NotTo(gomega.HaveKey("team"))
	c.Expect(obj.GetAnnotations()).To(gomega.Equal(map[string]string{"x": "z"}))
	c.Expect(obj.GetGeneration()).To(gomega.Equal(int64(1)), "the spec is as it was")
	c.Expect(c.recorder.last().Verb).To(gomega.Equal("patch"))
}

func TestApplyConflicts(t *testing.T) {
	c := newCluster(t, Options{})
	c.apply(piKey, "", "a", false, piConfig)
	const other = `{"apiVersion":"batch/v1","kind":"Job","metadata":{"name":"pi","labels":{"team":"b"}},"spec":{"parallelism":4}}`
	before := c.server.store.get(piKey)
	_, _, err := c.user.Apply(piKey, "", "b", false, []byte(other))
	c.expectStatus(err, 409, metav1.StatusReasonConflict, `Apply failed with 2 conflicts: conflicts with "a"`)
	var causes []string
	for _, cause := range err.(*apierrors.StatusError).ErrStatus.Details.Causes {
		causes = append(causes, string(cause.Type)+" "+cause.Field)
	}
	c.Expect(causes).To(gomega.ConsistOf("FieldManagerConflict .metadata.labels.team", "FieldManagerConflict .spec.parallelism"))
	c.Expect(c.server.store.get(piKey)).To(gomega.BeIdenticalTo(before))

	obj, _ := c.apply(piKey, "", "b", true, other)
	c.Expect(*obj.(*batchv1.Job).Spec.Parallelism).To(gomega.Equal(int32(4)))
	c.Expect(owners(obj)).To(gomega.Equal("Apply a, Apply b"))
	_, _, err = c.user.Apply(piKey, "", "a", false, []byte(piConfig))
	c.expectStatus(err, 409, metav1.StatusReasonConflict, `conflicts with "b"`)
}

func TestOwnershipBeforeAndAfterTheFirstApply(t *testing.T) {
	c := newCluster(t, Options{})
	job := newJob("pi")
	job.Spec.Parallelism = ptr(int32(1))
	job.ManagedFields = []metav1.ManagedFieldsEntry{{Manager: "invented"}}
	job = create(c, job)
	c.Expect(job.ManagedFields).To(gomega.BeEmpty(), "nothing is kept for an object that is not applied")
	const two = `{"apiVersion":"batch/v1","kind":"Job","metadata":{"name":"pi"},"spec":{"parallelism":2}}`
	_, _, err := c.user.Apply(piKey, "", "a", false, []byte(two))
	c.expectStatus(err, 409, metav1.StatusReasonConflict, `conflict with "before-first-apply"`)
	applied, _ := c.apply(piKey, "", "a", true, two)
	c.Expect(owners(applied)).To(gomega.Equal("Apply a, Update before-first-apply"))

	c.queue.AdvanceTo(5 * time.Second)
	_, err = c.user.ManagedBy("kubectl-edit").Patch(piKey, "", merge, []byte(`{"spec":{"parallelism":3}}`))
	c.Expect(err).NotTo(gomega.HaveOccurred())
	_, _, err = c.user.Apply(piKey, "", "a", false, []byte(two))
	c.expectStatus(err, 409, metav1.StatusReasonConflict, `conflict with "kubectl-edit"`)

	current := *stored(c, job)
	current.Status.Active = 1
	status, err := c.user.UpdateStatus(&current)
	c.Expect(err).NotTo(gomega.HaveOccurred())
	c.Expect(owners(status)).To(gomega.Equal("Update before-first-apply, Update kubectl-edit, Update user/status"),
		"a has lost its only field")
	c.Expect(status.GetManagedFields()[1].Time.Time).To(gomega.Equal(at(5)))
	c.Expect(status.GetManagedFields()[0].Time.Time).To(gomega.Equal(at(0)))

	reset := *status.(*batchv1.Job)
	reset.ManagedFields = []metav1.ManagedFieldsEntry{{}}
	cleared, err := c.user.Update(&reset)
	c.Expect(err).NotTo(gomega.HaveOccurred())
	c.Expect(owners(cleared)).NotTo(gomega.ContainSubstring("kubectl-edit"), "a client may clear them")
}

func TestApplyOfAStatus(t *testing.T) {
	c := newCluster(t, Options{})
	node := create(c, newNode("n"))
	k := KeyOf(node)
	const ready = `{"apiVersion":"v1","kind":"Node","metadata":{"name":"n"},"spec":{"unschedulable":true},` +
		`"status":{"conditions":[{"type":"Ready","status":"True"}]}}`
	obj, _ := c.apply(k, "status", "kubelet", false, ready)
	c.Expect(obj.(*corev1.Node).Status.Conditions).To(gomega.HaveLen(1))
	c.Expect(obj.(*corev1.Node).Spec.Unschedulable).To(gomega.BeFalse())
	c.Expect(owners(obj)).To(gomega.Equal("Apply kubelet/status"))
	c.Expect(string(obj.GetManagedFields()[0].FieldsV1.Raw)).NotTo(gomega.ContainSubstring("unschedulable"), "it cannot write it")
	_, _, err := c.user.Apply(Key{Resource: Nodes, Name: "ghost"}, "status", "kubelet", false, []byte(ready))
	c.expectStatus(err, 404, metav1.StatusReasonNotFound, `nodes "ghost" not found`)
}

func TestApplyRefuses(t *testing.T) {
	c := newCluster(t, Options{})
	create(c, newLease("leader"))
	c.apply(piKey, "", "a", false, piConfig)
	for name, test := range map[string]struct {
		key                  Key
		subresource, manager string
		config               string
		code                 int32
		reason               metav1.StatusReason
		message              string
	}{
		"no manager": {piKey, "", "", piConfig, 422, metav1.StatusReasonInvalid, "fieldManager: Required value: is required for apply patch"},
		"no YAML":    {piKey, "", "a", "a: b: c", 400, metav1.StatusReasonBadRequest, "error decoding YAML"},
		"a list":     {piKey, "", "a", "[]", 400, metav1.StatusReasonBadRequest, "error decoding YAML"},
		"no version": {piKey, "", "a", "metadata: {name: pi}", 400, metav1.StatusReasonBadRequest, "invalid object type: /, Kind="},
		"another kind": {piKey, "", "a", "{apiVersion: batch/v1, kind: CronJob, metadata: {name: pi}}",
			400, metav1.StatusReasonBadRequest, "invalid object type: batch/v1, Kind=CronJob"},
		"another name": {piKey, "", "a", strings.Replace(piConfig, "name: pi", "name: e", 1), 400, metav1.StatusReasonBadRequest,
			"the name of the object (e) does not match the name on the URL (pi)"},
		"another namespace": {piKey, "", "a", strings.Replace(piConfig, "name: pi", "name: pi\n  namespace: z", 1),
			400, metav1.StatusReasonBadRequest, "the namespace of the provided object does not match the namespace sent on the request"},
		"managed fields": {piKey, "", "a", strings.Replace(piConfig, "name: pi", "name: pi\n  managedFields: []", 1),
			400, metav1.StatusReasonBadRequest, "metadata.managedFields must be nil"},
		"an unknown field": {piKey, "", "a", strings.Replace(piConfig, "parallelism", "paralelism", 1),
			500, metav1.StatusReasonUnknown, ".spec.paralelism: field not declared in schema"},
		"an immutable field": {piKey, "", "a", strings.Replace(piConfig, "restartPolicy: Never", "restartPolicy: OnFailure", 1),
			422, metav1.StatusReasonInvalid, "field is immutable"},
		"a stale version": {piKey, "", "a", strings.Replace(piConfig, "name: pi", "name: pi\n  resourceVersion: \"1\"", 1),
			409, metav1.StatusReasonConflict, "the object has been modified"},
		"a UID of nobody": {Key{Jobs, "default", "e"}, "", "a", strings.Replace(piConfig, "name: pi", "name: e\n  uid: u", 1),
			409, metav1.StatusReasonConflict, "uid mismatch: the provided object specified uid u, and no existing object was found"},
		"a namespace of nobody": {Key{Jobs, "nowhere", "pi"}, "", "a", piConfig, 404, metav1.StatusReasonNotFound, `namespaces "nowhere" not found`},
		"a bad object": {Key{Jobs, "default", "e"}, "", "a", "{apiVersion: batch/v1, kind: Job, metadata: {name: e}, spec: {parallelism: -1}}",
			422, metav1.StatusReasonInvalid, "spec.parallelism"},
		"no status": {Key{Leases, "kube-system", "leader"}, "status", "a", piConfig, 404, metav1.StatusReasonNotFound,
			"the server could not find the requested resource"},
		"finalize":  {Key{Namespaces, "", "z"}, "finalize", "a", piConfig, 405, metav1.StatusReasonMethodNotAllowed, "patch is not supported"},
		"no name":   {Key{Jobs, "default", ""}, "", "a", piConfig, 400, metav1.StatusReasonBadRequest, "name must be provided"},
		"too large": {piKey, "", "a", piConfig + "#" + strings.Repeat("x", maxApplied), 413, metav1.StatusReasonRequestEntityTooLarge, "limit is"},
	} {
		t.Run(name, func(t *testing.T) {
			c.WithT = gomega.NewWithT(t)
			_, _, err := c.user.Apply(test.key, test.subresource, test.manager, false, []byte(test.config))
			c.expectStatus(err, test.code, test.reason, test.message)
		})
	}
}

func TestDryRunOfAnApply(t *testing.T) {
	c := newCluster(t, Options{})
	obj, created, err := c.user.DryRun().Apply(piKey, "", "a", false, []byte(piConfig))
	c.Expect(err).NotTo(gomega.HaveOccurred())
	c.Expect(created).To(gomega.BeTrue())
	c.Expect(owners(obj)).To(gomega.Equal("Apply a"))
	c.Expect(c.user.Exists(piKey)).To(gomega.BeFalse())
}

// TestEveryKindCanBeApplied keeps the schema and the resources together, down to the microseconds of a Lease.
func TestEveryKindCanBeApplied(t *testing.T) {
	c := newCluster(t, Options{})
	for _, obj := range []Object{newJob("o"), newPod("o"), newNode("o"), newNamespace("o"), newLease("o"),
		&corev1.Event{ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: "o"}}} {
		obj.GetObjectKind().SetGroupVersionKind(strategyOf(resourceOf(obj)).kind)
		if lease, ok := obj.(*coordinationv1.Lease); ok {
			renewed := metav1.NewMicroTime(at(0).Add(time.Microsecond))
			lease.Spec.RenewTime = &renewed
		}
		got, created := c.apply(KeyOf(obj), "", "a", false, string(mustJSON(obj)))
		c.Expect(created).To(gomega.BeTrue())
		c.Expect(owners(got)).To(gomega.Equal("Apply a"), string(resourceOf(obj)))
		if lease, ok := got.(*coordinationv1.Lease); ok {
			c.Expect(lease.Spec.RenewTime.Time.UTC()).To(gomega.Equal(at(0).Add(time.Microsecond).UTC()))
		}
	}
}

// FuzzApply feeds configurations to an object that is there and to one that is not. Whatever they are, what was stored
// before is never written into, and what is refused changes nothing.
func FuzzApply(f *testing.F) {
	for _, config := range []string{piConfig, "[]", "a: &a [*a]", `{"apiVersion":"batch/v1","kind":"Job","metadata":{"name":"pi","managedFields":null}}`,
		"{apiVersion: batch/v1, kind: Job, metadata: {name: pi, labels: null}, spec: {template: {spec: {containers: [{name: main}, {name: main}]}}}}",
		"{apiVersion: batch/v1, kind: Job, metadata: {name: pi}, status: {active: -1}}", "1e999", "? ", "\xff"} {
		f.Add(config, true)
		f.Add(config, false)
	}
	f.Fuzz(func(t *testing.T, config string, there bool) {
		c := newCluster(t, Options{})
		if there {
			job := newJob("pi")
			job.Labels = map[string]string{"team": "b"}
			create(c, job)
		}
		before := c.server.store.get(piKey)
		var copied Object
		if there {
			copied = before.DeepCopyObject().(Object)
		}
		_, created, err := c.user.Apply(piKey, "", "a", there, []byte(config))
		c.Expect(created).To(gomega.Equal(err == nil && !there))
		if there {
			c.Expect(before).To(gomega.Equal(copied))
		}
		if err != nil {
			c.Expect(c.server.store.get(piKey) == before).To(gomega.BeTrue())
		}
	})
}
