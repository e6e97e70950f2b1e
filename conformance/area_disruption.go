package conformance

// disruption is about pods that others delete, and nodes that are lost (EXT).
var disruption = []Requirement{}

var uncheckedDisruption = []Unchecked{
	{"EXT-10", "a promise of the API server, which the simulator keeps (sim/apiserver)"},
}
