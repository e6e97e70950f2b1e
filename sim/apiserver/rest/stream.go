package rest

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"io"
	"net/http"
	"sync"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/watch"

	"github.com/jobsim/jobsim/sim/apiserver"
)

// slowest is how many events may wait to be read before the server ends a watch.
const slowest = 100

// stream is the body of a watch's response: frames of events, as the server delivers them.
type stream struct {
	ctx    context.Context
	door   *Door
	q      *request
	stop   func()
	frames chan []byte
	closed chan struct{} // by the client
	close  sync.Once
	mu     sync.Mutex
	ended  bool
	rest   []byte // of a frame that was read in part
	// headed tells that a table has been sent with its columns: later ones go without.
	headed bool
}

func newStream(ctx context.Context, d *Door, q *request) *stream {
	return &stream{ctx: ctx, door: d, q: q, frames: make(chan []byte, slowest), closed: make(chan struct{})}
}

// Deliver makes an event a frame.
func (s *stream) Deliver(e apiserver.WatchEvent) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	select {
	case <-s.closed:
		return false
	case <-s.ctx.Done():
		return false
	default:
	}
	if s.ended {
		return false
	}
	frame, err := s.frame(e)
	if err != nil {
		return false
	}
	select {
	case s.frames <- frame:
		return true
	default:
		return false
	}
}

// End ends the stream after what has been delivered.
func (s *stream) End() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.ended {
		s.ended = true
		close(s.frames)
	}
}

// next waits for a frame.
func (s *stream) next() ([]byte, error) {
	select {
	case frame, ok := <-s.frames:
		if !ok {
			return nil, io.EOF
		}
		return frame, nil
	case <-s.closed:
		return nil, http.ErrBodyReadAfterClose
	case <-s.ctx.Done():
		return nil, s.ctx.Err()
	}
}

// Read gives the client what there is.
func (s *stream) Read(p []byte) (int, error) {
	if len(s.rest) == 0 {
		frame, err := s.next()
		if err != nil {
			return 0, err
		}
		s.rest = frame
	}
	n := copy(p, s.rest)
	s.rest = s.rest[n:]
	return n, nil
}

// Close ends the stream from the client's side.
func (s *stream) Close() error {
	s.close.Do(func() {
		close(s.closed)
		s.stop()
	})
	return nil
}

// frame encodes one event: a line of JSON or YAML, or a protobuf message behind its length.
func (s *stream) frame(e apiserver.WatchEvent) ([]byte, error) {
	object, err := s.encode(e)
	if err != nil {
		return nil, err
	}
	event := metav1.WatchEvent{Type: string(e.Type), Object: runtime.RawExtension{Raw: object}}
	if s.q.answer.encoding != asProtobuf {
		line, err := json.Marshal(event)
		return append(line, '\n'), err
	}
	const prefix = 4
	frame := make([]byte, prefix+event.Size())
	binary.BigEndian.PutUint32(frame, uint32(event.Size()))
	_, err = event.MarshalToSizedBuffer(frame[prefix:])
	return frame, err
}

// encode encodes the object of an event in the shape that the client wants.
func (s *stream) encode(e apiserver.WatchEvent) ([]byte, error) {
	f := s.q.answer
	if e.Type == watch.Error {
		f.as = asStored
		return f.encode(&metav1.Status{
			TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "Status"}, Status: metav1.StatusFailure,
			Code: http.StatusGone, Reason: metav1.StatusReasonExpired, Message: "too old resource version",
		})
	}
	switch f.as {
	case asTable:
		t, err := s.door.table(s.q, onePage(e.Object, e.Version))
		if err != nil {
			return nil, err
		}
		if e.Type == watch.Bookmark {
			t.Rows = nil
		}
		if s.headed {
			t.ColumnDefinitions = nil
		}
		s.headed = true
		return f.encode(t)
	case asMetadata:
		return f.encode(metadataOf(e.Object))
	}
	data, err := s.door.cache.encode(s.q.kind, e.Object, f)
	return bytes.TrimRight(data, "\n"), err
}
