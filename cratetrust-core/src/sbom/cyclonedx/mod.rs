//! CycloneDX (ECMA-424) as JSON.

mod write;

pub(super) use write::{VERSIONS, write};
