// Package helper stands in for a package of which pkg/controller uses two things, for nodes and for ReplicaSets.
package helper

import "k8s.io/apimachinery/pkg/api/equality"

// Semantic compares taints of nodes.
var Semantic = equality.Semantic

// GetDeletionCostFromPodAnnotations is asked when a ReplicaSet is scaled down. Jobs know no deletion cost.
func GetDeletionCostFromPodAnnotations(map[string]string) (int32, error) {
	panic("the Job controller asked for a deletion cost")
}
