package conformance

// podCreation is about what new pods are like, and how they are made (POD).
var podCreation = []Requirement{}
