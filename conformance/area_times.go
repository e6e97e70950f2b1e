package conformance

// times is about startTime and completionTime (TIME).
var times = []Requirement{}
