package conformance

// statusWrites is about writes to status that the API server refuses, and that nobody should attempt (STV).
var statusWrites = []Requirement{}
