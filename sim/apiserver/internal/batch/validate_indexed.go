package batch

import (
	"fmt"

	batchv1 "k8s.io/api/batch/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// validateCompletionMode checks what depends on whether completions are numbered (VAL-5, VAL-7, VAL-8).
func validateCompletionMode(spec *batchv1.JobSpec, path *field.Path) field.ErrorList {
	var errs field.ErrorList
	switch mode := valueOr(spec.CompletionMode, batchv1.NonIndexedCompletion); mode {
	case batchv1.IndexedCompletion:
		errs = validateIndexed(spec, path)
	case batchv1.NonIndexedCompletion:
		errs = validateNonIndexed(spec, path)
	default:
		errs = append(errs, field.NotSupported(path.Child("completionMode"), mode,
			[]batchv1.CompletionMode{batchv1.NonIndexedCompletion, batchv1.IndexedCompletion}))
	}
	return errs
}

// validateNonIndexed: without indexes there are no limits per index. A success policy says so itself.
func validateNonIndexed(spec *batchv1.JobSpec, path *field.Path) field.ErrorList {
	var errs field.ErrorList
	if spec.BackoffLimitPerIndex != nil {
		errs = append(errs, field.Invalid(path.Child("backoffLimitPerIndex"), *spec.BackoffLimitPerIndex, needsIndexes))
	}
	if spec.MaxFailedIndexes != nil {
		errs = append(errs, field.Invalid(path.Child("maxFailedIndexes"), *spec.MaxFailedIndexes, needsIndexes))
	}
	return errs
}

const needsIndexes = "requires indexed completion mode"

func validateIndexed(spec *batchv1.JobSpec, path *field.Path) field.ErrorList {
	var errs field.ErrorList
	if spec.Completions == nil {
		errs = append(errs, field.Required(path.Child("completions"),
			fmt.Sprintf("when completion mode is %s", batchv1.IndexedCompletion)))
	}
	if parallelism := valueOr(spec.Parallelism, 0); parallelism > maxParallelismOfIndexed {
		errs = append(errs, field.Invalid(path.Child("parallelism"), parallelism,
			fmt.Sprintf("must be less than or equal to %d when completion mode is %s", maxParallelismOfIndexed,
				batchv1.IndexedCompletion)))
	}
	if limit := spec.MaxFailedIndexes; limit != nil {
		if spec.Completions != nil && *limit > *spec.Completions {
			errs = append(errs, field.Invalid(path.Child("maxFailedIndexes"), *limit,
				"must be less than or equal to completions"))
		}
		if *limit > maxFailedIndexesOfAny {
			errs = append(errs, field.Invalid(path.Child("maxFailedIndexes"), *limit,
				fmt.Sprintf("must be less than or equal to %d", maxFailedIndexesOfAny)))
		}
	}
	if valueOr(spec.Completions, 0) > manyCompletions && spec.BackoffLimitPerIndex != nil {
		errs = append(errs, validateManyCompletions(spec, path)...)
	}
	return errs
}

// validateManyCompletions bounds the list of failed indexes of a Job too large to list them all.
func validateManyCompletions(spec *batchv1.JobSpec, path *field.Path) field.ErrorList {
	var errs field.ErrorList
	tooMany := func(name string, value int32, limit int) {
		errs = append(errs, field.Invalid(path.Child(name), value, fmt.Sprintf(
			"must be less than or equal to %d when completions are above %d and used with backoff limit per index",
			limit, manyCompletions)))
	}
	if spec.MaxFailedIndexes == nil {
		errs = append(errs, field.Required(path.Child("maxFailedIndexes"),
			fmt.Sprintf("must be specified when completions is above %d", manyCompletions)))
	}
	if parallelism := valueOr(spec.Parallelism, 0); parallelism > maxParallelismOfMany {
		tooMany("parallelism", parallelism, maxParallelismOfMany)
	}
	if limit := valueOr(spec.MaxFailedIndexes, 0); limit > maxFailedIndexesOfMany {
		tooMany("maxFailedIndexes", limit, maxFailedIndexesOfMany)
	}
	return errs
}
