package trace

import (
	"fmt"
	"strings"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// objectID names an object in a trace.
type objectID struct{ resource, namespace, name string }

func (e *Entry) object() objectID { return objectID{e.Resource, e.Namespace, e.Name} }

// stored reports whether the entry is a write whose object is a new version in the store.
func (e *Entry) stored() bool {
	if !e.Stored() || e.Object == nil {
		return false
	}
	switch e.Verb {
	case "create", "update", "patch", "delete":
		return true
	}
	return false
}

// narrator puts entries into words. To say what a write changed it remembers the version before, so it is to be shown
// the entries in order; a narrator that has seen nothing tells of the object as it is.
type narrator struct {
	before map[objectID]Object
	// pod names a pod in a sentence.
	pod func(namespace, name string) string
}

func newNarrator() *narrator {
	return &narrator{
		before: map[objectID]Object{},
		pod:    func(namespace, name string) string { return "pod " + inNamespace(namespace, name) },
	}
}

// seen remembers what an entry stored or removed.
func (n *narrator) seen(e *Entry) {
	switch {
	case e.stored():
		n.before[e.object()] = e.Object
	case e.Kind == Removed:
		delete(n.before, e.object())
	}
}

// inNamespace leaves the default namespace out: most scenarios know no other.
func inNamespace(namespace, name string) string {
	if namespace == "" || namespace == metav1.NamespaceDefault {
		return plain(name)
	}
	return plain(namespace + "/" + name)
}

// thing names the object of an entry.
func (n *narrator) thing(e *Entry) string {
	kind, name := e.Resource, inNamespace(e.Namespace, e.Name)
	switch e.Resource {
	case "pods", "jobs", "nodes", "events":
		kind = strings.TrimSuffix(kind, "s")
	}
	switch {
	case e.Name == "" && kind != e.Resource:
		return "a " + kind // refused before it got a name
	case e.Resource == "pods":
		return n.pod(e.Namespace, e.Name)
	}
	return plain(kind + " " + name)
}

// sentence tells what happened, its actor first where somebody did it.
func (n *narrator) sentence(e *Entry) string {
	switch e.Kind {
	case Call:
		return n.call(e)
	case Removed:
		return n.thing(e) + " is gone"
	case Delivery:
		return n.delivery(e)
	case Container:
		return n.container(e)
	case Node:
		return n.node(e)
	case Fault:
		return "fault: " + plain(e.Text)
	case Instance:
		return n.instance(e)
	case Log:
		return withText(actor(e)+" logs", e.Text)
	}
	return withText(plain(string(e.Kind)+" "+e.Verb), e.Text)
}

func actor(e *Entry) string {
	if e.Actor == "" {
		return "somebody"
	}
	// Which node's kubelet it was follows from the pod, and pods of several nodes are told of together.
	name, _, _ := strings.Cut(e.Actor, "/")
	return plain(name)
}

func withText(s, text string) string {
	if text = plain(text); text == "" {
		return s
	}
	return s + ": " + text
}

func (n *narrator) delivery(e *Entry) string {
	var s string
	switch e.Verb {
	case "RELIST":
		return actor(e) + " lists " + plain(e.Resource) + " again"
	case "SKIPPED":
		return actor(e) + " is not told of " + n.thing(e) + ", which its watch leaves out"
	case "BOOKMARK":
		return actor(e) + " is sent a bookmark of " + plain(e.Resource)
	case "ADDED", "MODIFIED", "DELETED":
		s = actor(e) + " sees " + n.thing(e) + " " + strings.ToLower(e.Verb)
	default:
		s = actor(e) + " sees " + n.thing(e) + " " + plain(e.Verb)
	}
	if e.Object != nil && e.Object.GetResourceVersion() != "" {
		s += " (resourceVersion " + plain(e.Object.GetResourceVersion()) + ")"
	}
	return s
}

func (n *narrator) container(e *Entry) string {
	of := plain(e.Container) + " of " + n.pod(e.Namespace, e.Name)
	switch e.Verb {
	case "start":
		return withText(fmt.Sprintf("%s starts %s (run %d)", actor(e), of, e.Number), e.Text)
	case "exit":
		how := ""
		if e.Signal != 0 {
			how = fmt.Sprintf(", signal %d", e.Signal)
		}
		if r := unlessPlain(e.Reason); r != "" {
			how += ", " + plain(r)
		}
		if e.Number > 0 {
			how += fmt.Sprintf(" (run %d)", e.Number)
		}
		return fmt.Sprintf("%s exits with %d%s", of, e.Code, how)
	case "backoff":
		return fmt.Sprintf("%s waits %s before the next start of %s", actor(e), clock(e.Wait), of)
	case "pull-failed":
		return withText(actor(e)+" cannot pull the image of "+of, e.Text)
	case "kill":
		return withText(actor(e)+" kills "+of, e.Text)
	}
	return withText(actor(e)+" "+plain(e.Verb)+" "+of, e.Text)
}

func (n *narrator) node(e *Entry) string {
	s := "node " + plain(e.Name) + " is " + plain(e.Verb)
	return withText(s, e.Text)
}

func (n *narrator) instance(e *Entry) string {
	who := actor(e)
	if e.Instance > 0 {
		who += fmt.Sprintf(" (instance %d)", e.Instance)
	}
	switch e.Verb {
	case "start":
		return withText(who+" starts", e.Text)
	case "crash":
		return withText(who+" crashes", e.Text)
	case "stop":
		return withText(who+" stops", e.Text)
	case "panic":
		return withText(who+" panics", e.Text)
	case "exit":
		return withText(who+" exits", e.Text)
	case "stuck":
		return withText(who+" is stuck", e.Text)
	case "sync":
		return withText(who+" syncs job "+inNamespace(e.Namespace, e.Name), e.Text)
	}
	return withText(who+" "+plain(e.Verb), e.Text)
}

// changes says what a write changed against the version before, or what there is when that is not known.
func (n *narrator) changes(e *Entry) []string {
	before := n.before[e.object()]
	var old metav1.Object
	if before != nil {
		old = before
	}
	switch obj := e.Object.(type) {
	case *batchv1.Job:
		was, known := before.(*batchv1.Job)
		if !known {
			return jobStatusChanges(&batchv1.JobStatus{}, &obj.Status)
		}
		return append(append(jobSpecChanges(&was.Spec, &obj.Spec), jobStatusChanges(&was.Status, &obj.Status)...),
			metaChanges(old, obj)...)
	case *corev1.Pod:
		was, known := before.(*corev1.Pod)
		if !known {
			was = &corev1.Pod{}
		}
		return append(podStatusChanges(&was.Status, &obj.Status), metaChanges(old, obj)...)
	case *corev1.Node:
		was, known := before.(*corev1.Node)
		if !known {
			was = &corev1.Node{}
		}
		return append(nodeChanges(was, obj), metaChanges(old, obj)...)
	}
	if e.Object == nil {
		return nil
	}
	return metaChanges(old, e.Object)
}
