//! SPDX 2 as JSON and as tag-value: one tree, two syntaxes.

mod licenses;
mod model;
mod properties;
mod read;
mod survey;
mod tag_read;
mod tag_write;
mod words;
mod write;

pub(super) use read::read;
pub(super) use tag_read::{is_tag_value, read as read_tag_value};
pub(super) use write::{VERSIONS, references, write};

use crate::error::Error;

/// A version that is not read.
pub(super) fn unsupported_version(version: &str) -> Error {
    super::unsupported(format!(
        "SPDX version `{}` is not read here; 2.2 and 2.3 are",
        super::short(version)
    ))
}
