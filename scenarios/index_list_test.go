package scenarios

import (
	"testing"

	"github.com/onsi/gomega"
)

func TestIndexLists(t *testing.T) { // STAT-10
	g := gomega.NewWithT(t)
	for _, text := range []string{"", "0", "0,1", "0-2", "0,1,3", "3-5,7,8,10-12", "0-2147483647"} {
		g.Expect(isIndexList(text)).To(gomega.BeTrue(), text)
	}
	for _, text := range []string{
		"0-1", "0,1,2", "0-2,3", "1,0", "1,1", "2-0", "-1", "+1", "01", "1,", ",1", "a", "1-", "0-2-4", "2147483648", " 1", "0-3,2",
	} {
		g.Expect(isIndexList(text)).To(gomega.BeFalse(), text)
	}
}
