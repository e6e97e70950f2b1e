package adapter

import (
	"github.com/benbjohnson/clock"
	"github.com/go-logr/logr"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/record"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// Env is everything one instance of an implementation is given. Whatever it does, it does through these: an
// instance that reads the wall clock, global random numbers or state left by an earlier instance is not
// reproducible, and a run that differs from itself is reported as nondeterminism of the implementation.
type Env struct {
	// Client reads from caches that follow the watch, as an informer cache does and as late, and writes to the API
	// server. A concurrent program's Client reads live, since such a program keeps caches of its own.
	Client client.Client
	// APIReader reads from the API server itself. Each read is an API call, with its latency and its faults.
	APIReader client.Reader
	// Fields adds indexes to the caches behind Client, for client.MatchingFields. Call it before the factory returns.
	Fields client.FieldIndexer
	// Watcher opens watches on the API server, for programs that keep caches of their own.
	Watcher client.WithWatch
	// Config is how client-go and controller-runtime reach the API server: its Transport is the API server itself. Only
	// concurrent programs have it.
	Config *rest.Config
	// Clock is virtual time.
	Clock clock.Clock
	// Events records Kubernetes Events about objects through the API server.
	Events record.EventRecorder
	// Seed is for whatever the implementation wants to randomise; the same run gives the same seed.
	Seed uint64
	// Log writes into the trace.
	Log logr.Logger
}
