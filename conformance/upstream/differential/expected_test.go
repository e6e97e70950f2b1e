package differential

// The rejections that each test must have seen, by the rule that they are for.

var createRejections = []string{
	// VAL-1
	"spec.parallelism: FieldValueInvalid: Invalid value: -N: must be greater than or equal to",
	"spec.completions: FieldValueInvalid: Invalid value: -N: must be greater than or equal to",
	"spec.activeDeadlineSeconds: FieldValueInvalid: Invalid value: -N: must be greater than or equal to",
	"spec.backoffLimit: FieldValueInvalid: Invalid value: -N: must be greater than or equal to",
	"spec.ttlSecondsAfterFinished: FieldValueInvalid: Invalid value: -N: must be greater than or equal to",
	"spec.backoffLimitPerIndex: FieldValueInvalid: Invalid value: -N: must be greater than or equal to",
	"spec.maxFailedIndexes: FieldValueInvalid: Invalid value: -N: must be greater than or equal to",
	// VAL-2
	"spec.template.spec.restartPolicy: FieldValueRequired",
	"spec.template.spec.restartPolicy: FieldValueNotSupported",
	"spec.template.spec.restartPolicy: FieldValueInvalid: Invalid value: \"OnFailure\": only \"Never\" is supported",
	// VAL-3
	"spec.template.metadata.labels[*]: FieldValueInvalid",
	"spec.template.metadata.labels: FieldValueInvalid: `selector` does not match template `labels`",
	"spec.selector: FieldValueInvalid: `selector` not auto-generated",
	"spec.selector: FieldValueRequired",
	"spec.selector.matchLabels: FieldValueInvalid",
	"spec.selector.matchExpressions[*].operator: FieldValueInvalid",
	"spec.selector.matchExpressions[*].values: FieldValueRequired",
	// VAL-4, VAL-6
	"metadata.name: FieldValueRequired",
	"metadata.name: FieldValueInvalid: Invalid value: \"aaa",
	"metadata.name: FieldValueInvalid: Invalid value: \"a.b\": will not able to create pod with invalid DNS label",
	"spec.template.labels: FieldValueInvalid",
	// VAL-5, VAL-7, VAL-8
	"spec.completions: FieldValueRequired: Required value: when completion mode is Indexed",
	"spec.completionMode: FieldValueNotSupported",
	"spec.parallelism: FieldValueInvalid: Invalid value: N: must be less than or equal to N when completion mode is Indexed",
	"spec.parallelism: FieldValueInvalid: Invalid value: N: must be less than or equal to N when completions are above N",
	"spec.maxFailedIndexes: FieldValueInvalid: Invalid value: N: must be less than or equal to completions",
	"spec.maxFailedIndexes: FieldValueInvalid: Invalid value: N: must be less than or equal to N when completions are above",
	"spec.maxFailedIndexes: FieldValueInvalid: Invalid value: N: requires indexed completion mode",
	"spec.maxFailedIndexes: FieldValueRequired: Required value: must be specified when completions is above N",
	"spec.backoffLimitPerIndex: FieldValueRequired: Required value: when maxFailedIndexes is specified",
	"spec.backoffLimitPerIndex: FieldValueInvalid: Invalid value: N: requires indexed completion mode",
	"spec.successPolicy: FieldValueInvalid: requires indexed completion mode",
	// VAL-9
	"spec.podFailurePolicy.rules: FieldValueTooMany",
	"spec.podFailurePolicy.rules[*]: FieldValueInvalid: Invalid value: specifying both",
	"spec.podFailurePolicy.rules[*]: FieldValueInvalid: Invalid value: specifying one of",
	"spec.podFailurePolicy.rules[*].action: FieldValueRequired",
	"spec.podFailurePolicy.rules[*].action: FieldValueNotSupported",
	"spec.podFailurePolicy.rules[*].action: FieldValueInvalid: Invalid value: \"FailIndex\": requires the backoffLimitPerIndex",
	"spec.podFailurePolicy.rules[*].onExitCodes.containerName: FieldValueInvalid",
	"spec.podFailurePolicy.rules[*].onExitCodes.operator: FieldValueRequired",
	"spec.podFailurePolicy.rules[*].onExitCodes.operator: FieldValueNotSupported",
	"spec.podFailurePolicy.rules[*].onExitCodes.values: FieldValueInvalid: at least one value is required",
	"spec.podFailurePolicy.rules[*].onExitCodes.values: FieldValueInvalid: must be ordered",
	"spec.podFailurePolicy.rules[*].onExitCodes.values: FieldValueTooMany",
	"spec.podFailurePolicy.rules[*].onExitCodes.values[*]: FieldValueDuplicate",
	"spec.podFailurePolicy.rules[*].onExitCodes.values[*]: FieldValueInvalid: Invalid value: N: must not be N for the In operator",
	"spec.podFailurePolicy.rules[*].onPodConditions: FieldValueTooMany",
	"spec.podFailurePolicy.rules[*].onPodConditions[*].type: FieldValueInvalid",
	"spec.podFailurePolicy.rules[*].onPodConditions[*].status: FieldValueNotSupported",
	// VAL-10
	"spec.podReplacementPolicy: FieldValueNotSupported: Unsupported value: \"TerminatingOrFailed\": supported values: \"Failed\"",
	"spec.podReplacementPolicy: FieldValueNotSupported: Unsupported value: \"Other\": supported values: \"Failed\", \"Term",
	// VAL-11
	"spec.successPolicy.rules: FieldValueRequired",
	"spec.successPolicy.rules: FieldValueTooMany",
	"spec.successPolicy.rules[*]: FieldValueRequired",
	"spec.successPolicy.rules[*].succeededIndexes: FieldValueTooLong",
	"spec.successPolicy.rules[*].succeededIndexes: FieldValueInvalid: Invalid value: \"N,N\": error parsing succeededIndexes: non-increasing order",
	"spec.successPolicy.rules[*].succeededIndexes: FieldValueInvalid: Invalid value: \"N\": error parsing succeededIndexes: too large index",
	"spec.successPolicy.rules[*].succeededIndexes: FieldValueInvalid: Invalid value: \"a\": error parsing succeededIndexes: cannot convert",
	"spec.successPolicy.rules[*].succeededCount: FieldValueInvalid: Invalid value: -N: must be greater than or equal to",
	"spec.successPolicy.rules[*].succeededCount: FieldValueInvalid: Invalid value: N: must be less than or equal to N (the number of specified",
	"spec.successPolicy.rules[*].succeededCount: FieldValueInvalid: Invalid value: N: must be less than or equal to N (the number of indexes",
	// VAL-12
	"spec.managedBy: FieldValueRequired",
	"spec.managedBy: FieldValueInvalid",
	"spec.managedBy: FieldValueTooLong",
	// metadata
	"metadata.annotations: FieldValueTooLong",
	"metadata.finalizers: FieldValueInvalid",
	"metadata.labels: FieldValueInvalid",
	"metadata.ownerReferences: FieldValueInvalid",
	// the pod template
	"spec.template.spec.containers: FieldValueRequired",
	"spec.template.spec.containers[*].name: FieldValueDuplicate",
	"spec.template.spec.containers[*].image: FieldValueRequired",
	"spec.template.spec.containers[*].ports[*].containerPort: FieldValueInvalid",
	"spec.template.spec.containers[*].env[*].name: FieldValueRequired",
	"spec.template.spec.containers[*].volumeMounts[*].name: FieldValueNotFound",
	"spec.template.spec.containers[*].resources.requests",
	"spec.template.spec.volumes[*].name: FieldValueDuplicate",
	"spec.template.spec.tolerations[*].operator: FieldValueInvalid",
	"spec.template.spec.affinity",
	"spec.template.spec.topologySpreadConstraints",
	"spec.template.spec.securityContext",
}

