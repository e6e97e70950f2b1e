package main

import (
	"bytes"
	"errors"
	"path/filepath"
	"strings"

	"go.yaml.in/yaml/v3"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"

	"github.com/jobsim/jobsim/scenarios"
	"github.com/jobsim/jobsim/sim"
	"github.com/jobsim/jobsim/sim/kubelet"
)

// input is what is to be run.
type input struct {
	scenario *sim.Scenario
	// ref is what the user called it, and file what messages call it.
	ref, file string
}

// read reads a scenario, or makes one of bare manifests.
func (p *program) read(ref string, o *runOptions) (*input, error) {
	script, err := o.pods() // before the file, because a mistake on the command line is nearer
	if err != nil {
		return nil, err
	}
	file, data, err := scenarios.Read(ref, p.stdin)
	if err != nil {
		return nil, err
	}
	in := &input{ref: ref, file: file}
	switch kindOf(data) {
	case manifestFile:
		in.scenario, err = bare(file, data, script)
	case scenarioFile:
		if o.script.set || o.podDurationSet {
			return nil, badInput("%s is a scenario, which says itself what its pods do: "+
				"expected --script and --pod-duration with bare Job manifests only", file)
		}
		in.scenario, err = scenarios.Parse(file, data)
	default:
		in.scenario, err = scenarios.Parse(file, data)
		if err == nil {
			return in, nil
		}
		err = wantEither(err)
	}
	return in, err
}

// pods is what every pod of a bare manifest does.
func (o *runOptions) pods() (kubelet.Script, error) {
	if !o.script.set {
		return kubelet.Script{Runs: []kubelet.Run{{For: o.podDuration.value}}}, nil
	}
	script, err := parseScript(o.script.value)
	if err != nil {
		return kubelet.Script{}, badInput("--script: %v", err)
	}
	return script, nil
}

// bare makes a scenario of Job manifests; nothing is expected of it.
func bare(file string, data []byte, script kubelet.Script) (*sim.Scenario, error) {
	jobs, err := scenarios.ParseManifests(file, data)
	if err != nil {
		return nil, err
	}
	name := strings.TrimSuffix(filepath.Base(file), filepath.Ext(file))
	s := &sim.Scenario{Name: name, Jobs: jobs}
	for _, job := range jobs {
		s.Pods = append(s.Pods, scriptsFor(job, script)...)
	}
	return s, nil
}

// scriptsFor spreads the runs of a script over what can have a next run: the containers of a pod that are restarted, or,
// with restartPolicy Never, the pods that replace each other.
func scriptsFor(job *batchv1.Job, script kubelet.Script) []kubelet.Script {
	script.Match.Job = job.Name
	if job.Spec.Template.Spec.RestartPolicy != corev1.RestartPolicyNever {
		return []kubelet.Script{script}
	}
	var scripts []kubelet.Script
	for _, run := range script.Runs {
		one := script
		one.Runs = []kubelet.Run{run}
		scripts = append(scripts, one)
	}
	return scripts
}

// kind is what a file says that it is.
type kind int

const (
	unknownFile kind = iota // nothing that could be told: it says nothing, or is not even YAML
	scenarioFile
	manifestFile
)

// kindOf looks at the first document only as far as it takes to choose who reads the file.
func kindOf(data []byte) kind {
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	for {
		var document yaml.Node
		if err := decoder.Decode(&document); err != nil || len(document.Content) == 0 {
			return unknownFile
		}
		if root := document.Content[0]; root.ShortTag() != "!!null" {
			return kindOfDocument(root)
		}
	}
}

func kindOfDocument(root *yaml.Node) kind {
	k := unknownFile
	if root.Kind != yaml.MappingNode {
		return k
	}
	for i := 0; i+1 < len(root.Content); i += 2 {
		key, value := root.Content[i].Value, root.Content[i+1].Value
		switch {
		case key == "kind" && value == "Scenario", key == "apiVersion" && strings.HasPrefix(value, "jobsim/"):
			return scenarioFile
		case key == "kind", key == "apiVersion":
			k = manifestFile
		}
	}
	return k
}

// wantEither widens what the reader of scenarios expects, since nothing in the file says that it wants to be one.
func wantEither(err error) error {
	const either = "expected a scenario (apiVersion: jobsim/v1alpha1, kind: Scenario) or a Job manifest " +
		"(apiVersion: batch/v1, kind: Job)"
	var first *scenarios.Error
	if errors.As(err, &first) {
		wide := *first
		if rest, ok := strings.CutPrefix(first.Message, "expected a scenario (apiVersion: jobsim/v1alpha1, kind: Scenario)"); ok {
			wide.Message = either + rest
			return scenarios.Errors{&wide}
		}
		if strings.HasPrefix(first.Message, "expected apiVersion: ") {
			wide.Message = either + ", found neither apiVersion nor kind"
			return scenarios.Errors{&wide}
		}
	}
	return err
}
