//! Several pieces of evidence joined: the most exact ones say what is in the build, a Cargo.lock
//! gives checksums and commits, and each component and edge keeps who knows it.

use std::collections::{HashMap, HashSet};

use super::{Gathered, spec};
use crate::bom::{Bom, Edge, EvidenceLevel, Package, Scope, Selection};
use crate::error::{Error, Result};
use crate::options::Options;
use crate::package::{Source, SourceKind, report_ids};
use crate::report::{Code, Finding, Severity};

/// Refuses what cannot be joined.
///
/// # Errors
/// `InvalidArgument` for a second lockfile, and for an SBOM beside other evidence.
pub(super) fn refuse_beside(parts: &[Gathered], part: &Gathered) -> Result<()> {
    let is = |part: &Gathered, wanted| level(part) == wanted;
    let has = |wanted| parts.iter().any(|part| is(part, wanted));
    if parts.iter().any(|part| holds_lockfile(&part.bom)) && holds_lockfile(&part.bom) {
        return Err(Error::invalid(
            "this is a second Cargo.lock; a build has one",
        ));
    }
    if has(EvidenceLevel::Sbom) || (is(part, EvidenceLevel::Sbom) && !parts.is_empty()) {
        return Err(Error::invalid(
            "an SBOM counts as evidence alone, not beside other evidence",
        ));
    }
    Ok(())
}

/// Whether a piece tells what was built, and not what would be.
pub(super) fn is_record(part: &Gathered) -> bool {
    level(part) >= EvidenceLevel::AuditableSbom
}

/// Whether a Cargo.lock is part of what a bill of materials was made from.
fn holds_lockfile(bom: &Bom) -> bool {
    bom.evidence.iter().any(|source| {
        matches!(
            source.level,
            EvidenceLevel::Lockfile | EvidenceLevel::LockfileIndex | EvidenceLevel::Manifests
        )
    })
}

fn level(part: &Gathered) -> EvidenceLevel {
    let levels = part.bom.evidence.iter().map(|source| source.level);
    levels.max().unwrap_or(EvidenceLevel::BinaryHeuristic)
}

/// Joins pieces of evidence.
pub(super) fn merge(parts: Vec<Gathered>, options: &Options) -> Result<Gathered> {
    let best = parts.iter().map(level).max();
    let mut inputs = Vec::new();
    let mut findings = Vec::new();
    let mut bom = Bom::default();
    let (nodes, others): (Vec<_>, Vec<_>) = parts
        .into_iter()
        .partition(|part| Some(level(part)) == best);
    let mut first = true;
    for part in nodes {
        options.cancel.check()?;
        inputs.extend(part.inputs);
        findings.extend(part.findings);
        if std::mem::take(&mut first) {
            bom = part.bom;
        } else {
            unite(&mut bom, part.bom);
        }
    }
    for part in others {
        options.cancel.check()?;
        inputs.extend(part.inputs);
        findings.extend(part.findings);
        join(&mut bom, part.bom, &mut findings);
    }
    bom.normalize();
    Ok(Gathered {
        bom,
        inputs,
        findings,
    })
}

/// Takes in what another piece of the same level knows.
pub(super) fn unite(bom: &mut Bom, other: Bom) {
    let offset = bom.evidence.len();
    let found: Vec<Slot> = {
        let names = Names::of(&bom.packages);
        other.packages.iter().map(|p| names.find(p)).collect()
    };
    let mut places = Vec::with_capacity(other.packages.len());
    for (mut package, found) in other.packages.into_iter().zip(found) {
        package.evidence.iter_mut().for_each(|at| *at += offset);
        let known = match found {
            Slot::One(at) => bom.packages.get_mut(at).map(|known| (at, known)),
            Slot::None | Slot::Many => None,
        };
        match known {
            Some((at, known)) => {
                known.scope = known.scope.min(package.scope);
                known.evidence.extend(package.evidence);
                known.units.extend(package.units);
                super::record::sort_units(&mut known.units);
                places.push(at);
            }
            None => {
                package.id = bom.packages.len();
                places.push(package.id);
                bom.packages.push(package);
            }
        }
    }
    let place = |at: usize| places.get(at).copied().unwrap_or(at);
    let mut known: HashMap<_, usize> = HashMap::new();
    for (at, edge) in bom.edges.iter().enumerate() {
        known.insert((edge.from, edge.to, edge.kind, edge.name.clone()), at);
    }
    for edge in other.edges {
        let (from, to) = (place(edge.from), place(edge.to));
        let evidence: Vec<usize> = edge.evidence.iter().map(|at| at + offset).collect();
        let at = known.get(&(from, to, edge.kind, edge.name.clone()));
        match at.and_then(|at| bom.edges.get_mut(*at)) {
            Some(known) => known.evidence.extend(evidence),
            None => bom.edges.push(Edge {
                from,
                to,
                evidence,
                ..edge
            }),
        }
    }
    bom.roots.extend(other.roots.into_iter().map(place));
    bom.gaps.extend(other.gaps.into_iter().map(|mut gap| {
        gap.package = place(gap.package);
        gap
    }));
    bom.evidence.extend(other.evidence);
    bom.toolchain = bom.toolchain.take().or(other.toolchain);
    bom.selection = match (bom.selection.take(), other.selection) {
        (Some(one), Some(other)) => Some(both(one, other)),
        // A part of the answer without a selection leaves the whole without one.
        _ => None,
    };
}

