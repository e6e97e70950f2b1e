package conformance

// parallelism is about how many pods are active (PAR).
var parallelism = []Requirement{}
