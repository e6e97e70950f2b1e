package conformance

// backoffDelay is about how long failed pods wait for their replacement (BO).
var backoffDelay = []Requirement{}
