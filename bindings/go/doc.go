// Package cratetrust verifies Rust crates and makes and verifies their SBOMs, with no cargo, no
// network and no trust in the input.
//
//   - [VerifyPackage]: is this the crate that the lockfile, the index or the caller names?
//   - [GenerateSBOM]: what is in this build?
//   - [VerifySBOM]: does this SBOM tell the truth about that lockfile?
//   - [DiffLockfiles], [Inspect] and [ReadLockfile] look at single files.
//
// Inputs are a [Path], [Bytes] or a [Reader]. Results are plain values without a Close method; they
// hold what the library's JSON holds, and their JSON methods give exactly its bytes, the same from
// every language.
//
// A verification that fails is not an error: it is the Verdict of the [Report], or what [Report.Err]
// makes of it. Errors are of type [*Error] and tell that the question could not be answered; match
// them with errors.Is and [ErrNotFound], [ErrParse], [ErrLimit] and so on.
//
// Every function takes a context. When it is cancelled, the library stops at its next check, and the
// error matches both [ErrCancelled] and the context's error. A call that waits in Read of a reader
// returns when that does.
//
// All functions are safe for concurrent use. The package does its work through libcratetrust by way
// of cgo; without cgo it compiles, and every function fails with [ErrUnsupported].
package cratetrust

//go:generate go run ./internal/gencodes -header ../../include/cratetrust.h -o constants.go
