package scenarios_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/onsi/gomega"

	"github.com/jobsim/jobsim/scenarios"
)

// header is the smallest scenario that can be read, in 9 lines.
const header = `apiVersion: jobsim/v1alpha1
kind: Scenario
job:
  apiVersion: batch/v1
  kind: Job
  metadata: {name: pi}
  spec:
    template:
      spec: {restartPolicy: Never, containers: [{name: main, image: busybox}]}
`

// badInput is a text and the message that a person is told, without the name of the file.
type badInput struct{ name, text, want string }

func checkBad(t *testing.T, inputs []badInput, parse func(name string, data []byte) error) {
	t.Helper()
	for _, in := range inputs {
		t.Run(in.name, func(t *testing.T) {
			err := parse("bad.yaml", []byte(in.text))
			if err == nil {
				t.Fatal("expected an error, found none")
			}
			var lines []string
			for _, line := range strings.Split(err.Error(), "\n") {
				lines = append(lines, strings.TrimPrefix(line, "bad.yaml:"))
			}
			gomega.NewWithT(t).Expect(strings.Join(lines, "\n")).To(gomega.Equal(in.want))
		})
	}
}

func parseError(name string, data []byte) error {
	_, err := scenarios.Parse(name, data)
	return err
}

func TestParseRefusesWhatIsNoScenario(t *testing.T) {
	checkBad(t, []badInput{
		{"empty", "", "1:1: expected a scenario (apiVersion: jobsim/v1alpha1, kind: Scenario), found an empty file"},
		{"blank", "\n \n", "1:1: expected a scenario (apiVersion: jobsim/v1alpha1, kind: Scenario), found an empty file"},
		{"comments only", "# to do\n", "1:1: expected a scenario (apiVersion: jobsim/v1alpha1, kind: Scenario), found an empty document"},
		{"list", "- a\n", "1:1: expected a scenario (apiVersion: jobsim/v1alpha1, kind: Scenario), found a list"},
		{"prose", "all is well\n", `1:1: expected a scenario (apiVersion: jobsim/v1alpha1, kind: Scenario), found "all is well"`},
		{"no header", "job: {}\n", "1:1: expected apiVersion: jobsim/v1alpha1, found no such field"},
		{"version", "apiVersion: jobsim/v2\nkind: Scenario\n", `1:13: apiVersion: expected jobsim/v1alpha1, found "jobsim/v2"`},
		{"kind", "apiVersion: jobsim/v1alpha1\nkind: Job\n", `2:7: kind: expected Scenario, found "Job"`},
		{"two documents", header + "---\na: b\n", "11:1: expected one scenario in a file, found another document"},
		{"100 MB", strings.Repeat("x", 100<<20), "1:1: expected at most 1 MiB, found 100 MiB"},
		{"one byte too many", strings.Repeat(" ", 1<<20+1), "1:1: expected at most 1 MiB, found 1.0 MiB"},
		{"NUL", "title: a\n  b\x00c\n", "2:4: expected text in UTF-8, found the byte 0x00"},
		{"not UTF-8", "title: \xff\xfe\n", "1:8: expected text in UTF-8, found the byte 0xff"},
		{"control character", "title: \x1b[31m\n", "1:8: expected text in UTF-8, found the byte 0x1b"},
		{"byte order mark in the middle", "title: a\uFEFFb\n", "1:9: expected text in UTF-8, found the byte 0xef"},
		{"machine code", "\x7fELF\x02\x01\x01", "1:1: expected text in UTF-8, found the byte 0x7f"},
		{"unclosed", "title: [a, b\nkind: x\n", "2:1: expected YAML: did not find expected ',' or ']'"},
		{"two colons", "title: a: b\n", "1:1: expected YAML: mapping values are not allowed in this context"},
		{"tab", "job:\n\tkind: Job\n", "2:1: expected spaces as indentation, found a tab"},
		{"unknown anchor", "title: *story\n", "1:8: expected an anchor &story before this alias, found none"},
	}, parseError)
}

