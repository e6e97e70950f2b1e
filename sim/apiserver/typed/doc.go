// Package typed is the door for Go implementations: controller-runtime's client.Client over the simulated API server,
// with a cache that follows the watch beside it.
//
// Unlike a fake client it refuses what a cluster refuses, and its cache is as late as the scenario says.
package typed
