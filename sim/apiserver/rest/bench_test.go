package rest

import (
	"fmt"
	"testing"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
)

// BenchmarkPodWrites is what a Job controller asks of the API for one pod: a creation, and a patch that takes the
// tracking finalizer away, with somebody watching.
func BenchmarkPodWrites(b *testing.B) {
	for _, contentType := range wireFormats[:2] {
		b.Run(contentType, func(b *testing.B) {
			c := newClusterFor(b)
			pods := c.client(contentType).CoreV1().Pods("default")
			w, err := pods.Watch(b.Context(), metav1.ListOptions{})
			if err != nil {
				b.Fatal(err)
			}
			go func() {
				for range w.ResultChan() {
				}
			}()
			for i := range b.N {
				pod := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{
					Name: fmt.Sprint("p", i), Finalizers: []string{batchv1.JobTrackingFinalizer},
				}, Spec: minimalJob("x").Spec.Template.Spec}
				created, err := pods.Create(b.Context(), pod, metav1.CreateOptions{})
				if err != nil {
					b.Fatal(err)
				}
				patch := fmt.Sprintf(`{"metadata":{"uid":%q,"$deleteFromPrimitiveList/finalizers":[%q]}}`, created.UID, batchv1.JobTrackingFinalizer)
				_, err = pods.Patch(b.Context(), created.Name, types.StrategicMergePatchType, []byte(patch), metav1.PatchOptions{})
				if err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
