//! The files of one unpacked package, as they lie on disk.

use std::collections::BTreeSet;

use crate::error::{Error, Result};
use crate::input::{Directory, EntryKind, Input, KnownFile};
use crate::limits::Limits;
use crate::progress::CancelToken;

/// The files below one directory, which are opened through its handle.
#[derive(Debug, Clone, Default)]
pub struct FileTree {
    /// The directory; none of a tree without files.
    root: Option<Directory>,
    /// Regular files: their paths relative to the directory, with `/` between components.
    pub files: BTreeSet<String>,
    /// Regular files whose path is not UTF-8: its bytes.
    pub not_utf8: BTreeSet<Vec<u8>>,
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
    pub fn walk(root: Directory, limits: &Limits, cancel: &CancelToken) -> Result<Self> {
        Self::walk_but(root, limits, cancel, |_| false)
    }

    /// Walks a directory without following links and without going into the directories that
    /// `leave` names by their name's bytes.
    ///
    /// # Errors
    /// As [`FileTree::walk`].
    pub fn walk_but(
        root: Directory,
        limits: &Limits,
        cancel: &CancelToken,
        leave: impl Fn(&[u8]) -> bool,
    ) -> Result<Self> {
        let mut tree = Self::default();
        let mut pending = vec![(Vec::new(), 0u64)];
        let mut entries: u64 = 0;
        while let Some((prefix, depth)) = pending.pop() {
            let listing = match root.list(&prefix) {
                Ok(listing) => listing,
                Err(e) if prefix.is_empty() => return Err(e),
                Err(e) => {
                    tree.unreadable
                        .push((lossy(&prefix), e.message().to_owned()));
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
                let (name, kind) = match entry {
                    Ok(entry) => entry,
                    Err(e) => {
                        tree.unreadable
                            .push((lossy(&prefix), e.message().to_owned()));
                        continue;
                    }
                };
                let path = joined(&prefix, &name);
                match kind {
                    EntryKind::Directory if depth >= limits.depth => {
                        return Err(Error::limit("depth", limits.depth, "the tree is too deep"));
                    }
                    EntryKind::Directory => {
                        if !leave(&name) {
                            pending.push((path, depth + 1));
                        }
                    }
                    EntryKind::File => match String::from_utf8(path) {
                        Ok(path) => {
                            tree.files.insert(path);
                        }
                        Err(e) => {
                            tree.not_utf8.insert(e.into_bytes());
                        }
                    },
                    EntryKind::Link | EntryKind::Special => tree.links.push(lossy(&path)),
                }
            }
        }
        tree.links.sort();
        tree.unreadable.sort();
        tree.root = Some(root);
        Ok(tree)
    }

    /// Whether there is a regular file of that path.
    pub fn has(&self, path: &[u8]) -> bool {
        match std::str::from_utf8(path) {
            Ok(path) => self.files.contains(path),
            Err(_) => self.not_utf8.contains(path),
        }
    }

    /// Opens one regular file of the tree and tells its size in bytes; `None` where there was none of
    /// that path.
    ///
    /// # Errors
    /// I/O errors; `InvalidArgument` where something else stands there by now.
    pub fn open(&self, path: &[u8]) -> Result<Option<(KnownFile, u64)>> {
        match &self.root {
            Some(root) if self.has(path) => root.file(path).map(Some),
            _ => Ok(None),
        }
    }

    /// Every path of a regular file, by its bytes.
    pub fn paths(&self) -> impl Iterator<Item = &[u8]> {
        let plain = self.files.iter().map(String::as_bytes);
        plain.chain(self.not_utf8.iter().map(Vec::as_slice))
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
        let Some((file, size)) = self.open(path.as_bytes())? else {
            return Ok(None);
        };
        let label = self.root.as_ref().map_or_else(
            || path.to_owned(),
            |root| root.path().join(path).display().to_string(),
        );
        Input::from_reader(label, Some(size), file)
            .read(limit_name, limit, cancel)
            .map(Some)
    }
}

/// Whether a `.cargo-ok` holds what cargo writes today, `{"v":1}`; cargo trusts no other.
pub fn is_unpack_mark(bytes: &[u8]) -> bool {
    serde_json::from_slice::<serde_json::Value>(bytes)
        .is_ok_and(|value| value.get("v").and_then(serde_json::Value::as_u64) == Some(1))
}

fn joined(prefix: &[u8], name: &[u8]) -> Vec<u8> {
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