// Pods are held to more than templates are.
var podRejections = []string{
	"metadata.name: FieldValueInvalid",
	"spec.containers: FieldValueRequired",
	"spec.containers[*].image: FieldValueInvalid: Invalid value: \" img\": must not have leading or trailing whitespace",
	"spec.containers[*].name: FieldValueDuplicate",
	"spec.containers[*].env[*].name: FieldValueRequired",
	"spec.containers[*].volumeMounts[*].name: FieldValueNotFound",
	"spec.volumes[*].name: FieldValueDuplicate",
	"spec.tolerations[*].operator: FieldValueInvalid",
	"spec.affinity",
	"spec.topologySpreadConstraints",
	"spec.securityContext",
	"spec.schedulingGates",
}

var updateRejections = []string{
	// MUT-2
	"spec.selector: FieldValueInvalid: field is immutable",
	"spec.completionMode: FieldValueInvalid: Invalid value: \"NonIndexed\": field is immutable",
	"spec.podFailurePolicy: FieldValueInvalid: field is immutable",
	"spec.successPolicy: FieldValueInvalid: field is immutable",
	"spec.backoffLimitPerIndex: FieldValueInvalid: Invalid value: N: field is immutable",
	"spec.managedBy: FieldValueInvalid: Invalid value: \"a.io/b\": field is immutable",
	"spec.template: FieldValueInvalid: field is immutable",
	"spec.completions: FieldValueInvalid: Invalid value: N: field is immutable",
	// MUT-3
	"spec.completions: FieldValueInvalid: Invalid value: N: can only be modified in tandem with spec.parallelism",
	// MSD-2
	"spec.template.spec: FieldValueInvalid: field is immutable",
	// VAL also holds on update
	"spec.parallelism: FieldValueInvalid: Invalid value: -N: must be greater than or equal to",
	"spec.podReplacementPolicy: FieldValueNotSupported",
	"spec.template.spec.containers[*].resources",
	// metadata
	"metadata.finalizers: FieldValueForbidden",
	"metadata.finalizers: FieldValueInvalid",
	"metadata.deletionTimestamp: FieldValueInvalid",
	"metadata.labels: FieldValueInvalid",
}

