//! The project itself: the workspace, its members, and packages that paths lead to.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};

use super::reader::{MANIFEST, Reader, describe, normalize, source_files};
use super::{is_local, not_found};
use crate::error::{Error, Result};
use crate::lockfile::Lockfile;
use crate::manifest::{DependencyKind, PackageStructure, Structure, WorkspaceTable};
use crate::options::Options;
use crate::resolve::{Described, Resolver, Workspace};

/// A package that lies in a directory.
#[derive(Debug, Clone)]
pub(super) struct LocalPackage {
    /// What its manifest says, with all that it inherits.
    pub(super) described: Described,
    /// Where the paths of its dependencies lead, by the place of the dependency.
    paths: Vec<(usize, PathBuf)>,
    member: bool,
    default_member: bool,
    root: bool,
}

/// A workspace and the packages that paths lead to from it.
pub(super) struct Project {
    packages: BTreeMap<PathBuf, LocalPackage>,
    resolver: Resolver,
    /// Directories that a path leads to and whose manifest cannot be read, and why.
    faults: Vec<(String, String)>,
}

/// A project joined with its lockfile.
pub(super) struct Joined {
    pub(super) workspace: Workspace,
    /// The manifests of local packages, by their place in the lockfile.
    pub(super) described: Vec<(usize, Described)>,
    /// Where lockfile and project do not fit.
    pub(super) doubts: Vec<(usize, String)>,
}

impl Project {
    /// Reads the workspace whose root is a directory.
    ///
    /// # Errors
    /// `NotFound` where the directory or a member has no manifest; `Parse` and `LimitExceeded` of
    /// the manifests of the root and of members.
    pub(super) fn open(directory: &Path, options: &Options) -> Result<Self> {
        let mut reader = Reader {
            limits: &options.limits,
            cancel: &options.cancel,
            cache: HashMap::new(),
        };
        let root_dir = normalize(directory);
        let root = reader.read(&root_dir)?.ok_or_else(|| {
            not_found(
                &root_dir.join(MANIFEST),
                "a selection needs the project's manifest, and the directory holds none",
            )
        })?;
        let default = WorkspaceTable::default();
        let table = root.workspace.as_ref().unwrap_or(&default);
        let named: BTreeSet<PathBuf> = reader
            .expand(&root_dir, &table.members)?
            .into_iter()
            .collect();
        let default_members = match &table.default_members {
            Some(globs) => Some(reader.expand(&root_dir, globs)?),
            None => None,
        };
        let mut walk = Walk {
            reader,
            root_dir: &root_dir,
            root: &root,
            named: &named,
            packages: BTreeMap::new(),
            faults: Vec::new(),
        };
        walk.run()?;
        let mut project = Self {
            resolver: resolver(&root),
            packages: walk.packages,
            faults: walk.faults,
        };
        for (dir, package) in &mut project.packages {
            package.root = *dir == root_dir;
            package.default_member = package.member
                && match &default_members {
                    Some(dirs) => dirs.contains(dir),
                    None => package.root || root.package.is_none(),
                };
        }
        Ok(project)
    }

