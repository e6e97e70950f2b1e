package trace

import (
	"bytes"
	"encoding/xml"
	"io"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	"pgregory.net/rapid"
)

func picture(t interface{ Fatalf(string, ...any) }, tr *Trace) string {
	var b bytes.Buffer
	if err := tr.SVG(&b, SVGOptions{}); err != nil {
		t.Fatalf("SVG: %v", err)
	}
	d := xml.NewDecoder(bytes.NewReader(b.Bytes()))
	for {
		if _, err := d.Token(); err == io.EOF {
			return b.String()
		} else if err != nil {
			t.Fatalf("the SVG is not well-formed XML: %v", err)
		}
	}
}

func TestSVGShowsTheCrashLoop(t *testing.T) {
	g := gomega.NewWithT(t)
	text := picture(t, crashLoop().Trace)
	g.Expect(text).To(gomega.HavePrefix(`<svg xmlns="http://www.w3.org/2000/svg" width=`))
	g.Expect(strings.Count(text, `<rect class="js-running"`)).To(gomega.Equal(4+1), "four runs and the legend")
	g.Expect(strings.Count(text, `<rect class="js-waiting"`)).To(gomega.Equal(2+1), "two waits and the legend")
	for _, want := range []string{
		"<title>20s to 25s: running (run 3)</title>",
		"<title>25s to 45s: waits 20s before the next start</title>",
		"<title>10s: main of pod 1 exits with 1 (run 2)</title>",
		"<title>46s: FailureTarget (BackoffLimitExceeded: Job has reached the specified backoff limit)</title>",
		">Job crash-loop is Failed (BackoffLimitExceeded:",
	} {
		g.Expect(text).To(gomega.ContainSubstring(want))
	}
	g.Expect(text).NotTo(gomega.ContainSubstring("<script"))
	g.Expect(text).NotTo(gomega.ContainSubstring("href"), "self-contained")
}

func TestSVGOfNothingAndOfMuch(t *testing.T) {
	g := gomega.NewWithT(t)
	g.Expect(picture(t, &Trace{})).To(gomega.ContainSubstring("Nothing happened."))
	g.Expect(picture(t, nodeLost().Trace)).To(gomega.ContainSubstring(`class="js-unreachable"`))
	s := many()
	var b bytes.Buffer
	g.Expect(s.SVG(&b, SVGOptions{Lanes: 5, Moments: 2})).To(gomega.Succeed())
	g.Expect(b.String()).To(gomega.ContainSubstring("… and 800 more pods: 800 succeeded"))
	g.Expect(b.String()).To(gomega.ContainSubstring("… 1 more"))
	g.Expect(s.SVG(broken{}, SVGOptions{})).To(gomega.MatchError("disk full"))
}

func TestSVGEscapes(t *testing.T) {
	g := gomega.NewWithT(t)
	s := newStory()
	s.createJob("j", 1, 1, 0, corev1.RestartPolicyNever)
	s.at(second).add(Entry{Kind: Fault, Text: `<script>alert("&")</script>` + "\x00\x1b"})
	text := picture(t, s.Trace)
	g.Expect(text).To(gomega.ContainSubstring("fault: &lt;script&gt;alert(&#34;&amp;&#34;)&lt;/script&gt;<"))
	g.Expect(text).NotTo(gomega.ContainSubstring("<script>"))
}

func TestSVGOfAnyTrace(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tr := anyTrace(t)
		if picture(t, tr) != picture(t, tr) {
			t.Fatalf("the same trace gave two pictures")
		}
	})
}

func TestSVGSaysWhatItIs(t *testing.T) {
	g := gomega.NewWithT(t)
	tr := crashLoop().Trace
	for label, want := range map[string]string{
		"":                  `role="img" aria-label="Timeline of Job`,
		`a "run" <of> mine`: `role="img" aria-label="a &#34;run&#34; &lt;of&gt; mine"`,
	} {
		var b bytes.Buffer
		g.Expect(tr.SVG(&b, SVGOptions{Label: label})).To(gomega.Succeed())
		g.Expect(b.String()).To(gomega.ContainSubstring(want))
	}
}

// TestSVGStaysWithinItsWidth measures every text of a picture that has much to explain: the font has one width.
func TestSVGStaysWithinItsWidth(t *testing.T) {
	s := &svg{cells: 60}
	c := svgChart(crashLoop().Trace.history(), 30)
	s.legend(c)
	for _, m := range regexp.MustCompile(`<text class="js-dim" x="([\d.]+)" y="[\d.]+">([^<]*)</text>`).FindAllStringSubmatch(s.body.String(), -1) {
		x, err := strconv.ParseFloat(m[1], 64)
		if end := x + float64(len([]rune(m[2])))*svgCell; err != nil || end > s.width()-svgMargin {
			t.Errorf("%q ends at %.0f, expected %.0f at most (%v)", m[2], end, s.width()-svgMargin, err)
		}
	}
	if s.y < 2*svgLine {
		t.Errorf("the legend has one line only, down to %.0f", s.y)
	}
}
