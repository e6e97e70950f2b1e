package core

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

func (v *specValidator) validateLifecycleAndProbes(c *corev1.Container, path *field.Path) field.ErrorList {
	var errs field.ErrorList
	if c.Lifecycle != nil {
		errs = append(errs, v.validateLifecycle(c.Lifecycle, path.Child("lifecycle"))...)
	}
	if c.LivenessProbe != nil {
		at := path.Child("livenessProbe")
		errs = append(errs, v.validateProbe(c.LivenessProbe, at)...)
		errs = append(errs, validateSingleSuccess(c.LivenessProbe, at)...)
	}
	if c.ReadinessProbe != nil {
		at := path.Child("readinessProbe")
		errs = append(errs, v.validateProbe(c.ReadinessProbe, at)...)
		if grace := c.ReadinessProbe.TerminationGracePeriodSeconds; grace != nil {
			errs = append(errs, field.Invalid(at.Child("terminationGracePeriodSeconds"), grace,
				"must not be set for readinessProbes"))
		}
	}
	if c.StartupProbe != nil {
		at := path.Child("startupProbe")
		errs = append(errs, v.validateProbe(c.StartupProbe, at)...)
		errs = append(errs, validateSingleSuccess(c.StartupProbe, at)...)
	}
	return errs
}

func validateSingleSuccess(probe *corev1.Probe, path *field.Path) field.ErrorList {
	if probe.SuccessThreshold == 1 {
		return nil
	}
	return field.ErrorList{field.Invalid(path.Child("successThreshold"), probe.SuccessThreshold, "must be 1")}
}

func (v *specValidator) validateProbe(probe *corev1.Probe, path *field.Path) field.ErrorList {
	errs := v.validateHandler(handler{
		exec: probe.Exec, httpGet: probe.HTTPGet, tcpSocket: probe.TCPSocket, grpc: probe.GRPC,
	}, path)
	for _, number := range [5]struct {
		name  string
		value int32
	}{
		{"initialDelaySeconds", probe.InitialDelaySeconds},
		{"timeoutSeconds", probe.TimeoutSeconds},
		{"periodSeconds", probe.PeriodSeconds},
		{"successThreshold", probe.SuccessThreshold},
		{"failureThreshold", probe.FailureThreshold},
	} {
		if number.value < 0 {
			errs = append(errs, validateNonnegative(int64(number.value), path.Child(number.name))...)
		}
	}
	if grace := probe.TerminationGracePeriodSeconds; grace != nil && *grace <= 0 {
		errs = append(errs, field.Invalid(path.Child("terminationGracePeriodSeconds"), *grace, "must be greater than 0"))
	}
	return errs
}

func (v *specValidator) validateLifecycle(lifecycle *corev1.Lifecycle, path *field.Path) field.ErrorList {
	var errs field.ErrorList
	if hook := lifecycle.PostStart; hook != nil {
		errs = append(errs, v.validateHandler(handlerOf(hook), path.Child("postStart"))...)
	}
	if hook := lifecycle.PreStop; hook != nil {
		errs = append(errs, v.validateHandler(handlerOf(hook), path.Child("preStop"))...)
	}
	return errs
}

// handler is what probes and hooks have in common: exactly one way to reach into a container.
type handler struct {
	exec      *corev1.ExecAction
	httpGet   *corev1.HTTPGetAction
	tcpSocket *corev1.TCPSocketAction
	grpc      *corev1.GRPCAction
	sleep     *corev1.SleepAction
}

func handlerOf(hook *corev1.LifecycleHandler) handler {
	return handler{exec: hook.Exec, httpGet: hook.HTTPGet, tcpSocket: hook.TCPSocket, sleep: hook.Sleep}
}

func (v *specValidator) validateHandler(h handler, path *field.Path) field.ErrorList {
	var errs field.ErrorList
	count := 0
	// check validates the first handler and forbids the others.
	check := func(name string, present bool, validate func(*field.Path) field.ErrorList) {
		if !present {
			return
		}
		if count++; count > 1 {
			errs = append(errs, field.Forbidden(path.Child(name), "may not specify more than 1 handler type"))
			return
		}
		errs = append(errs, validate(path.Child(name))...)
	}
	check("exec", h.exec != nil, func(at *field.Path) field.ErrorList {
		if len(h.exec.Command) > 0 {
			return nil
		}
		return field.ErrorList{field.Required(at.Child("command"), "")}
	})
	check("httpGet", h.httpGet != nil, func(at *field.Path) field.ErrorList { return validateHTTPGet(h.httpGet, at) })
	check("tcpSocket", h.tcpSocket != nil, func(at *field.Path) field.ErrorList {
		return validatePort(h.tcpSocket.Port, at.Child("port"))
	})
	check("grpc", h.grpc != nil, func(at *field.Path) field.ErrorList {
		return validatePort(intstr.FromInt32(h.grpc.Port), at.Child("port"))
	})
	check("sleep", h.sleep != nil, func(at *field.Path) field.ErrorList {
		return validateSleep(h.sleep, v.spec.TerminationGracePeriodSeconds, at)
	})
	if count == 0 {
		errs = append(errs, field.Required(path, "must specify a handler type"))
	}
	return errs
}

func validateSleep(sleep *corev1.SleepAction, grace *int64, path *field.Path) field.ErrorList {
	// A missing grace period is an error of its own.
	if grace == nil || sleep.Seconds >= 0 && sleep.Seconds <= *grace {
		return nil
	}
	return field.ErrorList{field.Invalid(path, sleep.Seconds,
		fmt.Sprintf("must be non-negative and less than terminationGracePeriodSeconds (%d)", *grace))}
}

func validateHTTPGet(action *corev1.HTTPGetAction, path *field.Path) field.ErrorList {
	var errs field.ErrorList
	if action.Path == "" {
		errs = append(errs, field.Required(path.Child("path"), ""))
	}
	errs = append(errs, validatePort(action.Port, path.Child("port"))...)
	errs = append(errs, isOneOf(action.Scheme, path.Child("scheme"), corev1.URISchemeHTTP, corev1.URISchemeHTTPS)...)
	for _, header := range action.HTTPHeaders {
		errs = append(errs, invalid(path.Child("httpHeaders"), header.Name, validation.IsHTTPHeaderName(header.Name))...)
	}
	return errs
}

func validatePort(port intstr.IntOrString, path *field.Path) field.ErrorList {
	switch port.Type {
	case intstr.Int:
		return invalid(path, port.IntValue(), validation.IsValidPortNum(port.IntValue()))
	case intstr.String:
		return invalid(path, port.StrVal, validation.IsValidPortName(port.StrVal))
	}
	return field.ErrorList{field.InternalError(path, fmt.Errorf("unknown type: %v", port.Type))}
}
