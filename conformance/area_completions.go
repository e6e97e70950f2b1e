package conformance

// completions is about when a Job has succeeded (COMP).
var completions = []Requirement{}
