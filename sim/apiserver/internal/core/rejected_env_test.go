package core_test

import (
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/utils/ptr"
)

func TestRejectedEnvironments(t *testing.T) {
	const at = "template.spec.containers[0].env[0]"
	source := func(from corev1.EnvVarSource) func(*corev1.PodSpec) {
		return func(spec *corev1.PodSpec) {
			spec.Containers[0].Env = []corev1.EnvVar{{Name: "A", ValueFrom: &from}}
		}
	}
	ref := func(path string) corev1.EnvVarSource {
		return corev1.EnvVarSource{FieldRef: &corev1.ObjectFieldSelector{APIVersion: "v1", FieldPath: path}}
	}
	amount := func(name, divisor string) corev1.EnvVarSource {
		return corev1.EnvVarSource{ResourceFieldRef: &corev1.ResourceFieldSelector{
			Resource: name, Divisor: resource.MustParse(divisor),
		}}
	}
	fieldPath := []string{"Invalid value " + at + ".valueFrom.fieldRef.fieldPath"}
	divisor := []string{"Invalid value " + at + ".valueFrom.resourceFieldRef.divisor"}
	checkRejections(t, []rejection{
		{"names", func(s *corev1.PodSpec) { s.Containers[0].Env = []corev1.EnvVar{{}, {Name: "="}} },
			[]string{"Required value " + at + ".name", "Invalid value template.spec.containers[0].env[1].name"}},
		{"no source", source(corev1.EnvVarSource{}), []string{"Invalid value " + at + ".valueFrom"}},
		{"value and source", func(s *corev1.PodSpec) {
			source(ref("metadata.name"))(s)
			s.Containers[0].Env[0].Value = "x"
		}, []string{"Invalid value " + at + ".valueFrom"}},
		{"two sources", source(corev1.EnvVarSource{
			ConfigMapKeyRef: &corev1.ConfigMapKeySelector{Key: "/"}, SecretKeyRef: &corev1.SecretKeySelector{},
		}), []string{"Invalid value " + at + ".valueFrom", "Invalid value " + at + ".valueFrom.configMapKeyRef.name",
			"Invalid value " + at + ".valueFrom.configMapKeyRef.key",
			"Invalid value " + at + ".valueFrom.secretKeyRef.name",
			"Required value " + at + ".valueFrom.secretKeyRef.key"}},
		{"file key", source(corev1.EnvVarSource{FileKeyRef: &corev1.FileKeySelector{VolumeName: "x", Path: "../a",
			Key: "="}}),
			[]string{"Invalid value " + at + ".valueFrom.fileKeyRef.key",
				"Invalid value " + at + ".valueFrom.fileKeyRef.path",
				"Not found " + at + ".valueFrom.fileKeyRef.volumeName"}},
		{"file key in another volume", func(s *corev1.PodSpec) {
			source(corev1.EnvVarSource{FileKeyRef: &corev1.FileKeySelector{VolumeName: "vol", Path: "a", Key: "k"}})(s)
			s.Volumes[0].VolumeSource = corev1.VolumeSource{
				PersistentVolumeClaim: &corev1.PersistentVolumeClaimVolumeSource{ClaimName: "c"}}
		}, []string{"Invalid value " + at + ".valueFrom.fileKeyRef.volumeName"}},
		{"empty file key", source(corev1.EnvVarSource{FileKeyRef: &corev1.FileKeySelector{}}),
			[]string{"Required value " + at + ".valueFrom.fileKeyRef.key",
				"Required value " + at + ".valueFrom.fileKeyRef.path",
				"Required value " + at + ".valueFrom.fileKeyRef.volumeName",
				"Not found " + at + ".valueFrom.fileKeyRef.volumeName"}},
		{"field of another version", source(corev1.EnvVarSource{FieldRef: &corev1.ObjectFieldSelector{
			APIVersion: "v2", FieldPath: "metadata.name"}}), fieldPath},
		{"no version", source(corev1.EnvVarSource{FieldRef: &corev1.ObjectFieldSelector{}}),
			[]string{"Required value " + at + ".valueFrom.fieldRef.apiVersion"}},
		{"no field", source(ref("")), []string{"Required value " + at + ".valueFrom.fieldRef.fieldPath"}},
		{"unknown field", source(ref("metadata.x")), fieldPath},
		{"subscript of a scalar", source(ref("metadata.name['a']")), fieldPath},
		{"bad subscript", source(ref("metadata.labels['-']")), []string{"Invalid value " + at + ".valueFrom.fieldRef"}},
		{"good subscript", source(ref("metadata.annotations['A.io/B']")), nil},
		{"old alias", source(ref("spec.host")), nil},
		{"field for volumes only", source(ref("metadata.labels")),
			[]string{"Unsupported value " + at + ".valueFrom.fieldRef.fieldPath"}},
		{"no resource", source(amount("", "1")), []string{"Required value " + at + ".valueFrom.resourceFieldRef.resource"}},
		{"unknown resource", source(amount("limits.x", "3")),
			[]string{"Unsupported value " + at + ".valueFrom.resourceFieldRef.resource"}},
		{"divisor of cpu", source(amount("limits.cpu", "1k")), divisor},
		{"divisor of memory", source(amount("requests.memory", "3")), divisor},
		{"divisor of storage", source(amount("limits.ephemeral-storage", "3")), divisor},
		{"divisor of huge pages", source(amount("limits.hugepages-2Mi", "3")), divisor},
		{"good divisors", source(amount("limits.hugepages-2Mi", "1Mi")), nil},
		{"sources of many", func(s *corev1.PodSpec) {
			s.Containers[0].EnvFrom = []corev1.EnvFromSource{{Prefix: "="}, {
				ConfigMapRef: &corev1.ConfigMapEnvSource{}, SecretRef: &corev1.SecretEnvSource{},
			}}
			s.Containers[0].EnvFrom[1].SecretRef.Name = "A"
		}, []string{"Invalid value template.spec.containers[0].envFrom[0].prefix",
			"Invalid value template.spec.containers[0].envFrom",
			"Required value template.spec.containers[0].envFrom[1].configMapRef.name",
			"Invalid value template.spec.containers[0].envFrom[1].secretRef.name",
			"Invalid value template.spec.containers[0].envFrom"}},
	})
}

