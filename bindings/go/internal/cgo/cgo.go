//go:build cgo

// Package cgo is the backend on libcratetrust.
package cgo

// #include "shim.h"
import "C"

import (
	"bytes"
	"context"
	"fmt"
	"runtime"
	"runtime/cgo"
	"sync"
	"unsafe"

	"github.com/cratetrust/cratetrust/bindings/go/internal/backend"
)

// Backend asks libcratetrust.
type Backend struct{}

var _ backend.Backend = Backend{}

// usable is an error where the library is of another ABI than the header that this was built with.
var usable = sync.OnceValue(func() error {
	if abi := uint32(C.cratetrust_abi_version()); abi != C.CRATETRUST_ABI_VERSION {
		return backend.Failure("unsupported", fmt.Sprintf(
			"libcratetrust has ABI %d, this program was built for ABI %d", abi, C.CRATETRUST_ABI_VERSION))
	}
	return nil
})

// Version is the version of the library.
func (Backend) Version() (string, error) {
	if err := usable(); err != nil {
		return "", err
	}
	return C.GoString(C.cratetrust_version()), nil
}

// Run answers one request.
func (Backend) Run(ctx context.Context, request *backend.Request) (*backend.Result, error) {
	if err := usable(); err != nil {
		return nil, err
	}
	s := &session{call: &call{progress: request.Progress, events: make(chan *event)}}
	defer s.close()
	if err := s.prepare(request); err != nil {
		return nil, err
	}
	var result *backend.Result
	var err error
	stop := func() { C.cratetrust_cancel_trigger(s.cancel) }
	s.call.wait(ctx, stop, func() { result, err = s.run(request.Verb) })
	return result, s.settle(err)
}

// session owns everything of the library's that one call needs.
type session struct {
	call     *call
	cancel   *C.cratetrust_cancel
	options  *C.cratetrust_options
	inputs   []*C.cratetrust_input
	handles  []cgo.Handle
	sources  []*source
	borrowed int
}

func (s *session) close() {
	C.cratetrust_options_free(s.options)
	C.cratetrust_cancel_free(s.cancel)
	for _, input := range s.inputs {
		C.cratetrust_input_free(input)
	}
	// After the library has let go of them.
	for _, handle := range s.handles {
		handle.Delete()
	}
}

func (s *session) handle(value any) C.uintptr_t {
	handle := cgo.NewHandle(value)
	s.handles = append(s.handles, handle)
	return C.uintptr_t(handle)
}

func (s *session) prepare(request *backend.Request) error {
	s.cancel = C.cratetrust_cancel_new()
	s.options = C.cratetrust_options_new()
	if s.cancel == nil || s.options == nil {
		return backend.Failure("internal", "libcratetrust is broken")
	}
	if err := check(func(err **C.cratetrust_error) C.int32_t {
		return C.cratetrust_options_set_cancel(s.options, s.cancel, err)
	}); err != nil {
		return err
	}
	if len(request.Options) > 0 {
		if err := check(func(err **C.cratetrust_error) C.int32_t {
			return C.cratetrust_options_set_json(s.options, chars(request.Options), C.size_t(len(request.Options)), err)
		}); err != nil {
			return err
		}
	}
	if request.Progress != nil {
		handle := s.handle(s.call)
		if err := check(func(err **C.cratetrust_error) C.int32_t {
			return C.cratetrust_go_set_progress(s.options, handle, err)
		}); err != nil {
			return err
		}
	}
	for i := range request.Inputs {
		if _, err := s.input(&request.Inputs[i]); err != nil {
			return err
		}
	}
	s.borrowed = len(s.inputs)
	if request.Lockfile != nil {
		input, err := s.input(request.Lockfile)
		if err != nil {
			return err
		}
		if err := check(func(err **C.cratetrust_error) C.int32_t {
			return C.cratetrust_options_set_lockfile(s.options, input, err)
		}); err != nil {
			return err
		}
	}
	if request.Index != nil {
		input, err := s.input(request.Index)
		if err != nil {
			return err
		}
		if err := check(func(err **C.cratetrust_error) C.int32_t {
			return C.cratetrust_options_set_index(s.options, input, err)
		}); err != nil {
			return err
		}
	}
	return nil
}

