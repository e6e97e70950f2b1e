package conformance

// deletion is about Jobs that are deleted (DEL).
var deletion = []Requirement{}
