package cratetrust

import (
	"context"
	"encoding/json"

	"github.com/cratetrust/cratetrust/bindings/go/internal/backend"
	"github.com/cratetrust/cratetrust/bindings/go/internal/cgo"
)

// What does the work.
var library backend.Backend = cgo.Backend{}

// Version is the version of the library, such as 0.1.0.
func Version() (string, error) {
	version, err := library.Version()
	if err != nil {
		return "", wrap(context.Background(), err)
	}
	return version, nil
}

// VerifyPackage asks whether input is what the lockfile, the index or the caller names, and whether
// its archives are honest.
//
// The input is told by what it holds: a .crate file, a directory of them, a vendor directory, a
// registry cache or a whole CARGO_HOME. What it is measured with are options: [WithLockfile],
// [WithIndex], [WithSHA256], [WithExpect]. Faults of the input are findings of the report; faults of
// what it is measured with, and a path that cannot be opened, are errors.
func VerifyPackage(ctx context.Context, input Input, opts ...Option) (*Report, error) {
	return report(ctx, backend.VerifyPackage, []Input{input}, opts)
}

// GenerateSBOM makes a bill of materials of what the evidence tells: a Cargo.lock, a project's
// directory, cargo's record of a build or the output of cargo metadata; several pieces are joined.
//
// What came up on the way is in the BOM's Report; a verdict of fail there is no error here.
func GenerateSBOM(ctx context.Context, evidence []Input, opts ...Option) (*BOM, error) {
	result, err := run(ctx, backend.GenerateSBOM, evidence, opts)
	if err != nil {
		return nil, err
	}
	bom := &BOM{raw: result.JSON, document: result.Document}
	if bom.Report, err = decodeReport(result.Report); err != nil {
		return nil, err
	}
	if err := decode(result.JSON, bom); err != nil {
		return nil, err
	}
	return bom, nil
}

// VerifySBOM asks whether an SBOM of any producer tells the truth about the evidence: that of
// [GenerateSBOM], or another SBOM.
//
// A document that does not is a verdict of the report. One of no known format is an error that
// matches [ErrUnsupportedFormat].
func VerifySBOM(ctx context.Context, sbom Input, evidence []Input, opts ...Option) (*Report, error) {
	inputs := append([]Input{sbom}, evidence...)
	return report(ctx, backend.VerifySBOM, inputs, opts)
}

// DiffLockfiles reports what is new, gone or changed from one Cargo.lock to another.
func DiffLockfiles(ctx context.Context, before, after Input, opts ...Option) (*Report, error) {
	return report(ctx, backend.DiffLockfiles, []Input{before, after}, opts)
}

// Inspect tells what a file or directory is and what is in it, without judging it.
func Inspect(ctx context.Context, input Input, opts ...Option) (*Inspection, error) {
	result, err := run(ctx, backend.Inspect, []Input{input}, opts)
	if err != nil {
		return nil, err
	}
	inspection := &Inspection{raw: result.JSON}
	if err := decode(result.JSON, inspection); err != nil {
		return nil, err
	}
	return inspection, nil
}

// ReadLockfile reads a Cargo.lock of any version.
func ReadLockfile(ctx context.Context, input Input, opts ...Option) (*Lockfile, error) {
	result, err := run(ctx, backend.ReadLockfile, []Input{input}, opts)
	if err != nil {
		return nil, err
	}
	lockfile := &Lockfile{SHA256: result.SHA256, raw: result.JSON}
	if err := decode(result.JSON, lockfile); err != nil {
		return nil, err
	}
	return lockfile, nil
}

func report(ctx context.Context, verb backend.Verb, inputs []Input, opts []Option) (*Report, error) {
	result, err := run(ctx, verb, inputs, opts)
	if err != nil {
		return nil, err
	}
	return decodeReport(result.JSON)
}

func run(ctx context.Context, verb backend.Verb, inputs []Input, opts []Option) (*backend.Result, error) {
	if ctx.Err() != nil {
		return nil, wrap(ctx, backend.Failure("cancelled", "the work was cancelled"))
	}
	request, err := newRequest(verb, inputs, opts)
	if err != nil {
		return nil, wrap(ctx, err)
	}
	result, err := library.Run(ctx, request)
	if err != nil {
		return nil, wrap(ctx, err)
	}
	return result, nil
}

func decodeReport(raw []byte) (*Report, error) {
	report := &Report{raw: raw}
	if err := decode(raw, report); err != nil {
		return nil, err
	}
	return report, nil
}

// decode reads the library's JSON. Keys that this release does not know are left to JSON().
func decode(raw []byte, into any) error {
	if err := json.Unmarshal(raw, into); err != nil {
		failure := newError(backend.Failure("internal", "the library's answer cannot be read"))
		failure.causes = []error{err}
		return failure
	}
	return nil
}
