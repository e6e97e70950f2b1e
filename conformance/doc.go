// Package conformance tells whether an implementation keeps the promises of the Kubernetes Job API.
//
//	func TestConformance(t *testing.T) {
//		conformance.Run(t, adapter.Reconciler("mine", factory))
//	}
//
// A [Requirement] is one sentence that an implementation must keep, with its source and a check. A check reads the
// trace of a run and nothing else, once and in order, so the same check serves a built-in scenario, a random one and a
// recording. [Evaluate] runs an implementation through scenarios and random cases, examines every trace against every
// requirement that is claimed, and makes a [Report]; [Run] is the same for go test.
//
// The package knows nothing of how an implementation works. What the requirements mean is written in SEMANTICS.md,
// whose clause IDs they cite.
package conformance
