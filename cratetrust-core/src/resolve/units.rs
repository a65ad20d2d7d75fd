//! What is compiled: libraries, binaries, procedural macros and build scripts, each for the host or
//! the target, and who needs whom.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::features::{Active, Unmet};
use super::graph::{Assume, Entry, Graph, Node, Platforms, edge_kind};
use super::roots::Plan;
use super::{SkippedBinary, UsedEdge};
use crate::bom::{EdgeKind, Scope, Unit};
use crate::error::{Error, Result};
use crate::manifest::{Binary, DependencyKind};
use crate::progress::CancelToken;

/// Units between two looks at the cancel token.
const CHECK_EVERY: usize = 1024;

/// The answer for one target.
pub(super) struct Built {
    pub(super) scopes: Vec<Scope>,
    pub(super) units: Vec<(usize, Unit)>,
    pub(super) edges: Vec<UsedEdge>,
    pub(super) roots: Vec<usize>,
    pub(super) skipped: Vec<SkippedBinary>,
    pub(super) gaps: Vec<(usize, String)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Kind {
    Library,
    /// A procedural macro.
    Macro,
    Binary(usize),
    BuildScript(usize),
    /// The tests of a package, all together.
    Test,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Library => "lib",
            Self::Macro => "proc-macro",
            Self::Binary(_) => "bin",
            Self::BuildScript(_) => "custom-build",
            Self::Test => "test",
        }
    }

    /// Whether a unit that needs it is linked with it.
    fn is_linked(self) -> bool {
        !matches!(self, Self::Macro | Self::BuildScript(_))
    }
}

/// One thing to compile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Key {
    package: usize,
    kind: Kind,
    /// Whether it runs on the host.
    host: bool,
    /// Whether it has the features of the host's side.
    host_features: bool,
}

/// Finds all units.
///
/// # Errors
/// `InvalidArgument` for a binary or a library that does not exist or lacks features; `Cancelled`.
pub(super) fn build(
    graph: &Graph<'_>,
    platforms: &Platforms,
    plan: &Plan<'_>,
    active: &Active,
    assume: Assume,
    cancel: &CancelToken,
) -> Result<Built> {
    let mut work = Work {
        graph,
        platforms,
        plan,
        active,
        assume,
        keys: Vec::new(),
        places: HashMap::new(),
        needs: Vec::new(),
        used: HashSet::new(),
        touched: HashMap::new(),
        built: BTreeSet::new(),
        uncertain: BTreeSet::new(),
        gaps: BTreeSet::new(),
    };
    let (roots, skipped) = work.roots()?;
    let tests = if plan.dev { work.tests() } else { Vec::new() };
    let mut next = 0;
    while let Some(key) = work.keys.get(next).copied() {
        if next.is_multiple_of(CHECK_EVERY) {
            cancel.check()?;
        }
        let needs = work.needs_of(next, key);
        work.needs.push(needs);
        next += 1;
    }
    work.built = work.keys.iter().map(|key| key.package).collect();
    work.doubts();
    Ok(work.finish(&roots, &tests, skipped))
}

struct Work<'g, 'a> {
    graph: &'g Graph<'a>,
    platforms: &'g Platforms,
    plan: &'g Plan<'g>,
    active: &'g Active,
    assume: Assume,
    keys: Vec<Key>,
    places: HashMap<Key, usize>,
    /// For each unit, those that it needs.
    needs: Vec<Vec<usize>>,
    /// Dependencies that are used: package and entry.
    used: HashSet<(usize, usize)>,
    /// Packages that have no library that is known, and the units that lead to them.
    touched: HashMap<usize, Vec<usize>>,
    /// Packages with units.
    built: BTreeSet<usize>,
    /// Packages below which nothing is certain.
    uncertain: BTreeSet<usize>,
    gaps: BTreeSet<(usize, String)>,
}

