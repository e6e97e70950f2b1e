package conformance

// counters is about status counters and lists (STAT).
var counters = []Requirement{}
