package cratetrust

import (
	"context"
	"fmt"
)

// Report is what a verification found, schema cratetrust.report/1. Text is empty where the report's
// JSON says null.
type Report struct {
	Schema  string        `json:"schema"`
	Tool    Tool          `json:"tool"`
	Verdict Verdict       `json:"verdict"`
	Inputs  []ReportInput `json:"inputs"`
	// Checks are the checks that ran.
	Checks []Check `json:"checks"`
	Preset Preset  `json:"preset"`
	// Severities are those that the caller changed.
	Severities map[Code]Severity `json:"severities"`
	Summary    Summary           `json:"summary"`
	// Packages are sorted by name, version and source.
	Packages []PackageReport `json:"packages"`
	// Findings are sorted by package, artifact, path, offset and code.
	Findings []Finding `json:"findings"`

	raw []byte
}

// JSON gives the report exactly as the library wrote it, the same bytes from every language; nil for
// a Report that no function of this package made. The caller must not change the bytes.
func (r *Report) JSON() []byte { return r.raw }

// SARIF renders the report as a SARIF 2.1.0 log of one run, the form that code-scanning pages read:
// the same bytes as from the command's --format sarif. It needs a Report that a function of this
// package made, and renders it as it was made.
func (r *Report) SARIF() ([]byte, error) {
	log, err := library.SARIF(r.raw)
	if err != nil {
		return nil, wrap(context.Background(), err)
	}
	return log, nil
}

// Passed tells whether the verdict is [VerdictPass], the only one that is a pass.
func (r *Report) Passed() bool { return r.Verdict == VerdictPass }

// Err is nil where the verdict is pass, and else a [*VerificationError].
func (r *Report) Err() error {
	if r.Passed() {
		return nil
	}
	return &VerificationError{Report: r}
}

// VerificationError is a report whose verdict is not pass, as an error.
type VerificationError struct {
	Report *Report
}

// Error tells the verdict and counts.
func (e *VerificationError) Error() string {
	s := e.Report.Summary
	return fmt.Sprintf("cratetrust: the verdict is %s: of %d packages %d ok, %d failed, %d unchecked; %d findings",
		e.Report.Verdict, s.Packages, s.OK, s.Failed, s.Unchecked, len(e.Report.Findings))
}

// Verdict is what a report comes to.
type Verdict string

// The verdicts.
const (
	// VerdictPass: everything that was asked was checked and holds.
	VerdictPass Verdict = "pass"
	// VerdictFail: something does not hold.
	VerdictFail Verdict = "fail"
	// VerdictIncomplete: nothing wrong was found, but not everything could be checked.
	VerdictIncomplete Verdict = "incomplete"
)

// Severity is how bad a finding is.
type Severity string

// The severities.
const (
	// SeverityError makes the verdict fail.
	SeverityError Severity = "error"
	// SeverityWarning is worth a look; of class coverage it makes the verdict incomplete.
	SeverityWarning Severity = "warning"
	// SeverityInfo is for information.
	SeverityInfo Severity = "info"
)

// Class is what kind of statement a finding makes.
type Class string

// The classes.
const (
	// ClassMismatch: two things that must agree do not, or a form is broken.
	ClassMismatch Class = "mismatch"
	// ClassCoverage: something could not be checked.
	ClassCoverage Class = "coverage"
	// ClassNote: a fact worth knowing.
	ClassNote Class = "note"
)

// Status is how far a package or an artifact was checked.
type Status string

// The statuses.
const (
	// StatusOK: checked, and it holds.
	StatusOK Status = "ok"
	// StatusFailed: checked, and it does not hold.
	StatusFailed Status = "failed"
	// StatusUnchecked: could not be checked.
	StatusUnchecked Status = "unchecked"
	// StatusLocal: a path or workspace package, nothing to check against.
	StatusLocal Status = "local"
	// StatusSkipped: left out on request.
	StatusSkipped Status = "skipped"
)

// Preset is a set of severities.
type Preset string

// The presets.
const (
	// PresetStrict takes every anomaly of an archive for an error; the default.
	PresetStrict Preset = "strict"
	// PresetCratesIO takes for an error what crates.io refuses at publishing.
	PresetCratesIO Preset = "crates-io"
	// PresetCargo takes for an error what cargo refuses.
	PresetCargo Preset = "cargo"
)

// Check is something that [VerifyPackage] looks at.
type Check string

