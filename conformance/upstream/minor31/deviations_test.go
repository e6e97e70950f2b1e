package minor31

// What the controller of 1.31 does otherwise than is expected of one of today, although it claims to follow 1.31 only.

// failingScenarios are the built-in scenarios whose expectations it does not meet, with the reason. They are written for
// the newest minor.
var failingScenarios = map[string]string{
	"suspend-resume": "ADS-13: 1.31 keeps startTime while a Job is suspended (no line of syncJob clears it), and tests the " +
		"deadline in the sync that sees the Job resumed, before that sync sets startTime anew: a suspension longer than " +
		"activeDeadlineSeconds ends the Job with DeadlineExceeded",
}