var statusRejections = []string{
	// STV-1
	"status.active: FieldValueInvalid: Invalid value: -N: must be greater than or equal to",
	"status.succeeded: FieldValueInvalid: Invalid value: -N: must be greater than or equal to",
	"status.failed: FieldValueInvalid: Invalid value: -N: must be greater than or equal to",
	"status.ready: FieldValueInvalid: Invalid value: -N: must be greater than or equal to",
	"status.terminating: FieldValueInvalid: Invalid value: -N: must be greater than or equal to",
	// STV-2
	"status.uncountedTerminatedPods.succeeded[*]: FieldValueDuplicate",
	"status.uncountedTerminatedPods.failed[*]: FieldValueDuplicate",
	"status.uncountedTerminatedPods.failed[*]: FieldValueInvalid: Invalid value: \"\": must not be empty",
	// STV-3
	"status.conditions: FieldValueInvalid: Invalid value: cannot set Complete=True and Failed=true conditions",
	"status.conditions: FieldValueInvalid: Invalid value: cannot set Complete=True and FailureTarget=true conditions",
	// STV-4
	"status.conditions: FieldValueInvalid: Invalid value: cannot set SuccessCriteriaMet=True and Failed=true conditions",
	"status.conditions: FieldValueInvalid: Invalid value: cannot set SuccessCriteriaMet=True and FailureTarget=true conditions",
	// STV-5
	"status.conditions: FieldValueInvalid: Invalid value: cannot set Failed=True condition without the FailureTarget=true",
	"status.conditions: FieldValueInvalid: Invalid value: cannot set Complete=True condition without the SuccessCriteriaMet=true",
	// STV-6
	"status.conditions: FieldValueInvalid: Invalid value: cannot disable the terminal Failed=True condition",
	"status.conditions: FieldValueInvalid: Invalid value: cannot disable the terminal Complete=True condition",
	"status.conditions: FieldValueInvalid: Invalid value: cannot disable the terminal FailureTarget=True condition",
	"status.conditions: FieldValueInvalid: Invalid value: cannot disable the SuccessCriteriaMet=True condition",
	// STV-7
	"status.conditions: FieldValueInvalid: Invalid value: cannot set SuccessCriteriaMet=True for Job already has Complete=true",
	// STV-8
	"status.active: FieldValueInvalid: Invalid value: N: active>N is invalid for finished job",
	"status.terminating: FieldValueInvalid: Invalid value: N: terminating>N is invalid for finished job",
	"status.uncountedTerminatedPods: FieldValueInvalid: must be empty for finished job",
	// STV-9 to STV-12
	"status.startTime: FieldValueRequired: Required value: startTime is required for finished job",
	"status.completionTime: FieldValueInvalid: Invalid value: \"N-N-NTN:N:NZ\": cannot set completionTime when there is no Complete=True",
	"status.completionTime: FieldValueRequired: Required value: completionTime is required for Complete jobs",
	"status.completionTime: FieldValueInvalid: Invalid value: \"N-N-NTN:N:NZ\": field is immutable",
	"status.completionTime: FieldValueInvalid: Invalid value: \"N-N-NTN:N:NZ\": must be equal to or after `startTime`",
	"status.startTime: FieldValueInvalid",
	// STV-13, STV-14
	"status.failed: FieldValueInvalid: Invalid value: N: cannot decrease the failed counter",
	"status.succeeded: FieldValueInvalid: Invalid value: N: cannot decrease the succeeded counter",
	"status.ready: FieldValueInvalid: Invalid value: N: cannot set more ready pods than active",
	// STV-15
	"status.completedIndexes: FieldValueInvalid: Invalid value: \"N,N\": error parsing completedIndexes: non-increasing order",
	"status.completedIndexes: FieldValueInvalid: Invalid value: \"N\": error parsing completedIndexes: too large index",
	"status.completedIndexes: FieldValueInvalid: Invalid value: \"N\": cannot set non-empty completedIndexes when non-indexed",
	// STV-16
	"status.failedIndexes: FieldValueInvalid: Invalid value: \"N,N\": error parsing failedIndexes",
	"status.failedIndexes: FieldValueInvalid: Invalid value: \"N\": cannot set non-null failedIndexes when backoffLimitPerIndex is null",
	"status.failedIndexes: FieldValueInvalid: Invalid value: \"N\": failedIndexes and completedIndexes overlap at index: N",
	// STV-17
	"status.conditions: FieldValueInvalid: Invalid value: cannot set Complete=True for Job with SuccessPolicy unless",
}
