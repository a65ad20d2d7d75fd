//! Which record a JSON object is, told by the names of its members.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};

use crate::error::{Error, ErrorKind};
use crate::options::Options;

/// What JSON evidence is.
pub(super) enum Shape {
    /// Cargo's record of a build, `*.cargo-sbom.json`.
    Precursor,
    /// Cargo's unit graph.
    UnitGraph,
    /// The output of `cargo metadata`.
    Metadata,
    /// One of these, of a version that is not known.
    Newer(Error),
    /// An SBOM, or nothing that is known: the readers of SBOMs tell.
    Other,
}

/// What JSON text is, as far as it can be told without understanding it.
pub(super) fn of(bytes: &[u8], options: &Options) -> Shape {
    let (limits, cancel) = (&options.limits, &options.cancel);
    let Ok(head) = crate::sbom::read_json::<Head>(bytes, limits, cancel) else {
        return Shape::Other;
    };
    let (shape, what) = if head.crates && head.root {
        (Shape::Precursor, "cargo's record of a build")
    } else if head.units && head.roots {
        (Shape::UnitGraph, "cargo's unit graph")
    } else if head.packages && head.members {
        (Shape::Metadata, "the output of `cargo metadata`")
    } else {
        return Shape::Other;
    };
    match head.version {
        Some(1) => shape,
        version => {
            let version = version.map_or_else(|| "none".to_owned(), |v| v.to_string());
            Shape::Newer(Error::new(
                ErrorKind::UnsupportedFormat,
                format!("{what} states version {version}; version 1 is read here"),
            ))
        }
    }
}

/// Which members there are.
#[derive(Debug, Default)]
struct Head {
    version: Option<u64>,
    crates: bool,
    root: bool,
    units: bool,
    roots: bool,
    packages: bool,
    members: bool,
}

/// A whole number, or anything else.
#[derive(Deserialize)]
#[serde(untagged)]
enum Version {
    Number(u64),
    Other(IgnoredAny),
}

struct HeadVisitor;

impl<'de> Visitor<'de> for HeadVisitor {
    type Value = Head;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Head, A::Error> {
        let mut head = Head::default();
        while let Some(key) = map.next_key::<std::borrow::Cow<'de, str>>()? {
            match &*key {
                "version" => {
                    head.version = match map.next_value()? {
                        Version::Number(number) => Some(number),
                        Version::Other(IgnoredAny) => None,
                    };
                    continue;
                }
                "crates" => head.crates = true,
                "root" => head.root = true,
                "units" => head.units = true,
                "roots" => head.roots = true,
                "packages" => head.packages = true,
                "workspace_members" => head.members = true,
                _ => {}
            }
            map.next_value::<IgnoredAny>()?;
        }
        Ok(head)
    }
}

impl<'de> Deserialize<'de> for Head {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(HeadVisitor)
    }
}
