//! A project's directory as evidence: its Cargo.lock and manifests, with the manifests of all
//! packages that the selection may need, or their index lines where these alone are at hand,
//! resolved to what cargo would build.

mod local;
mod reader;
mod stores;

use std::path::Path;

use super::{Asked, Gathered};
use crate::bom::{
    Bom, Edge, EvidenceLevel, EvidenceSource, Gap, Package, Scope, Selection as BomSelection,
};
use crate::digest::Sha256;
use crate::error::{Error, ErrorKind, Result};
use crate::input::Input;
use crate::lockfile::Lockfile;
use crate::options::{Options, SelectionRequest};
use crate::package::{SourceKind, package_purl, report_ids};
use crate::report::{Code, Finding, ReportInput};
use crate::resolve::{self, Knowledge, Resolution};
use crate::targets::Table;

use local::Project;
use stores::Stores;

pub(super) fn gather(
    directory: &Path,
    request: &SelectionRequest,
    asked: Asked<'_>,
    options: &Options,
) -> Result<Gathered> {
    let input = Input::from_path(directory.join(super::LOCKFILE_NAME));
    let (lockfile, sha256) = Lockfile::read(&input, &options.limits, &options.cancel)?;
    let name = input.name();
    let selection = selection(request);
    let mut findings = Vec::new();
    let bom = if selection.targets.iter().any(|t| t.ends_with(".json")) {
        let mut bom = super::lockfile::bom(&lockfile, name.clone(), sha256);
        let why = "a target is described by a file, which is not resolved here; every package of the lockfile may be in the build";
        bom.gaps = bom.roots.iter().map(|root| gap(*root, why)).collect();
        bom.selection = Some(selection);
        bom
    } else {
        let project = Project::open(directory, options)?;
        let resolved = resolved(&lockfile, &project, &selection, asked, options)?;
        findings.extend(skipped_findings(&lockfile, &resolved.resolution));
        bom(&lockfile, resolved, name.clone(), sha256)
    };
    findings.extend(lockfile.findings().iter().cloned());
    findings.extend(gap_findings(&bom));
    Ok(Gathered {
        bom,
        inputs: vec![ReportInput {
            role: "lockfile".to_owned(),
            name,
            sha256: Some(sha256),
        }],
        findings,
    })
}

/// A finding for each gap.
fn gap_findings(bom: &Bom) -> Vec<Finding> {
    if bom.gaps.is_empty() {
        return Vec::new();
    }
    let packages = bom.packages.iter();
    let ids = report_ids(packages.map(|p| (p.name.as_str(), p.version.as_str(), &p.source)));
    bom.gaps
        .iter()
        .map(|gap| {
            let finding = Finding::new(Code::CrateGap, gap.reason.clone());
            match ids.get(gap.package) {
                Some(id) => finding.package(id),
                None => finding,
            }
        })
        .collect()
}

/// A finding for each binary that is left out.
fn skipped_findings(lockfile: &Lockfile, resolution: &Resolution) -> Vec<Finding> {
    let packages = lockfile.packages().iter();
    let ids = report_ids(packages.map(|p| (p.name.as_str(), p.version.as_str(), &p.source)));
    resolution
        .skipped
        .iter()
        .map(|bin| {
            let finding = Finding::new(
                Code::BinSkipped,
                format!(
                    "the binary `{}` is not built: it needs features that are off: {}",
                    bin.name,
                    bin.missing.join(", ")
                ),
            );
            match ids.get(bin.package) {
                Some(id) => finding.package(id),
                None => finding,
            }
        })
        .collect()
}

fn gap(package: usize, reason: impl Into<String>) -> Gap {
    Gap {
        package,
        code: Code::CrateGap.name().to_owned(),
        reason: reason.into(),
    }
}

/// What was asked for, in the words of the answer.
fn selection(request: &SelectionRequest) -> BomSelection {
    let targets = match (&request.host, request.targets.is_empty()) {
        (Some(host), true) => vec![host.clone()],
        _ => request.targets.clone(),
    };
    let mut features = request.features.clone();
    features.sort();
    features.dedup();
    BomSelection {
        packages: request.packages.clone(),
        bins: request.bins.clone(),
        lib: request.lib,
        targets,
        host: request.host.clone(),
        features,
        all_features: request.all_features,
        default_features: !request.no_default_features,
        cfgs: request.cfgs.clone(),
        dev: request.dev,
        resolver: None,
        target_table: None,
    }
}

/// A resolution and what it was made with.
struct Resolved {
    resolution: Resolution,
    /// Where lockfile and project do not fit.
    doubts: Vec<Gap>,
    /// Whether the index line alone was at hand, for each package of the lockfile.
    indexed: Vec<bool>,
}

/// What is known of the packages of a lockfile, and of which of them anybody asked.
struct Known {
    packages: Vec<Knowledge>,
    asked: Vec<bool>,
}

impl Known {
    fn of(count: usize) -> Self {
        // Should anything lead to one that nobody asked for after all, a gap says so.
        Self {
            packages: vec![Knowledge::Missing("it was not looked for".to_owned()); count],
            asked: vec![false; count],
        }
    }

