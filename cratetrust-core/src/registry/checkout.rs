//! A checkout of a package's source, as the other side of a comparison.

use std::path::Path;
use std::sync::Arc;

use super::FileTree;
use super::folder::resolved;
use crate::error::{Error, ErrorKind, Result};
use crate::input::{Directory, Input};
use crate::limits::Limits;
use crate::progress::CancelToken;

/// A directory with sources, without its `.git` and `target`.
#[derive(Debug, Clone)]
pub struct Checkout {
    directory: Directory,
    tree: FileTree,
}

impl Checkout {
    /// Lists a checkout.
    ///
    /// # Errors
    /// I/O errors of the directory, `LimitExceeded`, `Cancelled`.
    pub fn open(root: &Path, limits: &Limits, cancel: &CancelToken) -> Result<Self> {
        let metadata = std::fs::metadata(root).map_err(|e| Error::io(root, &e))?;
        if !metadata.is_dir() {
            return Err(Error::invalid(
                "a .crate file is compared with a checkout, which is a directory",
            )
            .at_path(root.display().to_string()));
        }
        // A repository holds more than one package does.
        let mut wide = limits.clone();
        wide.entries = limits.entries.saturating_mul(16);
        let directory = Directory::open(root)?;
        let tree = FileTree::walk_but(directory.clone(), &wide, cancel, |name| {
            matches!(name, b".git" | b"target")
        })?;
        Ok(Self { directory, tree })
    }

    /// The regular files and links in it.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        let files = self.tree.files.iter().map(String::as_str);
        files.chain(self.tree.links.iter().map(String::as_str))
    }

    fn is_link(&self, path: &str) -> bool {
        let links = &self.tree.links;
        links
            .binary_search_by(|link| link.as_str().cmp(path))
            .is_ok()
    }

    /// Whether there is a regular file of that path.
    pub fn has(&self, path: &str) -> bool {
        self.tree.files.contains(path)
    }

    /// The bytes of a file. A link, also one in the place of a directory above it, is followed where
    /// it stays inside the checkout, as cargo does when it packages; `None` where nothing is there.
    ///
    /// # Errors
    /// I/O errors, `LimitExceeded`, `Cancelled`; `InvalidArgument` for a link that leads out.
    pub fn read(
        &self,
        path: &str,
        limits: &Limits,
        cancel: &CancelToken,
    ) -> Result<Option<Arc<[u8]>>> {
        let above = path.match_indices('/').map(|(at, _)| at);
        let linked = above
            .chain([path.len()])
            .any(|end| path.get(..end).is_some_and(|part| self.is_link(part)));
        if !linked {
            return self.tree.read(path, "file-size", limits.file_size, cancel);
        }
        let target = match resolved(&self.directory, path) {
            Err(error) if error.kind() == ErrorKind::NotFound && !self.is_link(path) => {
                return Ok(None);
            }
            target => target?,
        };
        let Some(target) = target else {
            return Err(Error::invalid("a link that leads out of the checkout"));
        };
        let (file, size) = self.directory.file(&target)?;
        Input::from_reader(path, Some(size), file)
            .read("file-size", limits.file_size, cancel)
            .map(Some)
    }
}

/// The package's directory in its repository, as `.cargo_vcs_info.json` states it; empty for the
/// repository's own, and where the file says nothing that can be used.
pub fn path_in_vcs(vcs_info: &[u8]) -> String {
    let value: serde_json::Value = serde_json::from_slice(vcs_info).unwrap_or_default();
    let path = value
        .get("path_in_vcs")
        .and_then(serde_json::Value::as_str)
        .unwrap_or_default()
        .trim_end_matches('/');
    let plain = path
        .split('/')
        .all(|part| !matches!(part, "" | "." | "..") && !part.contains(['\\', ':']));
    if plain {
        path.to_owned()
    } else {
        String::new()
    }
}
