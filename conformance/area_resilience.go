package conformance

// resilience is about crashes, stale reads and failing calls (CTRL).
var resilience = []Requirement{}
