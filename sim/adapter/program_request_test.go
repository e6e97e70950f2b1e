package adapter

import (
	"slices"
	"testing"

	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/jobsim/jobsim/sim/apiserver"
	"github.com/jobsim/jobsim/sim/apiserver/typed"
)

// Which of several goroutines comes first is chance, so what they send decides.
func TestRequestsOfOneInstantAreOrderedByWhatTheySend(t *testing.T) {
	creation := func(body any) *parked {
		return &parked{call: typed.Call{Verb: "create", Resource: apiserver.Pods, Namespace: "default", Name: "pi-", Body: body}}
	}
	pod := func(index string) *corev1.Pod {
		return &corev1.Pod{ObjectMeta: metav1.ObjectMeta{GenerateName: "pi-", Annotations: map[string]string{"index": index}}}
	}
	for name, bodies := range map[string][3]any{
		"objects": {pod("0"), pod("1"), pod("2")},
		"bytes":   {[]byte("a"), []byte("b"), []byte("c")},
		"mixed":   {nil, []byte("a"), pod("1")},
	} {
		t.Run(name, func(t *testing.T) {
			g := NewWithT(t)
			first, second, third := creation(bodies[0]), creation(bodies[1]), creation(bodies[2])
			for _, arrival := range [][]*parked{{first, second, third}, {third, second, first}, {second, first, third}} {
				slices.SortStableFunc(arrival, (*parked).before)
				g.Expect(arrival).To(HaveExactElements(first, second, third))
			}
		})
	}
}
