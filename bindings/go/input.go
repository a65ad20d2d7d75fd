package cratetrust

import (
	"io"

	"github.com/cratetrust/cratetrust/bindings/go/internal/backend"
)

// Input is one thing to read; make it with [Path], [Bytes] or [Reader]. The zero Input is refused.
type Input struct {
	input backend.Input
}

// Path is the file or directory at path. It is opened by the call that reads it.
func Path(path string) Input {
	return Input{backend.Input{Kind: backend.KindPath, Path: path}}
}

// Bytes is data in memory. The label stands for the file name in reports and errors. The data must
// not change while a call reads them.
func Bytes(label string, data []byte) Input {
	return Input{backend.Input{Kind: backend.KindBytes, Label: label, Bytes: data}}
}

// Reader is what r gives until io.EOF. The label stands for the file name in reports and errors.
//
// One call can read it, on the goroutine that made the call; a second one fails with
// [ErrInvalidArgument]. Where r fails, so does the call, with an error that matches r's. No more is
// read than the limits allow.
func Reader(label string, r io.Reader) Input {
	return Input{backend.Input{Kind: backend.KindReader, Label: label, Reader: &backend.Reader{R: r}}}
}

func (i Input) checked() (backend.Input, error) {
	switch {
	case i.input.Kind == 0:
		return i.input, backend.Failure("invalid-argument", "an input is the zero Input")
	case i.input.Kind == backend.KindReader && i.input.Reader.R == nil:
		return i.input, backend.FailureAt("invalid-argument", "the reader is nil", i.input.Label)
	}
	return i.input, nil
}
