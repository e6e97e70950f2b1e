package trace

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// transcriptWidth is how many columns a transcript takes.
const transcriptWidth = 100

// Transcript tells what happened in words, to be read and to be kept beside a scenario: grouped by instant, effects
// indented below what caused them at the same instant. Pods are numbered in order of creation, and what several pods
// of a Job went through alike is told once.
//
//	0s       user creates job crash-loop (completions 1, parallelism 1, backoffLimit 3, restartPolicy OnFailure)
//	           controller creates pod 1 (crash-loop-x7k2p)
//	             scheduler binds pod 1 to node-1
//	               kubelet starts main of pod 1 (run 1)
//
// Left out is what nobody but the actors notices: reads that are answered, watch deliveries, calls of a reconcile
// function, log lines, Events, and the creation of nodes.
func (t *Trace) Transcript(w io.Writer) error {
	tr := t.transcriber()
	for _, n := range tr.roots {
		tr.column = max(tr.column, len(clock(n.at))+1)
	}
	out := bufio.NewWriter(w)
	for i := 0; i < len(tr.roots); {
		at := tr.roots[i].at
		j := i
		for j < len(tr.roots) && tr.roots[j].at == at {
			j++
		}
		when := clock(at)
		for _, n := range mergeAlike(tr.roots[i:j]) {
			when = tr.print(out, when, n, 0)
		}
		i = j
	}
	return out.Flush()
}

// print writes an event and its effects; the time goes before the first line.
func (tr *transcriber) print(out io.Writer, when string, n *told, depth int) string {
	indent := tr.column + 2*min(depth, 8)
	for i, text := range wrap(tr.text(n), transcriptWidth-indent, 4) {
		pad := indent
		if i == 0 && when != "" {
			fmt.Fprintf(out, "%-*s", tr.column, when)
			pad -= tr.column
			when = ""
		}
		fmt.Fprintf(out, "%s%s\n", strings.Repeat(" ", pad), text)
	}
	for _, effect := range mergeAlike(n.effects) {
		when = tr.print(out, when, effect, depth+1)
	}
	return when
}

// subject stands for the pod in a sentence until it is known how many pods the sentence is about.
const subject = "\x00"

type transcriber struct {
	names  podNames
	roots  []*told
	column int // where the sentences begin
	// touched are the events of the instant at, by the object that they happen to.
	touched map[objectID][]*told
	at      time.Duration
}

// transcriber turns the entries into a forest: each thing that is told below its cause, if that is of the same instant.
func (t *Trace) transcriber() *transcriber {
	tr := &transcriber{names: t.podNames(), column: len("10m59s") + 3}
	narrator := newNarrator()
	var pod objectID
	narrator.pod = func(namespace, name string) string {
		id := objectID{"pods", namespace, name}
		if _, numbered := tr.names.numbers[id]; !numbered {
			return tr.names.short(namespace, name)
		}
		pod = id
		return subject
	}
	below := make([]*told, len(t.Entries)+1) // for each entry: itself if it is told, else what it is below of
	for i := range t.Entries {
		e := &t.Entries[i]
		if e.Cause <= i && below[max(e.Cause, 0)] != nil && below[e.Cause].at == e.At {
			below[i+1] = below[e.Cause]
		}
		if tells(e) {
			pod = objectID{}
			n := newTold(e, narrator.sentence(e))
			if pod != (objectID{}) {
				n.pods = []objectID{pod}
			}
			tr.place(n, below[i+1])
			below[i+1] = n
		}
		narrator.seen(e)
	}
	return tr
}

// place puts an event below its cause, or, when that would tell of things that happened to one object in the wrong
// order, below the cause of the cause and so on.
func (tr *transcriber) place(n, cause *told) {
	if tr.at != n.at || tr.touched == nil {
		tr.at, tr.touched = n.at, map[objectID][]*told{}
	}
	others := tr.touched[n.object]
	tr.touched[n.object] = append(others, n)
	for ; cause != nil; cause = cause.cause {
		inOrder := true
		for i := len(others) - 1; i >= 0 && others[i].seq > cause.seq; i-- {
			inOrder = inOrder && others[i].isBelow(cause)
		}
		if inOrder {
			n.cause = cause
			cause.effects = append(cause.effects, n)
			return
		}
	}
	tr.roots = append(tr.roots, n)
}

func (n *told) isBelow(cause *told) bool {
	for n != nil && n != cause {
		n = n.cause
	}
	return n != nil
}

func newTold(e *Entry, sentence string) *told {
	n := &told{seq: e.Seq, at: e.At, object: e.object(), sentence: sentence,
		creation: e.Verb == "create" && e.Subresource == "" && e.Stored()}
	if e.Kind == Container {
		n.object.resource = "pods"
	}
	if e.Subresource == "binding" && e.OK() {
		node := toNode(e)
		n.sentence = strings.TrimSuffix(sentence, node)
		n.where = []string{strings.TrimPrefix(node, " to ")}
	}
	return n
}

// tells reports whether an entry belongs into a transcript.
func tells(e *Entry) bool {
	switch e.Kind {
	case Call:
		if e.Status != nil {
			return true
		}
		return !isRead(e.Verb) && e.Resource != "events" && (e.Resource != "nodes" || e.Verb != "create")
	case Removed:
		return e.Resource != "events"
	case Instance:
		return e.Verb != "sync"
	case Delivery, Log:
		return false
	}
	return true
}

// text is the sentence with its pods and nodes filled in.
func (tr *transcriber) text(n *told) string {
	s := n.sentence
	if len(n.pods) > 0 {
		s = strings.ReplaceAll(s, subject, tr.subjects(n))
		if len(n.pods) > 1 {
			s = strings.Replace(s, " is gone", " are gone", 1)
		}
	}
	if len(n.where) > 0 {
		slices.Sort(n.where)
		s += " to " + strings.Join(slices.Compact(n.where), ", ")
	}
	return s
}

// subjects names the pods of an event; those that come into being with their real names.
func (tr *transcriber) subjects(n *told) string {
	s := tr.names.short(n.pods[0].namespace, n.pods[0].name)
	if len(n.pods) > 1 {
		numbers := make([]int, len(n.pods))
		for i, id := range n.pods {
			numbers[i] = tr.names.numbers[id].number
		}
		slices.Sort(numbers)
		s = strings.Replace(s, fmt.Sprintf("pod %d", tr.names.numbers[n.pods[0]].number), "pods "+ranges(numbers), 1)
	}
	if !n.creation {
		return s
	}
	var names []string
	for i, id := range n.pods {
		if i == 3 && len(n.pods) > 4 {
			names = append(names, "…")
			break
		}
		names = append(names, inNamespace(id.namespace, id.name))
	}
	return s + " (" + strings.Join(names, ", ") + ")"
}
