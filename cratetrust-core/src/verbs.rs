//! The verbs: each reads what it is given, hands it to the rooms below, and returns their answer.

use crate::bom::Bom;
use crate::error::{Error, ErrorKind, Result};
use crate::input::Input;
use crate::options::Options;
use crate::report::Report;
use crate::sbom::Format;

fn pending() -> Error {
    Error::new(ErrorKind::Unsupported, "pending")
}

/// A bill of materials and the report on what it was made from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Generated {
    /// The bill of materials.
    pub bom: Bom,
    /// What was found in the evidence.
    pub report: Report,
}

impl Generated {
    /// Writes the bill of materials; see [`crate::sbom::write`].
    ///
    /// # Errors
    /// `Unsupported` for a version that the format does not write here.
    pub fn write(&self, format: Format, spec_version: Option<&str>) -> Result<Vec<u8>> {
        crate::sbom::write(&self.bom, format, spec_version)
    }
}

/// What a file or directory is, and what is in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inspection {
    /// `lockfile`, `sbom`, `crate`, `crate-directory`, `cargo-home`, `vendor`, …
    pub kind: &'static str,
    /// The input's name, without a directory.
    pub name: String,
    /// The facts, in the order in which they are shown: a label and a value each.
    pub facts: Vec<(&'static str, serde_json::Value)>,
}

impl Inspection {
    /// The inspection as compact JSON, schema `cratetrust.inspection/1`.
    pub fn to_json(&self) -> String {
        String::new()
    }
}

/// Is this the crate that the lockfile, the index or the caller names, and is its archive honest?
///
/// The input is told by what it holds: a `.crate` file, a directory of them, a registry cache, a
/// whole CARGO_HOME, a vendor directory.
///
/// # Errors
/// For what the thing is measured with (lockfile, options) and for a path that cannot be opened.
/// Faults of the thing under test are findings of the report.
pub fn verify_package(input: &Input, options: &Options) -> Result<Report> {
    let _ = (input, options);
    Err(pending())
}

/// What is in this build, as far as the evidence can tell: a Cargo.lock or a directory with one.
///
/// # Errors
/// For evidence that cannot be read or understood.
pub fn generate_sbom(evidence: &[Input], options: &Options) -> Result<Generated> {
    let _ = (evidence, options);
    Err(pending())
}

/// Does this SBOM tell the truth about the evidence?
///
/// # Errors
/// For evidence that cannot be read or understood, and for an SBOM of no known format.
pub fn verify_sbom(sbom: &Input, evidence: &[Input], options: &Options) -> Result<Report> {
    let _ = (sbom, evidence, options);
    Err(pending())
}

/// What is new, gone or changed between two lockfiles.
///
/// # Errors
/// For a lockfile that cannot be read or understood.
pub fn diff_lockfiles(old: &Input, new: &Input, options: &Options) -> Result<Report> {
    let _ = (old, new, options);
    Err(pending())
}

/// What is this, and what is in it?
///
/// # Errors
/// For what cannot be read and for what is nothing that is known here.
pub fn inspect(input: &Input, options: &Options) -> Result<Inspection> {
    let _ = (input, options);
    Err(pending())
}
