package conformance

import (
	"net/http"
	"testing"
	"time"

	. "github.com/onsi/gomega"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/jobsim/jobsim/sim/trace"
)

// How long a program waits after a refusal depends on how often it has failed before, and it fails without a trace while
// its caches do not show what it has written (CTRL-4, POD-11).
func TestAProgramMayHaveFailedUnseenWhileItsCachesWereBehind(t *testing.T) {
	for _, c := range []struct {
		name          string
		behind        bool
		resource      string
		refused, wait time.Duration
	}{
		{"its caches show everything", false, podsResource, 14 * time.Second, 2 * time.Second},
		{"they are behind for four seconds", true, podsResource, 14 * time.Second, time.Second << 6},
		{"they were, for twenty seconds", true, podsResource, 31 * time.Second, DefaultClaims().Bounds.Retry},
		{"they were, long ago", true, podsResource, 45 * time.Second, 2 * time.Second},
		{"they are behind, and an event is refused", true, "events", 14 * time.Second, 2 * time.Second},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := begun(0).call(0, "list", jobsResource, "").call(0, "watch", jobsResource, "")
			if c.behind {
				r.entry(10*time.Second, trace.Entry{Kind: trace.Call, Verb: "update", Resource: jobsResource, Namespace: "default", Name: "a",
					Object: jobVersion("a", 1, "5")})
			}
			deliver := func() {
				if c.behind {
					r.entry(30*time.Second, trace.Entry{Kind: trace.Delivery, Instance: 1, Verb: "MODIFIED", Resource: jobsResource,
						Object: jobVersion("a", 1, "5")})
				}
			}
			if c.refused > 30*time.Second {
				deliver()
			}
			r.entry(c.refused, trace.Entry{Kind: trace.Call, Instance: 1, Verb: "create", Resource: c.resource, Namespace: "default",
				Name: "a-", Status: &metav1.Status{Code: http.StatusForbidden}})
			NewWithT(t).Expect(r.hindered).To(Equal(c.refused + c.wait))
		})
	}
}
