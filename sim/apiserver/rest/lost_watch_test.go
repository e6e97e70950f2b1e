package rest

import (
	"context"
	"errors"
	"testing"

	. "github.com/onsi/gomega"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"

	"github.com/jobsim/jobsim/sim/apiserver"
	"github.com/jobsim/jobsim/sim/apiserver/typed"
)

// lostWatches is a gate on which the answers to watches get lost. It counts those that are open.
type lostWatches struct {
	*Direct
	open int
}

func (g *lostWatches) Request(ctx context.Context, call typed.Call, serve func(*apiserver.Caller) error) error {
	if err := g.Direct.Request(ctx, call, serve); err != nil || call.Verb != "watch" {
		return err
	}
	return errors.New("the answer got lost")
}

func (g *lostWatches) Watch(caller *apiserver.Caller, o apiserver.WatchOptions, sink Sink) (func(), error) {
	stop, err := g.Direct.Watch(caller, o, sink)
	g.open++
	return func() { g.open--; stop() }, err
}

func TestAWatchWhoseAnswerIsLostEnds(t *testing.T) {
	g := NewWithT(t)
	gate := &lostWatches{Direct: newCluster(t).gate}
	client, err := kubernetes.NewForConfig(&rest.Config{Host: "http://cluster.local", QPS: -1, Transport: New(gate)})
	g.Expect(err).NotTo(HaveOccurred())
	_, err = client.BatchV1().Jobs("default").Watch(t.Context(), metav1.ListOptions{})
	g.Expect(err).To(MatchError(ContainSubstring("the answer got lost")))
	g.Expect(gate.open).To(BeZero())
}
