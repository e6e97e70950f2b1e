package kubectl

import (
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/duration"
)

// age is how long before now the instant was, as kubectl rounds it: "65s", "3m20s", "5h". A time that was never
// set is "<unknown>", and one more than a second ahead of now is "<invalid>".
func age(now time.Time, instant metav1.Time) string {
	if instant.IsZero() {
		return "<unknown>"
	}
	return duration.HumanDuration(now.Sub(instant.Time))
}
