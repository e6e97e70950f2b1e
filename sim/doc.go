// Package sim runs a Job implementation inside a simulated Kubernetes cluster, in virtual time.
//
//	impl := adapter.Reconciler("mine", factory)
//	result, err := sim.Run(scenario, impl)
//	result.Trace.Timeline(os.Stdout, trace.TimelineOptions{})
//
// A run is a function of the scenario, the implementation and the sequence of choices: nothing else reaches its trace.
// The package knows the cluster and nothing of what is right or wrong: that is said by checks of the trace.
package sim
