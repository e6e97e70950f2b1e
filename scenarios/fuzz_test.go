package scenarios_test

import (
	"errors"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/api/equality"

	"github.com/jobsim/jobsim/scenarios"
)

// FuzzParse feeds the loader with anything. It must not panic, it must answer soon, it must say where a problem is,
// and what it accepts must come back the same when it is written and read again.
func FuzzParse(f *testing.F) {
	for _, name := range scenarios.Names() {
		f.Add(scenarios.Source(name))
	}
	for _, seed := range []string{
		"", "\x00", "- a", "a: *a", "a: &a [*a]", "? - a\n: b", "<<: {a: b}", "a: |\n  b\n", "%YAML 1.2\n---\n", "!!binary x",
		jobs + "- <<: *pi\n  metadata: {name: tau}\n", manifest, tauJSON,
		header + "actions:\n- {at: 1s, edit: [{op: add, path: /a, value: {b: 1e400}}]}\n",
		header + "faults:\n- {error: timeout, details: null, message: yes}\n",
		header + "pods:\n- {runs: [{for: 1h0m1s, exit: 0x1f, message: \"\\u0000\"}], containers: {main: }}\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := scenarios.Parse("fuzz.yaml", data)
		checkErrors(t, err)
		_, err = scenarios.ParseManifests("fuzz.yaml", data)
		checkErrors(t, err)
		if s == nil {
			return
		}
		text, err := scenarios.Write(s)
		if err != nil {
			t.Fatal(err)
		}
		again, err := scenarios.Parse("fuzz.yaml", text)
		if err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		for _, job := range s.Jobs {
			job.Status = again.Jobs[0].Status // a status is not written
		}
		for i := range s.Actions {
			if create := s.Actions[i].Create; create != nil {
				create.Status = again.Actions[i].Create.Status
			}
		}
		if !equality.Semantic.DeepEqual(withoutLines(s), withoutLines(again)) {
			t.Fatalf("expected %+v\nfound %+v\nby way of\n%s", s, again, text)
		}
	})
}

func checkErrors(t *testing.T, err error) {
	t.Helper()
	if err == nil {
		return
	}
	var list scenarios.Errors
	if !errors.As(err, &list) || len(list) == 0 {
		t.Fatalf("expected a list of errors, found %T", err)
	}
	for _, one := range list {
		if one.File != "fuzz.yaml" || one.Line < 1 || one.Column < 1 || one.Message == "" {
			t.Fatalf("expected an error with a file, a line and a column, found %+v", one)
		}
	}
}

// TestParseAnswersSoon keeps inputs that bring other loaders to their knees. The bound is generous: it is about minutes
// against moments.
func TestParseAnswersSoon(t *testing.T) {
	if testing.Short() {
		t.Skip("measures real time")
	}
	for name, data := range hostile() {
		t.Run(name, func(t *testing.T) {
			began := time.Now()
			_, err := scenarios.Parse("hostile.yaml", data)
			if err == nil {
				t.Error("expected an error, found none")
			}
			if took := time.Since(began); took > 10*time.Second {
				t.Errorf("expected an answer within seconds, it took %v", took)
			}
		})
	}
}
