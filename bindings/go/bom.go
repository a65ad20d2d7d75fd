package cratetrust

import (
	"context"

	"github.com/cratetrust/cratetrust/bindings/go/internal/backend"
)

// BOM is a bill of materials, schema cratetrust.bom/1. Text is empty where its JSON says null.
//
// A BOM that [GenerateSBOM] made can be written in any format, by any number of goroutines; it holds
// memory of the library's for that, which is freed when the garbage collector finds that the BOM and
// its copies are gone. Changes to its fields do not change what is written.
type BOM struct {
	Schema   string       `json:"schema"`
	Document DocumentInfo `json:"document"`
	// Selection is what was resolved for; nil where the evidence states nothing.
	Selection *Selection       `json:"selection"`
	Evidence  []EvidenceSource `json:"evidence"`
	// Toolchain is nil where the evidence names none.
	Toolchain *Toolchain `json:"toolchain"`
	// Roots are indexes of Packages.
	Roots []int `json:"roots"`
	// Packages are sorted by name, version and source.
	Packages []Package `json:"packages"`
	Edges    []Edge    `json:"edges"`
	// Gaps are the places where the evidence could not tell.
	Gaps []Gap `json:"gaps"`

	// Report is on what the bill of materials was made from.
	Report *Report `json:"-"`

	raw      []byte
	document backend.Document
}

// JSON gives the bill of materials in [FormatJSON], exactly as the library wrote it; nil for a BOM
// that [GenerateSBOM] did not make. The caller must not change the bytes.
func (b *BOM) JSON() []byte { return b.raw }

// Write gives the document in a format, under a version of the format's specification, such as 1.6,
// or the default one where that is empty. Equal bills of materials give equal bytes.
//
// The error matches [ErrUnsupported] for a version that the format is not written in here.
func (b *BOM) Write(format Format, specVersion string) ([]byte, error) {
	if b.document == nil {
		return nil, newError(backend.Failure("invalid-argument", "GenerateSBOM did not make this BOM"))
	}
	document, err := b.document.Write(string(format), specVersion)
	if err != nil {
		return nil, wrap(context.Background(), err)
	}
	return document, nil
}

// Format is a format of SBOMs.
type Format string

// The formats.
const (
	// FormatCycloneDXJSON is CycloneDX as JSON.
	FormatCycloneDXJSON Format = "cyclonedx-json"
	// FormatCycloneDXXML is CycloneDX as XML.
	FormatCycloneDXXML Format = "cyclonedx-xml"
	// FormatSPDXJSON is SPDX 2 as JSON.
	FormatSPDXJSON Format = "spdx-json"
	// FormatSPDXTagValue is SPDX 2 as tag-value.
	FormatSPDXTagValue Format = "spdx-tag-value"
	// FormatSPDX3JSON is SPDX 3 as JSON-LD.
	FormatSPDX3JSON Format = "spdx3-json"
	// FormatJSON is the library's own view, in which nothing is lost.
	FormatJSON Format = "json"
)

// DocumentInfo holds facts about the document that no evidence holds.
type DocumentInfo struct {
	// Timestamp is an RFC 3339 time in UTC; empty where the caller gave none.
	Timestamp string `json:"timestamp"`
	// Supplier is nil where the caller named none.
	Supplier *Contact  `json:"supplier"`
	Authors  []Contact `json:"authors"`
	// Lifecycle is the CycloneDX phase, such as pre-build.
	Lifecycle string `json:"lifecycle"`
	Serial    string `json:"serial"`
	// Manufacturer is nil where the caller named none.
	Manufacturer *Contact `json:"manufacturer"`
	// License is the main component's, an SPDX expression, as the caller gave it.
	License string `json:"license"`
	// Tools had a part in the document beside this library.
	Tools []Tool `json:"tools"`
}

// Contact is a person or an organisation.
type Contact struct {
	Name  string `json:"name"`
	Email string `json:"email"`
	URL   string `json:"url"`
}

// Selection is what was resolved for.
type Selection struct {
	Packages        []string `json:"packages"`
	Bins            []string `json:"bins"`
	Lib             bool     `json:"lib"`
	Targets         []string `json:"targets"`
	Host            string   `json:"host"`
	Features        []string `json:"features"`
	AllFeatures     bool     `json:"all_features"`
	DefaultFeatures bool     `json:"default_features"`
	Cfgs            []string `json:"cfgs"`
	Dev             bool     `json:"dev"`
	Resolver        string   `json:"resolver"`
	TargetTable     string   `json:"target_table"`
}

