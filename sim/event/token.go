package event

import (
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
)

// Token is a run's sequence of choices as text that can be pasted: which scenario it belongs to, and the choices.
type Token struct {
	// Scenario identifies the scenario that the choices belong to.
	Scenario uint32
	// Seed is the run's seed, from which names and UIDs are made.
	Seed    uint64
	Choices []int
}

const (
	tokenPrefix = "j1-"
	mostChoices = 1 << 22 // a longer token is refused, not expanded
)

// String writes the token: the scenario, the seed, then runs of equal choices, in URL-safe base64. Calm choices at the end are
// left out, since a replay continues calmly.
func (t Token) String() string {
	choices := t.Choices
	for len(choices) > 0 && choices[len(choices)-1] == 0 {
		choices = choices[:len(choices)-1]
	}
	b := binary.BigEndian.AppendUint32(nil, t.Scenario)
	b = binary.AppendUvarint(b, t.Seed)
	for i := 0; i < len(choices); {
		j := i
		for j < len(choices) && choices[j] == choices[i] {
			j++
		}
		b = binary.AppendUvarint(b, uint64(choices[i]))
		b = binary.AppendUvarint(b, uint64(j-i))
		i = j
	}
	return tokenPrefix + base64.RawURLEncoding.EncodeToString(b)
}

// ParseToken reads what String wrote.
func ParseToken(s string) (Token, error) {
	body, ok := strings.CutPrefix(s, tokenPrefix)
	if !ok {
		return Token{}, fmt.Errorf("replay token %.20q: expected it to start with %q, as printed by an earlier run", s, tokenPrefix)
	}
	b, err := base64.RawURLEncoding.Strict().DecodeString(body)
	if err != nil || len(b) < 4 {
		return Token{}, fmt.Errorf("replay token %.20q: expected URL-safe base64; was it cut off when copied?", s)
	}
	t := Token{Scenario: binary.BigEndian.Uint32(b)}
	seed, n := binary.Uvarint(b[4:])
	if n <= 0 {
		return Token{}, fmt.Errorf("replay token %.20q: it ends before the seed; was it cut off when copied?", s)
	}
	t.Seed = seed
	if t.Choices, err = readRuns(b[4+n:]); err != nil {
		return Token{}, fmt.Errorf("replay token %.20q: %w", s, err)
	}
	return t, nil
}

func readRuns(b []byte) ([]int, error) {
	var choices []int
	for len(b) > 0 {
		value, n := binary.Uvarint(b)
		if n <= 0 {
			return nil, errors.New("it ends in the middle of a choice; was it cut off when copied?")
		}
		b = b[n:]
		count, n := binary.Uvarint(b)
		if n <= 0 {
			return nil, errors.New("it ends in the middle of a choice; was it cut off when copied?")
		}
		b = b[n:]
		if value > mostChoices || count > mostChoices-uint64(len(choices)) {
			return nil, fmt.Errorf("expected at most %d choices, each at most that number; "+
				"seen %d times the choice %d after %d others", mostChoices, count, value, len(choices))
		}
		for range count {
			choices = append(choices, int(value))
		}
	}
	return choices, nil
}
