//! Package URLs: parsing, canonical form, and the URL of a cargo package.

use std::collections::BTreeMap;

use super::Source;
use crate::error::{Error, Result};

/// A package URL (ECMA-427).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Purl {
    /// The type, lower case.
    pub kind: String,
    /// The namespace, decoded.
    pub namespace: Option<String>,
    /// The name, decoded.
    pub name: String,
    /// The version, decoded.
    pub version: Option<String>,
    /// The qualifiers, keys lower case and values decoded.
    pub qualifiers: BTreeMap<String, String>,
    /// The subpath, decoded.
    pub subpath: Option<String>,
}

impl std::str::FromStr for Purl {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let _ = text;
        Err(Error::parse("pending"))
    }
}

/// The canonical package URL of a cargo package; `None` for path packages, the standard library
/// and unknown sources.
pub fn package_purl(name: &str, version: &str, source: &Source) -> Option<String> {
    let _ = (name, version, source);
    None
}
