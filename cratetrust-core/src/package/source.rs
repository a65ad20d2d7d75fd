//! Where a package comes from, and how Cargo.lock spells that.

use serde::Serialize;

use crate::error::Result;

/// The kind of a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum SourceKind {
    /// The default registry, however it is reached.
    #[serde(rename = "crates.io")]
    CratesIo,
    /// Any other registry.
    #[serde(rename = "registry")]
    Registry,
    /// A git repository at a commit.
    #[serde(rename = "git")]
    Git,
    /// A path or workspace package: Cargo.lock names no source.
    #[serde(rename = "path")]
    Path,
    /// The standard library.
    #[serde(rename = "std")]
    Std,
    /// The evidence does not say.
    #[serde(rename = "unknown")]
    Unknown,
}

/// Where a package comes from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Source {
    /// The kind.
    pub kind: SourceKind,
    /// The registry's index URL (with `sparse+` where cargo writes it) or the repository's URL;
    /// `None` for crates.io and where there is none.
    pub url: Option<String>,
    /// What of a git repository was asked for: `branch=…`, `tag=…` or `rev=…`, decoded.
    #[serde(rename = "ref")]
    pub reference: Option<String>,
    /// The commit of a git repository, in hexadecimal digits.
    pub rev: Option<String>,
}

impl Source {
    /// A source of a kind, with nothing else known.
    pub const fn of(kind: SourceKind) -> Self {
        Self {
            kind,
            url: None,
            reference: None,
            rev: None,
        }
    }

    /// Reads the `source` string of a Cargo.lock.
    ///
    /// # Errors
    /// `Parse` where it is of no form that cargo writes.
    pub fn from_lock(text: &str) -> Result<Self> {
        let _ = text;
        Err(crate::Error::parse("pending"))
    }

    /// The `source` string as a Cargo.lock of version 4 spells it; `None` for path packages and
    /// where the source is not known.
    pub fn to_lock(&self) -> Option<String> {
        None
    }
}
