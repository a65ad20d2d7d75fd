//! A compiled program as evidence. What is no program is read as whatever else evidence may be.
#![no_main]

use cratetrust_core::{Input, Options, evidence};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let input = Input::from_bytes("fuzz", bytes.to_vec());
    let _ = evidence::gather(&[input], &Options::default());
});