impl<'a> Work<'_, 'a> {
    fn place(&mut self, key: Key) -> usize {
        if let Some(place) = self.places.get(&key) {
            return *place;
        }
        let place = self.keys.len();
        self.places.insert(key, place);
        self.keys.push(key);
        place
    }

    fn node(&self, package: usize) -> Option<&'_ Node<'a>> {
        self.graph.nodes.get(package)
    }

    /// The units that are built for their own sake, and the binaries that lack features.
    fn roots(&mut self) -> Result<(Vec<usize>, Vec<SkippedBinary>)> {
        let mut roots = Vec::new();
        let mut skipped = Vec::new();
        let mut any_binary = false;
        let named: HashSet<&str> = self.plan.bins.iter().map(String::as_str).collect();
        let mut found: HashSet<&str> = HashSet::new();
        let graph = self.graph;
        let plan = self.plan;
        for package in &plan.selected {
            let targets = graph.nodes.get(*package).and_then(|node| node.targets);
            let binaries = targets.map_or(&[][..], |targets| targets.binaries.as_slice());
            any_binary |= !binaries.is_empty();
            for (at, binary) in binaries.iter().enumerate() {
                if !named.is_empty() && !named.contains(binary.name.as_str()) {
                    continue;
                }
                found.insert(&binary.name);
                let missing = self.missing_features(*package, binary);
                if missing.is_empty() {
                    roots.push(self.place(target_unit(*package, Kind::Binary(at))));
                } else if named.is_empty() || self.assume == Assume::Sure {
                    skipped.push(SkippedBinary {
                        package: *package,
                        name: binary.name.clone(),
                        missing,
                    });
                } else {
                    return Err(Error::invalid(format!(
                        "the binary `{}` needs features that are off: {}",
                        binary.name,
                        missing.join(", ")
                    )));
                }
            }
        }
        if let Some(name) = named.iter().find(|name| !found.contains(*name)) {
            return Err(Error::invalid(format!(
                "no selected package has a binary `{name}`"
            )));
        }
        if plan.lib || !any_binary {
            let mut any_library = false;
            for package in &plan.selected {
                let Some(library) = graph.nodes.get(*package).and_then(Node::library) else {
                    continue;
                };
                any_library = true;
                let key = library_unit(*package, library.proc_macro, false, false);
                roots.push(self.place(key));
            }
            if plan.lib && !any_library {
                return Err(Error::invalid("no selected package has a library"));
            }
        }
        Ok((roots, skipped))
    }

    /// The tests of the selected packages.
    fn tests(&mut self) -> Vec<usize> {
        let mut tests = Vec::new();
        for package in &self.plan.selected {
            let host = self.node(*package).is_some_and(Node::is_proc_macro);
            let key = Key {
                package: *package,
                kind: Kind::Test,
                host,
                host_features: host,
            };
            tests.push(self.place(key));
        }
        tests
    }

    /// The features that a binary needs and that are off.
    fn missing_features(&self, package: usize, binary: &Binary) -> Vec<String> {
        let has = |text: &String| match text.split_once('/') {
            None => {
                let state = self.active.state(package, false);
                let symbol = self.graph.names.find(text);
                state
                    .zip(symbol)
                    .is_some_and(|(state, symbol)| state.has(symbol))
            }
            Some((name, feature)) => self.dependency_has(package, name, feature),
        };
        let required = binary.required_features.iter();
        required.filter(|text| !has(text)).cloned().collect()
    }

    fn dependency_has(&self, package: usize, name: &str, feature: &str) -> bool {
        let names = &self.graph.names;
        let (Some(name), Some(feature)) = (names.find(name), names.find(feature)) else {
            return false;
        };
        let Some(node) = self.node(package) else {
            return false;
        };
        node.named(name)
            .iter()
            .filter_map(|at| node.entries.get(*at))
            .filter(|entry| entry.kind != DependencyKind::Dev || self.plan.dev)
            .filter(|entry| self.platforms.on_host(entry) || self.platforms.on_target(entry))
            .any(|entry| {
                let Some(to) = entry.to else { return false };
                let is_macro = self.node(to).is_some_and(Node::has_proc_macro);
                let host = is_macro || entry.kind == DependencyKind::Build;
                let state = self.active.state(to, host);
                state.is_some_and(|state| state.has(feature))
            })
    }

    /// The units that a unit needs.
    fn needs_of(&mut self, place: usize, unit: Key) -> Vec<usize> {
        let graph = self.graph;
        let Some(node) = graph.nodes.get(unit.package) else {
            return Vec::new();
        };
        let mut needs = Vec::new();
        let is_script = matches!(unit.kind, Kind::BuildScript(_));
        let state = self.active.state(unit.package, unit.host_features);
        for (at, entry) in node.entries.iter().enumerate() {
            if is_script != (entry.kind == DependencyKind::Build)
                || (entry.kind == DependencyKind::Dev && unit.kind != Kind::Test)
            {
                continue;
            }
            let counts = if unit.host {
                self.platforms.on_host(entry)
            } else {
                self.platforms.on_target(entry)
            };
            let is_on =
                !entry.optional || state.is_some_and(|state| state.has_dependency(entry.name));
            let Some(to) = entry.to.filter(|_| counts && is_on) else {
                continue;
            };
            if entry.uncertain.is_some() {
                continue;
            }
            let target = graph.nodes.get(to);
            let Some(library) = target.and_then(Node::library) else {
                self.touched.entry(to).or_default().push(place);
                continue;
            };
            let may_be_macro = !unit.host && target.is_some_and(|node| node.declared);
            if may_be_macro && self.assume == Assume::Sure {
                continue;
            }
            self.used.insert((unit.package, at));
            let host_features = unit.host_features || is_script;
            let key = library_unit(to, library.proc_macro, unit.host, host_features);
            needs.push(self.place(key));
            if may_be_macro {
                needs.push(self.place(library_unit(to, true, true, true)));
            }
        }
        if is_script {
            return needs;
        }
        let targets = node.targets;
        let scripts = match self.assume {
            Assume::Sure if node.declared => 0,
            _ => node.build_scripts(),
        };
        for at in 0..scripts {
            needs.push(self.place(Key {
                package: unit.package,
                kind: Kind::BuildScript(at),
                host: true,
                host_features: unit.host_features,
            }));
        }
        if matches!(unit.kind, Kind::Binary(_) | Kind::Test)
            && let Some(library) = node.library().filter(|library| library.linkable)
        {
            let key = library_unit(
                unit.package,
                library.proc_macro,
                unit.host,
                unit.host_features,
            );
            needs.push(self.place(key));
        }
        if unit.kind == Kind::Test {
            let binaries = targets.map_or(&[][..], |targets| targets.binaries.as_slice());
            for (at, binary) in binaries.iter().enumerate() {
                if self.missing_features(unit.package, binary).is_empty() {
                    needs.push(self.place(target_unit(unit.package, Kind::Binary(at))));
                }
            }
        }
        needs
    }

    /// Notes what is not certain, and why.
    fn doubts(&mut self) {
        let graph = self.graph;
        for (at, node) in graph.nodes.iter().enumerate() {
            if !self.active.reaches(at) {
                continue;
            }
            if let Some(why) = &node.unknown {
                self.unknown(at, node, why);
            }
            for entry in &node.entries {
                let (Some(why), Some(to)) = (entry.uncertain, entry.to) else {
                    continue;
                };
                if self.takes_part(at, entry) {
                    let name = graph.names.text(entry.name);
                    self.gaps
                        .insert((at, format!("its dependency `{name}` {why}")));
                    self.uncertain.insert(to);
                }
            }
        }
        for doubt in &graph.doubts {
            let node = graph.nodes.get(doubt.from);
            let entry = node.and_then(|node| node.entries.get(doubt.entry));
            if self.active.reaches(doubt.from)
                && entry.is_some_and(|entry| self.takes_part(doubt.from, entry))
            {
                self.gaps.insert((doubt.from, doubt.why.clone()));
                self.uncertain.extend(&doubt.others);
            }
        }
        for (at, unmet) in &self.active.unmet {
            let why = match unmet {
                Unmet::Feature(name) => format!(
                    "its feature `{}` is turned on, and it has none of that name: manifests and lockfile are not of one state",
                    graph.names.text(*name)
                ),
                Unmet::Dependency(name) => format!(
                    "a feature turns on its dependency `{}`, and it has none of that name",
                    graph.names.text(*name)
                ),
            };
            self.gaps.insert((*at, why));
        }
        let lost: Vec<(usize, &str)> = self
            .active
            .lost
            .iter()
            .filter_map(|(from, at)| {
                let entry = graph.nodes.get(*from)?.entries.get(*at)?;
                Some((*from, graph.names.text(entry.name)))
            })
            .collect();
        for (from, name) in &lost {
            self.gaps.insert((
                *from,
                format!("the lockfile has no package for its dependency `{name}`: they are not of one state"),
            ));
        }
        let names: HashSet<&str> = lost.iter().map(|(_, name)| *name).collect();
        if !names.is_empty() {
            let packages = graph.packages.iter().enumerate();
            let named = packages.filter(|(_, package)| names.contains(package.name.as_str()));
            self.uncertain.extend(named.map(|(at, _)| at));
        }
    }

    /// A package of which too little is known.
    fn unknown(&mut self, at: usize, node: &Node<'_>, why: &str) {
        if node.declared {
            if self.built.contains(&at) {
                self.gaps.insert((at, why.to_owned()));
            }
            return;
        }
        if self.touched.contains_key(&at) || (node.targets.is_some() && self.built.contains(&at)) {
            self.gaps.insert((at, why.to_owned()));
            self.uncertain.insert(at);
            return;
        }
        // No unit leads to it: resolver 1 goes where no platform of the build does. It may still
        // turn on features of what is built.
        let below = closure(self.graph, self.graph.locked(at));
        let met: Vec<usize> = below.intersection(&self.built).copied().collect();
        if !met.is_empty() {
            self.gaps.insert((
                at,
                format!("{why}; it is not built, but may turn on features of what is"),
            ));
            self.uncertain.extend(met);
        }
    }

    /// Whether a dependency of a package that features lead to can matter.
    fn takes_part(&self, package: usize, entry: &Entry) -> bool {
        let is_on = |host| {
            let state = self.active.state(package, host);
            state.is_some_and(|state| state.has_dependency(entry.name))
        };
        let plan = self.plan;
        let dev = plan.dev || (!plan.split && plan.requested.iter().any(|r| r.package == package));
        (entry.kind != DependencyKind::Dev || dev)
            && (!entry.optional || is_on(false) || is_on(true))
            && (!plan.split || self.platforms.on_host(entry) || self.platforms.on_target(entry))
    }

    fn finish(self, roots: &[usize], tests: &[usize], skipped: Vec<SkippedBinary>) -> Built {
        let count = self.graph.nodes.len();
        let unit_scopes = self.unit_scopes(roots, tests);
        let mut scopes = vec![Scope::NotBuilt; count];
        let maybe = closure(self.graph, self.uncertain.iter().copied());
        // What only build scripts and macros lead to cannot be linked.
        let is_linked = |at: &usize| unit_scopes.get(*at) == Some(&Scope::Linked);
        let may_be_linked = |at: &usize| {
            let users = self.touched.get(at);
            users.is_none_or(|users| users.iter().any(is_linked))
        };
        let linked = closure(
            self.graph,
            self.uncertain.iter().copied().filter(may_be_linked),
        );
        for at in &maybe {
            if let Some(scope) = scopes.get_mut(*at) {
                *scope = Scope::Maybe;
            }
        }
        let mut units = Vec::with_capacity(self.keys.len());
        let mut features: HashMap<(usize, bool), Vec<String>> = HashMap::new();
        for (key, scope) in self.keys.iter().zip(&unit_scopes) {
            let counts = *scope == Scope::Linked || !linked.contains(&key.package);
            if let Some(slot) = scopes.get_mut(key.package).filter(|_| counts) {
                *slot = (*slot).min(*scope);
            }
            let names = features
                .entry((key.package, key.host_features))
                .or_insert_with(|| {
                    let state = self.active.state(key.package, key.host_features);
                    state
                        .map(|state| state.names(self.graph))
                        .unwrap_or_default()
                });
            units.push((
                key.package,
                Unit {
                    kind: key.kind.name().to_owned(),
                    platform: if key.host { "host" } else { "target" }.to_owned(),
                    features: names.clone(),
                    scope: *scope,
                },
            ));
        }
        // What is reached only by way of something unknown has no unit that is known.
        let mut edges: Vec<UsedEdge> = self
            .used
            .iter()
            .filter_map(|(from, at)| self.edge(*from, *at))
            .collect();
        edges.extend(self.edges_of_maybe(&maybe));
        let package_of = |place: &usize| self.keys.get(*place).map(|key| key.package);
        Built {
            edges,
            roots: roots.iter().chain(tests).filter_map(package_of).collect(),
            scopes,
            units,
            skipped,
            gaps: self.gaps.into_iter().collect(),
        }
    }

    fn edge(&self, from: usize, at: usize) -> Option<UsedEdge> {
        let entry = self.node(from)?.entries.get(at)?;
        let to = entry.to?;
        let name = self.graph.names.text(entry.name);
        let package = self.graph.packages.get(to)?;
        Some(UsedEdge {
            from,
            to,
            kind: edge_kind(entry.kind),
            name: (name != package.name).then(|| name.to_owned()),
        })
    }

    /// The edges that may be used: all that are declared, or, where no manifest is at hand, locked.
    fn edges_of_maybe(&self, maybe: &BTreeSet<usize>) -> Vec<UsedEdge> {
        let mut edges = Vec::new();
        for from in maybe {
            match self.node(*from) {
                Some(node) if node.targets.is_some() => {
                    let declared = node.entries.iter().enumerate();
                    edges.extend(
                        declared
                            .filter(|(_, entry)| entry.kind != DependencyKind::Dev)
                            .filter_map(|(at, _)| self.edge(*from, at)),
                    );
                }
                _ => edges.extend(self.graph.locked(*from).map(|to| UsedEdge {
                    from: *from,
                    to,
                    kind: EdgeKind::Unknown,
                    name: None,
                })),
            }
        }
        edges
    }

    /// How each unit takes part: linked into a root, needed for a root, or needed for tests only.
    fn unit_scopes(&self, roots: &[usize], tests: &[usize]) -> Vec<Scope> {
        let mut scopes = vec![Scope::NotBuilt; self.keys.len()];
        let mut spread = |from: &[usize], scope: Scope, follow: &dyn Fn(Kind) -> bool| {
            let mut open = from.to_vec();
            let mut seen = HashSet::new();
            while let Some(at) = open.pop() {
                if !seen.insert(at) {
                    continue;
                }
                if let Some(slot) = scopes.get_mut(at) {
                    *slot = (*slot).min(scope);
                }
                let needs = self.needs.get(at).into_iter().flatten().copied();
                open.extend(
                    needs.filter(|to| self.keys.get(*to).is_some_and(|key| follow(key.kind))),
                );
            }
        };
        spread(roots, Scope::Linked, &Kind::is_linked);
        spread(roots, Scope::Build, &|_| true);
        spread(tests, Scope::Dev, &|_| true);
        scopes
    }
}