func (s *session) input(input *backend.Input) (*C.cratetrust_input, error) {
	var out *C.cratetrust_input
	label := []byte(input.Label)
	err := check(func(err **C.cratetrust_error) C.int32_t {
		switch input.Kind {
		case backend.KindPath:
			// With a NUL, so that an empty path is not taken for none.
			path := []byte(input.Path + "\x00")
			return C.cratetrust_input_from_path(chars(path), C.size_t(len(input.Path)), &out, err)
		case backend.KindBytes:
			return C.cratetrust_input_from_bytes(chars(label), C.size_t(len(label)),
				(*C.uint8_t)(unsafe.SliceData(input.Bytes)), C.size_t(len(input.Bytes)), &out, err)
		default:
			source := &source{call: s.call, label: input.Label, reader: input.Reader}
			s.sources = append(s.sources, source)
			return C.cratetrust_go_input_from_reader(s.handle(source), chars(label), C.size_t(len(label)), &out, err)
		}
	})
	if err != nil {
		return nil, err
	}
	s.inputs = append(s.inputs, out)
	return out, nil
}

// run is the call itself, on a goroutine of its own.
func (s *session) run(verb backend.Verb) (*backend.Result, error) {
	inputs := s.inputs[:s.borrowed]
	switch verb {
	case backend.VerifyPackage:
		return report(func(out **C.cratetrust_report, err **C.cratetrust_error) C.int32_t {
			return C.cratetrust_verify_package(inputs[0], s.options, out, err)
		})
	case backend.VerifySBOM:
		evidence := inputs[1:]
		return report(func(out **C.cratetrust_report, err **C.cratetrust_error) C.int32_t {
			return C.cratetrust_verify_sbom(inputs[0], unsafe.SliceData(evidence), C.size_t(len(evidence)), s.options, out, err)
		})
	case backend.DiffLockfiles:
		return report(func(out **C.cratetrust_report, err **C.cratetrust_error) C.int32_t {
			return C.cratetrust_diff_lockfiles(inputs[0], inputs[1], s.options, out, err)
		})
	case backend.Inspect:
		json, err := buffer(func(out **C.cratetrust_buf, err **C.cratetrust_error) C.int32_t {
			return C.cratetrust_inspect(inputs[0], s.options, out, err)
		})
		if err != nil {
			return nil, err
		}
		return &backend.Result{JSON: json}, nil
	case backend.GenerateSBOM:
		return s.generate(inputs)
	case backend.ReadLockfile:
		return s.lockfile(inputs[0])
	default:
		return nil, backend.Failure("internal", "no verb is called `"+string(verb)+"`")
	}
}

func (s *session) generate(inputs []*C.cratetrust_input) (*backend.Result, error) {
	var bom *C.cratetrust_bom
	err := check(func(err **C.cratetrust_error) C.int32_t {
		return C.cratetrust_generate_sbom(unsafe.SliceData(inputs), C.size_t(len(inputs)), s.options, &bom, err)
	})
	if err != nil {
		return nil, err
	}
	document := newDocument(bom)
	json, err := buffer(func(out **C.cratetrust_buf, err **C.cratetrust_error) C.int32_t {
		return C.cratetrust_bom_to_json(bom, out, err)
	})
	if err != nil {
		return nil, err
	}
	report, err := buffer(func(out **C.cratetrust_buf, err **C.cratetrust_error) C.int32_t {
		return C.cratetrust_report_to_json(C.cratetrust_bom_report(bom), out, err)
	})
	runtime.KeepAlive(document)
	if err != nil {
		return nil, err
	}
	return &backend.Result{JSON: json, Report: report, Document: document}, nil
}

func (s *session) lockfile(input *C.cratetrust_input) (*backend.Result, error) {
	var lockfile *C.cratetrust_lockfile
	err := check(func(err **C.cratetrust_error) C.int32_t {
		return C.cratetrust_lockfile_read(input, s.options, &lockfile, err)
	})
	if err != nil {
		return nil, err
	}
	defer C.cratetrust_lockfile_free(lockfile)
	json, err := buffer(func(out **C.cratetrust_buf, err **C.cratetrust_error) C.int32_t {
		return C.cratetrust_lockfile_to_json(lockfile, out, err)
	})
	if err != nil {
		return nil, err
	}
	return &backend.Result{JSON: json, SHA256: C.GoString(C.cratetrust_lockfile_sha256(lockfile, nil))}, nil
}

