package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/onsi/gomega"
)

// either is what is expected of a file that does not say what it is.
const either = "expected a scenario (apiVersion: jobsim/v1alpha1, kind: Scenario) or a Job manifest " +
	"(apiVersion: batch/v1, kind: Job)"

// scenario is a scenario file with a Job and more lines; those begin at line 15.
func scenario(lines string) string {
	return "apiVersion: jobsim/v1alpha1\nkind: Scenario\ntitle: Tidy\njob:\n  " +
		strings.ReplaceAll(strings.TrimSpace(job), "\n", "\n  ") + "\n" + lines
}

func TestBadInput(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"empty", "", "bad.yaml:1:1: " + either + ", found an empty file"},
		{"comments", "# to do\n", "bad.yaml:1:1: " + either + ", found an empty document"},
		{"list", "- a\n", "bad.yaml:1:1: " + either + ", found a list"},
		{"prose", "all is well\n", "bad.yaml:1:1: " + either + `, found "all is well"`},
		{"no kind", "spec: {}\n", "bad.yaml:1:1: " + either + ", found neither apiVersion nor kind"},
		{"other kind", "apiVersion: v1\nkind: Pod\n", `bad.yaml:1:13: apiVersion: expected batch/v1, found "v1"`},
		{"not YAML", "a: b: c\n", "bad.yaml:1:1: expected YAML: mapping values are not allowed in this context"},
		{"tab", "kind: Job\nspec:\n\ttemplate: {}\n", "bad.yaml:3:1: expected spaces as indentation, found a tab"},
		{"NUL", "kind: Job\x00\n", "bad.yaml:1:10: expected text in UTF-8, found the byte 0x00"},
		{"cyclic alias", "apiVersion: batch/v1\nkind: Job\nmetadata: &m {name: a, labels: *m}\n",
			"bad.yaml:3:32: expected an alias of something complete, found *m inside of what &m stands for"},
		{"unknown field", strings.Replace(job, "  name: tidy", "  nmae: tidy", 1),
			"bad.yaml:4:3: metadata.nmae: expected a known field; did you mean name?"},
		{"wrong type", strings.Replace(job, "spec:\n", "spec:\n  backoffLimit: many\n", 1),
			`bad.yaml:6:17: spec.backoffLimit: expected a whole number, found "many"`},
		{"rejected value", strings.Replace(job, "Never", "Always", 1),
			"bad.yaml:8:22: spec.template.spec.restartPolicy: expected a Job that the API server accepts: " +
				`Required value: valid values: "OnFailure", "Never"`},
		{"rejected value of a scenario", strings.Replace(scenario(""), "Never", "Always", 1),
			"bad.yaml:12:24: job.spec.template.spec.restartPolicy: expected a Job that the API server accepts: " +
				`Required value: valid values: "OnFailure", "Never"`},
		{"unknown field of a scenario", scenario("expects: []\n"),
			"bad.yaml:15:1: expects: expected a known field; did you mean expect?"},
		{"time out of order", scenario("actions:\n- {at: 10s, suspend: true}\n- {at: 5s, resume: true}\n"),
			"bad.yaml:17:8: actions[1].at: expected a time not before that of actions[0], 10s, found 5s"},
		{"unknown Job", scenario("actions:\n- {at: 10s, job: untidy, suspend: true}\n"),
			"bad.yaml:16:18: actions[0].job: expected a Job of this file, found \"untidy\"; did you mean tidy?"},
		{"other version", strings.Replace(scenario(""), "v1alpha1", "v7", 1),
			`bad.yaml:1:13: apiVersion: expected jobsim/v1alpha1, found "jobsim/v7"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Chdir(t.TempDir())
			file(t, "bad.yaml", c.text)
			gomega.NewWithT(t).Expect(call(t, "", "run", "bad.yaml")).To(gomega.Equal(outcome{"", c.want + "\n", exitUsage}))
			// The same from standard input, in every format: nothing but the message.
			got := call(t, c.text, "run", "-", "-o", "svg")
			want := strings.ReplaceAll(c.want, "bad.yaml:", "<stdin>:")
			gomega.NewWithT(t).Expect(got).To(gomega.Equal(outcome{"", want + "\n", exitUsage}))
		})
	}
}

func TestInputThatIsNotThere(t *testing.T) {
	t.Chdir(t.TempDir())
	g := gomega.NewWithT(t)
	g.Expect(call(t, "", "run", "onfailure-exausted")).To(gomega.Equal(outcome{"", "onfailure-exausted: expected a file or a " +
		"built-in scenario, found neither; did you mean onfailure-exhausted?\n", exitUsage}))
	g.Expect(call(t, "", "run", "mine.yaml")).To(gomega.Equal(outcome{
		"", "mine.yaml: expected a file, found none of this name\n", exitUsage}))
	g.Expect(call(t, "", "run", ".")).To(gomega.Equal(outcome{"", ".: expected a file, found a directory\n", exitUsage}))
}

func TestHugeInput(t *testing.T) {
	t.Chdir(t.TempDir())
	g := gomega.NewWithT(t)
	file(t, "huge.yaml", job)
	g.Expect(os.Truncate("huge.yaml", 100<<20)).To(gomega.Succeed())
	g.Expect(call(t, "", "run", "huge.yaml")).To(gomega.Equal(outcome{
		"", "huge.yaml: expected at most 1 MiB, found 100 MiB\n", exitUsage}))
	endless := &endlessReader{}
	var stderr strings.Builder
	g.Expect(Main([]string{"run", "-"}, endless, &stderr, &stderr)).To(gomega.Equal(exitUsage))
	g.Expect(stderr.String()).To(gomega.Equal("<stdin>: expected at most 1 MiB, found more\n"))
	g.Expect(endless.read).To(gomega.BeNumerically("<", 4<<20))
}

// endlessReader is a pipe into which somebody writes for ever.
type endlessReader struct{ read int }

func (r *endlessReader) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = '#'
	}
	r.read += len(b)
	return len(b), nil
}

func TestFlagsThatDoNotFitTheInput(t *testing.T) {
	g := gomega.NewWithT(t)
	want := outcome{"", "jobsim: pi.yaml is a scenario, which says itself what its pods do: " +
		"expected --script and --pod-duration with bare Job manifests only\n", exitUsage}
	g.Expect(call(t, "", "run", "pi", "--script", "oom")).To(gomega.Equal(want))
	g.Expect(call(t, "", "run", "pi", "--pod-duration", "1s")).To(gomega.Equal(want))
	g.Expect(call(t, job, "run", "-", "--script", "run 5s exitt 1")).To(gomega.Equal(outcome{"",
		"jobsim: --script: column 8: expected exit, signal, oom, \";\" or the end, found \"exitt\"\n" +
			"  run 5s exitt 1\n         ^~~~~\n", exitUsage}))
	g.Expect(call(t, job, "run", "-", "--script", "").code).To(gomega.Equal(exitUsage))
}

// TestNameGoesBeforeFile: a built-in scenario cannot be hidden by a file that happens to lie about.
func TestNameGoesBeforeFile(t *testing.T) {
	t.Chdir(t.TempDir())
	g := gomega.NewWithT(t)
	file(t, "pi", job)
	g.Expect(call(t, "", "run", "pi").stdout).To(gomega.ContainSubstring("Job pi is Complete"))
	g.Expect(call(t, "", "run", "."+string(filepath.Separator)+"pi").stdout).To(gomega.ContainSubstring("Job tidy is Complete"))
}
