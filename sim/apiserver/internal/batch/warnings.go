package batch

import (
	"fmt"

	batchv1 "k8s.io/api/batch/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/jobsim/jobsim/sim/apiserver/internal/core"
)

// Warnings are what the API server says in Warning headers about a Job that it accepts (VAL-15). old is nil on create;
// an update that leaves the spec alone is not warned about.
func Warnings(job, old *batchv1.Job) []string {
	var warnings []string
	if old == nil {
		if problems := validation.IsDNS1123Label(job.Name); len(problems) > 0 {
			warnings = append(warnings, fmt.Sprintf("metadata.name: this is used in Pod names and hostnames, which can "+
				"result in surprising behavior; a DNS label is recommended: %v", problems))
		}
	} else if job.Generation == old.Generation {
		return nil
	}
	spec := &job.Spec
	if isIndexed(spec) && valueOr(spec.Completions, 0) > manyCompletions &&
		valueOr(spec.Parallelism, 0) > maxParallelismOfMany {
		warnings = append(warnings, "spec: In Indexed Jobs with a number of completions higher than 10^5 and a "+
			"parallelism higher than 10^4, Kubernetes might not be able to track completedIndexes when a big number of "+
			"indexes fail")
	}
	path := templatePath
	return append(warnings, core.PodTemplateWarnings(&spec.Template, path)...)
}

// DeleteWarnings are what the API server says about a DELETE that leaves the pods behind by default (VAL-16).
func DeleteWarnings(options *metav1.DeleteOptions) []string {
	//nolint:staticcheck // OrphanDependents is deprecated, and still silences the warning.
	if options != nil && (options.PropagationPolicy != nil || options.OrphanDependents != nil) {
		return nil
	}
	return []string{"child pods are preserved by default when jobs are deleted; set propagationPolicy=Background to " +
		"remove them or set propagationPolicy=Orphan to suppress this warning"}
}

func isIndexed(spec *batchv1.JobSpec) bool {
	return spec.CompletionMode != nil && *spec.CompletionMode == batchv1.IndexedCompletion
}

func valueOr[T any](p *T, otherwise T) T {
	if p == nil {
		return otherwise
	}
	return *p
}
