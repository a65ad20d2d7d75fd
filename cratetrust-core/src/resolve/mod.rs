//! What a build consists of: from a lockfile, the manifests of its packages and a selection to
//! units, their features and the edges between packages, by the rules of cargo and without it.
//!
//! Nothing here reads files. The rules are those of cargo's feature resolver (versions 1, 2 and 3)
//! and of its unit graph. Versions were chosen when the lockfile was written, so that no version
//! is resolved here. Where something is not known, what hangs on it is [`Scope::Maybe`] and a gap
//! says why; what a build needs is never left out.

mod features;
mod graph;
mod reach;
mod roots;
mod units;

use std::collections::{BTreeMap, BTreeSet};

use crate::bom::{EdgeKind, Scope, Selection, Unit};
use crate::error::{Error, Result};
use crate::lockfile::Lockfile;
use crate::manifest::{PackageStructure, Targets};
use crate::progress::CancelToken;
use crate::targets::{Cfg, Cfgs, Table};

use graph::{Assume, Graph};
pub use reach::Reach;

/// What is known of one package of the lockfile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Knowledge {
    /// Its manifest, with all that it inherits, and what it is built into.
    Manifest(Box<Described>),
    /// Its dependencies and features, as an index has them, and why no more. Whether it is a
    /// procedural macro and has a build script is open then: what that decides is
    /// [`Scope::Maybe`].
    Declared(Box<PackageStructure>, String),
    /// Nothing, and why.
    Missing(String),
}

/// A package's manifest and the targets that follow from it and from the package's files.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Described {
    /// The manifest.
    pub structure: PackageStructure,
    /// The library, binaries and build scripts.
    pub targets: Targets,
    /// Where paths lead: the place of a dependency in the manifest, and of its package in the
    /// lockfile, which tells packages of one name without a source apart.
    pub paths: Vec<(usize, usize)>,
}

/// The version of cargo's feature resolver.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Resolver {
    /// One set of features for each package.
    #[default]
    One,
    /// Features apart for host and target, and for what the platform needs.
    Two,
    /// As 2; another choice of versions, which the lockfile has made.
    Three,
}

impl Resolver {
    /// The resolver that a manifest names.
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "1" => Some(Self::One),
            "2" => Some(Self::Two),
            "3" => Some(Self::Three),
            _ => None,
        }
    }

    /// The resolver that follows from the root package's edition; `None` is edition 2015.
    pub fn of_edition(edition: Option<&str>) -> Self {
        match edition {
            None | Some("2015" | "2018") => Self::One,
            Some("2021") => Self::Two,
            Some(_) => Self::Three,
        }
    }

    /// The number as a manifest writes it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::One => "1",
            Self::Two => "2",
            Self::Three => "3",
        }
    }
}

/// The members of a workspace, as indexes into the lockfile's packages.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Workspace {
    /// All members.
    pub members: Vec<usize>,
    /// Those that are built where nothing else is asked for.
    pub default_members: Vec<usize>,
    /// The package of the root manifest; `None` in a virtual workspace.
    pub root: Option<usize>,
    /// The resolver.
    pub resolver: Resolver,
}

/// An edge between two packages that the build uses.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct UsedEdge {
    /// The index of the package that depends.
    pub from: usize,
    /// The index of the package that is depended on.
    pub to: usize,
    /// The table that declares it.
    pub kind: EdgeKind,
    /// The name in that table, where it is not the package's.
    pub name: Option<String>,
}

/// A binary that is not built because features are off.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SkippedBinary {
    /// The index of its package.
    pub package: usize,
    /// Its name.
    pub name: String,
    /// The features that it lacks.
    pub missing: Vec<String>,
}

/// What a build consists of.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Resolution {
    /// The scope of each package of the lockfile.
    pub scopes: Vec<Scope>,
    /// The units of each package of the lockfile, sorted and without repeats.
    pub units: Vec<Vec<Unit>>,
    /// The edges that are used, sorted.
    pub edges: Vec<UsedEdge>,
    /// The packages that are built for their own sake, ascending.
    pub roots: Vec<usize>,
    /// Binaries that are left out.
    pub skipped: Vec<SkippedBinary>,
    /// Where something is not known: the package and the reason.
    pub gaps: Vec<(usize, String)>,
    /// The selection, with what was left open filled in.
    pub selection: Selection,
}