func TestParseBoundsNestingAndAliases(t *testing.T) {
	var bomb strings.Builder
	bomb.WriteString("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n")
	for i := 1; i < 10; i++ {
		fmt.Fprintf(&bomb, "a%d: &a%d [%s]\n", i, i, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*a%d, ", i-1), 10), ", "))
	}
	deep := "title: &d0 [x]\n"
	for i := 1; i <= 70; i++ {
		deep += fmt.Sprintf("x%d: &d%d [*d%d]\n", i, i, i-1)
	}
	checkBad(t, []badInput{
		{"cyclic alias", "job: &job\n  spec: {template: *job}\n",
			"2:20: expected an alias of something complete, found *job inside of what &job stands for"},
		{"cyclic merge", "job: &job\n  <<: *job\n",
			"2:7: expected an alias of something complete, found *job inside of what &job stands for"},
		{"alias bomb", bomb.String(),
			"1:1: expected at most 100000 values, found more when the aliases are written out"},
		{"deep aliases", deep, "62:6: expected at most 64 levels of nesting, found more"},
		{"deep lists", "title: " + strings.Repeat("[", 80) + strings.Repeat("]", 80),
			"1:71: expected at most 64 levels of nesting, found more"},
		{"hundred thousand brackets", strings.Repeat("[", 100_000), "1:1: expected at most 64 levels of nesting, found more"},
		{"hundred thousand dashes", strings.Repeat("- ", 100_000), "1:1: expected at most 64 levels of nesting, found more"},
		{"hundred thousand braces", strings.Repeat("{a: ", 100_000), "1:1: expected at most 64 levels of nesting, found more"},
	}, parseError)
}

func TestParseRefusesFieldsThatAreWrong(t *testing.T) {
	checkBad(t, []badInput{
		{"unknown field", header + "actoins: []\n", "10:1: actoins: expected a known field; did you mean actions?"},
		{"unknown field inside", header + "pods:\n- runs: [{four: 5s}]\n",
			"11:11: pods[0].runs[0].four: expected a known field; did you mean for?"},
		{"field of nothing we know", header + "colour: red\n",
			"10:1: colour: expected a known field; known are apiVersion, kind, title, story, job, jobs, nodes, pods, actions, " +
				"faults, expect, until and others"},
		{"duplicate key", header + "title: a\ntitle: b\n", "11:1: title: expected each key once, found it again"},
		{"duplicate key in the manifest", strings.Replace(header, "{name: pi}", "{name: pi, name: tau}", 1),
			"6:24: job.metadata.name: expected each key once, found it again"},
		{"key that is a list", header + "? [a]\n: b\n", "10:3: expected a name as key, found a list"},
		{"merge of a text", header + "<<: title\n", `10:5: expected a mapping to merge, found "title"`},
		{"merge of texts", header + "<<: [title]\n", `10:6: expected a mapping to merge, found "title"`},
		{"number for text", header + "title: 5\n", "10:8: title: expected text, found 5; put it in quotes if it is meant as text"},
		{"yes for text", header + "title: yes\n", "10:8: title: expected text, found yes; put it in quotes if it is meant as text"},
		{"nothing for text", header + "title:\n", "10:7: title: expected text, found nothing"},
		{"text for list", header + "pods: none\n", `10:7: pods: expected a list, found "none"`},
		{"list for mapping", header + "pods: [[]]\n", "10:8: pods[0]: expected a mapping, found a list"},
		{"list for mapping of containers", header + "pods: [{containers: []}]\n",
			"10:21: pods[0].containers: expected a mapping, found a list"},
		{"text for number", header + "pods: [{runs: [{exit: one}]}]\n",
			`10:23: pods[0].runs[0].exit: expected a whole number, found "one"`},
		{"fraction for number", header + "expect: [{pods: 1.5}]\n", "10:17: expect[0].pods: expected a whole number, found 1.5"},
		{"huge number", header + "pods: [{runs: [{exit: 99999999999}]}]\n",
			"10:23: pods[0].runs[0].exit: expected a whole number, found 99999999999"},
		{"text for boolean", header + "pods: [{lost: maybe}]\n", `10:15: pods[0].lost: expected true or false, found "maybe"`},
		{"duration without unit", header + `pods: [{runs: [{for: "5"}]}]` + "\n",
			`10:22: pods[0].runs[0].for: expected a duration such as 5s or 2m30s, or forever, found "5"`},
		{"number for duration", header + "until: 5\n", "10:8: until: expected a duration such as 5s or 2m30s, found 5"},
		{"mapping for duration", header + "until: {}\n", "10:8: until: expected a duration such as 5s or 2m30s, found a mapping"},
		{"negative duration", header + "latency: -1s\n",
			`10:10: latency: expected a duration such as 5s or 2m30s, found a negative one, "-1s"`},
		{"endless latency", header + "latency: forever\n",
			`10:10: latency: expected a duration such as 5s or 2m30s, found "forever"`},
		{"a century", header + "until: 900000h\n", `10:8: until: expected a duration of at most 87600h, found "900000h"`},
		{"two problems", header + "until: x\nlatency: z\n",
			`10:8: until: expected a duration such as 5s or 2m30s, found "x"` + "\n" +
				`11:10: latency: expected a duration such as 5s or 2m30s, found "z"`},
		{"exit code", header + "pods: [{runs: [{exit: 256}]}]\n",
			"10:23: pods[0].runs[0].exit: expected an exit code from 0 to 255, found 256"},
		{"signal", header + "pods: [{runs: [{signal: 0}]}]\n",
			"10:25: pods[0].runs[0].signal: expected the number of a signal, from 1 to 64, found 0"},
		{"two ways to end", header + "pods: [{runs: [{exit: 1, oom: true}]}]\n",
			"10:31: pods[0].runs[0].oom: expected one way to end, found exit and oom"},
		{"ignore and exit", header + "pods: [{stop: {ignore: true, exit: 3}}]\n",
			"10:24: pods[0].stop.ignore: expected either ignore or what happens on SIGTERM, found both"},
		{"exit code on SIGTERM", header + "pods: [{stop: {exit: -1}}]\n",
			"10:22: pods[0].stop.exit: expected an exit code from 0 to 255, found -1"},
		{"index", header + "pods: [{match: {index: -1}}]\n",
			"10:24: pods[0].match.index: expected a completion index from 0, found -1"},
		{"pod number", header + "pods: [{match: {pod: 0}}]\n",
			"10:22: pods[0].match.pod: expected the number of a pod, from 1, found 0"},
		{"node without name", header + "nodes: [{pods: 3}]\n", "10:9: nodes[0].name: expected the name of the node"},
		{"node with less than no room", header + "nodes: [{name: a, pods: -3}]\n",
			"10:25: nodes[0].pods: expected how many pods fit on the node, found -3"},
		{"node twice", header + "nodes: [{name: a}, {name: a}]\n",
			"10:27: nodes[1].name: expected each node once, found a again"},
	}, parseError)
}

func TestParseListsAtMostTenProblems(t *testing.T) {
	g := gomega.NewWithT(t)
	text := header
	for i := range 15 {
		text += fmt.Sprintf("unknown%d: x\n", i)
	}
	err := parseError("bad.yaml", []byte(text))
	g.Expect(strings.Count(err.Error(), "\n")).To(gomega.Equal(9))
	g.Expect(err.Error()).To(gomega.HaveSuffix("(there are more problems)"))

	var first *scenarios.Error
	g.Expect(errors.As(err, &first)).To(gomega.BeTrue())
	g.Expect(*first).To(gomega.HaveField("File", "bad.yaml"))
	g.Expect(*first).To(gomega.HaveField("Line", 10))
	g.Expect(*first).To(gomega.HaveField("Field", "unknown0"))
}
