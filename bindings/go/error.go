package cratetrust

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"slices"

	"github.com/cratetrust/cratetrust/bindings/go/internal/backend"
)

// Kind is what kind of failure an [Error] is. New kinds may be added.
type Kind string

// The kinds.
const (
	KindInvalidArgument   Kind = "invalid-argument"
	KindNullArgument      Kind = "null-argument"
	KindInvalidUTF8       Kind = "invalid-utf8"
	KindOutOfRange        Kind = "out-of-range"
	KindUnsupported       Kind = "unsupported"
	KindIO                Kind = "io"
	KindNotFound          Kind = "not-found"
	KindPermissionDenied  Kind = "permission-denied"
	KindLimitExceeded     Kind = "limit-exceeded"
	KindCancelled         Kind = "cancelled"
	KindParse             Kind = "parse"
	KindUnsupportedFormat Kind = "unsupported-format"
	KindPanic             Kind = "panic"
	KindInternal          Kind = "internal"
)

// What errors.Is finds in an [*Error], by its kind.
var (
	// ErrInvalidArgument: an argument or an option has a value that makes no sense.
	ErrInvalidArgument = sentinel("invalid argument", KindInvalidArgument, KindNullArgument, KindOutOfRange)
	// ErrInvalidUTF8: text that must be UTF-8 is not.
	ErrInvalidUTF8 = sentinel("invalid UTF-8", KindInvalidUTF8)
	// ErrUnsupported: the request is understood, but this build or this input cannot serve it. Such
	// an error matches errors.ErrUnsupported too.
	ErrUnsupported = sentinel("unsupported", KindUnsupported)
	// ErrIO: reading failed, for whatever reason.
	ErrIO = sentinel("reading failed", KindIO, KindNotFound, KindPermissionDenied)
	// ErrNotFound: a named path does not exist. Such an error matches fs.ErrNotExist too.
	ErrNotFound = sentinel("not found", KindNotFound)
	// ErrPermission: a named path may not be read. Such an error matches fs.ErrPermission too.
	ErrPermission = sentinel("permission denied", KindPermissionDenied)
	// ErrLimit: an input is larger, deeper or longer than a limit allows.
	ErrLimit = sentinel("limit exceeded", KindLimitExceeded)
	// ErrCancelled: the context was cancelled. Such an error matches its Err and its cause too.
	ErrCancelled = sentinel("cancelled", KindCancelled)
	// ErrParse: an input of a known format breaks that format.
	ErrParse = sentinel("malformed input", KindParse)
	// ErrUnsupportedFormat: an input is of no format that is known here.
	ErrUnsupportedFormat = sentinel("unsupported format", KindUnsupportedFormat)
	// ErrInternal: a fault of the library itself.
	ErrInternal = sentinel("internal error", KindInternal, KindPanic)
)

type sentinelError struct {
	text  string
	kinds []Kind
}

func sentinel(text string, kinds ...Kind) error {
	return &sentinelError{"cratetrust: " + text, kinds}
}

func (s *sentinelError) Error() string { return s.text }

// Error is why a question could not be answered: a kind, a message, and the place it is about.
type Error struct {
	Kind Kind `json:"kind"`
	// Message is what went wrong, without the place.
	Message string `json:"message"`
	// Path is the path or label of the input; empty where the error is about none.
	Path string `json:"path"`
	// Line and Column count from 1; 0 where they are not known.
	Line   uint64 `json:"line"`
	Column uint64 `json:"column"`
	// Offset is in bytes from 0; nil where it is not known.
	Offset *uint64 `json:"offset"`
	// Limit is the limit that was met; nil where none was.
	Limit *Limit `json:"limit"`

	raw    []byte
	text   string
	causes []error
}

// Limit is what an input may cost.
type Limit struct {
	// Name is one of the Limit constants.
	Name  string `json:"name"`
	Value uint64 `json:"value"`
}

// Error is the failure in one sentence, with place and limit, fit to be shown.
func (e *Error) Error() string {
	text := "cratetrust: " + e.text
	if e.text == "" {
		text += e.Message
	}
	if len(e.causes) > 0 {
		text += ": " + e.causes[len(e.causes)-1].Error()
	}
	return text
}

// JSON gives the error exactly as the library wrote it, schema cratetrust.error/1. The caller must
// not change the bytes.
func (e *Error) JSON() []byte { return e.raw }

// Is tells whether target stands for the error's kind: one of this package's Err variables,
// fs.ErrNotExist, fs.ErrPermission or errors.ErrUnsupported.
func (e *Error) Is(target error) bool {
	if s, ok := target.(*sentinelError); ok {
		return slices.Contains(s.kinds, e.Kind)
	}
	switch e.Kind {
	case KindNotFound:
		return target == fs.ErrNotExist
	case KindPermissionDenied:
		return target == fs.ErrPermission
	case KindUnsupported:
		return target == errors.ErrUnsupported
	default:
		return false
	}
}

// Unwrap gives what lies behind the error: the context's error and its cause where the work was
// cancelled, and the error of the reader that failed.
func (e *Error) Unwrap() []error { return e.causes }

func newError(failure *backend.Error) *Error {
	e := &Error{raw: failure.JSON, text: failure.Text}
	if err := json.Unmarshal(failure.JSON, e); err != nil {
		return &Error{Kind: KindInternal, Message: failure.Text, raw: failure.JSON, text: failure.Text}
	}
	return e
}

// wrap makes an *Error of what the backend gave.
func wrap(ctx context.Context, err error) *Error {
	var failure *backend.Error
	var reader *backend.ReaderError
	var wrapped *Error
	switch {
	case errors.As(err, &failure):
		wrapped = newError(failure)
	case errors.As(err, &reader):
		kind := KindIO
		if ctx.Err() != nil {
			kind = KindCancelled
		}
		wrapped = newError(backend.FailureAt(string(kind), "the reader failed", reader.Label))
		wrapped.causes = []error{reader.Err}
	default:
		wrapped = newError(backend.Failure("internal", err.Error()))
		wrapped.causes = []error{err}
	}
	if cause := ctx.Err(); wrapped.Kind == KindCancelled && cause != nil {
		causes := []error{cause}
		if why := context.Cause(ctx); why != nil && why != cause {
			causes = append(causes, why)
		}
		wrapped.causes = append(causes, wrapped.causes...)
	}
	return wrapped
}
