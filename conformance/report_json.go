package conformance

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

// mostReport is how long a report may be that is read: a violation takes some ten kilobytes.
const mostReport = 64 << 20

func (r *Report) json() ([]byte, error) {
	canonical := *r
	if canonical.Scenarios == nil {
		canonical.Scenarios = []ScenarioRow{}
	}
	if canonical.Requirements == nil {
		canonical.Requirements = []RequirementRow{}
	}
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	err := encoder.Encode(&canonical)
	return escapeUnprintable(b.Bytes()), err
}

// escapeUnprintable writes as escapes what JSON allows in a string and a terminal or YAML does not.
func escapeUnprintable(data []byte) []byte {
	if strings.IndexFunc(string(data), isUnprintable) < 0 {
		return data
	}
	var b bytes.Buffer
	for _, c := range string(data) {
		if isUnprintable(c) {
			fmt.Fprintf(&b, `\u%04x`, c)
		} else {
			b.WriteRune(c)
		}
	}
	return b.Bytes()
}

// ReadReport reads a report that was written as JSON. What it does not know is an error: a report that says more than
// is understood would be passed on as one that says less.
func ReadReport(from io.Reader) (*Report, error) {
	data, err := io.ReadAll(io.LimitReader(from, mostReport+1))
	if err != nil {
		return nil, fmt.Errorf("conformance: report: %w", err)
	}
	if len(data) > mostReport {
		return nil, fmt.Errorf("conformance: report: expected at most %d MiB, found more", mostReport>>20)
	}
	var kind struct{ APIVersion, Kind string }
	if err := json.Unmarshal(data, &kind); err != nil {
		return nil, fmt.Errorf("conformance: report: expected JSON as jobsim writes it: %w", err)
	}
	if kind.APIVersion != ReportAPIVersion || kind.Kind != ReportKind {
		return nil, fmt.Errorf("conformance: report: expected apiVersion %s and kind %s, found %q and %q",
			ReportAPIVersion, ReportKind, kind.APIVersion, kind.Kind)
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	var r Report
	if err := decoder.Decode(&r); err != nil {
		return nil, fmt.Errorf("conformance: report: %w", err)
	}
	return &r, r.check()
}

// check finds verdicts that do not exist: a reader would take them for none at all.
func (r *Report) check() error {
	verdicts := []Verdict{r.Verdict}
	for _, s := range r.Scenarios {
		verdicts = append(verdicts, s.Verdict)
	}
	for _, q := range r.Requirements {
		verdicts = append(verdicts, q.Verdict)
	}
	for _, v := range verdicts {
		if !v.known() {
			return fmt.Errorf("conformance: report: expected a verdict such as %q, found %q", Conformant, v)
		}
	}
	return nil
}
