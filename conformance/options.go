package conformance

import (
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jobsim/jobsim/sim"
	"github.com/jobsim/jobsim/sim/event"
)

const (
	// DefaultChecks is how many random cases an evaluation runs unless it is told otherwise.
	DefaultChecks = 1000
	// DefaultSeed makes them the same everywhere.
	DefaultSeed = 1
)

// Option changes how an implementation is evaluated.
type Option func(*options)

type options struct {
	claims Claims
	focus  string
	seed   uint64
	checks int
	// only the random case of this number (from 1), or only this scenario.
	only        int
	allFeatures bool
	scenario    *sim.Scenario
	replay      *event.Token
	// neighbours are other controllers in the cluster.
	neighbours []neighbour

	requirements []*Requirement
	progress     func(Progress)
	reproduce    func(Reproduction) string
	shrinkRuns   int
}

// WithIdentity says who answers for the implementation; it stands in the report.
func WithIdentity(i Identity) Option { return func(o *options) { o.claims.Identity = i } }

// WithKubernetes says whose minor's semantics the implementation follows; requirements that came later do not bind it.
func WithKubernetes(m Minor) Option { return func(o *options) { o.claims.Kubernetes = m } }

// WithFeatures claims optional features, one by one.
func WithFeatures(f ...Feature) Option {
	return func(o *options) { o.claims.Features = append(o.claims.Features, f...) }
}

// WithAllFeatures claims every optional feature that the chosen Kubernetes minor has.
func WithAllFeatures() Option { return func(o *options) { o.allFeatures = true } }

// WithManagedBy claims ManagedBy, under a name: all Jobs of scenarios and random cases are managed by it, and those that
// are not, because they say nothing or name somebody else, must be left alone (MB-1). An external controller is evaluated
// this way.
func WithManagedBy(name string) Option {
	return func(o *options) {
		o.claims.ManagedBy = name
		if !slices.Contains(o.claims.Features, ManagedBy) {
			o.claims.Features = append(o.claims.Features, ManagedBy)
		}
	}
}

// WithUpstreamExact claims the timing and the order of effects of kube-controller-manager as well.
func WithUpstreamExact() Option { return func(o *options) { o.claims.UpstreamExact = true } }

// WithFinalizer says which finalizer the implementation keeps pods with until they are counted. The default is
// batch.kubernetes.io/job-tracking, upstream's; an external controller should have one of its own, which nobody else takes
// away (POD-4). Users in scenarios and random cases who take the tracking finalizer from a pod take this one.
func WithFinalizer(name string) Option { return func(o *options) { o.claims.Finalizer = name } }

// WithBounds says how long the implementation may take; it stands in the report.
func WithBounds(b Bounds) Option { return func(o *options) { o.claims.Bounds = b } }

// WithFocus selects requirements by their ID: a pattern as in path.Match, a part of an ID, a
// clause such as BL-1, or all clauses of a group such as BL.
func WithFocus(pattern string) Option { return func(o *options) { o.focus = pattern } }

// WithSeed and WithChecks say which random cases are run, and how many.
func WithSeed(seed uint64) Option { return func(o *options) { o.seed = seed } }

// WithChecks sets the number of random cases; 0 runs none.
func WithChecks(n int) Option { return func(o *options) { o.checks = n } }

// WithCase runs one random case only, by its number from 1.
func WithCase(n int) Option { return func(o *options) { o.only = n } }

// WithShrinking sets how many runs may be spent on making each counter-example smaller; 0 leaves them as they were found.
func WithShrinking(runs int) Option { return func(o *options) { o.shrinkRuns = runs } }

// WithScenario runs one scenario only; with a token that run of it.
func WithScenario(s *sim.Scenario, replay *event.Token) Option {
	return func(o *options) { o.scenario, o.replay = s, replay }
}

// WithProgress has progress told after every run.
func WithProgress(tell func(Progress)) Option { return func(o *options) { o.progress = tell } }

