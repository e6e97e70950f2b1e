package rest

import (
	"testing"

	. "github.com/onsi/gomega"
	"k8s.io/apimachinery/pkg/types"
)

func TestApplySaysWhetherItHasCreated(t *testing.T) {
	c, ctx := newCluster(t), t.Context()
	apply := func(name string, dryRun ...string) (code int) {
		r := c.client("application/json").BatchV1().RESTClient().Patch(types.ApplyPatchType).Resource("jobs").Namespace("default").
			Name(name).Param("fieldManager", "me").Body([]byte(`{"apiVersion":"batch/v1","kind":"Job","metadata":{"name":"` + name + `"},"spec":{"template":{"spec":{` +
			`"restartPolicy":"Never","containers":[{"name":"main","image":"busybox"}]}}}}`))
		for _, d := range dryRun {
			r = r.Param("dryRun", d)
		}
		c.Expect(r.Do(ctx).StatusCode(&code).Error()).NotTo(HaveOccurred())
		return code
	}
	c.Expect(apply("a", "All")).To(Equal(201))
	c.Expect(apply("a")).To(Equal(201), "a dry run has stored nothing")
	c.Expect(apply("a")).To(Equal(200))
}
