//! Which packages a selection may lead to, so that no manifest is read that cannot matter.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::{Knowledge, Resolver, Workspace, own_cfgs};
use crate::bom::Selection;
use crate::error::Result;
use crate::lockfile::{LockedPackage, Lockfile};
use crate::manifest::{Dependency, DependencyKind, PackageStructure};
use crate::progress::CancelToken;
use crate::targets::{Cfgs, Platform, Table};

/// Dependencies and values of features that are looked at until it is no longer asked which of them
/// are on: a project of 1,000 packages needs some hundred thousands.
const MOST_STEPS: usize = 5_000_000;

/// Features that are looked for one by one.
const FEW: usize = 24;

/// Follows dependencies that may be on: more than the build, and less than the lockfile.
///
/// Host and target, their platforms and all members are taken together, so that a feature is on here
/// where it is on for any of them. Below what is not known, every declared dependency is followed.
pub struct Reach<'a> {
    workspace: &'a Workspace,
    selection: &'a Selection,
    platforms: Vec<(String, Cfgs)>,
    known: HashMap<String, bool>,
    states: Vec<State>,
    /// What was reached and was not handed out.
    fresh: Vec<usize>,
    /// Packages whose dependencies are to be looked at, once more perhaps.
    open: Vec<usize>,
    steps: usize,
}

/// What leads to a package.
#[derive(Debug, Clone, Default)]
struct State {
    reached: bool,
    /// Whether all its features are on.
    all: bool,
    /// Whether they are on below it too: it is not known what leads there.
    blindly: bool,
    /// The features that are on, and what the caller wrote as one.
    features: HashSet<String>,
    /// Whether it was handed out.
    is_known: bool,
    is_open: bool,
}

