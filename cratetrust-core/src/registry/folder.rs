//! Single files of one directory, and of nothing outside it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::error::{Error, ErrorKind, Result};
use crate::input::{Input, KnownFile, open_file, open_unlinked};
use crate::limits::Limits;
use crate::progress::CancelToken;

/// A directory of which single files are read. Paths in it have `/` between components; nothing
/// that leads out of it is read, neither by `..` nor through a symbolic link.
#[derive(Debug, Clone)]
pub struct Folder {
    root: PathBuf,
    real: PathBuf,
}

impl Folder {
    /// Opens a directory.
    ///
    /// # Errors
    /// I/O errors of the directory.
    pub fn open(root: &Path) -> Result<Self> {
        let real = std::fs::canonicalize(root).map_err(|e| Error::io(root, &e))?;
        Ok(Self {
            root: root.to_owned(),
            real,
        })
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
        let Some(directory) = self.walk(path) else {
            return Ok((files, folders));
        };
        let listing = match std::fs::read_dir(&directory) {
            Ok(listing) => listing,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok((files, folders)),
            Err(e) => return Err(Error::io(&directory, &e)),
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
                return Err(error.at_path(directory.display().to_string()));
            }
            let entry = entry.map_err(|e| Error::io(&directory, &e))?;
            let kind = entry
                .file_type()
                .map_err(|e| Error::io(&entry.path(), &e))?;
            let Ok(name) = entry.file_name().into_string() else {
                continue;
            };
            if kind.is_dir() {
                folders.push(name);
            } else if kind.is_file() || kind.is_symlink() {
                files.push(name);
            }
        }
        files.sort();
        folders.sort();
        Ok((files, folders))
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
        let (directory, name) = path.rsplit_once('/').unwrap_or(("", path));
        if matches!(name, "" | "." | "..") || name.contains('\\') {
            return Ok(None);
        }
        let Some(full) = self.walk(directory).map(|directory| directory.join(name)) else {
            return Ok(None);
        };
        let opened = match std::fs::symlink_metadata(&full) {
            Ok(metadata) if metadata.is_file() => open_unlinked(&full),
            Ok(metadata) if metadata.is_symlink() => match std::fs::canonicalize(&full) {
                Ok(target) if target.starts_with(&self.real) && target.is_file() => {
                    open_file(&target).map(|(file, size)| (KnownFile::new(file, size), size))
                }
                _ => return Ok(None),
            },
            Ok(_) => return Ok(None),
            Err(e) => Err(Error::io(&full, &e)),
        };
        let (file, size) = match opened {
            Ok(opened) => opened,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        Input::from_reader(full.display().to_string(), Some(size), file)
            .read(limit_name, limit, cancel)
            .map(Some)
    }

    /// The directory of that path, where each component is a directory and no link.
    fn walk(&self, path: &str) -> Option<PathBuf> {
        let mut directory = self.root.clone();
        for part in path.split('/').filter(|part| !part.is_empty()) {
            if matches!(part, "." | "..") || part.contains(['\\', ':', '\0']) {
                return None;
            }
            directory.push(part);
            if !std::fs::symlink_metadata(&directory).is_ok_and(|m| m.is_dir()) {
                return None;
            }
        }
        Some(directory)
    }
}
