package trace

import "bytes"

// FirstDifference compares two traces by their canonical encoding and returns the index in Entries of the first entry
// that is not the same in both, with that entry of either trace; an entry is nil when its trace has ended. The index
// is -1 when the traces are equal. What several goroutines of a program say at one instant has no order, and a word
// that stands in the place of another one there is no difference.
func FirstDifference(a, b *Trace) (index int, ea, eb *Entry) {
	enca, encb := newEncoder(), newEncoder()
	for i := range max(len(a.Entries), len(b.Entries)) {
		ea, eb = a.Find(i+1), b.Find(i+1)
		if ea == nil || eb == nil || !sameLine(enca, ea, encb, eb) && !bothTalk(ea, eb) {
			return i, ea, eb
		}
	}
	return -1, nil, nil
}

// sameLine compares without encoding the object when both entries share it. Entries that cannot be encoded are the
// same when the reason is.
func sameLine(enca *encoder, ea *Entry, encb *encoder, eb *Entry) bool {
	if ea.Object != nil && ea.Object == eb.Object {
		bareA, bareB := *ea, *eb
		bareA.Object, bareB.Object = nil, nil
		ea, eb = &bareA, &bareB
	}
	la, erra := enca.encode(ea)
	lb, errb := encb.encode(eb)
	if erra != nil || errb != nil {
		return erra != nil && errb != nil && erra.Error() == errb.Error()
	}
	return bytes.Equal(la, lb)
}

func bothTalk(a, b *Entry) bool {
	return a.Kind == Log && b.Kind == Log && a.At == b.At && a.Instance == b.Instance
}
