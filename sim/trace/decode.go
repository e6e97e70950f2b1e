package trace

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"
)

// longestLine is the longest line that Decode takes, in bytes: ten times what etcd lets an object have.
const longestLine = 16 << 20

// Decode reads a trace that Encode wrote, or that was recorded elsewhere in the same form. Objects become typed
// Kubernetes objects according to apiVersion and kind, unstructured ones when the kind is unknown; equal objects near
// each other are shared. Empty lines are skipped.
//
// Errors name the line, what was expected and what was there.
func Decode(r io.Reader) (*Trace, error) {
	lines := bufio.NewScanner(r)
	lines.Buffer(make([]byte, 0, 1<<16), longestLine)
	d := decoder{trace: &Trace{}}
	number := 0
	for lines.Scan() {
		number++
		if len(bytes.TrimSpace(lines.Bytes())) == 0 {
			continue
		}
		if err := d.line(lines.Bytes()); err != nil {
			return nil, fmt.Errorf("trace, line %d: %w", number, err)
		}
	}
	if err := lines.Err(); errors.Is(err, bufio.ErrTooLong) {
		return nil, fmt.Errorf("trace, line %d: expected at most %d bytes, found more; is it JSON Lines?", number+1, longestLine)
	} else if err != nil {
		return nil, fmt.Errorf("trace, after line %d: %w", number, err)
	}
	return d.trace, nil
}

type decoder struct {
	trace   *Trace
	objects window[string, Object]
}

// line adds the entry of one line.
func (d *decoder) line(line []byte) error {
	var r record
	dec := json.NewDecoder(bytes.NewReader(line))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&r); err != nil {
		return fmt.Errorf("expected the JSON of one entry: %w", err)
	}
	if _, err := dec.Token(); err != io.EOF {
		return errors.New("expected one entry, found more behind it")
	}
	e, err := d.entry(&r)
	if err != nil {
		return err
	}
	d.trace.Append(e)
	return nil
}

func (d *decoder) entry(r *record) (Entry, error) {
	e := Entry{
		Cause: r.Cause, Kind: r.Kind, Actor: r.Actor, Instance: r.Instance,
		Verb: r.Verb, Resource: r.Resource, Subresource: r.Subresource, Namespace: r.Namespace, Name: r.Name,
		Container: r.Container, Number: r.Number, Code: r.Code, Signal: r.Signal, Reason: r.Reason,
		Status: r.Status, Lost: r.Lost, DryRun: r.DryRun, Text: r.Text,
	}
	entries := d.trace.Entries
	if want := len(entries) + 1; r.Seq != want {
		return e, fmt.Errorf("seq: expected %d, the number of the entry, found %d", want, r.Seq)
	}
	if r.Cause < 0 || r.Cause >= r.Seq {
		return e, fmt.Errorf("cause: expected an earlier entry than %d, or 0 for none, found %d", r.Seq, r.Cause)
	}
	if !slices.Contains(kinds(), r.Kind) {
		return e, fmt.Errorf("kind: expected one of %v, found %q", kinds(), r.Kind)
	}
	var err error
	if e.At, err = time.ParseDuration(r.At); err != nil {
		return e, fmt.Errorf("at: expected a duration since the start such as 1m31s, found %q", r.At)
	}
	if len(entries) > 0 && e.At < entries[len(entries)-1].At {
		return e, fmt.Errorf("at: expected no time before %v, that of the entry before, found %v",
			entries[len(entries)-1].At, e.At)
	}
	if r.Wait != "" {
		if e.Wait, err = time.ParseDuration(r.Wait); err != nil {
			return e, fmt.Errorf("wait: expected a duration such as 20s, found %q", r.Wait)
		}
	}
	if len(r.Object) > 0 && !bytes.Equal(r.Object, []byte("null")) {
		e.Object, err = d.object(r.Object)
	}
	return e, err
}

func (d *decoder) object(data json.RawMessage) (Object, error) {
	if obj, ok := d.objects.get(string(data)); ok {
		return obj, nil
	}
	obj, err := parseObject(data)
	if err != nil {
		return nil, fmt.Errorf("object: expected a Kubernetes object with apiVersion and kind: %w", err)
	}
	d.objects.put(string(data), obj)
	return obj, nil
}

func kinds() []Kind {
	return []Kind{Call, Removed, Delivery, Container, Node, Fault, Instance, Log}
}
