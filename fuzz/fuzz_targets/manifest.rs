//! A Cargo.toml.
#![no_main]

use cratetrust_core::Limits;
use cratetrust_core::manifest::Manifest;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let _ = Manifest::parse(bytes, &Limits::default());
});
