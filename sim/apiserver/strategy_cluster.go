package apiserver

import (
	coordinationv1 "k8s.io/api/coordination/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/jobsim/jobsim/sim/apiserver/internal/coordination"
	"github.com/jobsim/jobsim/sim/apiserver/internal/core"
)

// namespaceStrategy leaves deletion out: see terminate.
func namespaceStrategy() *strategy {
	return &strategy{
		kind: corev1.SchemeGroupVersion.WithKind("Namespace"), status: true,
		blank:  func() Object { return &corev1.Namespace{} },
		copy:   func(o Object) Object { ns := *o.(*corev1.Namespace); return &ns },
		fields: func(o Object) fields.Set { return core.SelectableNamespaceFields(o.(*corev1.Namespace)) },
		prepareCreate: func(o Object) {
			core.DefaultNamespace(o.(*corev1.Namespace))
			core.PrepareNamespaceForCreate(o.(*corev1.Namespace))
		},
		validateCreate: func(o Object) field.ErrorList { return core.ValidateNamespace(o.(*corev1.Namespace)) },
		prepareUpdate: func(o, old Object) {
			ns, before := o.(*corev1.Namespace), old.(*corev1.Namespace)
			core.DefaultNamespace(ns)
			ns.Spec, ns.Status = before.Spec, before.Status
		},
		validateUpdate: func(o, old Object) field.ErrorList {
			return core.ValidateNamespaceUpdate(o.(*corev1.Namespace), old.(*corev1.Namespace))
		},
		prepareStatus: func(o, old Object) {
			core.DefaultNamespace(o.(*corev1.Namespace))
			o.(*corev1.Namespace).Spec = old.(*corev1.Namespace).Spec
		},
		validateStatus: func(o, old Object) field.ErrorList {
			return core.ValidateNamespaceStatusUpdate(o.(*corev1.Namespace), old.(*corev1.Namespace))
		},
		prepareFinalize: func(o, old Object) {
			core.DefaultNamespace(o.(*corev1.Namespace))
			o.(*corev1.Namespace).Status = old.(*corev1.Namespace).Status
		},
		validateFinalize: func(o, old Object) field.ErrorList {
			return core.ValidateNamespaceFinalizeUpdate(o.(*corev1.Namespace), old.(*corev1.Namespace))
		},
		warnings:       noWarnings,
		deleteWarnings: noDeleteWarnings,
	}
}

func leaseStrategy() *strategy {
	validateUpdate := func(o, old Object) field.ErrorList {
		return coordination.ValidateLeaseUpdate(o.(*coordinationv1.Lease), old.(*coordinationv1.Lease))
	}
	return &strategy{
		kind: coordinationv1.SchemeGroupVersion.WithKind("Lease"), namespaced: true,
		createOnUpdate: true, versioned: true,
		blank:          func() Object { return &coordinationv1.Lease{} },
		copy:           func(o Object) Object { lease := *o.(*coordinationv1.Lease); return &lease },
		fields:         metaFields,
		prepareCreate:  func(o Object) { coordination.PrepareLease(o.(*coordinationv1.Lease)) },
		validateCreate: func(o Object) field.ErrorList { return coordination.ValidateLease(o.(*coordinationv1.Lease)) },
		prepareUpdate:  func(o, _ Object) { coordination.PrepareLease(o.(*coordinationv1.Lease)) },
		validateUpdate: validateUpdate,
		prepareStatus:  keep,
		validateStatus: validateUpdate,
		warnings:       noWarnings,
		deleteWarnings: noDeleteWarnings,
	}
}