    /// Finds the packages of the lockfile that lie in the project.
    ///
    /// # Errors
    /// `Parse` where the lockfile has no package for a member that is to be built.
    pub(super) fn join(&self, lockfile: &Lockfile, selected: &[String]) -> Result<Joined> {
        let mut by_id: HashMap<(&str, &str), usize> = HashMap::new();
        let mut by_name: HashMap<&str, Vec<usize>> = HashMap::new();
        for (at, package) in lockfile.packages().iter().enumerate() {
            if is_local(package.source.kind) {
                by_id.insert((&package.name, &package.version), at);
                by_name.entry(&package.name).or_default().push(at);
            }
        }
        let mut joined = Joined {
            workspace: Workspace {
                resolver: self.resolver,
                ..Workspace::default()
            },
            described: Vec::new(),
            doubts: Vec::new(),
        };
        let mut taken = BTreeSet::new();
        // Members first: of two packages of one name and version, theirs is the lockfile's entry.
        let (members, others): (Vec<_>, Vec<_>) = self
            .packages
            .iter()
            .partition(|(_, package)| package.member);
        // Where each directory's package is in the lockfile, and in what follows.
        let mut places: HashMap<&Path, (usize, usize)> = HashMap::new();
        for (dir, package) in members.into_iter().chain(others) {
            let structure = &package.described.structure;
            let version = structure.version.as_deref().unwrap_or("0.0.0");
            let exact = by_id.get(&(structure.name.as_str(), version)).copied();
            let found = exact.or_else(|| {
                let named = by_name.get(structure.name.as_str())?;
                match named.as_slice() {
                    [only] if !taken.contains(only) && package.member => {
                        joined.doubts.push((*only, format!(
                            "the project holds version {version}: the lockfile is of another state"
                        )));
                        Some(*only)
                    }
                    _ => None,
                }
            });
            let Some(at) = found else {
                let wanted = selected.is_empty() && package.default_member
                    || selected
                        .iter()
                        .any(|spec| spec.split(['@', ':']).next() == Some(structure.name.as_str()));
                if wanted && package.member {
                    return Err(Error::parse(format!(
                        "the lockfile has no package `{} {version}`, which is a member of the workspace: it is of another state",
                        structure.name
                    ))
                    .at_path(super::super::LOCKFILE_NAME));
                }
                continue;
            };
            if !taken.insert(at) {
                continue;
            }
            if package.member {
                joined.workspace.members.push(at);
            }
            if package.default_member {
                joined.workspace.default_members.push(at);
            }
            if package.root {
                joined.workspace.root = Some(at);
            }
            places.insert(dir, (at, joined.described.len()));
            joined.described.push((at, package.described.clone()));
        }
        for (dir, (_, index)) in &places {
            let Some(package) = self.packages.get(*dir) else {
                continue;
            };
            let leads = |(dependency, to): &(usize, PathBuf)| {
                Some((*dependency, places.get(to.as_path())?.0))
            };
            if let Some((_, described)) = joined.described.get_mut(*index) {
                described.paths = package.paths.iter().filter_map(leads).collect();
            }
        }
        for (name, why) in &self.faults {
            for at in by_name.get(name.as_str()).into_iter().flatten() {
                if !taken.contains(at) {
                    joined.doubts.push((*at, why.clone()));
                }
            }
        }
        Ok(joined)
    }
}

/// The resolver that a root manifest chooses.
fn resolver(root: &Structure) -> Resolver {
    let stated = root
        .workspace
        .as_ref()
        .and_then(|workspace| workspace.resolver.as_deref())
        .or_else(|| root.package.as_ref()?.resolver.as_deref());
    let by_edition = || match &root.package {
        Some(package) => {
            let inherited = root.workspace.as_ref().and_then(|w| w.edition.as_deref());
            let own = package.edition.as_deref();
            Resolver::of_edition(if package.inherits_edition {
                inherited
            } else {
                own
            })
        }
        None => Resolver::One,
    };
    stated
        .and_then(Resolver::from_name)
        .unwrap_or_else(by_edition)
}

/// Follows members and paths.
struct Walk<'w> {
    reader: Reader<'w>,
    root_dir: &'w Path,
    root: &'w Structure,
    named: &'w BTreeSet<PathBuf>,
    packages: BTreeMap<PathBuf, LocalPackage>,
    faults: Vec<(String, String)>,
}

