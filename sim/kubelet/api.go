package kubelet

import (
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/jobsim/jobsim/sim/apiserver"
)

// API is what the actors ask of the API server, each under its own name. Objects that are passed are handed over.
type API interface {
	Get(key apiserver.Key) (apiserver.Object, error)
	Create(obj apiserver.Object) (apiserver.Object, error)
	Update(obj apiserver.Object) (apiserver.Object, error)
	UpdateStatus(obj apiserver.Object) (apiserver.Object, error)
	Bind(namespace, name, node string) error
	Delete(key apiserver.Key, options *metav1.DeleteOptions) error
}

// Server is the API server as the cluster needs it.
type Server interface {
	// As returns the API as it is for one actor.
	As(actor string) API
	// Subscribe calls notice for every stored change of a resource, within the call that makes it.
	Subscribe(resource apiserver.Resource, notice func(apiserver.Change))
}

// Over makes the simulated API server a Server.
func Over(server *apiserver.Server) Server { return over{server} }

type over struct{ *apiserver.Server }

func (o over) As(actor string) API { return o.Server.As(actor) }

func podKey(p *corev1.Pod) apiserver.Key {
	return apiserver.Key{Resource: apiserver.Pods, Namespace: p.Namespace, Name: p.Name}
}
