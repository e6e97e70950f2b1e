package rest

// requiredOtherwise are the fields of which comments in the Go types say other than the tags do, by which fields that
// may be left out of the encoding are optional. They are as in v1.37.2's published description.
var requiredOtherwise = map[string]bool{
	"io.k8s.api.batch.v1.PodFailurePolicyOnPodConditionsPattern.status": false,
	"io.k8s.api.core.v1.ContainerImage.names":                           false,
	"io.k8s.api.core.v1.ContainerRestartRule.action":                    true,
	"io.k8s.api.core.v1.ContainerRestartRuleOnExitCodes.operator":       true,
	"io.k8s.api.core.v1.Event.reportingComponent":                       false,
	"io.k8s.api.core.v1.Event.reportingInstance":                        false,
	"io.k8s.api.core.v1.EvictionResponder.priority":                     true,
	"io.k8s.api.core.v1.ImageVolumeStatus.imageRef":                     true,
	"io.k8s.api.core.v1.NodeAllocatableMappedResources.quantity":        true,
	"io.k8s.api.core.v1.NodeRuntimeHandler.name":                        false,
	"io.k8s.api.core.v1.PodCertificateProjection.keyType":               true,
	"io.k8s.api.core.v1.PodCertificateProjection.signerName":            true,
	"io.k8s.api.core.v1.ProjectedVolumeSource.sources":                  false,
	"io.k8s.api.core.v1.ScaleIOVolumeSource.secretRef":                  true,
}
