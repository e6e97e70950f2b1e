package apiserver

import (
	"encoding/binary"
	"encoding/hex"

	"k8s.io/apimachinery/pkg/types"

	"github.com/jobsim/jobsim/sim/event"
)

const (
	// suffixLetters leaves out vowels and what looks alike, as the real server does.
	suffixLetters = "bcdfghjklmnpqrstvwxz2456789"
	suffixLength  = 5
	// longestPrefix keeps generated names within 63 characters (POD-5).
	longestPrefix = 63 - suffixLength
)

// identity makes UIDs and name suffixes: all different, the same in each run with one seed.
type identity struct {
	seed  uint64
	count uint64
}

func (i *identity) next() uint64 {
	i.count++
	return event.Mix(i.seed + i.count*0x9e3779b97f4a7c15)
}

// uid returns an RFC 4122 version 4 UUID.
func (i *identity) uid() types.UID {
	var raw [16]byte
	binary.BigEndian.PutUint64(raw[:8], i.next())
	binary.BigEndian.PutUint64(raw[8:], i.next())
	raw[6] = raw[6]&0x0f | 0x40
	raw[8] = raw[8]&0x3f | 0x80
	text := [36]byte{8: '-', 13: '-', 18: '-', 23: '-'}
	hex.Encode(text[:8], raw[:4])
	hex.Encode(text[9:13], raw[4:6])
	hex.Encode(text[14:18], raw[6:8])
	hex.Encode(text[19:23], raw[8:10])
	hex.Encode(text[24:], raw[10:])
	return types.UID(text[:])
}

// name makes a name from a generateName prefix (POD-5).
func (i *identity) name(prefix string) string {
	if len(prefix) > longestPrefix {
		prefix = prefix[:longestPrefix]
	}
	var suffix [suffixLength]byte
	x := i.next()
	for j := range suffix {
		suffix[j] = suffixLetters[x%uint64(len(suffixLetters))]
		x /= uint64(len(suffixLetters))
	}
	return prefix + string(suffix[:])
}
