//! The declared dependencies, each joined with the locked package that it leads to.

use std::collections::{HashMap, HashSet};

use semver::{Version, VersionReq};

use super::Knowledge;
use crate::bom::EdgeKind;
use crate::error::Result;
use crate::lockfile::{LockedPackage, Lockfile};
use crate::manifest::{Dependency, DependencyKind, Library, PackageStructure, Targets};
use crate::package::SourceKind;
use crate::targets::{Cfgs, Platform};

/// A name, as a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Symbol(u32);

/// One thing that a feature turns on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Value {
    /// A feature of the same package.
    Feature(Symbol),
    /// `dep:NAME`.
    Dependency(Symbol),
    /// `NAME/FEATURE`, or `NAME?/FEATURE`, which is weak.
    OfDependency {
        name: Symbol,
        feature: Symbol,
        weak: bool,
    },
}

/// Names to numbers and back.
#[derive(Debug, Default)]
pub(super) struct Names<'a> {
    symbols: HashMap<&'a str, Symbol>,
    texts: Vec<&'a str>,
}

impl<'a> Names<'a> {
    fn intern(&mut self, text: &'a str) -> Symbol {
        if let Some(symbol) = self.symbols.get(text) {
            return *symbol;
        }
        // A number for each distinct name in files of bounded size.
        let symbol = Symbol(u32::try_from(self.texts.len()).unwrap_or(u32::MAX));
        self.symbols.insert(text, symbol);
        self.texts.push(text);
        symbol
    }

    pub(super) fn find(&self, text: &str) -> Option<Symbol> {
        self.symbols.get(text).copied()
    }

    pub(super) fn text(&self, symbol: Symbol) -> &'a str {
        let at = usize::try_from(symbol.0).unwrap_or(usize::MAX);
        self.texts.get(at).copied().unwrap_or_default()
    }

    fn value(&mut self, text: &'a str) -> Value {
        match text.split_once('/') {
            Some((name, feature)) => {
                let plain = name.strip_suffix('?');
                Value::OfDependency {
                    name: self.intern(plain.unwrap_or(name)),
                    feature: self.intern(feature),
                    weak: plain.is_some(),
                }
            }
            None => match text.strip_prefix("dep:") {
                Some(name) => Value::Dependency(self.intern(name)),
                None => Value::Feature(self.intern(text)),
            },
        }
    }
}

/// A declared dependency.
#[derive(Debug)]
pub(super) struct Entry {
    /// The name in the table.
    pub(super) name: Symbol,
    /// The locked package; `None` where the lockfile has none for it.
    pub(super) to: Option<usize>,
    pub(super) kind: DependencyKind,
    /// An index into the platforms.
    pub(super) platform: Option<usize>,
    pub(super) optional: bool,
    /// What it turns on in the dependency, but for the default features.
    pub(super) values: Vec<Value>,
    pub(super) default_features: bool,
    /// An artifact dependency, or one whose platform cannot be read.
    pub(super) uncertain: Option<&'static str>,
}

/// A package.
#[derive(Debug, Default)]
pub(super) struct Node<'a> {
    /// What it is built into; `None` where its manifest is not at hand.
    pub(super) targets: Option<&'a Targets>,
    pub(super) entries: Vec<Entry>,
    by_name: HashMap<Symbol, Vec<usize>>,
    features: HashMap<Symbol, Vec<Value>>,
    /// Whether dependencies and features are known, though the rest is not.
    pub(super) declared: bool,
    /// Why what it depends on is not known for certain.
    pub(super) unknown: Option<String>,
}

