//! The library's own view, schema `cratetrust.bom/1`: nothing lost.

use serde::Serialize;

use crate::bom::{Bom, SCHEMA};

/// The versions that can be written, the default first.
pub(super) const VERSIONS: &[&str] = &["1"];

#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    #[serde(flatten)]
    bom: &'a Bom,
}

pub(super) fn write(bom: &Bom) -> serde_json::Result<Vec<u8>> {
    serde_json::to_vec(&Document {
        schema: SCHEMA,
        bom,
    })
}
