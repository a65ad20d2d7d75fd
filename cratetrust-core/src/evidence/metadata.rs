//! The output of `cargo metadata --format-version 1`: the packages of every build of a workspace
//! under one set of features, with what their manifests say.
//!
//! It unites the features of host and target and of tests and builds, lists what no build uses, and,
//! filtered for a platform, omits what only the host needs. So what it reaches from the workspace is
//! `maybe`; `dev` is what nothing but dev-dependencies lead to, where no platform was filtered out.

use std::collections::{BTreeSet, HashMap, HashSet};

use serde::Deserialize;

use super::precursor::sorted;
use super::{Evidence, Gathered, record, spec};
use crate::bom::{
    Bom, Edge, EdgeKind, EvidenceLevel, EvidenceSource, Gap, Package, Scope, Selection, Unit,
};
use crate::error::{Error, Result};
use crate::manifest;
use crate::options::Options;
use crate::package::{Source, SourceKind, license};
use crate::progress::CancelToken;
use crate::report::{Code, Finding};
use crate::targets::{Platform, Table};

/// What `enriched_from` says: nothing proves that the manifests are those of the packages.
const FROM: &str = "cargo-metadata-unverified";
/// Characters of any one fact.
const LONGEST: usize = 64 << 10;
const NO_DEPENDENCIES: &str =
    "the output of `cargo metadata` was made without dependencies (--no-deps)";

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Described>,
    workspace_members: Vec<String>,
    #[serde(default)]
    workspace_default_members: Vec<String>,
    resolve: Option<Resolve>,
}

#[derive(Deserialize)]
struct Described {
    id: String,
    name: String,
    version: String,
    source: Option<String>,
    license: Option<String>,
    license_file: Option<String>,
    description: Option<String>,
    homepage: Option<String>,
    documentation: Option<String>,
    repository: Option<String>,
    #[serde(default)]
    authors: Vec<String>,
    #[serde(default)]
    keywords: Vec<String>,
    #[serde(default)]
    dependencies: Vec<Declared>,
    #[serde(default)]
    targets: Vec<Target>,
    #[serde(default)]
    features: HashMap<String, serde::de::IgnoredAny>,
}

#[derive(Deserialize)]
struct Declared {
    kind: Option<String>,
    rename: Option<String>,
    #[serde(default)]
    optional: bool,
    target: Option<String>,
}

#[derive(Deserialize)]
struct Target {
    kind: Vec<String>,
}

#[derive(Deserialize)]
struct Resolve {
    nodes: Vec<Node>,
    root: Option<String>,
}

#[derive(Deserialize)]
struct Node {
    id: String,
    /// Cargo before 1.30 has these alone.
    #[serde(default)]
    dependencies: Vec<String>,
    deps: Option<Vec<Used>>,
    #[serde(default)]
    features: Vec<String>,
}

#[derive(Deserialize)]
struct Used {
    #[serde(default)]
    name: String,
    pkg: String,
    /// Cargo before 1.41 does not tell.
    dep_kinds: Option<Vec<UsedKind>>,
}

#[derive(Deserialize)]
struct UsedKind {
    kind: Option<String>,
    target: Option<String>,
}

pub(super) fn gather(evidence: &Evidence<'_>, options: &Options) -> Result<Gathered> {
    let (limits, cancel) = (&options.limits, &options.cancel);
    let raw: Metadata = crate::sbom::read_json(evidence.bytes, limits, cancel)?;
    let mut gathered = evidence.gathered("cargo-metadata", |source| bom(&raw, source, cancel))?;
    gathered.findings = gathered
        .bom
        .gaps
        .iter()
        .filter_map(|gap| {
            let package = gathered.bom.packages.get(gap.package)?;
            let id = format!("{}@{}", package.name, package.version);
            Some(Finding::new(Code::CrateGap, gap.reason.clone()).package(id))
        })
        .collect();
    Ok(gathered)
}

