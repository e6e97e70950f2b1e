package conformance

// backoffDelay is about how long failed pods wait for their replacement (BO).
var backoffDelay = []Requirement{}

var uncheckedBackoffDelay = []Unchecked{
	{"BO-8", "a quirk, and about podFailurePolicy, which is not part of the core"},
	{"BO-14", "about backoffLimitPerIndex, which needs Indexed Jobs"},
}
