//! CPU time of one `verify_sbom` of our own CycloneDX document, in microseconds:
//! `time_verify_sbom LOCKFILE [CALLS]`.
//!
//! Used by `make bench`; the time is the thread's own, as the Linux scheduler counts it.
#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a program for the bench"
)]

use cratetrust_core::sbom::Format;
use cratetrust_core::{Input, Options, generate_sbom, verify_sbom};

/// The scheduler counts in ticks of some milliseconds; many calls make them small.
const CALLS: u32 = 200;

fn cpu_nanoseconds() -> u64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    text.split_whitespace().next().unwrap().parse().unwrap()
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let path = arguments.next().unwrap();
    let options = Options::default();
    let lockfile = [Input::from_path(&path)];
    let written = generate_sbom(&lockfile, &options)
        .unwrap()
        .write(Format::CycloneDxJson, None)
        .unwrap();
    let sbom = Input::from_bytes("sbom.json", written);
    let calls = arguments
        .next()
        .map_or(CALLS, |calls| calls.parse().unwrap());
    let before = cpu_nanoseconds();
    for _ in 0..calls {
        let report = verify_sbom(&sbom, &lockfile, &options).unwrap();
        assert!(report.passed());
    }
    let each = (cpu_nanoseconds() - before) as f64 / f64::from(calls);
    println!("{:.1} us", each / 1000.0);
}