impl Node<'_> {
    /// The library; of a package whose index line alone is at hand, one is assumed.
    pub(super) fn library(&self) -> Option<Library> {
        if self.declared {
            return Some(Library {
                proc_macro: false,
                linkable: true,
            });
        }
        self.targets?.library
    }

    /// Whether its dependencies and features are known.
    pub(super) fn is_known(&self) -> bool {
        self.declared || self.targets.is_some()
    }

    /// The build scripts; of a package whose index line alone is at hand, one where something is
    /// declared for it.
    pub(super) fn build_scripts(&self) -> usize {
        let is_for_one = |entry: &Entry| entry.kind == DependencyKind::Build;
        match self.targets {
            Some(targets) => targets.build_scripts,
            None => usize::from(self.declared && self.entries.iter().any(is_for_one)),
        }
    }

    /// Whether the library is a procedural macro.
    pub(super) fn is_proc_macro(&self) -> bool {
        self.library().is_some_and(|library| library.proc_macro)
    }

    /// Whether any target is a procedural macro.
    pub(super) fn has_proc_macro(&self) -> bool {
        self.is_proc_macro()
            || self
                .targets
                .is_some_and(|targets| targets.proc_macro_example)
    }

    /// The indexes of the entries of that name.
    pub(super) fn named(&self, name: Symbol) -> &[usize] {
        self.by_name.get(&name).map_or(&[], Vec::as_slice)
    }

    /// What a feature turns on; `None` where there is no such feature.
    pub(super) fn feature(&self, name: Symbol) -> Option<&[Value]> {
        self.features.get(&name).map(Vec::as_slice)
    }

    pub(super) fn feature_names(&self) -> impl Iterator<Item = Symbol> + '_ {
        self.features.keys().copied()
    }

    pub(super) fn has_optional(&self, name: Symbol) -> bool {
        self.named(name)
            .iter()
            .any(|at| self.entries.get(*at).is_some_and(|entry| entry.optional))
    }
}

/// The platforms that dependencies name, for one host and one target.
pub(super) struct Platforms(Vec<(bool, bool)>);

impl Platforms {
    /// Whether an entry counts on the host.
    pub(super) fn on_host(&self, entry: &Entry) -> bool {
        self.of(entry).0
    }

    /// Whether an entry counts on the target.
    pub(super) fn on_target(&self, entry: &Entry) -> bool {
        self.of(entry).1
    }

    fn of(&self, entry: &Entry) -> (bool, bool) {
        entry
            .platform
            .and_then(|at| self.0.get(at).copied())
            .unwrap_or((true, true))
    }
}

/// What is taken for true of a package whose index line alone is at hand. The truth lies between
/// the two: each step of a resolution only adds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Assume {
    /// Whatever it may be: a library and a procedural macro, with a build script.
    All,
    /// What it is in any case.
    Sure,
}

/// The packages of a lockfile and what they declare.
pub(super) struct Graph<'a> {
    pub(super) packages: &'a [LockedPackage],
    pub(super) nodes: Vec<Node<'a>>,
    pub(super) names: Names<'a>,
    /// `default`.
    pub(super) default: Symbol,
    platforms: Vec<Option<Platform>>,
    /// What of the joining is no certainty.
    pub(super) doubts: Vec<Doubt>,
}

/// A dependency that does not lead to a package for certain.
pub(super) struct Doubt {
    /// The package that depends.
    pub(super) from: usize,
    /// The index of the entry.
    pub(super) entry: usize,
    pub(super) why: String,
    /// The packages that it may lead to as well.
    pub(super) others: Vec<usize>,
}

impl<'a> Graph<'a> {
    pub(super) fn new(lockfile: &'a Lockfile, packages: &'a [Knowledge]) -> Result<Self> {
        let mut names = Names::default();
        let default = names.intern("default");
        let mut graph = Self {
            packages: lockfile.packages(),
            nodes: Vec::with_capacity(packages.len()),
            names,
            default,
            platforms: Vec::new(),
            doubts: Vec::new(),
        };
        let mut known_platforms = HashMap::new();
        for at in 0..graph.packages.len() {
            let node = match packages.get(at) {
                Some(Knowledge::Manifest(described)) => Node {
                    targets: Some(&described.targets),
                    ..graph.node(
                        at,
                        &described.structure,
                        &described.paths,
                        &mut known_platforms,
                    )
                },
                Some(Knowledge::Declared(structure, why)) => Node {
                    declared: true,
                    unknown: Some(format!(
                        "its manifest is not at hand: {why}; its index line does not tell whether it is a procedural macro or has a build script"
                    )),
                    ..graph.node(at, structure, &[], &mut known_platforms)
                },
                Some(Knowledge::Missing(why)) => Node {
                    unknown: Some(format!("its manifest is not at hand: {why}")),
                    ..Node::default()
                },
                None => Node {
                    unknown: Some("its manifest is not at hand".to_owned()),
                    ..Node::default()
                },
            };
            graph.nodes.push(node);
        }
        Ok(graph)
    }

    /// Whether of any package the index line alone is at hand.
    pub(super) fn has_declared(&self) -> bool {
        self.nodes.iter().any(|node| node.declared)
    }

    /// Evaluates every platform.
    pub(super) fn platforms(&self, host: (&str, &Cfgs), target: (&str, &Cfgs)) -> Platforms {
        let evaluate = |platform: &Option<Platform>| match platform {
            // What cannot be read may count anywhere.
            None => (true, true),
            Some(platform) => (
                platform.matches(host.0, host.1),
                platform.matches(target.0, target.1),
            ),
        };
        Platforms(self.platforms.iter().map(evaluate).collect())
    }

