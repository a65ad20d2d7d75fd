//! Cargo.lock, versions 1 to 4; a newer one is read as far as it is understood.

use crate::digest::Sha256;
use crate::error::{Error, Result};
use crate::input::Input;
use crate::limits::Limits;
use crate::package::Source;
use crate::progress::CancelToken;
use crate::report::Finding;

/// A lockfile, read and checked: every dependency is an index into its packages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lockfile {
    version: u32,
    packages: Vec<LockedPackage>,
    findings: Vec<Finding>,
}

/// One `[[package]]` of a lockfile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LockedPackage {
    /// The name.
    pub name: String,
    /// The version.
    pub version: String,
    /// Where it comes from.
    pub source: Source,
    /// The SHA-256 of its `.crate` file.
    pub checksum: Option<Sha256>,
    /// Indexes of the packages that it depends on, ascending and without repeats.
    pub dependencies: Vec<usize>,
    /// The package that replaces this one (`[replace]`).
    pub replace: Option<usize>,
    /// The line of its `[[package]]` header (or of `[root]`), counted from 1.
    pub line: u64,
}

impl Lockfile {
    /// Reads a lockfile from bytes; `label` names it in errors.
    ///
    /// # Errors
    /// `LimitExceeded`, `InvalidUtf8` and `Parse`, each with the line where there is one.
    pub fn parse(bytes: &[u8], label: &str, limits: &Limits, cancel: &CancelToken) -> Result<Self> {
        let _ = (bytes, limits, cancel);
        Err(Error::parse("pending").at_path(label))
    }

    /// Reads a lockfile from an input, and the digest of its bytes.
    ///
    /// # Errors
    /// As [`Input::read`] and [`Lockfile::parse`].
    pub fn read(input: &Input, limits: &Limits, cancel: &CancelToken) -> Result<(Self, Sha256)> {
        let bytes = input.read("lockfile-size", limits.lockfile_size, cancel)?;
        let lockfile = Self::parse(&bytes, &input.label(), limits, cancel)?;
        Ok((lockfile, Sha256::of(&bytes)))
    }

    /// The format version: 1 to 4, or a newer number that the file states.
    pub fn version(&self) -> u32 {
        self.version
    }

    /// The packages, in the order of the file.
    pub fn packages(&self) -> &[LockedPackage] {
        &self.packages
    }

    /// What is odd about the file itself, such as `lock-mixed-checksums`.
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// The lockfile as compact JSON, schema `cratetrust.lockfile/1`.
    pub fn to_json(&self) -> String {
        String::new()
    }
}
