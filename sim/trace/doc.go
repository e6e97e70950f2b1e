// Package trace holds what could be observed in a run: a Trace is a list of entries in order, each with its virtual
// time, its actor and the entry that caused it. Checks, timelines and golden transcripts are made from it and from
// nothing else.
//
// Entries refer to immutable objects; encoding and hashing happen when somebody asks, because a JSON encoding of a pod
// costs more than the pod's whole simulated life.
//
//	for _, e := range run.Trace.Entries {
//		if e.Kind == trace.Call && e.Verb == "create" && e.Resource == "pods" { ... }
//	}
package trace