// The checks.
const (
	// CheckChecksum compares digests.
	CheckChecksum Check = "checksum"
	// CheckArchive reads archives and looks for anomalies.
	CheckArchive Check = "archive"
	// CheckTree compares source trees.
	CheckTree Check = "tree"
	// CheckIndex compares the index with the lockfile and tells of conflicts and yanked versions.
	CheckIndex Check = "index"
	// CheckVCS looks at the commit that an archive names, and compares it with a checkout.
	CheckVCS Check = "vcs"
)

// Level is how much of an SBOM [VerifySBOM] compares.
type Level string

// The levels.
const (
	// LevelComponents compares presence, version, source, purl and checksum.
	LevelComponents Level = "components"
	// LevelGraph also compares the root, edges and duplicates; the default.
	LevelGraph Level = "graph"
	// LevelFull also compares the selection, scopes and licences, as far as the evidence holds them.
	LevelFull Level = "full"
)

// Code says what a finding is about; see the Code constants.
type Code string

// Tool is what made a report.
type Tool struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

// ReportInput is something that was read.
type ReportInput struct {
	// Role is lockfile, sbom, crate and so on.
	Role string `json:"role"`
	// Name holds no directory.
	Name string `json:"name"`
	// SHA256 is in hexadecimal digits; empty where the input is not one file that was read whole.
	SHA256 string `json:"sha256"`
}

// Summary counts over a report. Packages = OK + Failed + Unchecked + Local + Skipped, and Checked =
// OK + Failed.
type Summary struct {
	Packages  uint64 `json:"packages"`
	Checked   uint64 `json:"checked"`
	OK        uint64 `json:"ok"`
	Failed    uint64 `json:"failed"`
	Unchecked uint64 `json:"unchecked"`
	Local     uint64 `json:"local"`
	Skipped   uint64 `json:"skipped"`
	// Unlisted counts artifacts in a shared store that the lockfile does not name.
	Unlisted uint64 `json:"unlisted"`
	// Bytes counts what was read of artifacts.
	Bytes uint64 `json:"bytes"`
}

// PackageReport is one package of a report.
type PackageReport struct {
	// ID is NAME@VERSION, or NAME@VERSION (SOURCE) where that is not unique.
	ID      string `json:"id"`
	Name    string `json:"name"`
	Version string `json:"version"`
	// Source is spelled as in Cargo.lock; empty for local packages and where it is not known.
	Source string `json:"source"`
	// Anchors are what the digest was compared with: lock, index, caller, self-declared.
	Anchors      []string         `json:"anchors"`
	Status       Status           `json:"status"`
	Counts       Counts           `json:"counts"`
	Artifacts    []ArtifactReport `json:"artifacts"`
	Attestations []Attestation    `json:"attestations"`
}

// Counts are the findings about a package, by severity.
type Counts struct {
	Error   uint64 `json:"error"`
	Warning uint64 `json:"warning"`
	Info    uint64 `json:"info"`
}

// ArtifactReport is one thing that was read for a package.
type ArtifactReport struct {
	// Kind is crate, src, vendor or checkout.
	Kind string `json:"kind"`
	// Location is relative to the path given.
	Location string  `json:"location"`
	SHA256   string  `json:"sha256"`
	Checks   []Check `json:"checks"`
	Status   Status  `json:"status"`
}

// Attestation is a statement by a signer.
type Attestation struct {
	Verifier string   `json:"verifier"`
	Claims   []string `json:"claims"`
}

// Finding is one thing found. Artifact, Path, Expected, Actual and Message may hold text of the
// thing under test: escape it where you show it (%q does).
type Finding struct {
	Code     Code     `json:"code"`
	Class    Class    `json:"class"`
	Severity Severity `json:"severity"`
	// Package is the ID of a package of the report; empty where the finding is about none.
	Package string `json:"package"`
	// Artifact is the location of an artifact, relative to the path given.
	Artifact string `json:"artifact"`
	// Path lies inside the artifact, with replacement characters where it is not UTF-8.
	Path string `json:"path"`
	// PathHex holds the path's bytes in hexadecimal digits; empty where it is UTF-8.
	PathHex string `json:"path_hex"`
	// Offset is in bytes in the artifact, for archives in the unpacked stream; nil where the finding
	// names none.
	Offset   *uint64 `json:"offset"`
	Expected string  `json:"expected"`
	Actual   string  `json:"actual"`
	// Message is the finding in one sentence.
	Message string `json:"message"`
	// External tells that a verifier of a host program made the finding.
	External bool `json:"external"`
}
