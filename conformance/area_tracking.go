package conformance

// tracking is about finalizers, with which pods are kept until they are counted (TRK).
var tracking = []Requirement{}
