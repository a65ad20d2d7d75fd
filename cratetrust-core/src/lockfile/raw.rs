//! What both readers of the text give: the tables of a Cargo.lock, not yet checked or resolved.

use std::borrow::Cow;
use std::ops::Range;

use crate::error::Error;

/// A string of the file and the line on which it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Text<'a> {
    pub(super) text: Cow<'a, str>,
    pub(super) line: u64,
}

impl<'a> Text<'a> {
    pub(super) fn borrowed(text: &'a str, line: u64) -> Self {
        Self {
            text: Cow::Borrowed(text),
            line,
        }
    }
}

/// One `[[package]]` or the `[root]`.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct RawPackage<'a> {
    pub(super) line: u64,
    pub(super) name: Text<'a>,
    pub(super) version: Text<'a>,
    pub(super) source: Option<Text<'a>>,
    pub(super) checksum: Option<Text<'a>>,
    pub(super) replace: Option<Text<'a>>,
    /// Its part of [`Raw::dependencies`].
    pub(super) dependencies: Range<usize>,
}

/// A Cargo.lock as it is written.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Raw<'a> {
    /// The `version` key.
    pub(super) version: Option<u32>,
    /// Whether one of the packages stood in `[root]`.
    pub(super) has_root: bool,
    /// In the order of the file.
    pub(super) packages: Vec<RawPackage<'a>>,
    /// The strings of all `dependencies`, one package after the other.
    pub(super) dependencies: Vec<Text<'a>>,
    /// The keys of `[metadata]` that begin with `checksum `, without that word, and their values.
    pub(super) checksums: Vec<(Text<'a>, Text<'a>)>,
}

/// How keys of `[metadata]` that hold a checksum begin.
pub(super) const CHECKSUM_PREFIX: &str = "checksum ";

/// The error for a package without a key that it needs.
pub(super) fn missing(key: &str, line: u64) -> Error {
    Error::parse(format!("a package without `{key}`")).at_line(line, None)
}
