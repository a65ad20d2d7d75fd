//! What cargo itself wrote down of one build, whichever of its files that stands in: units, what
//! each of them uses, and the roots.

use std::collections::{HashMap, VecDeque};

use super::spec;
use crate::bom::{
    Bom, Edge, EdgeKind, EvidenceLevel, EvidenceSource, Package, Scope, Selection, Toolchain, Unit,
};
use crate::error::{Error, Result};
use crate::package::Source;

/// A build as cargo recorded it. Indexes are checked by [`Record::bom`].
#[derive(Debug, Default)]
pub(super) struct Record {
    /// The packages, each once.
    pub packages: Vec<Package>,
    /// The units that are compiled.
    pub units: Vec<RecordedUnit>,
    /// Indexes of the units that were asked for.
    pub roots: Vec<usize>,
    /// The triples that were built for.
    pub targets: Vec<String>,
    /// The triple that was built on.
    pub host: Option<String>,
    /// Names of the binaries among the roots, where the record tells them.
    pub bins: Vec<String>,
    /// The compiler.
    pub toolchain: Option<Toolchain>,
}

/// One compilation.
#[derive(Debug)]
pub(super) struct RecordedUnit {
    /// The index of its package.
    pub package: usize,
    /// `lib`, `bin`, `proc-macro`, `custom-build`, …
    pub kind: &'static str,
    /// Whether it is compiled for the host; `None` where the record does not tell.
    pub for_host: Option<bool>,
    /// Whether it is compiled as a test.
    pub is_test: bool,
    /// The features that are on.
    pub features: Vec<String>,
    /// Other units that it uses, and whether they become part of it.
    pub uses: Vec<(usize, bool)>,
}

/// The kind of a unit whose target has these kinds: all forms of a library are `lib`.
pub(super) fn kind<'a>(kinds: impl Iterator<Item = &'a str>) -> Option<&'static str> {
    let mut found = None;
    for kind in kinds {
        let kind = match kind {
            "lib" | "rlib" | "dylib" | "cdylib" | "staticlib" => return Some("lib"),
            "proc-macro" => "proc-macro",
            "custom-build" => "custom-build",
            "bin" => "bin",
            "example" => "example",
            "test" => "test",
            "bench" => "bench",
            _ => continue,
        };
        found = found.or(Some(kind));
    }
    found
}

/// Packages by their spec, each read once.
#[derive(Debug, Default)]
pub(super) struct Specs {
    by_text: HashMap<String, usize>,
    by_identity: HashMap<(String, String, Source), usize>,
}

impl Specs {
    /// The index of the package that a spec names.
    ///
    /// # Errors
    /// `Parse` where it names none.
    pub(super) fn index(&mut self, text: &str, packages: &mut Vec<Package>) -> Result<usize> {
        if let Some(index) = self.by_text.get(text) {
            return Ok(*index);
        }
        let package = spec::package(text)?;
        let identity = (
            package.name.clone(),
            package.version.clone(),
            package.source.clone(),
        );
        let index = *self.by_identity.entry(identity).or_insert_with(|| {
            packages.push(package);
            packages.len() - 1
        });
        self.by_text.insert(text.to_owned(), index);
        Ok(index)
    }
}

impl RecordedUnit {
    fn is_build_only(&self) -> bool {
        matches!(self.kind, "proc-macro" | "custom-build")
    }

    fn is_dev(&self) -> bool {
        self.is_test || matches!(self.kind, "test" | "bench" | "example")
    }
}

impl Record {
    /// The bill of materials, with evidence of level `cargo-sbom`.
    ///
    /// An edge's kind is the table that declares it: what a build script uses is `build`, what
    /// anything else uses `normal`. Edges inside a package are left out, and so are all to build
    /// scripts: only their own package needs them, and cargo's precursor writes some of them below
    /// another package.
    ///
    /// # Errors
    /// `Parse` for units that use each other in a cycle.
    pub(super) fn bom(mut self, source: EvidenceSource) -> Result<Bom> {
        self.refuse_cycles()?;
        let scopes = self.scopes();
        let selection = self.selection();
        let mut bom = Bom {
            selection: Some(selection),
            evidence: vec![EvidenceSource {
                level: EvidenceLevel::CargoSbom,
                ..source
            }],
            toolchain: self.toolchain.take(),
            roots: self
                .roots
                .iter()
                .filter_map(|root| Some(self.units.get(*root)?.package))
                .collect(),
            ..Bom::default()
        };
        for unit in &self.units {
            let kind = match unit.kind {
                "custom-build" => EdgeKind::Build,
                // A test may use what any of two tables declares.
                _ if unit.is_dev() => EdgeKind::Unknown,
                _ => EdgeKind::Normal,
            };
            for (to, _) in &unit.uses {
                let Some(used) = self.units.get(*to) else {
                    continue;
                };
                if used.kind != "custom-build" && used.package != unit.package {
                    bom.edges.push(Edge {
                        from: unit.package,
                        to: used.package,
                        kind,
                        name: None,
                        evidence: vec![0],
                    });
                }
            }
        }
        let mut packages = self.packages;
        for (id, package) in packages.iter_mut().enumerate() {
            package.id = id;
            package.evidence = vec![0];
            package.scope = Scope::NotBuilt;
        }
        for (unit, scope) in self.units.into_iter().zip(scopes) {
            let for_host = unit
                .for_host
                .unwrap_or_else(|| unit.is_build_only() || scope == Scope::Build);
            if let Some(package) = packages.get_mut(unit.package) {
                package.scope = package.scope.min(scope);
                package.units.push(Unit {
                    kind: unit.kind.to_owned(),
                    platform: if for_host { "host" } else { "target" }.to_owned(),
                    features: unit.features,
                    scope,
                });
            }
        }
        for package in &mut packages {
            sort_units(&mut package.units);
        }
        bom.packages = packages;
        bom.normalize();
        Ok(bom)
    }

