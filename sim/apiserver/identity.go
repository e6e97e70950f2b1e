package apiserver

import (
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
	a, b := i.next(), i.next()
	a = a&^0xf000 | 0x4000
	b = b&^(0b11<<62) | 0b10<<62
	const hex = "0123456789abcdef"
	var buf [36]byte
	at := 0
	put := func(x uint64, from, to int) {
		for shift := from; shift > to; shift -= 4 {
			buf[at] = hex[x>>(shift-4)&0xf]
			at++
		}
	}
	put(a, 64, 32)
	buf[at] = '-'
	at++
	put(a, 32, 16)
	buf[at] = '-'
	at++
	put(a, 16, 0)
	buf[at] = '-'
	at++
	put(b, 64, 48)
	buf[at] = '-'
	at++
	put(b, 48, 0)
	return types.UID(buf[:])
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