impl<'a> Reach<'a> {
    /// Begins with the members that the selection begins with.
    ///
    /// # Errors
    /// `InvalidArgument` for a target or a cfg that does not exist; `Unsupported` where this build
    /// holds no table of targets.
    pub fn new(
        workspace: &'a Workspace,
        selection: &'a Selection,
        table: &Table,
        lockfile: &Lockfile,
    ) -> Result<Self> {
        let mut platforms = Vec::new();
        for target in &selection.targets {
            let mut cfgs = table.require(target)?;
            for cfg in own_cfgs(selection)? {
                cfgs.insert(cfg);
            }
            platforms.push((target.clone(), cfgs));
        }
        if let Some(host) = &selection.host {
            platforms.push((host.clone(), table.require(host)?));
        }
        let mut reach = Self {
            workspace,
            selection,
            platforms,
            known: HashMap::new(),
            states: vec![State::default(); lockfile.packages().len()],
            fresh: Vec::new(),
            open: Vec::new(),
            steps: 0,
        };
        for member in reach.members(lockfile) {
            let name = lockfile.packages().get(member).map(|p| p.name.as_str());
            let asked = selection.features.iter();
            let asked = asked.flat_map(|list| list.split([',', ' ', '\t']));
            let default = selection.default_features.then_some("default");
            // Of another member it is a feature of a dependency.
            let own = |text: &'a str| match text.split_once('/') {
                Some((of, feature)) if Some(of) == name => feature,
                _ => text,
            };
            let features: Vec<&str> = asked.map(own).chain(default).collect();
            reach.reach(member, features.into_iter(), false);
            if let Some(state) = reach.states.get_mut(member) {
                state.all |= selection.all_features;
            }
        }
        Ok(reach)
    }

    fn members(&self, lockfile: &Lockfile) -> BTreeSet<usize> {
        let workspace = self.workspace;
        let mut out: BTreeSet<usize> = if self.selection.packages.is_empty() {
            workspace.default_members.iter().copied().collect()
        } else {
            let named = |at: &usize| {
                let name = lockfile.packages().get(*at).map(|p| p.name.as_str());
                let mut specs = self.selection.packages.iter();
                specs.any(|spec| spec.split(['@', ':']).next() == name)
            };
            workspace.members.iter().copied().filter(named).collect()
        };
        if workspace.resolver == Resolver::One {
            out.extend(workspace.root);
        }
        out
    }

    /// The packages that were reached and not handed out before. What is known of those that were
    /// handed out before stands in `known`.
    ///
    /// # Errors
    /// `Cancelled`.
    pub fn next(
        &mut self,
        lockfile: &Lockfile,
        known: &[Knowledge],
        cancel: &CancelToken,
    ) -> Result<Vec<usize>> {
        while let Some(at) = self.open.pop() {
            cancel.check()?;
            if let Some(state) = self.states.get_mut(at) {
                state.is_open = false;
            }
            if let Some(knowledge) = known.get(at) {
                self.follow(lockfile, at, knowledge);
            }
            if self.steps > MOST_STEPS {
                self.steps = 0;
                self.widen();
            }
        }
        let mut fresh = std::mem::take(&mut self.fresh);
        fresh.sort_unstable();
        for at in &fresh {
            if let Some(state) = self.states.get_mut(*at) {
                state.is_known = true;
            }
            self.look_at(*at);
        }
        Ok(fresh)
    }

    /// Follows every declared dependency from now on, whatever features are on.
    pub fn widen(&mut self) {
        for at in 0..self.states.len() {
            let Some(state) = self.states.get_mut(at).filter(|state| state.reached) else {
                continue;
            };
            if !state.blindly {
                (state.blindly, state.all) = (true, true);
                self.look_at(at);
            }
        }
    }

    fn look_at(&mut self, at: usize) {
        if let Some(state) = self.states.get_mut(at)
            && state.is_known
            && !std::mem::replace(&mut state.is_open, true)
        {
            self.open.push(at);
        }
    }

    fn reach<'f>(&mut self, at: usize, features: impl Iterator<Item = &'f str>, blindly: bool) {
        let Some(state) = self.states.get_mut(at) else {
            return;
        };
        let mut is_more = blindly && !state.blindly;
        state.blindly |= blindly;
        state.all |= blindly;
        for feature in features {
            if !state.features.contains(feature) {
                is_more |= state.features.insert(feature.to_owned());
            }
        }
        if !std::mem::replace(&mut state.reached, true) {
            self.fresh.push(at);
        } else if is_more {
            self.look_at(at);
        }
    }

    /// Reaches what one package leads to.
    fn follow(&mut self, lockfile: &Lockfile, at: usize, knowledge: &Knowledge) {
        let packages = lockfile.packages();
        let Some(package) = packages.get(at) else {
            return;
        };
        let replaced = |at: usize| {
            let package = packages.get(at);
            package.and_then(|package| package.replace).unwrap_or(at)
        };
        let structure = match knowledge {
            Knowledge::Manifest(described) => &described.structure,
            Knowledge::Declared(structure, _) => structure.as_ref(),
            Knowledge::Missing(_) => {
                for to in &package.dependencies {
                    self.reach(replaced(*to), [].into_iter(), true);
                }
                return;
            }
        };
        let state = self.states.get(at).cloned().unwrap_or_default();
        let on = On::of(structure, &state, &mut self.steps);
        let mut wanted: HashMap<&str, Wanted<'_>> = HashMap::new();
        for dependency in &structure.dependencies {
            let is_on = !dependency.optional || on.has(&dependency.name);
            if !is_on || !self.may_count(dependency) {
                continue;
            }
            let wanted = wanted.entry(dependency.package_name()).or_default();
            wanted.blindly |= dependency.artifact;
            if dependency.uses_default_features() {
                wanted.features.push("default");
            }
            let of_it = on.below.get(dependency.name.as_str());
            let declared = dependency.features.iter().map(String::as_str);
            wanted
                .features
                .extend(declared.chain(of_it.into_iter().flatten().copied()));
        }
        let mut seen: HashMap<&str, usize> = HashMap::new();
        let name_of = |to: usize| {
            packages
                .get(to)
                .map(|package: &LockedPackage| package.name.as_str())
        };
        for name in package.dependencies.iter().filter_map(|to| name_of(*to)) {
            *seen.entry(name).or_default() += 1;
        }
        for to in &package.dependencies {
            let Some((name, wanted)) = name_of(*to).and_then(|name| wanted.get_key_value(name))
            else {
                continue;
            };
            self.steps += wanted.features.len();
            // Of several versions it is not asked here which one is meant.
            let blindly = state.blindly || wanted.blindly || seen.get(name).is_some_and(|n| *n > 1);
            self.reach(replaced(*to), wanted.features.iter().copied(), blindly);
        }
    }

    fn may_count(&mut self, dependency: &Dependency) -> bool {
        if self.workspace.resolver == Resolver::One {
            return true;
        }
        if dependency.kind == DependencyKind::Dev && !self.selection.dev {
            return false;
        }
        let Some(text) = dependency.target.as_deref() else {
            return true;
        };
        if let Some(known) = self.known.get(text) {
            return *known;
        }
        let counts = match Platform::parse(text) {
            Err(_) => true,
            Ok(platform) => self
                .platforms
                .iter()
                .any(|(triple, cfgs)| platform.matches(triple, cfgs)),
        };
        self.known.insert(text.to_owned(), counts);
        counts
    }
}

