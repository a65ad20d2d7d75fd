//! Which packages a selection may lead to, so that no manifest is read that cannot matter.

use std::collections::{BTreeSet, HashMap};

use super::{Knowledge, Resolver, Workspace, own_cfgs};
use crate::bom::Selection;
use crate::error::Result;
use crate::lockfile::Lockfile;
use crate::manifest::DependencyKind;
use crate::targets::{Cfgs, Platform, Table};

/// Follows declared dependencies whatever features are on: more than the build, and less than the
/// lockfile.
pub struct Reach<'a> {
    workspace: &'a Workspace,
    selection: &'a Selection,
    platforms: Vec<(String, Cfgs)>,
    known: HashMap<String, bool>,
}

impl<'a> Reach<'a> {
    /// Begins with nothing reached.
    ///
    /// # Errors
    /// `InvalidArgument` for a target or a cfg that does not exist; `Unsupported` where this build
    /// holds no table of targets.
    pub fn new(workspace: &'a Workspace, selection: &'a Selection, table: &Table) -> Result<Self> {
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
        Ok(Self {
            workspace,
            selection,
            platforms,
            known: HashMap::new(),
        })
    }

    /// The members that the selection begins with.
    pub fn start(&self, lockfile: &Lockfile) -> BTreeSet<usize> {
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

    /// Adds the packages that one package may lead to.
    pub fn extend(
        &mut self,
        lockfile: &Lockfile,
        at: usize,
        knowledge: Option<&Knowledge>,
        out: &mut Vec<usize>,
    ) {
        let packages = lockfile.packages();
        let Some(package) = packages.get(at) else {
            return;
        };
        let replaced = |at: usize| {
            let package = packages.get(at);
            package.and_then(|package| package.replace).unwrap_or(at)
        };
        let structure = match knowledge {
            Some(Knowledge::Manifest(described)) => &described.structure,
            Some(Knowledge::Declared(structure, _)) => structure.as_ref(),
            _ => {
                out.extend(package.dependencies.iter().map(|to| replaced(*to)));
                return;
            }
        };
        let names: BTreeSet<&str> = structure
            .dependencies
            .iter()
            .filter(|dependency| {
                dependency.kind != DependencyKind::Dev
                    || self.selection.dev
                    || self.workspace.resolver == Resolver::One
            })
            .filter(|dependency| {
                self.workspace.resolver == Resolver::One
                    || self.may_count(dependency.target.as_deref())
            })
            .map(|dependency| dependency.package_name())
            .collect();
        let is_named = |to: &&usize| {
            let package = packages.get(**to);
            package.is_some_and(|package| names.contains(package.name.as_str()))
        };
        let reached = package.dependencies.iter().filter(is_named);
        out.extend(reached.map(|to| replaced(*to)));
    }

    fn may_count(&mut self, target: Option<&str>) -> bool {
        let Some(text) = target else {
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
