package conformance

// restarts is about restartPolicy OnFailure: containers are restarted in place (ONF).
var restarts = []Requirement{}
