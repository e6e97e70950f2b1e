package rest

import (
	"time"

	coordinationv1 "k8s.io/api/coordination/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/jobsim/jobsim/sim/apiserver"
)

var namespacePrinter = printer{
	columns: []metav1.TableColumnDefinition{
		nameColumn,
		column("Status", "Whether the namespace is in use or on its way out."),
		ageColumn,
	},
	cells: func(o apiserver.Object, now time.Time) []any {
		ns := o.(*corev1.Namespace)
		return []any{ns.Name, string(ns.Status.Phase), age(ns.CreationTimestamp.Time, now)}
	},
}

var leasePrinter = printer{
	columns: []metav1.TableColumnDefinition{
		nameColumn,
		column("Holder", coordinationv1.LeaseSpec{}.SwaggerDoc()["holderIdentity"]),
		ageColumn,
	},
	cells: func(o apiserver.Object, now time.Time) []any {
		lease := o.(*coordinationv1.Lease)
		holder := ""
		if lease.Spec.HolderIdentity != nil {
			holder = *lease.Spec.HolderIdentity
		}
		return []any{lease.Name, holder, age(lease.CreationTimestamp.Time, now)}
	},
}
