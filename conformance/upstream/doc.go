// Package upstream holds what jobsim and Kubernetes' own code have to say about each other: it is a module of its own,
// so that nobody who imports jobsim gets k8s.io/kubernetes.
package upstream
