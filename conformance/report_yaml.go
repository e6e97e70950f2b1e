package conformance

import "sigs.k8s.io/yaml"

// yaml has the fields of the JSON report, in alphabetical order.
func (r *Report) yaml() ([]byte, error) {
	data, err := r.json()
	if err != nil {
		return nil, err
	}
	return yaml.JSONToYAML(data)
}
