package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/onsi/gomega"
)

func TestConformanceUsage(t *testing.T) {
	t.Chdir(t.TempDir())
	file(t, "a-file", "")
	if err := os.Mkdir("directory.json", 0o700); err != nil {
		t.Fatal(err)
	}
	const help = "See 'jobsim conformance --help'.\n"
	for _, c := range []struct{ args, want string }{
		{"reference", `expected no argument, found "reference"; did you mean --implementation reference?` + "\n" + help},
		{"--implementation refrence", `invalid argument "refrence" for "--implementation" flag: ` +
			"expected a name that there is; did you mean reference?\n" + help},
		{"--implementation first-atempt", `invalid argument "first-atempt" for "--implementation" flag: ` +
			"expected a name that there is; did you mean first-attempt?\n" + help},
		{"example", `expected no argument, found "example"; did you mean --implementation example?` + "\n" + help},
		{"--implementation mine", `invalid argument "mine" for "--implementation" flag: ` +
			"expected reference, first-attempt, example, or broken:NAME as jobsim broken lists them\n" + help},
		{"--checks -1", `invalid argument "-1" for "--checks" flag: expected a whole number, zero or more` + "\n" + help},
		{"--case 0", `invalid argument "0" for "--case" flag: expected a whole number above zero` + "\n" + help},
		{"--profile exact", `invalid argument "exact" for "--profile" flag: expected core or upstream-exact` + "\n" + help},
		{"--kubernetes 2.1", `invalid argument "2.1" for "--kubernetes" flag: expected a minor such as 1.37` + "\n" + help},
		{"--kubernetes 1.99", "Kubernetes 1.99: expected a minor from 1.26 to 1.37\n"},
		{"--reaction 10ms", "reaction 10ms: expected a second at least, since stored times are whole seconds\n"},
		{"--features indexd", `invalid argument "indexd" for "--features" flag: "indexd" is no feature; did you mean indexed?` + "\n" + help},
		{"--features indexed,", `invalid argument "indexed," for "--features" flag: "" is no feature; expected all, none, or some of ` +
			"indexed,elastic-indexed,backoff-limit-per-index,pod-failure-policy,success-policy,suspended-edits,ttl-after-finished,managed-by\n" + help},
		{"--features success-policy", "feature success-policy: no Job can use it without indexed; expected that to be claimed as well\n"},
		{"--features indexed,success-policy --kubernetes 1.29", "feature success-policy: Kubernetes 1.29 does not have it; expected one of " +
			"indexed, elastic-indexed, backoff-limit-per-index, pod-failure-policy, suspended-edits, ttl-after-finished, or Kubernetes 1.30 or later\n"},
		{"--managed-by me", `managed by "me": expected the name of a controller such as example.com/controller: ` +
			`Invalid value: "me": must be a domain-prefixed path (such as "acme.io/foo")` + "\n"},
		{"--managed-by example.com/me --implementation example", "--managed-by: expected the reference or a broken implementation; " +
			"example cannot be told that its name is example.com/me\n"},
		{"--neighbour me", `invalid argument "me" for "--neighbour" flag: expected the name of a controller such as ` +
			"kubernetes.io/job-controller or example.com/controller\n" + help},
		{"--neighbour kubernetes.io/job-controller", "--neighbour kubernetes.io/job-controller: expected another controller than the one " +
			"that runs already under this name (an external controller has another name, which --managed-by of jobsim conformance says)\n"},
		{"--neighbour example.com/me --managed-by example.com/me", "--neighbour example.com/me: expected another controller than the one " +
			"that runs already under this name\n"},
		{"--finalizer orphan", `finalizer "orphan": expected a name with a domain such as example.com/job-tracking: ` +
			"there is no domain before a slash\n"},
		{"--finalizer example.com/job_tracking!", `finalizer "example.com/job_tracking!": expected a name with a domain such as ` +
			"example.com/job-tracking: name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with " +
			"an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is " +
			"'([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')\n"},
		{"--finalizer example.com/mine --implementation example", "--finalizer: expected the reference or a broken implementation; " +
			"example cannot be told that its finalizer is example.com/mine\n"},
		{"--focus no-such-thing", `focus "no-such-thing" selects no requirement; expected a part of an ID such as backoff-limit, ` +
			"a pattern such as job/status/*, or clauses such as BL-1 or all of BL\n"},
		{"--focus [", `focus "[": syntax error in pattern` + "\n"},
		{"--replay j1-AAAA", "--replay: expected --scenario with it: a token repeats a run of one scenario\n"},
		{"--scenario pi --replay j1", `--replay: replay token "j1": expected it to start with "j1-", as printed by an earlier run` + "\n"},
		{"--scenario pi --replay j1-AAAAAAA", `--replay: token "j1-AAAAAAA" belongs to another scenario than pi.yaml, ` +
			"or to another version of it: expected one of the same file\n"},
		{"--report r.txt", "--report r.txt: expected a name that ends in .json, .yaml, .yml, .xml, .md, .html\n"},
		{"--report no/r.json", "--report no/r.json: no such file or directory\n"},
		{"--report directory.json", "--report directory.json: expected a file, found a directory\n"},
		{"--report r.md --report r.md", "--report r.md: expected each file once\n"},
		{"--save no", "--save no: expected an existing directory, found nothing of this name\n"},
		{"--save a-file", "--save a-file: expected a directory, found a file\n"},
	} {
		t.Run(c.args, func(t *testing.T) {
			g := gomega.NewWithT(t)
			got := call(t, "", append([]string{"conformance"}, strings.Fields(c.args)...)...)
			g.Expect(got).To(gomega.Equal(outcome{"", "jobsim: " + c.want, exitUsage}))
			g.Expect(filepath.Glob("*")).To(gomega.HaveLen(2), "nothing is left behind")
		})
	}
	g := gomega.NewWithT(t)
	g.Expect(call(t, "", "conformance", "--focus", "").stderr).To(gomega.HavePrefix("jobsim: --focus: expected a part of an ID"))
	g.Expect(call(t, "", "conformance", "--finalizer", "").stderr).To(gomega.Equal(
		"jobsim: no finalizer: expected the one that keeps pods until they are counted\n"))
	g.Expect(call(t, "", "conformance", "--scenario", "pie").stderr).To(gomega.Equal(
		"pie: expected a file or a built-in scenario, found neither; did you mean pi?\n"))
	g.Expect(call(t, "", "conformance", "--scenario", "pi", "--case", "3").stderr).To(gomega.HavePrefix(
		"jobsim: if any flags in the group [case scenario] are set none of the others can be"))
}

