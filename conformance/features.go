package conformance

// Feature is an optional part of the Job API that an implementation may claim. Suspension, replacement policies,
// selectors made by hand and large Jobs are not optional: they belong to the core.
type Feature string

const (
	// Indexed is completionMode Indexed (IDX, POD-6, POD-7, POD-13, STAT-10).
	Indexed Feature = "indexed"
	// ElasticIndexed is changing completions of an Indexed Job together with parallelism (EIJ).
	ElasticIndexed Feature = "elastic-indexed"
	// BackoffLimitPerIndex is backoffLimitPerIndex and maxFailedIndexes (BPI).
	BackoffLimitPerIndex Feature = "backoff-limit-per-index"
	// PodFailurePolicy is podFailurePolicy with its four actions (PFP).
	PodFailurePolicy Feature = "pod-failure-policy"
	// SuccessPolicy is successPolicy (SP).
	SuccessPolicy Feature = "success-policy"
	// SuspendedEdits is editing the template of a Job while it is suspended (MSD).
	SuspendedEdits Feature = "suspended-edits"
	// TTLAfterFinished is ttlSecondsAfterFinished, which another controller than that of Jobs may see to (TTL).
	TTLAfterFinished Feature = "ttl-after-finished"
	// ManagedBy is looking after the Jobs that spec.managedBy names the implementation for, and no others (MB).
	ManagedBy Feature = "managed-by"
)
