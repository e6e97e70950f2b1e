package bubble

import (
	"bytes"
	"fmt"
	"reflect"
	"runtime"
	"strconv"
	"strings"
)

// Goroutine is one that is in a bubble, as a stack dump shows it.
type Goroutine struct {
	// State is what it does, or waits for: running, sleep, chan receive, sync.Mutex.Lock and so on.
	State string
	// Durable says that only the bubble's own goroutines, or its clock, can end the wait.
	Durable bool
	// Frames are the functions it is in, the innermost first. CreatedBy is what has started it.
	Frames    []Frame
	CreatedBy string
}

// Frame is a call of a function.
type Frame struct {
	Function string
	File     string // with the line
}

// String tells what the goroutine does and where: the innermost function, and the innermost that is not of Go's own
// library, with its place.
func (g Goroutine) String() string {
	own := -1
	for i, f := range g.Frames {
		if !f.library() {
			own = i
			break
		}
	}
	var b strings.Builder
	b.WriteString(g.State)
	switch {
	case len(g.Frames) == 0:
	case own < 0:
		fmt.Fprintf(&b, " in %s", g.Frames[0].Function)
	case own == 0:
		fmt.Fprintf(&b, " in %s (%s)", g.Frames[0].Function, g.Frames[0].File)
	default:
		fmt.Fprintf(&b, " in %s, called by %s (%s)", g.Frames[own-1].Function, g.Frames[own].Function, g.Frames[own].File)
	}
	if g.CreatedBy != "" {
		fmt.Fprintf(&b, ", started by %s", g.CreatedBy)
	}
	return b.String()
}

// library is where the source of Go's own library lies; empty in a program that was built with -trimpath.
var library = func() string {
	pc := reflect.ValueOf(strings.Index).Pointer()
	file, _ := runtime.FuncForPC(pc).FileLine(pc)
	return strings.TrimSuffix(file, "strings/strings.go")
}()

func (f Frame) library() bool {
	if library != "" {
		return strings.HasPrefix(f.File, library)
	}
	first, _, _ := strings.Cut(f.File, "/")
	return !strings.Contains(first, ".")
}

// ID is the number of the bubble that the calling goroutine is in; 0 if it is in none.
func ID() uint64 {
	_, id := Self()
	return id
}

// Self returns the numbers of the calling goroutine and of its bubble. It takes some microseconds.
func Self() (goroutine, bubble uint64) {
	var buf [128]byte
	line, _, _ := bytes.Cut(buf[:runtime.Stack(buf[:], false)], []byte("\n"))
	header := string(line)
	_, bubble, _ = parseHeader(header)
	number, _, _ := strings.Cut(strings.TrimPrefix(header, "goroutine "), " ")
	goroutine, _ = strconv.ParseUint(number, 10, 64)
	return goroutine, bubble
}

// largestDump bounds a dump of all stacks, in bytes; goroutines beyond it are left out.
const largestDump = 16 << 20

// Goroutines lists the goroutines of a bubble, in the order in which they were started as far as the dump shows it.
// Those of this package and of package testing are left out. It stops the process for a moment.
func Goroutines(id uint64) []Goroutine {
	buf := make([]byte, 1<<16)
	n := runtime.Stack(buf, true)
	for n == len(buf) && n < largestDump {
		buf = make([]byte, 4*len(buf))
		n = runtime.Stack(buf, true)
	}
	return parse(string(buf[:n]), id)
}

func parse(dump string, bubble uint64) (all []Goroutine) {
	for block := range strings.SplitSeq(dump, "\n\n") {
		lines := strings.Split(strings.TrimSpace(block), "\n")
		g, id, ok := parseHeader(lines[0])
		if !ok || id != bubble || id == 0 {
			continue
		}
		g.parseFrames(lines[1:])
		if !g.machinery() {
			all = append(all, g)
		}
	}
	return all
}

// parseHeader reads "goroutine 21 [sync.Mutex.Lock, 3 minutes, synctest bubble 1]:".
func parseHeader(line string) (g Goroutine, bubble uint64, ok bool) {
	_, rest, ok := strings.Cut(line, " [")
	inner, _, closed := strings.Cut(rest, "]")
	if !ok || !closed || !strings.HasPrefix(line, "goroutine ") {
		return g, 0, false
	}
	for i, part := range strings.Split(inner, ", ") {
		if number, found := strings.CutPrefix(part, "synctest bubble "); found {
			bubble, _ = strconv.ParseUint(number, 10, 64)
		} else if i == 0 {
			g.State, g.Durable = strings.CutSuffix(part, " (durable)")
		}
	}
	return g, bubble, true
}

// parseFrames reads pairs of lines: a call, and its place after a tab.
func (g *Goroutine) parseFrames(lines []string) {
	for i := 0; i+1 < len(lines); i += 2 {
		call, place := lines[i], strings.TrimSpace(lines[i+1])
		if creator, found := strings.CutPrefix(call, "created by "); found {
			g.CreatedBy, _, _ = strings.Cut(creator, " in goroutine ")
			return
		}
		if strings.HasPrefix(call, "...") { // "...23 frames elided..." has no place
			i--
			continue
		}
		if open := strings.LastIndex(call, "("); open > 0 {
			call = call[:open]
		}
		place, _, _ = strings.Cut(place, " +0x")
		g.Frames = append(g.Frames, Frame{Function: call, File: place})
	}
}

// machinery reports whether the goroutine is one that a bubble needs for itself.
func (g *Goroutine) machinery() bool {
	if strings.HasPrefix(g.CreatedBy, "testing/synctest.") || strings.Contains(g.CreatedBy, "/internal/bubble.Run.") {
		return true
	}
	for _, f := range g.Frames {
		if strings.HasPrefix(f.Function, "internal/synctest.") {
			return true
		}
	}
	return false
}