/// The selection of two builds in one document.
fn both(mut one: Selection, other: Selection) -> Selection {
    let qualified = |selection: &Selection| -> Vec<String> {
        let qualify = |name: &String| match selection.packages.as_slice() {
            [package] if !name.contains('/') => format!("{package}/{name}"),
            _ => name.clone(),
        };
        selection.features.iter().map(qualify).collect()
    };
    if one.packages != other.packages {
        one.features = qualified(&one);
        one.features.extend(qualified(&other));
    } else {
        one.features.extend(other.features.iter().cloned());
    }
    one.packages.extend(other.packages);
    one.bins.extend(other.bins);
    one.targets.extend(other.targets);
    one.cfgs.extend(other.cfgs);
    for list in [
        &mut one.packages,
        &mut one.bins,
        &mut one.targets,
        &mut one.features,
        &mut one.cfgs,
    ] {
        list.sort();
        list.dedup();
    }
    one.lib |= other.lib;
    one.dev |= other.dev;
    one.all_features |= other.all_features;
    one.default_features |= other.default_features;
    one.host = one.host.filter(|host| Some(host) == other.host.as_ref());
    one
}

/// Takes from less exact evidence what it knows of the packages, and tells where it contradicts.
pub(super) fn join(bom: &mut Bom, other: Bom, findings: &mut Vec<Finding>) {
    let offset = bom.evidence.len();
    let what = other
        .evidence
        .first()
        .map_or("the other evidence", |source| source.level.name());
    let is_lock = level_of(&other) == Some(EvidenceLevel::Lockfile);
    // These list what is built, neither more nor less.
    let is_exact =
        |bom: &Bom| level_of(bom).is_some_and(|level| level >= EvidenceLevel::AuditableSbom);
    let same_roots = identities(bom, &bom.roots) == identities(&other, &other.roots);
    let is_complete = is_lock || (is_exact(&other) && same_roots);
    let names = Names::of(&other.packages);
    // Where a package of one stands in the other.
    let mut place = vec![None; bom.packages.len()];
    let mut taken = HashSet::new();
    let mut contradictions = Vec::new();
    for (at, package) in bom.packages.iter_mut().enumerate() {
        let found = match names.find(package) {
            Slot::One(found) => other.packages.get(found).map(|there| (found, there)),
            // Which of several it is, nobody can tell.
            Slot::Many => continue,
            Slot::None => None,
        };
        let Some((found, there)) = found else {
            // No lockfile and no record of cargo's names the crates of the standard library.
            if is_complete && package.source.kind != SourceKind::Std {
                let others = names.versions(&package.name, &other.packages);
                contradictions.push((at, Kind::Missing(others)));
            }
            continue;
        };
        taken.insert(found);
        if let Some(slot) = place.get_mut(at) {
            *slot = Some(found);
        }
        if let (Some(one), Some(two)) = (&package.source.rev, &there.source.rev)
            && one != two
        {
            contradictions.push((at, Kind::Commit(one.clone(), two.clone())));
        }
        complete(package, there);
        if package.scope == Scope::Maybe && is_shown(&other, there) {
            package.scope = Scope::Linked;
        }
        package
            .evidence
            .extend(there.evidence.iter().map(|at| at + offset));
    }
    let edges: HashSet<(usize, usize)> = other.edges.iter().map(|e| (e.from, e.to)).collect();
    // A replaced package keeps its edges, and its replacement is what is built.
    let has_replaced = other.packages.iter().any(|p| p.scope == Scope::NotBuilt);
    let at = |at: usize| place.get(at).copied().flatten();
    // Cargo writes some edges to build scripts below another package, and cargo-auditable takes them
    // for edges between the packages.
    let is_loose = level_of(bom) == Some(EvidenceLevel::AuditableSbom);
    bom.edges.retain_mut(|edge| {
        let (Some(from), Some(to)) = (at(edge.from), at(edge.to)) else {
            return true;
        };
        if edges.contains(&(from, to)) {
            edge.evidence.push(offset);
            return true;
        }
        if is_lock && !has_replaced {
            contradictions.push((edge.from, Kind::Edge(edge.to)));
            return !is_loose;
        }
        true
    });
    let beyond = if is_exact(bom) {
        Scope::NotBuilt
    } else {
        Scope::Maybe
    };
    let evidence_of_nodes = bom.evidence.first().map(|source| source.level.name());
    let lists_what_is_built = is_exact(bom)
        && is_exact(&other)
        && (same_roots || other.roots.iter().all(|root| taken.contains(root)));
    // Whatever it lists, cargo took it from the lockfile.
    let lists_what_is_locked = holds_lockfile(bom)
        && matches!(
            level_of(&other),
            Some(EvidenceLevel::CargoMetadata | EvidenceLevel::Auditable)
        );
    if is_lock {
        let mut places: HashMap<usize, usize> = HashMap::new();
        for (at, found) in place.iter().enumerate() {
            places.extend(found.map(|found| (found, at)));
        }
        for (found, mut package) in other.packages.iter().cloned().enumerate() {
            if taken.contains(&found) {
                continue;
            }
            package.scope = package.scope.max(beyond);
            package.evidence = vec![offset];
            package.id = bom.packages.len();
            places.insert(found, package.id);
            bom.packages.push(package);
        }
        if !is_exact(bom) {
            add_edges(bom, &other.edges, &places, offset);
        }
    } else if lists_what_is_built || lists_what_is_locked {
        let (expected, actual) = match lists_what_is_built {
            true => ("not built", "built"),
            false => ("not in the lockfile", "listed"),
        };
        let ids = ids(&other.packages);
        for (found, id) in ids.iter().enumerate() {
            let kind = other.packages.get(found).map(|package| package.source.kind);
            if !taken.contains(&found) && kind != Some(SourceKind::Std) {
                let whose = evidence_of_nodes.unwrap_or("other");
                let message = format!(
                    "the {what} evidence lists `{id}`, which the {whose} evidence does not hold"
                );
                findings.push(
                    Finding::new(Code::EvidenceContradiction, message)
                        .package(id)
                        .expected(expected)
                        .actual(actual),
                );
            }
        }
    }
    beside(bom, &other, &taken, offset, findings);
    bom.evidence.extend(other.evidence);
    if bom.toolchain.is_none() {
        bom.toolchain = other.toolchain;
    }
    let ids = ids(&bom.packages);
    let id = |at: usize| ids.get(at).cloned().unwrap_or_default();
    let was_built = match (is_exact(bom), evidence_of_nodes) {
        (false, Some(level)) => format!("is in the {level} evidence"),
        _ => "was built".to_owned(),
    };
    findings.extend(contradictions.into_iter().map(|(at, kind)| {
        let package = id(at);
        let (message, expected, actual) = match &kind {
            Kind::Missing(versions) => (
                format!("`{package}` {was_built}, and the {what} evidence does not hold it"),
                package.clone(),
                versions.clone(),
            ),
            Kind::Commit(one, two) => (
                format!("`{package}` is of another commit in the {what} evidence"),
                one.clone(),
                two.clone(),
            ),
            Kind::Edge(to) => (
                format!(
                    "`{package}` {was_built} with `{}`, on which it does not depend in the {what} evidence{}",
                    id(*to),
                    match is_loose {
                        true => "; cargo writes some edges to build scripts below another package",
                        false => "",
                    }
                ),
                id(*to),
                "no dependency".to_owned(),
            ),
        };
        let finding = Finding::new(Code::EvidenceContradiction, message)
            .package(package)
            .expected(expected)
            .actual(actual);
        match kind {
            Kind::Edge(_) if is_loose => finding.at_most(Severity::Warning),
            _ => finding,
        }
    }));
}

