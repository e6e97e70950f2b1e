package conformance_test

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// clause is how a clause is cited.
var clause = regexp.MustCompile(`\b(DEF|VAL|MUT|SYNC|COMP|PAR|POD|ONF|KUB|NEV|BL|BO|ADS|FIN|STAT|STV|TIME|TRK|IDX|BPI|PFP|SP|SUS|MSD|EIJ|PRP|TTL|MB|SEL|EXT|EV|DEL|CTRL|WAS|API)-[0-9]+\b`)

// TestCitedClausesExist finds citations of clauses that the document does not have, in everything that people read.
func TestCitedClausesExist(t *testing.T) {
	document, err := os.ReadFile("SEMANTICS.md")
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	for _, m := range regexp.MustCompile(`\*\*([A-Z]+-[0-9]+)\*\*`).FindAllSubmatch(document, -1) {
		known[string(m[1])] = true
	}
	if len(known) < 300 {
		t.Fatalf("SEMANTICS.md defines %d clauses; expected some 350", len(known))
	}
	cited := 0
	err = filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && strings.HasPrefix(d.Name(), ".") && d.Name() != ".." {
			return filepath.SkipDir
		}
		switch filepath.Ext(path) {
		case ".go", ".yaml", ".md":
		default:
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for i, line := range bytes.Split(text, []byte("\n")) {
			for _, id := range clause.FindAllString(string(line), -1) {
				cited++
				if !known[id] {
					t.Errorf("%s:%d cites %s, which SEMANTICS.md does not have", path, i+1, id)
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if cited < 500 {
		t.Errorf("found %d citations; expected hundreds: does the test still look in the right place?", cited)
	}
}
