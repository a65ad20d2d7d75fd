package cratetrust

import (
	"bytes"
	"encoding/json"
)

// Lockfile is a Cargo.lock that was read, schema cratetrust.lockfile/1. Text is empty where its JSON
// says null.
type Lockfile struct {
	Schema string `json:"schema"`
	// Version is the format's: 1 to 4, or a newer number that the file states.
	Version uint32 `json:"version"`
	// Packages are in the order of the file.
	Packages []LockedPackage `json:"packages"`
	// Findings are about the file itself, such as checksums in mixed forms.
	Findings []Finding `json:"findings"`

	// SHA256 is the digest of the file's own bytes in hexadecimal digits; JSON does not hold it.
	SHA256 string `json:"-"`

	raw []byte
}

// JSON gives the lockfile exactly as the library wrote it; nil for a Lockfile that [ReadLockfile] did
// not make. The caller must not change the bytes.
func (l *Lockfile) JSON() []byte { return l.raw }

// LockedPackage is one package of a lockfile.
type LockedPackage struct {
	// ID is NAME@VERSION, or NAME@VERSION (SOURCE) where that is not unique.
	ID      string `json:"id"`
	Name    string `json:"name"`
	Version string `json:"version"`
	// Source is spelled as in a Cargo.lock of version 4; empty for path and workspace packages.
	Source string `json:"source"`
	// Checksum is the SHA-256 of the .crate file in hexadecimal digits; empty where there is none.
	Checksum string `json:"checksum"`
	// PURL is empty for path and workspace packages.
	PURL string `json:"purl"`
	// Dependencies are indexes of Packages.
	Dependencies []int `json:"dependencies"`
	// Replace is the index of the package that replaces this one; nil where none does.
	Replace *int `json:"replace"`
}

// Inspection tells what a file or directory is and what is in it, schema cratetrust.inspection/1.
type Inspection struct {
	Schema string `json:"schema"`
	// Kind is lockfile, sbom, crate, vendor and so on.
	Kind string `json:"kind"`
	// Name holds no directory.
	Name string `json:"name"`
	// Facts depend on the kind. Numbers are of type json.Number.
	Facts map[string]any `json:"facts"`

	raw []byte
}

// JSON gives the inspection exactly as the library wrote it; nil for an Inspection that [Inspect]
// did not make. The caller must not change the bytes.
func (i *Inspection) JSON() []byte { return i.raw }

// UnmarshalJSON keeps numbers as they are written.
func (i *Inspection) UnmarshalJSON(data []byte) error {
	type plain Inspection
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	return decoder.Decode((*plain)(i))
}
