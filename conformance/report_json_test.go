package conformance

import (
	"reflect"
	"strings"
	"testing"
)

func TestReadReportReadsWhatWasWritten(t *testing.T) {
	want := sampleReport(plain)
	got, err := ReadReport(strings.NewReader(written(t, want, FormatJSON)))
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%v: read %+v, expected %+v", err, got, want)
	}
}

func TestReadReportIsStrict(t *testing.T) {
	good := written(t, sampleReport(plain), FormatJSON)
	for _, c := range []struct{ name, text, want string }{
		{"empty", "", "expected JSON"},
		{"prose", "all is well", "expected JSON"},
		{"list", "[]", "expected JSON"},
		{"two", good + good, "expected JSON"},
		{"another version", strings.Replace(good, "v1alpha1", "v7", 1), `expected apiVersion jobsim/v1alpha1 and kind ConformanceReport, found "jobsim/v7"`},
		{"another kind", strings.Replace(good, "ConformanceReport", "Scenario", 1), `and "Scenario"`},
		{"unknown field", strings.Replace(good, `"seed"`, `"sead"`, 1), `unknown field "sead"`},
		{"wrong type", strings.Replace(good, `"seed": 7`, `"seed": "7"`, 1), "cannot unmarshal string"},
		{"unknown verdict", strings.Replace(good, `"verdict": "conformant"`, `"verdict": "fine"`, 1), `found "fine"`},
		{"no verdict", strings.Replace(good, `"verdict": "not claimed"`, `"verdict": ""`, 1), `found ""`},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.text == good {
				t.Fatal("the text was not changed")
			}
			if _, err := ReadReport(strings.NewReader(c.text)); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, expected %q", err, c.want)
			}
		})
	}
}

// endless is a report that never ends.
type endless struct{}

func (endless) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = ' '
	}
	return len(b), nil
}

func TestReadReportHasALimit(t *testing.T) {
	if _, err := ReadReport(endless{}); err == nil || !strings.Contains(err.Error(), "at most 64 MiB") {
		t.Errorf("got %v", err)
	}
}
