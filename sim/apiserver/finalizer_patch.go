package apiserver

import (
	"strings"

	"k8s.io/apimachinery/pkg/types"
)

// What a Job controller patches once for every pod looks like
//
//	{"metadata":{"uid":"6f…","$deleteFromPrimitiveList/finalizers":["batch.kubernetes.io/job-tracking"]}}
//
// and decoding it as JSON costs more than the rest of the write. parseFinalizerPatch reads patches of just that form: a
// metadata object with a uid, a resourceVersion and finalizers to drop, in any order, and strings without escapes. For
// anything else it reports false, and the patch goes the long way.
func parseFinalizerPatch(data []byte) (p metadataPatch, ok bool) {
	s := scanner{rest: string(data)}
	if !s.take(`{`) || !s.key("metadata") || !s.take(`{`) {
		return p, false
	}
	for {
		name, ok := s.text()
		if !ok || !s.take(`:`) {
			return p, false
		}
		switch name {
		case "uid":
			var uid string
			uid, ok = s.text()
			p.Metadata.UID = types.UID(uid)
		case "resourceVersion":
			p.Metadata.ResourceVersion, ok = s.text()
		case "$deleteFromPrimitiveList/finalizers":
			p.Metadata.DropFinalizers, ok = s.texts()
		default:
			return p, false
		}
		if !ok {
			return p, false
		}
		if !s.take(`,`) {
			break
		}
	}
	return p, s.take(`}`) && s.take(`}`) && strings.TrimSpace(s.rest) == ""
}

// scanner takes JSON apart from the left.
type scanner struct{ rest string }

func (s *scanner) take(token string) bool {
	trimmed := strings.TrimLeft(s.rest, " \t\r\n")
	rest, ok := strings.CutPrefix(trimmed, token)
	if ok {
		s.rest = rest
	}
	return ok
}

func (s *scanner) key(want string) bool {
	name, ok := s.text()
	return ok && name == want && s.take(`:`)
}

// text takes a string that contains nothing special.
func (s *scanner) text() (string, bool) {
	if !s.take(`"`) {
		return "", false
	}
	end := strings.IndexByte(s.rest, '"')
	if end < 0 {
		return "", false
	}
	text := s.rest[:end]
	for i := range len(text) {
		if text[i] == '\\' || text[i] < ' ' || text[i] > '~' {
			return "", false
		}
	}
	s.rest = s.rest[end+1:]
	return text, true
}

// texts takes a list of strings.
func (s *scanner) texts() ([]string, bool) {
	if !s.take(`[`) {
		return nil, false
	}
	list := make([]string, 0, 1)
	for {
		text, ok := s.text()
		if !ok {
			return nil, false
		}
		list = append(list, text)
		if !s.take(`,`) {
			return list, s.take(`]`)
		}
	}
}