/// What a dependency asks of a package.
#[derive(Default)]
struct Wanted<'s> {
    features: Vec<&'s str>,
    blindly: bool,
}

/// What the features of a package turn on.
struct On<'s> {
    all: bool,
    /// The names of optional dependencies.
    dependencies: HashSet<&'s str>,
    /// Features of dependencies, by the dependency's name.
    below: HashMap<&'s str, Vec<&'s str>>,
}

impl<'s> On<'s> {
    fn of(structure: &'s PackageStructure, state: &'s State, steps: &mut usize) -> Self {
        let features = structure.features.iter();
        let features = features.map(|(name, values)| (name.as_str(), values.as_slice()));
        // A map of a few is slower than a look through them.
        let few = structure.features.len() <= FEW;
        let map: HashMap<&str, &[String]> = match few {
            true => HashMap::new(),
            false => features.clone().collect(),
        };
        let values_of = |text: &str| match few {
            true => features
                .clone()
                .find_map(|(name, values)| (name == text).then_some(values)),
            false => map.get(text).copied(),
        };
        let mut on = Self {
            all: state.all,
            dependencies: HashSet::new(),
            below: HashMap::new(),
        };
        let mut open: Vec<&str> = state.features.iter().map(String::as_str).collect();
        if state.all {
            open.extend(features.clone().map(|(name, _)| name));
        }
        *steps += structure.features.len() + structure.dependencies.len();
        let mut seen = HashSet::new();
        while let Some(text) = open.pop() {
            *steps += 1;
            if !seen.insert(text) {
                continue;
            }
            if let Some(name) = text.strip_prefix("dep:") {
                on.dependencies.insert(name);
            } else if let Some((name, feature)) = text.split_once('/') {
                let weak = name.strip_suffix('?');
                let name = weak.unwrap_or(name);
                on.below.entry(name).or_default().push(feature);
                if weak.is_none() {
                    on.dependencies.insert(name);
                    open.push(name);
                }
            } else if let Some(values) = values_of(text) {
                open.extend(values.iter().map(String::as_str));
            } else {
                // The feature that an optional dependency is.
                on.dependencies.insert(text);
            }
        }
        on
    }

