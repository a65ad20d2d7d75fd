//go:build cgo

package cgo

// #include <stdint.h>
// #include <stddef.h>
import "C"

import (
	"errors"
	"io"
	"runtime/cgo"
	"unsafe"

	"github.com/cratetrust/cratetrust/bindings/go/internal/backend"
)

// The most that one call of a reader is asked for.
const chunk = 64 << 10

// How often a reader may say that it read nothing and is not at its end.
const maxEmptyReads = 100

//export cratetrustGoRead
func cratetrustGoRead(handle C.uintptr_t, buf *C.uint8_t, size C.size_t) C.int64_t {
	source := cgo.Handle(handle).Value().(*source)
	data, ok := source.next(min(int(min(size, chunk)), chunk))
	if !ok {
		return -1
	}
	return C.int64_t(copy(unsafe.Slice((*byte)(unsafe.Pointer(buf)), int(size)), data))
}

//export cratetrustGoProgress
func cratetrustGoProgress(handle C.uintptr_t, stage *C.char, done, total C.uint64_t) C.int32_t {
	c := cgo.Handle(handle).Value().(*call)
	name := C.GoString(stage)
	if !c.onCaller(func() { c.progress(name, uint64(done), uint64(total)) }) {
		return 1
	}
	return 0
}

// source is a reader in the hands of one call.
type source struct {
	call   *call
	label  string
	reader *backend.Reader
	taken  bool
	buf    []byte
	err    error
}

// next gives the reader's next bytes, at most size of them, none at its end, and false where it
// failed. They are read into memory of Go's: a reader that breaks its contract and writes to its
// buffer after it has returned does no harm there.
func (s *source) next(size int) (data []byte, ok bool) {
	ran := s.call.onCaller(func() {
		if s.err == nil {
			data, s.err = s.read(size)
		}
	})
	switch {
	case !ran:
		return nil, false
	case len(data) > 0 || s.err == io.EOF:
		return data, true
	default:
		return nil, false
	}
}

func (s *source) read(size int) ([]byte, error) {
	if !s.taken {
		if !s.reader.Take() {
			return nil, backend.FailureAt("invalid-argument", "this reader was read before", s.label)
		}
		s.taken = true
	}
	if cap(s.buf) < size {
		s.buf = make([]byte, size)
	}
	buf := s.buf[:size]
	for range maxEmptyReads {
		n, err := s.reader.R.Read(buf)
		if n < 0 || n > len(buf) {
			return nil, errors.New("the reader returned an invalid count from Read")
		}
		if n > 0 || err != nil {
			return buf[:n], err
		}
	}
	return nil, io.ErrNoProgress
}

// failure is why the reader failed, nil where it did not.
func (s *source) failure() error {
	var failure *backend.Error
	switch {
	case s.err == nil || s.err == io.EOF:
		return nil
	case errors.As(s.err, &failure):
		return failure
	default:
		return &backend.ReaderError{Label: s.label, Err: s.err}
	}
}