// settle finds the reason of a failure. The library cannot tell why a reader stopped, and takes one
// that stops in the middle of a package for a fault of the package: so a reader's own error comes
// first, and then that it was not asked any more.
func (s *session) settle(err error) error {
	for _, source := range s.sources {
		if failure := source.failure(); failure != nil {
			return failure
		}
	}
	if s.call.refused {
		return backend.Failure("cancelled", "the work was cancelled")
	}
	return err
}

// document is a bill of materials of the library's, freed when Go lets go of it.
type document struct {
	bom *C.cratetrust_bom
}

func newDocument(bom *C.cratetrust_bom) *document {
	d := &document{bom: bom}
	runtime.AddCleanup(d, func(bom *C.cratetrust_bom) { C.cratetrust_bom_free(bom) }, bom)
	return d
}

// Write gives the document in a format.
func (d *document) Write(format, spec string) ([]byte, error) {
	defer runtime.KeepAlive(d)
	name := []byte(format)
	number := C.cratetrust_format_from_name(chars(name), C.size_t(len(name)))
	if number == 0 {
		return nil, backend.Failure("invalid-argument", fmt.Sprintf("no format is called %q", format))
	}
	// An empty version is none: the default.
	version := []byte(spec)
	return buffer(func(out **C.cratetrust_buf, err **C.cratetrust_error) C.int32_t {
		return C.cratetrust_bom_write(d.bom, number, chars(version), C.size_t(len(version)), out, err)
	})
}

// chars is where bytes start; nil for none.
func chars(text []byte) *C.char {
	if len(text) == 0 {
		return nil
	}
	return (*C.char)(unsafe.Pointer(unsafe.SliceData(text)))
}

// check makes a call and turns its error object into an error.
func check(call func(err **C.cratetrust_error) C.int32_t) error {
	var object *C.cratetrust_error
	status := call(&object)
	if status == C.CRATETRUST_STATUS_OK {
		return nil
	}
	if object == nil {
		return backend.Failure("internal", "libcratetrust failed with "+C.GoString(C.cratetrust_status_name(status)))
	}
	defer C.cratetrust_error_free(object)
	var size C.size_t
	text := C.cratetrust_error_message(object, &size)
	message := string(copied((*C.uint8_t)(unsafe.Pointer(text)), size))
	details := C.cratetrust_error_details_json(object, &size)
	return &backend.Error{JSON: copied((*C.uint8_t)(unsafe.Pointer(details)), size), Text: message}
}

func copied(data *C.uint8_t, size C.size_t) []byte {
	return bytes.Clone(unsafe.Slice((*byte)(unsafe.Pointer(data)), int(size)))
}

// buffer makes a call that gives a buffer, and takes over its bytes.
func buffer(call func(out **C.cratetrust_buf, err **C.cratetrust_error) C.int32_t) ([]byte, error) {
	var buf *C.cratetrust_buf
	if err := check(func(err **C.cratetrust_error) C.int32_t { return call(&buf, err) }); err != nil {
		return nil, err
	}
	defer C.cratetrust_buf_free(buf)
	return copied(C.cratetrust_buf_data(buf), C.cratetrust_buf_len(buf)), nil
}

// SARIF renders the JSON of a report as a SARIF 2.1.0 log.
func (Backend) SARIF(json []byte) ([]byte, error) {
	if err := usable(); err != nil {
		return nil, err
	}
	var object *C.cratetrust_report
	err := check(func(err **C.cratetrust_error) C.int32_t {
		return C.cratetrust_report_from_json(chars(json), C.size_t(len(json)), &object, err)
	})
	if err != nil {
		return nil, err
	}
	defer C.cratetrust_report_free(object)
	return buffer(func(out **C.cratetrust_buf, err **C.cratetrust_error) C.int32_t {
		return C.cratetrust_report_to_sarif(object, out, err)
	})
}

// report makes a call that gives a report, and takes over its JSON.
func report(call func(out **C.cratetrust_report, err **C.cratetrust_error) C.int32_t) (*backend.Result, error) {
	var object *C.cratetrust_report
	if err := check(func(err **C.cratetrust_error) C.int32_t { return call(&object, err) }); err != nil {
		return nil, err
	}
	defer C.cratetrust_report_free(object)
	json, err := buffer(func(out **C.cratetrust_buf, err **C.cratetrust_error) C.int32_t {
		return C.cratetrust_report_to_json(object, out, err)
	})
	if err != nil {
		return nil, err
	}
	return &backend.Result{JSON: json}, nil
}