    fn has(&self, name: &str) -> bool {
        self.all || self.dependencies.contains(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::Limits;
    use crate::manifest::Structure;
    use crate::resolve::Described;

    /// The packages that are asked for, by name, from `app` on. Each has the dependencies that its
    /// manifest names, all of them locked; one without a manifest is not known.
    fn reached(manifests: &[(&str, &str)], change: impl FnOnce(&mut Selection)) -> String {
        let names: Vec<&str> = manifests.iter().map(|(name, _)| *name).collect();
        let mut lock = "version = 4\n".to_owned();
        for (name, manifest) in manifests {
            let locked =
                |other: &&&str| other != &name && manifest.contains(&format!("{other}={{"));
            let locked: Vec<String> = names
                .iter()
                .filter(locked)
                .map(|n| format!("\"{n}\""))
                .collect();
            lock += &format!(
                "[[package]]\nname = \"{name}\"\nversion = \"1.0.0\"\ndependencies = [{}]\n",
                locked.join(", ")
            );
        }
        let (limits, cancel) = (Limits::default(), CancelToken::new());
        let lockfile = Lockfile::parse(lock.as_bytes(), "Cargo.lock", &limits, &cancel).unwrap();
        let place = |name: &str| {
            lockfile
                .packages()
                .iter()
                .position(|p| p.name == name)
                .unwrap()
        };
        let knowledge = |at: usize| {
            let name = lockfile.packages()[at].name.as_str();
            let (_, text) = manifests.iter().find(|(other, _)| *other == name).unwrap();
            if text.starts_with('?') {
                return Knowledge::Missing("a test".to_owned());
            }
            let text = format!("[package]\nname='{name}'\nversion='1.0.0'\n{text}");
            let structure = Structure::parse(text.as_bytes(), &limits).unwrap();
            Knowledge::Manifest(Box::new(Described {
                structure: structure.package.unwrap(),
                ..Described::default()
            }))
        };
        let workspace = Workspace {
            members: vec![place("app")],
            default_members: vec![place("app")],
            root: Some(place("app")),
            resolver: Resolver::Two,
        };
        let target = "x86_64-unknown-linux-gnu".to_owned();
        let mut selection = Selection {
            targets: vec![target.clone()],
            host: Some(target),
            default_features: true,
            ..Selection::default()
        };
        change(&mut selection);
        let mut reach = Reach::new(&workspace, &selection, Table::embedded(), &lockfile).unwrap();
        let mut known = vec![Knowledge::Missing("never asked for".to_owned()); names.len()];
        let mut asked = BTreeSet::new();
        loop {
            let level = reach.next(&lockfile, &known, &cancel).unwrap();
            if level.is_empty() {
                break;
            }
            for at in level {
                assert!(asked.insert(at), "asked for twice");
                known[at] = knowledge(at);
            }
        }
        let name_of = |at: usize| lockfile.packages()[at].name.clone();
        let mut names: Vec<String> = asked.into_iter().map(name_of).collect();
        names.sort();
        names.join(" ")
    }

    #[test]
    fn only_what_features_lead_to_is_asked_for() {
        let app = "[dependencies]\na={version='1',features=['x']}\n";
        let a = "[features]\ndefault=['d']\nd=['dep:b']\nx=['c/y','w?/z']\ny=['v']\n[dependencies]\n\
                 b={version='1',optional=true}\nc={version='1',optional=true}\n\
                 w={version='1',optional=true}\nv={version='1',optional=true}\n";
        let c = "[features]\ny=['e']\n[dependencies]\ne={version='1',optional=true}\n\
                 f={version='1',optional=true}\n";
        let all = [
            ("app", app),
            ("a", a),
            ("b", ""),
            ("c", c),
            ("e", ""),
            ("f", ""),
            ("v", ""),
            ("w", ""),
        ];
        assert_eq!(reached(&all, |_| {}), "a app b c e");
        // What comes late turns on more in what was looked at before.
        let late = "[dependencies]\na={version='1',default-features=false}\nl={version='1'}\n";
        let l = "[dependencies]\nm={version='1'}\n";
        let m = "[dependencies]\na={version='1',default-features=false,features=['y']}\n";
        let mut more = all.to_vec();
        more.extend([("l", l), ("m", m)]);
        more[0].1 = late;
        assert_eq!(reached(&more, |_| {}), "a app l m v");
    }

    #[test]
    fn the_callers_features_count_in_every_form() {
        let app = "[features]\ndefault=['one']\none=['dep:a']\ntwo=['b']\n[dependencies]\n\
                   a={version='1',optional=true}\nb={version='1',optional=true}\nc={version='1',optional=true}\n\
                   d={version='1'}\n[target.'cfg(windows)'.dependencies]\nw={version='1'}\n\
                   [dev-dependencies]\nt={version='1'}\n";
        let d = "[features]\nq=['dep:e']\n[dependencies]\ne={version='1',optional=true}\n";
        let all = [
            ("app", app),
            ("a", ""),
            ("b", ""),
            ("c", ""),
            ("d", d),
            ("e", ""),
            ("t", ""),
            ("w", ""),
        ];
        let with = |features: &[&str], default: bool| {
            reached(&all, |selection| {
                selection.features = features.iter().map(|f| (*f).to_owned()).collect();
                selection.default_features = default;
            })
        };
        assert_eq!(with(&[], true), "a app d");
        assert_eq!(with(&[], false), "app d");
        assert_eq!(with(&["two", "c"], false), "app b c d");
        assert_eq!(with(&["app/two,d/q"], false), "app b d e");
        assert_eq!(reached(&all, |s| s.all_features = true), "a app b c d");
        assert_eq!(reached(&all, |s| s.dev = true), "a app d t");
        assert_eq!(
            reached(&all, |s| s.targets[0] = "x86_64-pc-windows-msvc".into()),
            "a app d w"
        );
    }

    #[test]
    fn below_the_unknown_everything_is_followed() {
        let app = "[dependencies]\nu={version='1'}\n";
        let o = "[features]\nx=['dep:p']\n[dependencies]\np={version='1',optional=true}\n";
        let all = [("app", app), ("u", "? o={"), ("o", o), ("p", "")];
        assert_eq!(reached(&all, |_| {}), "app o p u");
    }
}
