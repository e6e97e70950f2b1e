package conformance

// evaluation is about which outcome is chosen when several are possible (SYNC).
var evaluation = []Requirement{}
