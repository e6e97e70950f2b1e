package scenarios

import (
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/jobsim/jobsim/sim/kubelet"
)

// longest bounds every duration of a file: ten years. Sums of a few of them stay far from the limits of time.Duration.
const longest = 10 * 365 * 24 * time.Hour

// duration is a duration that is not negative, and ends.
type duration time.Duration

// endless is a duration that may also be forever.
type endless time.Duration

// step is a duration of either sign.
type step time.Duration

const wantDuration = "a duration such as 5s or 2m30s"

func (d *duration) decodeNode(p *problems, n *yaml.Node, path string) {
	if value, ok := readDuration(p, n, path, wantDuration, false); ok {
		*d = duration(value)
	}
}

func (d *endless) decodeNode(p *problems, n *yaml.Node, path string) {
	if n.Kind == yaml.ScalarNode && n.Value == "forever" {
		*d = endless(kubelet.Forever)
		return
	}
	if value, ok := readDuration(p, n, path, wantDuration+", or forever", false); ok {
		*d = endless(value)
	}
}

func (d *step) decodeNode(p *problems, n *yaml.Node, path string) {
	if value, ok := readDuration(p, n, path, "a duration such as 30s or -30s", true); ok {
		*d = step(value)
	}
}

func readDuration(p *problems, n *yaml.Node, path, want string, signed bool) (time.Duration, bool) {
	if n.Kind != yaml.ScalarNode || isNull(n) {
		p.add(n, path, "expected %s, found %s", want, describe(n))
		return 0, false
	}
	value, err := time.ParseDuration(n.Value)
	switch {
	case err != nil:
		p.add(n, path, "expected %s, found %s", want, describe(n))
	case value < 0 && !signed:
		p.add(n, path, "expected %s, found a negative one, %s", want, describe(n))
	case value > longest || value < -longest:
		p.add(n, path, "expected a duration of at most %s, found %s", durationText(longest), describe(n))
	default:
		return value, true
	}
	return 0, false
}

// MarshalYAML writes the duration as a person would.
func (d duration) MarshalYAML() (any, error) { return durationText(time.Duration(d)), nil }

// MarshalYAML writes the duration as a person would.
func (d endless) MarshalYAML() (any, error) { return durationText(time.Duration(d)), nil }

// MarshalYAML writes the duration as a person would.
func (d step) MarshalYAML() (any, error) { return durationText(time.Duration(d)), nil }

// durationText is Go's notation without the parts that are zero: 1m and 1h30s, not 1m0s and 1h0m30s.
func durationText(d time.Duration) string {
	if d == kubelet.Forever {
		return "forever"
	}
	text := d.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	return strings.Replace(text, "h0m", "h", 1)
}
