//! SPDX 2 as JSON.

mod read;
mod write;

pub(super) use read::read;
pub(super) use write::{VERSIONS, references, write};
