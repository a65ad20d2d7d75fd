//! What lies in one directory.

use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
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
            return Err(Error::limit(
                "entries",
                limits.entries,
                "the directory has too many entries",
            )
            .at_path(dir.display().to_string()));
        }
        out.push(entry.path());
    }
    out.sort();
    Ok(out)
}