/// Adds the edges of a lockfile that less exact evidence does not hold, since it may omit any.
fn add_edges(bom: &mut Bom, edges: &[Edge], places: &HashMap<usize, usize>, offset: usize) {
    let known: HashSet<(usize, usize)> = bom.edges.iter().map(|e| (e.from, e.to)).collect();
    for edge in edges {
        let (Some(from), Some(to)) = (places.get(&edge.from), places.get(&edge.to)) else {
            continue;
        };
        if !known.contains(&(*from, *to)) {
            bom.edges.push(Edge {
                from: *from,
                to: *to,
                kind: edge.kind,
                name: None,
                evidence: vec![offset],
            });
        }
    }
}

/// Whether the program itself shows a package.
fn is_shown(bom: &Bom, package: &Package) -> bool {
    let mut sources = package
        .evidence
        .iter()
        .filter_map(|at| bom.evidence.get(*at));
    sources.any(|source| source.level == EvidenceLevel::BinaryHeuristic)
}

/// Takes in what a program shows and the other evidence does not hold: the crates of the standard
/// library, of which that does not tell, and packages, which is a contradiction.
fn beside(
    bom: &mut Bom,
    other: &Bom,
    taken: &HashSet<usize>,
    offset: usize,
    findings: &mut Vec<Finding>,
) {
    let is_alone = other.is_partial();
    let whose = level_of(bom).map_or("other", EvidenceLevel::name);
    // A list beside what its own program shows: the program may hold what another compiler call left.
    let one_program = bom.evidence.iter().any(|source| {
        let mut others = other.evidence.iter();
        others.any(|other| other.name == source.name && other.sha256 == source.sha256)
    });
    let ids = ids(&other.packages);
    for (found, (package, id)) in other.packages.iter().zip(ids).enumerate() {
        if taken.contains(&found) || !is_shown(other, package) {
            continue;
        }
        if package.source.kind != SourceKind::Std {
            if !is_alone {
                continue;
            }
            let message =
                format!("the binary shows `{id}`, which the {whose} evidence does not hold");
            let finding = Finding::new(Code::EvidenceContradiction, message)
                .package(&id)
                .expected("not linked")
                .actual("linked");
            findings.push(match one_program {
                true => finding.at_most(Severity::Warning),
                false => finding,
            });
        }
        let mut package = package.clone();
        package.evidence.iter_mut().for_each(|at| *at += offset);
        package.id = bom.packages.len();
        bom.packages.push(package);
    }
}

