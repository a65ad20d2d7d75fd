//! A Cargo.lock as evidence: all packages that any build of the workspace could use, and no more
//! than that about any of them.

use super::Gathered;
use crate::bom::{Bom, Edge, EdgeKind, EvidenceLevel, EvidenceSource, Package, Scope};
use crate::digest::Sha256;
use crate::error::Result;
use crate::input::Input;
use crate::lockfile::{LockedPackage, Lockfile};
use crate::options::Options;
use crate::package::{SourceKind, package_purl};
use crate::report::ReportInput;

pub(super) fn gather(input: &Input, name: String, options: &Options) -> Result<Gathered> {
    let (lockfile, sha256) = Lockfile::read(input, &options.limits, &options.cancel)?;
    Ok(Gathered {
        bom: bom(&lockfile, name.clone(), sha256),
        inputs: vec![ReportInput {
            role: "lockfile".to_owned(),
            name,
            sha256: Some(sha256),
        }],
        findings: lockfile.findings().to_vec(),
    })
}

/// The bill of materials that a lockfile comes to.
///
/// A lockfile states no selection, so that each scope is `maybe` and each kind of edge `unknown`;
/// only a package that `[replace]` replaces is known to be `not-built`. Edges are those that the lockfile writes: a package replaced by `[replace]` keeps the edges that
/// lead to it, and has none to its replacement. Sources are as they may be shown to others.
pub(super) fn bom(lockfile: &Lockfile, name: String, sha256: Sha256) -> Bom {
    let packages = lockfile.packages();
    let mut bom = Bom {
        evidence: vec![EvidenceSource {
            level: EvidenceLevel::Lockfile,
            name,
            sha256: Some(sha256),
        }],
        roots: roots(packages),
        ..Bom::default()
    };
    for (id, locked) in packages.iter().enumerate() {
        let source = locked.source.public().into_owned();
        let mut package = Package::new(&locked.name, &locked.version, source);
        package.id = id;
        package.purl = package_purl(&locked.name, &locked.version, &locked.source);
        package.checksum.sha256 = locked.checksum;
        package.scope = match locked.replace {
            Some(_) => Scope::NotBuilt,
            None => Scope::Maybe,
        };
        package.evidence = vec![0];
        bom.packages.push(package);
        bom.edges.extend(locked.dependencies.iter().map(|to| Edge {
            from: id,
            to: *to,
            kind: EdgeKind::Unknown,
            name: None,
            evidence: vec![0],
        }));
    }
    bom.normalize();
    bom
}

/// The source-less packages on which no other package depends.
///
/// Members that depend on each other in a cycle (as dev-dependencies may) all have somebody who
/// depends on them. Where no root leads to such packages, all source-less packages that no root
/// leads to are roots too, so that everything in the lockfile can be reached. A replacement counts
/// as used by what it replaces.
fn roots(packages: &[LockedPackage]) -> Vec<usize> {
    let uses = |from: usize| {
        packages.get(from).into_iter().flat_map(move |package| {
            let used = package.dependencies.iter().chain(&package.replace);
            used.copied().filter(move |to| *to != from)
        })
    };
    let mut used = vec![false; packages.len()];
    for to in (0..packages.len()).flat_map(uses) {
        mark(&mut used, to);
    }
    let is_local = |(_, package): &(usize, &LockedPackage)| package.source.kind == SourceKind::Path;
    let mut roots: Vec<usize> = packages
        .iter()
        .enumerate()
        .filter(is_local)
        .map(|(at, _)| at)
        .filter(|at| used.get(*at) == Some(&false))
        .collect();
    let mut reached = vec![false; packages.len()];
    let mut open = roots.clone();
    while let Some(at) = open.pop() {
        if mark(&mut reached, at) {
            open.extend(uses(at));
        }
    }
    roots.extend(
        packages
            .iter()
            .enumerate()
            .filter(is_local)
            .map(|(at, _)| at)
            .filter(|at| reached.get(*at) == Some(&false)),
    );
    roots
}

/// Sets a mark; whether it was not set before.
fn mark(marks: &mut [bool], at: usize) -> bool {
    marks
        .get_mut(at)
        .is_some_and(|slot| !std::mem::replace(slot, true))
}
