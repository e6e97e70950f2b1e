package scenarios_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/onsi/gomega"
	"k8s.io/apimachinery/pkg/api/equality"

	"github.com/jobsim/jobsim/scenarios"
)

func TestNamesAreTheFiles(t *testing.T) {
	files, err := filepath.Glob("library/*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, file := range files {
		names = append(names, strings.TrimSuffix(filepath.Base(file), ".yaml"))
	}
	gomega.NewWithT(t).Expect(scenarios.Names()).To(gomega.ConsistOf(names))
}

var clause = regexp.MustCompile(`[A-Z]{2,5}-[0-9]+`)

func TestBuiltInScenariosTellAStory(t *testing.T) {
	semantics, err := os.ReadFile("../conformance/SEMANTICS.md")
	if err != nil {
		t.Fatal(err)
	}
	var titles []string
	for _, name := range scenarios.Names() {
		t.Run(name, func(t *testing.T) {
			g := gomega.NewWithT(t)
			s, err := scenarios.Get(name)
			g.Expect(err).NotTo(gomega.HaveOccurred())
			g.Expect(s.Name).To(gomega.Equal(name))
			g.Expect(s.Title).NotTo(gomega.BeEmpty())
			g.Expect(s.Expect).NotTo(gomega.BeEmpty())
			titles = append(titles, s.Title)

			lines := strings.Split(s.Story, "\n")
			g.Expect(len(lines)).To(gomega.And(gomega.BeNumerically(">=", 4), gomega.BeNumerically("<=", 9)))
			g.Expect(lines[len(lines)-1]).To(gomega.MatchRegexp(`^\([A-Z]+-\d+(, [A-Z]+-\d+)*\)$`), "the clauses come last")
			for _, id := range clause.FindAllString(s.Story, -1) {
				g.Expect(string(semantics)).To(gomega.ContainSubstring("**"+id+"**"), "clause %s", id)
			}
			for _, e := range s.Expect {
				g.Expect(e.Line).To(gomega.BeNumerically(">", 0))
			}
		})
	}
	slices.Sort(titles)
	gomega.NewWithT(t).Expect(slices.Compact(titles)).To(gomega.HaveLen(len(scenarios.Names())))
}

func TestBuiltInScenariosAreWrittenAndReadAgain(t *testing.T) {
	for _, name := range scenarios.Names() {
		t.Run(name, func(t *testing.T) {
			g := gomega.NewWithT(t)
			s, err := scenarios.Get(name)
			g.Expect(err).NotTo(gomega.HaveOccurred())
			text, err := scenarios.Write(s)
			g.Expect(err).NotTo(gomega.HaveOccurred())
			again, err := scenarios.Parse(name, text)
			g.Expect(err).NotTo(gomega.HaveOccurred(), string(text))
			g.Expect(equality.Semantic.DeepEqual(withoutLines(s), withoutLines(again))).To(gomega.BeTrue(), string(text))
		})
	}
}

func TestGetOfUnknownName(t *testing.T) {
	_, err := scenarios.Get("never-back-off")
	gomega.NewWithT(t).Expect(err).To(gomega.MatchError(
		"never-back-off: expected a built-in scenario; did you mean never-backoff?"))
	gomega.NewWithT(t).Expect(scenarios.Source("../library")).To(gomega.BeNil())
}
