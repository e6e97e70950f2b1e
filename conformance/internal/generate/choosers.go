package generate

import (
	"pgregory.net/rapid"

	"github.com/jobsim/jobsim/sim/event"
)

// Rapid returns a chooser whose choices are rapid's, so that rapid can shrink them.
func Rapid(t *rapid.T) event.Chooser { return rapidChooser{t} }

type rapidChooser struct{ t *rapid.T }

func (c rapidChooser) Choose(label string, n int) int { return rapid.IntRange(0, n-1).Draw(c.t, label) }

// FromBytes returns a chooser for the bytes of a fuzz test: one byte for a choice, two where there are more than 256
// alternatives. When the bytes have run out every choice is the simplest.
func FromBytes(data []byte) event.Chooser { return &byteChooser{data} }

type byteChooser struct{ rest []byte }

func (c *byteChooser) Choose(_ string, n int) int {
	v := c.next()
	if n > 256 {
		v = v<<8 | c.next()
	}
	return v % n
}

func (c *byteChooser) next() int {
	if len(c.rest) == 0 {
		return 0
	}
	v := c.rest[0]
	c.rest = c.rest[1:]
	return int(v)
}
