package conformance

import (
	"encoding/xml"
	"strconv"
	"strings"
)

// The elements of JUnit's XML that dashboards agree on. There are no times: those of this machine differ from run to
// run, and those of the simulation are not what a dashboard means.
type (
	junitSuites struct {
		XMLName  xml.Name     `xml:"testsuites"`
		Name     string       `xml:"name,attr"`
		Tests    int          `xml:"tests,attr"`
		Failures int          `xml:"failures,attr"`
		Errors   int          `xml:"errors,attr"`
		Skipped  int          `xml:"skipped,attr"`
		Suites   []junitSuite `xml:"testsuite"`
	}
	junitSuite struct {
		Name       string          `xml:"name,attr"`
		Tests      int             `xml:"tests,attr"`
		Failures   int             `xml:"failures,attr"`
		Errors     int             `xml:"errors,attr"`
		Skipped    int             `xml:"skipped,attr"`
		Properties []junitProperty `xml:"properties>property,omitempty"`
		Cases      []junitCase     `xml:"testcase"`
	}
	junitProperty struct {
		Name  string `xml:"name,attr"`
		Value string `xml:"value,attr"`
	}
	junitCase struct {
		Class   string        `xml:"classname,attr"`
		Name    string        `xml:"name,attr"`
		Failure *junitMessage `xml:"failure,omitempty"`
		Error   *junitMessage `xml:"error,omitempty"`
		Skipped *junitMessage `xml:"skipped,omitempty"`
	}
	junitMessage struct {
		Message string `xml:"message,attr"`
		Text    string `xml:",chardata"`
	}
)

// junit has a suite for the evaluation as a whole, one for the scenarios, and one for each area.
func (r *Report) junit() ([]byte, error) {
	all := &junitSuites{Name: "jobsim conformance of " + printable(r.Implementation)}
	all.add(junitSuite{Name: "evaluation", Properties: r.junitProperties(), Cases: []junitCase{r.junitWhole()}})
	specs := junitSuite{Name: "scenarios"}
	for i := range r.Scenarios {
		row := &r.Scenarios[i]
		text := strings.Join(row.Why, "\n")
		if row.Reproduce != "" {
			text += "\nTo see it again: " + row.Reproduce
		}
		specs.Cases = append(specs.Cases, junitTest("scenarios", row.Name, row.Verdict, strings.Join(row.Why, "; "), text))
	}
	all.add(specs)
	for _, area := range r.byArea() {
		suite := junitSuite{Name: printable(area.Area)}
		for _, row := range area.Rows {
			message := row.Why
			if row.Violation != nil {
				message = row.Violation.Text
			}
			suite.Cases = append(suite.Cases, junitTest(area.Area, row.ID, row.Verdict, message, row.Explain()))
		}
		all.add(suite)
	}
	data, err := xml.MarshalIndent(all, "", "  ")
	return append([]byte(xml.Header), append(data, '\n')...), err
}

// junitWhole fails if there is something wrong that no row shows, so that it cannot be taken for a pass.
func (r *Report) junitWhole() junitCase {
	c := junitCase{Class: "evaluation", Name: "verdict"}
	switch message := junitText(r.Why, string(r.Verdict)+": "+r.Why); {
	case r.Why == "" || r.Verdict == NotConformant:
	case r.Only != "" && r.Verdict == Inconclusive:
		c.Skipped = message // less was wanted
	default:
		c.Error = message
	}
	return c
}

func (r *Report) junitProperties() []junitProperty {
	var p []junitProperty
	for _, pair := range [][2]string{
		{"implementation", r.Implementation}, {"version", r.Identity.Version}, {"suite", r.Suite},
		{"kubernetes", r.Profile.Kubernetes}, {"levels", joined(r.Profile.Levels)}, {"features", joined(r.Profile.Features)},
		{"managedBy", r.Profile.ManagedBy}, {"finalizer", r.Profile.Finalizer}, {"neighbours", strings.Join(r.Profile.Neighbours, " ")}, {"leftOut", strings.Join(r.LeftOutText(), "; ")}, {"reaction", r.Profile.Reaction}, {"seed", strconv.FormatUint(r.Seed, 10)}, {"cases", strconv.Itoa(r.Cases)},
		{"focus", r.Focus}, {"only", r.Only}, {"verdict", string(r.Verdict)},
	} {
		if pair[1] != "" {
			p = append(p, junitProperty{pair[0], printable(pair[1])})
		}
	}
	return p
}

func junitTest(class, name string, v Verdict, message, text string) junitCase {
	c := junitCase{Class: printable(class), Name: printable(name)}
	switch v {
	case Conformant:
	case NotConformant:
		c.Failure = junitText(message, text)
	case NotClaimed, Inconclusive:
		c.Skipped = junitText(string(v)+": "+message, "")
	default:
		c.Error = junitText(message, "")
	}
	return c
}

func junitText(message, text string) *junitMessage {
	return &junitMessage{Message: oneLine(message), Text: printable(text)}
}

// add counts the cases of a suite and puts it at the end.
func (all *junitSuites) add(s junitSuite) {
	s.Tests = len(s.Cases)
	for _, c := range s.Cases {
		switch {
		case c.Failure != nil:
			s.Failures++
		case c.Error != nil:
			s.Errors++
		case c.Skipped != nil:
			s.Skipped++
		}
	}
	all.Tests += s.Tests
	all.Failures += s.Failures
	all.Errors += s.Errors
	all.Skipped += s.Skipped
	all.Suites = append(all.Suites, s)
}
