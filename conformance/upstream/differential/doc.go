// Package differential compares the simulated API server with Kubernetes' own code. Random Jobs, and random changes of
// Jobs, go through both: through the decoding, defaulting, conversion, registry strategy and validation of
// k8s.io/kubernetes, and through sim/apiserver. Both must accept or reject alike, for the same fields and with the same
// types of error, warn alike, and store the same object.
//
// The real code is right by definition: where the two differ, the simulated server is changed.
//
//	go test ./differential -cases 100000 -seed 7
//
// The two sides get the same bytes, a JSON manifest as a client sends it. What the real code stores is encoded as
// protobuf and decoded again, as it is on its way to etcd and back, because decoding defaults once more (DEF-9).
package differential
