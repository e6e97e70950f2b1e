package core

import (
	corev1 "k8s.io/api/core/v1"
)

func (d *defaulter) container(c *corev1.Container) {
	if c.ImagePullPolicy == "" && d.lacks() {
		c.ImagePullPolicy = pullPolicyFor(c.Image)
	}
	set(d, &c.TerminationMessagePath, corev1.TerminationMessagePathDefault)
	set(d, &c.TerminationMessagePolicy, corev1.TerminationMessageReadFile)
	for i := range c.Ports {
		set(d, &c.Ports[i].Protocol, corev1.ProtocolTCP)
	}
	for i := range c.Env {
		if source := c.Env[i].ValueFrom; source != nil {
			d.fieldRef(source.FieldRef)
			if source.FileKeyRef != nil {
				point(d, &source.FileKeyRef.Optional, false)
			}
		}
	}
	d.resourceList(c.Resources.Limits)
	d.resourceList(c.Resources.Requests)
	d.probe(c.LivenessProbe)
	d.probe(c.ReadinessProbe)
	d.probe(c.StartupProbe)
	if c.Lifecycle != nil {
		d.lifecycleHandler(c.Lifecycle.PostStart)
		d.lifecycleHandler(c.Lifecycle.PreStop)
	}
}

func (d *defaulter) fieldRef(ref *corev1.ObjectFieldSelector) {
	if ref != nil {
		set(d, &ref.APIVersion, "v1")
	}
}

func (d *defaulter) probe(probe *corev1.Probe) {
	if probe == nil {
		return
	}
	set(d, &probe.TimeoutSeconds, 1)
	set(d, &probe.PeriodSeconds, 10)
	set(d, &probe.SuccessThreshold, 1)
	set(d, &probe.FailureThreshold, 3)
	d.httpGet(probe.HTTPGet)
	if probe.GRPC != nil {
		point(d, &probe.GRPC.Service, "")
	}
}

func (d *defaulter) lifecycleHandler(handler *corev1.LifecycleHandler) {
	if handler != nil {
		d.httpGet(handler.HTTPGet)
	}
}

func (d *defaulter) httpGet(action *corev1.HTTPGetAction) {
	if action != nil {
		set(d, &action.Path, "/")
		set(d, &action.Scheme, corev1.URISchemeHTTP)
	}
}

// hostPorts makes every container port a host port of the same number, which is what host networking means.
func (d *defaulter) hostPorts(containers []corev1.Container) {
	for i := range containers {
		ports := containers[i].Ports
		for j := range ports {
			if ports[j].HostPort == 0 && ports[j].ContainerPort != 0 && d.lacks() {
				ports[j].HostPort = ports[j].ContainerPort
			}
		}
	}
}