fn bom(raw: &Metadata, source: EvidenceSource, cancel: &CancelToken) -> Result<Bom> {
    let mut bom = Bom {
        evidence: vec![EvidenceSource {
            level: EvidenceLevel::CargoMetadata,
            ..source
        }],
        ..Bom::default()
    };
    let (places, origins) = packages(raw, &mut bom.packages)?;
    let find = |id: &str, place: &dyn std::fmt::Display| {
        let found = places.get(id).copied();
        // The id is not quoted: those of local packages hold paths.
        found.ok_or_else(|| Error::parse(format!("{place}: `packages` does not hold it")))
    };
    let (key, ids) = match (&raw.workspace_default_members, &raw.resolve) {
        (listed, _) if !listed.is_empty() => ("workspace_default_members", listed.as_slice()),
        (_, Some(resolve)) if resolve.root.is_some() => ("resolve/root", resolve.root.as_slice()),
        _ => ("workspace_members", raw.workspace_members.as_slice()),
    };
    for (at, id) in ids.iter().enumerate() {
        bom.roots.push(find(id, &format_args!("/{key}/{at}"))?);
    }
    let Some(resolve) = &raw.resolve else {
        bom.gaps = bom.roots.iter().map(|root| gap(*root)).collect();
        bom.normalize();
        return Ok(bom);
    };
    for (at, node) in resolve.nodes.iter().enumerate() {
        cancel.check()?;
        let from = find(&node.id, &format_args!("/resolve/nodes/{at}/id"))?;
        let declared = origins.get(from).copied();
        for (nth, used) in used(node).into_iter().enumerate() {
            let place = format_args!("/resolve/nodes/{at}/deps/{nth}/pkg");
            let to = find(used.id, &place)?;
            if from == to {
                continue;
            }
            for kind in used.kinds {
                bom.edges.push(Edge {
                    from,
                    to,
                    kind,
                    name: renamed(declared, used.name),
                    evidence: vec![0],
                });
            }
        }
    }
    let platforms = Platforms::of(raw, resolve);
    scopes(&mut bom, platforms.is_whole());
    units(raw, resolve, &places, &mut bom);
    bom.selection = Some(selection(raw, &bom, platforms.target()));
    bom.normalize();
    Ok(bom)
}

fn gap(package: usize) -> Gap {
    Gap {
        package,
        code: Code::CrateGap.name().to_owned(),
        reason: NO_DEPENDENCIES.to_owned(),
    }
}

/// Where each id leads, and what each package was read from.
type Places<'m> = (HashMap<&'m str, usize>, Vec<&'m Described>);

/// Reads the packages, each identity once.
fn packages<'m>(raw: &'m Metadata, packages: &mut Vec<Package>) -> Result<Places<'m>> {
    let mut places = HashMap::new();
    let mut origins = Vec::new();
    let mut known = HashMap::new();
    for (at, described) in raw.packages.iter().enumerate() {
        let source = match described.source.as_deref() {
            None => Ok(Source::of(SourceKind::Path)),
            Some(text) => spec::source(text),
        };
        let mut package = source
            .and_then(|source| spec::named(&described.name, &described.version, source))
            .map_err(|e| Error::parse(format!("/packages/{at}: {}", e.message())))?;
        let identity = (&described.name, &described.version, package.source.clone());
        let place = *known.entry(identity).or_insert_with(|| {
            package.id = packages.len();
            package.evidence = vec![0];
            describe(&mut package, described);
            packages.push(package);
            origins.push(described);
            packages.len() - 1
        });
        places.insert(described.id.as_str(), place);
    }
    Ok((places, origins))
}

/// Takes what a manifest says of its package; never a path outside of it.
fn describe(package: &mut Package, from: &Described) {
    let text = |text: &Option<String>| {
        let text = text.as_deref()?.trim();
        (!text.is_empty() && text.len() <= LONGEST).then(|| text.to_owned())
    };
    let list = |items: &[String]| {
        let mut seen = HashSet::new();
        let items = items.iter().map(|item| item.trim());
        items
            .filter(|item| !item.is_empty() && item.len() <= LONGEST && seen.insert(*item))
            .map(str::to_owned)
            .collect()
    };
    package.license = text(&from.license).map(|text| license::normalize(&text));
    package.license_file = text(&from.license_file).filter(|path| manifest::inside(path).is_some());
    package.description = text(&from.description);
    package.homepage = text(&from.homepage);
    package.documentation = text(&from.documentation);
    package.repository = text(&from.repository);
    package.authors = list(&from.authors);
    package.keywords = list(&from.keywords);
    package.enriched_from = Some(FROM.to_owned());
}

