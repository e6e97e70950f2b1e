package event

import (
	"encoding/base64"
	"encoding/binary"
	"strings"
	"testing"

	"github.com/onsi/gomega"
	"pgregory.net/rapid"
)

// trimmed is what a token keeps of choices: calm ones at the end are those of any replay.
func trimmed(choices []int) []int {
	for len(choices) > 0 && choices[len(choices)-1] == 0 {
		choices = choices[:len(choices)-1]
	}
	return append([]int{}, choices...)
}

func TestTokenRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := gomega.NewWithT(t)
		token := Token{
			Scenario: rapid.Uint32().Draw(t, "scenario"),
			Seed:     rapid.Uint64().Draw(t, "seed"),
			Choices:  rapid.SliceOf(rapid.OneOf(rapid.Just(0), rapid.IntRange(0, 300))).Draw(t, "choices"),
		}
		text := token.String()
		g.Expect(text).To(gomega.MatchRegexp(`^j1-[A-Za-z0-9_-]+$`), "it survives a shell and a URL")
		parsed, err := ParseToken(text)
		g.Expect(err).NotTo(gomega.HaveOccurred())
		g.Expect(parsed.Scenario).To(gomega.Equal(token.Scenario))
		g.Expect(parsed.Seed).To(gomega.Equal(token.Seed))
		g.Expect(append([]int{}, parsed.Choices...)).To(gomega.Equal(trimmed(token.Choices)))
	})
}

func TestTokenOfACalmRunIsShort(t *testing.T) {
	g := gomega.NewWithT(t)
	g.Expect(Token{Scenario: 1, Choices: make([]int, 1000)}.String()).To(gomega.Equal("j1-AAAAAQA"))
}

func TestBadTokens(t *testing.T) {
	encode := func(b ...byte) string {
		return "j1-" + base64.RawURLEncoding.EncodeToString(append([]byte{0, 0, 0, 1, 0}, b...))
	}
	tooMany := binary.AppendUvarint([]byte{1}, mostChoices+1)
	tooLarge := append(binary.AppendUvarint(nil, mostChoices+1), 1)
	twice := append(binary.AppendUvarint([]byte{1}, mostChoices), binary.AppendUvarint([]byte{2}, 1)...)
	for name, c := range map[string]struct{ token, want string }{
		"empty":                    {"", `expected it to start with "j1-"`},
		"other prefix":             {"j2-AAAAAQ", `expected it to start with "j1-"`},
		"no base64":                {"j1-AAAA*Q", "expected URL-safe base64"},
		"padding bits":             {"j1-AAAAAR", "expected URL-safe base64"},
		"no scenario":              {"j1-AAAA", "was it cut off when copied?"},
		"no seed":                  {"j1-AAAAAQ", "it ends before the seed"},
		"value without count":      {encode(5), "ends in the middle of a choice"},
		"unfinished value":         {encode(0x80), "ends in the middle of a choice"},
		"unfinished count":         {encode(5, 0x80), "ends in the middle of a choice"},
		"too many choices":         {encode(tooMany...), "expected at most 4194304 choices"},
		"too large a choice":       {encode(tooLarge...), "expected at most 4194304 choices"},
		"too many in two portions": {encode(twice...), "after 4194304 others"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := ParseToken(c.token)
			gomega.NewWithT(t).Expect(err).To(gomega.MatchError(gomega.ContainSubstring(c.want)))
		})
	}
	_, err := ParseToken(strings.Repeat("x", 10_000))
	gomega.NewWithT(t).Expect(len(err.Error())).To(gomega.BeNumerically("<", 200), "a long token is not repeated in full")
}

func FuzzParseToken(f *testing.F) {
	f.Add("")
	f.Add("j1-AAAAAQ")
	f.Add(Token{Scenario: 0xdeadbeef, Seed: 300, Choices: []int{0, 0, 1, 2, 2, 2, 300}}.String())
	f.Add("j1-AAAAAQGA")
	f.Fuzz(func(t *testing.T, s string) {
		token, err := ParseToken(s)
		if err != nil {
			return
		}
		for _, c := range token.Choices {
			if c < 0 {
				t.Fatalf("%q has the choice %d", s, c)
			}
		}
		again, err := ParseToken(token.String())
		gomega.NewWithT(t).Expect(err).NotTo(gomega.HaveOccurred())
		gomega.NewWithT(t).Expect(again.Scenario).To(gomega.Equal(token.Scenario))
		gomega.NewWithT(t).Expect(again.Seed).To(gomega.Equal(token.Seed))
		gomega.NewWithT(t).Expect(append([]int{}, again.Choices...)).To(gomega.Equal(trimmed(token.Choices)))
	})
}