/// What is certain of two answers between which the truth lies.
pub(super) fn between(graph: &Graph<'_>, all: Built, sure: &Built) -> Built {
    let scopes = all.scopes.iter().zip(&sure.scopes);
    let scopes = scopes.map(|(all, sure)| if all == sure { *all } else { Scope::Maybe });
    let known: HashSet<(usize, &str, &str, &[String], Scope)> = sure
        .units
        .iter()
        .map(|(package, unit)| unit_key(*package, unit))
        .collect();
    let units = all.units.into_iter().map(|(package, mut unit)| {
        let declared = graph.nodes.get(package).is_some_and(|node| node.declared);
        if declared || !known.contains(&unit_key(package, &unit)) {
            unit.scope = Scope::Maybe;
        }
        (package, unit)
    });
    Built {
        scopes: scopes.collect(),
        units: units.collect(),
        ..all
    }
}

fn unit_key(package: usize, unit: &Unit) -> (usize, &str, &str, &[String], Scope) {
    let (kind, platform) = (unit.kind.as_str(), unit.platform.as_str());
    (package, kind, platform, &unit.features, unit.scope)
}

/// The packages that some may lead to, themselves included.
fn closure(graph: &Graph<'_>, from: impl Iterator<Item = usize>) -> BTreeSet<usize> {
    let mut reached = BTreeSet::new();
    let mut open: Vec<usize> = from.collect();
    while let Some(at) = open.pop() {
        if reached.insert(at) {
            open.extend(graph.locked(at));
        }
    }
    reached
}

fn target_unit(package: usize, kind: Kind) -> Key {
    Key {
        package,
        kind,
        host: false,
        host_features: false,
    }
}

/// The library of a package for who needs it; a procedural macro is always the host's.
fn library_unit(package: usize, proc_macro: bool, host: bool, host_features: bool) -> Key {
    Key {
        package,
        kind: if proc_macro {
            Kind::Macro
        } else {
            Kind::Library
        },
        host: host || proc_macro,
        host_features: host_features || proc_macro,
    }
}
