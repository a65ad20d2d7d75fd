//! Cargo.lock, as a file to read and as evidence to make an SBOM of.
#![no_main]

use cratetrust_core::lockfile::Lockfile;
use cratetrust_core::{CancelToken, Input, Limits, Options, generate_sbom};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let input = Input::from_bytes("Cargo.lock", bytes.to_vec());
    if Lockfile::read(&input, &Limits::default(), &CancelToken::new()).is_ok() {
        let _ = generate_sbom(&[input], &Options::default());
    }
});
