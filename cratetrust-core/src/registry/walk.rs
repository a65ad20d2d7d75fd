//! The walk through a store: what it holds, without looking into any of it.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use super::{Artifact, ArtifactKind, Layout, Store, file_name, is_dir, join};
use crate::error::{Error, ErrorKind, Result};
use crate::input::{Directory, EntryKind};
use crate::limits::Limits;
use crate::progress::CancelToken;

const LINK: &str = "a symbolic link in the place of a registry's directory is not followed";

/// An entry of a directory: its name, lossy where it is not UTF-8, and the name's own bytes.
struct Entry {
    name: String,
    bytes: Vec<u8>,
    kind: EntryKind,
}

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
        let stem = name.strip_suffix(".crate").unwrap_or(&name).to_owned();
        self.push(ArtifactKind::Crate, None, path.to_owned(), name, stem, size);
        Ok(())
    }

    /// The `.crate` files of one directory; anything else in it is left alone.
    pub(super) fn crates(&mut self, home: &Directory, prefix: &str) -> Result<()> {
        for entry in self.list(home)? {
            // A name of nothing but an extension is none.
            let Some(stem) = entry.name.strip_suffix(".crate").filter(|s| !s.is_empty()) else {
                continue;
            };
            let location = join(prefix, &entry.name);
            if entry.kind != EntryKind::File {
                self.unreadable(location, "a regular file was expected");
                continue;
            }
            match home.look(&entry.bytes) {
                Ok((_, size)) => self.push(
                    ArtifactKind::Crate,
                    Some(home),
                    home.path_of(&entry.bytes),
                    location,
                    stem.to_owned(),
                    size,
                ),
                Err(e) => self.unreadable(location, e.message()),
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
        let cache = Directory::open(path)?;
        for Entry { name, bytes, kind } in self.list(&cache)? {
            let location = join(prefix, &name);
            if kind == EntryKind::Link {
                self.unreadable(location, LINK);
                continue;
            }
            if kind != EntryKind::Directory {
                continue;
            }
            if let Some(index) = indexes.map(|dir| dir.join(&name)).filter(|dir| is_dir(dir)) {
                self.store.indexes.push((location.clone(), index));
            }
            let listed = cache
                .below(&bytes)
                .and_then(|home| self.crates(&home, &location));
            if let Err(e) = listed {
                self.skip_or_fail(location, e)?;
            }
        }
        Ok(())
    }

    /// `registry/src`: one directory a registry, and in it one a package version. The names of the
    /// registries.
    pub(super) fn sources(
        &mut self,
        path: &Path,
        prefix: &str,
        cache: &str,
    ) -> Result<Vec<String>> {
        let sources = Directory::open(path)?;
        let mut registries = Vec::new();
        for Entry { name, bytes, kind } in self.list(&sources)? {
            let location = join(prefix, &name);
            if kind == EntryKind::Link {
                self.unreadable(location, LINK);
                continue;
            }
            if kind != EntryKind::Directory {
                continue;
            }
            let listed = sources
                .below(&bytes)
                .and_then(|home| self.unpacked(&home, &location, &format!("{cache}/{name}")));
            if let Err(e) = listed {
                self.skip_or_fail(location, e)?;
            }
            registries.push(name);
        }
        Ok(registries)
    }

    /// The unpacked packages of one registry.
    fn unpacked(&mut self, home: &Directory, prefix: &str, cache: &str) -> Result<()> {
        for Entry { name, bytes, kind } in self.list(home)? {
            // A link is listed too: cargo follows it, and that is a finding.
            if matches!(kind, EntryKind::Directory | EntryKind::Link) {
                let (place, location) = (home.path_of(&bytes), join(prefix, &name));
                let archive = format!("{cache}/{name}.crate");
                self.push(ArtifactKind::Source, Some(home), place, location, name, 0);
                if let Some(pushed) = self.store.artifacts.last_mut() {
                    pushed.archive = Some(archive);
                }
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
                self.unpacked(&Directory::open(path)?, "", &cache)?;
                (real.parent().and_then(Path::parent), vec![registry])
            }
            _ => (real.parent(), self.sources(path, "", "../cache")?),
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
            let listed = Directory::open(&cache).and_then(|home| self.crates(&home, &location));
            if let Err(e) = listed {
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
        let home = Directory::open(path)?;
        for Entry { name, bytes, kind } in self.list(&home)? {
            // A link is listed too: cargo follows it, and that is a finding. What begins with a dot is
            // no package to cargo, but a version control system's or an editor's.
            if matches!(kind, EntryKind::Directory | EntryKind::Link) && !name.starts_with('.') {
                let (place, location) = (home.path_of(&bytes), name.clone());
                self.push(ArtifactKind::Vendor, Some(&home), place, location, name, 0);
            }
        }
        Ok(())
    }

    /// One package of a vendor directory, by the caller's path.
    pub(super) fn vendored_package(&mut self, path: &Path) {
        let (kind, stem) = (ArtifactKind::Vendor, file_name(path));
        self.push(kind, None, path.to_owned(), ".".to_owned(), stem, 0);
    }

    /// The entries of a directory by name.
    fn list(&mut self, directory: &Directory) -> Result<Vec<Entry>> {
        // A cache holds one file a package version: far more than one archive has entries.
        let most = self.limits.entries.saturating_mul(16);
        let mut entries = Vec::new();
        for entry in directory.list(b"")? {
            self.cancel.check()?;
            let (bytes, kind) = entry?;
            if entries.len() as u64 >= most {
                return Err(Error::limit(
                    "entries",
                    self.limits.entries,
                    "the directory has too many entries",
                )
                .at_path(directory.path().display().to_string()));
            }
            let name = String::from_utf8_lossy(&bytes).into_owned();
            entries.push(Entry { name, bytes, kind });
        }
        entries.sort_unstable_by(|a, b| a.bytes.cmp(&b.bytes));
        Ok(entries)
    }

    fn push(
        &mut self,
        kind: ArtifactKind,
        home: Option<&Directory>,
        path: PathBuf,
        location: String,
        stem: String,
        size: u64,
    ) {
        self.store.artifacts.push(Artifact {
            kind,
            location,
            path,
            home: home.cloned(),
            stem,
            size,
            archive: None,
        });
    }

    fn unreadable(&mut self, location: String, why: &str) {
        self.store.unreadable.push((location, why.to_owned()));
    }

    fn skip_or_fail(&mut self, location: String, error: Error) -> Result<()> {
        match error.kind() {
            // The last: where a link came to stand just now.
            ErrorKind::Io
            | ErrorKind::NotFound
            | ErrorKind::PermissionDenied
            | ErrorKind::InvalidArgument => {
                self.unreadable(location, error.message());
                Ok(())
            }
            _ => Err(error),
        }
    }
}
