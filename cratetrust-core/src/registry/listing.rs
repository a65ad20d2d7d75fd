//! What lies in one directory.

use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::input::{Directory, EntryKind};
use crate::limits::Limits;
use crate::progress::CancelToken;

/// The paths of what lies in a directory, sorted; none where it cannot be read.
///
/// # Errors
/// `LimitExceeded` for more entries than the limit; `Cancelled`.
pub fn list(dir: &Path, limits: &Limits, cancel: &CancelToken) -> Result<Vec<PathBuf>> {
    let Ok(entries) = std::fs::read_dir(dir) else {
        return Ok(Vec::new());
    };
    let mut out = Vec::new();
    for entry in entries.flatten() {
        cancel.check()?;
        if out.len() as u64 >= limits.entries {
            return Err(too_many(dir, limits));
        }
        out.push(entry.path());
    }
    out.sort();
    Ok(out)
}

/// The directories in a directory, links to some left out, sorted; none where it cannot be read.
///
/// # Errors
/// As [`list`].
pub fn directories(dir: &Path, limits: &Limits, cancel: &CancelToken) -> Result<Vec<PathBuf>> {
    let Ok(home) = Directory::open(dir) else {
        return Ok(Vec::new());
    };
    let Ok(entries) = home.list(b"") else {
        return Ok(Vec::new());
    };
    let mut out = Vec::new();
    let mut seen = 0;
    for (name, kind) in entries.flatten() {
        cancel.check()?;
        seen += 1;
        if seen > limits.entries {
            return Err(too_many(dir, limits));
        }
        if kind == EntryKind::Directory {
            out.push(home.path_of(&name));
        }
    }
    out.sort();
    Ok(out)
}

fn too_many(dir: &Path, limits: &Limits) -> Error {
    let what = "the directory has too many entries";
    Error::limit("entries", limits.entries, what).at_path(dir.display().to_string())
}
