package conformance

// ownership is about which pods belong to a Job (SEL).
var ownership = []Requirement{}

var uncheckedOwnership = []Unchecked{}
