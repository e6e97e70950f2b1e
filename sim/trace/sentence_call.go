package trace

import (
	"fmt"
	"slices"
	"strings"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
)

// call tells of an API request: "controller creates pod pi-x7k2p", or "controller fails to create a pod: ..." when the
// server refused.
func (n *narrator) call(e *Entry) string {
	verb, rest := n.request(e)
	if e.Status != nil {
		s := fmt.Sprintf("%s fails to %s %s: %s", actor(e), verb, rest, refusal(e))
		return s + lost(e)
	}
	s := actor(e) + " " + thirdPerson(verb) + " " + rest
	if e.Text != "" && !strings.HasSuffix(s, plain(e.Text)) && e.Subresource != "binding" {
		s += " [" + plain(e.Text) + "]"
	}
	return s + lost(e)
}

func lost(e *Entry) string {
	if e.Lost {
		return " (the answer is lost)"
	}
	return ""
}

func refusal(e *Entry) string {
	s := plain(string(e.Status.Reason))
	if s == "" {
		s = "refused"
	}
	if e.Status.Code != 0 {
		s = fmt.Sprintf("%d %s", e.Status.Code, s)
	}
	return withText(s, e.Status.Message)
}

func thirdPerson(verb string) string {
	if strings.HasSuffix(verb, "ch") {
		return verb + "es"
	}
	return verb + "s"
}

// request is what a call asks for: a verb in its base form and the rest of the sentence.
func (n *narrator) request(e *Entry) (verb, rest string) {
	thing := n.thing(e)
	switch {
	case e.Verb == "get":
		return "read", thing
	case e.Verb == "list" || e.Verb == "watch":
		return e.Verb, plain(e.Resource)
	case e.Verb == "deletecollection":
		return "delete", "all " + plain(e.Resource)
	case e.Subresource == "binding":
		return "bind", thing + toNode(e)
	case e.Subresource == "eviction":
		return "evict", thing
	case e.Verb == "create":
		return n.creation(e)
	case e.Verb == "delete":
		// Who deletes a pod that is being deleted already ends its grace period.
		if before := n.before[e.object()]; e.Object != nil && (before == nil || before.GetDeletionTimestamp() == nil) {
			thing += grace(e.Object)
		}
		return "delete", thing
	case e.Verb == "update" || e.Verb == "patch":
		return n.write(e)
	}
	if e.Verb == "" {
		return "call", thing
	}
	return plain(e.Verb), thing
}

func toNode(e *Entry) string {
	switch obj := e.Object.(type) {
	case *corev1.Pod:
		return " to " + plain(obj.Spec.NodeName)
	case *corev1.Binding:
		return " to " + plain(obj.Target.Name)
	}
	return ""
}

func (n *narrator) creation(e *Entry) (verb, rest string) {
	thing := n.thing(e)
	switch obj := e.Object.(type) {
	case *batchv1.Job:
		if outline := jobOutline(obj); outline != "" {
			thing += " (" + outline + ")"
		}
	case *corev1.Pod:
		if index, ok := obj.Annotations[batchv1.JobCompletionIndexAnnotation]; ok {
			thing += " for index " + plain(index)
		}
	case *corev1.Event:
		what := obj.InvolvedObject
		return "record", withText(fmt.Sprintf("event %s about %s %s", plain(obj.Reason), strings.ToLower(plain(what.Kind)),
			inNamespace(what.Namespace, what.Name)), obj.Message)
	}
	return "create", thing
}

// write tells of an update or a patch and what it changed.
func (n *narrator) write(e *Entry) (verb, rest string) {
	thing := n.thing(e)
	changes := n.changes(e)
	if finalizer, ok := onlyFinalizer(changes); ok && e.Status == nil {
		return "remove", fmt.Sprintf("finalizer %s from %s", finalizer, thing)
	}
	verb = e.Verb
	if e.Subresource != "" {
		thing = plain(e.Subresource) + " of " + thing
	}
	if e.Resource == "pods" && e.Subresource == "status" && strings.HasPrefix(e.Actor, "kubelet") {
		verb, thing = "report", n.thing(e)
	}
	if e.Status != nil || e.Object == nil {
		return verb, thing
	}
	if len(changes) == 0 {
		changes = []string{"no change"}
	}
	return verb, thing + ": " + strings.Join(changes, ", ")
}

// onlyFinalizer recognises the one change that Job controllers make most often.
func onlyFinalizer(changes []string) (finalizer string, ok bool) {
	if len(changes) != 1 {
		return "", false
	}
	words := strings.Fields(changes[0])
	if len(words) == 3 && slices.Equal([]string{words[0], words[2]}, []string{"finalizer", "removed"}) {
		return words[1], true
	}
	return "", false
}