    /// The package that stands in the place of another.
    pub(super) fn replaced(&self, at: usize) -> usize {
        self.packages
            .get(at)
            .and_then(|package| package.replace)
            .unwrap_or(at)
    }

    /// The packages that one leads to, whatever the selection.
    pub(super) fn locked(&self, at: usize) -> impl Iterator<Item = usize> + '_ {
        let dependencies = self.packages.get(at).into_iter();
        dependencies
            .flat_map(|package| &package.dependencies)
            .map(|to| self.replaced(*to))
    }

    fn node(
        &mut self,
        at: usize,
        structure: &'a PackageStructure,
        paths: &[(usize, usize)],
        known_platforms: &mut HashMap<&'a str, usize>,
    ) -> Node<'a> {
        let joined = self.join(at, &structure.dependencies, paths);
        let mut entries = Vec::with_capacity(structure.dependencies.len());
        let mut by_name: HashMap<Symbol, Vec<usize>> = HashMap::new();
        for (dependency, to) in structure.dependencies.iter().zip(joined) {
            let mut uncertain = dependency
                .artifact
                .then_some("is an artifact dependency, which is not resolved here");
            let platform = dependency.target.as_deref().map(|text| {
                *known_platforms.entry(text).or_insert_with(|| {
                    self.platforms.push(Platform::parse(text).ok());
                    self.platforms.len() - 1
                })
            });
            if platform.is_some_and(|at| self.platforms.get(at) == Some(&None)) {
                uncertain = Some("stands below a platform that cannot be read");
            }
            let name = self.names.intern(&dependency.name);
            by_name.entry(name).or_default().push(entries.len());
            entries.push(Entry {
                name,
                to,
                kind: dependency.kind,
                platform,
                optional: dependency.optional,
                values: dependency
                    .features
                    .iter()
                    .map(|text| self.names.value(text))
                    .collect(),
                default_features: dependency.uses_default_features(),
                uncertain,
            });
        }
        let mut features: HashMap<Symbol, Vec<Value>> = structure
            .features
            .iter()
            .map(|(name, values)| {
                let values = values.iter().map(|text| self.names.value(text)).collect();
                (self.names.intern(name), values)
            })
            .collect();
        let spelled_out: HashSet<Symbol> = features
            .values()
            .flatten()
            .filter_map(|value| match value {
                Value::Dependency(name) => Some(*name),
                _ => None,
            })
            .collect();
        for entry in entries.iter().filter(|entry| entry.optional) {
            if !spelled_out.contains(&entry.name) {
                features
                    .entry(entry.name)
                    .or_insert_with(|| vec![Value::Dependency(entry.name)]);
            }
        }
        Node {
            targets: None,
            declared: false,
            entries,
            by_name,
            features,
            unknown: structure
                .own_target
                .then(|| "it states a target triple of its own, which is not resolved here".into()),
        }
    }

    /// The locked package of each dependency of a package.
    fn join(
        &mut self,
        from: usize,
        dependencies: &[Dependency],
        paths: &[(usize, usize)],
    ) -> Vec<Option<usize>> {
        let packages = self.packages;
        let paths: HashMap<usize, usize> = paths.iter().copied().collect();
        let mut by_name: HashMap<&str, Vec<usize>> = HashMap::new();
        for to in packages.get(from).into_iter().flat_map(|p| &p.dependencies) {
            if let Some(package) = packages.get(*to) {
                by_name.entry(&package.name).or_default().push(*to);
            }
        }
        let mut joined = Vec::with_capacity(dependencies.len());
        let mut open = Vec::new();
        let mut taken = HashSet::new();
        for (entry, dependency) in dependencies.iter().enumerate() {
            let candidates = by_name
                .get(dependency.package_name())
                .map_or(&[][..], Vec::as_slice);
            let path = paths.get(&entry).filter(|to| candidates.contains(to));
            let to = match (path, candidates) {
                (Some(to), _) => Some(*to),
                (None, []) => None,
                (None, [only]) => {
                    if let Some(why) = self.disagreement(dependency, *only) {
                        self.doubt(from, entry, why, &[]);
                    }
                    Some(*only)
                }
                (None, several) => {
                    let fitting = self.fitting(dependency, several);
                    match fitting.as_slice() {
                        [] => {
                            let why = format!(
                                "no locked version of `{}` meets its requirement; the highest was taken",
                                dependency.package_name()
                            );
                            self.doubt(from, entry, why, several);
                            self.highest(several)
                        }
                        [only] => Some(*only),
                        _ => {
                            open.push((entry, fitting));
                            None
                        }
                    }
                }
            };
            taken.extend(to);
            joined.push(to);
        }
        // Each locked edge comes from some dependency: where only one package is left that nothing
        // else leads to, it is the one.
        for (entry, fitting) in open {
            let mut free = fitting.iter().copied().filter(|to| !taken.contains(to));
            let to = match (free.next(), free.next()) {
                (Some(only), None) => Some(only),
                _ => {
                    let name = dependencies.get(entry).map_or("", Dependency::package_name);
                    let why = format!(
                        "several locked versions of `{name}` meet its requirement; the highest was taken"
                    );
                    self.doubt(from, entry, why, &fitting);
                    self.highest(&fitting)
                }
            };
            taken.extend(to);
            if let Some(slot) = joined.get_mut(entry) {
                *slot = to;
            }
        }
        let joined = joined.into_iter();
        joined.map(|to| to.map(|to| self.replaced(to))).collect()
    }

    fn doubt(&mut self, from: usize, entry: usize, why: String, others: &[usize]) {
        let others = others.iter().map(|to| self.replaced(*to)).collect();
        self.doubts.push(Doubt {
            from,
            entry,
            why,
            others,
        });
    }

    fn disagreement(&self, dependency: &Dependency, to: usize) -> Option<String> {
        let package = self.packages.get(to)?;
        let requirement = VersionReq::parse(dependency.requirement.as_deref()?).ok()?;
        let version = Version::parse(&package.version).ok()?;
        (!requirement.matches(&version)).then(|| {
            format!(
                "it asks for `{} {requirement}`, the lockfile holds {version}: they are not of one state",
                package.name
            )
        })
    }

    /// The candidates whose version fits, and of those, where some do, the ones whose source fits.
    fn fitting(&self, dependency: &Dependency, candidates: &[usize]) -> Vec<usize> {
        let requirement = dependency
            .requirement
            .as_deref()
            .and_then(|text| VersionReq::parse(text).ok());
        let meets = |to: &&usize| {
            let version = self
                .packages
                .get(**to)
                .and_then(|package| Version::parse(&package.version).ok());
            match (&requirement, version) {
                (Some(requirement), Some(version)) => requirement.matches(&version),
                _ => true,
            }
        };
        let fitting: Vec<usize> = candidates.iter().filter(meets).copied().collect();
        if fitting.len() < 2 {
            return fitting;
        }
        let sourced: Vec<usize> = fitting
            .iter()
            .copied()
            .filter(|to| {
                self.packages
                    .get(*to)
                    .is_some_and(|package| is_from(dependency, package))
            })
            .collect();
        if sourced.is_empty() { fitting } else { sourced }
    }

    fn highest(&self, candidates: &[usize]) -> Option<usize> {
        candidates.iter().copied().max_by(|a, b| {
            let version = |at: &usize| {
                self.packages
                    .get(*at)
                    .and_then(|package| Version::parse(&package.version).ok())
            };
            version(a).cmp(&version(b)).then(b.cmp(a))
        })
    }
}

/// Whether a package is of the source that a dependency names.
fn is_from(dependency: &Dependency, package: &LockedPackage) -> bool {
    let source = &package.source;
    if let Some(git) = &dependency.git {
        let trimmed = |url: &str| {
            let url = url.trim_end_matches('/');
            url.strip_suffix(".git").unwrap_or(url).to_ascii_lowercase()
        };
        return source.kind == SourceKind::Git
            && source.url.as_deref().map(trimmed) == Some(trimmed(git));
    }
    if dependency.path.is_some() {
        return source.kind == SourceKind::Path;
    }
    match &dependency.registry {
        Some(registry) if registry.contains("://") => {
            source.url.as_deref() == Some(registry.trim_start_matches("registry+"))
        }
        Some(_) => source.kind == SourceKind::Registry,
        None => source.kind == SourceKind::CratesIo,
    }
}

/// The kind of an edge that a dependency makes.
pub(super) fn edge_kind(kind: DependencyKind) -> EdgeKind {
    match kind {
        DependencyKind::Normal => EdgeKind::Normal,
        DependencyKind::Build => EdgeKind::Build,
        DependencyKind::Dev => EdgeKind::Dev,
    }
}
