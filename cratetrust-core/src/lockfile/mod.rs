//! Cargo.lock, versions 1 to 4; a newer one is read as far as it is understood.

mod document;
mod layout;
mod raw;
mod resolve;
#[cfg(test)]
mod tests;

use serde::Serialize;

use crate::digest::Sha256;
use crate::error::{Error, ErrorKind, Result};
use crate::input::Input;
use crate::limits::Limits;
use crate::package::{Source, package_purl, report_ids};
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
    /// A byte order mark and line ends of Windows are accepted, as cargo accepts them. Unlike cargo,
    /// which drops what it cannot make sense of and resolves anew, this refuses a dependency that
    /// names no package of the file or more than one.
    ///
    /// # Errors
    /// `LimitExceeded`, `InvalidUtf8`, `Parse`, and `UnsupportedFormat` for what is no Cargo.lock at
    /// all, each with the line where there is one; `Cancelled`.
    pub fn parse(bytes: &[u8], label: &str, limits: &Limits, cancel: &CancelToken) -> Result<Self> {
        Self::parse_unnamed(bytes, limits, cancel).map_err(|error| error.at_path(label))
    }

    fn parse_unnamed(bytes: &[u8], limits: &Limits, cancel: &CancelToken) -> Result<Self> {
        if bytes.len() as u64 > limits.lockfile_size {
            return Err(Error::limit(
                "lockfile-size",
                limits.lockfile_size,
                "the lockfile is larger than the limit allows",
            ));
        }
        let text = std::str::from_utf8(bytes).map_err(|error| {
            let offset = error.valid_up_to();
            let before = bytes.get(..offset).unwrap_or_default();
            let line = before.iter().filter(|b| **b == b'\n').count() as u64 + 1;
            Error::new(ErrorKind::InvalidUtf8, "the lockfile is not UTF-8")
                .at_line(line, None)
                .at_offset(offset as u64)
        })?;
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let raw = match layout::read(text, cancel)? {
            Some(raw) => raw,
            None => document::read(text, limits, cancel)?,
        };
        resolve::resolve(&raw, cancel)
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
    ///
    /// Sources are spelled as in a lockfile of version 4, without credentials and local paths; see
    /// [`Source::public`].
    pub fn to_json(&self) -> String {
        let ids = report_ids(
            self.packages
                .iter()
                .map(|p| (p.name.as_str(), p.version.as_str(), &p.source)),
        );
        let packages = self
            .packages
            .iter()
            .zip(&ids)
            .map(|(package, id)| PackageJson {
                id,
                name: &package.name,
                version: &package.version,
                source: package.source.public().to_lock(),
                checksum: package.checksum,
                purl: package_purl(&package.name, &package.version, &package.source),
                dependencies: &package.dependencies,
                replace: package.replace,
            })
            .collect();
        let json = LockfileJson {
            schema: SCHEMA,
            version: self.version,
            packages,
            findings: &self.findings,
        };
        // Serialising plain structs of strings and numbers cannot fail.
        serde_json::to_string(&json).unwrap_or_default()
    }
}

/// The schema name of a lockfile's JSON form.
pub const SCHEMA: &str = "cratetrust.lockfile/1";

#[derive(Serialize)]
struct LockfileJson<'a> {
    schema: &'static str,
    version: u32,
    packages: Vec<PackageJson<'a>>,
    findings: &'a [Finding],
}

#[derive(Serialize)]
struct PackageJson<'a> {
    id: &'a str,
    name: &'a str,
    version: &'a str,
    source: Option<String>,
    checksum: Option<Sha256>,
    purl: Option<String>,
    dependencies: &'a [usize],
    replace: Option<usize>,
}
