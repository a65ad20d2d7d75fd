//go:build !cgo

package cgo

import (
	"context"

	"github.com/cratetrust/cratetrust/bindings/go/internal/backend"
)

// Backend answers every request with an error: there is no library to ask.
type Backend struct{}

// Run fails.
func (Backend) Run(context.Context, *backend.Request) (*backend.Result, error) {
	return nil, errNoCgo()
}

// SARIF fails.
func (Backend) SARIF([]byte) ([]byte, error) { return nil, errNoCgo() }

// Version fails.
func (Backend) Version() (string, error) { return "", errNoCgo() }

func errNoCgo() error {
	return backend.Failure("unsupported", "this program was built without cgo (CGO_ENABLED=0); "+
		"build it with CGO_ENABLED=1 and a C compiler")
}
