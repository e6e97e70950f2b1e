package conformance

// deadline is about activeDeadlineSeconds (ADS).
var deadline = []Requirement{}

var uncheckedDeadline = []Unchecked{
	{"ADS-13", "a quirk that has been fixed; job/deadline/suspended-time-does-not-count finds it"},
}
