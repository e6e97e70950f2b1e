package apiserver

import (
	"testing"
	"time"

	"github.com/onsi/gomega"
	coordinationv1 "k8s.io/api/coordination/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

func TestLeasesKeepMicroseconds(t *testing.T) {
	c := newCluster(t, Options{})
	lease := newLease("leader")
	renewed := metav1.NewMicroTime(at(3).Add(1234567 * time.Nanosecond))
	lease.Spec.RenewTime = &renewed
	strategy := coordinationv1.OldestEmulationVersion
	lease.Spec.Strategy, lease.Spec.PreferredHolder = &strategy, ptr("x")
	lease = create(c, lease)
	c.Expect(lease.Spec.RenewTime.Time).To(gomega.Equal(at(3).Add(1234 * time.Microsecond)))
	c.Expect(lease.Spec.Strategy).To(gomega.BeNil(), "the feature gate is off")
	c.Expect(lease.Spec.PreferredHolder).To(gomega.BeNil())

	patched, err := c.user.Patch(KeyOf(lease), "", merge, []byte(`{"spec":{"acquireTime":"2000-01-01T00:00:05.000001Z","holderIdentity":""}}`))
	c.Expect(err).NotTo(gomega.HaveOccurred())
	spec := patched.(*coordinationv1.Lease).Spec
	c.Expect(spec.AcquireTime.Nanosecond()).To(gomega.Equal(1000))
	c.Expect(spec.RenewTime.Equal(lease.Spec.RenewTime)).To(gomega.BeTrue())
	c.Expect(*spec.HolderIdentity).To(gomega.BeEmpty(), "a leader that steps down")
}

func TestLeasesAreUpdatedByVersionAndCreatedByUpdate(t *testing.T) {
	c := newCluster(t, Options{})
	lease := newLease("leader")
	lease.ResourceVersion = "17"
	obj, err := c.user.Update(lease)
	c.Expect(err).NotTo(gomega.HaveOccurred(), "a Lease that does not exist is created")
	c.Expect(c.recorder.last().Verb).To(gomega.Equal("create"))
	first := obj.(*coordinationv1.Lease)

	next := *first
	next.Spec.HolderIdentity = ptr("a")
	_, err = c.user.Update(&next)
	c.Expect(err).NotTo(gomega.HaveOccurred())
	late := *first
	late.Spec.HolderIdentity = ptr("b")
	_, err = c.user.Update(&late)
	c.expectStatus(err, 409, metav1.StatusReasonConflict, "the object has been modified")
	for _, version := range []string{"", "0"} {
		blind := *first
		blind.ResourceVersion = version
		_, err = c.user.Update(&blind)
		c.expectStatus(err, 422, metav1.StatusReasonInvalid,
			`leases.coordination.k8s.io "leader" is invalid: metadata.resourceVersion: Invalid value: 0: must be specified for an update`)
	}
	ghost := newLease("ghost")
	ghost.UID = "u"
	_, err = c.user.Update(ghost)
	c.expectStatus(err, 409, metav1.StatusReasonConflict, "Precondition failed: UID in precondition: u, UID in object meta: ")
	c.Expect(*stored(c, first).Spec.HolderIdentity).To(gomega.Equal("a"))
}

func TestLeasesThatAreRefused(t *testing.T) {
	c := newCluster(t, Options{})
	good := create(c, newLease("good"))
	for name, test := range map[string]struct {
		spec    coordinationv1.LeaseSpec
		message string
	}{
		"duration": {coordinationv1.LeaseSpec{LeaseDurationSeconds: ptr(int32(0))},
			"spec.leaseDurationSeconds: Invalid value: 0: must be greater than 0"},
		"transitions": {coordinationv1.LeaseSpec{LeaseTransitions: ptr(int32(-1))},
			"spec.leaseTransitions: Invalid value: -1: must be greater than or equal to 0"},
	} {
		t.Run(name, func(t *testing.T) {
			c.WithT = gomega.NewWithT(t)
			bad := newLease("bad")
			bad.Spec = test.spec
			_, err := c.user.Create(bad)
			c.expectStatus(err, 422, metav1.StatusReasonInvalid, test.message)
			changed := *good
			changed.Spec = test.spec
			_, err = c.user.Update(&changed)
			c.expectStatus(err, 422, metav1.StatusReasonInvalid, test.message)
		})
	}
	_, err := c.user.UpdateStatus(newLease("good"))
	c.expectStatus(err, 404, metav1.StatusReasonNotFound, "the server could not find the requested resource")
}
