package conformance

// deadline is about activeDeadlineSeconds (ADS).
var deadline = []Requirement{}
