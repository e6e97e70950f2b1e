package conformance

import (
	"slices"
	"strings"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"

	"github.com/jobsim/jobsim/sim/trace"
)

// events is about what users are told by Events (EV). Nobody but upstream has promised any.
var events = []Requirement{
	{
		ID: "job/events/creations-are-announced", Clauses: []string{"EV-1"}, Level: UpstreamExact, Strength: Up, Bound: ReactionBound,
		Sentence: "Each pod that is created must be announced by an event SuccessfulCreate, \"Created pod: NAME\".",
		Observed: "After an accepted creation there is such an event about the Job within the reaction time, unless the implementation crashes " +
			"or an event is refused; Jobs with twenty events and more, those that were refused included, are left out, because client-go may " +
			"drop theirs.",
		Source: "Kubernetes source, RealPodControl", Scenarios: []string{"pi"},
		check: func() any { return &announcedPods{} },
	},
	{
		ID: "job/events/completion-is-announced", Clauses: []string{"EV-2"}, Level: UpstreamExact, Strength: Up, Bound: ReactionBound,
		Sentence: "A Job that is Complete must be announced by an event Completed, \"Job completed\".",
		Observed: "As job/events/creations-are-announced, after Complete=True is stored.",
		Source:   "Kubernetes source, recordJobFinished", Scenarios: []string{"pi"},
		check: func() any { return &announcedEnds{of: batchv1.JobComplete} },
	},
	{
		ID: "job/events/failure-is-announced", Clauses: []string{"EV-3"}, Level: UpstreamExact, Strength: Up, Bound: ReactionBound,
		Sentence: "A Job that is Failed must be announced by a warning with the reason and the message of that condition.",
		Observed: "As job/events/creations-are-announced, after Failed=True is stored.",
		Source:   "Kubernetes source, recordJobFinished", Scenarios: []string{"backofflimit-zero"},
		check: func() any { return &announcedEnds{of: batchv1.JobFailed} },
	},
	{
		ID: "job/events/nothing-before-the-end", Clauses: []string{"EV-3", "EV-2"}, Level: UpstreamExact, Strength: Up,
		Sentence: "The end of a Job must not be announced before it is stored, so not when it is only decided.",
		Observed: "When there is an event Completed the Job is Complete=True, and when there is one with the reason of a failure it is " +
			"Failed=True.",
		Source: "Kubernetes source, syncJob", Scenarios: []string{"pi", "deadline-kills-pods"},
		check: func() any { return onCall(announcedAtTheEnd) },
	},
	{
		ID: "job/events/suspension-is-announced-once", Clauses: []string{"EV-4"}, Level: UpstreamExact, Strength: Up, Since: 21,
		Sentence: "Events Suspended and Resumed must be about changes and not be repeated while nothing changes.",
		Observed: "There is no event Suspended about a Job that has been Suspended=True for longer than the reaction time, as the " +
			"implementation must know, and no event Resumed about one that has been Suspended=False.",
		Source: "Kubernetes unit test TestSuspendJob", Scenarios: []string{"suspend-resume"},
		check: func() any { return &suspensionNews{} },
	},
}

var uncheckedEvents = []Unchecked{
	{"EV-5", "about unknown completion modes, which the simulated API server refuses"},
	{"EV-6", "about workload-aware scheduling, which is alpha and off"},
	{"EV-7", "about the kubelet"},
}

// eventOf returns the event of a request of the implementation and the Job that it is about; nil if it is none.
func eventOf(x *examiner, e *trace.Entry) (*corev1.Event, *jobState) {
	ev, ok := e.Object.(*corev1.Event)
	if !ok || !e.Stored() {
		return nil, nil
	}
	return ev, x.jobByUID[ev.InvolvedObject.UID]
}

// announcements follows what must be told by events.
type announcements struct {
	open  []announcement
	heard perJob[int] // how many events there have been about a Job
	// refused are events that were not stored, about whatever Job. client-go's recorder counts them as well.
	refused int
}

type announcement struct {
	job                   *jobState
	kind, reason, message string
	since                 moment
}

// enoughEvents is how many events about one Job are sure to be stored: client-go's recorder drops some after 25.
const enoughEvents = 20

func (a *announcements) owe(x *examiner, j *jobState, kind, reason, message string) {
	x.exercised()
	a.open = append(a.open, announcement{j, kind, reason, message, moment{x.now, x.entry}})
}

