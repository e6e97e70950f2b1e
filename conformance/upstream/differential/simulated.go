package differential

import (
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/kubernetes/pkg/api/legacyscheme"

	"github.com/jobsim/jobsim/sim/apiserver"
	"github.com/jobsim/jobsim/sim/event"
	"github.com/jobsim/jobsim/sim/trace"
)

// simulated is one server of ours. Each case gets a new one, so its first object has the same UID every time.
type simulated struct {
	server *apiserver.Server
	last   trace.Entry
}

func newSimulated() *simulated {
	s := &simulated{}
	s.server = apiserver.New(event.NewQueue(event.Fixed{}), s, apiserver.Options{})
	return s
}

// Record keeps the last entry, which tells the warnings of a request.
func (s *simulated) Record(e trace.Entry) int {
	s.last = e
	return 1
}

// decode reads a manifest without defaulting, as the doors of the simulated server do.
func decode(manifest []byte) (apiserver.Object, error) {
	obj, err := runtime.Decode(legacyscheme.Codecs.UniversalDeserializer(), manifest)
	if err != nil {
		return nil, err
	}
	return obj.(apiserver.Object), nil
}

func (s *simulated) create(manifest []byte) (a answer) {
	defer recoverInto(&a)
	request, err := decode(manifest)
	if err != nil {
		return rejection(err)
	}
	obj, err := s.server.For("user", 0).Create(request)
	return s.answer(obj, err)
}

func (s *simulated) update(manifest []byte, subresource string) (a answer) {
	defer recoverInto(&a)
	request, err := decode(manifest)
	if err != nil {
		return rejection(err)
	}
	write := s.server.For("user", 0).Update
	if subresource == "status" {
		write = s.server.For("user", 0).UpdateStatus
	}
	obj, err := write(request)
	return s.answer(obj, err)
}

func (s *simulated) answer(obj apiserver.Object, err error) answer {
	if err != nil {
		return rejection(err)
	}
	a := answer{stored: comparable(obj)}
	if s.last.Text != "no change" {
		a.warnings = s.last.Text
	}
	return a
}

// firstUID is the UID of the first object that a server creates.
func firstUID() types.UID {
	obj, err := newSimulated().server.As("cluster").Create(validJob(sourceOf(0, 0)))
	if err != nil {
		panic(err)
	}
	return obj.GetUID()
}
