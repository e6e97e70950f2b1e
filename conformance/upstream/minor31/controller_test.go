package minor31

import (
	"flag"
	"os"
	"testing"

	"github.com/go-logr/logr"
	. "github.com/onsi/gomega"
	"k8s.io/klog/v2"

	"github.com/jobsim/jobsim/scenarios"
	"github.com/jobsim/jobsim/sim"
)

// The controller logs to klog, thousands of lines an evaluation: they are shown with -v only.
func TestMain(m *testing.M) {
	flag.Parse()
	if !testing.Verbose() {
		klog.SetLogger(logr.Discard())
	}
	os.Exit(m.Run())
}

func TestControllerDoesWhatTheScenariosExpect(t *testing.T) {
	for _, name := range scenarios.Names() {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			s, err := scenarios.Get(name)
			g.Expect(err).NotTo(HaveOccurred())
			result, err := sim.Run(s, Controller())
			g.Expect(err).NotTo(HaveOccurred())
			g.Expect(result.Failure).To(BeNil())
			if _, known := failingScenarios[name]; known {
				g.Expect(result.Unmet()).NotTo(BeEmpty(), "the entry of failingScenarios is out of date")
			}
			if explains(result) != "" {
				return
			}
			g.Expect(result.Unmet()).To(BeEmpty())
		})
	}
}
