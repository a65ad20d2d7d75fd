//! The files of one unpacked package, as they lie on disk.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::input::{Input, open_unlinked};
use crate::limits::Limits;
use crate::progress::CancelToken;

/// The files below one directory.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FileTree {
    /// Regular files by their path relative to the directory, with `/` between components.
    pub files: BTreeMap<String, PathBuf>,
    /// Regular files whose path is not UTF-8, by its bytes.
    pub not_utf8: BTreeMap<Vec<u8>, PathBuf>,
    /// Symbolic links and special files.
    pub links: Vec<String>,
    /// What could not be read, and why.
    pub unreadable: Vec<(String, String)>,
}

impl FileTree {
    /// Walks a directory without following links.
    ///
    /// # Errors
    /// I/O errors of the directory itself; `LimitExceeded` for too many entries or too deep a tree.
    pub fn walk(root: &Path, limits: &Limits, cancel: &CancelToken) -> Result<Self> {
        Self::walk_but(root, limits, cancel, |_| false)
    }

    /// Walks a directory without following links and without going into the directories that
    /// `leave` names by their path.
    ///
    /// # Errors
    /// As [`FileTree::walk`].
    pub fn walk_but(
        root: &Path,
        limits: &Limits,
        cancel: &CancelToken,
        leave: impl Fn(&Path) -> bool,
    ) -> Result<Self> {
        let mut tree = Self::default();
        let mut pending = vec![(root.to_owned(), Vec::new(), 0u64)];
        let mut entries: u64 = 0;
        while let Some((directory, prefix, depth)) = pending.pop() {
            let listing = match std::fs::read_dir(&directory) {
                Ok(listing) => listing,
                Err(e) if prefix.is_empty() => return Err(Error::io(&directory, &e)),
                Err(e) => {
                    tree.unreadable.push((lossy(&prefix), e.to_string()));
                    continue;
                }
            };
            for entry in listing {
                cancel.check()?;
                entries += 1;
                if entries > limits.entries {
                    return Err(Error::limit(
                        "entries",
                        limits.entries,
                        "the tree has too many entries",
                    ));
                }
                let entry = match entry {
                    Ok(entry) => entry,
                    Err(e) => {
                        tree.unreadable.push((lossy(&prefix), e.to_string()));
                        continue;
                    }
                };
                let path = joined(&prefix, &entry.file_name());
                match entry.file_type() {
                    Ok(kind) if kind.is_dir() => {
                        if depth >= limits.depth {
                            return Err(Error::limit(
                                "depth",
                                limits.depth,
                                "the tree is too deep",
                            ));
                        }
                        if !leave(&entry.path()) {
                            pending.push((entry.path(), path, depth + 1));
                        }
                    }
                    Ok(kind) if kind.is_file() => match String::from_utf8(path) {
                        Ok(path) => {
                            tree.files.insert(path, entry.path());
                        }
                        Err(e) => {
                            tree.not_utf8.insert(e.into_bytes(), entry.path());
                        }
                    },
                    Ok(_) => tree.links.push(lossy(&path)),
                    Err(e) => tree.unreadable.push((lossy(&path), e.to_string())),
                }
            }
        }
        tree.links.sort();
        tree.unreadable.sort();
        Ok(tree)
    }

    /// Where the regular file of that path lies.
    pub fn get(&self, path: &[u8]) -> Option<&PathBuf> {
        match std::str::from_utf8(path) {
            Ok(path) => self.files.get(path),
            Err(_) => self.not_utf8.get(path),
        }
    }

    /// Every path of a regular file, by its bytes.
    pub fn paths(&self) -> impl Iterator<Item = &[u8]> {
        let plain = self.files.keys().map(String::as_bytes);
        plain.chain(self.not_utf8.keys().map(Vec::as_slice))
    }

    /// The bytes of one file of the tree, at most `limit` of them; `None` where there is no such
    /// regular file.
    ///
    /// # Errors
    /// I/O errors and `LimitExceeded`.
    pub fn read(
        &self,
        path: &str,
        limit_name: &'static str,
        limit: u64,
        cancel: &CancelToken,
    ) -> Result<Option<std::sync::Arc<[u8]>>> {
        let Some(path) = self.files.get(path) else {
            return Ok(None);
        };
        let (file, size) = open_unlinked(path)?;
        Input::from_reader(path.display().to_string(), Some(size), file)
            .read(limit_name, limit, cancel)
            .map(Some)
    }
}

/// Whether a path is a symbolic link itself.
pub fn is_link(path: &Path) -> bool {
    std::fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_symlink())
}

/// Whether a `.cargo-ok` holds what cargo writes today, `{"v":1}`; cargo trusts no other.
pub fn is_unpack_mark(bytes: &[u8]) -> bool {
    serde_json::from_slice::<serde_json::Value>(bytes)
        .is_ok_and(|value| value.get("v").and_then(serde_json::Value::as_u64) == Some(1))
}

fn joined(prefix: &[u8], name: &OsStr) -> Vec<u8> {
    let name = name.as_encoded_bytes();
    if prefix.is_empty() {
        return name.to_vec();
    }
    let mut path = Vec::with_capacity(prefix.len() + 1 + name.len());
    path.extend_from_slice(prefix);
    path.push(b'/');
    path.extend_from_slice(name);
    path
}

fn lossy(path: &[u8]) -> String {
    String::from_utf8_lossy(path).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_mark_of_today_counts() {
        assert!(is_unpack_mark(br#"{"v":1}"#));
        for other in [&b""[..], b"ok", b"{}", br#"{"v":2}"#, br#"{"v":"1"}"#, b"1"] {
            assert!(!is_unpack_mark(other), "{}", other.escape_ascii());
        }
    }
}
