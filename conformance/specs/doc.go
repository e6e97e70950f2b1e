// Package specs shows the conformance suite as Ginkgo specs, beside the user's own:
//
//	var _ = specs.Describe(adapter.Reconciler("mine", factory))
//
//	func TestMine(t *testing.T) {
//		gomega.RegisterFailHandler(ginkgo.Fail)
//		ginkgo.RunSpecs(t, "mine")
//	}
//
// There is a spec for each built-in scenario and for each requirement, so that focus, label filters, JUnit reports and
// everything else works as it does for other specs. The labels are those of one set each, such as area:backoff-limit,
// level:core and strength:MUST:
//
//	go test . -ginkgo.label-filter 'conformance && area: containsAny {backoff-limit, deadline}'
//
// A focus that matches nothing passes in Ginkgo; -ginkgo.fail-on-empty makes it fail.
//
// It is a thin skin: what is judged, and how, is up to [conformance.Evaluate], which runs once, when the first of the
// specs does.
package specs
