package conformance

import (
	"slices"
	"strings"
	"testing"
)

func TestSelect(t *testing.T) {
	all, err := Select()
	if err != nil || len(all) != len(Requirements()) {
		t.Errorf("%d requirements and %v, expected all %d", len(all), err, len(Requirements()))
	}
	one, err := Select(WithFocus("job/backoff-limit/reason"))
	if err != nil || len(one) != 1 || one[0].ID != "job/backoff-limit/reason" {
		t.Errorf("a whole ID selects %v and %v", one, err)
	}
	group, err := Select(WithAllFeatures(), WithUpstreamExact(), WithFocus("BL"))
	if err != nil || len(group) < 5 {
		t.Errorf("a group of clauses selects %d and %v", len(group), err)
	}
	for _, r := range group {
		if !slices.ContainsFunc(r.Clauses, func(c string) bool { return strings.HasPrefix(c, "BL-") }) {
			t.Errorf("BL selects %s, which is about %v", r.ID, r.Clauses)
		}
	}
	for _, c := range []struct {
		options []Option
		want    string
	}{
		{[]Option{WithFocus("no-such-thing")}, `conformance: focus "no-such-thing" selects no requirement`},
		{[]Option{WithFocus("job/evaluation/order-of-effects")}, "it belongs to the upstream-exact level"},
		{[]Option{WithChecks(-1)}, "-1 checks"},
	} {
		if _, err := Select(c.options...); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("got %v, expected %q", err, c.want)
		}
	}
}
