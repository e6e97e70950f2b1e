package scenarios

import (
	"slices"

	batchv1 "k8s.io/api/batch/v1"

	"go.yaml.in/yaml/v3"
)

// ParseManifests reads a file of batch/v1 Jobs, in YAML with any number of documents, or in JSON. Each must have a
// name of its own and must be one that the API server accepts. The error is an [Errors].
func ParseManifests(name string, data []byte) ([]*batchv1.Job, error) {
	p := &problems{file: name}
	var jobs []*batchv1.Job
	if checkText(p, data, "a Job manifest") {
		documents := parse(p, data)
		if p.none() && len(documents) == 0 {
			p.addAt(1, 1, "", "expected a Job manifest, found an empty document")
		}
		jobs = readManifests(p, documents)
	}
	if err := p.err(); err != nil {
		return nil, err
	}
	return jobs, nil
}

func readManifests(p *problems, documents []*yaml.Node) []*batchv1.Job {
	var jobs []*batchv1.Job
	var names []string
	for _, document := range documents {
		m := &manifest{}
		m.decodeNode(p, target(document), "")
		if m.job == nil {
			continue
		}
		if slices.Contains(names, m.job.Name) {
			m.fail("metadata", "expected each Job once, found %s again", m.job.Name)
		}
		names = append(names, m.job.Name)
		jobs = append(jobs, m.job)
	}
	return jobs
}
