//! pending

use crate::bom::Bom;
use crate::error::{Error, Result};

/// The versions that can be written, the default first.
pub(super) const VERSIONS: &[&str] = &[];

pub(super) fn write(bom: &Bom) -> Result<Vec<u8>> {
    let _ = bom;
    Err(Error::parse("pending"))
}
