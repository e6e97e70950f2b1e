// Package minor31 runs the Job controller of Kubernetes 1.31 through the suite: it is a module of its own, since a build
// holds one k8s.io/kubernetes only.
package minor31