/// How two pieces of evidence contradict each other about a package.
enum Kind {
    /// One does not hold it; the versions that it holds.
    Missing(String),
    /// They name two commits.
    Commit(String, String),
    /// One does not hold an edge to this package.
    Edge(usize),
}

fn level_of(bom: &Bom) -> Option<EvidenceLevel> {
    bom.evidence.first().map(|source| source.level)
}

fn ids(packages: &[Package]) -> Vec<String> {
    report_ids(
        packages
            .iter()
            .map(|p| (p.name.as_str(), p.version.as_str(), &p.source)),
    )
}

fn identities<'a>(bom: &'a Bom, at: &[usize]) -> HashSet<(&'a str, &'a str)> {
    at.iter()
        .filter_map(|at| bom.packages.get(*at))
        .map(|package| (package.name.as_str(), package.version.as_str()))
        .collect()
}

/// Fills in what a package lacks.
fn complete(package: &mut Package, there: &Package) {
    if package.version.is_empty() {
        package.version.clone_from(&there.version);
    }
    let is_told = there.source.kind != SourceKind::Unknown;
    if is_told && (package.source.kind == SourceKind::Unknown || package.source.url.is_none()) {
        let rev = package.source.rev.take();
        package.source.clone_from(&there.source);
        package.source.rev = rev.or_else(|| there.source.rev.clone());
    } else if package.source.rev.is_none() {
        package.source.rev.clone_from(&there.source.rev);
    }
    let checksum = &mut package.checksum;
    checksum.sha256 = checksum.sha256.or(there.checksum.sha256);
    checksum.sha512 = checksum.sha512.or(there.checksum.sha512);
    package.purl = spec::purl(package);
    if package.enriched_from.is_none() && there.enriched_from.is_some() {
        let from = there.clone();
        package.license = from.license;
        package.license_file = from.license_file;
        package.description = from.description;
        package.authors = from.authors;
        package.homepage = from.homepage;
        package.documentation = from.documentation;
        package.repository = from.repository;
        package.keywords = from.keywords;
        package.enriched_from = from.enriched_from;
    }
}