/// A dependency of a node.
struct Dependency<'n> {
    id: &'n str,
    name: &'n str,
    kinds: BTreeSet<EdgeKind>,
}

fn used(node: &Node) -> Vec<Dependency<'_>> {
    let Some(deps) = &node.deps else {
        let plain = node.dependencies.iter().map(|id| Dependency {
            id,
            name: "",
            kinds: BTreeSet::from([EdgeKind::Unknown]),
        });
        return plain.collect();
    };
    let told = deps.iter().map(|used| Dependency {
        id: &used.pkg,
        name: &used.name,
        kinds: match &used.dep_kinds {
            Some(kinds) => kinds.iter().map(|one| kind(one.kind.as_deref())).collect(),
            None => BTreeSet::from([EdgeKind::Unknown]),
        },
    });
    told.collect()
}

fn kind(text: Option<&str>) -> EdgeKind {
    match text {
        None | Some("normal") => EdgeKind::Normal,
        Some("build") => EdgeKind::Build,
        Some("dev") => EdgeKind::Dev,
        Some(_) => EdgeKind::Unknown,
    }
}

/// The name in the table of a dependency that is used as the crate `name`, where it was renamed.
fn renamed(declared: Option<&Described>, name: &str) -> Option<String> {
    let dependencies = declared.into_iter().flat_map(|d| &d.dependencies);
    let mut renames = dependencies.filter_map(|dependency| dependency.rename.as_ref());
    renames
        .find(|rename| rename.replace('-', "_") == name)
        .cloned()
}

/// How far each package is told to take part.
fn scopes(bom: &mut Bom, whole: bool) {
    let mut uses: Vec<Vec<(usize, EdgeKind)>> = vec![Vec::new(); bom.packages.len()];
    for edge in &bom.edges {
        if let Some(list) = uses.get_mut(edge.from) {
            list.push((edge.to, edge.kind));
        }
    }
    let reach = |dev: bool| {
        let mut seen = vec![false; uses.len()];
        let mut open = bom.roots.clone();
        while let Some(at) = open.pop() {
            let fresh = seen
                .get_mut(at)
                .is_some_and(|slot| !std::mem::replace(slot, true));
            if fresh {
                let used = uses.get(at).into_iter().flatten();
                let counts = |(_, kind): &&(usize, EdgeKind)| dev || *kind != EdgeKind::Dev;
                open.extend(used.filter(counts).map(|(to, _)| *to));
            }
        }
        seen
    };
    let (plain, all) = (reach(false), reach(true));
    for ((package, plain), all) in bom.packages.iter_mut().zip(plain).zip(all) {
        package.scope = match whole && all && !plain {
            true => Scope::Dev,
            false => Scope::Maybe,
        };
    }
}

/// What may be compiled of each package, with the features that are on in any way.
fn units(raw: &Metadata, resolve: &Resolve, places: &HashMap<&str, usize>, bom: &mut Bom) {
    let roots: HashSet<usize> = bom.roots.iter().copied().collect();
    let nodes = resolve.nodes.iter();
    let mut features: HashMap<&str, &[String]> = nodes
        .map(|node| (node.id.as_str(), node.features.as_slice()))
        .collect();
    for described in &raw.packages {
        let Some(place) = places.get(described.id.as_str()).copied() else {
            continue;
        };
        let (Some(features), Some(package)) = (
            features.remove(described.id.as_str()),
            bom.packages.get_mut(place),
        ) else {
            continue;
        };
        for target in &described.targets {
            let kind = record::kind(target.kind.iter().map(String::as_str));
            let Some(kind) = kind.filter(|kind| {
                matches!(*kind, "lib" | "proc-macro" | "custom-build")
                    || (*kind == "bin" && roots.contains(&place))
            }) else {
                continue;
            };
            let on_host = matches!(kind, "proc-macro" | "custom-build");
            package.units.push(Unit {
                kind: kind.to_owned(),
                platform: if on_host { "host" } else { "target" }.to_owned(),
                features: sorted(features.to_vec()),
                scope: package.scope,
            });
        }
        record::sort_units(&mut package.units);
    }
}

