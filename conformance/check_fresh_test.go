package conformance

import (
	"reflect"
	"testing"

	"github.com/jobsim/jobsim/fakes"
	"github.com/jobsim/jobsim/scenarios"
	"github.com/jobsim/jobsim/sim"
)

// TestChecksCanServeAgain finds checks that would take something over from one run to the next.
func TestChecksCanServeAgain(t *testing.T) {
	for _, q := range Requirements() {
		v := reflect.ValueOf(q.check())
		switch v.Kind() {
		case reflect.Func, reflect.Map:
		case reflect.Struct:
			if v.NumField() > 0 {
				t.Errorf("%s: a %s with fields; expected a pointer to it", q.ID, v.Type())
			}
		case reflect.Pointer:
			expectFresh(t, q.ID, v.Elem())
		default:
			t.Errorf("%s: a check of kind %s", q.ID, v.Kind())
		}
	}
}

// expectFresh looks for memory that a copy of a struct would share.
func expectFresh(t *testing.T, id string, v reflect.Value) {
	for i := range v.NumField() {
		f, name := v.Field(i), v.Type().Field(i).Name
		switch f.Kind() {
		case reflect.Struct:
			expectFresh(t, id, f)
		case reflect.Map, reflect.Slice, reflect.Pointer:
			if !f.IsNil() && f.Type() != reflect.TypeFor[*statusRule]() { // rules do not change
				t.Errorf("%s: field %s of a fresh %s is set; it may be made when it is needed first", id, name, v.Type())
			}
		}
	}
}

// TestExaminerServesAgain compares what an examiner finds in a run after others with what a new one finds.
func TestExaminerServesAgain(t *testing.T) {
	claims := DefaultClaims()
	again := newExaminer(Requirements(), &claims)
	broken := 0
	for _, name := range []string{"backoff-limit-off-by-one", "start-time-kept-on-resume", "completion-excuses-failures"} {
		b, ok := fakes.GetBroken(name)
		if !ok {
			t.Fatalf("there is no broken implementation %s", name)
		}
		for _, scenario := range scenarios.Names() {
			s, err := scenarios.Get(scenario)
			if err != nil {
				t.Fatal(err)
			}
			r, err := sim.Run(s, b.Implementation(), sim.WithSeed(1))
			if err != nil {
				t.Fatal(err)
			}
			got, want := again.examine(r), Examine(r, Requirements(), &claims)
			if !reflect.DeepEqual(got, want) {
				t.Errorf("%s in %s: an examiner that has seen other runs finds %v, and a new one %v", name, scenario, got.Broken(), want.Broken())
			}
			broken += len(want.Broken())
		}
	}
	if broken == 0 {
		t.Error("no requirement was broken; expected that mistakes show")
	}
}
