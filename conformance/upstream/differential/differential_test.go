package differential

import (
	"encoding/json"
	"flag"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/onsi/gomega"
	"sigs.k8s.io/yaml"
)

var (
	cases = flag.Int("cases", 20_000, "how many requests to compare in each test")
	seed  = flag.Uint64("seed", 1, "seed of the random requests")
	limit = flag.Int("differences", 1, "how many unlike differences to show before giving up")
)

// tally counts what the real code said, so that a test that compares nothing worth comparing fails.
type tally struct {
	*testing.T
	cases, accepted, crashed int
	// warnings are all that were seen, without list positions, map keys and numbers.
	warnings map[string]bool
	// rejections are all causes that were seen, without list positions, map keys and numbers.
	rejections map[string]bool
	shown      map[string]bool
}

func newTally(t *testing.T) *tally {
	return &tally{T: t, rejections: map[string]bool{}, warnings: map[string]bool{}, shown: map[string]bool{}}
}

// compare fails the test when the two answers differ, and shows what they answer.
func (y *tally) compare(n uint64, real, simulated answer, request func() string) {
	y.Helper()
	y.cases++
	if real.crashed != "" {
		y.crashed++
	} else if real.accepted() {
		y.accepted++
	}
	for _, warning := range strings.Split(real.warnings, "; ") {
		y.warnings[place(warning)] = true
	}
	for _, cause := range real.causes {
		y.rejections[place(cause)] = true
	}
	d := difference(real, simulated)
	if d == "" || y.shown[signature(d)] {
		return
	}
	y.shown[signature(d)] = true
	y.Errorf("case %d of seed %d: %s\nreal: %s\nsimulated: %s\n%s", n, *seed, d, real.text(), simulated.text(), request())
	if len(y.shown) >= *limit {
		y.FailNow()
	}
}

var (
	position = regexp.MustCompile(`\[[^\]]*\]`)
	digits   = regexp.MustCompile(`[0-9]+`)
)

// place is a cause without list positions, map keys and numbers.
func place(cause string) string {
	return digits.ReplaceAllString(position.ReplaceAllString(cause, "[*]"), "N")
}

// signature is alike for differences that look alike.
func signature(d string) string { return digits.ReplaceAllString(d[:min(len(d), 400)], "N") }

// expect fails the test unless enough cases were accepted and each of the rejections was seen. A rejection is the
// beginning of a cause: a field, a type of error, and as much of the message as it takes.
func (y *tally) expect(acceptedPercent int, rejections ...string) {
	y.Helper()
	g := gomega.NewWithT(y.T)
	y.Logf("%d cases, %.1f %% accepted, %d unlike warnings, %d that the real code crashes on, %d unlike causes",
		y.cases, 100*float64(y.accepted)/float64(y.cases), len(y.warnings)-1, y.crashed, len(y.rejections))
	g.Expect(100*y.accepted/y.cases).To(gomega.BeNumerically(">=", acceptedPercent), "share of accepted requests in percent")
	seen := slices.Collect(maps.Keys(y.rejections))
	for _, rejection := range rejections {
		begins := func(cause string) bool { return strings.HasPrefix(cause, rejection) }
		if !slices.ContainsFunc(seen, begins) {
			y.Errorf("no request was rejected for %q: too few cases, or a generator that is too tame", rejection)
		}
	}
}

func encode(obj any) []byte {
	data, err := json.Marshal(obj)
	if err != nil {
		panic(err) // nothing that is generated here has no JSON form
	}
	return data
}

// manifest is a request for people: YAML, with long texts cut.
func manifest(title string, raw []byte) string {
	text, err := yaml.JSONToYAML(raw)
	if err != nil {
		return title + ": " + err.Error()
	}
	lines := strings.Split(string(text), "\n")
	for i, line := range lines {
		if len(line) > 300 {
			lines[i] = line[:300] + " ..."
		}
	}
	return "# " + title + "\n" + strings.Join(lines, "\n")
}
