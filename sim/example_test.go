package sim_test

import (
	"fmt"
	"os"

	"github.com/jobsim/jobsim/fakes"
	"github.com/jobsim/jobsim/scenarios"
	"github.com/jobsim/jobsim/sim"
	"github.com/jobsim/jobsim/sim/trace"
)

func ExampleRun() {
	scenario, err := scenarios.Get("onfailure-recovers")
	if err != nil {
		panic(err)
	}
	result, err := sim.Run(scenario, fakes.ReferenceImplementation())
	if err != nil {
		panic(err)
	}
	starts := 0
	for _, e := range result.Trace.Entries {
		if e.Kind == trace.Container && e.Verb == "start" {
			starts++
		}
	}
	fmt.Println(len(result.Pods), "pod,", starts, "container starts,", len(result.Unmet()), "expectations not met")
	// Output: 1 pod, 3 container starts, 0 expectations not met
}

func ExampleWithSeed() {
	scenario, err := scenarios.Get("parallel-completions")
	if err != nil {
		panic(err)
	}
	// A random run: events of one instant in any order, watch events late, the world moving between two calls.
	first, _ := sim.Run(scenario, fakes.ReferenceImplementation(), sim.WithSeed(42))
	again, _ := sim.Run(scenario, fakes.ReferenceImplementation(), sim.WithSeed(42))
	calm, _ := sim.Run(scenario, fakes.ReferenceImplementation())
	fmt.Println(first.Trace.Hash() == again.Trace.Hash(), first.Trace.Hash() == calm.Trace.Hash())
	// Output: true false
}

func ExampleResult_Unmet() {
	scenario, err := scenarios.Parse("wish.yaml", []byte(`
apiVersion: jobsim/v1alpha1
kind: Scenario
title: Somebody expects one retry too many
job:
  apiVersion: batch/v1
  kind: Job
  metadata: {name: wish}
  spec:
    backoffLimit: 1
    template:
      spec:
        restartPolicy: Never
        containers: [{name: main, image: busybox}]
pods:
- {runs: [{for: 5s, exit: 1}]}
expect:
- {pods: 3}
`))
	if err != nil {
		panic(err)
	}
	result, err := sim.Run(scenario, fakes.ReferenceImplementation())
	if err != nil {
		panic(err)
	}
	for _, unmet := range result.Unmet() {
		fmt.Fprintf(os.Stdout, "line %d: %s\n", unmet.Expectation.Line, unmet.Text)
	}
	// Output: line 18: expected Job wish: 3 pods created, at the end; but that was never so; at the end: 2 pods created
}
