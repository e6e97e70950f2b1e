package differential

import (
	batchv1 "k8s.io/api/batch/v1"
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
func decode(manifest []byte) (*batchv1.Job, error) {
	obj, err := runtime.Decode(legacyscheme.Codecs.UniversalDeserializer(), manifest)
	if err != nil {
		return nil, err
	}
	return obj.(*batchv1.Job), nil
}

func (s *simulated) create(manifest []byte) (a answer) {
	defer recoverInto(&a)
	job, err := decode(manifest)
	if err != nil {
		return rejection(err)
	}
	obj, err := s.server.For("user", 0).Create(job)
	return s.answer(obj, err)
}

func (s *simulated) update(manifest []byte, subresource string) (a answer) {
	defer recoverInto(&a)
	job, err := decode(manifest)
	if err != nil {
		return rejection(err)
	}
	write := s.server.For("user", 0).Update
	if subresource == "status" {
		write = s.server.For("user", 0).UpdateStatus
	}
	obj, err := write(job)
	return s.answer(obj, err)
}

func (s *simulated) answer(obj apiserver.Object, err error) answer {
	if err != nil {
		return rejection(err)
	}
	a := answer{stored: comparable(obj.(*batchv1.Job))}
	if s.last.Text != "no change" {
		a.warnings = s.last.Text
	}
	return a
}

// firstUID is the UID of the first object that a server creates.
func firstUID(manifest []byte) types.UID { return newSimulated().create(manifest).stored.UID }
