package conformance

// deletion is about Jobs that are deleted (DEL).
var deletion = []Requirement{}

var uncheckedDeletion = []Unchecked{
	{"DEL-1", "a promise of the API server, which the simulator keeps (sim/apiserver)"},
}
