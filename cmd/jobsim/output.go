package main

import (
	"errors"
	"io"
	"syscall"
)

// output is standard output. It remembers that a write has failed, because the libraries that write have errors of their
// own, and those mean something else.
type output struct {
	to  io.Writer
	err error
}

func (o *output) Write(b []byte) (int, error) {
	if o.err != nil {
		return 0, o.err
	}
	n, err := o.to.Write(b)
	o.err = err
	return n, err
}

// failure is why output is missing. A reader that has seen enough, as head(1) does, is none.
func (o *output) failure() error {
	if errors.Is(o.err, syscall.EPIPE) || errors.Is(o.err, io.ErrClosedPipe) {
		return nil
	}
	return o.err
}
