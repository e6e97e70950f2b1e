package main

import (
	"io"
	"os"
	"strconv"

	"k8s.io/cli-runtime/pkg/printers"
)

// The words of --color.
const (
	colorAuto   = "auto"
	colorAlways = "always"
	colorNever  = "never"
)

// useColor decides whether there are colours. By itself only a terminal has them, and not if NO_COLOR is set or TERM is
// dumb.
func useColor(word string, screen io.Writer) bool {
	switch word {
	case colorAlways:
		return true
	case colorNever:
		return false
	}
	return printers.AllowsColorOutput(screen)
}

const (
	defaultWidth = 80
	mostWidth    = 400 // more is no terminal, and the picture would only become slower
)

// width is how many columns there are: what COLUMNS says, or 80.
func width() int {
	if n, err := strconv.Atoi(os.Getenv("COLUMNS")); err == nil && n > 0 {
		return min(n, mostWidth)
	}
	return defaultWidth
}

// paint puts text into bold (1), red (31), green (32) or yellow (33).
func paint(on bool, code int, text string) string {
	if !on {
		return text
	}
	return "\x1b[" + strconv.Itoa(code) + "m" + text + "\x1b[0m"
}
