package scenarios

import (
	"reflect"
	"strings"

	batchv1 "k8s.io/api/batch/v1"
	"sigs.k8s.io/json"

	"go.yaml.in/yaml/v3"

	"github.com/jobsim/jobsim/sim/apiserver"
)

// manifest is a batch/v1 Job as a user submits it.
type manifest struct {
	where
	job *batchv1.Job
}

func (m *manifest) decodeNode(p *problems, n *yaml.Node, path string) {
	m.place(p, n, path)
	if n.Kind != yaml.MappingNode {
		p.add(n, path, "expected a Job manifest, found %s", describe(n))
		return
	}
	if !m.expect("apiVersion", "batch/v1") || !m.expect("kind", "Job") {
		return
	}
	job := &batchv1.Job{}
	if !decodeObject(p, n, path, job) {
		return
	}
	if job.Name == "" {
		m.fail("metadata", "expected a name, by which the rest of the file calls the Job")
		return
	}
	for _, e := range apiserver.CheckJob(job) {
		place, at := locate(n, path, e.Field)
		p.add(place, at, "expected a Job that the API server accepts: %s", e.ErrorBody())
	}
	m.job = job
}

// expect checks one of the fields that say what an object is.
func (m *manifest) expect(name, want string) bool {
	switch n := find(m.node, name); {
	case n == nil:
		m.fail(name, "expected %s: %s, found no such field", name, want)
	case n.Kind != yaml.ScalarNode || n.Value != want:
		m.fail(name, "expected %s, found %s", want, describe(n))
	default:
		return true
	}
	return false
}

// decodeObject reads a Kubernetes object as strictly as the API server does with fieldValidation=Strict. Whether it is
// right is for the Kubernetes library to say; our own decoder says where it is wrong.
func decodeObject(p *problems, n *yaml.Node, path string, object any) bool {
	before := len(p.list)
	text := toJSON(p, n, path)
	strict, err := json.UnmarshalStrict(text, object)
	if err == nil && len(strict) == 0 && len(p.list) == before {
		return true
	}
	again := reflect.New(reflect.TypeOf(object).Elem())
	decoder{problems: p, manifest: true}.decode(n, path, again.Elem())
	if len(p.list) == before && !p.more {
		if err == nil {
			err = strict[0]
		}
		p.add(n, path, "expected %T: %v", object, err)
	}
	return false
}

// locate finds the node that a field path of Kubernetes, such as spec.template.spec.containers[0].image, speaks of,
// or the innermost one around it that the file has.
func locate(n *yaml.Node, path, fieldPath string) (*yaml.Node, string) {
	for fieldPath != "" {
		var name string
		var next *yaml.Node
		if strings.HasPrefix(fieldPath, "[") {
			name, fieldPath, _ = strings.Cut(fieldPath[1:], "]")
			next = element(n, name)
			name = "[" + name + "]"
		} else {
			end := strings.IndexAny(fieldPath, ".[")
			if end < 0 {
				end = len(fieldPath)
			}
			name, fieldPath = fieldPath[:end], fieldPath[end:]
			next = find(n, name)
			if path != "" {
				name = "." + name
			}
		}
		path += name
		fieldPath = strings.TrimPrefix(fieldPath, ".")
		if next == nil {
			return n, strings.TrimSuffix(path+dot(fieldPath), ".")
		}
		n = next
	}
	return n, path
}

// dot is the rest of a field path as it follows on a name.
func dot(rest string) string {
	if rest == "" || rest[0] == '[' {
		return rest
	}
	return "." + rest
}

// element is what a field path has in brackets: an index of a list or a key of a mapping.
func element(n *yaml.Node, name string) *yaml.Node {
	if n.Kind != yaml.SequenceNode {
		return find(n, name)
	}
	for i, one := range n.Content {
		if item("", i) == "["+name+"]" {
			return target(one)
		}
	}
	return nil
}
