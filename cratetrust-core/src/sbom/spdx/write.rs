//! pending

use crate::bom::Bom;

pub(crate) const VERSIONS: &[&str] = &["2.3"];

pub(crate) fn write(bom: &Bom, _version: &str) -> serde_json::Result<Vec<u8>> {
    serde_json::to_vec(bom)
}
