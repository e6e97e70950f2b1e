package informers_test

import (
	"context"
	"testing"

	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/jobsim/jobsim/conformance"
	"github.com/jobsim/jobsim/conformance/example"
	mine "github.com/jobsim/jobsim/conformance/example/informers"
	"github.com/jobsim/jobsim/sim/adapter"
)

func TestConformance(t *testing.T) {
	conformance.Run(t, adapter.Concurrent("informers", func(ctx context.Context, cfg *rest.Config) error {
		clientset, err := kubernetes.NewForConfig(cfg)
		if err != nil {
			return err
		}
		c, err := client.New(cfg, client.Options{})
		if err != nil {
			return err
		}
		factory := informers.NewSharedInformerFactory(clientset, 0)
		controller, err := mine.New(factory, example.NewWithClients(c, c))
		if err != nil {
			return err
		}
		factory.Start(ctx.Done())
		defer factory.Shutdown()
		return controller.Run(ctx, 1)
	}), conformance.WithChecks(200))
}
