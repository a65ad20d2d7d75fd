//! Local packages: their manifests lie in the project directory that was given as evidence.
//!
//! Read are the manifest beside the lockfile, those of the workspace's members and those that path
//! dependencies name, as far as they lie in that directory. No path of it gets into a document, but
//! for a package's directory relative to the project, where the caller names the repository.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::facts::{Facts, MANIFEST};
use super::{Enriched, ids, read};
use crate::bom::Bom;
use crate::error::{Error, ErrorKind, Result};
use crate::input::Input;
use crate::manifest::{self, Manifest, Project};
use crate::options::Options;
use crate::package::SourceKind;
use crate::registry::Folder;
use crate::report::{Code, Finding};

/// What `enriched_from` says of a package whose manifest was read in its project.
const FROM: &str = "manifest";

/// Enriches local packages from the project directory; without one, nothing is read.
///
/// Returns the directory of each local package that was found, relative to the project.
///
/// # Errors
/// I/O errors of the directory itself, and `Cancelled`.
pub(crate) fn enrich_local(
    bom: &mut Bom,
    evidence: &[Input],
    options: &Options,
) -> Result<(Enriched, BTreeMap<usize, String>)> {
    let mut enriched = Enriched::default();
    let mut places = BTreeMap::new();
    let mut paths = evidence.iter().filter_map(Input::path);
    let Some(path) = paths.find(|path| path.is_dir()) else {
        return Ok((enriched, places));
    };
    let folder = Folder::open(path)?;
    let walk = Walk::run(&folder, options)?;
    enriched.findings = walk.findings;
    let ids = ids(bom);
    for (index, package) in bom.packages.iter_mut().enumerate() {
        if package.source.kind != SourceKind::Path {
            continue;
        }
        let key = (package.name.clone(), package.version.clone());
        let Some((directory, manifest)) = walk.packages.get(&key) else {
            continue;
        };
        match facts(&folder, directory, manifest.clone(), options) {
            Ok(facts) => facts.fill(package, FROM, true),
            Err(error) if error.kind() == ErrorKind::Cancelled => return Err(error),
            Err(error) => enriched.findings.extend(
                ids.get(index)
                    .map(|id| unreadable(directory, &error).package(id)),
            ),
        }
        places.insert(index, directory.clone());
    }
    Ok((enriched, places))
}

fn facts(folder: &Folder, directory: &str, manifest: Manifest, options: &Options) -> Result<Facts> {
    let declared = manifest.license_file.clone();
    let texts = read::texts(
        folder,
        directory,
        declared.as_deref(),
        options,
        |path, name, limit| {
            match folder.read(path, name, limit, &options.cancel) {
                Ok(bytes) => Ok(bytes.map(|bytes| bytes.to_vec())),
                Err(error) if error.kind() == ErrorKind::Cancelled => Err(error),
                // A licence file that cannot be read or is too large is as if it were not there.
                Err(_) => Ok(None),
            }
        },
    )?;
    Ok(Facts::of(manifest, &texts, None))
}

/// The packages of a project.
struct Walk<'a> {
    folder: &'a Folder,
    options: &'a Options,
    /// `[workspace.package]` of the project's own manifest.
    shared: Option<Manifest>,
    seen: BTreeSet<String>,
    open: VecDeque<String>,
    /// The directory and the manifest by name and version.
    packages: BTreeMap<(String, String), (String, Manifest)>,
    findings: Vec<Finding>,
}

impl<'a> Walk<'a> {
    fn run(folder: &'a Folder, options: &'a Options) -> Result<Self> {
        let mut walk = Self {
            folder,
            options,
            shared: None,
            seen: BTreeSet::from([String::new()]),
            open: VecDeque::from([String::new()]),
            packages: BTreeMap::new(),
            findings: Vec::new(),
        };
        while let Some(directory) = walk.open.pop_front() {
            options.cancel.check()?;
            let project = match walk.project(&directory) {
                Ok(Some(project)) => project,
                Ok(None) => continue,
                Err(error) if error.kind() == ErrorKind::Cancelled => return Err(error),
                Err(error) => {
                    walk.findings.push(unreadable(&directory, &error));
                    continue;
                }
            };
            if directory.is_empty() {
                walk.take_members(&project)?;
            }
            for path in &project.paths {
                if let Some(path) = inside(&directory, path) {
                    walk.push(path);
                }
            }
            walk.take_package(directory, project);
        }
        Ok(walk)
    }

    fn project(&self, directory: &str) -> Result<Option<Project>> {
        let (limits, cancel) = (&self.options.limits, &self.options.cancel);
        let path = join(directory, MANIFEST);
        let bytes = self
            .folder
            .read(&path, "manifest-size", limits.manifest_size, cancel)?;
        bytes
            .map(|bytes| manifest::project(&bytes, limits))
            .transpose()
    }

    fn push(&mut self, directory: String) {
        // A project holds no more packages than an archive has entries.
        if (self.seen.len() as u64) < self.options.limits.entries
            && self.seen.insert(directory.clone())
        {
            self.open.push_back(directory);
        }
    }

    fn take_members(&mut self, project: &Project) -> Result<()> {
        self.shared.clone_from(&project.shared);
        let excluded: Vec<String> = project
            .exclude
            .iter()
            .filter_map(|path| inside("", path))
            .collect();
        for pattern in &project.members {
            let Some(pattern) = inside("", pattern) else {
                continue;
            };
            for member in self.matching(&pattern)? {
                let is_out = excluded.iter().any(|out| {
                    member
                        .strip_prefix(out.as_str())
                        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
                });
                if !is_out {
                    self.push(member);
                }
            }
        }
        Ok(())
    }

