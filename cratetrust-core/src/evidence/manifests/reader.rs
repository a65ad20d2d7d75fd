//! Manifests and sources of packages that lie in directories: the project's own, and those of
//! checkouts.

use std::collections::{BTreeSet, HashMap};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use crate::error::{Error, ErrorKind, Result};
use crate::input::Input;
use crate::limits::Limits;
use crate::manifest::{PackageStructure, SourceFiles, Structure};
use crate::progress::CancelToken;
use crate::registry;
use crate::resolve::Described;

pub(super) const MANIFEST: &str = "Cargo.toml";

/// A package with these files.
pub(super) fn describe(structure: PackageStructure, files: &SourceFiles) -> Described {
    let targets = structure
        .targets
        .with(&structure.name, structure.edition.as_deref(), files);
    Described {
        structure,
        targets,
        paths: Vec::new(),
    }
}

/// Reads manifests, each once.
pub(super) struct Reader<'r> {
    pub(super) limits: &'r Limits,
    pub(super) cancel: &'r CancelToken,
    pub(super) cache: HashMap<PathBuf, Option<Arc<Structure>>>,
}

impl Reader<'_> {
    /// The manifest of a directory; `None` where there is none.
    pub(super) fn read(&mut self, dir: &Path) -> Result<Option<Arc<Structure>>> {
        if let Some(known) = self.cache.get(dir) {
            return Ok(known.clone());
        }
        let path = dir.join(MANIFEST);
        let input = Input::from_path(&path);
        let structure = match input.read("manifest-size", self.limits.manifest_size, self.cancel) {
            Ok(bytes) => {
                let parsed = Structure::parse(&bytes, self.limits);
                Some(Arc::new(parsed.map_err(|error| {
                    error.at_path(path.display().to_string())
                })?))
            }
            Err(error) if error.kind() == ErrorKind::NotFound => None,
            Err(error) => return Err(error),
        };
        self.cache.insert(dir.to_owned(), structure.clone());
        Ok(structure)
    }

    /// The directory of the workspace that a package belongs to: the one that it names, or the
    /// nearest one above it.
    pub(super) fn workspace_of(
        &mut self,
        dir: &Path,
        package: &PackageStructure,
    ) -> Result<Option<PathBuf>> {
        if let Some(path) = &package.workspace {
            return Ok(Some(normalize(&dir.join(path))));
        }
        let mut here = dir.to_owned();
        for _ in 0..self.limits.depth {
            match self.read(&here) {
                Ok(Some(structure)) if structure.workspace.is_some() => return Ok(Some(here)),
                Err(error) if here == dir => return Err(error),
                // A manifest above that cannot be read is no workspace to inherit from.
                Ok(_) | Err(_) => {}
            }
            let above = normalize(&here.join(".."));
            if above == here {
                break;
            }
            here = above;
        }
        Ok(None)
    }

    /// The directories that patterns with `*` and `?` stand for.
    pub(super) fn expand(&self, root: &Path, patterns: &[String]) -> Result<Vec<PathBuf>> {
        let mut out = Vec::new();
        for pattern in patterns {
            let mut found = vec![root.to_owned()];
            let mut globbed = false;
            for part in pattern.split(['/', '\\']).filter(|part| !part.is_empty()) {
                if !part.contains(['*', '?', '[']) {
                    for dir in &mut found {
                        dir.push(part);
                    }
                    continue;
                }
                if part == "**" || part.contains('[') {
                    return Err(Error::new(
                        ErrorKind::Unsupported,
                        format!(
                            "the members `{pattern}` of the workspace: of patterns, `*` and `?` are read"
                        ),
                    ));
                }
                globbed = true;
                let mut next = Vec::new();
                for dir in &found {
                    self.list(dir, part, &mut next)?;
                }
                found = next;
            }
            for dir in found {
                if !globbed || dir.join(MANIFEST).is_file() {
                    out.push(normalize(&dir));
                }
            }
        }
        out.sort();
        out.dedup();
        Ok(out)
    }

    fn list(&self, dir: &Path, pattern: &str, out: &mut Vec<PathBuf>) -> Result<()> {
        for path in registry::list(dir, self.limits, self.cancel)? {
            let Some(name) = path.file_name().and_then(|name| name.to_str()) else {
                continue;
            };
            let hidden = name.starts_with('.') && !pattern.starts_with('.');
            if !hidden && matches(pattern, name) && path.is_dir() {
                if out.len() as u64 >= self.limits.entries {
                    return Err(Error::limit(
                        "entries",
                        self.limits.entries,
                        "a pattern of members stands for too many directories",
                    ));
                }
                out.push(path);
            }
        }
        Ok(())
    }
}

