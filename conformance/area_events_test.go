package conformance

import (
	"testing"
	"time"

	"github.com/jobsim/jobsim/sim"
	"github.com/jobsim/jobsim/sim/kubelet"
)

func TestEventsMutants(t *testing.T) {
	slow := []kubelet.Script{{Runs: []kubelet.Run{{For: kubelet.Forever}}, Stop: kubelet.Stop{After: seconds(25)}}}
	kills(t, [][]Requirement{events}, []mutant{
		{
			requirement: "job/events/creations-are-announced", scenario: oneSuccess(),
			mistake: asIn("created-pods-not-announced"), says: `there is no event Normal SuccessfulCreate "Created pod: work-`,
		},
		{
			requirement: "job/events/completion-is-announced", scenario: oneSuccess(),
			mistake: asIn("no-event-at-the-end"), says: `there is no event Normal Completed "Job completed" about Job work`,
		},
		{
			requirement: "job/events/failure-is-announced", scenario: oneFailure(),
			mistake: asIn("completed-event-for-failed-job"), says: "there is no event Warning BackoffLimitExceeded",
		},
		{
			requirement: "job/events/nothing-before-the-end", scenario: killed(),
			mistake: asIn("failure-announced-with-failure-target"), says: "there is an event DeadlineExceeded",
		},
		{
			requirement: "job/events/nothing-before-the-end", scenario: oneFailure(),
			mistake: asIn("completed-event-for-failed-job"), says: `there is an event Completed ("Job completed") about Job work, which is not Complete`,
		},
		{
			requirement: "job/events/suspension-is-announced-once",
			scenario:    story(neverJob(), slow, suspends(seconds(10)), sim.Action{When: after(time.Minute), Suspend: new(false)}),
			mistake:     asIn("suspension-announced-again"), says: "there is an event Suspended about Job work, which has been Suspended=True since 10s",
		},
	})
}