func TestConformanceCompletes(t *testing.T) {
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"--implementation", "ref"}, "reference\n:4\n"},
		{[]string{"--implementation", "first"}, "first-attempt\ta careless first attempt at a Job controller, for WALK.md\n:4\n"},
		{[]string{"--implementation", "ex"}, "example\twhat the first attempt became, one verdict after the other\n:4\n"},
		{[]string{"--focus", "job/backoff-limit/exc"},
			exceeding + "\tA Job of which more pods have failed than backoffLimit must fail.\n:4\n"},
		{[]string{"--scenario", "oom-k"}, "oom-killed\tKilled for its memory, restarted in place\n:0\n"},
		{[]string{"--report", ""}, "json\nyaml\nxml\nmd\nhtml\n:8\n"},
		{[]string{"--save", ""}, ":16\n"},
		{[]string{"--profile", ""}, "core\twhat binds every implementation\n" +
			"upstream-exact\tthe timing and the order of kube-controller-manager as well\n:4\n"},
		{[]string{"--checks", ""}, ":4\n"},
		{[]string{"--features", "indexed,ma"}, "indexed,managed-by\tan external controller looks after the Jobs that name it\n:6\n"},
		{[]string{"--features", "no"}, "none\n:6\n"},
		{[]string{""}, ":4\n"},
	} {
		t.Run(strings.Join(c.args, " "), func(t *testing.T) {
			got := call(t, "", append([]string{"__complete", "conformance"}, c.args...)...)
			gomega.NewWithT(t).Expect(got.stdout).To(gomega.Equal(c.want))
		})
	}
}