/// Resolves what a build of the selection consists of.
///
/// `packages` says what is known of each package of the lockfile, in its order. With several
/// targets, each is resolved alone, and the answer is the union.
///
/// # Errors
/// `InvalidArgument` for a package, binary, feature, cfg or target that does not exist, and for a
/// selection without a target; `Unsupported` where this build holds no table of targets;
/// `LimitExceeded` for manifests that make resolution endless; `Cancelled`.
pub fn resolve(
    lockfile: &Lockfile,
    packages: &[Knowledge],
    workspace: &Workspace,
    selection: &Selection,
    table: &Table,
    cancel: &CancelToken,
) -> Result<Resolution> {
    if selection.targets.is_empty() {
        return Err(Error::invalid("no target is selected"));
    }
    let mut targets = selection.targets.clone();
    targets.sort();
    targets.dedup();
    let host = selection.host.clone().unwrap_or_else(|| {
        // Where nothing says on what the build runs, it runs on what it builds for.
        targets.first().cloned().unwrap_or_default()
    });
    let host_cfgs = table.require(&host)?;
    let cfgs = own_cfgs(selection)?;
    let graph = Graph::new(lockfile, packages)?;
    let plan = roots::plan(&graph, workspace, selection)?;
    let mut union = Union::new(packages.len());
    for target in &targets {
        cancel.check()?;
        let mut target_cfgs: Cfgs = table.require(target)?;
        for cfg in &cfgs {
            target_cfgs.insert(cfg.clone());
        }
        let platforms = graph.platforms((&host, &host_cfgs), (target, &target_cfgs));
        let build = |assume| {
            let active = features::activate(&graph, &platforms, &plan, assume, cancel)?;
            units::build(&graph, &platforms, &plan, &active, assume, cancel)
        };
        let mut built = build(Assume::All)?;
        if graph.has_declared() {
            built = units::between(&graph, built, &build(Assume::Sure)?);
        }
        union.add(built);
    }
    let mut completed = selection.clone();
    completed.targets = targets;
    completed.host = Some(host);
    completed.resolver = Some(workspace.resolver.name().to_owned());
    completed.target_table = table.version().map(str::to_owned);
    completed.packages = plan.selected_names(&graph);
    Ok(union.finish(completed))
}

/// The cfgs that the caller adds to the target's.
fn own_cfgs(selection: &Selection) -> Result<Vec<Cfg>> {
    let cfgs = selection.cfgs.iter().map(|text| {
        Cfg::parse(text)
            .map_err(|error| Error::invalid(format!("`{text}` is no cfg: {}", error.message())))
    });
    cfgs.collect()
}

/// The scope of what takes part in two ways. What may be linked is not said to be used by build
/// scripts or tests alone.
fn either(one: Scope, other: Scope) -> Scope {
    let (first, last) = (one.min(other), one.max(other));
    match (first, last) {
        (Scope::Build | Scope::Dev, Scope::Maybe) => Scope::Maybe,
        _ => first,
    }
}

/// A unit's kind, platform and features.
type UnitKey = (String, String, Vec<String>);

/// The answers for several targets, put together.
struct Union {
    scopes: Vec<Scope>,
    units: Vec<BTreeMap<UnitKey, Scope>>,
    edges: BTreeSet<UsedEdge>,
    roots: BTreeSet<usize>,
    skipped: BTreeSet<SkippedBinary>,
    gaps: BTreeSet<(usize, String)>,
}

impl Union {
    fn new(packages: usize) -> Self {
        Self {
            scopes: vec![Scope::NotBuilt; packages],
            units: vec![BTreeMap::new(); packages],
            edges: BTreeSet::new(),
            roots: BTreeSet::new(),
            skipped: BTreeSet::new(),
            gaps: BTreeSet::new(),
        }
    }

    fn add(&mut self, built: units::Built) {
        for (slot, scope) in self.scopes.iter_mut().zip(&built.scopes) {
            *slot = either(*slot, *scope);
        }
        for (package, unit) in built.units {
            let key = (unit.kind, unit.platform, unit.features);
            if let Some(units) = self.units.get_mut(package) {
                let scope = units.entry(key).or_insert(unit.scope);
                *scope = (*scope).min(unit.scope);
            }
        }
        self.edges.extend(built.edges);
        self.roots.extend(built.roots);
        self.skipped.extend(built.skipped);
        self.gaps.extend(built.gaps);
    }

    fn finish(self, selection: Selection) -> Resolution {
        let units = self.units.into_iter().map(|units| {
            let units = units.into_iter();
            units
                .map(|((kind, platform, features), scope)| Unit {
                    kind,
                    platform,
                    features,
                    scope,
                })
                .collect()
        });
        Resolution {
            scopes: self.scopes,
            units: units.collect(),
            edges: self.edges.into_iter().collect(),
            roots: self.roots.into_iter().collect(),
            skipped: self.skipped.into_iter().collect(),
            gaps: self.gaps.into_iter().collect(),
            selection,
        }
    }
}
