// Package backend is the seam between the Go API and whatever does the work: one request goes in,
// one JSON result or one error comes out.
package backend

import (
	"context"
	"encoding/json"
	"io"
	"strconv"
	"strings"
	"sync/atomic"
	"unicode"
)

// Verb names what is asked, as in every language.
type Verb string

// The verbs, with the inputs that each takes.
const (
	VerifyPackage Verb = "verify_package" // the package
	GenerateSBOM  Verb = "generate_sbom"  // the evidence
	VerifySBOM    Verb = "verify_sbom"    // the SBOM, then the evidence
	DiffLockfiles Verb = "diff_lockfiles" // the old lockfile, the new one
	Inspect       Verb = "inspect"        // what is inspected
	ReadLockfile  Verb = "read_lockfile"  // the lockfile
)

// Request is one call.
type Request struct {
	Verb   Verb
	Inputs []Input
	// Options is a JSON object whose keys are the command's flags with `_` for `-`, or nil.
	Options []byte
	// Lockfile and Index are the options that are inputs.
	Lockfile, Index *Input
	// Progress, where it is not nil, runs on the goroutine that called Run.
	Progress func(stage string, done, total uint64)
}

// Result is what a call gives.
type Result struct {
	// JSON is the result; for GenerateSBOM, the bill of materials.
	JSON []byte
	// Report and Document are set for GenerateSBOM only.
	Report   []byte
	Document Document
	// SHA256 is the digest of the file that ReadLockfile read.
	SHA256 string
}

// Document is a bill of materials that can still be written in other formats. It is safe for
// concurrent use.
type Document interface {
	// Write gives the document in a format, under a version of its specification or, where that is
	// empty, the default one.
	Write(format, spec string) ([]byte, error)
}

// Backend does the work. It is safe for concurrent use.
type Backend interface {
	// Run answers one request. Its error is an *Error, a *ReaderError, or the context's where the
	// call was cancelled; no callback runs after it has returned.
	Run(ctx context.Context, request *Request) (*Result, error)
	// SARIF renders the JSON of a report as a SARIF 2.1.0 log. Its error is an *Error.
	SARIF(report []byte) ([]byte, error)
	// Version is the version of the library, or an error where it cannot be used.
	Version() (string, error)
}

// Error is a failure that the library reports.
type Error struct {
	// JSON is of schema cratetrust.error/1.
	JSON []byte
	// Text is the error in one sentence, fit to be shown.
	Text string
}

func (e *Error) Error() string { return e.Text }

// ReaderError is the failure of a caller's reader. Err is what the reader gave.
type ReaderError struct {
	Label string
	Err   error
}

func (e *ReaderError) Error() string { return shown(e.Label) + ": " + e.Err.Error() }

func (e *ReaderError) Unwrap() error { return e.Err }

// Input is one thing to read: Path where Kind is Path, Label and Bytes, or Label and Reader.
type Input struct {
	Kind   InputKind
	Path   string
	Label  string
	Bytes  []byte
	Reader *Reader
}

// InputKind tells which fields of an Input count.
type InputKind int

// The kinds of inputs; the zero value is none.
const (
	KindPath InputKind = iota + 1
	KindBytes
	KindReader
)

// Reader is a reader that one call may use.
type Reader struct {
	R     io.Reader
	taken atomic.Bool
}

// Take claims the reader; it gives false where a call had it before.
func (r *Reader) Take() bool { return r.taken.CompareAndSwap(false, true) }

// Failure is an error of the binding itself, in the form of the library's.
func Failure(kind, message string) *Error {
	return FailureAt(kind, message, "")
}

// FailureAt is a Failure about the input of that path or label.
func FailureAt(kind, message, path string) *Error {
	wire := struct {
		Column  *uint64 `json:"column"`
		Kind    string  `json:"kind"`
		Limit   *string `json:"limit"`
		Line    *uint64 `json:"line"`
		Message string  `json:"message"`
		Offset  *uint64 `json:"offset"`
		Path    *string `json:"path"`
		Schema  string  `json:"schema"`
	}{Kind: kind, Message: message, Schema: "cratetrust.error/1"}
	text := message
	if path != "" {
		wire.Path = &path
		text = shown(path) + ": " + message
	}
	// Plain strings cannot fail to encode.
	encoded, _ := json.Marshal(wire)
	return &Error{JSON: encoded, Text: text}
}

// shown is a label that is fit to be shown: one that could mislead is quoted.
func shown(label string) string {
	if strings.ContainsFunc(label, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return strconv.Quote(label)
	}
	return label
}
