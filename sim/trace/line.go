package trace

// Line describes the entry to a person in one line: the virtual time, who, what.
//
//	47s  main of pod crash-loop-x7k2p exits with 1 (run 3)
//
// What a write changed cannot be seen from the entry alone: Trace.Line knows.
func (e *Entry) Line() string {
	return clock(e.At) + "  " + newNarrator().sentence(e)
}

// Line describes the entry with a Seq in one line. Writes tell what they changed against the version before:
//
//	31s  controller updates status of job crash-loop: active 1 -> 0, FailureTarget (BackoffLimitExceeded: ...)
//
// It is empty for a Seq that the trace does not have.
func (t *Trace) Line(seq int) string {
	e := t.Find(seq)
	if e == nil {
		return ""
	}
	n := newNarrator()
	for i := seq - 1; i >= 1 && e.stored(); i-- {
		if before := t.Find(i); before.object() == e.object() && (before.stored() || before.Kind == Removed) {
			n.seen(before)
			break
		}
	}
	return clock(e.At) + "  " + n.sentence(e)
}
