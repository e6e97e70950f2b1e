package trace

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// record is one line of the encoding. The order of the fields is part of the format: it is what is hashed. The object
// comes last and is written separately, because its bytes are shared by all entries that show it.
type record struct {
	Seq         int             `json:"seq"`
	At          string          `json:"at"`
	Cause       int             `json:"cause,omitempty"`
	Kind        Kind            `json:"kind"`
	Actor       string          `json:"actor,omitempty"`
	Instance    int             `json:"instance,omitempty"`
	Verb        string          `json:"verb,omitempty"`
	Resource    string          `json:"resource,omitempty"`
	Subresource string          `json:"subresource,omitempty"`
	Namespace   string          `json:"namespace,omitempty"`
	Name        string          `json:"name,omitempty"`
	Container   string          `json:"container,omitempty"`
	Number      int             `json:"number,omitempty"`
	Code        int             `json:"code,omitempty"`
	Signal      int             `json:"signal,omitempty"`
	Wait        string          `json:"wait,omitempty"`
	Reason      string          `json:"reason,omitempty"`
	Status      *metav1.Status  `json:"status,omitempty"`
	Lost        bool            `json:"lost,omitempty"`
	DryRun      bool            `json:"dryRun,omitempty"`
	Text        string          `json:"text,omitempty"`
	Object      json.RawMessage `json:"object,omitempty"`
}

func recordOf(e *Entry) record {
	r := record{
		Seq: e.Seq, At: e.At.String(), Cause: e.Cause, Kind: e.Kind, Actor: e.Actor, Instance: e.Instance,
		Verb: e.Verb, Resource: e.Resource, Subresource: e.Subresource, Namespace: e.Namespace, Name: e.Name,
		Container: e.Container, Number: e.Number, Code: e.Code, Signal: e.Signal, Reason: e.Reason,
		Status: e.Status, Lost: e.Lost, DryRun: e.DryRun, Text: e.Text,
	}
	if e.Wait != 0 {
		r.Wait = e.Wait.String()
	}
	return r
}

// encoder turns entries into lines. It encodes an object once, however many entries in a row show it.
type encoder struct {
	objects window[Object, []byte]
	line    bytes.Buffer
	json    *json.Encoder
}

func newEncoder() *encoder {
	enc := &encoder{}
	enc.json = json.NewEncoder(&enc.line)
	enc.json.SetEscapeHTML(false)
	return enc
}

// encode returns the line of an entry, newline included. It is valid until the next call.
func (enc *encoder) encode(e *Entry) ([]byte, error) {
	enc.line.Reset()
	if err := enc.json.Encode(recordOf(e)); err != nil {
		return nil, fmt.Errorf("trace entry %d: %w", e.Seq, err)
	}
	if e.Object == nil {
		return enc.line.Bytes(), nil
	}
	object, ok := enc.objects.get(e.Object)
	if !ok {
		var err error
		if object, err = objectJSON(e.Object); err != nil {
			return nil, fmt.Errorf("trace entry %d: object %s %s/%s cannot be written as JSON: %w",
				e.Seq, e.Resource, e.Namespace, e.Name, err)
		}
		enc.objects.put(e.Object, object)
	}
	enc.line.Truncate(enc.line.Len() - len("}\n"))
	enc.line.WriteString(`,"object":`)
	enc.line.Write(object)
	enc.line.WriteString("}\n")
	return enc.line.Bytes(), nil
}

// Encode writes the trace in its canonical form, JSON Lines: one JSON object for each entry, its fields in a fixed
// order, empty fields left out, durations as Go writes them ("at": "1m31s" since the start of the run), objects as the
// Kubernetes API would send them. Equal traces give equal bytes. Text that is not UTF-8 is written with U+FFFD in place
// of the bad bytes.
//
// An error is the writer's, or names the entry whose object has no JSON.
func (t *Trace) Encode(w io.Writer) error {
	buffered := bufio.NewWriterSize(w, 1<<16)
	enc := newEncoder()
	for i := range t.Entries {
		line, err := enc.encode(&t.Entries[i])
		if err != nil {
			return err
		}
		if _, err := buffered.Write(line); err != nil {
			return err
		}
	}
	return buffered.Flush()
}

// Hash is the SHA-256 of the canonical encoding in hex: runs with the same hash were the same run. A trace that cannot be
// encoded is hashed up to there, followed by the reason.
func (t *Trace) Hash() string {
	sum := sha256.New()
	if err := t.Encode(sum); err != nil {
		io.WriteString(sum, err.Error())
	}
	return hex.EncodeToString(sum.Sum(nil))
}