/// Whether a name fits a pattern with `*` and `?`. Linear but for the last star, which is retried.
fn matches(pattern: &str, name: &str) -> bool {
    let (pattern, name): (Vec<char>, Vec<char>) =
        (pattern.chars().collect(), name.chars().collect());
    let (mut p, mut n) = (0, 0);
    let mut star = None;
    while n < name.len() {
        match pattern.get(p) {
            Some('*') => {
                star = Some((p, n));
                p += 1;
            }
            Some('?') => {
                p += 1;
                n += 1;
            }
            Some(c) if Some(c) == name.get(n) => {
                p += 1;
                n += 1;
            }
            _ => match star {
                Some((at, from)) => {
                    star = Some((at, from + 1));
                    p = at + 1;
                    n = from + 1;
                }
                None => return false,
            },
        }
    }
    pattern.iter().skip(p).all(|c| *c == '*')
}

/// The path without `.` and `..`, as it is written: links are not followed.
pub(super) fn normalize(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => match out.components().next_back() {
                Some(Component::Normal(_)) => {
                    out.pop();
                }
                Some(Component::RootDir | Component::Prefix(_)) => {}
                _ => out.push(".."),
            },
            other => out.push(other),
        }
    }
    if out.as_os_str().is_empty() {
        out.push(".");
    }
    out
}

/// Which files of a directory cargo would find.
///
/// # Errors
/// `LimitExceeded` for too many binaries; `Cancelled`.
pub(super) fn source_files(
    dir: &Path,
    limits: &Limits,
    cancel: &CancelToken,
) -> Result<SourceFiles> {
    let is_file = |path: &str| dir.join(path).is_file();
    let mut files = SourceFiles {
        lib: is_file("src/lib.rs"),
        main: is_file("src/main.rs"),
        build: is_file("build.rs"),
        bins: BTreeSet::new(),
    };
    for path in registry::list(&dir.join("src/bin"), limits, cancel)? {
        let Some(name) = path.file_name().and_then(|name| name.to_str()) else {
            continue;
        };
        if let Some(stem) = name.strip_suffix(".rs").filter(|_| path.is_file()) {
            files.bins.insert(stem.to_owned());
        } else if path.join("main.rs").is_file() {
            files.bins.insert(name.to_owned());
        }
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns() {
        for (pattern, name, fits) in [
            ("*", "a", true),
            ("a*", "abc", true),
            ("*c", "abc", true),
            ("a*c*e", "abcde", true),
            ("a?c", "abc", true),
            ("a?c", "ac", false),
            ("a*c", "abd", false),
            ("", "", true),
            ("**", "x", true),
        ] {
            assert_eq!(matches(pattern, name), fits, "{pattern} {name}");
        }
    }

    #[test]
    fn paths_are_normalized_as_written() {
        for (path, normal) in [
            ("a/./b", "a/b"),
            ("a/../b", "b"),
            ("../a", "../a"),
            ("a/../../b", "../b"),
            (".", "."),
            ("a/..", "."),
            ("/..", "/"),
        ] {
            assert_eq!(normalize(Path::new(path)), Path::new(normal), "{path}");
        }
    }
}