/// What a name leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Slot {
    None,
    One(usize),
    Many,
}

/// A source's kind, URL and reference.
type SourceKey<'a> = Option<(SourceKind, Option<&'a str>, Option<&'a str>)>;

type Key<'a> = (&'a str, &'a str, SourceKey<'a>);

/// Packages by as much of their identity as evidence may tell: each look-up takes constant time.
struct Names<'a> {
    slots: HashMap<Key<'a>, Slot>,
    by_name: HashMap<&'a str, Slot>,
    unnamed: HashSet<usize>,
}

impl<'a> Names<'a> {
    fn of(packages: &'a [Package]) -> Self {
        let mut names = Self {
            slots: HashMap::new(),
            by_name: HashMap::new(),
            unnamed: HashSet::new(),
        };
        let add = |slot: &mut Slot, at| {
            *slot = match slot {
                Slot::None => Slot::One(at),
                _ => Slot::Many,
            }
        };
        for (at, package) in packages.iter().enumerate() {
            let (name, version) = (package.name.as_str(), package.version.as_str());
            add(names.by_name.entry(name).or_insert(Slot::None), at);
            for key in keys(&package.source) {
                let slot = names.slots.entry((name, version, key));
                add(slot.or_insert(Slot::None), at);
            }
            if package.source.kind == SourceKind::Unknown || package.source.url.is_none() {
                names.unnamed.insert(at);
            }
        }
        names
    }

    /// The package that another one is, by the most that is known of it.
    fn find(&self, package: &Package) -> Slot {
        let (name, version) = (package.name.as_str(), package.version.as_str());
        if version.is_empty() {
            return self.by_name.get(name).copied().unwrap_or(Slot::None);
        }
        let source = &package.source;
        let get = |key| {
            let found = self.slots.get(&(name, version, key));
            found.copied().unwrap_or(Slot::None)
        };
        if source.kind == SourceKind::Unknown {
            return get(None);
        }
        let [whole, by_url, by_kind, any] = keys(source);
        for key in [whole, by_url] {
            match get(key) {
                Slot::None => {}
                found => return found,
            }
        }
        if source.url.is_none() && matches!(source.kind, SourceKind::Git | SourceKind::Registry) {
            return get(by_kind);
        }
        // What tells less of itself may be this one.
        match (get(by_kind), get(any)) {
            (Slot::One(at), _) if self.unnamed.contains(&at) => Slot::One(at),
            (Slot::None, Slot::One(at)) if self.slots.contains_key(&(name, version, UNKNOWN)) => {
                Slot::One(at)
            }
            _ => Slot::None,
        }
    }

    /// The version of a name that is held once, for a message.
    fn versions(&self, name: &str, packages: &[Package]) -> String {
        match self.by_name.get(name) {
            Some(Slot::One(at)) => packages
                .get(*at)
                .map(|package| format!("{}@{}", package.name, package.version))
                .unwrap_or_default(),
            Some(Slot::Many) => "other versions".to_owned(),
            _ => "none".to_owned(),
        }
    }
}

const UNKNOWN: SourceKey<'static> = Some((SourceKind::Unknown, None, None));

/// A source with its reference, without it, by its kind alone, and any.
fn keys(source: &Source) -> [SourceKey<'_>; 4] {
    let url = source.url.as_deref();
    let whole = (source.kind, url, source.reference.as_deref());
    // Kinds of keys must not meet: an absent URL is marked by one that no source has.
    [
        Some(whole),
        Some((source.kind, url, Some("\n"))),
        Some((source.kind, Some("\n"), None)),
        None,
    ]
}
