//! Which features are on: a fixpoint over packages, for the host and the target apart where the
//! resolver keeps them apart.
//!
//! Every step only adds, so that the order of steps does not matter; the work is a list and no
//! recursion, however deep features lead to each other.

use std::collections::{HashMap, HashSet};

use super::graph::{Assume, Entry, Graph, Node, Platforms, Symbol, Value};
use super::roots::Plan;
use crate::error::{Error, Result};
use crate::manifest::DependencyKind;
use crate::progress::CancelToken;

/// Steps beyond which manifests are taken for an attack; a project of 1,000 packages needs some
/// ten thousands.
const MOST_STEPS: u64 = 20_000_000;
/// Steps between two looks at the cancel token.
const CHECK_EVERY: u64 = 4096;

/// A package on the host's or the target's side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Side {
    pub(super) package: usize,
    /// Always false where the resolver does not keep host and target apart.
    pub(super) host: bool,
}

/// The sides that a dependency leads to.
type Sides = [Option<Side>; 2];

const NO_SIDES: Sides = [None; 2];

/// What is on in a package on one side.
#[derive(Debug, Default)]
pub(super) struct State {
    /// Whether anything leads here.
    pub(super) reached: bool,
    entered: bool,
    features: HashSet<Symbol>,
    dependencies: HashSet<Symbol>,
    /// Features of dependencies that are not on yet.
    deferred: HashMap<Symbol, HashSet<Symbol>>,
}

impl State {
    /// Whether a feature is on.
    pub(super) fn has(&self, feature: Symbol) -> bool {
        self.features.contains(&feature)
    }

    /// Whether an optional dependency is on.
    pub(super) fn has_dependency(&self, name: Symbol) -> bool {
        self.dependencies.contains(&name)
    }

    /// The names of the features that are on, sorted.
    pub(super) fn names(&self, graph: &Graph<'_>) -> Vec<String> {
        let names = self.features.iter().map(|symbol| graph.names.text(*symbol));
        let mut names: Vec<String> = names.map(str::to_owned).collect();
        names.sort_unstable();
        names
    }
}

/// The features of every package.
pub(super) struct Active {
    states: Vec<State>,
    split: bool,
    /// Dependencies that should be used and that the lockfile does not have: package and entry.
    pub(super) lost: Vec<(usize, usize)>,
    /// What is turned on in packages whose features are known, and is not there.
    pub(super) unmet: Vec<(usize, Unmet)>,
}

/// What a package should have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Unmet {
    Feature(Symbol),
    Dependency(Symbol),
}

impl Active {
    /// What is on in a package for a unit that is, or is not, for the host.
    pub(super) fn state(&self, package: usize, host: bool) -> Option<&State> {
        self.states.get(place(Side {
            package,
            host: host && self.split,
        }))
    }

    /// Whether features lead to a package.
    pub(super) fn reaches(&self, package: usize) -> bool {
        [false, true].into_iter().any(|host| {
            self.states
                .get(place(Side { package, host }))
                .is_some_and(|state| state.reached)
        })
    }
}

fn place(side: Side) -> usize {
    side.package * 2 + usize::from(side.host)
}

/// Finds the features that are on.
///
/// # Errors
/// `LimitExceeded` after more steps than any real project needs; `Cancelled`.
pub(super) fn activate(
    graph: &Graph<'_>,
    platforms: &Platforms,
    plan: &Plan<'_>,
    assume: Assume,
    cancel: &CancelToken,
) -> Result<Active> {
    let mut work = Work {
        graph,
        platforms,
        assume,
        split: plan.split,
        dev: plan.dev,
        dev_owners: plan.requested.iter().map(|one| one.package).collect(),
        states: Vec::new(),
        values: Vec::new(),
        open: Vec::new(),
        lost: HashSet::new(),
        unmet: HashSet::new(),
        steps: 0,
    };
    work.states
        .resize_with(graph.nodes.len() * 2, State::default);
    for one in &plan.requested {
        let side = |host| Side {
            package: one.package,
            host,
        };
        work.reach(side(false));
        work.push(side(false), &one.values);
        let node = graph.nodes.get(one.package);
        if plan.split && node.is_some_and(|node| node.has_proc_macro()) {
            work.reach(side(true));
            work.push(side(true), &one.values);
        }
    }
    work.run(cancel)?;
    let mut lost: Vec<_> = work.lost.into_iter().collect();
    lost.sort_unstable();
    let mut unmet: Vec<_> = work.unmet.into_iter().collect();
    unmet.sort_unstable();
    Ok(Active {
        states: work.states,
        split: plan.split,
        lost,
        unmet,
    })
}

struct Work<'g, 'a> {
    graph: &'g Graph<'a>,
    platforms: &'g Platforms,
    assume: Assume,
    split: bool,
    dev: bool,
    /// The packages whose dev-dependencies take part.
    dev_owners: HashSet<usize>,
    states: Vec<State>,
    /// What is still to be turned on.
    values: Vec<(Side, Value)>,
    /// Packages whose dependencies are still to be reached.
    open: Vec<Side>,
    lost: HashSet<(usize, usize)>,
    unmet: HashSet<(usize, Unmet)>,
    steps: u64,
}

impl Work<'_, '_> {
    fn run(&mut self, cancel: &CancelToken) -> Result<()> {
        loop {
            if self.steps > MOST_STEPS {
                return Err(Error::limit(
                    "resolve-steps",
                    MOST_STEPS,
                    "the features of the manifests lead to each other without end",
                ));
            }
            if self.steps.is_multiple_of(CHECK_EVERY) {
                cancel.check()?;
            }
            self.steps += 1;
            if let Some((side, value)) = self.values.pop() {
                self.turn_on(side, value);
            } else if let Some(side) = self.open.pop() {
                self.enter(side);
            } else {
                return Ok(());
            }
        }
    }

