//! Cargo's own record of a build, `*.cargo-sbom.json` version 1 (`-Zsbom`, "SBOM precursor").

use std::borrow::Cow;

use serde::Deserialize;

use super::record::{Record, RecordedUnit, Specs, kind};
use super::{Evidence, Gathered};
use crate::bom::Toolchain;
use crate::error::{Error, Result};
use crate::options::Options;

#[derive(Deserialize)]
struct Precursor<'a> {
    root: usize,
    #[serde(borrow)]
    crates: Vec<Crate<'a>>,
    rustc: Option<Rustc>,
    target: Option<String>,
}

#[derive(Deserialize)]
struct Crate<'a> {
    #[serde(borrow)]
    id: Cow<'a, str>,
    kind: Kinds,
    #[serde(default)]
    features: Vec<String>,
    #[serde(default)]
    dependencies: Vec<Dependency<'a>>,
}

/// A list of kinds; the first nightly versions wrote one.
#[derive(Deserialize)]
#[serde(untagged)]
enum Kinds {
    List(Vec<String>),
    One(String),
}

#[derive(Deserialize)]
struct Dependency<'a> {
    index: usize,
    #[serde(borrow)]
    kind: Cow<'a, str>,
}

#[derive(Deserialize)]
struct Rustc {
    version: Option<String>,
    commit_hash: Option<String>,
    host: Option<String>,
}

pub(super) fn gather(evidence: &Evidence<'_>, options: &Options) -> Result<Gathered> {
    let (limits, cancel) = (&options.limits, &options.cancel);
    let raw: Precursor<'_> = crate::sbom::read_json(evidence.bytes, limits, cancel)?;
    evidence.gathered("cargo-sbom", |source| record(raw)?.bom(source))
}

fn record(raw: Precursor<'_>) -> Result<Record> {
    let count = raw.crates.len();
    if raw.root >= count {
        return Err(Error::parse(format!(
            "/root: there is no crate {}; the file holds {count}",
            raw.root
        )));
    }
    let mut record = Record {
        roots: vec![raw.root],
        targets: raw.target.into_iter().collect(),
        ..Record::default()
    };
    if let Some(rustc) = raw.rustc {
        record.host.clone_from(&rustc.host);
        record.toolchain = Some(Toolchain {
            version: rustc.version,
            commit: rustc.commit_hash,
            host: rustc.host,
        });
    }
    let mut specs = Specs::default();
    for (at, unit) in raw.crates.into_iter().enumerate() {
        let package = specs
            .index(&unit.id, &mut record.packages)
            .map_err(|e| Error::parse(format!("/crates/{at}/id: {}", e.message())))?;
        let kinds = match &unit.kind {
            Kinds::List(kinds) => kinds.as_slice(),
            Kinds::One(kind) => std::slice::from_ref(kind),
        };
        let kind = kind(kinds.iter().map(String::as_str)).ok_or_else(|| {
            Error::parse(format!(
                "/crates/{at}/kind: no kind of target that is known"
            ))
        })?;
        let mut uses = Vec::new();
        for (nth, dependency) in unit.dependencies.into_iter().enumerate() {
            let place = format_args!("/crates/{at}/dependencies/{nth}");
            if dependency.index >= count {
                return Err(Error::parse(format!(
                    "{place}/index: there is no crate {}; the file holds {count}",
                    dependency.index
                )));
            }
            let becomes_part = match &*dependency.kind {
                "normal" => true,
                "build" => false,
                _ => {
                    return Err(Error::parse(format!(
                        "{place}/kind: `normal` or `build` is wanted"
                    )));
                }
            };
            uses.push((dependency.index, becomes_part));
        }
        record.units.push(RecordedUnit {
            package,
            kind,
            for_host: None,
            is_test: false,
            features: sorted(unit.features),
            uses,
        });
    }
    // What is built for a build script or a proc-macro, as a root, is built for the host.
    let root = record.units.get(raw.root);
    if root.is_some_and(|unit| matches!(unit.kind, "proc-macro" | "custom-build")) {
        for unit in &mut record.units {
            unit.for_host = Some(true);
        }
    }
    Ok(record)
}

/// Features in the order in which they are written out.
pub(super) fn sorted(mut features: Vec<String>) -> Vec<String> {
    features.sort();
    features.dedup();
    features
}