func TestRejectedProbes(t *testing.T) {
	const at = "template.spec.containers[0]"
	checkRejections(t, []rejection{
		{"no handler", func(s *corev1.PodSpec) { s.Containers[0].LivenessProbe.Exec = nil },
			[]string{"Required value " + at + ".livenessProbe"}},
		{"two handlers", func(s *corev1.PodSpec) {
			p := s.Containers[0].LivenessProbe
			p.Exec.Command = nil
			p.GRPC = &corev1.GRPCAction{}
		}, []string{"Required value " + at + ".livenessProbe.exec.command", "Forbidden " + at + ".livenessProbe.grpc"}},
		{"http", func(s *corev1.PodSpec) {
			s.Containers[0].LivenessProbe.Exec = nil
			s.Containers[0].LivenessProbe.HTTPGet = &corev1.HTTPGetAction{
				Port: intstr.FromString("-"), Scheme: "x", HTTPHeaders: []corev1.HTTPHeader{{Name: " "}}}
		}, []string{"Required value " + at + ".livenessProbe.httpGet.path",
			"Invalid value " + at + ".livenessProbe.httpGet.port",
			"Invalid value " + at + ".livenessProbe.httpGet.port",
			"Unsupported value " + at + ".livenessProbe.httpGet.scheme",
			"Invalid value " + at + ".livenessProbe.httpGet.httpHeaders"}},
		{"tcp", func(s *corev1.PodSpec) {
			s.Containers[0].LivenessProbe.Exec = nil
			s.Containers[0].LivenessProbe.TCPSocket = &corev1.TCPSocketAction{Port: intstr.FromInt32(0)}
		}, []string{"Invalid value " + at + ".livenessProbe.tcpSocket.port"}},
		{"grpc", func(s *corev1.PodSpec) {
			s.Containers[0].LivenessProbe.Exec = nil
			s.Containers[0].LivenessProbe.GRPC = &corev1.GRPCAction{Port: -1}
		}, []string{"Invalid value " + at + ".livenessProbe.grpc.port"}},
		{"numbers", func(s *corev1.PodSpec) {
			p := s.Containers[0].LivenessProbe
			p.SuccessThreshold, p.PeriodSeconds, p.TerminationGracePeriodSeconds = 2, -1, ptr.To[int64](0)
			s.Containers[0].StartupProbe = p.DeepCopy()
			s.Containers[0].ReadinessProbe = p.DeepCopy()
		}, []string{
			"Invalid value " + at + ".livenessProbe.periodSeconds",
			"Invalid value " + at + ".livenessProbe.successThreshold",
			"Invalid value " + at + ".livenessProbe.terminationGracePeriodSeconds",
			"Invalid value " + at + ".startupProbe.periodSeconds",
			"Invalid value " + at + ".startupProbe.successThreshold",
			"Invalid value " + at + ".startupProbe.terminationGracePeriodSeconds",
			"Invalid value " + at + ".readinessProbe.periodSeconds",
			"Invalid value " + at + ".readinessProbe.terminationGracePeriodSeconds",
			"Invalid value " + at + ".readinessProbe.terminationGracePeriodSeconds"}},
		{"hooks", func(s *corev1.PodSpec) {
			s.Containers[0].Lifecycle = &corev1.Lifecycle{
				PostStart: &corev1.LifecycleHandler{},
				PreStop:   &corev1.LifecycleHandler{Sleep: &corev1.SleepAction{Seconds: 31}},
			}
		}, []string{"Required value " + at + ".lifecycle.postStart",
			"Invalid value " + at + ".lifecycle.preStop.sleep"}},
		{"short sleep", func(s *corev1.PodSpec) {
			s.Containers[0].Lifecycle = &corev1.Lifecycle{
				PreStop: &corev1.LifecycleHandler{Sleep: &corev1.SleepAction{Seconds: 30}}}
		}, nil},
	})
}
