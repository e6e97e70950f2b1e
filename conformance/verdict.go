package conformance

import "slices"

// Verdict is what is said of a requirement, of a scenario, and of an implementation as a whole.
type Verdict string

const (
	// Conformant: there was occasion to break it, and it was kept every time.
	Conformant Verdict = "conformant"
	// NotConformant: it was broken; the first violation is in the report.
	NotConformant Verdict = "not conformant"
	// NotClaimed: the implementation does not claim it, so nobody looked.
	NotClaimed Verdict = "not claimed"
	// Inconclusive: nobody can tell. No run gave an occasion, a limit was reached, or the implementation differs from
	// itself from run to run.
	Inconclusive Verdict = "inconclusive"
	// HarnessError: jobsim itself has failed.
	HarnessError Verdict = "harness error"
)

// worst orders verdicts for the sum of several: what must be looked at first wins. A harness error makes every other
// statement doubtful; a violation that is proven stays one, whatever else could not be told.
var worst = []Verdict{HarnessError, NotConformant, Inconclusive, Conformant, NotClaimed}

func (v Verdict) known() bool { return slices.Contains(worst, v) }

// sum is the verdict on several things together.
func sum(verdicts []Verdict) Verdict {
	for _, candidate := range worst {
		for _, v := range verdicts {
			if v == candidate {
				return v
			}
		}
	}
	return Inconclusive // of nothing
}

// ExitCode is the code with which a command ends that has found this.
func (v Verdict) ExitCode() int {
	switch v {
	case Conformant, NotClaimed:
		return 0
	case NotConformant:
		return 1
	case Inconclusive:
		return 3
	}
	return 4
}
