package scenarios

import (
	"maps"
	"slices"

	batchv1 "k8s.io/api/batch/v1"

	"github.com/jobsim/jobsim/sim"
)

// defaultNodes are the nodes of a cluster about which a file says nothing (see kubelet.Options).
func defaultNodes() []string { return []string{"node-1", "node-2", "node-3"} }

// checkNames wants every Job, node and container that the file speaks of to exist, at least from some time on.
func (f *scenarioFile) checkNames(s *sim.Scenario) {
	var known []string
	for i, job := range s.Jobs {
		if slices.Contains(known, job.Name) {
			place := &f.Jobs[i]
			place.fail("metadata", "expected each Job once, found %s again", job.Name)
		}
		known = append(known, job.Name)
	}
	all := slices.Clone(known)
	for _, a := range s.Actions {
		if a.Create != nil {
			all = append(all, a.Create.Name)
		}
	}
	if len(all) == 0 {
		f.fail("job", "expected a Job: job, jobs or an action with create")
		return
	}
	f.checkActionNames(s, known, all)
	for i := range f.Pods {
		f.Pods[i].checkNames(s, all)
	}
	f.checkFaultNames(s, all)
	for i := range f.Expect {
		e := &f.Expect[i]
		checkJobName(&e.where, e.Job, all)
	}
}

// checkActionNames goes through the actions in order: what one creates is known to the next.
func (f *scenarioFile) checkActionNames(s *sim.Scenario, known, all []string) {
	for i := range f.Actions {
		a := &f.Actions[i]
		if a.After != nil {
			checkJobName(&a.After.where, a.After.Job, all)
		}
		if create := s.Actions[i].Create; create != nil {
			known = append(known, create.Name)
			continue
		}
		if len(known) == 0 {
			a.failHere("expected an action on a Job that exists; the file declares none and no action before creates one")
			continue
		}
		checkJobName(&a.where, a.Job, known)
	}
}

func (f *scenarioFile) checkFaultNames(s *sim.Scenario, jobs []string) {
	nodes := defaultNodes()
	if len(s.Nodes) > 0 {
		nodes = nil
		for _, n := range s.Nodes {
			nodes = append(nodes, n.Name)
		}
	}
	for i := range f.Faults {
		fault := &f.Faults[i]
		if fault.After != nil {
			checkJobName(&fault.After.where, fault.After.Job, jobs)
		}
		if fault.has("node") && !slices.Contains(nodes, fault.Node) {
			fault.fail("node", "expected a node of the cluster, found %q; %s", fault.Node, didYouMean(fault.Node, nodes))
		}
	}
}

func checkJobName(w *where, name string, known []string) {
	if w.has("job") && !slices.Contains(known, name) {
		w.fail("job", "expected a Job of this file, found %q; %s", name, didYouMean(name, known))
	}
}

// checkNames wants the containers that a script names to be in the pods that it may be for.
func (f *podFields) checkNames(s *sim.Scenario, jobs []string) {
	job := ""
	if f.Match != nil {
		checkJobName(&f.Match.where, f.Match.Job, jobs)
		job = f.Match.Job
	}
	known := containersOf(s, job)
	for _, e := range entriesOf(&f.where, "containers") {
		if len(known) > 0 && !slices.Contains(known, e.name) {
			f.problems.add(e.key, join(join(f.path, "containers"), e.name), "expected a container of the Job's pods; %s",
				didYouMean(e.name, known))
		}
	}
}

// containersOf lists the containers that the pods of a Job have; of all Jobs if the name is empty.
func containersOf(s *sim.Scenario, name string) []string {
	jobs := slices.Clone(s.Jobs)
	for _, a := range s.Actions {
		if a.Create != nil {
			jobs = append(jobs, a.Create)
		}
	}
	names := map[string]bool{}
	for _, job := range jobs {
		if name == "" || name == job.Name {
			addContainers(names, job)
		}
	}
	return slices.Sorted(maps.Keys(names))
}

func addContainers(names map[string]bool, job *batchv1.Job) {
	for _, c := range job.Spec.Template.Spec.InitContainers {
		names[c.Name] = true
	}
	for _, c := range job.Spec.Template.Spec.Containers {
		names[c.Name] = true
	}
}
