//! SPDX 2 as JSON.

mod write;

pub(super) use write::{VERSIONS, write};
