//go:build !cgo

package cratetrust_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/cratetrust/cratetrust/bindings/go"
)

func TestWithoutCgo(t *testing.T) {
	ctx := context.Background()
	input := cratetrust.Bytes("Cargo.lock", nil)
	_, verifyPackage := cratetrust.VerifyPackage(ctx, input, cratetrust.WithLockfile(input))
	_, generateSBOM := cratetrust.GenerateSBOM(ctx, []cratetrust.Input{input})
	_, verifySBOM := cratetrust.VerifySBOM(ctx, input, []cratetrust.Input{input})
	_, diffLockfiles := cratetrust.DiffLockfiles(ctx, input, input)
	_, inspect := cratetrust.Inspect(ctx, input)
	_, readLockfile := cratetrust.ReadLockfile(ctx, input)
	_, version := cratetrust.Version()
	for _, err := range []error{verifyPackage, generateSBOM, verifySBOM, diffLockfiles, inspect, readLockfile, version} {
		if !errors.Is(err, cratetrust.ErrUnsupported) || !errors.Is(err, errors.ErrUnsupported) || !strings.Contains(err.Error(), "cgo") {
			t.Error(err)
		}
	}
	ctx, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := cratetrust.Inspect(ctx, input); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}