// EvidenceSource is a file that the bill of materials was made from.
type EvidenceSource struct {
	// Level tells how exact it is: lockfile, sbom and so on.
	Level string `json:"level"`
	// Name holds no directory.
	Name   string `json:"name"`
	SHA256 string `json:"sha256"`
}

// Toolchain is a compiler.
type Toolchain struct {
	Version string `json:"version"`
	Commit  string `json:"commit"`
	Host    string `json:"host"`
}

// Source is where a package comes from.
type Source struct {
	// Kind is crates.io, registry, git, path, std or unknown.
	Kind string `json:"kind"`
	// URL is a registry's index or a repository.
	URL string `json:"url"`
	// Ref is what of a git repository was asked for: branch=…, tag=… or rev=….
	Ref string `json:"ref"`
	// Rev is the commit of a git repository.
	Rev string `json:"rev"`
}

// Checksum holds the digests of a package's .crate file in hexadecimal digits, empty where they are
// not known.
type Checksum struct {
	SHA256 string `json:"sha256"`
	SHA512 string `json:"sha512"`
}

// Scope is how a package takes part in the build.
type Scope string

// The scopes.
const (
	// ScopeLinked: linked into what was built.
	ScopeLinked Scope = "linked"
	// ScopeBuild: used by build scripts and procedural macros only.
	ScopeBuild Scope = "build"
	// ScopeDev: used by tests, examples and benchmarks only.
	ScopeDev Scope = "dev"
	// ScopeMaybe: the evidence cannot tell.
	ScopeMaybe Scope = "maybe"
	// ScopeNotBuilt: in the lockfile, not in this build.
	ScopeNotBuilt Scope = "not-built"
)

// Package is one package of a bill of materials.
type Package struct {
	// ID is the package's index in Packages.
	ID       int      `json:"id"`
	Name     string   `json:"name"`
	Version  string   `json:"version"`
	Source   Source   `json:"source"`
	PURL     string   `json:"purl"`
	Checksum Checksum `json:"checksum"`
	// Size is the bytes of the .crate file; nil where it is not known.
	Size  *uint64 `json:"size"`
	Scope Scope   `json:"scope"`
	// Evidence are indexes of the BOM's Evidence.
	Evidence []int `json:"evidence"`
	// License is as declared, an SPDX expression.
	License       string   `json:"license"`
	LicenseFile   string   `json:"license_file"`
	Description   string   `json:"description"`
	Authors       []string `json:"authors"`
	Homepage      string   `json:"homepage"`
	Documentation string   `json:"documentation"`
	Repository    string   `json:"repository"`
	Keywords      []string `json:"keywords"`
	// Units are what is compiled of the package.
	Units []Unit `json:"units"`
	// LicenseConcluded is an SPDX expression that somebody concluded.
	LicenseConcluded string `json:"license_concluded"`
	// LicenseText is that of the declared licence file.
	LicenseText string `json:"license_text"`
	// Copyright holds the copyright lines of the licence files.
	Copyright string `json:"copyright"`
	// Supplier is nil where nobody is named.
	Supplier *Contact `json:"supplier"`
	// VCS is nil where the archive names no commit.
	VCS *VCSOrigin `json:"vcs"`
	// EnrichedFrom is the kind of artifact that the facts were read from, such as crate.
	EnrichedFrom string `json:"enriched_from"`
}

// VCSOrigin is where an archive says that it was made.
type VCSOrigin struct {
	Commit string `json:"commit"`
	// Path is the package's directory in the repository.
	Path string `json:"path"`
	// Dirty tells that the working copy had uncommitted changes.
	Dirty bool `json:"dirty"`
}

// Unit is one compilation of a package.
type Unit struct {
	// Kind is lib, proc-macro, custom-build, bin and so on.
	Kind string `json:"kind"`
	// Platform is target or host.
	Platform string   `json:"platform"`
	Features []string `json:"features"`
	Scope    Scope    `json:"scope"`
}

// Edge is one dependency.
type Edge struct {
	// From and To are indexes of Packages.
	From int `json:"from"`
	To   int `json:"to"`
	// Kind is the table that declares it: normal, build, dev or unknown.
	Kind string `json:"kind"`
	// Name is the one in that table, where it differs from the package's.
	Name string `json:"name"`
	// Evidence are indexes of the BOM's Evidence.
	Evidence []int `json:"evidence"`
}

// Gap is a place where the evidence could not tell.
type Gap struct {
	// Package is an index of Packages.
	Package int    `json:"package"`
	Code    Code   `json:"code"`
	Reason  string `json:"reason"`
}
