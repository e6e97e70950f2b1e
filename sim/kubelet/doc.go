// Package kubelet is everything in the simulated cluster that makes pods live and die: the scheduler, the nodes with
// their kubelets, the node lifecycle controller, taint eviction and the pod garbage collector. Pods play scripts.
//
//	cluster := kubelet.New(queue, kubelet.Over(server), recorder, kubelet.Options{
//		Scripts: []kubelet.Script{{Runs: []kubelet.Run{{For: 5 * time.Second, Exit: 1}}}},
//	})
//	cluster.LoseNode("node-1")
//
// What can be observed through the API is what a kubelet of Kubernetes 1.37 reports: phases, conditions, container
// states, restart counts. How a kubelet gets there (pod workers, runtime, probes) is not modelled, and nothing here
// knows of Jobs, except that a script can be meant for the pods of one Job.
//
// Everything is an actor on the event queue. Whatever the API server tells is answered by an event of the same instant,
// and a cluster in which nothing happens has no events: heartbeats and control loops are worked out when somebody would
// see their effect.
package kubelet