    /// How each unit takes part: `linked` is what becomes part of a root.
    fn scopes(&self) -> Vec<Scope> {
        // What nothing leads to was built all the same.
        let mut scopes = vec![Scope::NotBuilt; self.units.len()];
        let mut spread = |dev: bool, linked: bool, scope: Scope| {
            let is_dev = |at: &usize| self.units.get(*at).is_some_and(RecordedUnit::is_dev);
            let starts = self.roots.iter().copied().filter(|at| is_dev(at) == dev);
            let mut open: Vec<usize> = starts.collect();
            let mut seen = vec![false; self.units.len()];
            while let Some(at) = open.pop() {
                let (Some(slot), Some(unit)) = (seen.get_mut(at), self.units.get(at)) else {
                    continue;
                };
                if std::mem::replace(slot, true) {
                    continue;
                }
                if let Some(known) = scopes.get_mut(at) {
                    *known = (*known).min(scope);
                }
                open.extend(
                    unit.uses
                        .iter()
                        .filter(|(_, becomes_part)| *becomes_part || !linked)
                        .map(|(to, _)| *to),
                );
            }
        };
        spread(false, true, Scope::Linked);
        spread(false, false, Scope::Build);
        spread(true, false, Scope::Dev);
        for scope in &mut scopes {
            if *scope == Scope::NotBuilt {
                *scope = Scope::Build;
            }
        }
        scopes
    }

    /// What was built for, as far as a record of the outcome tells what was asked for.
    fn selection(&self) -> Selection {
        let roots: Vec<&RecordedUnit> = self
            .roots
            .iter()
            .filter_map(|at| self.units.get(*at))
            .collect();
        let sorted = |mut list: Vec<String>| {
            list.sort();
            list.dedup();
            list
        };
        let of = |unit: &RecordedUnit| self.packages.get(unit.package).map(|p| p.name.clone());
        let packages = sorted(roots.iter().filter_map(|unit| of(unit)).collect());
        let several = packages.len() > 1;
        let mut features = Vec::new();
        for unit in &roots {
            let named = unit.features.iter().filter(|name| *name != "default");
            features.extend(named.map(|feature| match of(unit) {
                Some(name) if several => format!("{name}/{feature}"),
                _ => feature.clone(),
            }));
        }
        Selection {
            packages,
            bins: sorted(self.bins.clone()),
            lib: roots.iter().any(|unit| unit.kind == "lib"),
            targets: sorted(self.targets.clone()),
            host: self.host.clone(),
            features: sorted(features),
            default_features: roots
                .iter()
                .any(|unit| unit.features.iter().any(|name| name == "default")),
            dev: roots.iter().any(|unit| unit.is_dev()),
            ..Selection::default()
        }
    }

    /// No compilation can wait for itself. Edges to build scripts do not count: see [`Record::bom`].
    fn refuse_cycles(&self) -> Result<()> {
        let waits = |to: &usize| {
            let unit = self.units.get(*to);
            unit.is_some_and(|unit| unit.kind != "custom-build")
        };
        let uses = |at: usize| {
            let unit = self.units.get(at).into_iter();
            unit.flat_map(|unit| unit.uses.iter().map(|(to, _)| *to))
                .filter(waits)
        };
        match in_cycle(self.units.len(), uses) {
            None => Ok(()),
            Some(stuck) => Err(Error::parse(format!(
                "units use each other in a cycle, which no build can: see unit {stuck}"
            ))),
        }
    }
}

/// One of what use each other in a cycle, of `count` in all, where there is a cycle.
pub(super) fn in_cycle<I: Iterator<Item = usize>>(
    count: usize,
    uses: impl Fn(usize) -> I,
) -> Option<usize> {
    let mut users = vec![0usize; count];
    for to in (0..count).flat_map(&uses) {
        if let Some(users) = users.get_mut(to) {
            *users += 1;
        }
    }
    let free = users.iter().enumerate().filter(|(_, users)| **users == 0);
    let mut open: VecDeque<usize> = free.map(|(at, _)| at).collect();
    let mut done = 0;
    while let Some(at) = open.pop_front() {
        done += 1;
        for to in uses(at) {
            if let Some(users) = users.get_mut(to) {
                *users -= 1;
                if *users == 0 {
                    open.push_back(to);
                }
            }
        }
    }
    if done == count {
        return None;
    }
    users.iter().position(|users| *users > 0)
}

/// Orders units, each once.
pub(super) fn sort_units(units: &mut Vec<Unit>) {
    units.sort_by(|a, b| {
        (&a.kind, &a.platform, &a.features, a.scope).cmp(&(
            &b.kind,
            &b.platform,
            &b.features,
            b.scope,
        ))
    });
    units.dedup();
}
