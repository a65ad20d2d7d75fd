//! A document in any format that is read.
#![no_main]

use cratetrust_core::{CancelToken, Limits, sbom};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let _ = sbom::read(bytes, "fuzz", &Limits::default(), &CancelToken::new());
});
