package differential

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	apiequality "k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/diff"

	"github.com/jobsim/jobsim/sim/apiserver"
)

// answer is what one side says to a request.
type answer struct {
	// reason is empty when the request is accepted.
	reason metav1.StatusReason
	// causes are the fields, types of error and messages of a rejection, each once and in order.
	causes []string
	// message is what the client is told about a rejection.
	message string
	// warnings are all that the client is warned of, in order, with a semicolon between.
	warnings string
	// stored is the object as a client reads it afterwards; nil when the request is rejected.
	stored apiserver.Object
	// crashed is what the code panicked with.
	crashed string
}

// value is an object that a message quotes. The real code quotes its internal form, which no client knows.
var value = regexp.MustCompile(`^Invalid value: [{\[].*[}\]](: |$)`)

// rejection reads the status that a client is sent.
func rejection(err error) answer {
	var status apierrors.APIStatus
	if !errors.As(err, &status) {
		return answer{reason: metav1.StatusReasonInternalError, message: err.Error()}
	}
	a := answer{reason: status.Status().Reason, message: status.Status().Message}
	if details := status.Status().Details; details != nil {
		for _, cause := range details.Causes {
			message := value.ReplaceAllString(cause.Message, "")
			a.causes = append(a.causes, fmt.Sprintf("%s: %s: %s", cause.Field, cause.Type, message))
		}
	}
	slices.Sort(a.causes)
	a.causes = slices.Compact(a.causes)
	return a
}

func (a answer) accepted() bool { return a.reason == "" && a.crashed == "" }

// text is the answer for people.
func (a answer) text() string {
	switch {
	case a.crashed != "":
		return "crashed: " + a.crashed
	case a.accepted():
		return fmt.Sprintf("accepted, warnings: %q", a.warnings)
	default:
		return fmt.Sprintf("%s\n    %s\n  %s", a.reason, strings.Join(a.causes, "\n    "), a.message)
	}
}

// difference tells where two answers to one request differ, and returns "" where they agree. A request that makes the
// real code crash must be rejected by the simulated server, whatever the words (VAL-11).
func difference(real, simulated answer) string {
	switch {
	case simulated.crashed != "":
		return "the simulated server crashes"
	case real.crashed != "":
		if simulated.accepted() {
			return "the real code crashes and the simulated server accepts"
		}
		return ""
	case real.accepted() != simulated.accepted():
		return "one side accepts"
	case real.reason != simulated.reason:
		return "the reasons differ"
	case !slices.Equal(real.causes, simulated.causes):
		return fmt.Sprintf("the causes differ\n  only real: %q\n  only simulated: %q",
			without(real.causes, simulated.causes), without(simulated.causes, real.causes))
	case !real.accepted():
		return ""
	case real.warnings != simulated.warnings:
		return fmt.Sprintf("the warnings differ\n  real:      %q\n  simulated: %q", real.warnings, simulated.warnings)
	case !apiequality.Semantic.DeepEqual(real.stored, simulated.stored):
		return "the stored objects differ (- real, + simulated)\n" + diff.Diff(real.stored, simulated.stored)
	}
	return ""
}

func without(list, others []string) []string {
	var rest []string
	for _, s := range list {
		if !slices.Contains(others, s) {
			rest = append(rest, s)
		}
	}
	return rest
}

// comparable is a stored object without what only a store can know.
func comparable(obj apiserver.Object) apiserver.Object {
	obj = obj.DeepCopyObject().(apiserver.Object)
	obj.GetObjectKind().SetGroupVersionKind(schema.GroupVersionKind{})
	obj.SetResourceVersion("")
	obj.SetManagedFields(nil)
	if pod, ok := obj.(*corev1.Pod); ok {
		for i := range pod.Status.Conditions {
			pod.Status.Conditions[i].LastTransitionTime = birth // the real code asks the wall clock
		}
	}
	return obj
}
