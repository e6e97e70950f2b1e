package apiserver

import (
	"testing"
	"time"

	"github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

func TestInitialNamespacesTakeNothingFromTheSequences(t *testing.T) {
	plain, more := newCluster(t, Options{Seed: 7}), newCluster(t, Options{Seed: 7, Namespaces: []string{"x", "default", "x"}})
	plain.Expect(more.list(Selection{Resource: Namespaces})).To(gomega.Equal([]string{
		"/default", "/kube-node-lease", "/kube-public", "/kube-system", "/other", "/x", "/z",
	}))
	plain.Expect(more.recorder.trace.Entries).To(gomega.BeEmpty())
	a, b := create(plain, newJob("pi")), create(more, newJob("pi"))
	plain.Expect(b.UID).To(gomega.Equal(a.UID))
	plain.Expect(b.ResourceVersion).To(gomega.Equal(a.ResourceVersion))

	ns := stored(more, newNamespace("kube-system"))
	plain.Expect(ns.ResourceVersion).To(gomega.Equal("1"))
	plain.Expect(string(ns.UID)).To(gomega.MatchRegexp(`^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`))
	plain.Expect(ns.UID).NotTo(gomega.Equal(stored(more, newNamespace("x")).UID))
	plain.Expect(ns.UID).To(gomega.Equal(stored(plain, newNamespace("kube-system")).UID))
	plain.Expect(ns.Status.Phase).To(gomega.Equal(corev1.NamespaceActive))
}

func TestNamespacesAreCreated(t *testing.T) {
	c := newCluster(t, Options{})
	ns := newNamespace("a")
	ns.Namespace, ns.Labels = "dropped", map[string]string{"kubernetes.io/metadata.name": "wrong"}
	ns.Status.Phase = corev1.NamespaceTerminating
	ns = create(c, ns)
	c.Expect(ns.Namespace).To(gomega.BeEmpty())
	c.Expect(ns.Labels).To(gomega.Equal(map[string]string{"kubernetes.io/metadata.name": "a"}))
	c.Expect(ns.Spec.Finalizers).To(gomega.Equal([]corev1.FinalizerName{"kubernetes"}))
	c.Expect(ns.Status.Phase).To(gomega.Equal(corev1.NamespaceActive))

	generated := newNamespace("")
	generated.GenerateName = "team-"
	generated = create(c, generated)
	c.Expect(generated.Labels).To(gomega.HaveKeyWithValue("kubernetes.io/metadata.name", generated.Name))

	patched, err := c.user.Patch(KeyOf(ns), "", merge,
		[]byte(`{"metadata":{"labels":{"kubernetes.io/metadata.name":"b","x":"y"}},"spec":{"finalizers":[]},"status":{"phase":"Terminating"}}`))
	c.Expect(err).NotTo(gomega.HaveOccurred())
	c.Expect(patched.GetLabels()).To(gomega.Equal(map[string]string{"kubernetes.io/metadata.name": "a", "x": "y"}))
	c.Expect(patched.(*corev1.Namespace).Spec).To(gomega.Equal(ns.Spec))
	c.Expect(patched.(*corev1.Namespace).Status).To(gomega.Equal(ns.Status))
	c.Expect(ns.Labels).To(gomega.HaveLen(1), "what was stored before is not written into")

	_, f := parsed(c, "", "status.phase=Active,metadata.name=a")
	c.Expect(c.list(Selection{Resource: Namespaces, Fields: f})).To(gomega.Equal([]string{"/a"}))
}

func TestNamespacesThatAreRefused(t *testing.T) {
	c := newCluster(t, Options{})
	for name, test := range map[string]struct {
		do      func() error
		code    int32
		reason  metav1.StatusReason
		message string
	}{
		"a name with dots": {func() error { _, err := c.user.Create(newNamespace("a.b")); return err },
			422, metav1.StatusReasonInvalid, "metadata.name: Invalid value"},
		"a strange finalizer": {func() error {
			ns := newNamespace("a")
			ns.Spec.Finalizers = []corev1.FinalizerName{"strange"}
			_, err := c.user.Create(ns)
			return err
		}, 422, metav1.StatusReasonInvalid, "name is neither a standard finalizer name nor is it fully qualified"},
		"the name of another": {func() error { _, err := c.user.Create(newNamespace("default")); return err },
			409, metav1.StatusReasonAlreadyExists, `namespaces "default" already exists`},
		"a phase that is not so": {func() error {
			_, err := c.user.Patch(Key{Resource: Namespaces, Name: "z"}, "status", merge, []byte(`{"status":{"phase":"Terminating"}}`))
			return err
		}, 422, metav1.StatusReasonInvalid, "may only be 'Active' if `deletionTimestamp` is empty"},
		"the end of an immortal one": {func() error { return c.user.Delete(Key{Resource: Namespaces, Name: "default"}, nil) },
			403, metav1.StatusReasonForbidden, `namespaces "default" is forbidden: this namespace may not be deleted`},
		"the end of one with another UID": {func() error {
			return c.user.Delete(Key{Resource: Namespaces, Name: "z"}, &metav1.DeleteOptions{Preconditions: &metav1.Preconditions{UID: uidOf("u")}})
		}, 409, metav1.StatusReasonConflict, "Precondition failed: UID in precondition: u, UID in object meta: "},
		"the end of another version": {func() error {
			return c.user.Delete(Key{Resource: Namespaces, Name: "z"},
				&metav1.DeleteOptions{Preconditions: &metav1.Preconditions{ResourceVersion: ptr("9")}})
		}, 409, metav1.StatusReasonConflict, "Precondition failed: ResourceVersion in precondition: 9, ResourceVersion in object meta: 1"},
		"many at once": {func() error { _, err := c.user.DeleteCollection(Selection{Resource: Namespaces}, nil); return err },
			405, metav1.StatusReasonMethodNotAllowed, "deletecollection is not supported on resources of kind"},
		"an object in none that exists": {func() error {
			pod := newPod("p")
			pod.Namespace = "nowhere"
			_, err := c.user.Create(pod)
			return err
		}, 404, metav1.StatusReasonNotFound, `namespaces "nowhere" not found`},
	} {
		t.Run(name, func(t *testing.T) {
			c.WithT = gomega.NewWithT(t)
			c.expectStatus(test.do(), test.code, test.reason, test.message)
		})
	}
}

// full is a namespace "full" with a Job, a running and a waiting pod, a Lease and an Event.
func full(t *testing.T) (c *cluster, ns *corev1.Namespace, running *corev1.Pod) {
	c = newCluster(t, Options{})
	c.server.StartGarbageCollector()
	c.server.StartNamespaceController()
	ns = create(c, newNamespace("full"))
	job, lease := newJob("pi"), newLease("leader")
	job.Namespace, lease.Namespace = "full", "full"
	job = create(c, job)
	create(c, lease)
	for _, name := range []string{"waiting", "running"} {
		running = ownedBy(newPod(name), job)
		running.Namespace = "full"
		running = create(c, running)
	}
	running = c.setPhase(c.bind(running), corev1.PodRunning)
	create(c, &corev1.Event{ObjectMeta: metav1.ObjectMeta{Namespace: "full", Name: "e"},
		InvolvedObject: corev1.ObjectReference{Namespace: "full"}})
	create(c, newJob("elsewhere"))
	return c, ns, running
}

func TestADeletedNamespaceIsEmptiedAndGoes(t *testing.T) {
	for name, options := range map[string]*metav1.DeleteOptions{
		"by default": nil, "in foreground": withPolicy(metav1.DeletePropagationForeground),
		"orphaning": withPolicy(metav1.DeletePropagationOrphan),
	} {
		t.Run(name, func(t *testing.T) {
			c, ns, running := full(t)
			c.queue.AdvanceTo(1500 * time.Millisecond)
			c.Expect(c.user.Delete(KeyOf(ns), options)).To(gomega.Succeed())
			ns = stored(c, ns)
			c.Expect(ns.Status.Phase).To(gomega.Equal(corev1.NamespaceTerminating))
			c.Expect(ns.DeletionTimestamp.Time).To(gomega.Equal(at(1)))
			c.Expect(ns.DeletionGracePeriodSeconds).To(gomega.BeNil())

			pod := newPod("late")
			pod.Namespace = "full"
			_, err := c.user.Create(pod)
			c.expectStatus(err, 403, metav1.StatusReasonForbidden,
				`pods "late" is forbidden: unable to create new content in namespace full because it is being terminated`)
			c.Expect(apierrors.HasStatusCause(err, corev1.NamespaceTerminatingCause)).To(gomega.BeTrue())
			pod.Name, pod.GenerateName = "", "late-"
			_, err = c.user.Create(pod)
			c.expectStatus(err, 403, metav1.StatusReasonForbidden, `pods "late-" is forbidden: `)

			c.settle()
			for _, r := range []Resource{Jobs, Leases, Events} {
				c.Expect(c.list(Selection{Resource: r, Namespace: "full"})).To(gomega.BeEmpty(), string(r))
			}
			c.Expect(c.list(Selection{Resource: Pods})).To(gomega.Equal([]string{"full/running"}), "gracefully")
			c.Expect(stored(c, running).DeletionTimestamp).NotTo(gomega.BeNil())
			c.Expect(c.user.Delete(KeyOf(ns), nil)).To(gomega.Succeed(), "once more changes nothing")
			c.Expect(c.recorder.last().Text).To(gomega.Equal("no change"))

			c.release(running)
			c.Expect(stored(c, ns)).To(gomega.BeNil())
			c.Expect(c.list(Selection{Resource: Jobs})).To(gomega.Equal([]string{"default/elsewhere"}))
			again := create(c, newNamespace("full"))
			c.Expect(again.UID).NotTo(gomega.Equal(ns.UID))
		})
	}
}

func TestFinalizersHoldANamespace(t *testing.T) {
	c := newCluster(t, Options{})
	c.server.StartNamespaceController()
	ns := newNamespace("a")
	ns.Finalizers, ns.Spec.Finalizers = []string{"x.io/1"}, []corev1.FinalizerName{"x.io/2"}
	ns = create(c, ns)
	c.Expect(c.user.Delete(KeyOf(ns), nil)).To(gomega.Succeed())
	c.settle()
	ns = stored(c, ns)
	c.Expect(ns.Spec.Finalizers).To(gomega.Equal([]corev1.FinalizerName{"x.io/2"}))

	bad := *ns
	bad.Spec.Finalizers = []corev1.FinalizerName{"bad"}
	_, err := c.user.Finalize(&bad)
	c.expectStatus(err, 422, metav1.StatusReasonInvalid, "spec.finalizers[0]: Invalid value")

	emptied := *ns
	emptied.Spec.Finalizers, emptied.Status.Phase = nil, corev1.NamespaceActive
	_, err = c.user.Finalize(&emptied)
	c.Expect(err).NotTo(gomega.HaveOccurred())
	c.Expect(stored(c, ns).Status.Phase).To(gomega.Equal(corev1.NamespaceTerminating), "not finalize's to write")
	c.Expect(c.user.Delete(KeyOf(ns), nil)).To(gomega.Succeed())
	c.Expect(stored(c, ns)).NotTo(gomega.BeNil(), "metadata.finalizers hold it")
	_, err = c.user.Patch(KeyOf(ns), "", merge, []byte(`{"metadata":{"finalizers":null}}`))
	c.Expect(err).NotTo(gomega.HaveOccurred())
	c.Expect(stored(c, ns)).To(gomega.BeNil())
}

func TestDryRunOfANamespaceDeletion(t *testing.T) {
	c, ns, _ := full(t)
	c.Expect(c.user.DryRun().Delete(KeyOf(ns), nil)).To(gomega.Succeed())
	c.settle()
	c.Expect(stored(c, ns)).To(gomega.Equal(ns))
	c.Expect(c.list(Selection{Resource: Jobs, Namespace: "full"})).To(gomega.HaveLen(1))
}

func TestDeleteCollection(t *testing.T) {
	c := newCluster(t, Options{})
	for _, name := range []string{"a", "b", "c"} {
		pod := newPod(name)
		pod.Labels = map[string]string{"keep": map[bool]string{true: "yes", false: "no"}[name == "b"]}
		create(c, pod)
	}
	l, _ := parsed(c, "keep=no", "")
	in := Selection{Resource: Pods, Namespace: "default", Labels: l}
	found, err := c.user.DryRun().DeleteCollection(in, nil)
	c.Expect(err).NotTo(gomega.HaveOccurred())
	c.Expect(found).To(gomega.HaveLen(2))
	c.Expect(c.list(Selection{Resource: Pods})).To(gomega.HaveLen(3), "a dry run")

	_, err = c.user.DeleteCollection(in, &metav1.DeleteOptions{Preconditions: &metav1.Preconditions{UID: uidOf("u")}})
	c.Expect(apierrors.IsConflict(err)).To(gomega.BeTrue())
	_, err = c.user.DeleteCollection(in, withPolicy("Sideways"))
	c.expectStatus(err, 422, metav1.StatusReasonInvalid, "propagationPolicy")

	found, err = c.user.DeleteCollection(in, nil)
	c.Expect(err).NotTo(gomega.HaveOccurred())
	c.Expect(found[0].GetName() + found[1].GetName()).To(gomega.Equal("ac"))
	c.Expect(c.list(Selection{Resource: Pods})).To(gomega.Equal([]string{"default/b"}))
}

func TestForegroundDeletionOfWhatHasNoDependents(t *testing.T) {
	c := newCluster(t, Options{})
	c.server.StartGarbageCollector()
	for _, obj := range []Object{newNode("n"), newPod("p"), newLease("l")} {
		for _, policy := range []metav1.DeletionPropagation{metav1.DeletePropagationForeground, metav1.DeletePropagationOrphan} {
			k := KeyOf(create(c, obj.DeepCopyObject().(Object)))
			c.Expect(c.user.Delete(k, withPolicy(policy))).To(gomega.Succeed())
			c.settle()
			c.Expect(c.user.Exists(k)).To(gomega.BeFalse(), "%s %s", k, policy)
		}
	}
}

func TestNamesAreInTheOrderOfEtcd(t *testing.T) {
	c := newCluster(t, Options{Namespaces: []string{"a", "a-b"}})
	for _, namespace := range []string{"a", "a-b"} {
		job := newJob("j")
		job.Namespace = namespace
		create(c, job)
	}
	c.Expect(c.list(Selection{Resource: Jobs})).To(gomega.Equal([]string{"a-b/j", "a/j"}), "a hyphen is less than a slash")
}
