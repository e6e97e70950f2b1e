// Package kubectl shows simulated objects the way kubectl would show them on a cluster: as a description, as
// tables and as YAML. A learner then reads the output that a real cluster gives, and a maintainer can lay the
// two side by side.
//
// The text comes from kubectl's own libraries; what is written here is only what they cannot do for us: cells
// that a real API server computes, and ages. kubectl takes ages from the wall clock, whereas a simulated
// cluster lives in virtual time from 2000-01-01, so every function is given now, the virtual time at which the
// user is looking. The output is a function of the arguments alone, and the objects are never written to.
//
//	err := kubectl.Get(os.Stdout, jobs, pods, now)
//	err = kubectl.Describe(os.Stdout, jobs[0], events, now)
//	err = kubectl.YAML(os.Stdout, jobs[0], pods[0])
//
// It is no client: it reads no kubeconfig and talks to no server.
package kubectl