    /// The directories that a pattern names: `*` and `?` stand for characters of one component, `**`
    /// for any number of components.
    fn matching(&self, pattern: &str) -> Result<Vec<String>> {
        let mut found = BTreeSet::from([String::new()]);
        for part in pattern.split('/') {
            if !part.contains(['*', '?', '[']) {
                found = found.iter().map(|at| join(at, part)).collect();
                continue;
            }
            let mut next = BTreeSet::new();
            let mut open: Vec<String> = found.into_iter().collect();
            if part == "**" {
                next.extend(open.iter().cloned());
            }
            while let Some(at) = open.pop() {
                let (limits, cancel) = (&self.options.limits, &self.options.cancel);
                let (_, folders) = match self.folder.list(&at, limits, cancel) {
                    Ok(listed) => listed,
                    Err(error) if error.kind() == ErrorKind::Cancelled => return Err(error),
                    Err(_) => continue,
                };
                for name in folders {
                    if next.len() as u64 >= self.options.limits.entries {
                        return Ok(next.into_iter().collect());
                    }
                    let path = join(&at, &name);
                    if part == "**" {
                        // What cargo and git make is no place for members.
                        let depth = path.matches('/').count() as u64;
                        if !matches!(name.as_str(), "target" | ".git")
                            && depth < self.options.limits.depth
                        {
                            open.push(path.clone());
                            next.insert(path);
                        }
                    } else if fits(part.as_bytes(), name.as_bytes()) {
                        next.insert(path);
                    }
                }
            }
            found = next;
        }
        Ok(found.into_iter().collect())
    }

    fn take_package(&mut self, directory: String, project: Project) {
        let Some(mut manifest) = project.package else {
            return;
        };
        manifest.license_file = manifest
            .license_file
            .and_then(|path| inside(&directory, &path));
        if let Some(shared) = &self.shared {
            inherit(&mut manifest, &project.inherited, shared);
        }
        if let Some(version) = manifest.version.clone() {
            self.packages
                .entry((manifest.name.clone(), version))
                .or_insert((directory, manifest));
        }
    }
}

/// Takes the inherited keys from the workspace; the path of a licence file is relative to it.
fn inherit(manifest: &mut Manifest, keys: &[String], shared: &Manifest) {
    for key in keys {
        match key.as_str() {
            "version" => manifest.version.clone_from(&shared.version),
            "license" => manifest.license.clone_from(&shared.license),
            "license-file" => {
                manifest.license_file = shared
                    .license_file
                    .as_deref()
                    .and_then(|path| inside("", path));
            }
            "description" => manifest.description.clone_from(&shared.description),
            "authors" => manifest.authors.clone_from(&shared.authors),
            "homepage" => manifest.homepage.clone_from(&shared.homepage),
            "documentation" => manifest.documentation.clone_from(&shared.documentation),
            "repository" => manifest.repository.clone_from(&shared.repository),
            "keywords" => manifest.keywords.clone_from(&shared.keywords),
            _ => {}
        }
    }
}

fn unreadable(directory: &str, error: &Error) -> Finding {
    let path = join(directory, MANIFEST);
    let why = match error.line() {
        Some(line) => format!("{} (line {line})", error.message()),
        None => error.message().to_owned(),
    };
    let message = format!("`{path}` of the project was not read: {why}");
    Finding::new(Code::Unreadable, message).path(path)
}

fn join(directory: &str, name: &str) -> String {
    match directory {
        "" => name.to_owned(),
        _ => format!("{directory}/{name}"),
    }
}

/// A path of a manifest in `directory`, relative to the project; `None` where it leads out.
fn inside(directory: &str, path: &str) -> Option<String> {
    // An absolute path must not become a relative one.
    let rooted = path.starts_with(['/', '\\']) || path.as_bytes().get(1) == Some(&b':');
    match rooted {
        true => None,
        false => manifest::inside(&join(directory, path)),
    }
}

/// Whether a name fits a pattern of `*`, `?` and plain characters, in linear memory and no more
/// than quadratic time of a short name.
fn fits(pattern: &[u8], name: &[u8]) -> bool {
    let (mut at, mut p) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while at < name.len() {
        match pattern.get(p) {
            Some(b'*') => {
                star = Some((p, at));
                p += 1;
            }
            Some(c) if *c == b'?' || name.get(at) == Some(c) => {
                p += 1;
                at += 1;
            }
            _ => match star {
                Some((star_at, from)) => {
                    star = Some((star_at, from + 1));
                    p = star_at + 1;
                    at = from + 1;
                }
                None => return false,
            },
        }
    }
    pattern
        .get(p..)
        .unwrap_or_default()
        .iter()
        .all(|c| *c == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns() {
        for (pattern, name, want) in [
            ("*", "a", true),
            ("a*", "ab", true),
            ("*-sys", "x-sys", true),
            ("*-sys", "x-sys2", false),
            ("a?c", "abc", true),
            ("a?c", "ac", false),
            ("a*b*c", "axxbyyc", true),
            ("a*b*c", "axxcyyb", false),
            ("", "", true),
            ("**", "x", true),
        ] {
            assert_eq!(
                fits(pattern.as_bytes(), name.as_bytes()),
                want,
                "{pattern} {name}"
            );
        }
        let hostile = "a*".repeat(100) + "b";
        assert!(!fits(hostile.as_bytes(), "a".repeat(255).as_bytes()));
    }

    #[test]
    fn paths_stay_in_the_project() {
        for (directory, path, want) in [
            ("", "crates/a", Some("crates/a")),
            ("crates/a", "../b", Some("crates/b")),
            ("crates/a", "../../..", None),
            ("crates/a", "/etc", None),
            ("crates/a", "C:/x", None),
            ("", ".", Some("")),
        ] {
            assert_eq!(
                inside(directory, path).as_deref(),
                want,
                "{directory} {path}"
            );
        }
    }
}
