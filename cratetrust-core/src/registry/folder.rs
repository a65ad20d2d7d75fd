//! Single files of one directory, and of nothing outside it.

use std::path::Path;
use std::sync::Arc;

use crate::error::{Error, ErrorKind, Result};
use crate::input::{Directory, EntryKind, Input};
use crate::limits::Limits;
use crate::progress::CancelToken;

/// A directory of which single files are read. Paths in it have `/` between components; nothing
/// that leads out of it is read, neither by `..` nor through a symbolic link.
#[derive(Debug, Clone)]
pub struct Folder(Directory);

impl Folder {
    /// Opens a directory.
    ///
    /// # Errors
    /// I/O errors of the directory.
    pub fn open(root: &Path) -> Result<Self> {
        Directory::open(root).map(Self)
    }

    /// The folder that an open directory is.
    pub fn new(directory: Directory) -> Self {
        Self(directory)
    }

    /// The names of the files (also through links) and of the directories in one directory, both
    /// sorted; names that are not UTF-8 are left out. Nothing where there is no such directory.
    ///
    /// # Errors
    /// I/O errors; `LimitExceeded` for more entries than the limit; `Cancelled`.
    pub fn list(
        &self,
        path: &str,
        limits: &Limits,
        cancel: &CancelToken,
    ) -> Result<(Vec<String>, Vec<String>)> {
        let (mut files, mut folders) = (Vec::new(), Vec::new());
        let Some(path) = plain(path) else {
            return Ok((files, folders));
        };
        let listing = match self.0.list(path.as_bytes()) {
            Ok(listing) => listing,
            // There is no such directory where there is something else.
            Err(e) if matches!(e.kind(), ErrorKind::NotFound | ErrorKind::InvalidArgument) => {
                return Ok((files, folders));
            }
            Err(e) => return Err(e),
        };
        let mut entries = 0;
        for entry in listing {
            cancel.check()?;
            entries += 1;
            if entries > limits.entries {
                let error = Error::limit(
                    "entries",
                    limits.entries,
                    "the directory has too many entries",
                );
                let place = self.0.path_of(path.as_bytes());
                return Err(error.at_path(place.display().to_string()));
            }
            let (name, kind) = entry?;
            let Ok(name) = String::from_utf8(name) else {
                continue;
            };
            match kind {
                EntryKind::Directory => folders.push(name),
                EntryKind::File | EntryKind::Link => files.push(name),
                EntryKind::Special => {}
            }
        }
        files.sort();
        folders.sort();
        Ok((files, folders))
    }

    /// Whether there is a file of that path, or a link that may lead to one.
    pub fn has(&self, path: &str) -> bool {
        let Some(path) = plain(path) else {
            return false;
        };
        let found = match path.rsplit_once('/') {
            None => self.0.look(path.as_bytes()),
            Some((parent, name)) => self
                .0
                .below(parent.as_bytes())
                .and_then(|parent| parent.look(name.as_bytes())),
        };
        found.is_ok_and(|(kind, _)| matches!(kind, EntryKind::File | EntryKind::Link))
    }

    /// The bytes of a file, at most `limit` of them; `None` where there is none inside the folder.
    /// A link is followed where it stays inside.
    ///
    /// # Errors
    /// I/O errors, `LimitExceeded`, `Cancelled`.
    pub fn read(
        &self,
        path: &str,
        limit_name: &'static str,
        limit: u64,
        cancel: &CancelToken,
    ) -> Result<Option<Arc<[u8]>>> {
        let Some(path) = plain(path).filter(|_| !matches!(path, "") && !path.ends_with('/')) else {
            return Ok(None);
        };
        let opened = match self.0.file(path.as_bytes()) {
            // No regular file: a link perhaps.
            Err(error) if error.kind() == ErrorKind::InvalidArgument => {
                match target(&self.0, &path) {
                    Ok(Some(target)) => self.0.file(&target),
                    _ => return Ok(None),
                }
            }
            opened => opened,
        };
        let (file, size) = match opened {
            Ok(opened) => opened,
            Err(error) => {
                return match error.kind() {
                    ErrorKind::NotFound | ErrorKind::InvalidArgument => Ok(None),
                    _ => Err(error),
                };
            }
        };
        let label = self.0.path_of(path.as_bytes()).display().to_string();
        Input::from_reader(label, Some(size), file)
            .read(limit_name, limit, cancel)
            .map(Some)
    }
}

/// A path without empty components; `None` where it climbs, stays or is no path everywhere.
fn plain(path: &str) -> Option<String> {
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    let leads_on = |part: &&str| !matches!(*part, "." | "..") && !part.contains(['\\', ':', '\0']);
    parts.iter().all(leads_on).then(|| parts.join("/"))
}

/// Where a link inside a directory leads to, as a path in it; `None` where it leads out or there is no
/// link. As [`resolved`].
///
/// # Errors
/// As [`resolved`].
pub(super) fn target(directory: &Directory, path: &str) -> Result<Option<Vec<u8>>> {
    let (parent, name) = path.rsplit_once('/').unwrap_or(("", path));
    let (kind, _) = match parent {
        "" => directory.look(name.as_bytes())?,
        _ => directory.below(parent.as_bytes())?.look(name.as_bytes())?,
    };
    if kind != EntryKind::Link {
        return Ok(None);
    }
    resolved(directory, path)
}

/// Where a path leads to once all links in it are followed, as a path in the directory; `None` where
/// it leads out. What is opened by it must be opened without following another link.
///
/// # Errors
/// I/O errors, also of a path that leads nowhere.
pub(super) fn resolved(directory: &Directory, path: &str) -> Result<Option<Vec<u8>>> {
    let real = |path: &Path| std::fs::canonicalize(path).map_err(|e| Error::io(path, &e));
    let target = real(&directory.path().join(path))?;
    let Ok(inside) = target.strip_prefix(real(directory.path())?) else {
        return Ok(None);
    };
    let parts: Vec<&[u8]> = inside
        .components()
        .map(|part| part.as_os_str().as_encoded_bytes())
        .collect();
    Ok(Some(parts.join(&b'/')))
}
