//! The walk through a store: what it holds, without looking into any of it.

use std::collections::HashSet;
use std::fs::FileType;
use std::path::{Path, PathBuf};

use super::{Artifact, ArtifactKind, Layout, Store, file_name, is_crate_name, is_dir, join};
use crate::error::{Error, ErrorKind, Result};
use crate::limits::Limits;
use crate::progress::CancelToken;

const LINK: &str = "a symbolic link in the place of a registry's directory is not followed";

pub(super) struct Walk<'a> {
    pub(super) store: &'a mut Store,
    pub(super) limits: &'a Limits,
    pub(super) cancel: &'a CancelToken,
}

impl Walk<'_> {
    pub(super) fn file(&mut self, path: &Path) -> Result<()> {
        let size = std::fs::metadata(path)
            .map_err(|e| Error::io(path, &e))?
            .len();
        let name = file_name(path);
        self.push_crate(path.to_owned(), name, size);
        Ok(())
    }

    /// The `.crate` files of one directory; anything else in it is left alone.
    pub(super) fn crates(&mut self, path: &Path, prefix: &str) -> Result<()> {
        for (name, path, kind) in self.list(path)? {
            if !is_crate_name(&path) {
                continue;
            }
            let location = join(prefix, &name);
            if !kind.is_file() {
                self.unreadable(location, "a regular file was expected");
                continue;
            }
            match std::fs::symlink_metadata(&path) {
                Ok(metadata) => self.push_crate(path, location, metadata.len()),
                Err(e) => self.unreadable(location, &e.to_string()),
            }
        }
        Ok(())
    }

    /// `registry/cache`: one directory a registry, and the index of the same name beside it.
    pub(super) fn cache(
        &mut self,
        path: &Path,
        prefix: &str,
        indexes: Option<&Path>,
    ) -> Result<()> {
        for (name, path, kind) in self.list(path)? {
            let location = join(prefix, &name);
            if kind.is_symlink() {
                self.unreadable(location, LINK);
                continue;
            }
            if !kind.is_dir() {
                continue;
            }
            if let Some(index) = indexes.map(|dir| dir.join(&name)).filter(|dir| is_dir(dir)) {
                self.store.indexes.push((location.clone(), index));
            }
            if let Err(e) = self.crates(&path, &location) {
                self.skip_or_fail(location, e)?;
            }
        }
        Ok(())
    }

    /// `registry/src`: one directory a registry, and in it one a package version.
    pub(super) fn sources(&mut self, path: &Path, prefix: &str, cache: &str) -> Result<()> {
        for (registry, path, kind) in self.list(path)? {
            let location = join(prefix, &registry);
            if kind.is_symlink() {
                self.unreadable(location, LINK);
                continue;
            }
            if !kind.is_dir() {
                continue;
            }
            if let Err(e) = self.unpacked(&path, &location, &format!("{cache}/{registry}")) {
                self.skip_or_fail(location, e)?;
            }
        }
        Ok(())
    }

    /// The unpacked packages of one registry.
    fn unpacked(&mut self, path: &Path, prefix: &str, cache: &str) -> Result<()> {
        for (stem, path, kind) in self.list(path)? {
            // A link is listed too: cargo follows it, and that is a finding.
            if kind.is_dir() || kind.is_symlink() {
                self.store.artifacts.push(Artifact {
                    kind: ArtifactKind::Source,
                    location: join(prefix, &stem),
                    path,
                    archive: Some(format!("{cache}/{stem}.crate")),
                    stem,
                    size: 0,
                });
            }
        }
        Ok(())
    }

    /// `registry/src` or one directory of it, and of the `cache` and `index` beside it what belongs
    /// to the packages unpacked there.
    pub(super) fn sources_alone(&mut self, path: &Path) -> Result<()> {
        let real = std::fs::canonicalize(path).map_err(|e| Error::io(path, &e))?;
        let (above, registries) = match self.store.layout {
            Layout::SourceDirectory => {
                let registry = file_name(&real);
                let cache = format!("../../cache/{registry}");
                self.unpacked(path, "", &cache)?;
                (real.parent().and_then(Path::parent), vec![registry])
            }
            _ => {
                self.sources(path, "", "../cache")?;
                let mut registries = Vec::new();
                for (registry, _, kind) in self.list(path)? {
                    if kind.is_dir() {
                        registries.push(registry);
                    }
                }
                (real.parent(), registries)
            }
        };
        let Some(above) = above else {
            return Ok(());
        };
        let up = match self.store.layout {
            Layout::SourceDirectory => "../../cache",
            _ => "../cache",
        };
        let wanted: HashSet<String> = self
            .store
            .artifacts
            .iter()
            .filter_map(|artifact| artifact.archive.clone())
            .collect();
        for registry in registries {
            let location = join(up, &registry);
            let (cache, index) = (
                above.join("cache").join(&registry),
                above.join("index").join(&registry),
            );
            if !is_dir(&cache) {
                continue;
            }
            if let Err(e) = self.crates(&cache, &location) {
                self.skip_or_fail(location.clone(), e)?;
            }
            if is_dir(&index) {
                self.store.indexes.push((location, index));
            }
        }
        let beside = |location: &str| location.starts_with("../") && location.ends_with(".crate");
        self.store.artifacts.retain(|artifact| {
            artifact.kind == ArtifactKind::Source || wanted.contains(&artifact.location)
        });
        self.store
            .unreadable
            .retain(|(location, _)| !beside(location) || wanted.contains(location));
        Ok(())
    }

    pub(super) fn vendor(&mut self, path: &Path) -> Result<()> {
        for (name, path, kind) in self.list(path)? {
            // A link is listed too: cargo follows it, and that is a finding. What begins with a dot is
            // no package to cargo, but a version control system's or an editor's.
            if (kind.is_dir() || kind.is_symlink()) && !name.starts_with('.') {
                self.push_directory(&path, &name);
            }
        }
        Ok(())
    }

    fn list(&mut self, path: &Path) -> Result<Vec<(String, PathBuf, FileType)>> {
        // A cache holds one file a package version: far more than one archive has entries.
        let most = self.limits.entries.saturating_mul(16);
        let mut names = Vec::new();
        for entry in std::fs::read_dir(path).map_err(|e| Error::io(path, &e))? {
            self.cancel.check()?;
            let entry = entry.map_err(|e| Error::io(path, &e))?;
            if names.len() as u64 >= most {
                return Err(Error::limit(
                    "entries",
                    self.limits.entries,
                    "the directory has too many entries",
                )
                .at_path(path.display().to_string()));
            }
            let kind = entry
                .file_type()
                .map_err(|e| Error::io(&entry.path(), &e))?;
            names.push((
                entry.file_name().to_string_lossy().into_owned(),
                entry.path(),
                kind,
            ));
        }
        names.sort_by(|a, b| a.1.cmp(&b.1));
        Ok(names)
    }

    fn push_crate(&mut self, path: PathBuf, location: String, size: u64) {
        let name = file_name(&path);
        let stem = name.strip_suffix(".crate").unwrap_or(&name).to_owned();
        self.store.artifacts.push(Artifact {
            kind: ArtifactKind::Crate,
            location,
            path,
            stem,
            size,
            archive: None,
        });
    }

    pub(super) fn push_directory(&mut self, path: &Path, location: &str) {
        let stem = file_name(path);
        let location = if location.is_empty() {
            ".".to_owned()
        } else {
            location.to_owned()
        };
        self.store.artifacts.push(Artifact {
            kind: ArtifactKind::Vendor,
            location,
            path: path.to_owned(),
            stem,
            size: 0,
            archive: None,
        });
    }

    fn unreadable(&mut self, location: String, why: &str) {
        self.store.unreadable.push((location, why.to_owned()));
    }

    fn skip_or_fail(&mut self, location: String, error: Error) -> Result<()> {
        match error.kind() {
            ErrorKind::Io | ErrorKind::NotFound | ErrorKind::PermissionDenied => {
                self.unreadable(location, error.message());
                Ok(())
            }
            _ => Err(error),
        }
    }
}
