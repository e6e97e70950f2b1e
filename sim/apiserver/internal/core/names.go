package core

import (
	"slices"
	"strings"

	apivalidation "k8s.io/apimachinery/pkg/api/validation"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// The library checks names with regular expressions, a microsecond for each label of each pod. The functions here
// accept the same names in nanoseconds and leave it to the library to say what is wrong with the others.

// Classes of the bytes that names are made of. A lookup is several times faster than comparisons.
const (
	lowerByte = 1 << iota // Lower-case letters and digits.
	upperByte
	dashByte
	dotByte
	underscoreByte

	alphanumericByte = lowerByte | upperByte
	labelByte        = alphanumericByte | dashByte | dotByte | underscoreByte
)

var byteClass = func() (classes [256]uint8) {
	for c := 'a'; c <= 'z'; c++ {
		classes[c], classes[c-'a'+'A'] = lowerByte, upperByte
	}
	for c := '0'; c <= '9'; c++ {
		classes[c] = lowerByte
	}
	classes['-'], classes['.'], classes['_'] = dashByte, dotByte, underscoreByte
	return classes
}()

func isClass(c byte, class uint8) bool { return byteClass[c]&class != 0 }

// isDNSLabel reports what validation.IsDNS1123Label accepts.
func isDNSLabel(s string) bool {
	return len(s) <= validation.DNS1123LabelMaxLength && isSubdomainPart(s)
}

func isSubdomainPart(s string) bool {
	if s == "" || !isClass(s[0], lowerByte) || !isClass(s[len(s)-1], lowerByte) {
		return false
	}
	for i := range len(s) {
		if !isClass(s[i], lowerByte|dashByte) {
			return false
		}
	}
	return true
}

// isDNSSubdomain reports what validation.IsDNS1123Subdomain accepts: labels of any length joined by dots.
func isDNSSubdomain(s string) bool {
	if s == "" || len(s) > validation.DNS1123SubdomainMaxLength || !isClass(s[len(s)-1], lowerByte) {
		return false
	}
	edge := true // The next byte must be a letter or digit: a label starts here.
	for i := range len(s) {
		switch c := s[i]; {
		case isClass(c, lowerByte):
			edge = false
		case edge, c != '-' && c != '.', c == '.' && s[i-1] == '-':
			return false
		default:
			edge = c == '.'
		}
	}
	return true
}

// isLabelValue reports what validation.IsValidLabelValue accepts.
func isLabelValue(s string) bool {
	return s == "" || isLabelName(s)
}

func isLabelName(s string) bool {
	if s == "" || len(s) > validation.LabelValueMaxLength ||
		!isClass(s[0], alphanumericByte) || !isClass(s[len(s)-1], alphanumericByte) {
		return false
	}
	for i := range len(s) {
		if !isClass(s[i], labelByte) {
			return false
		}
	}
	return true
}

// isQualifiedName reports what validation.IsQualifiedName accepts: a label key.
func isQualifiedName(s string) bool {
	if slash := strings.IndexByte(s, '/'); slash >= 0 {
		return isDNSSubdomain(s[:slash]) && isLabelName(s[slash+1:])
	}
	return isLabelName(s)
}

// invalid makes an error of each message that a name check gave.
func invalid(path *field.Path, value any, messages []string) field.ErrorList {
	var errs field.ErrorList
	for _, message := range messages {
		errs = append(errs, field.Invalid(path, value, message))
	}
	return errs
}

func validateDNSLabel(value string, path *field.Path) field.ErrorList {
	if isDNSLabel(value) {
		return nil
	}
	return invalid(path, value, validation.IsDNS1123Label(value))
}

func validateDNSSubdomain(value string, path *field.Path) field.ErrorList {
	if isDNSSubdomain(value) {
		return nil
	}
	return invalid(path, value, validation.IsDNS1123Subdomain(value))
}

// nameIsPrefix gives the messages for a name to which something may still be appended.
func nameIsPrefix(name string) []string {
	return apivalidation.NameIsDNSSubdomain(name, true)
}

// ValidateQualifiedName reports a value that is no label key.
func ValidateQualifiedName(value string, path *field.Path) field.ErrorList {
	if isQualifiedName(value) {
		return nil
	}
	return invalid(path, value, validation.IsQualifiedName(value))
}

// ordered sorts errors that a library found by walking a map. The order of a map differs from run to run; traces and
// messages may not.
func ordered(errs field.ErrorList) field.ErrorList {
	if len(errs) > 1 {
		slices.SortFunc(errs, func(a, b *field.Error) int { return strings.Compare(a.Error(), b.Error()) })
	}
	return errs
}