// WithReproduction says how a violation is seen again, for people: a command line. The default is a call of Evaluate.
func WithReproduction(write func(Reproduction) string) Option {
	return func(o *options) { o.reproduce = write }
}

// Progress is how far an evaluation is.
type Progress struct {
	// Done of Total runs, in a stage: scenarios, cases, shrinking.
	Stage       string
	Done, Total int
	// Broken is how many requirements and scenarios have been broken so far.
	Broken int
}

// Reproduction is what it takes to see a violation again.
type Reproduction struct {
	Implementation string
	// Requirement is the ID; empty for a scenario's expectation.
	Requirement string
	// Scenario is the name of a built-in scenario, or Case the number of a random case of the seed.
	Scenario string
	Seed     uint64
	Case     int
	// Replay is the token of a random run of a built-in scenario; empty for a calm one.
	Replay        string
	UpstreamExact bool
	// Features are the claimed features, which decide what a random case is; ManagedBy is the name of WithManagedBy and
	// Finalizer that of WithFinalizer. They are empty for the built-in controller's.
	Features             []Feature
	ManagedBy, Finalizer string
	// Neighbours are the names of WithNeighbour.
	Neighbours []string
}

// newOptions applies options and checks that they make sense.
func newOptions(opts []Option) (*options, error) {
	o := &options{claims: DefaultClaims(), seed: DefaultSeed, checks: DefaultChecks, shrinkRuns: 600, reproduce: callToReproduce}
	for _, opt := range opts {
		opt(o)
	}
	if o.allFeatures {
		o.claims.Features = featuresIn(o.claims.Kubernetes)
	}
	if o.requirements == nil {
		o.requirements = Requirements()
	}
	return o, o.check()
}

func (o *options) check() error {
	switch {
	case o.checks < 0 || o.only < 0:
		return fmt.Errorf("%d checks, case %d: expected zero or more", o.checks, o.only)
	case o.shrinkRuns < 0:
		return fmt.Errorf("%d runs to make a counter-example smaller: expected zero or more", o.shrinkRuns)
	case o.claims.Kubernetes < oldest || o.claims.Kubernetes > Latest:
		return fmt.Errorf("Kubernetes 1.%d: expected a minor from 1.%d to 1.%d", o.claims.Kubernetes, oldest, Latest)
	case o.claims.Bounds.Reaction < time.Second:
		return fmt.Errorf("reaction %v: expected a second at least, since stored times are whole seconds", o.claims.Bounds.Reaction)
	case o.claims.Bounds.Retry < 0:
		return fmt.Errorf("retry %v: expected zero or more", o.claims.Bounds.Retry)
	}
	if _, err := path.Match(o.focus, ""); err != nil {
		return fmt.Errorf("focus %q: %w", o.focus, err)
	}
	if err := o.claims.checkFeatures(); err != nil {
		return err
	}
	if err := o.claims.checkFinalizer(); err != nil {
		return err
	}
	return o.checkScenario()
}

// oldest is the oldest minor that can be chosen: the semantics of older ones were not read.
const oldest Minor = 26

// Select lists the requirements that the options select, claimed or not, for skins that must know them before anything
// is run. It fails where Evaluate would.
func Select(opts ...Option) ([]*Requirement, error) {
	o, err := newOptions(opts)
	if err != nil {
		return nil, fmt.Errorf("conformance: %w", err)
	}
	selected, err := o.selected()
	if err != nil {
		return nil, fmt.Errorf("conformance: %w", err)
	}
	return selected, nil
}

// selected are the requirements that the focus selects. It is an error if there are none, or none that is claimed.
func (o *options) selected() ([]*Requirement, error) {
	var selected []*Requirement
	claimed := false
	for _, r := range o.requirements {
		if o.selects(r) {
			selected = append(selected, r)
			claimed = claimed || o.unclaimed(r) == ""
		}
	}
	switch {
	case len(selected) == 0:
		return nil, fmt.Errorf("focus %q selects no requirement; "+
			"expected a part of an ID such as backoff-limit, a pattern such as job/status/*, or clauses such as BL-1 or all of BL", o.focus)
	case !claimed:
		return nil, fmt.Errorf("focus %q selects nothing that is claimed: %s: %s", o.focus, selected[0].ID, o.unclaimed(selected[0]))
	}
	return selected, nil
}

