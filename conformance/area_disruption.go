package conformance

// disruption is about pods that others delete, and nodes that are lost (EXT).
var disruption = []Requirement{}