    fn state(&mut self, side: Side) -> Option<&mut State> {
        self.states.get_mut(place(side))
    }

    fn push(&mut self, side: Side, values: &[Value]) {
        self.values
            .extend(values.iter().map(|value| (side, *value)));
    }

    /// A package is used; its own dependencies are reached once.
    fn reach(&mut self, side: Side) {
        if let Some(state) = self.state(side) {
            state.reached = true;
            if !std::mem::replace(&mut state.entered, true) {
                self.open.push(side);
            }
        }
    }

    fn enter(&mut self, side: Side) {
        let graph = self.graph;
        let Some(node) = graph.nodes.get(side.package) else {
            return;
        };
        for (at, entry) in node.entries.iter().enumerate() {
            self.steps += 1;
            if !entry.optional {
                self.follow(side, at, entry);
            }
        }
    }

    /// Uses a dependency: reaches the package, with what the dependency turns on there.
    fn follow(&mut self, side: Side, at: usize, entry: &Entry) -> Sides {
        if !self.counts(side, entry) {
            return NO_SIDES;
        }
        if entry.to.is_none() {
            self.lost.insert((side.package, at));
            return NO_SIDES;
        }
        let sides = self.sides(side, entry);
        for to in sides.into_iter().flatten() {
            self.reach(to);
            self.push(to, &entry.values);
            let default = self.graph.default;
            let node = self.graph.nodes.get(to.package);
            if entry.default_features && node.is_some_and(|node| node.feature(default).is_some()) {
                self.values.push((to, Value::Feature(default)));
            }
        }
        sides
    }

    /// Whether a dependency takes part on this side.
    fn counts(&self, side: Side, entry: &Entry) -> bool {
        if entry.kind == DependencyKind::Dev && !self.dev_owners.contains(&side.package) {
            return false;
        }
        if !self.split {
            return true;
        }
        if entry.kind == DependencyKind::Dev && !self.dev {
            return false;
        }
        if entry.kind == DependencyKind::Build || side.host {
            self.platforms.on_host(entry)
        } else {
            self.platforms.on_target(entry)
        }
    }

    /// The sides on which a dependency is used: one, but where it may be a procedural macro or not.
    fn sides(&self, side: Side, entry: &Entry) -> Sides {
        let Some(package) = entry.to else {
            return NO_SIDES;
        };
        let of = |host| Some(Side { package, host });
        if side.host || !self.split {
            return [of(side.host), None];
        }
        let node = self.graph.nodes.get(package);
        if entry.kind == DependencyKind::Build || node.is_some_and(Node::is_proc_macro) {
            return [of(true), None];
        }
        match (node.is_some_and(|node| node.declared), self.assume) {
            (false, _) => [of(false), None],
            (true, Assume::All) => [of(false), of(true)],
            (true, Assume::Sure) => NO_SIDES,
        }
    }

    fn turn_on(&mut self, side: Side, value: Value) {
        let graph = self.graph;
        let Some(node) = graph.nodes.get(side.package) else {
            return;
        };
        match value {
            Value::Feature(feature) => {
                let is_new = self
                    .state(side)
                    .is_some_and(|state| state.features.insert(feature));
                match node.feature(feature) {
                    Some(values) if is_new => self.push(side, values),
                    // What was asked for by the name of a dependency was looked for there.
                    None if node.is_known() && !node.has_optional(feature) => {
                        self.unmet.insert((side.package, Unmet::Feature(feature)));
                    }
                    _ => {}
                }
            }
            Value::Dependency(name) => {
                if node.is_known() && node.named(name).is_empty() {
                    self.unmet.insert((side.package, Unmet::Dependency(name)));
                }
                self.turn_on_dependency(side, name);
            }
            Value::OfDependency {
                name,
                feature,
                weak,
            } => {
                if node.is_known() && node.named(name).is_empty() {
                    self.unmet.insert((side.package, Unmet::Dependency(name)));
                }
                for at in node.named(name) {
                    self.steps += 1;
                    let Some(entry) = node.entries.get(*at) else {
                        continue;
                    };
                    if !self.counts(side, entry) {
                        continue;
                    }
                    if entry.optional {
                        let Some(state) = self.state(side) else {
                            continue;
                        };
                        if weak && !state.dependencies.contains(&name) {
                            state.deferred.entry(name).or_default().insert(feature);
                            continue;
                        }
                        self.turn_on_dependency(side, name);
                        // An implicit feature is on with its dependency, as it was before there
                        // were weak ones.
                        if !weak && node.feature(name).is_some() {
                            self.values.push((side, Value::Feature(name)));
                        }
                    }
                    for to in self.sides(side, entry).into_iter().flatten() {
                        self.values.push((to, Value::Feature(feature)));
                    }
                }
            }
        }
    }

    fn turn_on_dependency(&mut self, side: Side, name: Symbol) {
        let Some(state) = self.state(side) else {
            return;
        };
        if !state.dependencies.insert(name) {
            return;
        }
        let deferred = state.deferred.remove(&name).unwrap_or_default();
        let graph = self.graph;
        let Some(node) = graph.nodes.get(side.package) else {
            return;
        };
        for at in node.named(name) {
            self.steps += 1;
            let Some(entry) = node.entries.get(*at) else {
                continue;
            };
            for to in self.follow(side, *at, entry).into_iter().flatten() {
                let features = deferred.iter().map(|feature| Value::Feature(*feature));
                self.values.extend(features.map(|value| (to, value)));
            }
        }
    }
}