    fn set(&mut self, at: usize, found: Knowledge) {
        if let (Some(slot), Some(asked)) = (self.packages.get_mut(at), self.asked.get_mut(at)) {
            (*slot, *asked) = (found, true);
        }
    }

    fn is_unasked(&self, at: usize) -> bool {
        self.asked.get(at) == Some(&false)
    }
}

/// Finds the manifests that the selection may need, and resolves.
fn resolved(
    lockfile: &Lockfile,
    project: &Project,
    selection: &BomSelection,
    asked: Asked<'_>,
    options: &Options,
) -> Result<Resolved> {
    let table = Table::embedded();
    let packages = lockfile.packages();
    let joined = project.join(lockfile, &selection.packages)?;
    let mut reach = resolve::Reach::new(&joined.workspace, selection, table, lockfile)?;
    let stores = Stores::open(options)?;
    let mut known = Known::of(packages.len());
    for (at, described) in joined.described {
        known.set(at, Knowledge::Manifest(Box::new(described)));
    }
    let mut blindly = false;
    let resolution = loop {
        // Level by level: the manifests of one level say which packages the next one holds.
        loop {
            let level = reach.next(lockfile, &known.packages, &options.cancel)?;
            if level.is_empty() {
                break;
            }
            let level = level.into_iter();
            let wanted: Vec<usize> = level.filter(|at| known.is_unasked(*at)).collect();
            for (at, found) in stores.load(packages, &wanted, asked, options)? {
                known.set(at, found);
            }
        }
        let resolution = resolve::resolve(
            lockfile,
            &known.packages,
            &joined.workspace,
            selection,
            table,
            &options.cancel,
        )?;
        // Where something is not certain, more may matter than the features that are on lead to.
        let mut scopes = resolution.scopes.iter().enumerate();
        let more = scopes.any(|(at, scope)| *scope != Scope::NotBuilt && known.is_unasked(at))
            || resolution.gaps.iter().any(|(at, _)| known.is_unasked(*at));
        if blindly || !more {
            break resolution;
        }
        blindly = true;
        reach.widen();
    };
    let doubts = joined
        .doubts
        .into_iter()
        .filter(|(at, _)| {
            let scope = resolution.scopes.get(*at);
            scope.is_some_and(|scope| *scope != Scope::NotBuilt)
        })
        .map(|(at, why)| gap(at, why))
        .collect();
    let is_indexed = |knowledge: &Knowledge| matches!(knowledge, Knowledge::Declared(..));
    Ok(Resolved {
        resolution,
        doubts,
        indexed: known.packages.iter().map(is_indexed).collect(),
    })
}

fn bom(lockfile: &Lockfile, resolved: Resolved, name: String, sha256: Sha256) -> Bom {
    let Resolved {
        resolution,
        doubts,
        indexed,
    } = resolved;
    let source = |level| EvidenceSource {
        level,
        name: name.clone(),
        sha256: Some(sha256),
    };
    let mut bom = Bom {
        evidence: vec![source(EvidenceLevel::Manifests)],
        roots: resolution.roots,
        gaps: doubts,
        selection: Some(resolution.selection),
        ..Bom::default()
    };
    // Of what is not built, an index line says as much as the manifest does.
    let scopes = resolution.scopes.iter().zip(&indexed);
    let by_index: Vec<usize> = scopes
        .map(|(scope, indexed)| usize::from(*indexed && *scope != Scope::NotBuilt))
        .collect();
    if by_index.contains(&1) {
        bom.evidence.push(source(EvidenceLevel::LockfileIndex));
    }
    let evidence_of = |at: usize| vec![by_index.get(at).copied().unwrap_or_default()];
    let gaps = resolution.gaps.into_iter();
    bom.gaps.extend(gaps.map(|(at, why)| gap(at, why)));
    let facts = resolution.scopes.into_iter().zip(resolution.units);
    for ((id, locked), (scope, units)) in lockfile.packages().iter().enumerate().zip(facts) {
        let source = locked.source.public().into_owned();
        let mut package = Package::new(&locked.name, &locked.version, source);
        package.id = id;
        package.purl = package_purl(&locked.name, &locked.version, &locked.source);
        package.checksum.sha256 = locked.checksum;
        package.scope = scope;
        package.evidence = evidence_of(id);
        package.units = units;
        bom.packages.push(package);
    }
    bom.edges = resolution
        .edges
        .into_iter()
        .map(|edge| Edge {
            from: edge.from,
            to: edge.to,
            kind: edge.kind,
            name: edge.name,
            evidence: evidence_of(edge.from),
        })
        .collect();
    bom.normalize();
    bom
}

/// A file that must be there.
fn not_found(path: &Path, message: &str) -> Error {
    Error::new(ErrorKind::NotFound, message).at_path(path.display().to_string())
}

/// Whether packages of a source lie in the project itself.
fn is_local(kind: SourceKind) -> bool {
    kind == SourceKind::Path
}
