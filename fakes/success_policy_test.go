package fakes

import (
	"testing"

	. "github.com/onsi/gomega"
	batchv1 "k8s.io/api/batch/v1"
)

func TestSuccessPolicyTest(t *testing.T) { // SP-1, SP-5
	text := func(s string) *string { return &s }
	count := func(n int32) *int32 { return &n }
	rules := func(rules ...batchv1.SuccessPolicyRule) []batchv1.SuccessPolicyRule { return rules }
	for _, c := range []struct {
		name      string
		rules     []batchv1.SuccessPolicyRule
		completed []int32
		want      string
	}{
		{"all of them", rules(batchv1.SuccessPolicyRule{SucceededIndexes: text("0,2")}), []int32{0, 2, 4}, "0"},
		{"one missing", rules(batchv1.SuccessPolicyRule{SucceededIndexes: text("0,2")}), []int32{0, 1, 3}, ""},
		{"enough", rules(batchv1.SuccessPolicyRule{SucceededCount: count(2)}), []int32{1, 4}, "0"},
		{"not enough", rules(batchv1.SuccessPolicyRule{SucceededCount: count(3)}), []int32{1, 4}, ""},
		{"enough of them", rules(batchv1.SuccessPolicyRule{SucceededIndexes: text("1-3"), SucceededCount: count(2)}),
			[]int32{0, 1, 3}, "0"},
		{"enough, but not of them", rules(batchv1.SuccessPolicyRule{SucceededIndexes: text("1-3"), SucceededCount: count(2)}),
			[]int32{0, 1, 4}, ""},
		{"second rule", rules(batchv1.SuccessPolicyRule{SucceededIndexes: text("3")},
			batchv1.SuccessPolicyRule{SucceededIndexes: text("1")}), []int32{1}, "1"},
		{"both rules", rules(batchv1.SuccessPolicyRule{SucceededCount: count(1)},
			batchv1.SuccessPolicyRule{SucceededIndexes: text("1")}), []int32{1}, "0"},
		{"count 0 before the first success", rules(batchv1.SuccessPolicyRule{SucceededCount: count(0)}), nil, ""},
		{"count 0", rules(batchv1.SuccessPolicyRule{SucceededCount: count(0)}), []int32{4}, "0"},
		{"no indexes", rules(batchv1.SuccessPolicyRule{SucceededIndexes: text("")}), []int32{0, 1, 2, 3, 4}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			g := NewWithT(t)
			d := Reference()
			job := newJob(indexedJob(5), func(j *batchv1.Job) { j.Spec.SuccessPolicy = &batchv1.SuccessPolicy{Rules: c.rules} })
			v := successPolicyTest(&d, Observation{Job: job, Indexes: &Indexes{Completed: indexesOf(c.completed)}})
			if c.want == "" {
				g.Expect(v).To(BeNil())
				return
			}
			g.Expect(*v).To(Equal(Verdict{Success: true, Reason: "SuccessPolicy", Message: "Matched rules at index " + c.want}))
		})
	}
}
