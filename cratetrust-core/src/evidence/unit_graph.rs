//! Cargo's unit graph, version 1 (`cargo build --unit-graph`): what a build would compile.

use std::borrow::Cow;

use serde::Deserialize;

use super::precursor::sorted;
use super::record::{Record, RecordedUnit, Specs, kind};
use super::{Evidence, Gathered};
use crate::error::{Error, Result};
use crate::options::Options;

#[derive(Deserialize)]
struct UnitGraph<'a> {
    #[serde(borrow)]
    units: Vec<GraphUnit<'a>>,
    roots: Vec<usize>,
}

#[derive(Deserialize)]
struct GraphUnit<'a> {
    #[serde(borrow)]
    pkg_id: Cow<'a, str>,
    target: Target,
    platform: Option<String>,
    #[serde(borrow)]
    mode: Cow<'a, str>,
    #[serde(default)]
    features: Vec<String>,
    #[serde(default)]
    dependencies: Vec<Dependency>,
}

#[derive(Deserialize)]
struct Target {
    kind: Vec<String>,
    name: String,
}

#[derive(Deserialize)]
struct Dependency {
    index: usize,
}

pub(super) fn gather(evidence: &Evidence<'_>, options: &Options) -> Result<Gathered> {
    let (limits, cancel) = (&options.limits, &options.cancel);
    let raw: UnitGraph<'_> = crate::sbom::read_json(evidence.bytes, limits, cancel)?;
    evidence.gathered("cargo-sbom", |source| record(raw)?.bom(source))
}

fn record(raw: UnitGraph<'_>) -> Result<Record> {
    let count = raw.units.len();
    let none = |place: std::fmt::Arguments<'_>, index: usize| {
        Error::parse(format!(
            "{place}: there is no unit {index}; the file holds {count}"
        ))
    };
    let mut record = Record::default();
    let mut specs = Specs::default();
    // Runs of build scripts and the like compile nothing.
    let mut compiled: Vec<Option<usize>> = Vec::with_capacity(count);
    let mut next = 0;
    for unit in &raw.units {
        let is_compiled = matches!(&*unit.mode, "build" | "check" | "test");
        compiled.push(is_compiled.then_some(next));
        next += usize::from(is_compiled);
    }
    let at_of = |index: usize| compiled.get(index).copied();
    for (nth, root) in raw.roots.iter().enumerate() {
        let at = at_of(*root).ok_or_else(|| none(format_args!("/roots/{nth}"), *root))?;
        let Some(at) = at else {
            continue;
        };
        record.roots.push(at);
        if let Some(unit) = raw.units.get(*root)
            && unit.target.kind.iter().any(|kind| kind == "bin")
        {
            record.bins.push(unit.target.name.clone());
        }
    }
    if record.roots.is_empty() {
        return Err(Error::parse("/roots: none of them is compiled"));
    }
    let is_part: Vec<bool> = raw
        .units
        .iter()
        .map(|unit| {
            let build_only = |kind: &String| matches!(&**kind, "proc-macro" | "custom-build");
            !unit.target.kind.iter().any(build_only)
        })
        .collect();
    for (at, unit) in raw.units.into_iter().enumerate() {
        let mut uses = Vec::new();
        for (nth, dependency) in unit.dependencies.iter().enumerate() {
            let place = format_args!("/units/{at}/dependencies/{nth}/index");
            let to = at_of(dependency.index).ok_or_else(|| none(place, dependency.index))?;
            let becomes_part = is_part.get(dependency.index).copied().unwrap_or_default();
            uses.extend(to.map(|to| (to, becomes_part)));
        }
        if at_of(at).flatten().is_none() {
            continue;
        }
        let package = specs
            .index(&unit.pkg_id, &mut record.packages)
            .map_err(|e| Error::parse(format!("/units/{at}/pkg_id: {}", e.message())))?;
        let kind = kind(unit.target.kind.iter().map(String::as_str)).ok_or_else(|| {
            Error::parse(format!(
                "/units/{at}/target/kind: no kind of target that is known"
            ))
        })?;
        record.units.push(RecordedUnit {
            package,
            kind,
            for_host: Some(unit.platform.is_none()),
            is_test: unit.mode == "test",
            features: sorted(unit.features),
            uses,
        });
        record.targets.extend(unit.platform);
    }
    record.targets.sort();
    record.targets.dedup();
    if record.targets.is_empty() {
        // Built without a named target: one platform for all, and units are not told apart by it.
        for unit in &mut record.units {
            unit.for_host = None;
        }
    }
    Ok(record)
}