func (a *announcements) call(x *examiner, e *trace.Entry) {
	if e.Resource != "events" {
		return
	}
	ev, j := eventOf(x, e)
	if e.Lost || ev == nil {
		a.refused++
		a.open = a.open[:0] // nobody tries again
		return
	}
	if j != nil {
		*a.heard.of(j)++
	}
	a.open = slices.DeleteFunc(a.open, func(o announcement) bool {
		return o.job == j && ev.Type == o.kind && ev.Reason == o.reason && strings.HasSuffix(ev.Message, o.message)
	})
}

func (a *announcements) instance(_ *examiner, e *trace.Entry) {
	if e.Verb == "crash" || e.Verb == "stop" {
		a.open = a.open[:0]
	}
}

func (a *announcements) tick(x *examiner, until time.Duration) {
	a.open = slices.DeleteFunc(a.open, func(o announcement) bool {
		if *a.heard.of(o.job)+a.refused >= enoughEvents {
			return true
		}
		late := x.overdue(o.since.at, until)
		if late {
			x.violatedBy([]*trace.Entry{o.since.entry}, "there is no event %s %s %q about Job %s (since %v; nothing until %v, and %v are allowed)",
				o.kind, o.reason, o.message, o.job.obj.Name, o.since.at, describeTime(until), x.claims.Bounds.Reaction)
		}
		return late
	})
}

// announcedPods is about EV-1.
type announcedPods struct{ announcements }

func (c *announcedPods) pod(x *examiner, p *podState) {
	if p.created.entry == x.entry && x.byImplementation() && !x.entry.Lost && p.maker != nil {
		c.owe(x, p.maker, corev1.EventTypeNormal, "SuccessfulCreate", "Created pod: "+p.obj.Name)
	}
}

// announcedEnds is about EV-2 and EV-3.
type announcedEnds struct {
	announcements
	of batchv1.JobConditionType
}

func (c *announcedEnds) job(x *examiner, j *jobState) {
	if !becameFinished(x, j) || x.entry.Lost || !isTrue(j.obj, c.of) {
		return
	}
	if c.of == batchv1.JobComplete {
		c.owe(x, j, corev1.EventTypeNormal, "Completed", "Job completed")
		return
	}
	said := trueCondition(j.obj, c.of)
	c.owe(x, j, corev1.EventTypeWarning, said.Reason, said.Message)
}

func announcedAtTheEnd(x *examiner, e *trace.Entry) {
	ev, j := eventOf(x, e)
	if ev == nil || j == nil || j.gone {
		return
	}
	end := batchv1.JobFailed
	switch {
	case ev.Reason == "Completed":
		end = batchv1.JobComplete
	case !reservedReasons[ev.Reason]:
		return
	}
	if x.exercised(); !isTrue(j.obj, end) {
		x.violated("there is an event %s (%q) about Job %s, which is not %s", ev.Reason, ev.Message, j.obj.Name, end)
	}
}

// suspensionNews remembers since when the Suspended entries are as they are.
type suspensionNews struct {
	since perJob[time.Duration]
	// refused are the names of events that were not stored. client-go's recorder takes them for stored when there is one of
	// that name, and patches that one instead when it happens again.
	refused []string
}

func (c *suspensionNews) job(x *examiner, j *jobState) {
	if j.gone || j.before == nil {
		return
	}
	was, is := condition(j.before, batchv1.JobSuspended), condition(j.obj, batchv1.JobSuspended)
	if is != nil && (was == nil || was.Status != is.Status) {
		*c.since.of(j) = x.now
		x.exercised()
	}
}

func (c *suspensionNews) call(x *examiner, e *trace.Entry) {
	if e.Resource == "events" && e.Status != nil {
		c.refused = append(c.refused, e.Name)
	}
	ev, j := eventOf(x, e)
	if ev == nil || j == nil || j.gone || slices.Contains(c.refused, e.Name) {
		return
	}
	status := corev1.ConditionTrue
	switch ev.Reason {
	case "Suspended":
	case "Resumed":
		status = corev1.ConditionFalse
	default:
		return
	}
	so := func(job *batchv1.Job) bool { return suspendedIs(job, status) }
	if since := *c.since.of(j); x.now-max(since, x.hindered) > x.claims.Bounds.Reaction+x.slowness() && so(j.obj) && j.surely(so) {
		x.violated("there is an event %s about Job %s, which has been Suspended=%s since %v", ev.Reason, j.obj.Name, status, since)
	}
}
