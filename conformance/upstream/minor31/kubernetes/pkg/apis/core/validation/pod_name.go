// Package validation stands in for the package of the API server's validation, with what the Job controller calls.
package validation

import "k8s.io/apimachinery/pkg/api/validation"

// ValidatePodName says what is wrong with a name, or with a prefix of one.
var ValidatePodName validation.ValidateNameFunc = validation.NameIsDNSSubdomain
