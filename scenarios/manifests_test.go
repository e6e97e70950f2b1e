package scenarios_test

import (
	"strings"
	"testing"

	"github.com/onsi/gomega"

	"github.com/jobsim/jobsim/scenarios"
)

const manifest = `apiVersion: batch/v1
kind: Job
metadata: {name: pi}
spec:
  template:
    spec: {restartPolicy: Never, containers: [{name: main, image: busybox}]}
`

func TestParseManifests(t *testing.T) {
	g := gomega.NewWithT(t)
	jobs, err := scenarios.ParseManifests("jobs.yaml", []byte("---\n"+manifest+"---\n# nothing here\n---\n"+
		strings.Replace(manifest, "name: pi", "name: tau", 1)))
	g.Expect(err).NotTo(gomega.HaveOccurred())
	g.Expect(jobs).To(gomega.HaveLen(2))
	g.Expect([]string{jobs[0].Name, jobs[1].Name}).To(gomega.Equal([]string{"pi", "tau"}))
	g.Expect(jobs[0].Spec.Template.Spec.Containers[0].Image).To(gomega.Equal("busybox"))

	jobs, err = scenarios.ParseManifests("job.json", []byte(strings.ReplaceAll(tauJSON, "\n", "\n\t")))
	g.Expect(err).NotTo(gomega.HaveOccurred())
	g.Expect(jobs[0].Name).To(gomega.Equal("tau"))
}

// tauJSON is indented with tabs in the test, as many tools do.
const tauJSON = `{
"apiVersion": "batch/v1",
"kind": "Job",
"metadata": {"name": "tau"},
"spec": {"template": {"spec": {"restartPolicy": "Never", "containers": [{"name": "main", "image": "busybox"}]}}}
}`

func TestParseManifestsRefusesEverythingElse(t *testing.T) {
	checkBad(t, []badInput{
		{"empty", "", "1:1: expected a Job manifest, found an empty file"},
		{"nothing", "---\n", "1:1: expected a Job manifest, found an empty document"},
		{"list", "- a\n", "1:1: expected a Job manifest, found a list"},
		{"Pod", "apiVersion: v1\nkind: Pod\n", `1:13: apiVersion: expected batch/v1, found "v1"`},
		{"second document", manifest + "---\napiVersion: batch/v1\nkind: CronJob\n", `9:7: kind: expected Job, found "CronJob"`},
		{"twice", manifest + "---\n" + manifest, "10:11: metadata: expected each Job once, found pi again"},
		{"rejected", strings.Replace(manifest, "spec:\n", "spec:\n  completionMode: Indexed\n  parallelism: 2\n", 1),
			"5:3: spec.completions: expected a Job that the API server accepts: " +
				"Required value: when completion mode is Indexed"},
		{"a scenario", header, `1:13: apiVersion: expected batch/v1, found "jobsim/v1alpha1"`},
	}, func(name string, data []byte) error {
		_, err := scenarios.ParseManifests(name, data)
		return err
	})
}