/// What was asked for, as far as the outcome tells.
fn selection(raw: &Metadata, bom: &Bom, target: Option<String>) -> Selection {
    let roots = || bom.roots.iter().filter_map(|root| bom.packages.get(*root));
    let named: BTreeSet<&str> = roots().map(|package| package.name.as_str()).collect();
    let several = named.len() > 1;
    let mut features = BTreeSet::new();
    let mut default = false;
    for package in roots() {
        let on: BTreeSet<&String> = package.units.iter().flat_map(|u| &u.features).collect();
        default |= on.iter().any(|feature| *feature == "default");
        let others = on.into_iter().filter(|feature| *feature != "default");
        features.extend(others.map(|feature| match several {
            true => format!("{}/{feature}", package.name),
            false => feature.clone(),
        }));
    }
    // Where there are none, they are not off.
    let has_default = raw.packages.iter().any(|described| {
        named.contains(described.name.as_str()) && described.features.contains_key("default")
    });
    Selection {
        packages: named.iter().map(|name| (*name).to_owned()).collect(),
        targets: target.into_iter().collect(),
        features: features.into_iter().collect(),
        default_features: default || !has_default,
        dev: true,
        ..Selection::default()
    }
}

/// The platforms of dependencies that are there, and of those that are not though nothing turns
/// them off.
#[derive(Default)]
struct Platforms<'m> {
    there: HashSet<&'m str>,
    filtered: HashSet<&'m str>,
    /// Not there; features may be why.
    optional: HashSet<&'m str>,
}

impl<'m> Platforms<'m> {
    fn of(raw: &'m Metadata, resolve: &'m Resolve) -> Self {
        let mut platforms = Self::default();
        let packages: HashMap<&str, &Described> =
            raw.packages.iter().map(|p| (p.id.as_str(), p)).collect();
        for node in &resolve.nodes {
            let kinds = node.deps.iter().flatten().flat_map(|used| &used.dep_kinds);
            let there: HashSet<&str> = kinds
                .flatten()
                .filter_map(|kind| kind.target.as_deref())
                .collect();
            let declared = packages.get(node.id.as_str()).into_iter();
            for dependency in declared.flat_map(|described| &described.dependencies) {
                let Some(target) = dependency.target.as_deref() else {
                    continue;
                };
                // Dev-dependencies of packages that are no members are left out for another reason.
                if there.contains(target) || dependency.kind.as_deref() == Some("dev") {
                    continue;
                }
                let slot = match dependency.optional {
                    true => &mut platforms.optional,
                    false => &mut platforms.filtered,
                };
                slot.insert(target);
            }
            platforms.there.extend(there);
        }
        platforms
    }

    /// Whether dependencies for every platform are there.
    fn is_whole(&self) -> bool {
        self.filtered.is_empty() && (self.optional.is_empty() || self.fitting(1).is_empty())
    }

    /// The one target that was asked for, where no other fits.
    fn target(&self) -> Option<String> {
        if self.filtered.is_empty() {
            return None;
        }
        match self.fitting(2).as_slice() {
            [only] => Some((*only).to_owned()),
            _ => None,
        }
    }

    /// Targets that all that is there is for, and nothing that was filtered out; `most` at most.
    fn fitting(&self, most: usize) -> Vec<&'static str> {
        let parse = |set: &HashSet<&str>| -> Vec<Platform> {
            let parsed = set.iter().filter_map(|text| Platform::parse(text).ok());
            parsed.collect()
        };
        let (there, filtered) = (parse(&self.there), parse(&self.filtered));
        let fits = |triple: &str, cfgs: &crate::targets::Cfgs| {
            there.iter().all(|platform| platform.matches(triple, cfgs))
                && !filtered.iter().any(|p| p.matches(triple, cfgs))
        };
        let all = Table::embedded().all();
        all.filter(|(triple, cfgs)| fits(triple, cfgs))
            .map(|(triple, _)| triple)
            .take(most)
            .collect()
    }
}