// selects reports whether the focus selects a requirement. A whole ID selects that one only.
func (o *options) selects(r *Requirement) bool {
	if slices.ContainsFunc(o.requirements, func(r *Requirement) bool { return r.ID == o.focus }) {
		return r.ID == o.focus
	}
	if o.focus == "" || strings.Contains(r.ID, o.focus) || slices.ContainsFunc(r.Clauses, o.names) {
		return true
	}
	matched, err := path.Match(o.focus, r.ID)
	return err == nil && matched
}

// names reports whether the focus is a clause, or the group that it belongs to.
func (o *options) names(clause string) bool {
	group, _, _ := strings.Cut(clause, "-")
	return o.focus == clause || o.focus == group
}

// claimed tells why a requirement does not bind the implementation; empty if it does.
func (o *options) unclaimed(r *Requirement) string {
	switch {
	case r.Level == UpstreamExact && !o.claims.UpstreamExact:
		return "it belongs to the upstream-exact level"
	case r.Feature != "" && !slices.Contains(o.claims.Features, r.Feature):
		return fmt.Sprintf("the feature %s is not claimed", r.Feature)
	case r.External && o.claims.otherName() == "":
		return "it is about controllers whose Jobs name them, and no name was given"
	case r.Beside && len(o.neighbours) == 0:
		return "it is about controllers beside another one, and none was given"
	case r.Since > o.claims.Kubernetes:
		return fmt.Sprintf("it holds since Kubernetes 1.%d", r.Since)
	}
	return ""
}

// callToReproduce writes the call of Evaluate that shows a violation again.
func callToReproduce(r Reproduction) string {
	args, before := []string{"ctx", "implementation"}, ""
	switch {
	case r.Scenario == "":
		args = append(args, fmt.Sprintf("conformance.WithSeed(%d)", r.Seed), fmt.Sprintf("conformance.WithCase(%d)", r.Case))
	case r.Replay == "":
		before = fmt.Sprintf("s, _ := conformance.FindScenario(%q); ", r.Scenario)
		args = append(args, "conformance.WithScenario(s, nil)")
	default:
		before = fmt.Sprintf("s, _ := conformance.FindScenario(%q); token, _ := event.ParseToken(%q); ", r.Scenario, r.Replay)
		args = append(args, "conformance.WithScenario(s, &token)")
	}
	if r.Requirement != "" {
		args = append(args, fmt.Sprintf("conformance.WithFocus(%q)", r.Requirement))
	}
	if r.ManagedBy != "" {
		args = append(args, fmt.Sprintf("conformance.WithManagedBy(%q)", r.ManagedBy))
	}
	if r.Finalizer != "" {
		args = append(args, fmt.Sprintf("conformance.WithFinalizer(%q)", r.Finalizer))
	}
	for _, name := range r.Neighbours {
		args = append(args, fmt.Sprintf("conformance.WithNeighbour(%q, neighbour)", name))
	}
	if features := slices.DeleteFunc(slices.Clone(r.Features), func(f Feature) bool {
		return f == ManagedBy && r.ManagedBy != ""
	}); len(features) > 0 {
		args = append(args, fmt.Sprintf("conformance.WithFeatures(%s)", quoted(features)))
	}
	return before + "conformance.Evaluate(" + strings.Join(args, ", ") + ")"
}

// quoted lists features as Go has them.
func quoted(features []Feature) string {
	var list []string
	for _, f := range features {
		list = append(list, strconv.Quote(string(f)))
	}
	return strings.Join(list, ", ")
}