impl Walk<'_> {
    fn run(&mut self) -> Result<()> {
        // A directory and the name that leads there, `None` for a member by name.
        let mut open: Vec<(PathBuf, Option<String>)> = Vec::new();
        // Members' paths are followed before those of other packages, so that what is a member
        // does not depend on the order.
        let mut later: Vec<(PathBuf, Option<String>)> = Vec::new();
        for patch in &self.root.patches {
            if let Some(path) = &patch.path {
                let dir = normalize(&self.root_dir.join(path));
                later.push((dir, Some(patch_name(patch.package_name()))));
            }
        }
        if self.root.workspace.is_some() {
            open.extend(self.named.iter().map(|dir| (dir.clone(), None)));
        }
        open.push((self.root_dir.to_owned(), None));
        loop {
            self.reader.cancel.check()?;
            if self.packages.len() as u64 > self.reader.limits.entries {
                return Err(Error::limit(
                    "entries",
                    self.reader.limits.entries,
                    "paths lead to too many packages",
                ));
            }
            let (from_member, (dir, name)) = match (open.pop(), &mut later) {
                (Some(next), _) => (true, next),
                (None, later) => match later.pop() {
                    Some(next) => (false, next),
                    None => return Ok(()),
                },
            };
            if self.packages.contains_key(&dir) {
                continue;
            }
            let member = from_member && self.is_member(&dir, name.is_none());
            if from_member && !member {
                if name.is_some() {
                    later.push((dir, name));
                }
                continue;
            }
            let package = match self.load(&dir) {
                Ok(Some(package)) => package,
                // The root of a virtual workspace is no package.
                Ok(None) if dir == self.root_dir => continue,
                Ok(None) if member => {
                    return Err(not_found(
                        &dir.join(MANIFEST),
                        "the manifest of a member of the workspace is missing",
                    ));
                }
                Err(error) if member => return Err(error),
                Ok(None) => {
                    self.fault(name, "no manifest lies where its path leads".to_owned());
                    continue;
                }
                Err(error) => {
                    self.fault(
                        name,
                        format!("its manifest cannot be read: {}", error.message()),
                    );
                    continue;
                }
            };
            let mut paths = Vec::new();
            for (at, dependency) in package.structure.dependencies.iter().enumerate() {
                if dependency.kind == DependencyKind::Dev && !member {
                    continue;
                }
                let Some(path) = &dependency.path else {
                    continue;
                };
                let base = match dependency.inherited {
                    true => self.workspace_dir(&dir, &package.structure)?,
                    false => None,
                };
                let to = normalize(&base.as_ref().unwrap_or(&dir).join(path));
                paths.push((at, to.clone()));
                let next = (to, Some(dependency.package_name().to_owned()));
                if member {
                    open.push(next);
                } else {
                    later.push(next);
                }
            }
            self.packages.insert(
                dir,
                LocalPackage {
                    described: package,
                    paths,
                    member,
                    default_member: false,
                    root: false,
                },
            );
        }
    }

    fn fault(&mut self, name: Option<String>, why: String) {
        self.faults.extend(name.map(|name| (name, why)));
    }

    /// Whether a directory that a member leads to is a member itself.
    fn is_member(&mut self, dir: &Path, by_name: bool) -> bool {
        if dir == self.root_dir {
            return true;
        }
        let Some(workspace) = &self.root.workspace else {
            return false;
        };
        let below = |path: &String| dir.starts_with(normalize(&self.root_dir.join(path)));
        let excluded = workspace.exclude.iter().any(below)
            && !self.named.iter().any(|named| dir.starts_with(named));
        if excluded {
            return false;
        }
        by_name || dir.starts_with(self.root_dir) || self.points_here(dir)
    }

    /// Whether a package outside of the workspace's directory names it as its own.
    fn points_here(&mut self, dir: &Path) -> bool {
        let Ok(Some(structure)) = self.reader.read(dir) else {
            return false;
        };
        let pointer = structure
            .package
            .as_ref()
            .and_then(|package| package.workspace.as_ref());
        pointer.is_some_and(|path| normalize(&dir.join(path)) == self.root_dir)
    }

    fn load(&mut self, dir: &Path) -> Result<Option<Described>> {
        let Some(structure) = self.reader.read(dir)? else {
            return Ok(None);
        };
        let Some(package) = &structure.package else {
            return Ok(None);
        };
        let mut package = package.clone();
        if package.inherits() {
            let Some(base) = self.workspace_dir(dir, &package)? else {
                return Err(Error::parse(
                    "the manifest inherits from a workspace, and none is above it",
                )
                .at_path(dir.join(MANIFEST).display().to_string()));
            };
            if let Some(table) = self.reader.read(&base)?.and_then(|s| s.workspace.clone()) {
                package
                    .inherit(&table)
                    .map_err(|error| error.at_path(dir.join(MANIFEST).display().to_string()))?;
            }
        }
        let files = source_files(dir, self.reader.limits, self.reader.cancel)?;
        Ok(Some(describe(package, &files)))
    }

    /// The directory of the workspace that a package inherits from.
    fn workspace_dir(&mut self, dir: &Path, package: &PackageStructure) -> Result<Option<PathBuf>> {
        self.reader.workspace_of(dir, package)
    }
}

/// `name` of `name`, `name:version` and `URL#name@version`, the keys of `[replace]`.
fn patch_name(spec: &str) -> String {
    let spec = spec.rsplit('#').next().unwrap_or(spec);
    spec.split([':', '@']).next().unwrap_or(spec).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_replace() {
        for spec in ["foo", "foo:1.0.0", "foo@1.0.0", "https://x/y#foo@1.0.0"] {
            assert_eq!(patch_name(spec), "foo");
        }
    }
}
