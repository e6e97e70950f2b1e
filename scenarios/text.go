package scenarios

import (
	"bytes"
	"fmt"
	"unicode/utf8"
)

// MaxBytes is the size of the longest file that is read: 1 MiB, far above any scenario that a person would read.
const MaxBytes = 1 << 20

// checkText refuses what no YAML parser should see. The parser would do so too, but without saying where.
func checkText(p *problems, data []byte, want string) bool {
	if len(data) > MaxBytes {
		p.addAt(1, 1, "", "expected at most %s, found %s", size(MaxBytes), size(int64(len(data))))
		return false
	}
	if len(bytes.TrimSpace(data)) == 0 {
		p.addAt(1, 1, "", "expected %s, found an empty file", want)
		return false
	}
	line, column := 1, 1
	for rest := data; len(rest) > 0; {
		r, n := utf8.DecodeRune(rest)
		if !isText(r, n, len(rest) == len(data)) {
			p.addAt(line, column, "", "expected text in UTF-8, found the byte 0x%02x", rest[0])
			return false
		}
		column++
		if r == '\n' {
			line, column = line+1, 1
		}
		rest = rest[n:]
	}
	return true
}

// isText says whether YAML allows the character. A byte order mark may stand at the start only.
func isText(r rune, bytes int, first bool) bool {
	switch {
	case r == utf8.RuneError && bytes <= 1:
		return false
	case r == '\t' || r == '\n' || r == '\r' || r == 0x85:
		return true
	case r == 0xFEFF:
		return first
	}
	return r >= 0x20 && r != 0x7F && !(r > 0x7F && r < 0xA0) && r != 0xFFFE && r != 0xFFFF
}

// size is a number of bytes for people.
func size(n int64) string {
	switch {
	case n < 10<<10:
		return fmt.Sprintf("%d bytes", n)
	case n < 1<<20:
		return fmt.Sprintf("%d KiB", n>>10)
	case n%(1<<20) == 0:
		return fmt.Sprintf("%d MiB", n>>20)
	}
	return fmt.Sprintf("%.1f MiB", float64(n)/(1<<20))
}
